"""Case events: written with the change they tell of, bound into a chain per case, and read as history and feed."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnClause, Text, cast, func, literal, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import Actor, Role
from service.storage.columns import TransactionNumber
from service.storage.documents import plain
from service.storage.progress import progress
from service.storage.statements import is_sqlite
from service.storage.tables import CaseRow, EventRow

GENESIS = ""
"""The hash before the first event of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first event of a case whose hash does not follow from what is stored."""

    case_id: UUID
    sequence: int
    why: str


def append_event(
    session: AsyncSession,
    case: CaseRow,
    type_: str,
    *,
    actor: Actor,
    at: datetime,
    role: Role | None = None,
    particulars: dict[str, Any] | None = None,
) -> EventRow:
    """Add an event to a case: its version and sequence grow, its hash covers the one before. The case is locked."""
    case.version += 1
    case.sequence += 1
    case.updated_at = at
    event = EventRow(
        case_id=case.id,
        sequence=case.sequence,
        type=str(type_),
        actor_role=str(role or actor.role),
        actor_id=actor.identity,
        at=at,
        particulars=plain(particulars or {}),
        caused_by=actor.caused_by,
        previous_hash=case.last_hash,
        hash="",
    )
    event.hash = case.last_hash = hash_of(event)
    session.add(event)
    progress(session).last_event = str(event.id)
    return event


def hash_of(event: EventRow) -> str:
    """Return SHA-256 over the canonical JSON of everything the event says and of the hash before it."""
    said = {
        "id": str(event.id),
        "case_id": str(event.case_id),
        "sequence": event.sequence,
        "type": event.type,
        "actor_role": event.actor_role,
        "actor_id": event.actor_id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "particulars": event.particulars,
        "caused_by": event.caused_by,
        "previous_hash": event.previous_hash,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def of_case(
    session: AsyncSession, case_id: UUID, *, after: int = 0, limit: int | None = None
) -> Sequence[EventRow]:
    """Return the events of a case after a sequence number, oldest first."""
    wanted = select(EventRow).where(EventRow.case_id == case_id, EventRow.sequence > after)  # type: ignore[arg-type]
    return (await session.scalars(wanted.order_by(EventRow.sequence).limit(limit))).all()  # type: ignore[arg-type]


async def last_of_type(session: AsyncSession, case_id: UUID, type_: str) -> EventRow | None:
    """Return the latest event of one type of a case."""
    wanted = select(EventRow).where(col(EventRow.case_id) == case_id, col(EventRow.type) == type_)
    found: EventRow | None = await session.scalar(wanted.order_by(col(EventRow.sequence).desc()).limit(1))
    return found


async def latest_of_types(
    session: AsyncSession, case_id: UUID, types: Collection[str], *, limit: int
) -> Sequence[EventRow]:
    """Return the latest events of some types of a case, the oldest of them first."""
    wanted = select(EventRow).where(col(EventRow.case_id) == case_id, col(EventRow.type).in_(types))
    latest = (await session.scalars(wanted.order_by(col(EventRow.sequence).desc()).limit(limit))).all()
    return latest[::-1]


async def verify_chain(session: AsyncSession, case_id: UUID) -> Broken | None:
    """Return the first event that was changed, removed or put in later; None when the chain holds."""
    case = await session.get(CaseRow, case_id)
    if case is None:
        return None
    previous, sequence = GENESIS, 0
    for event in await of_case(session, case_id):
        sequence += 1
        if event.sequence != sequence:
            return Broken(case_id=case_id, sequence=sequence, why="an event is missing")
        if event.previous_hash != previous:
            return Broken(case_id=case_id, sequence=sequence, why="it does not follow the event before")
        if hash_of(event) != event.hash:
            return Broken(case_id=case_id, sequence=sequence, why="its content was changed")
        previous = event.hash
    if case.sequence > sequence:
        return Broken(case_id=case_id, sequence=sequence + 1, why="the last events are missing")
    if (case.sequence, case.last_hash) != (sequence, previous):
        return Broken(case_id=case_id, sequence=sequence, why="the case ends with another event")
    return None


NO_EVENT: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """Where a reader of the feed stands: the transaction's number and the event's id; on SQLite the row's number."""

    transaction: int = 0
    event: UUID = NO_EVENT


async def feed(session: AsyncSession, *, after: FeedPosition, limit: int) -> Sequence[tuple[FeedPosition, EventRow]]:
    """Return settled events in the order of the feed: one that commits late is never skipped."""
    if is_sqlite(session):
        return await _feed_by_row(session, after=after, limit=limit)
    number = EventRow.__table__.c.transaction_number  # type: ignore[attr-defined]
    position = cast(literal(str(after.transaction), Text()), TransactionNumber())
    settled = number < func.pg_snapshot_xmin(func.pg_current_snapshot())
    later = tuple_(number, col(EventRow.id)) > tuple_(position, after.event)
    readable = cast(cast(number, Text()), BigInteger())
    rows = await session.execute(
        select(readable, EventRow).where(settled, later).order_by(number, col(EventRow.id)).limit(limit)
    )
    return [(FeedPosition(transaction, event.id), event) for transaction, event in rows]


async def _feed_by_row(
    session: AsyncSession, *, after: FeedPosition, limit: int
) -> Sequence[tuple[FeedPosition, EventRow]]:
    """On SQLite one transaction writes at a time, so rows are numbered in the order of their commits."""
    number: ColumnClause[int] = literal_column("events.rowid")
    rows = await session.execute(
        select(number, EventRow).where(number > after.transaction).order_by(number).limit(limit)
    )
    return [(FeedPosition(int(row), event.id), event) for row, event in rows]
