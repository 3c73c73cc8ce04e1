"""The periods of a schedule: when they begin and end, and how long they are in years."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from service.domain.dates import DayCount, Frequency, add_months, nth_due
from service.relief.day_count import year_fraction

REGULAR_MONTHS: Final = {Frequency.MONTHLY: Fraction(1, 12), Frequency.QUARTERLY: Fraction(1, 4)}
BY_MONTHS: Final = frozenset({DayCount.THIRTY_360, DayCount.THIRTY_E_360})
"""Day counts in which every month is as long as any other: a regular month is a twelfth of a year."""


class Span(NamedTuple):
    """Days on which nothing accrues, both ends included; a day is counted by the date on which it ends."""

    start: date
    end: date


class Period(NamedTuple):
    """One period of a schedule; `fraction` is its length in years."""

    start: date
    end: date
    fraction: Fraction


class RateFrom(NamedTuple):
    """The nominal annual rate at which interest runs from a day on (the day that begins then is the first)."""

    since: date
    annual_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When instalments fall due, and by which day counts regular and broken periods are measured."""

    start: date
    first_due_on: date
    frequency: Frequency
    due_day: int
    day_count: DayCount
    odd_day_count: DayCount

    def due_on(self, n: int) -> date:
        """Return the due day `n` periods after the first."""
        return due_day_after(self.first_due_on, self.frequency, n, due_day=self.due_day)

    def periods(self, count: int) -> tuple[Period, ...]:
        """Return the first `count` periods from the start on."""
        return _periods(self, count)


def due_day_after(first_due_on: date, frequency: Frequency, n: int, *, due_day: int) -> date:
    """Return the due day `n` periods after (or before) the first, coming back to `due_day` after short months."""
    if frequency is Frequency.MONTHLY:
        return add_months(first_due_on, n, day_of_month=due_day)
    if frequency is Frequency.QUARTERLY:
        return add_months(first_due_on, 3 * n, day_of_month=due_day)
    return nth_due(first_due_on, frequency, n)


@lru_cache(maxsize=512)
def _periods(calendar: Calendar, count: int) -> tuple[Period, ...]:
    first, frequency, due_day = calendar.first_due_on, calendar.frequency, calendar.due_day
    convention = calendar.day_count
    same = REGULAR_MONTHS.get(frequency) if convention in BY_MONTHS else None
    start, found = calendar.start, []
    for n in range(count):
        end = due_day_after(first, frequency, n, due_day=due_day) if n else first
        if n == 0 and start != calendar.due_on(-1):
            fraction = year_fraction(start, end, convention=calendar.odd_day_count)
        else:
            fraction = same or year_fraction(start, end, convention=convention)
        found.append(Period(start, end, fraction))
        start = end
    return tuple(found)


def active_fraction(period: Period, pauses: Sequence[Span], convention: DayCount) -> Fraction:
    """Return the length in years of the days of a period that no pause covers."""
    return charge(period, (RateFrom(period.start, Decimal(1)),), pauses, convention)


def charge(period: Period, rates: Sequence[RateFrom], pauses: Sequence[Span], convention: DayCount) -> Fraction:
    """Return the interest that one unit bears over a period under changing rates and pauses.

    A part of a period is measured by its own days where the day count counts days; where it counts months, it
    gets its share of the period by actual days.
    """
    total = Fraction(0)
    for start, end in _active(period, pauses):
        for since, until, rate in _by_rate(start, end, rates):
            total += Fraction(rate) * _part(period, since, until, convention)
    return total


def _part(period: Period, since: date, until: date, convention: DayCount) -> Fraction:
    if (since, until) == (period.start, period.end):
        return period.fraction
    if convention in BY_MONTHS:
        return period.fraction * (until - since).days / (period.end - period.start).days
    return year_fraction(since, until, convention=convention)


def _active(period: Period, pauses: Sequence[Span]) -> list[tuple[date, date]]:
    """Return the parts of a period outside all pauses, as [start, end] in the sense of accrual."""
    parts, start = [], period.start
    for pause in sorted(pauses):
        paused_from = max(pause.start - timedelta(days=1), start)
        if paused_from >= period.end:
            break
        if pause.end <= start:
            continue
        if paused_from > start:
            parts.append((start, paused_from))
        start = pause.end
    if start < period.end:
        parts.append((start, period.end))
    return parts


def _by_rate(start: date, end: date, rates: Sequence[RateFrom]) -> list[tuple[date, date, Decimal]]:
    """Cut a part of a period at every change of rate; the first rate also holds before its day."""
    cuts = []
    for n, (since, rate) in enumerate(rates):
        begins = start if n == 0 else max(start, since)
        ends = min(end, rates[n + 1].since) if n + 1 < len(rates) else end
        if begins < ends:
            cuts.append((begins, ends, rate))
    return cuts
