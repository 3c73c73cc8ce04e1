"""Months clamp to their end and come back; frequencies have the periods that contracts mean."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import DATE_MAX, DATE_MIN, Frequency, add_months, months_between, nth_due

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
MONTHS = st.integers(-600, 600)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    (
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), -25, date(2023, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 28), 9, date(2027, 2, 28)),
    ),
)
def test_a_month_that_is_too_short_clamps(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_clamped_day_comes_back_to_the_day_of_the_contract() -> None:
    clamped = add_months(date(2026, 1, 31), 1)

    assert add_months(clamped, 1) == date(2026, 3, 28)
    assert add_months(clamped, 1, day_of_month=31) == date(2026, 3, 31)


@given(DAYS, MONTHS)
def test_the_day_is_the_same_or_the_last_of_its_month(day: date, months: int) -> None:
    moved = add_months(day, months)

    assert moved.day == min(day.day, monthrange(moved.year, moved.month)[1])
    assert (moved.year - day.year) * 12 + moved.month - day.month == months


@given(DAYS, MONTHS)
def test_as_many_months_lie_between_as_were_added(day: date, months: int) -> None:
    assert months_between(day, add_months(day, months)) == months


@given(DAYS, DAYS)
def test_whole_months_are_the_most_that_fit(start: date, end: date) -> None:
    months = months_between(start, end)
    assert months_between(end, start) == -months
    if start <= end:
        assert add_months(start, months) <= end < add_months(start, months + 1)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    (
        (date(2025, 3, 1), date(2026, 11, 15), 20),
        (date(2025, 3, 16), date(2026, 11, 15), 19),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 11, 15), date(2025, 3, 1), -20),
        (date(2026, 11, 15), date(2026, 11, 15), 0),
    ),
)
def test_months_between_two_days(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


@pytest.mark.parametrize(
    ("frequency", "third", "a_year"),
    (
        (Frequency.WEEKLY, date(2026, 2, 14), 52),
        (Frequency.BIWEEKLY, date(2026, 2, 28), 26),
        (Frequency.MONTHLY, date(2026, 3, 31), 12),
        (Frequency.QUARTERLY, date(2026, 7, 31), 4),
    ),
)
def test_instalments_fall_due_by_their_frequency(frequency: Frequency, third: date, a_year: int) -> None:
    first = date(2026, 1, 31)

    assert nth_due(first, frequency, 0) == first
    assert nth_due(first, frequency, 2) == third
    assert nth_due(first, frequency, -1) < first
    assert frequency.periods_per_year == a_year


@given(DAYS, st.sampled_from(Frequency), st.integers(-100, 100))
def test_due_days_follow_one_another(first: date, frequency: Frequency, n: int) -> None:
    gap = nth_due(first, frequency, n + 1) - nth_due(first, frequency, n)

    assert timedelta(days=7) <= gap <= timedelta(days=93)


def test_the_days_that_can_be_named_reach_from_1900_to_2200() -> None:
    assert (date(1900, 1, 1), date(2200, 12, 31)) == (DATE_MIN, DATE_MAX)
