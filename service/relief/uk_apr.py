"""The annual percentage rate of charge of the United Kingdom for credit not secured on land (FCA CONC App 1.2)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from service.domain.dates import DayCount, add_months, months_between
from service.relief.day_count import year_fraction
from service.relief.rates import Flow, days_of, percent_of_growth, require_flows
from service.relief.roots import growth

YEAR_MONTHS: Final = 12
YEAR_DAYS: Final = Decimal("365.25")


def years_between(start: date, end: date) -> Fraction:
    """Return whole months counted forwards over 12, and odd days by the calendar year they fall in."""
    if end < start:
        return -years_between(end, start)
    months = months_between(start, end)
    return Fraction(months, YEAR_MONTHS) + year_fraction(
        add_months(start, months), end, convention=DayCount.ACT_ACT_ISDA
    )


def uk_apr(flows: Sequence[Flow]) -> Decimal:
    """Return the rate of dated flows in percent, eight decimals; intervals start at the first drawdown."""
    require_flows(flows)
    days, amounts = days_of(flows), [flow.amount for flow in flows]
    start = min((day for day, amount in zip(days, amounts, strict=True) if amount < 0), default=min(days))
    return percent_of_growth(growth(amounts, [float(years_between(start, day)) for day in days]))


def single_payment_apr(loan: int, repayment: int, *, days: int, year_days: Decimal = YEAR_DAYS) -> Decimal:
    """Return the rate of one advance repaid at once after some days; a year is presumed to have 365.25."""
    return percent_of_growth(growth([-loan, repayment], [0.0, days / float(year_days)]))
