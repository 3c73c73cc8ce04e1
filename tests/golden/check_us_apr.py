"""Checks of the annual percentage rates of Regulation Z, appendix J, and of the United Kingdom's single payments."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from service.domain.dates import add_months
from service.relief.rates import Flow
from service.relief.uk_apr import uk_apr
from service.relief.unit_periods import UnitPeriod, UnitPeriodKind, unit_periods
from service.relief.us_apr import us_apr
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector, cents, number

ONE_PLACE: Final = Decimal("0.1")
FRACTION_DIGITS: Final = 1e-9


@checks("apr_us_appendix_j")
def check_us_apr(vector: Vector) -> list[str]:
    """Compute the rate from the dates, and count the first payment's unit-periods as the vector states them."""
    flows, unit = us_flows(vector)
    start = min(flow.on for flow in flows if flow.on is not None)
    return us_differences(vector, us_apr(flows, unit=unit).percent) + _counting(vector.inputs, unit, start, flows)


def us_flows(vector: Vector) -> tuple[list[Flow], UnitPeriod]:
    """Return the dated flows of a vector and the unit-period it states."""
    i = vector.inputs
    unit = _unit(i["unit_period"])
    start = date.fromisoformat(i["advance_date"])
    return [Flow(-cents(i["amount_financed"]), start), *_payments(i, unit)], unit


def us_differences(vector: Vector, percent: Decimal) -> list[str]:
    """Compare a rate with the published one."""
    return differences(vector, {"apr_percent": percent, "apr": percent / 100})


@checks("apr_uk_single_payment")
def check_single_payment(vector: Vector) -> list[str]:
    """Compute the rate of a loan repaid at once."""
    flows = uk_flows(vector)
    return uk_differences(vector, uk_apr(flows, periods_per_year=number(vector.inputs["year"])))


def uk_flows(vector: Vector) -> list[Flow]:
    """Return the flows of a vector, a day being a period."""
    i = vector.inputs
    return [Flow(-cents(i["loan"]), period=0), Flow(cents(i["repayment"]), period=i["days"])]


def uk_differences(vector: Vector, percent: Decimal) -> list[str]:
    """Compare a rate with the published one."""
    return differences(vector, {"apr_percent": percent, "apr_percent_1dp": percent.quantize(ONE_PLACE)})


def _unit(given: str | dict[str, Any]) -> UnitPeriod:
    if isinstance(given, dict):
        return UnitPeriod(UnitPeriodKind(given["kind"]), given.get("multiple", 1))
    multiple, _, kind = given.partition(" ")
    return UnitPeriod(UnitPeriodKind(kind.removesuffix("s")), int(multiple))


def _payments(inputs: dict[str, Any], unit: UnitPeriod) -> list[Flow]:
    return [
        Flow(cents(series["amount"]), _later(date.fromisoformat(series["first_date"]), unit, index))
        for series in inputs["payments"]
        for index in range(series["count"])
    ]


def _later(first: date, unit: UnitPeriod, index: int) -> date:
    match unit.kind:
        case UnitPeriodKind.DAY:
            return first + timedelta(days=index * unit.multiple)
        case UnitPeriodKind.WEEK:
            return first + timedelta(weeks=index * unit.multiple)
        case UnitPeriodKind.SEMIMONTH:
            day = add_months(first, index // 2)
            return day if index % 2 == 0 else _half_a_month_after(day)
        case UnitPeriodKind.MONTH:
            return add_months(first, index * unit.multiple)
        case UnitPeriodKind.YEAR:
            return add_months(first, index * 12)


def _half_a_month_after(day: date) -> date:
    half = 15
    return day + timedelta(days=half) if day.day <= half else add_months(day.replace(day=day.day - half), 1)


def _counting(inputs: dict[str, Any], unit: UnitPeriod, start: date, flows: list[Flow]) -> list[str]:
    stated = inputs.get("first_payment")
    first = flows[1].on
    if stated is None or first is None:
        return []
    last_day = max(flow.on.day for flow in flows[1:] if flow.on is not None)
    counted = unit_periods(start, first, unit=unit, day_of_month=last_day)
    same = abs(float(counted.fraction) - float(number(stated["fraction"]))) < FRACTION_DIGITS
    if counted.full == stated["full_unit_periods"] and same:
        return []
    return [f"first payment: stated {stated}, counted {counted.full} and {counted.fraction}"]
