"""Offers and the rounds in which they are made."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.offer import OfferState
from service.domain.policy import Level
from service.storage.tables import CaseRow, OfferRow, RoundRow
from service.storage.work import UnitOfWork


async def next_round(session: AsyncSession, case_id: UUID) -> int:
    """Return the number of the next round of a case, which is locked; one that is not stored yet counts."""
    opened = [row.number for row in session.new if isinstance(row, RoundRow) and row.case_id == case_id]
    if opened:
        return max(opened) + 1
    wanted = select(func.max(RoundRow.number)).where(col(RoundRow.case_id) == case_id)
    with session.no_autoflush:  # everything that was changed is stored at once, at the end
        return int(await session.scalar(wanted) or 0) + 1


async def add_round(
    work: UnitOfWork,
    case: CaseRow,
    *,
    number: int,
    kind: str,
    document: dict[str, Any] | None = None,
    answer: str | None = None,
) -> RoundRow:
    """Open a round: a menu, own terms or a counter-proposal, with what was proposed."""
    row = RoundRow(
        case_id=case.id,
        number=number,
        kind=kind,
        by=work.actor.identity,
        document=document or {},
        answer=answer,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def rounds_of(session: AsyncSession, case_id: UUID) -> Sequence[RoundRow]:
    """Return the rounds of a case, oldest first."""
    wanted = select(RoundRow).where(col(RoundRow.case_id) == case_id).order_by(col(RoundRow.number))
    return (await session.scalars(wanted)).all()


async def case_of_round(session: AsyncSession, round_id: UUID) -> UUID | None:
    """Return the case of a round, so that the case can be locked before the round is read."""
    return await session.scalar(select(col(RoundRow.case_id)).where(col(RoundRow.id) == round_id))


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    round_id: UUID,
    position: int,
    labels: list[str],
    indicative: bool,
    document: dict[str, Any],
    effective_on: date,
    expires_at: datetime,
    level: Level | str,
) -> OfferRow:
    """Add an open offer; its terms never change."""
    row = OfferRow(
        case_id=case.id,
        round_id=round_id,
        position=position,
        labels=labels,
        indicative=indicative,
        document=document,
        effective_on=effective_on,
        expires_at=expires_at,
        made_by=work.actor.identity,
        level=str(level),
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def case_of(session: AsyncSession, offer_id: UUID) -> UUID | None:
    """Return the case of an offer, so that the case can be locked before the offer is read."""
    return await session.scalar(select(col(OfferRow.case_id)).where(col(OfferRow.id) == offer_id))


async def of_case(session: AsyncSession, case_id: UUID) -> list[OfferRow]:
    """Return the offers of a case, newest round first and in the order of their round."""
    wanted = (
        select(OfferRow)
        .join(RoundRow, col(RoundRow.id) == col(OfferRow.round_id))
        .where(col(OfferRow.case_id) == case_id)
        .order_by(col(RoundRow.number).desc(), col(OfferRow.position))
    )
    return list(await session.scalars(wanted))


async def close(work: UnitOfWork, offer: OfferRow, state: OfferState, *, reason: str | None = None) -> None:
    """Write down that an offer no longer stands, since when and why."""
    offer.state, offer.closed_at, offer.closed_reason = state, work.now, reason
