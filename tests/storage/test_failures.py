"""What goes wrong in a database is said in our own words: what a statement was given is never repeated."""

import asyncio
import logging
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.errors import Conflict
from service.storage import cases
from service.storage.engine import Database, connect
from service.storage.failures import (
    BUSY,
    CLASHES,
    NO_DATABASE,
    OTHER_SCHEMA,
    READ_ONLY,
    REFUSES_US,
    UNAVAILABLE,
    UNREACHABLE,
    Clash,
    DatabaseUnfit,
    StatementRefused,
    Unavailable,
    translated,
)
from service.storage.tables import ApiKeyRow, CaseRow, PersonRow
from tests import postgres
from tests.storage.records import MOMENT, add_case, work_of

MARKER = "marker-11010519491231002X"


@pytest.fixture(scope="module")
def server_url(postgresql: postgres.Server) -> str:
    """Return the address of a database on a server, with nothing in it."""
    return postgresql.create_database()


def _said(error: BaseException) -> str:
    """Return all that a log would say of an error."""
    formatter = logging.Formatter()
    return f"{error!r} {error} " + formatter.formatException((type(error), error, error.__traceback__))


async def _add_key(session: AsyncSession, *, role: str | None = "partner", name: str = MARKER) -> None:
    values = {"id": uuid4(), "role": role, "name": name, "vouches_for_loans": False, "created_at": MOMENT}
    await session.execute(insert(ApiKeyRow).values(key_hash=MARKER, **values))


async def test_a_second_one_of_its_kind_is_a_clash(database: Database) -> None:
    async with database.writing() as session:
        await _add_key(session)

    with pytest.raises(Clash) as caught:
        async with database.writing() as session:
            await _add_key(session)

    assert isinstance(caught.value, Conflict)
    assert MARKER not in _said(caught.value)


async def test_a_record_whose_case_is_gone_is_a_clash(database: Database) -> None:
    with pytest.raises(Clash) as caught:
        async with database.writing() as session:
            session.add(PersonRow(case_id=uuid4(), document={"name": MARKER}))

    assert MARKER not in _said(caught.value)


async def test_a_record_that_vanished_before_it_was_changed_is_a_clash(database: Database) -> None:
    async with database.writing() as session:
        await _add_key(session)

    with pytest.raises(Clash, match="changed by another"):
        async with database.writing() as session:
            await _change_what_vanished(session)


async def _change_what_vanished(session: AsyncSession) -> None:
    key = (await session.scalars(select(ApiKeyRow))).one()
    await session.execute(text("DELETE FROM api_keys"))
    key.name = "another"


async def test_a_statement_that_can_never_work_is_a_fault_and_names_the_statement(database: Database) -> None:
    """A missing value is no clash with somebody else: trying again would not help."""
    with pytest.raises(StatementRefused) as caught:
        async with database.writing() as session:
            await _add_key(session, role=None)

    said = _said(caught.value)
    assert "INSERT INTO api_keys" in said
    assert "NOTNULL" in said or "23502" in said
    assert MARKER not in said
    assert "_add_key" in said, "the place it came from is kept"


async def test_nothing_that_a_statement_was_given_is_logged(
    migrated_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where everything is logged that can be."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    database = connect(migrated_url)
    async with database.writing() as session:
        await _add_key(session)
    with pytest.raises(Clash):
        async with database.writing() as session:
            await _add_key(session)
    await database.dispose()

    assert "INSERT INTO api_keys" in caplog.text
    assert MARKER not in caplog.text


async def test_a_value_that_the_driver_refuses_is_not_repeated(database: Database) -> None:
    """Asyncpg repeats the argument in its text; SQLAlchemy finds a moment without a zone before any driver does."""
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(StatementRefused) as caught:
        async with database.writing() as session:
            await session.execute(update(ApiKeyRow).where(col(ApiKeyRow.name) == MARKER).values(created_at=naive))

    assert MARKER not in _said(caught.value)


async def test_an_argument_of_another_type_is_not_repeated(server_url: str) -> None:
    database = connect(server_url)
    with pytest.raises(StatementRefused) as caught:
        async with database.writing() as session:
            await session.execute(text("SELECT CAST(:it AS integer)"), {"it": MARKER})
    await database.dispose()

    assert "CAST($1 AS integer)" in _said(caught.value)
    assert MARKER not in _said(caught.value)


@pytest.mark.parametrize("statement", ("SELECT colour FROM cases", "SELECT 1 FROM seeds"))
async def test_a_table_or_column_that_is_not_there_is_another_schema(database: Database, statement: str) -> None:
    with pytest.raises(Unavailable, match=re.escape(OTHER_SCHEMA)):
        async with database.reading() as session:
            await session.execute(text(statement))


async def test_an_insert_into_a_column_that_is_not_there_is_another_schema(database: Database) -> None:
    with pytest.raises(Unavailable, match=re.escape(OTHER_SCHEMA)):
        async with database.writing() as session:
            await session.execute(text("INSERT INTO cases (colour) VALUES (1)"))


async def test_a_statement_that_is_none_is_a_fault(database: Database) -> None:
    with pytest.raises(StatementRefused, match="SELEKT"):
        async with database.reading() as session:
            await session.execute(text("SELEKT 1"))


def _on_connect(database: Database, statement: str) -> None:
    """Have every new connection execute a statement."""

    @event.listens_for(database.engine.sync_engine, "connect")
    def execute(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()


async def test_a_lock_that_is_not_given_in_time_is_unavailable(database: Database, migrated_url: str) -> None:
    other = connect(migrated_url)
    _on_connect(other, "PRAGMA busy_timeout=50" if database.is_sqlite else "SET lock_timeout TO '50ms'")
    async with database.writing() as session:
        case = await add_case(work_of(session))

    async with database.writing() as first:
        await cases.lock(first, case.id)
        with pytest.raises(Unavailable) as caught:
            async with other.writing() as second:
                await cases.lock(second, case.id)
    await other.dispose()

    assert (caught.value.detail, caught.value.retry_after) == (BUSY, 1)


async def test_a_statement_that_takes_too_long_is_unavailable(server_url: str) -> None:
    database = connect(server_url)
    _on_connect(database, "SET statement_timeout TO '50ms'")
    with pytest.raises(Unavailable, match="57014") as caught:
        async with database.reading() as session:
            await session.execute(text("SELECT pg_sleep(5)"))
    await database.dispose()

    assert caught.value.detail == BUSY


async def test_two_that_wait_for_each_other_are_told_apart(database: Database) -> None:
    """PostgreSQL ends one of them; with one writer at a time there is nothing to wait for."""
    async with database.writing() as session:
        one, two = await add_case(work_of(session)), await add_case(work_of(session))

    async def lock_both(first: CaseRow, second: CaseRow, met: asyncio.Barrier) -> None:
        async with database.writing() as session:
            await cases.lock(session, first.id)
            if not database.is_sqlite:
                await met.wait()
            await cases.lock(session, second.id)

    met = asyncio.Barrier(2)
    ended = await asyncio.gather(lock_both(one, two, met), lock_both(two, one, met), return_exceptions=True)

    failed = [end for end in ended if end is not None]
    assert len(failed) == (0 if database.is_sqlite else 1)
    assert all(isinstance(end, Unavailable) and end.detail == BUSY for end in failed)


async def test_a_connection_that_was_lost_is_unavailable_and_the_next_one_works(server_url: str) -> None:
    database, killer = connect(server_url), connect(server_url)
    async with database.reading() as session:
        victim = await session.scalar(text("SELECT pg_backend_pid()"))
    async with killer.writing() as session:
        await session.execute(text(f"SELECT pg_terminate_backend({victim})"))

    with pytest.raises(Unavailable):
        await _ask(database)
    await _ask(database)

    await database.dispose()
    await killer.dispose()


async def test_a_statement_prepared_before_the_schema_changed_is_unavailable_once(database: Database) -> None:
    """As in a process that goes on while another migrates; SQLite prepares anew by itself."""
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE seeds (n integer)"))
    seen = "SELECT n FROM seeds"
    async with database.reading() as session:
        await session.execute(text(seen))
    async with database.writing() as session:
        await session.execute(text("DROP TABLE seeds"))
        await session.execute(text("CREATE TABLE seeds (n text)"))

    if not database.is_sqlite:
        with pytest.raises(Unavailable) as caught:
            await _ask(database, seen)
        assert caught.value.detail == OTHER_SCHEMA
    await _ask(database, seen)


async def _ask(database: Database, statement: str = "SELECT 1") -> None:
    async with database.reading() as session:
        await session.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "said"),
    (
        ("name", REFUSES_US),
        ("user", REFUSES_US),
        ("socket", UNREACHABLE),
        ("port", UNREACHABLE),
        ("host", UNREACHABLE),
        ("ssl", UNREACHABLE),
    ),
)
async def test_an_address_at_which_there_is_no_database_for_us_says_why(
    server_url: str, change: str, said: str
) -> None:
    right = server_url
    wrong = {
        "name": right.replace("/parley_", "/no_such_"),
        "user": right.replace("postgres@", "nobody:secret-of-nobody@"),
        "socket": "postgresql+asyncpg://x@/d?host=/no/such/folder",
        "port": "postgresql+asyncpg://x@127.0.0.1:1/d",
        "host": "postgresql+asyncpg://x@host.invalid/d",
        "ssl": f"{right}&ssl=perhaps",
    }
    database = connect(wrong[change])

    with pytest.raises(Unavailable) as caught:
        await _ask(database)
    await database.dispose()

    assert caught.value.detail == said
    assert len(str(caught.value)) > len(said), "the log learns more than the client"
    assert "secret-of-nobody" not in _said(caught.value)


@pytest.mark.parametrize("content", (b"no database " * 500, b""))
async def test_a_file_that_is_no_database_is_unfit(tmp_path: Path, content: bytes) -> None:
    """An empty one is a database with nothing in it."""
    path = tmp_path / "parley.db"
    path.write_bytes(content)
    database = connect(f"sqlite+aiosqlite:///{path}")

    if content:
        with pytest.raises(DatabaseUnfit, match="damaged"):
            await _ask(database)
    else:
        await _ask(database)
    await database.dispose()


@pytest.mark.parametrize("at", ("", "file/parley.db"))
async def test_a_place_where_no_file_can_be_is_unavailable(tmp_path: Path, at: str) -> None:
    (tmp_path / "file").write_text("")
    database = connect(f"sqlite+aiosqlite:///{tmp_path / at}")

    with pytest.raises(Unavailable, match=UNREACHABLE):
        await _ask(database)
    await database.dispose()


class _Driver(Exception):
    """What a driver raises, by its code."""

    def __init__(self, state: str) -> None:
        super().__init__(MARKER)
        setattr(self, "sqlite_errorname" if state.startswith("SQLITE") else "sqlstate", state)


def _translated(error: Exception) -> Exception:
    with pytest.raises(Exception) as caught, translated():  # noqa: PT011 - whatever comes is returned
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("state", "said"),
    (
        *(
            (name if name.startswith("SQLITE") else name.ljust(5, "0"), sentence)
            for name, sentence in UNAVAILABLE.items()
        ),
        ("08006", UNREACHABLE),
        ("28P01", REFUSES_US),
        ("53300", BUSY),
        ("57P03", BUSY),
        ("SQLITE_BUSY_SNAPSHOT", BUSY),
        ("SQLITE_IOERR_FSYNC", BUSY),
        ("SQLITE_READONLY_DBMOVED", READ_ONLY),
    ),
)
def test_every_code_that_may_pass_is_unavailable(state: str, said: str) -> None:
    found = _translated(DBAPIError("INSERT …", {"name": MARKER}, _Driver(state), hide_parameters=True))

    assert isinstance(found, Unavailable)
    assert (found.detail, str(found)) == (said, f"{said} ({state})")
    assert MARKER not in _said(found)


@pytest.mark.parametrize("state", sorted(CLASHES))
def test_every_code_of_a_second_one_is_a_clash(state: str) -> None:
    found = _translated(DBAPIError("INSERT …", {"name": MARKER}, _Driver(state), hide_parameters=True))

    assert isinstance(found, Clash)
    assert MARKER not in _said(found)


@pytest.mark.parametrize("state", sorted(NO_DATABASE))
def test_a_damaged_file_is_unfit(state: str) -> None:
    assert isinstance(_translated(DBAPIError("SELECT …", {}, _Driver(state))), DatabaseUnfit)


@pytest.mark.parametrize("state", ("22003", "23502", "42601", "SQLITE_CONSTRAINT_NOTNULL", "SQLITE_MISMATCH", ""))
def test_every_other_code_is_a_fault_of_ours(state: str) -> None:
    found = _translated(DBAPIError("INSERT …", {"name": MARKER}, _Driver(state), hide_parameters=True))

    assert isinstance(found, StatementRefused)
    assert str(found) == f"{state or '_Driver'} in: INSERT …"
    assert MARKER not in _said(found)


def test_a_connection_that_was_invalidated_is_unreachable_whatever_the_code() -> None:
    error = DBAPIError("SELECT …", {}, _Driver(""), connection_invalidated=True)

    assert str(_translated(error)) == f"{UNREACHABLE} (_Driver)"


@pytest.mark.parametrize("error", (ConnectionResetError(), TimeoutError("slow")))
def test_what_the_network_says_is_unreachable(error: OSError) -> None:
    assert str(_translated(error)) == f"{UNREACHABLE} ({str(error) or type(error).__name__})"


def test_what_is_no_matter_of_the_database_passes() -> None:
    error = ZeroDivisionError("1/0")

    assert _translated(error) is error
