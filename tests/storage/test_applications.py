"""Applications: their versions, the person apart from them, and who holds a loan."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from service.domain.lifecycle import CaseAction, CaseState
from service.domain.loans import Loan, Party, Snapshot
from service.domain.person import Person, part
from service.domain.words import LoanSource, PartyRole
from service.storage import applications, cases
from service.storage.applications import LoanHeld
from service.storage.engine import Database
from service.storage.tables import ApplicationVersionRow, CaseLoanRow, CaseRow, PersonRow
from tests.domain.applications import li, li_borrower, li_hardship, li_loan
from tests.storage.records import MOMENT, add_case, work_of

GUARANTOR = Party(role=PartyRole.GUARANTOR, name="王某", subject="user-9", must_sign=True)


def _loans(*ids: str) -> tuple[Loan, ...]:
    return tuple(li_loan(id=loan_id, parties=(GUARANTOR,)) for loan_id in ids)


def _snapshots(*ids: str, source: LoanSource = LoanSource.DECLARED) -> list[Snapshot]:
    return [Snapshot(loan=loan, source=source) for loan in _loans(*ids)]


async def _post(database: Database, *loans: str, follows: CaseRow | None = None) -> CaseRow:
    async with database.writing() as session:
        application = li(reference=None, loans=_loans(*loans), follows=str(follows.id) if follows else None)
        return await add_case(work_of(session), application)


async def _to(database: Database, case: CaseRow, state: CaseState) -> None:
    """Set a case in a state, as its moves would."""
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        found.state = state


async def _end(database: Database, case: CaseRow) -> None:
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        await work_of(session).move(found, CaseAction.WITHDRAW)


async def _holders(database: Database) -> dict[str, set[str]]:
    """Return, per loan, which cases hold it."""
    async with database.reading() as session:
        running = select(CaseLoanRow).where(col(CaseLoanRow.running))
        found: dict[str, set[str]] = {}
        for row in await session.scalars(running):
            found.setdefault(row.loan_id, set()).add(str(row.case_id))
        return found


async def test_an_application_comes_back_with_its_person(database: Database) -> None:
    case = await _post(database, "L-1")
    async with database.reading() as session:
        found = await cases.get(session, case.id)
        assert found is not None
        application, person = await applications.of_case(session, found)

    wanted, whose = part(li(reference=None, loans=_loans("L-1")))
    assert (application, person) == (wanted, whose)
    assert person.name == "李某"
    assert application.borrower.name is None


async def test_a_person_who_was_forgotten_is_empty(database: Database) -> None:
    case = await _post(database)
    async with database.writing() as session:
        await session.execute(text("DELETE FROM persons"))
    async with database.reading() as session:
        found = await cases.get(session, case.id)
        assert found is not None
        assert (await applications.of_case(session, found))[1] == Person()


async def test_each_change_is_a_version_and_the_ones_before_stay(database: Database) -> None:
    case = await _post(database)
    for number, name in ((2, "Anna"), (3, "Berta")):
        async with database.writing() as session:
            found = await cases.lock(session, case.id)
            assert found is not None
            changed = li(borrower=li_borrower(name=name, subject=f"user-{number}"), hardship=None, loans=())
            document, person = part(changed)
            found.application_version = number
            await applications.replace(session, found, document, person, by="somebody", at=MOMENT)

    async with database.reading() as session:
        rows = await session.scalars(select(ApplicationVersionRow).order_by(col(ApplicationVersionRow.number)))
        versions = [(row.number, row.by, row.document["borrower"]["subject"]) for row in rows]
        people = [row.document["name"] for row in await session.scalars(select(PersonRow))]
        found = await cases.get(session, case.id)
        assert found is not None
        searched_by = (found.borrower_subject, found.representative_subject, found.hardship_reason)

    assert versions == [(1, "key:partner", "user-481"), (2, "somebody", "user-2"), (3, "somebody", "user-3")]
    assert people == ["Berta"]
    assert searched_by == ("user-3", None, None)


async def test_loans_come_back_in_their_order_with_who_vouches_and_without_names(database: Database) -> None:
    case = await _post(database, "L-9", "L-1", "L-5")
    async with database.reading() as session:
        found = await applications.snapshots_of(session, case.id)

    assert [s.loan.id for s in found] == ["L-9", "L-1", "L-5"]
    assert {s.source for s in found} == {LoanSource.LENDER}
    assert found[0].loan == replace(_loans("L-9")[0], parties=(replace(GUARANTOR, name=None),))


async def test_a_loan_is_in_one_case_that_has_not_ended(database: Database) -> None:
    first = await _post(database, "L-1", "L-2")

    with pytest.raises(LoanHeld) as caught:
        await _post(database, "L-3", "L-2")
    assert caught.value.loan_id == "L-2"

    await _end(database, first)
    second = await _post(database, "L-3", "L-2")
    assert await _holders(database) == {"L-2": {str(second.id)}, "L-3": {str(second.id)}}


async def test_of_two_that_post_a_loan_at_once_one_holds_it(database: Database) -> None:
    ended = await asyncio.gather(*(_post(database, "L-1") for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(end, CaseRow) for end in ended) == 1
    assert sum(isinstance(end, LoanHeld) for end in ended) == 5


async def test_two_that_post_the_same_loans_in_different_orders_do_not_wait_for_each_other(
    database: Database,
) -> None:
    """Both wait for a third, which gives up: then one of them must find all loans free."""
    started = asyncio.Event()

    async def give_up() -> None:
        async with database.writing() as session:
            await add_case(work_of(session), li(reference=None, loans=_loans("A")))
            started.set()
            if not database.is_sqlite:
                await _until_waiting(database, 2)
            raise ZeroDivisionError

    async def post(*ids: str) -> CaseRow:
        await started.wait()
        return await _post(database, *ids)

    ended = await asyncio.gather(give_up(), post("A", "B"), post("B", "A"), return_exceptions=True)

    assert [type(end) for end in ended[:1]] == [ZeroDivisionError]
    assert {type(end) for end in ended[1:]} == {CaseRow, LoanHeld}, ended


async def _until_waiting(database: Database, number: int) -> None:
    """Return when so many transactions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(5):
        while True:
            async with database.glancing() as session:
                if await session.scalar(waiting) == number:
                    return


async def test_new_figures_take_the_place_of_the_old(database: Database) -> None:
    case = await _post(database, "L-1", "L-2")
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        await applications.put_snapshots(session, found, _snapshots("L-2", "L-3"))

    async with database.reading() as session:
        snapshots = await applications.snapshots_of(session, case.id)
    assert [(s.loan.id, s.source) for s in snapshots] == [("L-2", "declared"), ("L-3", "declared")]
    assert set(await _holders(database)) == {"L-2", "L-3"}


async def test_a_case_may_have_no_loans_yet_or_no_longer(database: Database) -> None:
    case = await _post(database, "L-1")
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        await applications.put_snapshots(session, found, [])

    assert await _holders(database) == {}


async def test_a_case_that_has_ended_holds_no_loan_whatever_figures_it_gets(database: Database) -> None:
    case = await _post(database, "L-1")
    await _end(database, case)
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        await applications.put_snapshots(session, found, _snapshots("L-1"))

    assert await _holders(database) == {}


class TestRenegotiation:
    """A case that follows one whose agreement runs on until it is replaced."""

    @pytest.fixture
    async def agreed(self, database: Database) -> CaseRow:
        """Return a case with three loans and an agreement."""
        case = await _post(database, "L-1", "L-2", "L-3")
        await _to(database, case, CaseState.AGREED)
        return case

    async def test_it_takes_over_its_own_loans_and_no_other(self, database: Database, agreed: CaseRow) -> None:
        new = await _post(database, "L-1", "L-2", follows=agreed)

        held, old = await _holders(database), str(agreed.id)
        assert held == {"L-1": {str(new.id)}, "L-2": {str(new.id)}, "L-3": {old}}
        with pytest.raises(LoanHeld):
            await _post(database, "L-3")

    async def test_it_gives_back_what_it_drops(self, database: Database, agreed: CaseRow) -> None:
        new = await _post(database, "L-1", "L-2", follows=agreed)
        async with database.writing() as session:
            found = await cases.lock(session, new.id)
            assert found is not None
            await applications.put_snapshots(session, found, _snapshots("L-2", "L-4"))

        old = str(agreed.id)
        assert await _holders(database) == {"L-1": {old}, "L-2": {str(new.id)}, "L-3": {old}, "L-4": {str(new.id)}}

    async def test_it_gives_back_all_when_it_ends(self, database: Database, agreed: CaseRow) -> None:
        new = await _post(database, "L-1", "L-2", "L-4", follows=agreed)
        await _end(database, new)

        assert await _holders(database) == {f"L-{n}": {str(agreed.id)} for n in (1, 2, 3)}

    async def test_two_of_one_agreement_leave_each_other_alone(self, database: Database, agreed: CaseRow) -> None:
        one, two = await _post(database, "L-1", follows=agreed), await _post(database, "L-2", follows=agreed)
        async with database.writing() as session:
            found = await cases.lock(session, one.id)
            assert found is not None
            await applications.put_snapshots(session, found, _snapshots("L-1"))

        assert await _holders(database) == {"L-1": {str(one.id)}, "L-2": {str(two.id)}, "L-3": {str(agreed.id)}}

    async def test_it_may_be_a_draft_without_loans(self, database: Database, agreed: CaseRow) -> None:
        new = await _post(database, follows=agreed)
        await _end(database, new)

        assert await _holders(database) == {f"L-{n}": {str(agreed.id)} for n in (1, 2, 3)}

    @pytest.mark.parametrize("state", (CaseState.OFFERED, CaseState.DRAFT))
    async def test_without_an_agreement_there_is_nothing_to_take_over(
        self, database: Database, agreed: CaseRow, state: CaseState
    ) -> None:
        await _to(database, agreed, state)

        with pytest.raises(LoanHeld):
            await _post(database, "L-1", follows=agreed)

    async def test_nothing_is_given_back_to_an_agreement_that_ended_meanwhile(
        self, database: Database, agreed: CaseRow
    ) -> None:
        """Also when it ends while the renegotiation does: whoever comes second sees what the first did."""
        new = await _post(database, "L-1", "L-2", follows=agreed)
        ending = asyncio.Event()

        async def fulfil() -> None:
            async with database.writing() as session:
                found = await cases.lock(session, agreed.id)
                assert found is not None
                await work_of(session).as_system().move(found, CaseAction.FULFIL)
                await session.flush()
                ending.set()
                if not database.is_sqlite:
                    await _until_waiting(database, 1)

        async def withdraw() -> None:
            await ending.wait()
            await _end(database, new)

        await asyncio.gather(fulfil(), withdraw())

        assert await _holders(database) == {}


async def test_what_cases_are_searched_by_is_copied_from_the_application(database: Database) -> None:
    async with database.writing() as session:
        case = await add_case(work_of(session), li(loans=(), hardship=li_hardship()))
        applications.copy_for_search(case, li(hardship=None))

    assert case.hardship_reason is None
    assert case.borrower_subject == "user-481"
