"""How a case was judged and what was decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


class ReviewRow(Row, table=True):
    """One judging of a case: everything needed to judge it again and get the same verdict.

    `answer` is what a remote policy said; it cannot be asked again, so it is read again.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_case_id_id", "case_id", "id"),
        Index(
            "ix_reviews_shadow_digest_id",
            "digest",
            "id",
            sqlite_where=text("kind = 'shadow'"),
            postgresql_where=text("kind = 'shadow'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    application_version: int
    policy_id: str = Field(sa_type=WORD)
    digest: str = Field(sa_type=WORD)
    on_day: date
    facts: dict[str, Any] = Field(sa_type=DOCUMENT)
    verdict: dict[str, Any] = Field(sa_type=DOCUMENT)
    kind: str = Field(default="active", sa_type=WORD)
    answer: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)


class DecisionRow(Row, table=True):
    """What was decided, by whom, with which reasons, and who confirmed it.

    `appeal_id` is the appeal that was allowed by this approval, which then binds.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_case_id_id", "case_id", "id"),
        Index(
            "ix_decisions_overrides",
            "case_id",
            sqlite_where=text("overrides_verdict"),
            postgresql_where=text("overrides_verdict"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    review_id: UUID | None = None
    appeal_id: UUID | None = None
    outcome: str = Field(sa_type=WORD)
    reasons: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    comment: str | None = Field(default=None, sa_type=WORD)
    level: str = Field(sa_type=WORD)
    confirmation: str = Field(sa_type=WORD)
    confirmation_comment: str | None = Field(default=None, sa_type=WORD)
    decided_by: str = Field(sa_type=WORD)
    decided_role: str = Field(sa_type=WORD)
    automatic: bool = False
    overrides_verdict: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    second_confirmed_by: str | None = Field(default=None, sa_type=WORD)
    confirmed_by: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
