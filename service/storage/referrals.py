"""Referrals: to whom a matter was handed, and what came of it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.referral import ReferralKind, ReferralResult, ReferralState
from service.storage.tables import CaseRow, ReferralRow
from service.storage.work import UnitOfWork


async def add(work: UnitOfWork, case: CaseRow, *, kind: ReferralKind, note: str | None) -> ReferralRow:
    """Add a referral."""
    row = ReferralRow(
        case_id=case.id,
        state=ReferralState.OPEN,
        kind=kind,
        note=note,
        made_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> list[ReferralRow]:
    """Return the referrals of a case, oldest first."""
    wanted = select(ReferralRow).where(col(ReferralRow.case_id) == case_id).order_by(col(ReferralRow.id))
    return list(await session.scalars(wanted))


async def case_of(session: AsyncSession, referral_id: UUID) -> UUID | None:
    """Return the case of a referral, so that the case can be locked before the referral is read."""
    return await session.scalar(select(col(ReferralRow.case_id)).where(col(ReferralRow.id) == referral_id))


async def get(session: AsyncSession, referral_id: UUID) -> ReferralRow | None:
    """Return a referral as it stands now."""
    return await session.get(ReferralRow, referral_id, populate_existing=True)


def end(work: UnitOfWork, row: ReferralRow, result: ReferralResult, *, note: str | None = None) -> None:
    """Write down what came of a referral, and who said so."""
    row.state, row.result, row.result_note = ReferralState.ENDED, result, note
    row.ended_by, row.ended_at = work.actor.identity, work.now
