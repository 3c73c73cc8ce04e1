"""What runs beside a negotiation: requests for information, clocks and holds."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


class InformationRequestRow(Row, table=True):
    """What the lender asked the borrower for, until when, and what came of it."""

    __tablename__ = "information_requests"
    __table_args__ = (Index("ix_information_requests_case_id_id", "case_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    state: str = Field(default="open", sa_type=WORD)
    items: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    note: str | None = Field(default=None, sa_type=WORD)
    due_on: date
    asked_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class ClockRow(Row, table=True):
    """A deadline that runs: since when, until when, its pauses, and what happens when it has run out.

    `document` holds the pack's clock as it was when this one started, so that a later version changes nothing.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_case_id_id", "case_id", "id"),
        Index("ix_clocks_state_due_at_id", "state", "due_at", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    code: str = Field(sa_type=WORD)
    subject_id: UUID | None = None
    state: str = Field(default="running", sa_type=WORD)
    anchored_on: date
    due_on: date
    due_at: datetime = Field(sa_type=Moment)
    paused_on: date | None = None
    paused_days: int = 0
    end_action: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class HoldRow(Row, table=True):
    """A pause of contact, collection, enforcement, interest, fees or reporting, and how it ends."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_holds_case_id_id", "case_id", "id"),
        Index("ix_holds_state_ends_on_id", "state", "ends_on", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    state: str = Field(default="running", sa_type=WORD)
    scopes: list[str] = Field(sa_type=DOCUMENT)
    reason: str = Field(sa_type=WORD)
    starts_on: date
    ends_on: date | None = None
    ended_on: date | None = None
    end_rule: str = Field(sa_type=WORD)
    source: str = Field(sa_type=WORD)
    set_by: str = Field(sa_type=WORD)
    ended_by: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
