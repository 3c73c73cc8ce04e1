"""The events of cases."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from service.storage.columns import DOCUMENT, TRANSACTION, WORD, CurrentTransaction, Moment, new_id
from service.storage.tables.row import Row, of_case


class EventRow(Row, table=True):
    """One thing that happened to a case; only ever added, each bound to the one before by its hash."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        Index("ix_events_transaction_number_id", "transaction_number", "id"),
    )
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    sequence: int
    type: str = Field(sa_type=WORD)
    actor_role: str = Field(sa_type=WORD)
    actor_id: str = Field(sa_type=WORD)
    at: datetime = Field(sa_type=Moment)
    particulars: dict[str, Any] = Field(sa_type=DOCUMENT)
    caused_by: str | None = Field(default=None, sa_type=WORD)
    previous_hash: str = Field(sa_type=WORD)
    hash: str = Field(sa_type=WORD)
    transaction_number: int | None = Field(
        default=None, sa_column=Column(TRANSACTION, server_default=CurrentTransaction(), nullable=False)
    )
