"""The worklist of the lender's desk: open cases with what to do next, read in a fixed number of statements."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from service.casework.desk import Desk
from service.casework.evidence import required
from service.casework.file import CaseFile, approved, in_state
from service.casework.next_steps import Recommended, recommend
from service.domain.access import is_lender
from service.domain.actors import STAFF
from service.domain.application import Application
from service.domain.errors import NotPermitted
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.loans import Loan, Snapshot
from service.domain.words import LoanSource
from service.storage import messages, worklist
from service.storage.documents import load
from service.storage.tables import (
    AgreementRow,
    AppealRow,
    CaseLoanRow,
    CaseRow,
    EvidenceRow,
    HoldRow,
    InformationRequestRow,
    OfferRow,
)
from service.storage.work import UnitOfWork
from service.storage.worklist import Queue, QueuePlace

ON_THE_DESK: Final = tuple(sorted(set(CaseState) - TERMINAL - {CaseState.DRAFT}))
"""The states of open cases; a draft is the borrower's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDesk:
    """A case of the worklist, with what to do next."""

    file: CaseFile
    next_step: Recommended | None


async def read(
    work: UnitOfWork,
    *,
    states: Collection[CaseState],
    assignee: str | None,
    unassigned: bool,
    limit: int,
    after: object,
    desk: Desk,
) -> tuple[list[OnDesk], bool]:
    """Read a page of the worklist, the next deadline first, and say whether there is more."""
    if work.actor.role not in STAFF:
        raise NotPermitted("The worklist is the lender's.")
    queue = Queue(states=[*(states or ON_THE_DESK)], assignee=assignee, unassigned=unassigned)
    rows = await worklist.page(work.session, queue, limit=limit + 1, after=_place(after))
    files = await _files(work, rows[:limit])
    lines = [OnDesk(file=f, next_step=recommend(work, f, required(work, f, desk), desk=desk)) for f in files]
    return lines, len(rows) > limit


def place_of(case: CaseRow) -> str:
    """Return where the worklist goes on after a case."""
    return f"{case.next_due_at.isoformat() if case.next_due_at else '-'} {case.id}"


def _place(after: object) -> QueuePlace | None:
    if not isinstance(after, str):
        return None
    moment, _, case_id = after.partition(" ")
    return QueuePlace(None if moment == "-" else datetime.fromisoformat(moment), UUID(case_id))


async def _files(work: UnitOfWork, rows: Sequence[CaseRow]) -> list[CaseFile]:
    """Return the files of several cases; persons stay where they are, for nobody is named in a worklist."""
    session, ids = work.session, [row.id for row in rows]
    if not ids:
        return []
    loans = await worklist.contents(session, CaseLoanRow, ids)
    evidence = await worklist.contents(session, EvidenceRow, ids)
    offers = await worklist.contents(session, OfferRow, ids)
    requests = await worklist.contents(session, InformationRequestRow, ids)
    holds = await worklist.contents(session, HoldRow, ids)
    appeals = await worklist.contents(session, AppealRow, ids)
    reviews, decisions = await worklist.verdicts(session, rows)
    agreements = await worklist.agreements(session, {loan.loan_id for of in loans.values() for loan in of})
    files = [
        CaseFile(
            case=row,
            application=load(Application, row.application),
            snapshots=tuple(_snapshot(loan) for loan in loans.get(row.id, ())),
            today=work.now.date(),
            evidence=evidence.get(row.id, []),
            review=reviews.get(row.id),
            decision=decisions.get(row.id),
            offers=offers.get(row.id, []),
            agreements=_each_once(agreements.get(loan.loan_id, []) for loan in loans.get(row.id, ())),
            requests=requests.get(row.id, []) if row.information_due_on else [],
            holds=holds.get(row.id, []),
            appeals=appeals.get(row.id, []),
        )
        for row in rows
    ]
    # Who only looks on has no mark, so nothing is unread to them.
    unread = await messages.unread(session, ids if is_lender(work.actor) else [], reader=work.actor)
    empty = await worklist.without_plan(session, ids)
    for file in files:
        file.unread = unread.get(file.case.id, 0)
        told = empty.get(file.case.id)
        if told is not None and in_state(file, CaseState.IN_REVIEW) and approved(file):
            file.menu_empty = told.particulars["limits"]
    return files


def _snapshot(row: CaseLoanRow) -> Snapshot:
    return Snapshot(loan=load(Loan, row.document), source=LoanSource(row.source))


def _each_once(found: Iterable[Sequence[AgreementRow]]) -> list[AgreementRow]:
    return list({row.id: row for rows in found for row in rows}.values())
