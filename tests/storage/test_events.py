"""Events: a chain per case that shows every change made to it, and a feed that skips nothing."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.money import Amounts
from service.domain.words import HardshipReason
from service.storage import cases, events
from service.storage.columns import new_id
from service.storage.documents import plain
from service.storage.engine import Database, connect
from service.storage.events import Broken, FeedPosition, hash_of, verify_chain
from service.storage.tables import CaseRow, EventRow
from tests.storage.records import MOMENT, add_case, work_of

EVENTS = 5
PARTICULARS: dict[str, Any] = {
    "text": '李某 🙂 \x00 \u2028 \\ " é',
    "amount": Amounts(principal=10**13, interest=-1),
    "rate": Decimal("0.1440"),
    "reason": HardshipReason.ILLNESS,
    "on": date(2026, 11, 15),
    "at": datetime(2026, 11, 15, 17, 30, tzinfo=timezone(timedelta(hours=8))),
    "flags": {"b": True, "a": None},
    "list": ["x", 2, [], {}],
    "set": frozenset({"b", "a"}),
    "id": UUID(int=7),
    "large": 2**63 + 1,
}


async def _case_with_events(database: Database, *, number: int = EVENTS) -> CaseRow:
    async with database.writing() as session:
        work = work_of(session, at=MOMENT.astimezone(timezone(timedelta(hours=8))))
        case = await add_case(work)
        for n in range(1, number):
            await work.as_system(caused_by=work.cause).record(case, "happened", n=n, **PARTICULARS)
        return case


async def _verified(database: Database, case: CaseRow) -> Broken | None:
    async with database.reading() as session:
        return await verify_chain(session, case.id)


async def test_version_and_sequence_grow_with_every_event_and_each_follows_the_one_before(database: Database) -> None:
    case = await _case_with_events(database)
    async with database.reading() as session:
        found = await cases.get(session, case.id)
        history = await events.of_case(session, case.id)
        assert found is not None

    assert (found.version, found.sequence, found.last_hash) == (EVENTS, EVENTS, history[-1].hash)
    assert [event.sequence for event in history] == list(range(1, EVENTS + 1))
    assert history[0].previous_hash == ""
    assert all(later.previous_hash == earlier.hash for earlier, later in pairwise(history))
    assert [event.caused_by for event in history[1:]] == [str(event.id) for event in history[:-1]]
    assert {(e.actor_role, e.actor_id) for e in history} == {("partner", "key:partner"), ("system", "system")}
    assert history[1].particulars == plain({"n": 1, **PARTICULARS})
    assert found.updated_at == history[-1].at == MOMENT
    assert await _verified(database, case) is None


async def test_a_history_is_read_in_pages(database: Database) -> None:
    case = await _case_with_events(database)
    async with database.reading() as session:
        pages = [await events.of_case(session, case.id, after=after, limit=2) for after in (0, 2, 4, 5)]

    assert [[event.sequence for event in page] for page in pages] == [[1, 2], [3, 4], [5], []]


async def test_a_case_that_is_not_there_has_no_history_to_hold(database: Database) -> None:
    async with database.reading() as session:
        assert await verify_chain(session, new_id()) is None


TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(particulars=st.dictionaries(TEXTS, JSON, max_size=4))
def test_a_hash_covers_what_is_stored_whatever_it_is(particulars: dict[str, Any]) -> None:
    """What comes back from a document has the hash of what went into it."""

    def event(said: dict[str, Any]) -> EventRow:
        return EventRow(
            id=UUID(int=1),
            case_id=UUID(int=2),
            sequence=1,
            type="happened",
            actor_role="system",
            actor_id="system",
            at=MOMENT,
            particulars=said,
            previous_hash="",
            hash="",
        )

    assert hash_of(event(from_json(to_json(particulars)))) == hash_of(event(particulars))


Tampering = Callable[[AsyncSession, CaseRow, list[EventRow], CaseRow], Any]


def _set(n: int, **values: Any) -> Tampering:
    """Change columns of the nth event, behind the back of the service."""

    async def tamper(_session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
        for name, value in values.items():
            setattr(history[n - 1], name, value)

    return tamper


def _set_in_case(**values: Any) -> Tampering:
    async def tamper(_session: AsyncSession, case: CaseRow, _history: list[EventRow], _other: CaseRow) -> None:
        for name, value in values.items():
            setattr(case, name, value)

    return tamper


def _remove(*numbers: int) -> Tampering:
    async def tamper(session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
        for n in numbers:
            await session.delete(history[n - 1])

    return tamper


async def _rehash(_session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
    history[2].type = "forged"
    history[2].hash = hash_of(history[2])


async def _rehash_all(_session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
    """Make the whole chain anew, and forget the case."""
    history[2].type = "forged"
    for earlier, later in pairwise([history[1], *history[2:]]):
        later.previous_hash = earlier.hash
        later.hash = hash_of(later)


async def _add_at_the_end(session: AsyncSession, case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
    said = history[-1].model_dump(exclude={"id", "transaction_number"})
    more = EventRow(**{**said, "sequence": EVENTS + 1, "previous_hash": case.last_hash})
    more.hash = hash_of(more)
    session.add(more)


async def _put_between(session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
    said = history[2].model_dump(exclude={"id", "transaction_number"})
    for event in reversed(history[2:]):
        event.sequence += 1
        await session.flush()
    more = EventRow(**said)
    more.hash = hash_of(more)
    session.add(more)


async def _swap(session: AsyncSession, _case: CaseRow, history: list[EventRow], _other: CaseRow) -> None:
    for event, number in ((history[1], 99), (history[2], 2), (history[1], 3)):
        event.sequence = number
        await session.flush()


async def _move(_session: AsyncSession, _case: CaseRow, history: list[EventRow], other: CaseRow) -> None:
    history[-1].case_id, history[-1].sequence = other.id, EVENTS + 1


TAMPERINGS: dict[str, tuple[Tampering, int, str]] = {
    "another type": (_set(3, type="forged"), 3, "content was changed"),
    "another role": (_set(3, actor_role="borrower"), 3, "content was changed"),
    "another actor": (_set(3, actor_id="somebody else"), 3, "content was changed"),
    "another moment": (_set(3, at=MOMENT + timedelta(microseconds=1)), 3, "content was changed"),
    "other particulars": (_set(3, particulars={"n": 3}), 3, "content was changed"),
    "no particulars": (_set(3, particulars={}), 3, "content was changed"),
    "another cause": (_set(3, caused_by=None), 3, "content was changed"),
    "another id": (_set(3, id=UUID(int=9)), 3, "content was changed"),
    "another hash": (_set(3, hash="0" * 64), 3, "content was changed"),
    "another hash before": (_set(3, previous_hash="0" * 64), 3, "does not follow"),
    "the first": (_set(1, type="forged"), 1, "content was changed"),
    "the last": (_set(EVENTS, type="forged"), EVENTS, "content was changed"),
    "rehashed": (_rehash, 4, "does not follow"),
    "all rehashed": (_rehash_all, EVENTS, "ends with another"),
    "removed from the start": (_remove(1), 1, "missing"),
    "removed from the middle": (_remove(3), 3, "missing"),
    "removed from the end": (_remove(EVENTS), EVENTS, "last events are missing"),
    "all removed": (_remove(*range(1, EVENTS + 1)), 1, "last events are missing"),
    "put in between": (_put_between, 4, "does not follow"),
    "added at the end": (_add_at_the_end, EVENTS + 1, "ends with another"),
    "swapped": (_swap, 2, "does not follow"),
    "moved to another case": (_move, EVENTS, "last events are missing"),
    "another end": (_set_in_case(last_hash="0" * 64), EVENTS, "ends with another"),
    "a longer case": (_set_in_case(sequence=EVENTS + 1), EVENTS + 1, "last events are missing"),
    "a shorter case": (_set_in_case(sequence=EVENTS - 1), EVENTS, "ends with another"),
}


@pytest.mark.parametrize("kind_of_tampering", TAMPERINGS)
async def test_every_tampering_is_found_where_it_was_done(database: Database, kind_of_tampering: str) -> None:
    tamper, sequence, why = TAMPERINGS[kind_of_tampering]
    case, other = await _case_with_events(database), await _case_with_events(database)
    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        await tamper(session, found, list(await events.of_case(session, case.id)), other)

    broken = await _verified(database, case)

    assert broken is not None
    assert (broken.case_id, broken.sequence) == (case.id, sequence)
    assert why in broken.why
    if kind_of_tampering != "moved to another case":
        assert await _verified(database, other) is None


async def _read_feed(
    database: Database, after: FeedPosition, *, limit: int = 100
) -> list[tuple[FeedPosition, EventRow]]:
    async with database.reading() as session:
        return list(await events.feed(session, after=after, limit=limit))


async def test_an_event_that_commits_late_is_not_skipped(database: Database, migrated_url: str) -> None:
    """One begins first and commits last: whoever reads in between must not pass it by."""
    other = connect(migrated_url)
    case, late = await _case_with_events(database, number=1), await _case_with_events(database, number=1)
    begun, may_commit = asyncio.Event(), asyncio.Event()

    async def commit_late() -> None:
        async with other.writing() as session:
            locked = await cases.lock(session, late.id)
            assert locked is not None
            await work_of(session).record(locked, "late")
            await session.flush()
            begun.set()
            await may_commit.wait()

    async def commit_at_once() -> None:
        async with database.writing() as session:
            locked = await cases.lock(session, case.id)
            assert locked is not None
            await work_of(session).record(locked, "early")

    async with asyncio.TaskGroup() as group:
        group.create_task(commit_late())
        await begun.wait()
        quick = group.create_task(commit_at_once())
        await asyncio.wait({quick}, timeout=0.1)
        before = await _read_feed(database, FeedPosition())
        may_commit.set()
    after = await _read_feed(database, before[-1][0])
    await other.dispose()

    assert [event.type for _, event in before] == ["created", "created"]
    assert sorted(event.type for _, event in after) == ["early", "late"]
    assert await _read_feed(database, after[-1][0]) == []


async def test_a_reader_gets_every_event_once_whoever_writes_meanwhile(database: Database, migrated_url: str) -> None:
    """Writers of two processes whose transactions overlap and end in any order; some change nothing after all."""
    other, random = connect(migrated_url), Random(5)  # noqa: S311 - the same pauses in every run
    written: set[UUID] = set()
    plans = [[(random.random() / 200, random.random() < 0.2, random.randint(1, 3)) for _ in range(8)] for _ in range(6)]
    shelf = [await _case_with_events(database, number=1) for _ in plans]

    async def write(place: Database, case: CaseRow, plan: list[tuple[float, bool, int]]) -> None:
        for pause, fails, number in plan:
            async with place.writing() as session:
                locked = await cases.lock(session, case.id)
                assert locked is not None
                made = [await work_of(session).record(locked, "happened") for _ in range(number)]
                await session.flush()
                await asyncio.sleep(pause)
                if fails:
                    await session.rollback()
            if not fails:
                written.update(event.id for event in made)

    writers = [asyncio.create_task(write((database, other)[n % 2], shelf[n], plan)) for n, plan in enumerate(plans)]
    position, read = FeedPosition(), []
    while True:
        done = all(writer.done() for writer in writers)
        page = await _read_feed(database, position, limit=7)
        read += [event.id for _, event in page if event.type == "happened"]
        if page:
            position = page[-1][0]
        elif done:
            break
    await asyncio.gather(*writers)
    await other.dispose()

    assert len(read) == len(set(read))
    assert set(read) == written


async def test_the_feed_keeps_the_order_within_a_case(database: Database) -> None:
    case = await _case_with_events(database)
    async with database.writing() as session:
        locked = await cases.lock(session, case.id)
        assert locked is not None
        for _ in range(3):
            await work_of(session).record(locked, "happened")

    found = await _read_feed(database, FeedPosition())

    assert [event.sequence for _, event in found] == list(range(1, EVENTS + 4))
    pages, position = [], FeedPosition()
    while page := await _read_feed(database, position, limit=3):
        pages += [event.id for _, event in page]
        position = page[-1][0]
    assert pages == [event.id for _, event in found]


async def test_a_number_of_a_transaction_is_the_databases_own(database: Database) -> None:
    """All events of a transaction have one; no one else's."""
    await _case_with_events(database)
    await _case_with_events(database)
    async with database.reading() as session:
        number = text("transaction_number::text" if not database.is_sqlite else "transaction_number")
        rows = (await session.execute(select(col(EventRow.case_id), number).order_by(col(EventRow.id)))).all()

    by_case = {case_id: {str(row[1]) for row in rows if row[0] == case_id} for case_id in {row[0] for row in rows}}
    assert [len(numbers) for numbers in by_case.values()] == [1, 1]
    assert len(set.union(*by_case.values())) == (1 if database.is_sqlite else 2)
