"""Clocks: the deadlines of a case, the worklist of those that run, and the ones that have run out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import READS_ALL, Actor
from service.domain.clocks import LIVE, ClockState
from service.storage.tables import CaseRow, ClockRow
from service.storage.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WorklistPlace:
    """Where a reader of the worklist stands: the moment and the id of the last clock of the page before."""

    due_at: datetime
    id: UUID


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    code: str,
    subject_id: UUID | None,
    anchored_on: date,
    due_on: date,
    due_at: datetime,
    end_action: str,
    document: dict[str, Any],
) -> ClockRow:
    """Start a clock."""
    row = ClockRow(
        case_id=case.id,
        code=code,
        subject_id=subject_id,
        anchored_on=anchored_on,
        due_on=due_on,
        due_at=due_at,
        end_action=end_action,
        document=document,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[ClockRow]:
    """Return all clocks of a case, oldest first."""
    return (
        await session.scalars(select(ClockRow).where(col(ClockRow.case_id) == case_id).order_by(col(ClockRow.id)))
    ).all()


async def live_of(session: AsyncSession, case_id: UUID) -> list[ClockRow]:
    """Return the clocks of a case that run or are paused, oldest first."""
    wanted = select(ClockRow).where(col(ClockRow.case_id) == case_id, col(ClockRow.state).in_(_words(LIVE)))
    return list(await session.scalars(wanted.order_by(col(ClockRow.id))))


async def get(session: AsyncSession, clock_id: UUID) -> ClockRow | None:
    """Return a clock as it stands now, whatever this session read of it before."""
    return await session.get(ClockRow, clock_id, populate_existing=True)


async def run_out(session: AsyncSession, *, at: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return the ids of clocks whose time is over, each with its case, the longest overdue first."""
    due = (col(ClockRow.state) == ClockState.RUNNING, col(ClockRow.due_at) <= at)
    wanted = select(col(ClockRow.id), col(ClockRow.case_id)).where(*due)
    rows = await session.execute(wanted.order_by(col(ClockRow.due_at), col(ClockRow.id)).limit(limit))
    return [(clock_id, case_id) for clock_id, case_id in rows]


async def worklist(
    session: AsyncSession,
    *,
    visible_to: Actor,
    due_before: datetime | None,
    limit: int,
    after: WorklistPlace | None = None,
) -> Sequence[tuple[ClockRow, CaseRow]]:
    """Return running clocks with their cases, the next deadline first, of the cases that the actor may see."""
    wanted = select(ClockRow, CaseRow).join(CaseRow, col(CaseRow.id) == col(ClockRow.case_id))
    wanted = wanted.where(col(ClockRow.state) == ClockState.RUNNING)
    if due_before is not None:
        wanted = wanted.where(col(ClockRow.due_at) < due_before)
    if after is not None:
        wanted = wanted.where(tuple_(col(ClockRow.due_at), col(ClockRow.id)) > tuple_(after.due_at, after.id))
    if visible_to.role not in READS_ALL:
        theirs = (CaseRow.posted_by, CaseRow.borrower_subject, CaseRow.representative_subject)
        wanted = wanted.where(
            (col(theirs[0]) == visible_to.identity)
            | (col(theirs[1]) == visible_to.identity)
            | (col(theirs[2]) == visible_to.identity)
        )
    rows = await session.execute(wanted.order_by(col(ClockRow.due_at), col(ClockRow.id)).limit(limit))
    return [(clock, case) for clock, case in rows]


def end(work: UnitOfWork, clock: ClockRow, state: ClockState) -> None:
    """Write down that a clock no longer runs, and why."""
    clock.state, clock.ended_at = state, work.now


def _words(states: Collection[ClockState]) -> list[str]:
    return [state.value for state in states]
