"""Operations as the workers share them: each is held by one, under a lease that runs by the database's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.operations import OperationKind, OperationState
from service.storage.statements import NowInSeconds
from service.storage.tables import OperationRow
from service.storage.work import UnitOfWork

OPEN: Final = (OperationState.WAITING.value, OperationState.RUNNING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An operation that a worker holds; `token` tells this holding from any before and after."""

    id: UUID
    token: str
    kind: OperationKind
    request: dict[str, Any]
    created_at: datetime
    attempts: int


async def add(work: UnitOfWork, kind: OperationKind, request: Mapping[str, Any]) -> OperationRow:
    """Write down what is to be done; a worker takes it from there."""
    row = OperationRow(kind=kind.value, request=dict(request), created_by=work.actor.identity, created_at=work.now)
    work.session.add(row)
    await work.session.flush()
    return row


async def get(session: AsyncSession, operation_id: UUID) -> OperationRow | None:
    """Return an operation."""
    return await session.get(OperationRow, operation_id, populate_existing=True)


async def any_free(session: AsyncSession) -> bool:
    """Say whether there is anything to take: looking does not keep those waiting who write."""
    return await session.scalar(_free().limit(1)) is not None


async def take(session: AsyncSession, *, token: str, seconds: int) -> Held | None:
    """Take the oldest operation that waits, or whose worker has not been heard of for too long."""
    oldest = _free().order_by(col(OperationRow.id)).limit(1).with_for_update(skip_locked=True)
    taken = (
        update(OperationRow)
        .where(col(OperationRow.id) == oldest.scalar_subquery())
        .values(
            state=OperationState.RUNNING.value,
            held_by=token,
            leased_until=NowInSeconds() + seconds,
            attempts=col(OperationRow.attempts) + 1,
            version=col(OperationRow.version) + 1,
            done=0,
        )
        .returning(OperationRow)
        .execution_options(synchronize_session=False)
    )
    row = (await session.scalars(taken)).one_or_none()
    if row is None:
        return None
    return Held(
        id=row.id,
        token=token,
        kind=OperationKind(row.kind),
        request=row.request,
        created_at=row.created_at,
        attempts=row.attempts,
    )


async def keep(session: AsyncSession, held: Held, *, done: int, total: int, seconds: int) -> bool:
    """Say how far it is, and hold it for longer; False when another worker has taken it since."""
    wanted = _of(held).values(done=done, total=total, leased_until=NowInSeconds() + seconds)
    return await _still(session, wanted)


async def end(session: AsyncSession, held: Held, *, at: datetime, done: int, result: dict[str, Any]) -> bool:
    """Write down what came of it, unless another worker has taken it since."""
    values = {"state": OperationState.DONE.value, "done": done, "total": done, "result": result, "ended_at": at}
    return await _still(session, _of(held).values(**values))


async def fail(session: AsyncSession, held: Held, *, at: datetime, fault: str) -> bool:
    """Write down why nothing came of it, unless another worker has taken it since."""
    values = {"state": OperationState.FAILED.value, "fault": fault, "ended_at": at}
    return await _still(session, _of(held).values(**values))


async def let_go(session: AsyncSession, held: Held) -> bool:
    """Leave it to the next worker: this one was told to stop, which is no attempt that failed."""
    attempts = col(OperationRow.attempts) - 1
    return await _still(session, _of(held).values(state=OperationState.WAITING.value, attempts=attempts))


def _free() -> Select[UUID]:
    """Return a query of the operations that nobody holds, or whose worker has not been heard of for too long."""
    lost = col(OperationRow.leased_until) < NowInSeconds()
    free = or_(col(OperationRow.state) == OperationState.WAITING.value, lost)
    return select(col(OperationRow.id)).where(col(OperationRow.state).in_(OPEN), free)


def _of(held: Held) -> Update:
    """Return an update of an operation for as long as this worker holds it."""
    mine = col(OperationRow.held_by) == held.token, col(OperationRow.state) == OperationState.RUNNING.value
    return update(OperationRow).where(col(OperationRow.id) == held.id, *mine).values(version=OperationRow.version + 1)


async def _still(session: AsyncSession, wanted: Update) -> bool:
    returned = wanted.returning(col(OperationRow.id)).execution_options(synchronize_session=False)
    return (await session.scalars(returned)).one_or_none() is not None
