"""Listening to the statements that a database is sent, and asking it how it executes them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from service.storage.engine import Database


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with what it was given."""

    sql: str
    parameters: Any


@contextmanager
def heard(database: Database) -> Iterator[list[Statement]]:
    """Collect the statements that are executed; what opens a transaction is not counted."""
    found: list[Statement] = []

    def hear(*told: Any) -> None:
        _connection, _cursor, sql, parameters, _context, many = told
        if not sql.startswith("BEGIN"):
            found.append(Statement(sql, parameters[0] if many else parameters))

    engines = {database.engine.sync_engine, database._readers.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


async def plan_of(database: Database, statement: Statement) -> list[str]:
    """Return the steps in which the database would execute a statement if it avoided to read whole tables."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
            return [str(row.detail) for row in rows]
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters)
        return [_named(node) for node in _nodes(found.scalar_one())]


async def work_of(database: Database, statement: Statement) -> int:
    """Execute a statement and return how much there was to do: rows looked at, or hundreds of SQLite's own steps."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            return await _steps(connection, statement)
        await connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")  # as on a disk without moving parts
        asked = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}"
        found = await connection.exec_driver_sql(asked, statement.parameters)
        return int(sum(_rows(node) for node in _nodes(found.scalar_one())))


async def _steps(connection: Any, statement: Statement) -> int:
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    driver = (await connection.get_raw_connection()).driver_connection
    await driver.set_progress_handler(count, 100)
    try:
        (await connection.exec_driver_sql(statement.sql, statement.parameters)).all()
    finally:
        await driver.set_progress_handler(None, 0)
    return steps


def _nodes(explained: Any) -> Iterator[dict[str, Any]]:
    document = json.loads(explained) if isinstance(explained, str) else explained
    pending = [document[0]["Plan"]]
    while pending:
        node = pending.pop()
        yield node
        pending += node.get("Plans", ())


def _named(node: dict[str, Any]) -> str:
    return " ".join(str(node[name]) for name in ("Node Type", "Relation Name", "Index Name") if name in node)


def _rows(node: dict[str, Any]) -> float:
    """Return the rows that a node produced or threw away."""
    filtered = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return float((node["Actual Rows"] + filtered) * node["Actual Loops"])
