"""The database: connections set up so that what was acknowledged is kept, and the two ways to use them."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from service.storage.failures import DatabaseUnfit, Unavailable, translated

BEGIN: Final = "parley_begin"
"""The execution option that says how a transaction begins on SQLite."""

POSTGRESQL_MIN: Final = 150_000
WRITER_SECONDS: Final = 10.0
SERVER_SETTINGS: Final = {
    "application_name": "parley",
    "timezone": "UTC",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}

# At its level of debugging aiosqlite writes each statement together with what it was given.
logging.getLogger("aiosqlite").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database and its connections; sessions come from `writing`, `reading` and `glancing` only."""

    engine: AsyncEngine
    _readers: AsyncEngine
    _write: async_sessionmaker[AsyncSession]
    _read: async_sessionmaker[AsyncSession]
    _glance: async_sessionmaker[AsyncSession]
    # SQLite has one writer: within a process writers queue here in order, rather than poll for the file's lock.
    _writer: asyncio.Lock | None = field(default=None)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open the transaction of one request: all of it is committed at the end, or none of it."""
        async with self._turn():
            with translated():
                async with self._write() as session, session.begin():
                    yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one state of the database and cannot write."""
        with translated():
            async with self._read() as session:
                yield session

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncSession]:
        """Open a session for a single statement that only reads and needs no transaction of its own."""
        with translated():
            async with self._glance() as session:
                yield session

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        await self._readers.dispose()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._writer is None:
            yield
            return
        try:
            async with asyncio.timeout(WRITER_SECONDS):
                await self._writer.acquire()
        except TimeoutError:
            raise Unavailable("Other requests are still writing.") from None
        try:
            yield
        finally:
            self._writer.release()


def connect(url: str, *, connections: int = 16) -> Database:
    """Make the database of an address; nothing is opened until it is used."""
    read: dict[str, Any]
    glance: dict[str, Any]
    if make_url(url).get_backend_name() == "sqlite":
        # Which connections can write is decided when they are made, and costs a request nothing.
        engine, readers = _sqlite(url, connections), _sqlite(url, connections, query_only=True)
        read = {BEGIN: "DEFERRED"}
        glance = {BEGIN: ""}
    else:
        engine = readers = _postgresql(url, connections)
        read = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        glance = {"isolation_level": "AUTOCOMMIT"}
    return Database(
        engine=engine,
        _readers=readers,
        _write=_sessions(engine),
        _read=_sessions(readers.execution_options(**read)),
        _glance=_sessions(readers.execution_options(**glance)),
        _writer=asyncio.Lock() if engine is not readers else None,
    )


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


def _engine(url: str, connections: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        json_serializer=lambda value: to_json(value).decode(),
        json_deserializer=from_json,
        **options,
    )


def _postgresql(url: str, connections: int) -> AsyncEngine:
    return _engine(url, connections, connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5})


def _sqlite(url: str, connections: int, *, query_only: bool = False) -> AsyncEngine:
    path = Path(make_url(url).database or "")
    engine = _engine(url, connections)

    @event.listens_for(engine.sync_engine, "do_connect")
    def make_private(*_: object) -> None:
        """Make the file readable by its owner alone before SQLite makes it readable by all.

        A file that is there is not opened: closing it would let go of every lock that this process holds on it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        """Leave transactions to us, and make every commit durable."""
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for pragma in (*PRAGMAS, f"query_only={query_only:d}"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except sqlite3.Error:
            connection.close()  # nobody else would, and it has a thread
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        """Take the write lock at once: a plain BEGIN that writes later fails at once when another did first."""
        mode = connection.get_execution_options().get(BEGIN, "IMMEDIATE")
        if mode:
            connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def has_wal_reset_fix(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite can keep a write-ahead log with several connections without corrupting it."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


JOURNAL: Final = "wal" if has_wal_reset_fix(sqlite3.sqlite_version_info) else "delete"
"""How this SQLite keeps what a transaction would undo."""

PRAGMAS: Final = (
    "busy_timeout=5000",
    f"journal_mode={JOURNAL}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
)


async def require_durable(database: Database) -> None:
    """Refuse to start on a database that could lose what it acknowledged."""
    faults, found_by = (sqlite_faults, SQLITE_ASKED) if database.is_sqlite else (postgresql_faults, POSTGRESQL_ASKED)
    with translated():
        async with database.engine.connect() as connection:
            found = {name: (await connection.execute(text(sql))).scalar_one() for name, sql in found_by.items()}
    wrong = faults(found)
    if wrong:
        raise DatabaseUnfit(f"The database is not fit to keep decisions: {'; '.join(wrong)}.")


SQLITE_ASKED: Final = {name: f"PRAGMA {name}" for name in ("journal_mode", "synchronous", "foreign_keys")}
POSTGRESQL_ASKED: Final = {
    name: f"SELECT current_setting('{name}')"
    for name in ("server_version_num", "fsync", "full_page_writes", "synchronous_commit", "server_encoding")
}


def sqlite_faults(found: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the settings of a connection to SQLite."""
    wanted = {"journal_mode": JOURNAL, "synchronous": 2, "foreign_keys": 1}
    return [f"{name} is {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value]


def postgresql_faults(found: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the settings of a PostgreSQL server."""
    wrong = []
    if int(found["server_version_num"]) < POSTGRESQL_MIN:
        wrong.append(f"PostgreSQL {POSTGRESQL_MIN // 10_000} or later is needed")
    wrong += [f"{name} is off" for name in ("fsync", "full_page_writes") if found[name] != "on"]
    if found["synchronous_commit"] not in {"on", "remote_apply"}:
        wrong.append("synchronous_commit is neither on nor remote_apply")
    if found["server_encoding"] != "UTF8":
        wrong.append("its encoding is not UTF8")
    return wrong
