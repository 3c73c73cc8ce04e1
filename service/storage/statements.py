"""Statements that SQLAlchemy spells differently for each database."""

from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel


def insert_unless_there(
    session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]]
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that leaves out rows that a unique index refuses; add RETURNING to learn which went in.

    Never ask for the number of rows: PostgreSQL's drivers answer -1, and a second effect would go unseen.
    """
    if is_sqlite(session):
        return sqlite.insert(table).values(rows).on_conflict_do_nothing()
    return postgresql.insert(table).values(rows).on_conflict_do_nothing()


def is_sqlite(session: AsyncSession) -> bool:
    """Say whether the session's database is a file."""
    return session.get_bind().dialect.name == "sqlite"


class Beside(FunctionElement[str]):
    """A column in a condition for which SQLite must not choose an index: it keeps no figures to choose by.

    PostgreSQL keeps them, and gets the column as it is.
    """

    inherit_cache = True
    type = Text()


@compiles(Beside)
def _in_general(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Beside, "sqlite")
def _in_sqlite(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


class NowInSeconds(FunctionElement[int]):
    """The moment by the database's own clock, in whole seconds: leases must not depend on whose clock goes wrong."""

    inherit_cache = True
    type = BigInteger()


@compiles(NowInSeconds)
def _now_in_general(_element: NowInSeconds, _compiler: SQLCompiler, **_: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS BIGINT)"


@compiles(NowInSeconds, "sqlite")
def _now_in_sqlite(_element: NowInSeconds, _compiler: SQLCompiler, **_: Any) -> str:
    return "CAST(strftime('%s', 'now') AS INTEGER)"
