"""Checks of payments, values, terms, internal rates of return and present values, and of the budget statement."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.relief.affordability_statement import statement
from service.relief.annuity import (
    Due,
    cumulative_interest,
    future_value,
    interest_part,
    level_payment,
    number_of_periods,
    present_value,
    rate_per_period,
)
from service.relief.rates import Flow, irr, mirr, nfv, npv, xirr
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector, cents, number

CENT: Final = 100


@checks("tvm_pmt", "tvm_pv", "tvm_fv", "tvm_nper", "tvm_ipmt", "tvm_ppmt", "tvm_cumipmt")
def check_annuity(vector: Vector) -> list[str]:
    """Compute the figure with the rate given, or with each of the rates given."""
    rates = vector.inputs.get("rates")
    compute = _FIGURES[vector.kind]
    if rates is not None:
        return differences(vector, {"result": [compute(number(rate), vector.inputs) for rate in rates]})
    return differences(vector, {"result": compute(number(vector.inputs["rate"]), vector.inputs)})


@checks("tvm_rate")
def check_rate(vector: Vector) -> list[str]:
    """Compute the rate per period."""
    i = vector.inputs
    rate = rate_per_period(i["nper"], number(i["pmt"]), number(i["pv"]), number(i.get("fv", 0)), due=_due(i))
    return differences(vector, {"percent_per_period": rate * 100, "result": rate, "rate": rate})


@checks("irr", "tvm_irr")
def check_irr(vector: Vector) -> list[str]:
    """Compute the rate per period of flows one period apart."""
    flows = [Flow(cents(value), period=period) for period, value in enumerate(vector.inputs["values"])]
    rate = irr(flows, periods_per_year=1).per_period_percent / 100
    return differences(vector, {"irr": rate, "result": rate})


@checks("xirr", "tvm_xirr", "xnpv")
def check_xirr(vector: Vector) -> list[str]:
    """Compute the annual rate of dated flows, and their value at any rates asked for."""
    flows = _dated(vector)
    computed: dict[str, Decimal] = {}
    if {"xirr", "result"} & set(vector.expected):
        computed["xirr"] = computed["result"] = xirr(flows) / 100
    for name in vector.expected:
        if name.startswith("xnpv_"):
            rate = number(name.removeprefix("xnpv_").removesuffix("pct")) / 100
            computed[name] = npv(flows, rate=rate) / CENT
    if "rate" in vector.inputs:
        computed["xnpv"] = npv(flows, rate=number(vector.inputs["rate"])) / CENT
    return differences(vector, computed)


@checks("xnfv")
def check_xnfv(vector: Vector) -> list[str]:
    """Compute the value of dated flows at the last of them."""
    return differences(vector, {"xnfv": nfv(_dated(vector), rate=number(vector.inputs["rate"])) / CENT})


@checks("npv")
def check_npv(vector: Vector) -> list[str]:
    """Compute the present value of flows one period apart."""
    first = vector.inputs.get("first_flow_at", 0)
    flows = [Flow(cents(value), period=first + index) for index, value in enumerate(vector.inputs["values"])]
    value = npv(flows, rate=number(vector.inputs["rate"])) / CENT
    return differences(vector, {"npv": value, "result": value})


@checks("mirr")
def check_mirr(vector: Vector) -> list[str]:
    """Compute the modified internal rate of return."""
    flows = [Flow(cents(value), period=period) for period, value in enumerate(vector.inputs["values"])]
    rates = {name: number(vector.inputs[name]) for name in ("finance_rate", "reinvest_rate")}
    rate = mirr(flows, **rates) / 100
    return differences(vector, {"result": rate, "mirr": rate})


@checks("affordability_statement")
def check_statement(vector: Vector) -> list[str]:
    """Total the budget."""
    i = vector.inputs
    incomes = ("total_earnings", "total_benefits", "total_pensions", "total_other_income")
    flexible = ("communications_leisure", "food_housekeeping", "personal")
    totals = statement(
        incomes={name: cents(i[name]) for name in incomes},
        fixed_costs={"total_fixed_costs": cents(i["total_fixed_costs"])},
        flexible_costs={name: cents(i[name]) for name in flexible},
    )
    computed = {
        "total_monthly_income": totals.income,
        "total_flexible_costs": totals.flexible_costs,
        "total_monthly_outgoings": totals.outgoings,
        "savings_contribution": totals.savings,
        "available_for_priority_debts": totals.available,
    }
    return differences(vector, {name: amount / CENT for name, amount in computed.items()})


def _due(inputs: dict[str, Any]) -> Due:
    return Due(inputs.get("type", 0))


def _amount(inputs: dict[str, Any], name: str) -> Decimal:
    return number(inputs.get(name, 0))


def _pmt(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return level_payment(rate, i["nper"], _amount(i, "pv"), _amount(i, "fv"), due=_due(i))


def _pv(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return present_value(rate, i["nper"], _amount(i, "pmt"), _amount(i, "fv"), due=_due(i))


def _fv(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return future_value(rate, i["nper"], _amount(i, "pmt"), _amount(i, "pv"), due=_due(i))


def _nper(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return number_of_periods(rate, _amount(i, "pmt"), _amount(i, "pv"), _amount(i, "fv"), due=_due(i))


def _ipmt(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return interest_part(rate, i["per"], i["nper"], _amount(i, "pv"), _amount(i, "fv"), due=_due(i))


def _ppmt(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return _pmt(rate, i) - _ipmt(rate, i)


def _cumipmt(rate: Decimal, i: dict[str, Any]) -> Decimal:
    return cumulative_interest(rate, i["nper"], _amount(i, "pv"), first=i["start"], last=i["end"], due=_due(i))


_FIGURES: Final[dict[str, Callable[[Decimal, dict[str, Any]], Decimal]]] = {
    "tvm_pmt": _pmt,
    "tvm_pv": _pv,
    "tvm_fv": _fv,
    "tvm_nper": _nper,
    "tvm_ipmt": _ipmt,
    "tvm_ppmt": _ppmt,
    "tvm_cumipmt": _cumipmt,
}


def _dated(vector: Vector) -> list[Flow]:
    i = vector.inputs
    rows = i["flows"] if "flows" in i else zip(i["dates"], i["values"], strict=True)
    return [Flow(cents(value), date.fromisoformat(day)) for day, value in rows]
