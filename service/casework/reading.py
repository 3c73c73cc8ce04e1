"""Reading cases: one file, a search, the history, and all judgings and decisions of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.casework.file import CaseFile, open_file
from service.domain.access import APPLICANTS
from service.storage import applications, cases, decisions, events, messages, reviews
from service.storage.cases import Search
from service.storage.tables import CaseRow, DecisionRow, EventRow, ReviewRow
from service.storage.work import UnitOfWork

__all__ = ["Search", "decisions_of", "history", "open_file", "reviews_of", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Cases that were found, with the ids of their loans, and how many messages the reader has not read."""

    rows: Sequence[CaseRow]
    loans: Mapping[UUID, Sequence[str]]
    unread: Mapping[UUID, int]


async def search(work: UnitOfWork, wanted: Search, *, limit: int, after: UUID | None) -> Found:
    """Find the cases that the actor may see, newest first."""
    rows = await cases.search(work.session, wanted, visible_to=work.actor, limit=limit, after=after)
    written = [row.id for row in rows if row.messages] if work.actor.role in APPLICANTS else []
    return Found(
        rows=rows,
        loans=await applications.loan_ids_of(work.session, [row.id for row in rows]),
        unread=await messages.unread(work.session, written, reader=work.actor),
    )


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
