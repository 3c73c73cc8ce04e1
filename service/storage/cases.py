"""Cases: taking the lock under which one is changed, reading, adding and searching them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import READS_ALL, Actor
from service.domain.application import Application
from service.domain.person import Person
from service.storage import applications
from service.storage.documents import dump
from service.storage.progress import found_at_version, found_in_state
from service.storage.tables import CaseLoanRow, CaseRow
from service.storage.work import UnitOfWork


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

    On SQLite the transaction holds the only write lock already (`BEGIN IMMEDIATE`).
    """
    case = await session.get(CaseRow, case_id, with_for_update=True, populate_existing=True)
    if case is not None:
        found_at_version(session, case.version)
        found_in_state(session, case.state)
    return case


async def get(session: AsyncSession, case_id: UUID) -> CaseRow | None:
    """Return a case to read."""
    return await session.get(CaseRow, case_id)


async def add(work: UnitOfWork, *, application: Application, person: Person) -> CaseRow:
    """Add a draft with the first version of its application; `ReferenceExists` when the reference is taken."""
    session, now = work.session, work.now
    case = CaseRow(
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
    conditions = _conditions(wanted)
    if after is not None:
        conditions.append(col(CaseRow.id) < after)
    newest = col(CaseRow.id).desc()
    if visible_to.role in READS_ALL:
        return (await session.scalars(select(CaseRow).where(*conditions).order_by(newest).limit(limit))).all()
    # One range of one index for each way in which a case can be theirs: an OR would read all of them and sort.
    theirs = [
        _ids([col(column) == visible_to.identity, *conditions], limit)
        for column in (CaseRow.posted_by, CaseRow.borrower_subject, CaseRow.representative_subject)
    ]
    ids = union(*theirs)
    page = select(CaseRow).where(col(CaseRow.id).in_(ids)).order_by(newest).limit(limit)
    return (await session.scalars(page)).all()


def _ids(conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    ordered = select(col(CaseRow.id)).where(*conditions).order_by(col(CaseRow.id).desc()).limit(limit).subquery()
    return select(ordered.c.id)


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    equal = {
        CaseRow.reference: wanted.reference,
        CaseRow.borrower_subject: wanted.borrower,
        CaseRow.assignee: wanted.assignee,
        CaseRow.hardship_reason: wanted.reason,
    }
    conditions: list[ColumnElement[bool]] = [col(c) == value for c, value in equal.items() if value is not None]
    if len(wanted.states) == 1:
        conditions.append(col(CaseRow.state) == wanted.states[0])
    elif wanted.states:
        conditions.append(col(CaseRow.state).in_(wanted.states))
    if wanted.loan is not None:
        same_case = col(CaseLoanRow.case_id) == col(CaseRow.id)
        conditions.append(exists().where(same_case, col(CaseLoanRow.loan_id) == wanted.loan))
    if wanted.created_from is not None:
        conditions.append(col(CaseRow.created_at) >= wanted.created_from)
    if wanted.created_before is not None:
        conditions.append(col(CaseRow.created_at) < wanted.created_before)
    return conditions


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
