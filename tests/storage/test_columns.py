"""Columns that mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from service.storage.columns import first_id_at, new_id, new_id_at
from service.storage.engine import Database
from service.storage.failures import StatementRefused
from service.storage.tables import ApiKeyRow
from tests.storage.records import MOMENT

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
MILLISECOND = timedelta(milliseconds=1)


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    for made in ([new_id() for _ in range(5000)], [new_id_at(MOMENT) for _ in range(5000)]):
        assert all(earlier < later for earlier, later in pairwise(made))
        assert {(i.version, i.variant) for i in made} == {(7, RFC_4122)}


@given(moment=MOMENTS)
def test_the_time_in_an_id_is_the_moment_to_the_millisecond(moment: datetime) -> None:
    made = new_id_at(moment)

    assert (made.version, made.variant) == (7, RFC_4122)
    assert first_id_at(moment) <= made < first_id_at(moment + MILLISECOND)


@given(one=MOMENTS, other=MOMENTS)
def test_ids_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    if other - one >= MILLISECOND:
        assert new_id_at(one) < new_id_at(other)


@given(moment=MOMENTS, n=st.integers(2, 50))
def test_ids_of_one_moment_differ(moment: datetime, n: int) -> None:
    assert len({new_id_at(moment) for _ in range(n)}) == n


async def _kept(database: Database, moment: datetime) -> datetime:
    async with database.writing() as session:
        await session.execute(text("DELETE FROM api_keys"))
        values = {"id": new_id(), "role": "partner", "name": "", "vouches_for_loans": False, "key_hash": ""}
        await session.execute(insert(ApiKeyRow).values(created_at=moment, revoked_at=None, **values))
    async with database.reading() as session:
        row = (await session.execute(select(ApiKeyRow.created_at, ApiKeyRow.revoked_at))).one()  # type: ignore[call-overload]
    assert row.revoked_at is None
    found: datetime = row.created_at
    return found


@pytest.mark.parametrize(
    "moment",
    (
        MOMENT,
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2200, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 15, 9, 30, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ),
)
async def test_a_moment_comes_back_as_it_was_in_utc(database: Database, moment: datetime) -> None:
    found = await _kept(database, moment)

    assert found == moment
    assert found.tzinfo is UTC


async def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementRefused):
        await _kept(database, MOMENT.replace(tzinfo=None))


async def test_moments_compare_as_moments_whatever_their_zone(database: Database) -> None:
    """As text, which is what SQLite keeps, they would not."""
    await _kept(database, MOMENT)
    later_in_the_west = (MOMENT + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=-12)))

    async with database.reading() as session:
        found = await session.scalar(select(ApiKeyRow.id).where(ApiKeyRow.created_at < later_in_the_west))  # type: ignore[call-overload]

    assert isinstance(found, UUID)
