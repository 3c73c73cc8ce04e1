"""Cases: taking the lock under which one is changed, reading, adding and searching them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import READS_ALL, Actor
from service.domain.application import Application
from service.domain.person import Person
from service.storage import applications
from service.storage.columns import first_id_at, new_id_at
from service.storage.documents import dump
from service.storage.progress import found_at_version, found_in_state, hold
from service.storage.statements import Beside
from service.storage.tables import CaseLoanRow, CaseRow, DecisionRow, PersonRow, ReviewRow
from service.storage.work import UnitOfWork

TABLE: Final = CaseRow.__table__.c  # type: ignore[attr-defined]
ALONG: Final = (
    select(PersonRow, ReviewRow, DecisionRow)
    .select_from(CaseRow)
    .outerjoin(PersonRow, col(PersonRow.case_id) == TABLE.id)
    .outerjoin(ReviewRow, col(ReviewRow.id) == TABLE.review_id)
    .outerjoin(DecisionRow, col(DecisionRow.id) == TABLE.decision_id)
)
"""What is read along with a case: the person, and the review and the decision that count."""

PARTIES: Final = ("posted_by", "borrower_subject", "representative_subject")
"""The columns by which a case is somebody's."""


class ReferenceExists(Exception):
    """The same poster has another case under this reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What cases are looked for by; None leaves it open. Moments are half-open: from, and before."""

    states: tuple[str, ...] = ()
    reference: str | None = None
    borrower: str | None = None
    loan: str | None = None
    assignee: str | None = None
    reason: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


async def lock(session: AsyncSession, case_id: UUID) -> CaseRow | None:
    """Return a case that nobody else can change until this transaction ends; all changes of a case are in this order.

    On SQLite the transaction holds the only write lock already (`BEGIN IMMEDIATE`). What is read along with a case is
    read by a second statement: one that had to wait for the lock would see what was there before.
    """
    case = await session.get(CaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is not None:
        found_at_version(session, case.version)
        found_in_state(session, case.state)
        await _read(session, ALONG.where(TABLE.id == case_id))
    return case


async def get(session: AsyncSession, case_id: UUID) -> CaseRow | None:
    """Return a case to read."""
    found = await _read(session, ALONG.add_columns(CaseRow).where(TABLE.id == case_id))
    case: CaseRow | None = found[-1] if found else None
    return case


async def _read(session: AsyncSession, wanted: Executable) -> Sequence[Any] | None:
    """Read a case's person, review and decision in one statement; the session finds them by their keys afterwards."""
    found = (await session.execute(wanted, execution_options={"populate_existing": True})).one_or_none()
    hold(session, found)
    return found


async def add(work: UnitOfWork, *, application: Application, person: Person) -> CaseRow:
    """Add a draft with the first version of its application; `ReferenceExists` when the reference is taken."""
    session, now = work.session, work.now
    case = CaseRow(
        id=new_id_at(now),
        reference=application.reference,
        posted_by=work.actor.identity,
        currency=application.currency,
        channel=application.channel,
        follows=_id(application.follows),
        application=dump(application),
        created_at=now,
        updated_at=now,
    )
    applications.copy_for_search(case, application)
    session.add(case)
    try:
        await session.flush()
    except IntegrityError as error:
        raise ReferenceExists from error
    await applications.add_first(session, case, person, by=work.actor.identity, at=now)
    return case


async def search(
    session: AsyncSession, wanted: Search, *, visible_to: Actor, limit: int, after: UUID | None = None
) -> Sequence[CaseRow]:
    """Return a page of the cases that an actor may see, newest first; `after` is the last id of the page before."""
    newest = col(CaseRow.id).desc()
    everywhere = list(_everywhere(wanted, after=after))
    parties = (None,) if visible_to.role in READS_ALL else PARTIES
    ways = product(parties, sorted(set(wanted.states)) or (None,))
    branches = [[*_equal(wanted, party, visible_to, state), *everywhere] for party, state in ways]
    if len(branches) == 1:
        page = select(CaseRow).where(*branches[0])
    else:
        # One range of one index for each way in which a case can be wanted: an OR would read all of them and sort.
        page = select(CaseRow).where(col(CaseRow.id).in_(union(*(_ids(branch, limit) for branch in branches))))
    return (await session.scalars(page.order_by(newest).limit(limit))).all()


def _ids(conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    ordered = select(col(CaseRow.id)).where(*conditions).order_by(col(CaseRow.id).desc()).limit(limit).subquery()
    return select(ordered.c.id)


def _equal(wanted: Search, party: str | None, actor: Actor, state: str | None) -> Iterator[ColumnElement[bool]]:
    """Yield what a case's columns must equal in one branch of a search, from what leaves the fewest cases.

    The first has an index. The others are looked at beside it, but for the two that a poster's index has as well.
    """
    told = {"reference": wanted.reference, "borrower_subject": wanted.borrower, "assignee": wanted.assignee}
    told |= {"hardship_reason": wanted.reason, "state": state}
    given = [(name, value) for name, value in told.items() if value is not None]
    if party is not None:
        given.insert(0, (party, actor.identity))
    indexed = {"posted_by", "reference", "state"} if party == "posted_by" else {name for name, _ in given[:1]}
    for name, value in given:
        column = TABLE[name]
        yield (column if name in indexed else Beside(column)) == value


def _everywhere(wanted: Search, *, after: UUID | None) -> Iterator[ColumnElement[bool]]:
    """Yield what holds in all branches. The time in a case's id is when it was created: moments are a range of ids."""
    before = [] if after is None else [after]
    if wanted.loan is not None:
        yield col(CaseRow.id).in_(select(col(CaseLoanRow.case_id)).where(col(CaseLoanRow.loan_id) == wanted.loan))
    if wanted.created_from is not None:
        yield col(CaseRow.id) >= first_id_at(wanted.created_from)
        yield col(CaseRow.created_at) >= wanted.created_from
    if wanted.created_before is not None:
        before.append(first_id_at(wanted.created_before + timedelta(milliseconds=1)))
        yield col(CaseRow.created_at) < wanted.created_before
    if before:
        yield col(CaseRow.id) < min(before)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
