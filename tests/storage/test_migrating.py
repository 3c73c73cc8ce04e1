"""Migrations: both ways on both databases, all or nothing, one at a time, and in step with the tables."""

import asyncio
import fcntl
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from service.app import create_app
from service.settings import Settings
from service.storage import migrating
from service.storage.engine import Database, connect
from service.storage.failures import Clash, DatabaseUnfit, StatementRefused
from service.storage.migrating import is_current, migrate
from service.storage.tables import METADATA
from tests.storage.records import add_case, work_of

NEXT = '''"""A revision to come."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("seeds", sa.Column("n", sa.Integer(), nullable=False))
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("colour", sa.Text(), nullable=True))
        cases.alter_column("channel", existing_type=sa.Text(), nullable=True)
    {then}


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("channel", existing_type=sa.Text(), nullable=False)
        cases.drop_column("colour")
    op.drop_table("seeds")
'''


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Become the next version of the service, which has one revision more."""

    def become(then: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrating.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        newest = migrating._newest(migrating.FOLDER)
        (folder / "versions" / "9999_to_come.py").write_text(NEXT.format(newest=newest, then=then))
        monkeypatch.setattr(migrating, "FOLDER", folder)

    return become


async def _on(database: Database, what: Callable[[Connection], Any]) -> Any:
    async with database.engine.connect() as connection:
        return await connection.run_sync(what)


async def _tables(database: Database) -> set[str]:
    return set(await _on(database, lambda connection: inspect(connection).get_table_names()))


async def _ready(url: str, data: Path) -> tuple[int, dict[str, Any]]:
    """Ask a service on this database, which it does not migrate itself, whether it is ready."""
    app = create_app(Settings(data=data, database=url))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test") as http:
            answer = await http.get("/readyz")
    return answer.status_code, answer.json()


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    """Open a database with nothing in it, not even tables."""
    opened = connect(database_url)
    yield opened
    await opened.dispose()


async def test_there_and_back_and_there_again(empty: Database, database_url: str) -> None:
    seen = []
    for revision in ("head", "base", "head", "head"):
        await migrate(database_url, revision=revision)
        seen.append((await _tables(empty), await is_current(empty)))

    wanted = {*METADATA.tables, "alembic_version"}
    assert seen == [(wanted, True), ({"alembic_version"}, False), (wanted, True), (wanted, True)]


async def test_tables_and_migrations_agree(database: Database) -> None:
    """A column that was added to one only is found here: its type, its default, its constraints and its indexes."""

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, METADATA))

    assert await _on(database, differences) == []


async def test_an_empty_database_is_not_current(empty: Database) -> None:
    assert not await is_current(empty)


async def test_records_stay_through_a_migration_that_makes_their_table_anew(
    database: Database, migrated_url: str, next_version: Callable[..., None]
) -> None:
    """As SQLite must for most changes, while other tables refer to this one."""
    async with database.writing() as session:
        case = await add_case(work_of(session))
    next_version()

    await migrate(migrated_url)
    async with database.glancing() as session:
        found = (await session.execute(text("SELECT channel, colour, last_hash FROM cases"))).one()
        assert await session.scalar(text("SELECT count(*) FROM events")) == 1
    await migrate(migrated_url, revision="base")

    assert tuple(found) == ("partner", None, case.last_hash)
    assert await _tables(database) == {"alembic_version"}


async def test_a_migration_that_fails_changes_nothing(
    database: Database, migrated_url: str, next_version: Callable[..., None]
) -> None:
    before = await _tables(database)
    next_version(then="op.execute('SELEKT 1')")

    with pytest.raises(StatementRefused, match="SELEKT"):
        await migrate(migrated_url)

    assert await _tables(database) == before
    assert not await is_current(database)


async def test_a_migration_that_leaves_a_reference_to_nothing_is_undone(
    database: Database, migrated_url: str, next_version: Callable[..., None]
) -> None:
    async with database.writing() as session:
        await add_case(work_of(session))
    next_version(then="op.execute('DELETE FROM cases')")

    with pytest.raises((DatabaseUnfit, Clash)):
        await migrate(migrated_url)

    async with database.glancing() as session:
        assert await session.scalar(text("SELECT count(*) FROM cases")) == 1


async def test_an_older_database_is_not_ready_until_it_is_migrated(
    kind: str, migrated_url: str, tmp_path: Path, next_version: Callable[..., None]
) -> None:
    """A file is migrated at the start, a server's database by `parley migrate`."""
    next_version()
    embedded = kind == "sqlite"

    before = await _ready(migrated_url, tmp_path)
    await migrate(migrated_url)

    assert before == ((200, {"status": "ok"}) if embedded else (503, {"status": "migrations are missing"}))
    assert await _ready(migrated_url, tmp_path) == (200, {"status": "ok"})


async def test_a_newer_database_is_not_ready_and_left_alone(
    kind: str, migrated_url: str, tmp_path: Path, next_version: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after going back to an older version of the service."""
    next_version()
    await migrate(migrated_url)
    monkeypatch.undo()

    with pytest.raises(DatabaseUnfit, match="9999"):
        await migrate(migrated_url)
    if kind == "sqlite":
        with pytest.raises(DatabaseUnfit, match="9999"):
            await _ready(migrated_url, tmp_path)
    else:
        assert (await _ready(migrated_url, tmp_path))[0] == 503


async def test_all_that_start_at_once_migrate_once(empty: Database, database_url: str) -> None:
    """Inside a process and between processes; without taking turns one of two would fail on PostgreSQL."""
    code = f"import asyncio; from service.storage.migrating import migrate; asyncio.run(migrate({database_url!r}))"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", code)

    await asyncio.gather(*(migrate(database_url) for _ in range(3)))

    assert await other.wait() == 0
    assert await is_current(empty)


async def test_a_migration_waits_for_the_one_that_runs(empty: Database, database_url: str, tmp_path: Path) -> None:
    """Longer than a request would."""
    if empty.is_sqlite:
        held: Any = (tmp_path / "parley.db.lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = asyncio.create_task(migrate(database_url))
        await asyncio.wait({waiting}, timeout=0.3)
        before = waiting.done()
        held.close()
    else:
        async with empty.writing() as session:
            await session.execute(text(f"SELECT pg_advisory_xact_lock({migrating.LOCK_NUMBER})"))
            waiting = asyncio.create_task(migrate(database_url))
            await asyncio.wait({waiting}, timeout=0.3)
            before = waiting.done()
    await waiting

    assert not before
    assert await is_current(empty)
