"""The database: no lost update, no write while reading, nothing acknowledged that is not durable."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage import cases, engine
from service.storage.engine import (
    Database,
    connect,
    has_wal_reset_fix,
    postgresql_faults,
    require_durable,
    sqlite_faults,
)
from service.storage.failures import DatabaseUnfit, Unavailable
from service.storage.tables import CaseRow
from tests import postgres
from tests.storage.records import add_case, work_of


@pytest.fixture
async def other(migrated_url: str) -> AsyncIterator[Database]:
    """Open the same database once more, as another process would."""
    opened = connect(migrated_url)
    yield opened
    await opened.dispose()


async def _count_on(database: Database, case_id: object, *, by: int) -> None:
    """Read, think, write: the kind of change that is lost when two may read before one writes."""
    async with database.writing() as session:
        case = await cases.lock(session, case_id)  # type: ignore[arg-type]
        assert case is not None
        rounds = case.rounds
        await asyncio.sleep(0.01)
        case.rounds = rounds + by


async def _new_case(database: Database) -> CaseRow:
    async with database.writing() as session:
        return await add_case(work_of(session))


async def test_two_that_change_the_same_case_at_once_lose_nothing(database: Database, other: Database) -> None:
    """Neither inside a process nor between two."""
    case = await _new_case(database)

    await asyncio.gather(*(_count_on(db, case.id, by=1) for db in (database, other) * 4))

    async with database.reading() as session:
        found = await cases.get(session, case.id)
        assert found is not None
        assert found.rounds == 8


async def _fail_with_a_case(session: AsyncSession) -> None:
    await add_case(work_of(session))
    await session.flush()
    raise ZeroDivisionError


async def test_all_of_a_transaction_is_kept_or_none_of_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            await _fail_with_a_case(session)

    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM cases")) == 0


async def test_a_reading_session_cannot_write(database: Database) -> None:
    case = await _new_case(database)

    with pytest.raises(Unavailable, match="can only be read"):
        async with database.reading() as session:
            await session.execute(text("UPDATE cases SET rounds = 99"))

    async with database.writing() as session:
        found = await cases.lock(session, case.id)
        assert found is not None
        assert found.rounds == 0


async def test_a_reading_session_sees_one_state_whatever_is_committed_meanwhile(database: Database) -> None:
    """Where readers and the writer exclude each other, the write waits until the reader is done."""

    async def seen(session: AsyncSession) -> object:
        return await session.scalar(text("SELECT count(*) FROM cases"))

    async with database.reading() as session:
        before = await seen(session)
        writing = asyncio.create_task(_new_case(database))
        await asyncio.wait({writing}, timeout=0.1)
        after = await seen(session)
    await writing

    assert (before, after) == (0, 0)
    async with database.glancing() as session:
        assert await seen(session) == 1


async def test_connections_are_given_back(migrated_url: str) -> None:
    """One connection is enough for one after the other, also when they fail."""
    database = connect(migrated_url, connections=1)
    for _ in range(3):
        for opened in (database.writing, database.reading, database.glancing):
            async with opened() as session:
                assert await session.scalar(text("SELECT 1")) == 1
            with pytest.raises(Unavailable):
                async with opened() as session:
                    await session.scalar(text("SELECT 1 FROM seeds"))
    await database.dispose()


async def test_a_connection_that_cannot_be_had_is_unavailable(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = connect(migrated_url, connections=1)
    monkeypatch.setattr(database.engine.sync_engine.pool, "_timeout", 0.05)
    monkeypatch.setattr(database._readers.sync_engine.pool, "_timeout", 0.05)

    async with database.reading() as session:
        await session.scalar(text("SELECT 1"))
        with pytest.raises(Unavailable, match="connections"):
            async with database.reading() as another:
                await another.scalar(text("SELECT 1"))
    await database.dispose()


async def test_commits_are_durable(database: Database) -> None:
    await require_durable(database)

    async with database.writing() as session:
        asked = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"
        assert await session.scalar(text(asked)) == (2 if database.is_sqlite else "on")


async def test_a_database_that_could_lose_what_was_acknowledged_is_refused(database: Database) -> None:
    """Whoever changed its settings: here every connection, as a role's default or an extension could."""

    @event.listens_for(database.engine.sync_engine, "connect")
    def weaken(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL" if database.is_sqlite else "SET synchronous_commit TO off")
        cursor.close()
        if not database.is_sqlite:
            connection.commit()

    with pytest.raises(DatabaseUnfit, match="synchronous"):
        await require_durable(database)


@pytest.mark.parametrize("setting", ("fsync", "full_page_writes"))
async def test_a_server_that_does_not_flush_is_refused(setting: str) -> None:
    with postgres.running(f"{setting}=off") as server:
        database = connect(server.create_database())
        with pytest.raises(DatabaseUnfit, match=f"{setting} is off"):
            await require_durable(database)
        await database.dispose()


def test_every_fault_of_a_server_is_named() -> None:
    sound = {
        "server_version_num": "150000",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "remote_apply",
        "server_encoding": "UTF8",
    }
    unsound = {
        "server_version_num": "140011",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "local",
        "server_encoding": "SQL_ASCII",
    }

    assert postgresql_faults(sound) == []
    assert postgresql_faults(unsound) == [
        "PostgreSQL 15 or later is needed",
        "fsync is off",
        "full_page_writes is off",
        "synchronous_commit is neither on nor remote_apply",
        "its encoding is not UTF8",
    ]


def test_every_fault_of_a_file_is_named() -> None:
    assert sqlite_faults({"journal_mode": "memory", "synchronous": 0, "foreign_keys": 0}) == [
        f"journal_mode is memory, not {'wal' if has_wal_reset_fix(sqlite3.sqlite_version_info) else 'delete'}",
        "synchronous is 0, not 2",
        "foreign_keys is 0, not 1",
    ]


@pytest.mark.parametrize(
    ("version", "sound"),
    (
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ),
)
def test_the_write_ahead_log_is_used_only_where_it_is_sound(version: tuple[int, ...], *, sound: bool) -> None:
    """The WAL-reset fault: SQLite 3.7.0 to 3.51.2, but for the two branches that were mended."""
    assert has_wal_reset_fix(version) is sound


class TestFile:
    """What only a database in a file has to do."""

    @pytest.fixture
    async def database(self, tmp_path: Path) -> AsyncIterator[Database]:
        """Open a database in a folder that is not there yet."""
        opened = connect(f"sqlite+aiosqlite:///{tmp_path / 'new' / 'parley.db'}")
        yield opened
        await opened.dispose()

    async def test_it_is_its_owners_alone_from_the_first_moment(self, database: Database, tmp_path: Path) -> None:
        async with database.writing() as session:
            await session.execute(text("CREATE TABLE seeds (n int)"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

        assert "parley.db" in modes
        assert set(modes.values()) == {0o600}

    async def test_a_write_ahead_log_serves_as_well(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where this machine's library has none that is sound, it is tried here all the same."""
        monkeypatch.setattr(engine, "JOURNAL", "wal")
        pragmas = tuple("journal_mode=wal" if p.startswith("journal_mode") else p for p in engine.PRAGMAS)
        monkeypatch.setattr(engine, "PRAGMAS", pragmas)
        await require_durable(database)
        async with database.writing() as session:
            await session.execute(text("CREATE TABLE seeds (n int)"))
        async with database.reading() as reader:
            assert await reader.scalar(text("SELECT count(*) FROM seeds")) == 0
            async with database.writing() as session:  # no reader stops the writer
                await session.execute(text("INSERT INTO seeds VALUES (1)"))
            assert await reader.scalar(text("SELECT count(*) FROM seeds")) == 0
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

        assert modes == dict.fromkeys(("parley.db", "parley.db-shm", "parley.db-wal"), 0o600)

    async def test_a_new_connection_leaves_the_locks_of_the_others_alone(
        self, database: Database, tmp_path: Path
    ) -> None:
        """POSIX drops all locks of a process on a file when it closes any descriptor of it."""
        path = tmp_path / "new" / "parley.db"
        other_process = (
            "import sqlite3, sys\n"
            "connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
            "connection.execute('BEGIN IMMEDIATE')\n"
        )
        async with database.writing() as session:
            await session.execute(text("CREATE TABLE seeds (n int)"))
            async with database.glancing() as another:
                await another.scalar(text("SELECT 1"))
            tried = subprocess.run(  # noqa: ASYNC221 - nothing else may run here
                [sys.executable, "-c", other_process, path], check=False, capture_output=True, text=True
            )

        assert "database is locked" in tried.stderr

    async def test_writers_of_one_process_take_turns(self, database: Database) -> None:
        """In the order in which they came, and without polling the file's lock."""
        order = []

        async def write(number: int) -> None:
            async with database.writing() as session:
                await session.scalar(text("SELECT 1"))
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(write(number) for number in range(20)))

        assert order == list(range(20))

    async def test_a_writer_that_never_gets_its_turn_is_told_so(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.storage.engine.WRITER_SECONDS", 0.05)

        async with database.writing():
            with pytest.raises(Unavailable, match="still writing"):
                async with database.writing():
                    pass

        async with database.writing() as session:
            assert await session.scalar(text("SELECT 1")) == 1

    async def test_a_glance_cannot_write(self, database: Database) -> None:
        with pytest.raises(Unavailable, match="can only be read"):
            async with database.glancing() as session:
                await session.execute(text("CREATE TABLE seeds (n int)"))


async def test_deadlines_of_the_server_are_set(postgresql: postgres.Server) -> None:
    """A statement, a lock and an idle transaction end by themselves, and moments are in UTC."""
    database = connect(postgresql.create_database())
    async with database.reading() as session:
        found = {
            name: await session.scalar(text(f"SHOW {name}"))
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        }
    await database.dispose()

    assert found == {
        "statement_timeout": "10s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "15s",
        "timezone": "UTC",
    }
