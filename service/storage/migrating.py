"""Bringing a database to the newest schema, and saying whether it is there."""

import asyncio
import fcntl
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage.engine import Database, connect

FOLDER: Final = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's configuration; it needs no file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    return made


async def migrate(url: str, *, revision: str = "head") -> None:
    """Bring a database to a revision; processes that start together on one file take turns."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        await _migrate(url, revision)
        return
    path = Path(parsed.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f"{path.name}.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        await _migrate(url, revision)


async def _migrate(url: str, revision: str) -> None:
    database = connect(url, connections=1)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_run, revision)
    finally:
        await database.dispose()


def _run(connection: Any, revision: str) -> None:
    made = config()
    made.attributes["connection"] = connection
    if revision == "base":
        command.downgrade(made, revision)
    else:
        command.upgrade(made, revision)


async def is_current(database: Database) -> bool:
    """Say whether the database is at the newest revision."""
    async with database.reading() as session:
        return await _revision(session) == ScriptDirectory.from_config(config()).get_current_head()


async def _revision(session: AsyncSession) -> str | None:
    connection = await session.connection()
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
