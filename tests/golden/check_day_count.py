"""Checks of the day count vectors."""

from collections.abc import Callable
from datetime import date
from typing import Final

from service.domain.dates import DayCount
from service.relief.day_count import act_act_afb, act_act_icma, days, days_30e_360_isda, year_fraction
from service.relief.eu_apr import interval
from service.relief.uk_apr import years_between
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector

_BY_PREFIX: Final = {
    "30/360": DayCount.THIRTY_360,
    "30E/360 eurobond": DayCount.THIRTY_E_360,
    "ACT/365": DayCount.ACT_365,
    "ACT/360": DayCount.ACT_360,
}


@checks("day_count_table")
def check_day_count_table(vector: Vector) -> list[str]:
    """Count the days of every pair."""
    count = _counter(vector)
    return differences(vector, {"days": [count(start, end) for start, end in pairs(vector)]})


@checks("day_count")
def check_day_count(vector: Vector) -> list[str]:
    """Compute the year fraction under every convention."""
    start, end = (date.fromisoformat(vector.inputs[name]) for name in ("start", "end"))
    reference_start, reference_end = vector.inputs.get("icma_reference_period", (None, None))
    computed = {
        "act_act_isda": year_fraction(start, end, convention=DayCount.ACT_ACT_ISDA),
        "act_act_afb": act_act_afb(start, end),
    }
    if reference_start:
        reference_period = (date.fromisoformat(reference_start), date.fromisoformat(reference_end))
        computed["act_act_icma"] = act_act_icma(start, end, reference_period=reference_period)
    return differences(vector, computed)


@checks("day_count_eu_intervals")
def check_eu_intervals(vector: Vector) -> list[str]:
    """Count whole months back, odd days and the length of the year."""
    found = [interval(start, end) for start, end in pairs(vector)]
    return differences(vector, {"intervals": [[i.whole, i.odd_days, i.year_days] for i in found]})


@checks("day_count_uk_intervals")
def check_uk_intervals(vector: Vector) -> list[str]:
    """Count whole months forward, and odd days by the calendar year."""
    return differences(vector, {"years": [years_between(start, end) for start, end in pairs(vector)]})


def pairs(vector: Vector) -> list[tuple[date, date]]:
    """Return the pairs of dates of a table."""
    return [(date.fromisoformat(start), date.fromisoformat(end)) for start, end in vector.inputs["pairs"]]


def _counter(vector: Vector) -> Callable[[date, date], int]:
    name = vector.inputs["convention"]
    if name.startswith("30E/360 ISDA"):
        terminates_on = date.fromisoformat(vector.inputs["termination_date"])
        return lambda start, end: days_30e_360_isda(start, end, terminates_on=terminates_on)
    convention = next(convention for prefix, convention in _BY_PREFIX.items() if name.startswith(prefix))
    return lambda start, end: days(start, end, convention)
