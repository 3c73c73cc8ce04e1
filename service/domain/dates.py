"""Calendar arithmetic of contracts: months that clamp and come back, frequencies and their periods."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, assert_never

DATE_MIN: Final = date(1900, 1, 1)
DATE_MAX: Final = date(2200, 12, 31)


class Frequency(StrEnum):
    """How often an instalment is due."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"

    @property
    def periods_per_year(self) -> int:
        """Return how many instalments a year has."""
        return {"weekly": 52, "biweekly": 26, "monthly": 12, "quarterly": 4}[self.value]


class DayCount(StrEnum):
    """How the length of a period is measured in years."""

    THIRTY_360 = "30/360"
    THIRTY_E_360 = "30e/360"
    ACT_365 = "act/365"
    ACT_360 = "act/360"
    ACT_ACT_ISDA = "act/act-isda"
    ACT_ACT_END_DATE = "act/act-end-date"


def add_months(day: date, months: int, *, day_of_month: int | None = None) -> date:
    """Return the same day of another month, clamped to its end; `day_of_month` is the day to come back to."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    wanted = day_of_month or day.day
    if wanted <= 28:  # every month has such a day; schedules of hundreds of periods are spared the look-up
        return date(year, month + 1, wanted)
    return date(year, month + 1, min(wanted, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Return the whole months from `start` to `end`; negative when `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def nth_due(first_due_on: date, frequency: Frequency, n: int) -> date:
    """Return the due day of the instalment `n` periods after the first (n may be negative).

    A day of month that a short month lacks is clamped to its end, and comes back in the next month.
    """
    match frequency:
        case Frequency.WEEKLY:
            return first_due_on + timedelta(weeks=n)
        case Frequency.BIWEEKLY:
            return first_due_on + timedelta(weeks=2 * n)
        case Frequency.MONTHLY:
            return add_months(first_due_on, n)
        case Frequency.QUARTERLY:
            return add_months(first_due_on, 3 * n)
        case _:
            assert_never(frequency)
