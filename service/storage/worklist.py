"""The worklist of the desk: cases by state and assignee, the next deadline first, and what lies in them, read at once."""  # noqa: E501

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.cases import TABLE
from service.storage.tables import (
    AgreementRow,
    CaseLoanRow,
    CaseRow,
    DecisionRow,
    EventRow,
    ReviewRow,
    Row,
)

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Whose cases, and in which states; `assignee` of None is everybody's unless only nobody's are wanted."""

    states: Collection[str]
    assignee: str | None = None
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a reader stands: the deadline and the id of the last case; cases without a deadline come last."""

    due_at: datetime | None
    id: UUID


async def page(
    session: AsyncSession, queue: Queue, *, limit: int, after: QueuePlace | None = None
) -> Sequence[CaseRow]:
    """Return a page of a queue: the next deadline first, then the oldest of the cases without one."""
    found: list[CaseRow] = []
    if after is None or after.due_at is not None:
        found += await _with_deadline(session, queue, limit=limit, after=after)
    if len(found) < limit:
        since = after.id if after is not None and after.due_at is None else None
        found += await _without_deadline(session, queue, limit=limit - len(found), after=since)
    return found


async def _with_deadline(
    session: AsyncSession, queue: Queue, *, limit: int, after: QueuePlace | None
) -> Sequence[CaseRow]:
    place = tuple_(TABLE.next_due_at, TABLE.id)
    begins = [] if after is None else [place > tuple_(after.due_at, after.id)]
    conditions = [TABLE.next_due_at.is_not(None), *begins]
    ids = _of_each_state(queue, conditions, order=(TABLE.next_due_at, TABLE.id), limit=limit)
    page = select(CaseRow).where(TABLE.id.in_(ids)).order_by(TABLE.next_due_at, TABLE.id).limit(limit)
    return (await session.scalars(page)).all()


async def _without_deadline(
    session: AsyncSession, queue: Queue, *, limit: int, after: UUID | None
) -> Sequence[CaseRow]:
    conditions = [TABLE.next_due_at.is_(None)]
    if after is not None:
        conditions.append(TABLE.id > after)
    ids = _of_each_state(queue, conditions, order=(TABLE.id,), limit=limit)
    page = select(CaseRow).where(TABLE.id.in_(ids)).order_by(TABLE.id).limit(limit)
    return (await session.scalars(page)).all()


def _of_each_state(
    queue: Queue, conditions: Iterable[ColumnElement[bool]], *, order: tuple[Any, ...], limit: int
) -> Any:
    """Return the ids of one range of one index for each state: a list of states would be read whole and sorted."""
    branches = [
        select(TABLE.id).where(*_whose(queue), TABLE.state == state, *conditions).order_by(*order).limit(limit)
        for state in sorted(queue.states)
    ]
    parts = [select(branch.subquery().c.id) for branch in branches]
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _whose(queue: Queue) -> Iterator[ColumnElement[bool]]:
    if queue.unassigned:
        yield TABLE.assignee.is_(None)
    elif queue.assignee is not None:
        yield TABLE.assignee == queue.assignee


async def contents(session: AsyncSession, table: type[R], case_ids: Collection[UUID]) -> dict[UUID, list[R]]:
    """Return the rows of one table for several cases, in the order in which they were made."""
    belongs, order = _column(table, "case_id"), _column(table, "position" if table is CaseLoanRow else "id")
    return _grouped(await session.scalars(select(table).where(belongs.in_(case_ids)).order_by(order)))


async def verdicts(
    session: AsyncSession, rows: Sequence[CaseRow]
) -> tuple[dict[UUID, ReviewRow], dict[UUID, DecisionRow]]:
    """Return the review and the decision that count of several cases."""
    reviews = await session.scalars(_by_id(ReviewRow, [row.review_id for row in rows]))
    decisions = await session.scalars(_by_id(DecisionRow, [row.decision_id for row in rows]))
    return {row.case_id: row for row in reviews}, {row.case_id: row for row in decisions}


async def agreements(session: AsyncSession, loans: Collection[str]) -> dict[str, list[AgreementRow]]:
    """Return the agreements, of any case, by the loans that stand in them."""
    wanted = (
        select(col(CaseLoanRow.loan_id), AgreementRow)
        .join(AgreementRow, col(AgreementRow.case_id) == col(CaseLoanRow.case_id))
        .where(col(CaseLoanRow.loan_id).in_(loans))
        .order_by(col(AgreementRow.id))
    )
    found: dict[str, list[AgreementRow]] = {}
    for loan_id, row in await session.execute(wanted):
        found.setdefault(loan_id, []).append(row)
    return found


async def without_plan(session: AsyncSession, case_ids: Collection[UUID]) -> dict[UUID, EventRow]:
    """Return the last event of each case that says that no plan was found."""
    wanted = select(EventRow).where(col(EventRow.case_id).in_(case_ids), col(EventRow.type) == "menu_empty")
    return {row.case_id: row for row in await session.scalars(wanted.order_by(col(EventRow.sequence)))}


def _by_id(table: type[R], ids: Iterable[UUID | None]) -> Select[Any]:
    return select(table).where(_column(table, "id").in_([id_ for id_ in ids if id_ is not None]))


def _column(table: type[Row], name: str) -> Any:
    return col(getattr(table, name))


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found
