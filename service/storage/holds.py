"""Holds: what is paused on a case, since when and until when."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import CaseLoanRow, CaseRow, HoldRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    scopes: list[str],
    reason: str,
    starts_on: date,
    ends_on: date | None,
    end_rule: str,
    source: str,
) -> HoldRow:
    """Set a hold."""
    row = HoldRow(
        case_id=case.id,
        scopes=scopes,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        end_rule=end_rule,
        source=source,
        set_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    case.holds += 1
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> list[HoldRow]:
    """Return the holds of a case, oldest first."""
    wanted = select(HoldRow).where(col(HoldRow.case_id) == case_id).order_by(col(HoldRow.id))
    return list(await session.scalars(wanted))


async def of_loans(session: AsyncSession, loan_ids: list[str]) -> list[HoldRow]:
    """Return every hold that was ever set on a case about one of these loans, oldest first."""
    cases = select(col(CaseLoanRow.case_id)).where(col(CaseLoanRow.loan_id).in_(loan_ids))
    wanted = select(HoldRow).where(col(HoldRow.case_id).in_(cases)).order_by(col(HoldRow.id))
    return list(await session.scalars(wanted))
