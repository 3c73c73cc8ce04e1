"""Idempotency records: of all that come with one key, one is done."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from service.storage import idempotency
from service.storage.engine import Database, connect
from service.storage.idempotency import Answer, Claim, OtherRequest, StillRunning
from service.storage.tables import IdempotencyRow
from tests.storage.records import MOMENT

CLAIM = Claim(principal="key:partner", key="k-1", fingerprint="f-1")
ANSWER = Answer(status=201, headers={"etag": '"3"', "location": "/v1/cases/1"}, body=b'{"name":"\xe6\x9d\x8e"}\x00')


async def _done(database: Database, claim: Claim = CLAIM, answer: Answer = ANSWER) -> Answer | None:
    """Claim a key and answer it, as the door does; return the first answer when there is one."""
    async with database.writing() as session:
        first = await idempotency.claim(session, claim, at=MOMENT)
        if first is None:
            await idempotency.store(session, claim, answer)
        return first


async def test_the_first_answer_is_given_again_as_it_was(database: Database) -> None:
    assert await _done(database) is None
    assert await _done(database, answer=replace(ANSWER, status=200)) == ANSWER
    assert await _done(database) == ANSWER


async def test_an_answer_without_a_body_has_none(database: Database) -> None:
    empty = replace(ANSWER, body=b"", headers={})
    await _done(database, answer=empty)

    assert await _done(database) == empty


@pytest.mark.parametrize(
    "changed", ({"principal": "key:other"}, {"key": "k-2"}, {"principal": "key:partnerk", "key": "-1"})
)
async def test_a_key_belongs_to_whoever_sent_it(database: Database, changed: dict[str, Any]) -> None:
    await _done(database)

    assert await _done(database, replace(CLAIM, **changed)) is None


async def test_a_key_that_was_used_for_something_else_is_refused(database: Database) -> None:
    await _done(database)

    with pytest.raises(OtherRequest):
        await _done(database, replace(CLAIM, fingerprint="f-2"))
    assert await _done(database) == ANSWER


async def test_a_request_that_failed_leaves_its_key_free(database: Database) -> None:
    async with database.writing() as session:
        assert await idempotency.claim(session, CLAIM, at=MOMENT) is None
        await session.rollback()

    assert await _done(database) is None


async def test_the_record_and_the_effect_are_one(database: Database) -> None:
    """Neither is there without the other, whatever happened to the connection."""
    async with database.writing() as session:
        await idempotency.claim(session, CLAIM, at=MOMENT)
        async with database.glancing() as other:
            assert await other.scalar(text("SELECT count(*) FROM idempotency_records")) == 0
        await idempotency.store(session, CLAIM, ANSWER)

    async with database.reading() as session:
        row = (await session.scalars(select(IdempotencyRow))).one()
    assert (row.status, row.created_at, row.fingerprint) == (201, MOMENT, "f-1")


async def test_a_second_request_while_the_first_runs_is_told_so_or_waits(database: Database, migrated_url: str) -> None:
    """PostgreSQL says at once that the first is running; SQLite has one writer, so the second waits and replays."""
    other = connect(migrated_url)
    claimed, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.writing() as session:
            assert await idempotency.claim(session, CLAIM, at=MOMENT) is None
            claimed.set()
            await may_end.wait()
            await idempotency.store(session, CLAIM, ANSWER)

    running = asyncio.create_task(first())
    await claimed.wait()
    second = asyncio.create_task(_done(other))
    await asyncio.wait({second}, timeout=0.3)
    told = second.done()
    may_end.set()
    await running

    if database.is_sqlite:
        assert not told
        assert await second == ANSWER
    else:
        assert told
        assert isinstance(second.exception(), StillRunning)
    assert await _done(other) == ANSWER
    await other.dispose()


async def test_a_second_request_for_something_else_is_refused_or_told_to_come_back(
    database: Database, migrated_url: str
) -> None:
    """While the first runs nobody can see what it was for."""
    other = connect(migrated_url)
    async with database.writing() as session:
        await idempotency.claim(session, CLAIM, at=MOMENT)
        if not database.is_sqlite:
            with pytest.raises(StillRunning):
                await _done(other, replace(CLAIM, fingerprint="f-2"))
        await idempotency.store(session, CLAIM, ANSWER)
    with pytest.raises(OtherRequest):
        await _done(other, replace(CLAIM, fingerprint="f-2"))
    await other.dispose()


async def test_of_fifty_that_come_at_once_one_is_done(database: Database, migrated_url: str) -> None:
    """From two processes; the others get its answer, or are told that it is running."""
    other, effects = connect(migrated_url), 0

    async def ask(place: Database) -> Answer | None:
        nonlocal effects
        async with place.writing() as session:
            first = await idempotency.claim(session, CLAIM, at=MOMENT)
            if first is None:
                await asyncio.sleep(0.01)
                effects += 1
                await idempotency.store(session, CLAIM, ANSWER)
            return first

    ended = await asyncio.gather(*(ask((database, other)[n % 2]) for n in range(50)), return_exceptions=True)
    await other.dispose()

    assert effects == 1
    assert sum(end is None for end in ended) == 1
    rest = [end for end in ended if end is not None]
    assert all(end == ANSWER or (isinstance(end, StillRunning) and not database.is_sqlite) for end in rest)


async def test_one_winner_also_when_the_first_fails_while_others_come(database: Database, migrated_url: str) -> None:
    other, effects = connect(migrated_url), 0

    async def ask(n: int) -> Answer | None:
        nonlocal effects
        async with (database, other)[n % 2].writing() as session:
            first = await idempotency.claim(session, CLAIM, at=MOMENT)
            if first is None:
                await asyncio.sleep(0.005)
                if n < 3:
                    await session.rollback()
                    return None
                effects += 1
                await idempotency.store(session, CLAIM, ANSWER)
            return first

    for start in (0, 3, 6):
        await asyncio.gather(*(ask(n) for n in range(start, start + 10)), return_exceptions=True)
    await other.dispose()

    assert effects == 1
    async with database.glancing() as session:
        assert await session.scalar(select(col(IdempotencyRow.status))) == 201
