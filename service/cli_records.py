"""What the commands do to a deployment's database: each opens it, works in one transaction and closes it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from service.demo.run import KeyWanted
from service.domain.actors import Actor
from service.in_force import InForce
from service.settings import Settings
from service.storage import cases, events, keys
from service.storage.engine import Database, connect, require_durable
from service.storage.keyring import Keyring, open_keyring
from service.storage.migrating import migrate
from service.storage.tables import ApiKeyRow

PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A deployment's database and master keys."""

    database: Database
    keyring: Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """How many histories were checked, and what is wrong with those that do not hold."""

    histories: int
    broken: tuple[events.Broken, ...]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """Open the database; an embedded one is migrated first, and its keyset made if missing."""
    keyring = open_keyring(settings.data, settings.keyset)
    if settings.embedded:
        await migrate(settings.database)
    database = connect(settings.database)
    try:
        yield Opened(database=database, keyring=keyring)
    finally:
        await database.dispose()


async def prepare(settings: Settings) -> None:
    """Make an embedded deployment ready; refuse a database that could lose what it acknowledged, or no policy."""
    async with opened(settings) as deployment:
        await require_durable(deployment.database)
        in_force = InForce(
            database=deployment.database,
            names=settings.policy,
            folder=settings.packs,
            clock=lambda: datetime.now(UTC),
        )
        await in_force.start()


async def migrate_now(settings: Settings) -> None:
    """Bring the database to the newest schema, whichever it is; an embedded deployment gets its keyset too."""
    if settings.embedded:
        open_keyring(settings.data, settings.keyset)
    await migrate(settings.database)


async def create_keys(settings: Settings, wanted: Sequence[KeyWanted]) -> list[str]:
    """Make API keys, all or none; their texts are returned this once."""
    at = datetime.now(UTC)
    async with opened(settings) as deployment, deployment.database.writing() as session:
        made = [
            await keys.create(
                session,
                deployment.keyring,
                role=key.role,
                name=key.name,
                at=at,
                subject=key.subject,
                vouches_for_loans=key.vouches_for_loans,
            )
            for key in wanted
        ]
    return [text for text, _ in made]


async def all_keys(settings: Settings) -> Sequence[ApiKeyRow]:
    """Read all keys, revoked ones too, oldest first."""
    async with opened(settings) as deployment, deployment.database.reading() as session:
        return await keys.all_keys(session)


async def revoke_key(settings: Settings, key_id: UUID) -> ApiKeyRow | None:
    """Revoke a key from now on; None when there is no such key."""
    async with opened(settings) as deployment, deployment.database.writing() as session:
        return await keys.revoke(session, key_id, at=datetime.now(UTC))


async def verify_histories(settings: Settings) -> Audited:
    """Check the chain of hashes of every case; cases that are made meanwhile are left to the next time.

    A page at a time, each as it stood at one moment: a file that is read from end to end could not be written.
    """
    histories, after = 0, None
    broken: list[events.Broken] = []
    async with opened(settings) as deployment:
        while True:
            async with deployment.database.reading() as session:
                page = await cases.search(session, cases.Search(), visible_to=Actor.system(), limit=PAGE, after=after)
                found = [await events.verify_chain(session, case.id) for case in page]
            if not page:
                return Audited(histories=histories, broken=tuple(broken))
            histories += len(page)
            broken += [one for one in found if one]
            after = page[-1].id
