"""Policy versions and the changes of their states; a text is kept for as long as the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import Actor
from service.domain.policy_versions import PolicyState, PolicyVersion
from service.storage.progress import progress
from service.storage.statements import insert_unless_there, is_sqlite
from service.storage.tables import PolicyEventRow, PolicyVersionRow

LOCK: Final = 0x7061726C6579
"""The advisory lock under which states of policies are changed on PostgreSQL; SQLite has one writer anyway."""


async def all_versions(session: AsyncSession) -> list[PolicyVersion]:
    """Return every version that was ever kept, oldest first."""
    wanted = select(PolicyVersionRow).order_by(col(PolicyVersionRow.created_at), col(PolicyVersionRow.digest))
    return [_version(row) for row in await session.scalars(wanted)]


async def changes(session: AsyncSession) -> int:
    """Count the changes of states: they are only ever added, so the count tells whether there is anything new."""
    return await session.scalar(select(func.count()).select_from(PolicyEventRow)) or 0


async def alone(session: AsyncSession) -> None:
    """Wait until nobody else changes the state of a policy, and keep others out until this transaction ends."""
    if not is_sqlite(session):
        await session.execute(select(func.pg_advisory_xact_lock(LOCK)))


async def keep(session: AsyncSession, version: PolicyVersion, *, by: Actor, at: datetime) -> None:
    """Keep a version as a draft, unless it is there already."""
    values = {
        "digest": version.digest,
        "id": version.id,
        "name": version.name,
        "kind": version.kind,
        "state": PolicyState.DRAFT.value,
        "text": version.text,
        "created_by": by.identity,
        "created_at": at,
    }
    await session.execute(insert_unless_there(session, PolicyVersionRow, [values]))


async def change(
    session: AsyncSession, version: PolicyVersion, to: PolicyState, *, by: Actor, at: datetime, reason: str | None
) -> None:
    """Put a version into another state, and write down who did so, when and why."""
    await session.execute(
        update(PolicyVersionRow)
        .where(col(PolicyVersionRow.digest) == version.digest)
        .values(state=to.value)
        .execution_options(synchronize_session=False)
    )
    session.add(
        PolicyEventRow(
            name=version.name,
            digest=version.digest,
            before=version.state.value,
            after=to.value,
            actor_id=by.identity,
            reason=reason,
            at=at,
        )
    )
    progress(session).policies_changed = True


async def events_of(session: AsyncSession, name: str) -> Sequence[PolicyEventRow]:
    """Return the changes of states of all versions of a name, oldest first."""
    wanted = select(PolicyEventRow).where(col(PolicyEventRow.name) == name).order_by(col(PolicyEventRow.id))
    return (await session.scalars(wanted)).all()


def _version(row: PolicyVersionRow) -> PolicyVersion:
    return PolicyVersion(
        name=row.name,
        id=row.id,
        digest=row.digest,
        kind=row.kind,
        text=row.text,
        state=PolicyState(row.state),
        created_by=row.created_by,
        created_at=row.created_at,
    )
