"""The unit of work: a move is one deed with its event, and a moment is the same until the work is done."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.actors import Actor, Role
from service.domain.lifecycle import MOVES, TERMINAL, CaseAction, CaseState, MoveNotAllowed, RoleNotAllowed
from service.storage import applications, cases, events
from service.storage.applications import LoanHeld
from service.storage.engine import Database
from service.storage.tables import CaseRow
from service.storage.work import UnitOfWork
from tests.domain.applications import li, li_loan
from tests.storage.records import MOMENT, add_case, work_of


@pytest.fixture
async def work(database: Database) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work, whose transaction is undone."""
    async with database.writing() as session:
        yield work_of(session)
        await session.rollback()


async def _case(work: UnitOfWork, state: CaseState, *, loan: str = "L-1") -> CaseRow:
    case = await add_case(work, li(reference=None, loans=(li_loan(id=loan),)))
    case.state = state
    return case


async def test_every_move_sets_the_state_and_writes_one_event(work: UnitOfWork) -> None:
    """And one that ends a case frees its loans."""
    for n, move in enumerate(MOVES):
        case = await _case(work, move.source, loan=f"L-{n}")
        case.state_before_appeal = CaseState.OFFERED if move.source is CaseState.APPEALED else None
        actor = Actor(role=min(move.roles), identity="somebody")

        event = await replace(work, actor=actor).move(case, move.action, reason="because")

        target = move.target or CaseState.OFFERED
        assert (case.state, case.version, case.sequence) == (target, 2, 2)
        assert (event.type, event.sequence) == (move.action, 2)
        assert event.particulars == {"from": move.source, "to": target, "reason": "because"}
        assert (event.actor_role, event.actor_id) == (actor.role, "somebody")
        again = await add_case(work)
        loans = await applications.snapshots_of(work.session, case.id)
        if target in TERMINAL:
            await applications.put_snapshots(work.session, again, loans)
        else:
            with pytest.raises(LoanHeld):
                await applications.put_snapshots(work.session, again, loans)


async def test_a_move_that_may_not_be_taken_changes_nothing(work: UnitOfWork) -> None:
    case = await _case(work, CaseState.DRAFT)
    for action, role, error in (
        (CaseAction.ACCEPT, Role.BORROWER, MoveNotAllowed),
        (CaseAction.SUBMIT, Role.CASEWORKER, RoleNotAllowed),
    ):
        with pytest.raises(error):
            await work.move(case, action, role=role)

    assert (case.state, case.version, case.sequence) == ("draft", 1, 1)


async def test_an_appeal_remembers_where_it_came_from_and_returns_there(work: UnitOfWork) -> None:
    case = await _case(work, CaseState.LAPSED)
    for action, role, state in (
        (CaseAction.APPEAL, Role.BORROWER, "appealed"),
        (CaseAction.DISMISS, Role.CASEWORKER, "lapsed"),
    ):
        await work.move(case, action, role=role)
        assert (case.state, case.state_before_appeal) == (state, "lapsed")


async def test_the_role_in_the_case_is_written_down_where_it_differs_from_the_keys(work: UnitOfWork) -> None:
    """A partner who stands in for the borrower acts as the borrower; who they are stays."""
    case = await _case(work, CaseState.OFFERED)
    event = await work.move(case, CaseAction.DECLINE, role=Role.BORROWER)

    assert (event.actor_role, event.actor_id) == ("borrower", "key:partner")


async def test_steps_of_the_service_name_what_caused_them(work: UnitOfWork) -> None:
    case = await _case(work, CaseState.SUBMITTED)
    first = await work.record(case, "posted")
    system = work.as_system(caused_by=work.cause)
    second = await system.move(case, CaseAction.START_REVIEW)
    third = await system.as_system(caused_by=system.cause).record(case, "reviewed")

    assert [e.caused_by for e in (first, second, third)] == [None, str(first.id), str(second.id)]
    assert (second.actor_role, second.actor_id) == ("system", "system")


async def test_work_that_was_caused_elsewhere_says_so_until_it_writes_itself(database: Database) -> None:
    async with database.writing() as session:
        work = work_of(session, actor=Actor.system(caused_by="a clock"))
        assert work.cause == "a clock"
        case = await add_case(work)
        assert work.cause != "a clock"
        assert [event.caused_by for event in await events.of_case(session, case.id)] == ["a clock"]


async def test_a_moment_is_read_once_and_anew_after_the_case_was_locked(database: Database) -> None:
    """Copies of a unit of work share it."""
    moments = iter(MOMENT + timedelta(minutes=n) for n in range(9))
    async with database.writing() as session:
        work = replace(work_of(session), clock=lambda: next(moments))
        assert {work.now, work.now, work.as_system().now} == {MOMENT}
        case = await add_case(work)
        await session.flush()
        await cases.lock(session, case.id)
        assert {work.now, work.as_system().now} == {MOMENT + timedelta(minutes=1)}
