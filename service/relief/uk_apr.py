"""The annual percentage rate of the United Kingdom for credit not secured on land (FCA CONC App 1.2)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from service.domain.dates import DayCount, add_months, months_between
from service.relief.day_count import year_fraction
from service.relief.eu_apr import Counted, first_drawdown
from service.relief.rates import Flow, days_of, percent_of_growth, require_flows, years_of_periods
from service.relief.roots import growth

WEEK_DAYS: Final = 7
YEAR_MONTHS: Final = 12


def years_between(start: date, end: date, *, counted: Counted = Counted.MONTHS) -> Fraction:
    """Return whole years, months or weeks counted forwards, and odd days by the calendar year they fall in."""
    if end < start:
        return -years_between(end, start, counted=counted)
    whole, anchor = _counted_forwards(start, end, counted)
    years = Fraction(whole, counted.per_year)
    return years if anchor == end else years + year_fraction(anchor, end, convention=DayCount.ACT_ACT_ISDA)


def uk_apr(
    flows: Sequence[Flow], *, counted: Counted = Counted.MONTHS, periods_per_year: Decimal | int | None = None
) -> Decimal:
    """Return the rate in percent, eight decimals; intervals start at the first drawdown.

    Flows bear days, or periods: of the unit counted, or so many a year.
    """
    require_flows(flows)
    amounts = [flow.amount for flow in flows]
    if flows[0].on is None:
        return percent_of_growth(growth(amounts, years_of_periods(flows, periods_per_year or counted.per_year)))
    days = days_of(flows)
    start = first_drawdown(flows, days)
    return percent_of_growth(growth(amounts, [float(years_between(start, day, counted=counted)) for day in days]))


def _counted_forwards(start: date, end: date, counted: Counted) -> tuple[int, date]:
    """Return the whole periods, and the day on which the odd days begin."""
    if counted is Counted.DAYS:
        return 0, start
    if counted is Counted.WEEKS:
        weeks = (end.toordinal() - start.toordinal()) // WEEK_DAYS
        return weeks, date.fromordinal(start.toordinal() + weeks * WEEK_DAYS)
    length = YEAR_MONTHS // counted.per_year
    whole = months_between(start, end) // length
    return whole, add_months(start, whole * length)
