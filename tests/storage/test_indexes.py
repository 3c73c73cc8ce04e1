"""Lists and searches read what they show and little more, however many cases there are."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from service.casework.worklist import ON_THE_DESK
from service.domain.actors import Actor, Role
from service.storage import applications, cases, events, statistics, worklist
from service.storage.cases import Search
from service.storage.columns import first_id_at
from service.storage.engine import Database, connect
from service.storage.events import FeedPosition
from service.storage.statistics import Cohort
from service.storage.tables import CaseLoanRow, CaseRow, EventRow
from service.storage.worklist import Queue, QueuePlace
from tests.conftest import Maker
from tests.storage.statements import Statement, heard, plan_of, work_of

CASES: Final = 8000
PAGE: Final = 51
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
RARE: Final = 40
"""One case of so many hundreds is out of the ordinary."""

# PostgreSQL may walk a part of so small a table when it expects to be done early. A page takes up to 80 hundred steps
# of SQLite, of which a walk over all cases takes 240.
WORK_MAX: Final = {"postgresql": CASES // 2, "sqlite": 120}


def _at(n: int) -> datetime:
    return START + timedelta(minutes=n)


def _id(n: int) -> UUID:
    return first_id_at(_at(n))


def _case(n: int) -> dict[str, Any]:
    """Return a row such as a busy lender has many of."""
    rare = n % (RARE * 100) == 7
    return {
        "id": _id(n),
        "state": "breached" if rare else ("agreed", "fulfilled", "closed", "offered", "in_review")[n % 97 % 5],
        "reference": f"R-{n}",
        "posted_by": "key:rare" if rare else f"key:{n % 20}",
        "currency": "CNY",
        "channel": "partner",
        "borrower_subject": f"subject-{n % 1000}",
        "representative_subject": f"adviser-{n % 50}" if n % 10 == 0 else None,
        "assignee": "desk-rare" if rare else f"desk-{n % 30}",
        "product": ("credit_card", "mortgage", "auto")[n % 7 % 3],
        "stage": n % 7,
        "first_missing": n % 3 or None,
        "decision_hours": n % 500 if n % 2 else None,
        "hardship_reason": "bereavement" if rare else ("illness", "unemployment", "disaster")[n % 3],
        "application": {},
        "next_due_at": None if n % 3 == 0 else START + timedelta(minutes=n * 7919 % 100_003),
        "flags": {},
        "version": 1,
        "application_version": 1,
        "rounds": 0,
        "sequence": 1,
        "last_hash": "",
        "created_at": _at(n),
        "updated_at": _at(n),
    }


def _loan(n: int) -> dict[str, Any]:
    loan = {"case_id": _id(n), "loan_id": f"L-{n}", "position": 0, "source": "lender"}
    return {**loan, "document": {}, "running": True}


def _event(n: int) -> dict[str, Any]:
    happened = {"id": _id(n), "case_id": _id(n), "sequence": 1, "type": "created", "at": _at(n)}
    return {**happened, "actor_role": "system", "actor_id": "", "particulars": {}, "previous_hash": "", "hash": ""}


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database; one of each is filled for all tests of this module."""
    asked: str = request.param
    return asked


@pytest.fixture(scope="module")
def busy_url(kind: str, new_database: Maker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database that holds many cases."""

    async def fill(url: str) -> None:
        database = connect(url)
        async with database.writing() as session:
            for table, row in ((CaseRow, _case), (CaseLoanRow, _loan), (EventRow, _event)):
                await session.execute(insert(table), [row(n) for n in range(CASES)])
        if not database.is_sqlite:  # it gathers figures by itself; a file is never asked to
            async with database.writing() as session:
                await session.execute(text("ANALYZE"))
        await database.dispose()

    url = new_database(kind, tmp_path_factory.mktemp("busy"))
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, fill(url)).result()
    return url


@pytest.fixture
async def database(busy_url: str) -> AsyncIterator[Database]:
    """Open that database; it is only read."""
    opened = connect(busy_url)
    yield opened
    await opened.dispose()


SEARCHES: Final = {
    "everything": Search(),
    "a common state": Search(states=("offered",)),
    "a rare state": Search(states=("breached",)),
    "a state without cases": Search(states=("appealed",)),
    "several states": Search(states=("breached", "appealed", "offered")),
    "reference": Search(reference="R-70"),
    "no such reference": Search(reference="nobody's"),
    "borrower": Search(borrower="subject-70"),
    "loan": Search(loan="L-70"),
    "a busy desk": Search(assignee="desk-3"),
    "a quiet desk": Search(assignee="desk-rare"),
    "a common reason": Search(reason="illness"),
    "a rare reason": Search(reason="bereavement"),
    "the last hour": Search(created_from=_at(CASES - 60)),
    "the first hour": Search(created_before=_at(60)),
    "an hour long ago": Search(created_from=_at(100), created_before=_at(160)),
    "since tomorrow": Search(created_from=_at(CASES + 1440)),
    "a desk's hour": Search(assignee="desk-3", created_from=_at(100), created_before=_at(160)),
    "a state's hour": Search(states=("offered", "breached"), created_from=_at(100), created_before=_at(160)),
}
ACTORS: Final = {
    "staff": Actor.system(),
    "a partner": Actor(role=Role.PARTNER, identity="key:7"),
    "a borrower": Actor(role=Role.BORROWER, identity="subject-70"),
    "an adviser": Actor(role=Role.REPRESENTATIVE, identity="adviser-20"),
}


@pytest.mark.parametrize("actor", ACTORS)
async def test_a_page_takes_little_however_many_cases_there_are(database: Database, kind: str, actor: str) -> None:
    """The first page, and one from the middle, of every search."""
    for name, wanted in SEARCHES.items():
        with heard(database) as statements:
            async with database.reading() as session:
                for after in (None, _id(CASES // 2)):
                    page = await cases.search(session, wanted, visible_to=ACTORS[actor], limit=PAGE, after=after)
                    await applications.loan_ids_of(session, [case.id for case in page])

        work = [await work_of(database, statement) for statement in statements]
        assert max(work) <= WORK_MAX[kind], (name, statements)


QUEUES: Final = {
    "everybody's": Queue(states=ON_THE_DESK),
    "a busy desk's": Queue(states=ON_THE_DESK, assignee="desk-3"),
    "a quiet desk's": Queue(states=ON_THE_DESK, assignee="desk-rare"),
    "nobody's": Queue(states=ON_THE_DESK, unassigned=True),
    "a common state": Queue(states=("agreed",)),
    "a rare state": Queue(states=("breached",)),
    "a desk's state": Queue(states=("offered",), assignee="desk-3"),
    "a state without cases": Queue(states=("appealed",)),
}


async def test_a_page_of_the_worklist_takes_little_however_many_cases_there_are(database: Database, kind: str) -> None:
    """The first page, one from the middle, and one among the cases without a deadline."""
    places = (None, QueuePlace(START + timedelta(minutes=50_000), _id(CASES // 2)), QueuePlace(None, _id(CASES // 2)))
    for name, queue in QUEUES.items():
        with heard(database) as statements:
            async with database.reading() as session:
                for after in places:
                    await worklist.page(session, queue, limit=PAGE, after=after)

        work = [await work_of(database, statement) for statement in statements]
        assert len(statements) <= 2 * len(places)
        assert max(work) <= WORK_MAX[kind] * (2 if len(queue.states) > 1 else 1), (name, work)


async def test_a_page_of_the_worklist_is_in_the_order_of_deadlines(database: Database) -> None:
    """And those that follow it are all the rest, each case once."""
    queue = Queue(states=("offered", "in_review"), assignee="desk-3")
    found: list[tuple[bool, datetime, UUID]] = []
    after = None
    async with database.reading() as session:
        while rows := await worklist.page(session, queue, limit=7, after=after):
            found += [(row.next_due_at is None, row.next_due_at or START, row.id) for row in rows]
            after = QueuePlace(rows[-1].next_due_at, rows[-1].id)
        wanted = [n for n in range(CASES) if _case(n)["assignee"] == "desk-3"]
        open_ = [n for n in wanted if _case(n)["state"] in queue.states]

    assert found == sorted(found)
    assert {id_ for _, _, id_ in found} == {_id(n) for n in open_}
    assert len(found) == len(open_)


COHORTS: Final = {
    "an hour": Cohort(opened_from=_at(100), opened_before=_at(160)),
    "an hour by product": Cohort(opened_from=_at(100), opened_before=_at(160), by="product"),
    "an hour of one product": Cohort(opened_from=_at(100), opened_before=_at(160), product="auto", by="reason"),
    "an hour for one reason": Cohort(opened_from=_at(100), opened_before=_at(160), reason="illness"),
}


@pytest.mark.parametrize("name", COHORTS)
async def test_statistics_take_as_much_as_there_are_cases_in_the_period(
    database: Database, kind: str, name: str
) -> None:
    """Four statements, whatever is asked, and none of them reads a case of another time."""
    with heard(database) as statements:
        async with database.reading() as session:
            found = await statistics.reached(session, COHORTS[name])
            await statistics.waited(session, COHORTS[name])
            await statistics.relieved(session, COHORTS[name])
            await statistics.overridden(session, COHORTS[name])

    assert 0 < sum(row.cases for row in found) <= 60
    assert len(statements) == 4
    assert max([await work_of(database, statement) for statement in statements]) <= WORK_MAX[kind] // 4


async def test_statistics_read_an_index_and_leave_the_documents_alone(database: Database) -> None:
    """As SQLite says in its plan; PostgreSQL decides by how much of a table was changed since it was last tidied."""
    whole = Cohort(opened_from=_at(0), opened_before=_at(CASES), by="product")
    with heard(database) as statements:
        async with database.reading() as session:
            await statistics.reached(session, whole)
            await statistics.waited(session, whole)
            await statistics.relieved(session, whole)
    steps = [step for statement in statements for step in await plan_of(database, statement)]
    if database.is_sqlite:
        assert sum("USING COVERING INDEX ix_cases_statistics" in step for step in steps) == 2, steps
        assert sum("USING COVERING INDEX ix_agreements_statistics" in step for step in steps) == 1, steps
    assert not [step for step in steps if step.startswith("Seq Scan")]


async def test_the_measure_knows_a_walk_over_all_cases(database: Database, kind: str) -> None:
    walk = Statement("SELECT id FROM cases WHERE channel = 'phone' ORDER BY id", ())

    assert await work_of(database, walk) > WORK_MAX[kind]


async def test_a_page_of_the_feed_takes_little_however_many_events_there_are(database: Database, kind: str) -> None:
    with heard(database) as statements:
        async with database.reading() as session:
            first = await events.feed(session, after=FeedPosition(), limit=PAGE)
            await events.feed(session, after=first[-1][0], limit=PAGE)

    assert len(first) == PAGE
    assert len(statements) == 2
    for statement in statements:
        assert await work_of(database, statement) <= WORK_MAX[kind]
