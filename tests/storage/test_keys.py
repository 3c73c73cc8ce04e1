"""API keys: whom they stand for, until they are revoked."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from service.domain.actors import Actor, Role
from service.storage import keys
from service.storage.engine import Database
from service.storage.keyring import Keyring
from service.storage.keys import SubjectNeeded
from tests.storage.records import MOMENT

KEYRING = Keyring(b"k" * 32)


async def _create(
    database: Database, role: Role, *, subject: str | None = None, vouches: bool = False
) -> tuple[str, UUID]:
    async with database.writing() as session:
        key, row = await keys.create(
            session, KEYRING, role=role, name="Somebody", at=MOMENT, subject=subject, vouches_for_loans=vouches
        )
        return key, row.id


async def _find(database: Database, key: str, keyring: Keyring = KEYRING) -> Actor | None:
    async with database.glancing() as session:
        return await keys.find(session, keyring, key)


async def test_a_key_stands_for_its_subject_or_for_itself(database: Database) -> None:
    borrower, _ = await _create(database, Role.BORROWER, subject="user-481")
    partner, key_id = await _create(database, Role.PARTNER, vouches=True)

    assert await _find(database, borrower) == Actor(role=Role.BORROWER, identity="user-481")
    wanted = Actor(role=Role.PARTNER, identity=f"key:{key_id}", vouches_for_loans=True)
    assert await _find(database, partner) == wanted


async def test_a_key_of_another_keyset_a_wrong_one_and_none_are_nobody(database: Database) -> None:
    key, _ = await _create(database, Role.PARTNER)

    assert await _find(database, key, Keyring(b"o" * 32)) is None
    assert await _find(database, KEYRING.new_api_key()) is None
    assert await _find(database, key[:-1]) is None
    assert await _find(database, "") is None


@pytest.mark.parametrize("role", (Role.BORROWER, Role.REPRESENTATIVE))
@pytest.mark.parametrize("subject", (None, ""))
async def test_a_borrowers_key_needs_a_subject(database: Database, role: Role, subject: str | None) -> None:
    with pytest.raises(SubjectNeeded, match=role):
        await _create(database, role, subject=subject)


async def test_a_revoked_key_is_nobody_for_good(database: Database) -> None:
    key, key_id = await _create(database, Role.PARTNER)
    for moment in (MOMENT, MOMENT + timedelta(days=1)):
        async with database.writing() as session:
            row = await keys.revoke(session, key_id, at=moment)
            assert row is not None
            assert row.revoked_at == MOMENT, "since the first time"

    assert await _find(database, key) is None


async def test_a_key_that_is_not_there_is_not_revoked(database: Database) -> None:
    async with database.writing() as session:
        assert await keys.revoke(session, UUID(int=7), at=MOMENT) is None


async def test_all_keys_are_listed_oldest_first(database: Database) -> None:
    ids = [(await _create(database, role))[1] for role in (Role.PARTNER, Role.AUDITOR, Role.SERVICING)]
    async with database.writing() as session:
        await keys.revoke(session, ids[1], at=MOMENT)
    async with database.reading() as session:
        found = [(row.id, row.role, row.revoked_at) for row in await keys.all_keys(session)]

    assert found == [(ids[0], "partner", None), (ids[1], "auditor", MOMENT), (ids[2], "servicing", None)]


async def test_the_text_of_a_key_is_kept_nowhere(database: Database) -> None:
    key, _ = await _create(database, Role.PARTNER)
    async with database.reading() as session:
        row = (await session.execute(text("SELECT * FROM api_keys"))).one()

    kept = [str(value) for value in row]
    assert not [value for value in kept if key in value or (len(value) > 8 and value in key)]
