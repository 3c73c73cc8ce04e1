"""The tests' own PostgreSQL: what the storage tests rely on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.postgres import Server, running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start a server of this module's own, so that its end can be seen."""
    with running() as started:
        yield started
    assert not Path(started.sockets).exists()


async def _scalar(url: str, *statements: str) -> object:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in statements[:-1]:
            await connection.execute(text(statement))
        answer: object = await connection.scalar(text(statements[-1]))
    await engine.dispose()
    return answer


async def test_a_database_is_empty_and_durable(server: Server) -> None:
    """Commits are flushed as in production: the tests of lost writes would mean nothing otherwise."""
    url = server.create_database()

    assert await _scalar(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert await _scalar(url, "SHOW fsync") == "on"
    assert await _scalar(url, "SHOW synchronous_commit") == "on"
    assert await _scalar(url, "SHOW server_encoding") == "UTF8"


async def test_a_copy_has_what_its_template_has_and_then_lives_alone(server: Server) -> None:
    template = server.create_database()
    await _scalar(template, "CREATE TABLE seeds (n int)", "INSERT INTO seeds VALUES (7) RETURNING n")

    first, second = (server.create_database(template=template) for _ in range(2))
    await _scalar(first, "DELETE FROM seeds RETURNING n")

    assert await _scalar(first, "SELECT count(*) FROM seeds") == 0
    assert await _scalar(second, "SELECT count(*) FROM seeds") == 1


async def test_a_dropped_database_is_gone(server: Server) -> None:
    url, other = server.create_database(), server.create_database()
    server.drop_database(url)

    name = url.partition("?")[0].rpartition("/")[2]
    assert await _scalar(other, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0  # noqa: S608
