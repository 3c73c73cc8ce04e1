"""Applications: their versions, the personal members kept apart from them, and the snapshots of their loans."""

from collections.abc import Iterable, Sequence
from dataclasses import replace as changed
from datetime import datetime
from operator import itemgetter
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.agreement import AgreementState
from service.domain.application import Application
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.loans import Loan, Snapshot
from service.domain.person import Person
from service.domain.stages import product_of
from service.domain.words import LoanSource
from service.storage.documents import dump, load
from service.storage.statements import insert_unless_there
from service.storage.tables import AgreementRow, ApplicationVersionRow, CaseLoanRow, CaseRow, PersonRow

UNDER_AGREEMENT = (CaseState.AGREED, CaseState.BREACHED)
"""States of a case whose loans a linked renegotiation may take up while the agreement runs on."""

UNSEEN: Final = {"synchronize_session": False}
"""No row that these statements change is held by the session: loans are read as values."""


class LoanHeld(Exception):
    """Another case that has not ended is about this loan."""

    def __init__(self, loan_id: str) -> None:
        super().__init__("A loan is in another case.")
        self.loan_id = loan_id


async def add_first(session: AsyncSession, case: CaseRow, person: Person, *, by: str, at: datetime) -> None:
    """Keep the first version of the application that stands in the case, and the person apart from it."""
    session.add(PersonRow(case_id=case.id, document=dump(person)))
    session.add(ApplicationVersionRow(case_id=case.id, number=1, document=case.application, by=by, at=at))


async def replace(
    session: AsyncSession, case: CaseRow, application: Application, person: Person, *, by: str, at: datetime
) -> None:
    """Keep the version whose number stands in the case; the ones before it stay as they are."""
    await restate(session, case, application, person)
    session.add(
        ApplicationVersionRow(case_id=case.id, number=case.application_version, document=case.application, by=by, at=at)
    )


async def restate(session: AsyncSession, case: CaseRow, application: Application, person: Person) -> None:
    """Keep what an application says now, without a version: its loans carry the lender's own figures."""
    case.application = dump(application)
    copy_for_search(case, application)
    await session.merge(PersonRow(case_id=case.id, document=dump(person)))


def copy_for_search(case: CaseRow, application: Application) -> None:
    """Copy what cases are searched by from the application into columns."""
    representative = application.borrower.representative
    case.borrower_subject = application.borrower.subject
    case.representative_subject = representative.subject if representative else None
    case.product = product_of(application)
    case.hardship_reason = application.hardship.reason if application.hardship else None


async def of_case(session: AsyncSession, case: CaseRow) -> tuple[Application, Person]:
    """Return the application that stands in a case, and the person; a forgotten person is empty."""
    row = await session.get(PersonRow, case.id)
    return load(Application, case.application), load(Person, row.document) if row else Person()


async def snapshots_of(session: AsyncSession, case_id: UUID) -> tuple[Snapshot, ...]:
    """Return the loans of a case in the order of the application, each with who vouches for it."""
    wanted = select(CaseLoanRow).where(col(CaseLoanRow.case_id) == case_id).order_by(col(CaseLoanRow.position))
    return tuple(
        Snapshot(loan=load(Loan, row.document), source=LoanSource(row.source)) for row in await session.scalars(wanted)
    )


async def loan_ids_of(session: AsyncSession, case_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the ids of the loans of several cases, for a list."""
    case_ids = list(case_ids)
    if not case_ids:
        return {}
    table = CaseLoanRow
    wanted = select(table.case_id, table.loan_id).where(col(table.case_id).in_(case_ids))  # type: ignore[call-overload]
    found: dict[UUID, list[str]] = {}
    for case_id, loan_id in await session.execute(wanted.order_by(col(table.case_id), col(table.position))):
        found.setdefault(case_id, []).append(loan_id)
    return found


async def put_snapshots(session: AsyncSession, case: CaseRow, snapshots: Sequence[Snapshot]) -> None:
    """Keep these as the loans of a case, and hold them; `LoanHeld` when another case that has not ended has one.

    The unique index decides, so two that post the same loan at once cannot both have it.
    """
    ids = {snapshot.loan.id for snapshot in snapshots}
    before = await _dropped(session, case)
    if case.follows is not None:
        await _hand_over(session, case, taken=ids, given_back=before - ids)
    if not snapshots:
        return
    running = CaseState(case.state) not in TERMINAL
    rows = [
        {
            "case_id": case.id,
            "loan_id": snapshot.loan.id,
            "position": i,
            "source": snapshot.source,
            "document": dump(without_names(snapshot.loan)),
            "running": running,
        }
        for i, snapshot in enumerate(snapshots)
    ]
    # In one order, so that two that post the same loans in different orders do not wait for each other.
    rows.sort(key=itemgetter("loan_id"))
    taken = insert_unless_there(session, CaseLoanRow, rows).returning(col(CaseLoanRow.loan_id))
    held = ids - set((await session.execute(taken)).scalars())
    if held:
        raise LoanHeld(min(held))


async def _dropped(session: AsyncSession, case: CaseRow) -> set[str]:
    """Forget the loans of a case and return their ids; a case without a history is new, and has none."""
    if not case.sequence:
        return set()
    ours = delete(CaseLoanRow).where(col(CaseLoanRow.case_id) == case.id)
    return set(await session.scalars(ours.returning(col(CaseLoanRow.loan_id)).execution_options(**UNSEEN)))


async def release_loans(session: AsyncSession, case: CaseRow) -> None:
    """Free the loans of a case that has ended; a renegotiation that came to nothing gives them back to the one before.

    Once its own agreement was in force, which is watched from then on, it had replaced the other's.
    """
    ended = update(CaseLoanRow).where(col(CaseLoanRow.case_id) == case.id).values(running=False)
    ids = set(await session.scalars(ended.returning(col(CaseLoanRow.loan_id)).execution_options(**UNSEEN)))
    if case.follows is None:
        return
    agreement = None if case.agreement_id is None else await session.get(AgreementRow, case.agreement_id)
    if agreement is None or agreement.watch is None:
        await _hand_over(session, case, taken=set(), given_back=ids)


async def _hand_over(session: AsyncSession, case: CaseRow, *, taken: set[str], given_back: set[str]) -> None:
    """Move the place of loans between a renegotiation and the case whose agreement runs until it is replaced.

    That case is locked after this one, which is newer: no two wait for each other. When its agreement has ended
    meanwhile, nothing is left to take or to give back.
    """
    if not taken | given_back:
        return
    followed = await session.get(CaseRow, case.follows, with_for_update=True, populate_existing=True)
    if followed is None or CaseState(followed.state) not in UNDER_AGREEMENT:
        return
    agreement = None if followed.agreement_id is None else await session.get(AgreementRow, followed.agreement_id)
    if agreement is not None and agreement.state == AgreementState.CANCELLED:
        return
    loan_id = col(CaseLoanRow.loan_id)
    await session.execute(
        update(CaseLoanRow)
        .where(col(CaseLoanRow.case_id) == followed.id, loan_id.in_(taken | given_back))
        .values(running=loan_id.in_(given_back))
        .execution_options(**UNSEEN)
    )


def without_names(loan: Loan) -> Loan:
    """Return the loan without the names of its other parties, which are kept with the person."""
    return changed(loan, parties=tuple(changed(party, name=None) for party in loan.parties))
