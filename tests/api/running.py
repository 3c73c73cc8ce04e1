"""The whole service run for many tests at once, and a look at what it has stored."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from sqlalchemy import func, select

from service.api.limits import Limits
from service.app import create_app
from service.settings import Settings
from service.storage.migrating import migrate
from service.storage.tables import METADATA
from tests.conftest import Clock, Service

T = TypeVar("T")


@asynccontextmanager
async def running(settings: Settings, *, limits: Limits | None = None) -> AsyncIterator[Service]:
    """Run the service on a database that may be empty, at the moment of Li's case."""
    await migrate(settings.database)
    app = create_app(settings, clock=(clock := Clock()), limits=limits)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            yield Service(app=app, http=http, clock=clock)


async def stored(service: Service) -> dict[str, int]:
    """Count the rows of every table but the keys that tests make, and the files."""
    parts = service.app.state.parts
    tables = [table for table in METADATA.sorted_tables if table.name != "api_keys"]
    async with parts.database.reading() as session:
        rows = {table.name: await session.scalar(select(func.count()).select_from(table)) for table in tables}
    return {**rows, "files": len(files_in(parts.files.folder))}


def share(service: Service, values: Sequence[T], *, of: str) -> Sequence[T]:
    """Return all of the values on PostgreSQL, which has the traps, and on SQLite a third that depends on the operation.

    Over all operations each value is tried on both.
    """
    if not service.app.state.parts.database.is_sqlite:
        return values
    return values[sum(of.encode()) % 3 :: 3]


def files_in(folder: Path) -> list[Path]:
    """Return the files that were kept."""
    return [path for path in folder.rglob("*") if path.is_file()]
