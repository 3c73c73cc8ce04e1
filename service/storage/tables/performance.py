"""What is paid under an agreement, and the schedules that payments changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from service.storage.columns import DOCUMENT, WORD, Moment, new_id
from service.storage.tables.row import Row, of_case


class PaymentRow(Row, table=True):
    """A payment that the servicing system reported; a reversed one stays and counts nothing.

    What it has paid is not kept: that follows from the schedule and from all payments together.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("agreement_id", "external_id"),
        Index("ix_payments_case_id_id", "case_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = of_case()
    agreement_id: UUID = Field(sa_column_args=[ForeignKey("agreements.id", ondelete="RESTRICT")])
    external_id: str = Field(sa_type=WORD)
    paid_on: date
    amount: int = Field(sa_type=BigInteger)
    loan_id: str | None = Field(default=None, sa_type=WORD)
    received_by: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=Moment)
    reversed_on: date | None = None
    reversed_by: str | None = Field(default=None, sa_type=WORD)
    reversal_reason: str | None = Field(default=None, sa_type=WORD)


class AgreementScheduleRow(Row, table=True):
    """A schedule that took the place of an agreement's first; the highest number is in force, none is ever changed."""

    __tablename__ = "agreement_schedules"

    agreement_id: UUID = Field(sa_column_args=[ForeignKey("agreements.id", ondelete="RESTRICT")], primary_key=True)
    number: int = Field(primary_key=True)
    why: str = Field(sa_type=WORD)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=Moment)
