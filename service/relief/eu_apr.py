"""The annual percentage rate of charge of the European Union (Directives 2008/48 and 2014/17, annex I)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from service.domain.dates import add_months
from service.relief.day_count import month_length
from service.relief.rates import Flow, days_of, percent_of_growth, require_flows, years_of_periods
from service.relief.roots import growth

ONE_PLACE: Final = Decimal("0.1")
YEAR_DAYS: Final = 365
MONTH_END: Final = 31
SHORTEST_MONTH: Final = 28


class Counted(StrEnum):
    """In which whole periods intervals are counted: a year has 12 equal months, 52 weeks or 365 days."""

    YEARS = "years"
    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"

    @property
    def per_year(self) -> int:
        """Return how many of them a year is presumed to have."""
        return _UNITS[self].per_year


class _Unit(NamedTuple):
    """A period: how many a year is presumed to have, and of how many months, or of how many days it is."""

    per_year: int
    months: int
    days: int


_UNITS: Final[Mapping[Counted, _Unit]] = {
    Counted.YEARS: _Unit(per_year=1, months=12, days=0),
    Counted.MONTHS: _Unit(per_year=12, months=1, days=0),
    Counted.WEEKS: _Unit(per_year=52, months=0, days=7),
    Counted.DAYS: _Unit(per_year=365, months=0, days=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Whole periods and odd days between two dates; `year_days` is what the odd days are divided by."""

    counted: Counted
    whole: int
    odd_days: int
    year_days: int | None

    @property
    def years(self) -> Fraction:
        """Return the interval in years."""
        odd = Fraction(self.odd_days, self.year_days) if self.year_days else Fraction(0)
        return Fraction(self.whole, self.counted.per_year) + odd


def interval(start: date, end: date, *, counted: Counted = Counted.MONTHS) -> Interval:
    """Count whole periods back from the later date, month end to month end, and the odd days before them.

    The odd days are divided by the length of the year that ends where the whole periods begin (Commission
    examples of 2015, remark (c)). An interval that holds no whole month or week is counted over 365 days.
    """
    unit = _UNITS[counted]
    whole, anchor = _counted_back(start, end, unit)
    odd_days = anchor.toordinal() - start.toordinal()
    year_days = _year_days(anchor, whole, unit) if odd_days else None
    return Interval(counted=counted, whole=whole, odd_days=odd_days, year_days=year_days)


def eu_apr(
    flows: Sequence[Flow], *, counted: Counted = Counted.MONTHS, periods_per_year: Decimal | int | None = None
) -> Decimal:
    """Return the rate in percent, eight decimals; intervals start at the first drawdown.

    Flows bear days, or periods: of the unit counted, or so many a year. A charge before the first drawdown has a
    negative interval.
    """
    require_flows(flows)
    amounts = [flow.amount for flow in flows]
    if flows[0].on is None:
        return percent_of_growth(growth(amounts, years_of_periods(flows, periods_per_year or counted.per_year)))
    days, unit = days_of(flows), _UNITS[counted]
    start = first_drawdown(flows, days)
    return percent_of_growth(growth(amounts, [_years(start, day, unit) for day in days]))


def first_drawdown(flows: Sequence[Flow], days: Sequence[date]) -> date:
    """Return the first day on which money is paid out; the earliest of all where none is."""
    return min((day for day, flow in zip(days, flows, strict=True) if flow.amount < 0), default=min(days))


def at_one_decimal(percent: Decimal) -> Decimal:
    """Round a rate as it is advertised: one decimal, half up."""
    return percent.quantize(ONE_PLACE, rounding=ROUND_HALF_UP)


def _years(start: date, end: date, unit: _Unit) -> float:
    if end < start:
        return -_years(end, start, unit)
    whole, anchor = _counted_back(start, end, unit)
    odd_days = anchor.toordinal() - start.toordinal()
    odd = odd_days / _year_days(anchor, whole, unit) if odd_days else 0.0
    return whole / unit.per_year + odd


def _counted_back(start: date, end: date, unit: _Unit) -> tuple[int, date]:
    """Return the whole periods, and the day on which the first of them begins."""
    if unit.days:
        whole, rest = divmod(end.toordinal() - start.toordinal(), unit.days)
        return whole, date.fromordinal(start.toordinal() + rest)
    whole = ((end.year - start.year) * 12 + end.month - start.month) // unit.months
    anchor = _months_before(end, whole * unit.months)
    if anchor < start:
        whole -= 1
        anchor = _months_before(end, whole * unit.months)
    return whole, anchor


def _months_before(end: date, months: int) -> date:
    """Return the same day of an earlier month; the last day of a month goes to the last day of the other."""
    day = end.day
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    if day < SHORTEST_MONTH:
        return date(year, month + 1, day)
    if day == month_length(end.year, end.month):
        day = MONTH_END
    return date(year, month + 1, min(day, month_length(year, month + 1)))


def _year_days(anchor: date, whole: int, unit: _Unit) -> int:
    if whole == 0 and unit.per_year > 1:
        return YEAR_DAYS
    return anchor.toordinal() - add_months(anchor, -12).toordinal()
