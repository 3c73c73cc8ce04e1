"""Cases: locking one, and searching them by everything they are searched by."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.actors import READS_ALL, Actor, Role
from service.domain.application import Representative
from service.domain.words import HardshipReason
from service.storage import cases
from service.storage.applications import loan_ids_of
from service.storage.cases import Search
from service.storage.engine import Database, connect
from service.storage.progress import progress
from service.storage.tables import CaseRow
from tests.domain.applications import li, li_borrower, li_hardship, li_loan
from tests.storage.records import MOMENT, add_case, work_of

SYSTEM = Actor.system()


async def test_a_case_that_is_not_there_is_none(database: Database) -> None:
    nobody = UUID(int=7)
    async with database.writing() as session:
        assert await cases.lock(session, nobody) is None
        assert await cases.get(session, nobody) is None


async def test_who_waits_for_the_lock_sees_what_the_one_before_wrote(database: Database, migrated_url: str) -> None:
    """Also when they had read the case before, in the same transaction; and their moment is that of the lock."""
    other = connect(migrated_url)
    async with database.writing() as session:
        case_id = (await add_case(work_of(session))).id
    order: list[str] = []

    async def change() -> None:
        async with database.writing() as session:
            case = await cases.lock(session, case_id)
            assert case is not None
            locked.set()
            await asyncio.sleep(0.05)
            case.rounds = 3
            order.append("changed")

    async def wait() -> tuple[int, datetime, datetime]:
        moments = iter(MOMENT + timedelta(minutes=n) for n in range(9))
        async with other.writing() as session:
            work = replace(work_of(session), clock=lambda: next(moments))
            before = work.now
            stale = await cases.get(session, case_id)
            await locked.wait()
            case = await cases.lock(session, case_id)
            order.append("locked")
            assert case is not None
            assert case is stale
            return case.rounds, before, work.now

    locked = asyncio.Event()
    if database.is_sqlite:  # there the transaction itself waits
        async with asyncio.TaskGroup() as group:
            group.create_task(change())
            await locked.wait()
            waiting = group.create_task(wait())
    else:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(wait())
            group.create_task(change())
    await other.dispose()

    assert order == ["changed", "locked"]
    assert waiting.result() == (3, MOMENT, MOMENT + timedelta(minutes=1))


async def test_if_match_is_compared_with_the_version_that_was_locked_first(database: Database) -> None:
    async with database.writing() as session:
        work = work_of(session)
        case = await add_case(work)
        other = await add_case(work)
        await work.record(other, "assigned")
    async with database.writing() as session:
        work = work_of(session)
        for case_id in (other.id, case.id):
            locked = await cases.lock(session, case_id)
            assert locked is not None
            await work.record(locked, "assigned")

        assert progress(session).version == 2


@pytest.mark.parametrize(("first", "second", "taken"), (("R", "R", True), ("R", "S", False), (None, None, False)))
async def test_a_reference_is_unique_per_poster(
    database: Database, first: str | None, second: str | None, *, taken: bool
) -> None:
    other = Actor(role=Role.PARTNER, identity="key:other")
    async with database.writing() as session:
        await add_case(work_of(session), reference=first)
    async with database.writing() as session:
        await add_case(work_of(session, actor=other), reference=first)

    if taken:
        with pytest.raises(cases.ReferenceExists):
            await _post_again(database, second)
    else:
        await _post_again(database, second)


async def _post_again(database: Database, reference: str | None) -> None:
    async with database.writing() as session:
        await add_case(work_of(session), reference=reference)


PARTNERS = tuple(Actor(role=Role.PARTNER, identity=f"key:{n}") for n in range(3))
BORROWERS = ("li", "key:1", None)
"""One of them signs in as somebody who also posts cases: their list has both, each once."""
STATES = ("draft", "submitted", "offered", "closed")
REASONS = (HardshipReason.ILLNESS, HardshipReason.DISASTER, None)


def _representative(subject: str) -> Representative:
    return Representative(subject=subject)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a case should be found by."""

    id: UUID
    posted_by: str
    borrower: str | None
    representative: str | None
    state: str
    reference: str | None
    reason: str | None
    assignee: str | None
    loans: frozenset[str]
    created_at: datetime

    def is_found_by(self, wanted: Search, actor: Actor) -> bool:
        """Say whether a search of this actor finds the case; said once more, without a database."""
        theirs = actor.identity in {self.posted_by, self.borrower, self.representative}
        return (
            (actor.role in READS_ALL or theirs)
            and (not wanted.states or self.state in wanted.states)
            and wanted.reference in {None, self.reference}
            and wanted.borrower in {None, self.borrower}
            and wanted.assignee in {None, self.assignee}
            and wanted.reason in {None, self.reason}
            and (wanted.loan is None or wanted.loan in self.loans)
            and (wanted.created_from is None or self.created_at >= wanted.created_from)
            and (wanted.created_before is None or self.created_at < wanted.created_before)
        )


@pytest.fixture
async def shelf(database: Database) -> list[Expected]:
    """Fill a database with cases that differ in everything one searches by; return them newest first."""
    kinds = list(product(PARTNERS, BORROWERS, STATES, REASONS))
    found = []
    async with database.writing() as session:
        for n, (partner, borrower, state, reason) in enumerate(kinds):
            representative = ("adviser", "key:2", None)[n % 7 % 3]
            application = li(
                reference=f"R-{n % 40}",
                borrower=li_borrower(
                    subject=borrower, representative=_representative(representative) if representative else None
                ),
                hardship=li_hardship(reason=reason) if reason else None,
                loans=tuple(li_loan(id=f"L-{n}-{m}") for m in range(n % 3)),
            )
            work = work_of(session, actor=partner, at=MOMENT + timedelta(hours=n))
            progress(session).moment = None
            case = await add_case(work, application)
            case.state, case.assignee = state, ("anna", None)[n % 2]
            found.append(
                Expected(
                    id=case.id,
                    posted_by=partner.identity,
                    borrower=borrower,
                    representative=representative,
                    state=state,
                    reference=application.reference,
                    reason=reason,
                    assignee=case.assignee,
                    loans=frozenset(loan.id for loan in application.loans),
                    created_at=case.created_at,
                )
            )
    return found[::-1]


async def _walk(session: AsyncSession, wanted: Search, actor: Actor, *, limit: int) -> list[UUID]:
    """Read all pages of a search."""
    found: list[UUID] = []
    page: Sequence[CaseRow] = ()
    while not found or len(page) == limit:
        page = await cases.search(session, wanted, visible_to=actor, limit=limit, after=found[-1] if found else None)
        found += [case.id for case in page]
        if not found:
            break
    return found


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"states": ("offered",)},
    {"states": ("draft", "closed")},
    {"states": ("fulfilled",)},
    {"reference": "R-7"},
    {"reference": "nobody's"},
    {"borrower": "li"},
    {"loan": "L-8-1"},
    {"loan": "L-999-1"},
    {"assignee": "anna"},
    {"reason": "illness"},
    {"created_from": MOMENT + timedelta(hours=50)},
    {"created_before": MOMENT + timedelta(hours=50)},
    {"created_from": MOMENT + timedelta(hours=20), "created_before": MOMENT + timedelta(hours=21)},
)
SEARCHES = tuple(Search(**{**one, **other}) for one, other in product(FILTERS, repeat=2))
ACTORS = (
    SYSTEM,
    Actor(role=Role.AUDITOR, identity="auditor"),
    Actor(role=Role.SERVICING, identity="core"),
    *PARTNERS,
    Actor(role=Role.BORROWER, identity="li"),
    Actor(role=Role.REPRESENTATIVE, identity="adviser"),
    Actor(role=Role.POLICY_ADMIN, identity="nobody"),
)


async def test_a_search_finds_what_it_should_by_every_filter_and_every_two(
    database: Database, shelf: list[Expected]
) -> None:
    """Newest first, only what the actor may see, each case on one page."""
    async with database.reading() as session:
        for n, (wanted, actor) in enumerate(product(SEARCHES, ACTORS)):
            if n % 7:  # one combination of seven, in turn
                continue
            found = await _walk(session, wanted, actor, limit=(200, 7, 23)[n % 3])
            assert found == [case.id for case in shelf if case.is_found_by(wanted, actor)], (wanted, actor)


@pytest.mark.parametrize("limit", (3, 50))
@pytest.mark.parametrize("actor", (SYSTEM, PARTNERS[1]))
async def test_pages_neither_skip_nor_repeat_while_cases_arrive(
    database: Database, shelf: list[Expected], limit: int, actor: Actor
) -> None:
    """And a case that changes its state meanwhile keeps its place."""
    seen: list[UUID] = []
    mine = [case.id for case in shelf if case.is_found_by(Search(), actor)]
    while len(seen) < len(mine):
        async with database.reading() as session:
            after = seen[-1] if seen else None
            page = await cases.search(session, Search(), visible_to=actor, limit=limit, after=after)
        seen += [case.id for case in page]
        if len(seen) % 5 == 0:
            async with database.writing() as session:
                await add_case(work_of(session, actor=PARTNERS[1], at=MOMENT + timedelta(days=99)))
                passed = await cases.lock(session, seen[0])
                assert passed is not None
                passed.state = "withdrawn"

    assert seen == mine


async def test_the_loans_of_a_page_are_read_at_once(database: Database, shelf: list[Expected]) -> None:
    async with database.reading() as session:
        found = await loan_ids_of(session, [case.id for case in shelf[:30]])
        none = await loan_ids_of(session, [])

    assert none == {}
    assert found == {case.id: sorted(case.loans) for case in shelf[:30] if case.loans}
