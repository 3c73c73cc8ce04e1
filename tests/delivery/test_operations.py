"""The worker of operations: killed, refused by the database, overtaken; each is done once all the same."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import col

from service.casework import ordered_backtests
from service.casework.ordered_backtests import order
from service.delivery.operations import Operator
from service.domain.actors import Actor, Role
from service.policies.found import shipped_packs
from service.policies.kept import version_of
from service.policies.remade import Remade
from service.storage.columns import new_id
from service.storage.documents import dump
from service.storage.engine import Database
from service.storage.failures import Unavailable
from service.storage.statements import NowInSeconds
from service.storage.tables import CaseRow, OperationRow, ReviewRow
from service.storage.work import UnitOfWork
from tests.policies.samples import ON, facts
from tests.serving import serving

CASES = 1200
SECONDS_MAX = 60


def now() -> datetime:
    """Return the machine's time, which is that of a served process."""
    return datetime.now(UTC)


@pytest.fixture
def operator(database: Database) -> Operator:
    """Return a worker that judges in this process alone."""
    return Operator(database=database, clock=now, remake=partial(Remade.of, packs=None), processes=1)


async def stored(database: Database, count: int) -> None:
    """Store cases that were judged, as rows and no more."""
    told, at = dump(facts()), now()
    cases = [{"id": new_id(), "review_id": new_id(), "created_at": at, "updated_at": at} for _ in range(count)]
    fixed = {"posted_by": "key:partner", "currency": "CNY", "channel": "partner", "application": {}, "flags": {}}
    reviews = [
        {
            "id": case["review_id"], "case_id": case["id"], "application_version": 1, "policy_id": "standard@2026.1",
            "digest": "0" * 64, "on_day": ON, "facts": told, "verdict": {}, "created_at": at,
        }
        for case in cases
    ]  # fmt: skip
    async with database.writing() as session:
        await session.execute(insert(CaseRow), [{**fixed, **case} for case in cases])
        await session.execute(insert(ReviewRow), reviews)


async def ordered(database: Database) -> UUID:
    """Order a backtest."""
    packs = shipped_packs()
    old, new = (version_of(packs[name], name=name) for name in ("standard", "cn-small-business"))
    async with database.writing() as session:
        work = UnitOfWork(session=session, actor=Actor(role=Role.POLICY_ADMIN, identity="risk"), clock=now)
        return (await order(work, old=old, new=new, by=[], first=None, last=None)).id


async def seen(database: Database, operation_id: UUID) -> OperationRow:
    """Read an operation as it stands."""
    async with database.reading() as session:
        wanted = select(OperationRow).where(col(OperationRow.id) == operation_id)
        return (await session.scalars(wanted)).one()


async def lease_over(database: Database) -> None:
    """Let the time pass after which a worker counts as lost."""
    async with database.writing() as session:
        await session.execute(update(OperationRow).values(leased_until=NowInSeconds() - 1))


def children(of: int) -> list[int]:
    """Return the processes that a process has started and that run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[1]) == of and stat[0] != "Z":
            found.append(int(path.parent.name))
    return found


async def until(happened: Callable[[], Any]) -> Any:
    """Look until something has happened, and return what was seen."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            found = happened()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)


async def test_what_a_killed_server_had_begun_is_done_once_by_another(
    database: Database, operator: Operator, migrated_url: str, tmp_path: Path
) -> None:
    """Its processes end with it; as long as its lease runs nobody else begins; then all cases are judged."""
    await stored(database, CASES)
    operation = await ordered(database)
    with serving(tmp_path / "data", migrated_url) as server:
        judging = await until(lambda: children(server.process.pid))
        assert (await seen(database, operation)).state == "running"
        server.kill()
    await until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in judging))
    left = await seen(database, operation)
    assert (left.state, left.attempts, left.result) == ("running", 1, None)
    assert not await operator.turn()

    await lease_over(database)
    assert await operator.turn()
    done = await seen(database, operation)
    assert (done.state, done.attempts, done.done) == ("done", 2, CASES)
    assert done.result is not None
    assert done.result["cases"] == CASES
    assert not await operator.turn()


async def test_a_fault_of_the_program_is_said_and_tried_again(
    database: Database, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    operation = await ordered(database)
    with caplog.at_level(logging.ERROR):
        assert await replace(operator, remake=broken).turn()
    assert str(operation) in caplog.text
    assert (await seen(database, operation)).state == "running"
    await lease_over(database)

    assert await operator.turn()
    assert (await seen(database, operation)).state == "done"


async def test_a_worker_that_was_overtaken_writes_nothing(
    database: Database, operator: Operator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody else took it while it was counting: when it says how far it is, it learns so."""
    operation = await ordered(database)

    async def overtaken(*_: object, **__: object) -> Any:
        async with database.writing() as session:
            await session.execute(update(OperationRow).values(held_by="another"))
        await asyncio.Event().wait()

    monkeypatch.setattr(ordered_backtests, "backtest", overtaken)
    with caplog.at_level(logging.WARNING):
        assert await replace(operator, lease_seconds=1).turn()

    assert "was taken by another worker" in caplog.text
    left = await seen(database, operation)
    assert (left.state, left.held_by, left.result) == ("running", "another", None)


async def test_what_is_under_way_when_told_to_stop_is_left_to_the_next(
    database: Database, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation, stop = await ordered(database), asyncio.Event()

    async def endless(*_: object, **__: object) -> Any:
        stop.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(ordered_backtests, "backtest", endless)
        await asyncio.wait_for(operator.run(stop), SECONDS_MAX)
    left = await seen(database, operation)
    assert (left.state, left.attempts) == ("waiting", 0)

    assert await operator.turn()
    assert (await seen(database, operation)).state == "done"


async def test_a_database_that_does_not_answer_is_asked_again(
    database: Database, operator: Operator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    operation, stop, asked = await ordered(database), asyncio.Event(), 0
    writing = Database.writing

    @asynccontextmanager
    async def at_times(self: Database) -> AsyncIterator[Any]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Unavailable("The database cannot be reached.")
        async with writing(self) as session:
            yield session

    monkeypatch.setattr(Database, "writing", at_times)
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(replace(operator, every_seconds=0.01).run(stop))
        await until(lambda: _is_done(database, operation))
        stop.set()
        await asyncio.wait_for(running, SECONDS_MAX)

    assert "The database cannot be reached." in caplog.text


async def _is_done(database: Database, operation: UUID) -> bool:
    return (await seen(database, operation)).state == "done"


def test_the_machine_tells_who_started_whom() -> None:
    assert os.getpid() in children(os.getppid())
