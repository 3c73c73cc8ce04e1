"""Reading cases: one file, a search, the history, and all judgings and decisions of a case."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from service.casework.file import CaseFile, open_file
from service.storage import applications, cases, decisions, events, reviews
from service.storage.cases import Search
from service.storage.tables import CaseRow, DecisionRow, EventRow, ReviewRow
from service.storage.work import UnitOfWork

__all__ = ["Search", "decisions_of", "history", "open_file", "reviews_of", "search"]


async def search(
    work: UnitOfWork, wanted: Search, *, limit: int, after: UUID | None
) -> tuple[Sequence[CaseRow], Mapping[UUID, Sequence[str]]]:
    """Find the cases that the actor may see, newest first, with the ids of their loans."""
    rows = await cases.search(work.session, wanted, visible_to=work.actor, limit=limit, after=after)
    return rows, await applications.loan_ids_of(work.session, [row.id for row in rows])


async def history(work: UnitOfWork, *, case_id: UUID, limit: int, after: int) -> Sequence[EventRow]:
    """Read the events of a case, oldest first."""
    await open_file(work, case_id, lock=False)
    return await events.of_case(work.session, case_id, limit=limit, after=after)


async def reviews_of(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[ReviewRow]]:
    """Read every review of a case, newest first."""
    file = await open_file(work, case_id, lock=False)
    return file, await reviews.of_case(work.session, case_id)


async def decisions_of(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[DecisionRow]]:
    """Read every decision on a case, newest first."""
    file = await open_file(work, case_id, lock=False)
    return file, await decisions.of_case(work.session, case_id)
