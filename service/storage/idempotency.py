"""Idempotency records: a request with a key is done once, in the same transaction as its effect."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.statements import insert_unless_there, is_sqlite
from service.storage.tables import IdempotencyRow


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


class OtherRequest(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key that is ours until the transaction ends."""

    principal: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer that was given first."""

    status: int
    headers: dict[str, str]
    body: bytes


async def claim(session: AsyncSession, wanted: Claim, *, at: datetime) -> Answer | None:
    """Claim a key and return None, or return the first answer to it.

    Raise `OtherRequest` when it was claimed for something else, `StillRunning` while the first request runs:
    on PostgreSQL an advisory lock says so at once; on SQLite the one write lock has made us wait until it is over.
    """
    if await _claimed(session, wanted, at=at):
        return None
    row = await session.get(IdempotencyRow, (wanted.principal, wanted.key))
    if row is None or row.status is None:
        raise StillRunning
    if row.fingerprint != wanted.fingerprint:
        raise OtherRequest
    return Answer(status=row.status, headers=row.headers, body=row.body or b"")


async def store(session: AsyncSession, ours: Claim, answer: Answer) -> None:
    """Keep the answer to a claimed key."""
    await session.execute(
        update(IdempotencyRow)
        .where(col(IdempotencyRow.principal) == ours.principal, col(IdempotencyRow.key) == ours.key)
        .values(status=answer.status, headers=answer.headers, body=answer.body)
        .execution_options(synchronize_session=False)
    )


async def _claimed(session: AsyncSession, wanted: Claim, *, at: datetime) -> bool:
    """Insert the record unless it is there. What is returned decides: the count of rows is -1 on PostgreSQL."""
    values = {
        "principal": wanted.principal,
        "key": wanted.key,
        "fingerprint": wanted.fingerprint,
        "headers": {},
        "created_at": at,
    }
    table = IdempotencyRow
    if is_sqlite(session):
        statement = insert_unless_there(session, table, [values])
    else:
        free = func.pg_try_advisory_xact_lock(_lock_number(wanted))
        columns = table.__table__.c  # type: ignore[attr-defined]
        typed = [bindparam(None, value, type_=columns[name].type) for name, value in values.items()]
        statement = (
            postgresql.insert(table).from_select(list(values), select(*typed).where(free)).on_conflict_do_nothing()
        )
    return (await session.execute(statement.returning(col(table.key)))).first() is not None


def _lock_number(wanted: Claim) -> int:
    """Return the number of the advisory lock of a key; two keys that share one only answer 409 needlessly."""
    digest = hashlib.sha256(f"{wanted.principal}\0{wanted.key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
