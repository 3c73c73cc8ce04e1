"""Payments under agreements, and the schedules that took the place of the one that was agreed."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import AgreementRow, AgreementScheduleRow, PaymentRow
from service.storage.work import UnitOfWork

FIRST: Final = 1
"""The number of the schedule that was agreed; it stands in the agreement's own document."""
CONVERTED: Final = "converted"
REPAID_EARLY: Final = "repaid_early"


async def of_agreement(session: AsyncSession, agreement_id: UUID) -> list[PaymentRow]:
    """Return every payment under an agreement, reversed ones too, by value date and id."""
    wanted = select(PaymentRow).where(col(PaymentRow.agreement_id) == agreement_id)
    rows = await session.scalars(wanted)
    return sorted(rows, key=lambda row: (row.paid_on, row.external_id))


async def add(
    work: UnitOfWork, agreement: AgreementRow, *, external_id: str, paid_on: date, amount: int, loan_id: str | None
) -> PaymentRow:
    """Add a payment."""
    row = PaymentRow(
        case_id=agreement.case_id,
        agreement_id=agreement.id,
        external_id=external_id,
        paid_on=paid_on,
        amount=amount,
        loan_id=loan_id,
        received_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def basis_of(session: AsyncSession, agreement_id: UUID) -> tuple[int, AgreementScheduleRow | None]:
    """Return the number of the schedule in force, and the last one that was made anew from the debts."""
    ours = col(AgreementScheduleRow.agreement_id) == agreement_id
    latest = select(func.max(col(AgreementScheduleRow.number))).where(ours)
    number = await session.scalar(latest)
    if number is None:
        return FIRST, None
    made_anew = select(AgreementScheduleRow).where(ours, col(AgreementScheduleRow.why) == CONVERTED)
    return int(number), await session.scalar(made_anew.order_by(col(AgreementScheduleRow.number).desc()).limit(1))


async def schedule(session: AsyncSession, agreement_id: UUID, number: int) -> AgreementScheduleRow | None:
    """Return a schedule by its number."""
    return await session.get(AgreementScheduleRow, (agreement_id, number))


async def add_schedule(
    work: UnitOfWork, agreement: AgreementRow, *, number: int, why: str, document: dict[str, Any]
) -> AgreementScheduleRow:
    """Add a schedule that takes the place of the one before."""
    row = AgreementScheduleRow(
        agreement_id=agreement.id, number=number, why=why, document=document, created_at=work.now
    )
    work.session.add(row)
    return row
