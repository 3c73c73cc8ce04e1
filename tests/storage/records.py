"""Records to test storage with: Li's case as the use cases would store it, without their rules."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.actors import Actor, Role
from service.domain.application import Application
from service.domain.loans import Snapshot
from service.domain.person import part
from service.domain.words import LoanSource
from service.storage import applications, cases
from service.storage.tables import CaseRow
from service.storage.work import UnitOfWork
from tests.domain.applications import li

MOMENT = datetime(2026, 11, 15, 9, 30, 15, 123456, tzinfo=UTC)
PARTNER = Actor(role=Role.PARTNER, identity="key:partner")


def work_of(session: AsyncSession, *, actor: Actor = PARTNER, at: datetime = MOMENT) -> UnitOfWork:
    """Return a unit of work at a moment that stands still."""
    return UnitOfWork(session=session, actor=actor, clock=lambda: at)


async def add_case(work: UnitOfWork, application: Application | None = None, **changes: Any) -> CaseRow:
    """Store a case with its first event; `reference` is null unless it is given."""
    application = application or li(**{"reference": None, "loans": (), **changes})
    document, person = part(application)
    case = await cases.add(work, application=document, person=person)
    snapshots = [Snapshot(loan=loan, source=LoanSource.LENDER) for loan in application.loans]
    await applications.put_snapshots(work.session, case, snapshots)
    await work.record(case, "created")
    return case
