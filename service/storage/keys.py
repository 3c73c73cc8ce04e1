"""API keys: making, finding, listing and revoking them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import Actor, Role
from service.storage.keyring import Keyring
from service.storage.tables import ApiKeyRow


class SubjectNeeded(Exception):
    """A key of a borrower or a representative belongs to somebody."""


async def create(
    session: AsyncSession,
    keyring: Keyring,
    *,
    role: Role,
    name: str,
    at: datetime,
    subject: str | None = None,
    vouches_for_loans: bool = False,
) -> tuple[str, ApiKeyRow]:
    """Make a key; its text is returned this once and kept nowhere."""
    if role in {Role.BORROWER, Role.REPRESENTATIVE} and not subject:
        raise SubjectNeeded(f"A key with the role {role} needs a subject.")
    key = keyring.new_api_key()
    row = ApiKeyRow(
        role=role,
        name=name,
        subject=subject,
        vouches_for_loans=vouches_for_loans,
        key_hash=keyring.hash_of(key),
        created_at=at,
    )
    session.add(row)
    return key, row


async def find(session: AsyncSession, keyring: Keyring, key: str) -> Actor | None:
    """Return whom a key stands for; None when there is no such key, or no longer."""
    if not keyring.could_be_api_key(key):
        return None
    wanted = select(ApiKeyRow).where(col(ApiKeyRow.key_hash) == keyring.hash_of(key))
    row = await session.scalar(wanted)
    if row is None or row.revoked_at is not None:
        return None
    return Actor(role=Role(row.role), identity=row.subject or f"key:{row.id}", vouches_for_loans=row.vouches_for_loans)


async def all_keys(session: AsyncSession) -> Sequence[ApiKeyRow]:
    """Return all keys, revoked ones too, oldest first."""
    return (await session.scalars(select(ApiKeyRow).order_by(col(ApiKeyRow.id)))).all()


async def revoke(session: AsyncSession, key_id: UUID, *, at: datetime) -> ApiKeyRow | None:
    """Revoke a key from this moment on; None when there is no such key."""
    row = await session.get(ApiKeyRow, key_id)
    if row is not None and row.revoked_at is None:
        row.revoked_at = at
    return row
