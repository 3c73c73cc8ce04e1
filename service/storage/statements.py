"""Statements that SQLAlchemy spells differently for each database."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


def insert_unless_there(
    session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]]
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that leaves out rows that a unique index refuses; add RETURNING to learn which went in.

    Never ask for the number of rows: PostgreSQL's drivers answer -1, and a second effect would go unseen.
    """
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(rows).on_conflict_do_nothing()
    return postgresql.insert(table).values(rows).on_conflict_do_nothing()


def is_sqlite(session: AsyncSession) -> bool:
    """Say whether the session's database is a file."""
    return session.get_bind().dialect.name == "sqlite"
