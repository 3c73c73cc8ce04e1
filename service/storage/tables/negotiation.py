"""Rounds, offers and the agreement that one of them becomes."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case

RUNNING: Final = "state IN ('awaiting_signatures', 'trial', 'active')"
"""Which agreements run, for the index that lets a case have one of them."""


class RoundRow(Row, table=True):
    """A menu, or a counter-proposal and its answer."""

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    number: int
    kind: str = Field(sa_type=WORD)
    by: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    answer: str | None = Field(default=None, sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)


class OfferRow(Row, table=True):
    """Terms the lender is bound by until they expire; the document never changes."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_case_id_id", "case_id", "id"),
        Index("ix_offers_state_expires_at", "state", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    round_id: UUID
    position: int
    state: str = Field(default="open", sa_type=WORD)
    labels: list[str] = Field(sa_type=DOCUMENT)
    indicative: bool = False
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    effective_on: date
    expires_at: datetime = Field(sa_type=Moment)
    made_by: str = Field(sa_type=WORD)
    level: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_reason: str | None = Field(default=None, sa_type=WORD)


class AgreementRow(Row, table=True):
    """An accepted offer with its signatures; `watch` is what has been told of how it is performed.

    A case that was breached and comes back with new terms has another one; the case names the latest.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        Index("ix_agreements_state_id", "state", "id"),
        Index("ix_agreements_case_id_id", "case_id", "id"),
        # All that statistics read of an agreement: its document is large, and is left alone.
        Index(
            "ix_agreements_statistics",
            "case_id",
            "instruments",
            "currency",
            "waived",
            "active_from",
            "breached_on",
            "reinstatements",
            "product",
            "hardship_reason",
        ),
        Index(
            "uq_agreements_running",
            "case_id",
            unique=True,
            postgresql_where=text(RUNNING),
            sqlite_where=text(RUNNING),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    offer_id: UUID = Field(unique=True)
    state: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    signatures: list[dict[str, Any]] = Field(default_factory=list, sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)
    active_from: date | None = None
    ends_on: date | None = None
    review_on: date | None = None
    remedy_due_on: date | None = None
    breached_on: date | None = None
    reinstated_on: date | None = None
    ended_on: date | None = None
    instruments: str | None = Field(default=None, sa_type=WORD)
    waived: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, sa_type=WORD)
    product: str | None = Field(default=None, sa_type=WORD)
    hardship_reason: str | None = Field(default=None, sa_type=WORD)
    watch: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    reinstatements: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
