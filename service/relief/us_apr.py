"""The annual percentage rate of the United States for closed-end credit (12 CFR 1026, appendix J, actuarial method)."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

import numpy as np

from service.domain.errors import Problem
from service.relief.rates import Flow, FlowsNotUsable, days_of, percent, periods_of, require_flows
from service.relief.roots import Floats, growth, polished
from service.relief.unit_period_of import unit_period_of, unit_period_of_one
from service.relief.unit_periods import UnitPeriod, UnitPeriodKind, UnitPeriodNotPossible, UnitPeriods, unit_periods

Time = TypeVar("Time", date, Fraction)

START: Final = UnitPeriods(0, Fraction(0))
WHOLE: Final = UnitPeriods(1, Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsRate:
    """The rate in percent, and the unit-period it was worked out with; None where the flows count their own."""

    percent: Decimal
    unit: UnitPeriod | None


@dataclass(frozen=True, slots=True)
class _Counted:
    """Amounts, their distances from the beginning of the term in unit-periods, and how many of those a year has."""

    amounts: Sequence[int]
    periods: Sequence[UnitPeriods]
    per_year: Fraction
    unit: UnitPeriod | None = None


def us_apr(
    flows: Sequence[Flow], *, unit: UnitPeriod | None = None, periods_per_year: Decimal | int | None = None
) -> UsRate:
    """Return the annual percentage rate, eight decimals: the unit-period's rate times the unit-periods in a year.

    Flows bear days, or unit-periods whose whole part compounds and whose fraction earns simple interest, (b)(8).
    The term begins with the earliest flow. Without a unit-period, dated flows have the one that (b)(4) prescribes;
    one advance repaid by one payment always does: its term, or a year if that is shorter.
    """
    require_flows(flows)
    counted = _by_day(flows, unit) if flows[0].on is not None else _by_period(flows, unit, periods_per_year)
    full = np.array([periods.full for periods in counted.periods], dtype=np.float64)
    fractions = np.array([float(periods.fraction) for periods in counted.periods])
    log_rate = growth(counted.amounts, (full + fractions).tolist())
    if fractions.any():
        log_rate = polished(_equation(np.array(counted.amounts, dtype=np.float64), full, fractions), log_rate)
    return UsRate(percent=percent(math.expm1(log_rate) * float(counted.per_year)), unit=counted.unit)


def _equation(amounts: Floats, full: Floats, fractions: Floats) -> Callable[[float], float]:
    """Return the general equation of (b)(8) as a function of the logarithm of one plus the unit-period's rate."""
    last = full.max()

    def value(log_rate: float) -> float:
        # Below zero all is valued at the end of the term, so that nothing overflows; the root is the same.
        from_end = last if log_rate < 0 else 0.0
        discount = np.exp(-log_rate * (full - from_end)) / (1 + fractions * math.expm1(log_rate))
        return float(amounts @ discount)

    return value


def _by_day(flows: Sequence[Flow], unit: UnitPeriod | None) -> _Counted:
    netted = _netted(zip(days_of(flows), flows, strict=True))
    days, amounts = list(netted), list(netted.values())
    if _is_single(amounts):
        unit = unit_period_of_one(*days, in_days=unit is not None and unit.kind is UnitPeriodKind.DAY)
        if unit.kind is not UnitPeriodKind.YEAR:
            return _Counted(amounts, [START, WHOLE], unit.per_year, unit)
    elif unit is None and days:
        advanced = [day for day, amount in netted.items() if amount < 0]
        unit = unit_period_of(days[0], advanced, [day for day, amount in netted.items() if amount > 0])
    used = unit or UnitPeriod(UnitPeriodKind.MONTH)
    # (b)(3)(iv): a series due on the last days of months, or on the 29th or 30th, keeps to that day where it can.
    day_of_month = max((day.day for day in days[1:]), default=None)
    periods = [unit_periods(days[0], day, unit=used, day_of_month=day_of_month) for day in days]
    return _Counted(amounts, periods, used.per_year, used)


def _by_period(flows: Sequence[Flow], unit: UnitPeriod | None, periods_per_year: Decimal | int | None) -> _Counted:
    netted = _netted(zip(map(Fraction, periods_of(flows)), flows, strict=True))
    periods, amounts = list(netted), list(netted.values())
    per_year = _per_year(unit, periods_per_year)
    if _is_single(amounts):
        years = (periods[1] - periods[0]) / per_year
        within = WHOLE if years <= 1 else UnitPeriods(int(years), years % 1)
        return _Counted(amounts, [START, within], 1 / min(years, Fraction(1)))
    distances = [period - periods[0] for period in periods]
    return _Counted(amounts, [UnitPeriods(int(d), d % 1) for d in distances], per_year, unit)


def _netted(timed: Iterable[tuple[Time, Flow]]) -> dict[Time, int]:
    """Return what flows in all at each time, in order of time; where that is nothing, there is no flow."""
    net: dict[Any, int] = {}
    for time, flow in timed:
        net[time] = net.get(time, 0) + flow.amount
    return {time: net[time] for time in sorted(net) if net[time]}


def _is_single(amounts: Sequence[int]) -> bool:
    """Say whether there is one advance and one payment."""
    return len(amounts) == 2 and amounts[0] < 0 < amounts[1]


def _per_year(unit: UnitPeriod | None, periods_per_year: Decimal | int | None) -> Fraction:
    if unit is None and periods_per_year is None:
        detail = "Flows by period need the unit-period that a period is, or the periods of a year."
        raise FlowsNotUsable(detail, [Problem("/periods_per_year", "required", detail)])
    if unit is None:
        return Fraction(periods_per_year or 1)
    if periods_per_year is not None and unit.per_year != Fraction(periods_per_year):
        detail = "A period is not the unit-period: a year has another number of them."
        raise UnitPeriodNotPossible(detail, [Problem("/unit_period", "contradicts_periods_per_year", detail)])
    return unit.per_year
