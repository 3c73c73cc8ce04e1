"""Bringing a database to the newest schema, and saying whether it is there."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.storage.engine import BEGIN, Database, connect
from service.storage.failures import DatabaseUnfit, translated

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK_NUMBER: Final = 0x5041524C4559
"""The number of the advisory lock under which a database on a server is migrated."""


async def migrate(url: str, *, revision: str = "head") -> None:
    """Bring a database to a revision, all the way or not at all; those that start together take turns."""
    database = connect(url, connections=1)
    try:
        with translated():
            async with _alone(database, url) as connection:
                await connection.run_sync(_run, revision)
    finally:
        await database.dispose()


@asynccontextmanager
async def _alone(database: Database, url: str) -> AsyncIterator[AsyncConnection]:
    """Open the one transaction in which a database is migrated, when no other process migrates it."""
    if database.is_sqlite:
        path = Path(make_url(url).database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f"{path.name}.lock").open("a") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            async with _on_file(database) as connection:
                yield connection
    else:
        async with database.engine.begin() as connection:
            # Waiting for another process, and changing a large table, may take longer than a request may.
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SET LOCAL lock_timeout = 0"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
            await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            yield connection


@asynccontextmanager
async def _on_file(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which a table may be made anew while others refer to it, as SQLite has to.

    What refers to what is checked at the end instead; it can be switched off outside of transactions only.
    """
    async with database.engine.execution_options(**{BEGIN: ""}).begin() as connection:
        await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        await _require_whole(connection)


async def _require_whole(connection: AsyncConnection) -> None:
    dangling = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
    if dangling:
        raise DatabaseUnfit("After the migration a record would refer to one that is not there.")


def _run(connection: Any, revision: str) -> None:
    config = _config(FOLDER)
    config.attributes["connection"] = connection
    try:
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)
    except CommandError as error:
        raise DatabaseUnfit(f"The database cannot be migrated: {error}.") from error


async def is_current(database: Database) -> bool:
    """Say whether the database is at the newest revision."""
    async with database.reading() as session:
        connection = await session.connection()
        found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return found == _newest(FOLDER)


@cache
def _newest(folder: Path) -> str | None:
    return ScriptDirectory.from_config(_config(folder)).get_current_head()


def _config(folder: Path) -> Config:
    """Return Alembic's configuration; it needs no file."""
    made = Config()
    made.set_main_option("script_location", str(folder))
    made.set_main_option("path_separator", "os")
    return made
