"""The same vectors, tried through the calculators: what a client can send, and what it gets."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from math import log
from typing import Any, Final

from service.relief.rates import Flow
from tests.calculators import Calculators, Json
from tests.golden import check_eu_apr, check_us_apr
from tests.golden.check_day_count import pairs
from tests.golden.registry import differences
from tests.golden.vectors import Vector, cents, number

Tried = Callable[[Vector, Calculators], list[str]]

TRIED: Final[dict[str, Tried]] = {}
"""How a kind of vector is expressed for the calculators, and compared."""

NOT_EXPRESSED: Final[dict[str, str]] = {
    "affordability_statement": "A budget is totalled by an assessment, not by a calculator.",
    "interest_recalculation": "A missed instalment belongs to a case, which brings its debt forward.",
    "tvm_nper": "A schedule has whole instalments, not 64.07 of them.",
    "dc-30e360-isda-misc": "No loan of the API is counted so: the convention needs a termination date.",
}
"""Kinds, or single vectors, that the three calculators do not express, and why."""

DIGITS: Final = 18


def tried(*kinds: str) -> Callable[[Tried], Tried]:
    """Register how some kinds are tried over HTTP."""

    def register(trial: Tried) -> Tried:
        TRIED.update(dict.fromkeys(kinds, trial))
        return trial

    return register


def trial_of(vector: Vector) -> Tried | None:
    """Return how a vector is tried; None where the calculators do not express it."""
    return None if vector.id in NOT_EXPRESSED else TRIED.get(vector.kind)


def rates(calculators: Calculators, flows: Sequence[Flow], *methods: str, **options: Any) -> Json:
    """Ask for rates of flows."""
    body = {"flows": [written(flow) for flow in flows], "methods": list(methods), **options}
    return calculators.answer("rates", body)


def written(flow: Flow) -> Json:
    """Write a flow as a client would."""
    if flow.on is not None:
        return {"on": flow.on.isoformat(), "amount": flow.amount}
    period = flow.period if isinstance(flow.period, int) else f"{flow.period:.{DIGITS}f}"
    return {"period": period, "amount": flow.amount}


def exactly(rate: object, *, decimals: int = 20) -> str:
    """Write a rate with as many decimals as the API takes of a rate per period; of one a year it takes twelve."""
    return f"{number(rate):.{decimals}f}"


def by_period(values: Sequence[object], *, first: int = 0) -> list[Flow]:
    """Return flows one period apart."""
    return [Flow(cents(value), period=first + n) for n, value in enumerate(values)]


@tried("apr_eu")
def try_eu_apr(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the rate of the flows that the terms of the example describe."""

    def rate_of(flows: list[Flow]) -> Decimal:
        options = {} if flows[0].on else {"periods_per_year": 12}
        return Decimal(rates(calculators, flows, "eu_apr", **options)["eu_apr"]["percent"])

    return check_eu_apr.checked(vector, rate_of)


@tried("apr_us_appendix_j")
def try_us_apr(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask with the unit-period that the vector states, and without it."""
    flows, unit = check_us_apr.us_flows(vector)
    stated = rates(calculators, flows, "us_apr", unit_period={"kind": unit.kind, "multiple": unit.multiple})
    found = check_us_apr.us_differences(vector, Decimal(stated["us_apr"]["percent"]))
    prescribed = rates(calculators, flows, "us_apr")
    return found + check_us_apr.us_differences(vector, Decimal(prescribed["us_apr"]["percent"]))


@tried("apr_uk_single_payment")
def try_uk_apr(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask with a day for a period."""
    options = {"periods_per_year": vector.inputs["year"]}
    answer = rates(calculators, check_us_apr.uk_flows(vector), "uk_apr", **options)
    return check_us_apr.uk_differences(vector, Decimal(answer["uk_apr"]["percent"]))


@tried("irr", "tvm_irr")
def try_irr(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the rate per period."""
    answer = rates(calculators, by_period(vector.inputs["values"]), "irr", periods_per_year=1)
    rate = Decimal(answer["irr"]["percent"]) / 100
    return differences(vector, {"irr": rate, "result": rate})


@tried("tvm_rate")
def try_rate(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the rate of a first amount, level payments and a last amount."""
    i = vector.inputs
    advance = i.get("type", 0)
    flows = by_period([i["pv"]]) + [Flow(cents(i["pmt"]), period=n + 1 - advance) for n in range(i["nper"])]
    flows += by_period([i.get("fv", 0)], first=i["nper"])
    percent = Decimal(rates(calculators, flows, "irr")["irr"]["per_period"])
    return differences(vector, {"percent_per_period": percent, "result": percent / 100, "rate": percent / 100})


@tried("xirr", "tvm_xirr", "xnpv", "xnfv")
def try_dated(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the rate of dated flows and for their values."""
    i = vector.inputs
    rows = i["flows"] if "flows" in i else zip(i["dates"], i["values"], strict=True)
    flows = [Flow(cents(value), date.fromisoformat(day)) for day, value in rows]
    computed: dict[str, Decimal] = {}
    for name in vector.expected:
        method = {"result": "xirr"}.get(name, name.split("_")[0])
        if method == "xirr":
            computed[name] = Decimal(rates(calculators, flows, "xirr")["xirr"]["percent"]) / 100
        else:
            rate = i["rate"] if "rate" in i else number(name.split("_")[1].removesuffix("pct")) / 100
            asked = method.removeprefix("x")
            computed[name] = Decimal(rates(calculators, flows, asked, rate=exactly(rate))[asked]["exact"]) / 100
    return differences(vector, computed)


@tried("npv")
def try_npv(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the present value of flows one period apart."""
    flows = by_period(vector.inputs["values"], first=vector.inputs.get("first_flow_at", 0))
    value = rates(calculators, flows, "npv", rate=exactly(vector.inputs["rate"]))["npv"]["amount"] / 100
    return differences(vector, {"npv": value, "result": value})


@tried("mirr")
def try_mirr(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the modified rate."""
    options = {name: exactly(vector.inputs[name]) for name in ("finance_rate", "reinvest_rate")}
    answer = rates(calculators, by_period(vector.inputs["values"]), "mirr", **options)
    rate = Decimal(answer["mirr"]["percent"]) / 100
    return differences(vector, {"result": rate, "mirr": rate})


@tried("tvm_pv", "tvm_fv")
def try_value(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the value of level payments and a single amount, at the beginning or at the end."""
    i = vector.inputs
    advance, method = i.get("type", 0), "npv" if vector.kind == "tvm_pv" else "nfv"
    single, at = (i.get("fv", 0), i["nper"]) if vector.kind == "tvm_pv" else (i.get("pv", 0), 0)
    flows = [
        *_fine([single], first=at),
        *_fine([i["pmt"]] * i["nper"], first=1 - advance),
        *_fine([0], first=i["nper"]),
    ]

    def value(rate: object) -> Decimal:
        return -Decimal(rates(calculators, flows, method, rate=exactly(rate))[method]["exact"]) / FINE

    given = i.get("rates")
    return differences(vector, {"result": [value(rate) for rate in given] if given else value(i["rate"])})


@tried("day_count_eu_intervals", "day_count_uk_intervals")
def try_intervals(vector: Vector, calculators: Calculators) -> list[str]:
    """Lend 100 for 110: the rate tells how many years lie between the days."""
    method = "eu_apr" if vector.kind == "day_count_eu_intervals" else "uk_apr"
    found = []
    for start, end in pairs(vector):
        flows = [Flow(-10_000, start), Flow(11_000, end)]
        found.append(log(1.1) / log(1 + float(rates(calculators, flows, method)[method]["percent"]) / 100))
    if vector.kind == "day_count_uk_intervals":
        return differences(vector, {"years": found})
    years = [whole / 12 + (odd / year if year else 0) for whole, odd, year in vector.expected["intervals"]]
    return [f"{e} years expected, {f} found" for e, f in zip(years, found, strict=True) if abs(e - f) > 1e-8]


FINE: Final = 10**6


def _fine(values: Sequence[object], *, first: int) -> list[Flow]:
    """Return flows in millionths of a currency unit."""
    return [Flow(round(number(value) * FINE), period=first + n) for n, value in enumerate(values)]
