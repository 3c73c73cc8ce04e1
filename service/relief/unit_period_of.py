"""Which unit-period Regulation Z prescribes for a transaction (appendix J, (b)(4))."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final

from service.relief.unit_periods import (
    MONTH_DAYS,
    SEMIMONTH_DAYS,
    WEEK_DAYS,
    YEAR_DAYS,
    YEAR_MONTHS,
    YEAR_WEEKS,
    UnitPeriod,
    UnitPeriodKind,
    months_back,
)

SEMIMONTHS: Final = frozenset({13, 15, 16})
"""How many days may lie between two days half a month apart; fourteen are two weeks."""

STANDARD: Final = (
    UnitPeriod(UnitPeriodKind.DAY),
    UnitPeriod(UnitPeriodKind.SEMIMONTH),
    *(UnitPeriod(UnitPeriodKind.WEEK, weeks) for weeks in range(1, YEAR_WEEKS + 1)),
    *(UnitPeriod(UnitPeriodKind.MONTH, months) for months in range(1, YEAR_MONTHS + 1)),
)
"""The standard intervals of time, (b)(3)(iii)."""


def unit_period_of(start: date, advances: Sequence[date], payments: Sequence[date]) -> UnitPeriod:
    """Return the common period that occurs most often between advances or between payments, at most a year.

    Of periods that occur equally often the shorter is taken; where none occurs twice, the standard interval nearest
    to their average. The time from the beginning of the term to the first advance and to the first payment counts.
    """
    series = (sorted({start, *advances}), sorted({start, *payments}))
    periods = [_period(earlier, later) for days in series for earlier, later in pairwise(days)]
    times = Counter(periods)
    often = max(times.values(), default=0)
    if often < 2:
        return _nearest(sum((length(period) for period in periods), Fraction(0)) / max(len(periods), 1))
    return min((period for period, count in times.items() if count == often), key=length)


def unit_period_of_one(start: date, end: date, *, in_days: bool = False) -> UnitPeriod:
    """Return the unit-period of one advance repaid at once: its term, but at most a year, (b)(4)(ii) and (b)(5)(vi).

    A term of whole months may be taken in months or in days.
    """
    months, first = months_back(start, end, None)
    if months >= YEAR_MONTHS:
        return UnitPeriod(UnitPeriodKind.YEAR)
    if months and first == start and not in_days:
        return UnitPeriod(UnitPeriodKind.MONTH, months)
    return UnitPeriod(UnitPeriodKind.DAY, min(end.toordinal() - start.toordinal(), YEAR_DAYS))


def length(unit: UnitPeriod) -> Fraction:
    """Return the length of a unit-period in days, months having thirty."""
    days = {
        UnitPeriodKind.DAY: 1,
        UnitPeriodKind.WEEK: WEEK_DAYS,
        UnitPeriodKind.SEMIMONTH: SEMIMONTH_DAYS,
        UnitPeriodKind.MONTH: MONTH_DAYS,
        UnitPeriodKind.YEAR: YEAR_DAYS,
    }
    return Fraction(days[unit.kind] * unit.multiple)


def _period(earlier: date, later: date) -> UnitPeriod:
    """Return the interval between two dates in the largest whole unit, cut to a year."""
    months, first = months_back(earlier, later, max(earlier.day, later.day))
    days = later.toordinal() - earlier.toordinal()
    if months and first == earlier:
        return UnitPeriod(UnitPeriodKind.MONTH, min(months, YEAR_MONTHS))
    if days % WEEK_DAYS == 0:
        return UnitPeriod(UnitPeriodKind.WEEK, min(days // WEEK_DAYS, YEAR_WEEKS))
    if days in SEMIMONTHS:
        return UnitPeriod(UnitPeriodKind.SEMIMONTH)
    return UnitPeriod(UnitPeriodKind.DAY, min(days, YEAR_DAYS))


def _nearest(average: Fraction) -> UnitPeriod:
    """Return the standard interval nearest to a number of days; the lower of two that are equally near."""
    return min(STANDARD, key=lambda unit: (abs(length(unit) - average), length(unit)))
