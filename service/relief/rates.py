"""What flows of money yield: internal rates of return and present values, each under its own name.

Percentages are Decimal with eight decimals. Where several rates would do, the smallest that is not negative is
meant, else the negative one nearest zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from service.domain.errors import Problem, RuleBroken
from service.relief.roots import GROWTH_MAX, NoRate, growth

__all__ = ["Flow", "FlowsNotUsable", "NoRate", "RateNotPossible", "YieldPerPeriod", "irr", "nfv", "npv", "xirr"]

FLOWS_MAX: Final = 10_000
EIGHT_PLACES: Final = Decimal("0.00000001")
DIGITS: Final = 40
YEAR_DAYS: Final = 365


class FlowsNotUsable(RuleBroken):
    """The flows cannot be computed with; `problems` point at each."""

    code = "flows_not_usable"
    title = "The flows cannot be used"


class RateNotPossible(RuleBroken):
    """A discount rate of -100 % or less has no present value."""

    code = "rate_not_possible"
    title = "The rate is not possible"


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that changes hands on a day, or at the end of a period counted from 0.

    Negative amounts are paid out to the borrower, positive ones are paid by them; minor units.
    """

    amount: int
    on: date | None = None
    period: Decimal | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldPerPeriod:
    """An internal rate of return per period, times the periods of a year, and compounded over a year; percent."""

    per_period_percent: Decimal
    nominal_percent: Decimal
    effective_percent: Decimal


def irr(flows: Sequence[Flow], *, periods_per_year: int = 12) -> YieldPerPeriod:
    """Return the internal rate of return of flows given by period: monthly IRR times 12 and effective (China)."""
    if periods_per_year < 1:
        raise FlowsNotUsable(
            "A year has at least one period.", [Problem("/periods_per_year", "too_small", "At least 1.")]
        )
    require_flows(flows)
    per_period = growth([flow.amount for flow in flows], [float(period) for period in periods_of(flows)])
    return YieldPerPeriod(
        per_period_percent=percent(math.expm1(per_period)),
        nominal_percent=percent(math.expm1(per_period) * periods_per_year),
        effective_percent=percent_of_growth(per_period * periods_per_year),
    )


def xirr(flows: Sequence[Flow]) -> Decimal:
    """Return the internal rate of return of dated flows in percent a year, days over 365 from the earliest flow."""
    require_flows(flows)
    days = [day.toordinal() for day in days_of(flows)]
    start = min(days)
    return percent_of_growth(growth([flow.amount for flow in flows], [(day - start) / YEAR_DAYS for day in days]))


def npv(flows: Sequence[Flow], *, rate: Decimal) -> Decimal:
    """Return the present value in minor units: dated flows by days over 365 from the earliest, others by period.

    `rate` is a fraction a year for dated flows, a fraction per period for the others; period 0 is not discounted.
    """
    return _valued(flows, rate=rate, at_end=False)


def nfv(flows: Sequence[Flow], *, rate: Decimal) -> Decimal:
    """Return the value in minor units at the last flow; the counterpart of `npv`."""
    return _valued(flows, rate=rate, at_end=True)


def require_flows(flows: Sequence[Flow]) -> None:
    """Refuse flows that are too many, or that mix days with periods."""
    if not 0 < len(flows) <= FLOWS_MAX:
        raise FlowsNotUsable(
            f"There must be 1 to {FLOWS_MAX} flows.", [Problem("/flows", "count_out_of_range", f"1 to {FLOWS_MAX}.")]
        )
    if not (all(flow.on is not None for flow in flows) or all(flow.on is None for flow in flows)):
        raise FlowsNotUsable(
            "Give all flows a day, or none.", [Problem("/flows", "days_mixed", "A day for all, or none.")]
        )


def days_of(flows: Sequence[Flow]) -> list[date]:
    """Return the day of every flow; refuse flows without one."""
    days = [flow.on for flow in flows if flow.on is not None]
    if len(days) < len(flows):
        raise FlowsNotUsable("This rate needs a day for every flow.", _missing(flows, "on"))
    return days


def periods_of(flows: Sequence[Flow]) -> list[Decimal | int]:
    """Return the period of every flow; refuse flows without one."""
    periods = [flow.period for flow in flows if flow.period is not None]
    if len(periods) < len(flows):
        raise FlowsNotUsable("This rate needs a period for every flow.", _missing(flows, "period"))
    return periods


def percent(fraction: float) -> Decimal:
    """Return a fraction as percent, rounded to eight decimals."""
    return Decimal(f"{fraction * 100:.8f}")


def percent_of_growth(growth_a_year: float) -> Decimal:
    """Return the percent a year that compounds to a growth, rounded to eight decimals."""
    if abs(growth_a_year) > GROWTH_MAX:
        raise NoRate("The rate is beyond what can be expressed.", reason="out_of_range")
    return percent(math.expm1(growth_a_year))


def _missing(flows: Sequence[Flow], member: str) -> list[Problem]:
    return [
        Problem(f"/flows/{index}/{member}", "required", "Needed for this rate.")
        for index, flow in enumerate(flows)
        if getattr(flow, member) is None
    ]


def _valued(flows: Sequence[Flow], *, rate: Decimal, at_end: bool) -> Decimal:
    if rate <= -1:
        raise RateNotPossible("A rate must be above -100 %.", [Problem("/rate", "too_small", "Above -1.")])
    require_flows(flows)
    with localcontext() as context:
        context.prec = DIGITS
        times = _years(flows) if flows[0].on is not None else [Decimal(period) for period in periods_of(flows)]
        origin = max(times) if at_end else Decimal(0)
        factors = {time: (1 + rate) ** (origin - time) for time in set(times)}
        total = sum((flow.amount * factors[time] for flow, time in zip(flows, times, strict=True)), Decimal(0))
        return total.quantize(EIGHT_PLACES, rounding=ROUND_HALF_UP)


def _years(flows: Sequence[Flow]) -> list[Decimal]:
    days = [day.toordinal() for day in days_of(flows)]
    start = min(days)
    return [Decimal(day - start) / YEAR_DAYS for day in days]
