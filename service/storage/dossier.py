"""Everything that is kept of a case, for a dossier: one statement for each table."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import (
    AgreementScheduleRow,
    AppealRow,
    ApplicationVersionRow,
    MessageRow,
    PaymentRow,
    ReferralRow,
)

Kept = TypeVar("Kept", AppealRow, MessageRow, PaymentRow, ReferralRow)


async def of_case(session: AsyncSession, table: type[Kept], case_id: UUID) -> Sequence[Kept]:
    """Return the rows of a case in one table, oldest first."""
    wanted = select(table).where(col(table.case_id) == case_id).order_by(col(table.id))
    return (await session.scalars(wanted)).all()


async def versions_of(session: AsyncSession, case_id: UUID) -> Sequence[ApplicationVersionRow]:
    """Return every version of a case's application, oldest first."""
    wanted = select(ApplicationVersionRow).where(col(ApplicationVersionRow.case_id) == case_id)
    return (await session.scalars(wanted.order_by(col(ApplicationVersionRow.number)))).all()


async def schedules_of(session: AsyncSession, agreement_id: UUID) -> Sequence[AgreementScheduleRow]:
    """Return the schedules that an agreement was changed to, oldest first."""
    wanted = select(AgreementScheduleRow).where(col(AgreementScheduleRow.agreement_id) == agreement_id)
    return (await session.scalars(wanted.order_by(col(AgreementScheduleRow.number)))).all()
