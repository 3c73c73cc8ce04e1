"""What flows of money yield: internal rates of return and present values, each under its own name.

Percentages are Decimal with eight decimals. Where several rates would do, the smallest that is not negative is
meant, else the negative one nearest zero.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, localcontext
from math import gcd
from typing import Final

from service.domain.errors import Problem, RuleBroken
from service.relief.day_count import month_length
from service.relief.roots import GROWTH_MAX, NoRate, growth

__all__ = [
    "Flow", "FlowsNotUsable", "NoRate", "RateNotPossible", "ValueOutOfRange", "YieldPerPeriod",
    "irr", "mirr", "nfv", "npv", "xirr",
]  # fmt: skip

FLOWS_MAX: Final = 10_000
EIGHT_PLACES: Final = Decimal("0.00000001")
TWELVE_PLACES: Final = Decimal("0.000000000001")
WIDE: Final = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Forty digits, and powers as large and as small as any rate over any time."""

VALUE_DIGITS_MAX: Final = 24
YEAR_DAYS: Final = 365
MONTHS_OF: Final[Mapping[Decimal, int]] = {Decimal(n): 12 // n for n in (1, 2, 3, 4, 6, 12)}
DAYS_OF: Final[Mapping[Decimal, int]] = {Decimal(13): 28, Decimal(26): 14, Decimal(52): 7, Decimal(365): 1}
"""How long a period is when a year has so many of them."""

REGULAR: Final[Mapping[int, Sequence[int]]] = {12: (12, 6, 4, 3, 2, 1), 52: (4, 2, 1)}
"""In how many months, or weeks, days may be regular, the longest first."""


class FlowsNotUsable(RuleBroken):
    """The flows cannot be computed with; `problems` point at each."""

    code = "flows_not_usable"
    title = "The flows cannot be used"


class RateNotPossible(RuleBroken):
    """A discount rate of -100 % or less has no present value."""

    code = "rate_not_possible"
    title = "The rate is not possible"


class ValueOutOfRange(RuleBroken):
    """A value has more digits than an amount can have."""

    code = "out_of_range"
    title = "The value is out of range"


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
    periods_per_year: Decimal


def irr(flows: Sequence[Flow], *, periods_per_year: Decimal | int | None = 12) -> YieldPerPeriod:
    """Return the internal rate of return per period: monthly IRR times 12 and effective (China).

    Dated flows are counted in whole periods from the earliest; days that do not lie so are refused. With None, their
    period is the longest that all of them lie whole numbers of apart.
    """
    if periods_per_year is None:
        require_flows(flows)
        periods_per_year = regular_periods(days_of(flows))
    if periods_per_year <= 0:
        raise FlowsNotUsable(
            "A year has at least a part of a period.", [Problem("/periods_per_year", "too_small", "Above 0.")]
        )
    require_flows(flows)
    if flows[0].on is None:
        periods: Sequence[Decimal | int] = periods_of(flows)
    else:
        periods = whole_periods(days_of(flows), periods_per_year)
    per_period = growth([flow.amount for flow in flows], [float(period) for period in periods])
    return YieldPerPeriod(
        per_period_percent=percent(math.expm1(per_period)),
        nominal_percent=percent(math.expm1(per_period) * float(periods_per_year)),
        effective_percent=percent_of_growth(per_period * float(periods_per_year)),
        periods_per_year=Decimal(periods_per_year),
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
    return _within_range(_worth(flows, rate, at_end=False))


def nfv(flows: Sequence[Flow], *, rate: Decimal) -> Decimal:
    """Return the value in minor units at the last flow; the counterpart of `npv`."""
    return _within_range(_worth(flows, rate, at_end=True))


def mirr(flows: Sequence[Flow], *, finance_rate: Decimal, reinvest_rate: Decimal) -> Decimal:
    """Return the modified internal rate of return per period, in percent with twelve decimals.

    What is paid out is financed at one rate and what is paid in reinvested at the other, over the whole term.
    """
    require_flows(flows)
    periods = [Decimal(period) for period in periods_of(flows)]
    first, term = min(periods), max(periods) - min(periods)
    # What flows the other way stays as a flow of nothing, so that every value is taken at the ends of the whole term.
    moved = [Flow(flow.amount, period=period - first) for flow, period in zip(flows, periods, strict=True)]
    financed = _worth([replace(f, amount=min(f.amount, 0)) for f in moved], finance_rate, at_end=False)
    grown = _worth([replace(f, amount=max(f.amount, 0)) for f in moved], reinvest_rate, at_end=True)
    if not (financed and grown and term):
        raise NoRate("The flows have no change of sign: money flows one way only.", reason="no_sign_change")
    with localcontext(WIDE):
        # Here, and not before: even the sign of such numbers cannot be changed among smaller ones.
        return _within_range((grown / -financed) ** (1 / term) * 100 - 100, places=TWELVE_PLACES)


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


def years_of_periods(flows: Sequence[Flow], per_year: Decimal | int) -> list[float]:
    """Return the time of every flow by period, in years."""
    return [float(period) / float(per_year) for period in periods_of(flows)]


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


def whole_periods(days: Sequence[date], per_year: Decimal | int) -> list[int]:
    """Return how many whole periods after the earliest day each day lies; refuse days that lie between two.

    Periods are months, or several of them, where they divide a year of 12, and otherwise weeks (52, 26) or days (365).
    """
    start, months, length = min(days), MONTHS_OF.get(Decimal(per_year)), DAYS_OF.get(Decimal(per_year))
    if months is not None:
        day_of_month = max(day.day for day in days)
        # Days that a short month has clamped still keep to the day of the series.
        kept = day_of_month if start.day == _clamped(start, day_of_month) else start.day
        counted = [_months(start, day, months, kept) for day in days]
    elif length is not None:
        counted = [divmod(day.toordinal() - start.toordinal(), length) for day in days]
    else:
        countable = ", ".join(str(n) for n in sorted({*MONTHS_OF, *DAYS_OF}))
        detail = f"Dated flows are counted in months, weeks or days: {countable} a year."
        raise FlowsNotUsable(detail, [Problem("/periods_per_year", "not_countable", detail)])
    broken = [index for index, (_, rest) in enumerate(counted) if rest]
    if broken:
        detail = "The flows do not lie whole periods apart; xirr takes any days."
        problems = [
            Problem(f"/flows/{n}/on", "not_a_whole_period", "Not whole periods after the first.") for n in broken
        ]
        raise FlowsNotUsable(detail, problems)
    return [whole for whole, _ in counted]


def regular_periods(days: Sequence[date]) -> int:
    """Return how many periods a year has when days lie whole months, or weeks, apart; refuse days that do not."""
    for per_year, lengths in REGULAR.items():
        with suppress(FlowsNotUsable):
            apart = gcd(*whole_periods(days, per_year))
            return next(per_year // length for length in lengths if apart % length == 0)
    detail = "The flows do not lie whole months or weeks apart; xirr takes any days."
    raise FlowsNotUsable(detail, [Problem("/flows", "days_not_regular", detail)])


def _months(start: date, day: date, length: int, day_of_month: int) -> tuple[int, int]:
    """Return the whole periods of so many months, and whether something is left."""
    months = (day.year - start.year) * 12 + day.month - start.month
    return months // length, months % length if day.day == _clamped(day, day_of_month) else 1


def _clamped(day: date, day_of_month: int) -> int:
    return min(day_of_month, month_length(day.year, day.month))


def _worth(flows: Sequence[Flow], rate: Decimal, *, at_end: bool) -> Decimal:
    """Return what flows are worth at the beginning or at the end, unrounded."""
    if rate <= -1:
        raise RateNotPossible("A rate must be above -100 %.", [Problem("/rate", "too_small", "Above -1.")])
    require_flows(flows)
    with localcontext(WIDE):
        times = _years(flows) if flows[0].on is not None else [Decimal(period) for period in periods_of(flows)]
        origin = max(times) if at_end else Decimal(0)
        factors = {time: (1 + rate) ** (origin - time) for time in set(times)}
        return sum((flow.amount * factors[time] for flow, time in zip(flows, times, strict=True)), Decimal(0))


def _within_range(value: Decimal, *, places: Decimal = EIGHT_PLACES) -> Decimal:
    """Round a value to eight decimals, or so many, and refuse one that no sum of amounts comes near."""
    if value.adjusted() > VALUE_DIGITS_MAX:
        raise ValueOutOfRange("At this rate the value is beyond what can be expressed.")
    return value.quantize(places, rounding=ROUND_HALF_UP, context=WIDE)


def _years(flows: Sequence[Flow]) -> list[Decimal]:
    days = [day.toordinal() for day in days_of(flows)]
    start = min(days)
    return [Decimal(day - start) / YEAR_DAYS for day in days]
