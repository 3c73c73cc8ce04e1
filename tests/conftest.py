"""What tests of storage and of the API work on: the whole service, on SQLite and on PostgreSQL, with a clock of theirs."""  # noqa: E501

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings

from service.app import create_app
from service.domain.actors import Role
from service.settings import Settings
from service.storage import keys
from service.storage.engine import Database, connect
from service.storage.migrating import migrate
from service.storage.tables import METADATA
from tests import postgres
from tests.commands import Parley
from tests.s3 import S3
from tests.s3 import running as running_s3

# The same examples in every run, however slow the machine: `--hypothesis-profile=default` looks for new ones.
settings.register_profile("parley", derandomize=True, deadline=None)
settings.load_profile("parley")

EMPTYING = [f"DELETE FROM {table.name}" for table in reversed(METADATA.sorted_tables)]  # noqa: S608 - our own names
SCHEMA = """SELECT version_num, (
    SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable), ',' ORDER BY 1)
    FROM information_schema.columns WHERE table_schema = 'public'
) FROM alembic_version"""
"""What tells whether a test left the tables as they were."""

MORNING = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now

    def advance(self, **by: int) -> None:
        """Move on by so many days, hours and so on."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service, its clock, and a way to call it as anybody."""

    app: FastAPI
    http: httpx.AsyncClient
    clock: Clock
    keys: dict[tuple[str, str | None, bool], str] = field(default_factory=dict)

    async def key(self, role: str, subject: str | None = None, *, vouches: bool = False) -> str:
        """Return a key of this role, made when it is first asked for."""
        wanted = (role, subject, vouches)
        if wanted not in self.keys:
            parts = self.app.state.parts
            async with parts.database.writing() as session:
                text, _ = await keys.create(
                    session,
                    parts.keyring,
                    role=Role(role),
                    name=role,
                    at=self.clock(),
                    subject=subject,
                    vouches_for_loans=vouches,
                )
            self.keys[wanted] = text
        return self.keys[wanted]

    async def call(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request with a key; a POST gets an Idempotency-Key of its own unless one is given."""
        sent = {"Authorization": f"Bearer {key}", **{n.replace("_", "-"): v for n, v in headers.items()}}
        if method == "POST":
            sent.setdefault("Idempotency-Key", f'"{uuid4()}"')
        return await self.http.request(method, path, json=body, headers=sent)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """Run one PostgreSQL server for all tests."""
    with postgres.running() as server:
        yield server


@pytest.fixture(params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database: whatever asks for one runs on both."""
    asked: str = request.param
    return asked


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of either kind."""
    if kind == "sqlite":
        return _file(tmp_path / "parley.db")
    server: postgres.Server = request.getfixturevalue("postgresql")
    return server.create_database()


Maker = Callable[[str, Path], str]


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Maker:
    """Return what makes migrated databases of a kind, files in a folder that is given: one is migrated, then copied."""

    @cache
    def template(kind: str) -> str:
        if kind == "sqlite":
            url = _file(tmp_path_factory.mktemp("template") / "parley.db")
        else:
            server: postgres.Server = request.getfixturevalue("postgresql")
            url = server.create_database()
        with ThreadPoolExecutor(1) as elsewhere:  # a test's own event loop may be set up already
            elsewhere.submit(asyncio.run, migrate(url)).result()
        return url

    def make(kind: str, folder: Path) -> str:
        if kind == "sqlite":
            shutil.copy(template(kind).partition("///")[2], folder / "parley.db")
            return _file(folder / "parley.db")
        server: postgres.Server = request.getfixturevalue("postgresql")
        return server.create_database(template=template(kind))

    return make


@pytest.fixture(scope="session")
def spare() -> list[str]:
    """Return the addresses of databases on the server that were emptied after a test: making one takes far longer."""
    return []


@pytest.fixture
def migrated_url(
    kind: str, tmp_path: Path, new_database: Maker, spare: list[str], request: pytest.FixtureRequest
) -> Iterator[str]:
    """Return the address of a migrated database of either kind, with nothing in it."""
    if kind == "sqlite":
        yield new_database(kind, tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    url = spare.pop() if spare else new_database(kind, tmp_path)
    schema = server.query(url, SCHEMA)
    yield url
    if schema is not None and server.query(url, "SET lock_timeout = '1s'", *EMPTYING, SCHEMA) == schema:
        spare.append(url)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """Open a migrated database of either kind, with nothing in it."""
    opened = connect(migrated_url)
    yield opened
    await opened.dispose()


@pytest.fixture
def clock() -> Clock:
    """Return the service's clock: the morning of 15 November 2026."""
    return Clock()


@pytest.fixture
async def service(migrated_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Service]:
    """Run the whole service on an empty database."""
    app = create_app(Settings(data=tmp_path, database=migrated_url), clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            yield Service(app=app, http=http, clock=clock)


@pytest.fixture
def parley(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Parley:
    """Return the command, with an empty data folder and no setting of this machine."""
    for name in [name for name in os.environ if name.startswith("PARLEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_DATA", str(tmp_path / "data"))
    return Parley(monkeypatch, capsys, tmp_path / "data")


def _file(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """Run one S3-compatible server for all tests that keep files in a bucket."""
    with running_s3(tmp_path_factory.mktemp("s3") / "log") as server:
        yield server
