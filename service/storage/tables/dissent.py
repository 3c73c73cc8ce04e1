"""What follows where the parties do not agree: appeals and referrals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


class AppealRow(Row, table=True):
    """A borrower's appeal: the grounds, what it is against, and the answer of somebody who took no part."""

    __tablename__ = "appeals"
    __table_args__ = (Index("ix_appeals_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    state: str = Field(default="open", sa_type=WORD)
    grounds: str = Field(sa_type=WORD)
    decision_id: UUID | None = None
    review_id: UUID | None = None
    frozen: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    made_by: str = Field(sa_type=WORD)
    answered_by: str | None = Field(default=None, sa_type=WORD)
    comment: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)


class ReferralRow(Row, table=True):
    """A matter handed to mediation, legal aid, debt advice, an ombudsman or a court, and what came of it."""

    __tablename__ = "referrals"
    __table_args__ = (Index("ix_referrals_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    state: str = Field(default="open", sa_type=WORD)
    kind: str = Field(sa_type=WORD)
    note: str | None = Field(default=None, sa_type=WORD)
    result: str | None = Field(default=None, sa_type=WORD)
    result_note: str | None = Field(default=None, sa_type=WORD)
    made_by: str = Field(sa_type=WORD)
    ended_by: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
