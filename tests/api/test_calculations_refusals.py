"""What the calculators refuse: with the reason and a pointer for everything at once, and never with a fault of ours."""

import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.bodies.calculation_examples import RATES, SCHEDULE, WATERFALL
from service.domain.dates import DayCount, Frequency
from service.domain.words import Repayment
from tests.api.bodies import Path, changed, without
from tests.calculators import Calculators, Json, running

EXAMPLES = {"schedules": SCHEDULE, "rates": RATES, "waterfalls": WATERFALL}
SECONDS_MAX = 1.0
"""Of processor time, which does not depend on what else the machine does."""


@pytest.fixture(scope="module")
def calculators() -> Iterator[Calculators]:
    """Run the service for all tests of this module."""
    with running() as found:
        yield found


def refused(calculators: Calculators, name: str, body: object) -> set[tuple[str, str]]:
    """Send a body that is refused, and return the pointers and codes."""
    answer = calculators.post(name, body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert all(error["detail"].endswith((".", "?")) for error in errors)
    return {(error["pointer"], error["code"]) for error in errors}


def terms(*instruments: Json) -> Json:
    return SCHEDULE | {"terms": {"instruments": list(instruments)}}


def loan(**changes: Any) -> Json:
    body: Json = {"currency": "EUR", "loan": {**SCHEDULE["loan"], **changes}}
    return body


TERM: Json = {"kind": "term", "instalments": 12}


@pytest.mark.parametrize(
    ("body", "expected"),
    (
        (loan(instalments=0), {("/loan/instalments", "too_small")}),
        (loan(instalments=10_000), {("/loan/instalments", "too_large")}),
        (loan(instalments=None), {("/loan/instalments", "missing")}),
        (loan(repayment="interest_only", instalments=None), {("/loan/instalments", "missing")}),
        (loan(repayment="equal_principal", instalment=100), {("/loan/instalment", "not_taken")}),
        (loan(repayment="bullet", instalment=100), {("/loan/instalment", "not_taken")}),
        (loan(instalments=None, instalment=700), {("/loan/instalment", "payment_never_repays")}),
        (loan(instalments=None, instalment=0), {("/loan/instalment", "payment_never_repays")}),
        (loan(annual_rate="-1.01"), {("/loan/annual_rate", "too_small")}),
        (loan(annual_rate="10.5"), {("/loan/annual_rate", "too_large")}),
        (loan(annual_rate=0.12), {("/loan/annual_rate", "rate_malformed")}),
        (loan(annual_rate="NaN"), {("/loan/annual_rate", "rate_malformed")}),
        (loan(first_due_on="2026-11-30"), {("/loan/first_due_on", "first_due_before_start")}),
        (loan(first_due_on="2026-02-30"), {("/loan/first_due_on", "date_malformed")}),
        (loan(starts_on="1899-12-31"), {("/loan/starts_on", "too_small")}),
        (loan(due_day=15), {("/loan/due_day", "contradicts_first_due_on")}),
        (loan(frequency="weekly", due_day=1), {("/loan/due_day", "not_taken")}),
        (loan(original_instalments=2), {("/loan/original_instalments", "too_small")}),
        (loan(overdue={"principal": 100_001}), {("/loan/overdue/principal", "overdue_above_balance")}),
        (loan(balance={"principal": 10**13 + 1}, overdue=None), {("/loan/balance/principal", "too_large")}),
        (loan(balance={"principal": 1.5}, overdue=None), {("/loan/balance/principal", "not_an_integer")}),
        (loan(balance={"principal": -1}, overdue=None), {("/loan/balance/principal", "negative")}),
        (SCHEDULE | {"currency": "XXX"}, {("/currency", "currency_unknown")}),
        (SCHEDULE | {"rounding": {"multiple": 0, "level_payment": "odd"}},
         {("/rounding/multiple", "too_small"), ("/rounding/level_payment", "not_one_of")}),
        (SCHEDULE | {"pauses": [{"from": "2027-01-02", "until": "2027-01-01"}]}, {("/pauses/0/until", "not_in_order")}),
        (SCHEDULE | {"allocation": ["fees", "fees", "interest", "principal"]}, {("/allocation", "nothing_named")}),
        (SCHEDULE | {"allocation": ["fees"]}, {("/allocation", "too_few")}),
        (terms({"kind": "term", "instalments": 10_000}), {("/terms/instruments/0/instalments", "out_of_bounds")}),
        (terms({"kind": "term", "instalments": 0}), {("/terms/instruments/0/instalments", "out_of_bounds")}),
        (terms(TERM, TERM), {("/terms/instruments/1", "instrument_twice")}),
        (terms(TERM, {"kind": "settlement", "fraction": "0.5", "instalments": 2}),
         {("/terms/instruments/0", "contradicting_instruments")}),
        (terms({"kind": "capitalise"}, {"kind": "rate", "annual_rate": "0.13"}),
         {("/terms/instruments/1/annual_rate", "rate_too_high")}),
        (terms({"kind": "waive", "principal": {"amount": 100_001}}),
         {("/terms/instruments/0/principal/amount", "relief_exceeds_debt")}),
        (terms({"kind": "upfront", "amount": 101_501}), {("/terms/instruments/0/amount", "relief_exceeds_debt")}),
        (terms({"kind": "holiday", "instalments": 1}), {("/terms/instruments", "overdue_principal_untreated")}),
        (terms({"kind": "capitalise"}, {"kind": "holiday", "from": "2027-01-02", "until": "2027-01-03"}),
         {("/terms/instruments/1", "easing_not_possible")}),
        (terms({"kind": "due_day", "first_due_on": "2026-11-01"}, TERM),
         {("/terms/instruments/0", "first_due_out_of_bounds")}),
        (terms({"kind": "magic"}), {("/terms/instruments/0/kind", "not_one_of")}),
        (terms({"kind": "capitalise", "components": [None, "interest"]}),
         {("/terms/instruments/0/components/0", "not_one_of")}),
        (terms({"kind": "rate"}), {("/terms/instruments/0/annual_rate", "missing")}),
        (without(SCHEDULE, ("loan",)), {("/loan", "missing")}),
        ({}, {("/currency", "missing"), ("/loan", "missing")}),
        ([], {("", "not_an_object")}),
    ),
)  # fmt: skip
def test_a_schedule_that_cannot_be_is_refused_where_it_is_wrong(
    calculators: Calculators, body: object, expected: set[tuple[str, str]]
) -> None:
    assert refused(calculators, "schedules", body) == expected


def test_a_payment_that_a_negative_rate_turns_round_is_refused(calculators: Calculators) -> None:
    body = loan(annual_rate="-1", repayment="interest_only", overdue=None, frequency="quarterly", instalments=12)
    answer = calculators.post("schedules", body)

    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert min(row["payment"] for row in answer.json()["instalments"]) >= 0


def test_everything_that_is_wrong_is_named_at_once(calculators: Calculators) -> None:
    """Form, bounds, contradictions inside the loan, and terms, in one answer."""
    body = {
        "currency": "eur",
        "loan": {
            "balance": {"principal": -5, "interest": 10, "penalty": "7"},
            "overdue": {"interest": 11},
            "annual_rate": "12 %",
            "starts_on": "2026-12-01",
            "first_due_on": "2026-11-01",
            "due_day": 32,
            "instalments": 10_000,
            "colour": "red",
        },
        "terms": {"instruments": [{"kind": "rate"}, {"kind": "term", "instalments": 5_000}, {"kind": "nothing"}, TERM]},
        "rounding": {"multiple": 0},
    }
    pointers = {pointer for pointer, _ in refused(calculators, "schedules", body)}

    assert pointers == {
        "/currency", "/loan/balance/principal", "/loan/balance/penalty", "/loan/overdue/interest", "/loan/annual_rate",
        "/loan/first_due_on", "/loan/due_day", "/loan/instalments", "/loan/colour", "/terms/instruments/0/annual_rate",
        "/terms/instruments/1/instalments", "/terms/instruments/2/kind", "/terms/instruments/3", "/rounding/multiple",
    }  # fmt: skip


FLOWS = [{"period": 0, "amount": -100}, {"period": 1, "amount": 60}, {"period": 2, "amount": 60}]
BY_PERIOD: Json = {"flows": FLOWS, "methods": ["irr"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    (
        (BY_PERIOD | {"flows": []}, {("/flows", "too_few")}),
        (BY_PERIOD | {"flows": FLOWS * 667}, {("/flows", "too_many")}),
        (BY_PERIOD | {"flows": "many"}, {("/flows", "not_a_list")}),
        (BY_PERIOD | {"flows": [{"amount": 1}, *FLOWS]}, {("/flows/0", "one_of")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"on": "2024-01-01", "amount": 1}]}, {("/flows/3", "days_mixed")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"on": "2024-01-01", "period": 1, "amount": 1}]}, {("/flows/3", "one_of")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": -1, "amount": 1}]}, {("/flows/3/period", "too_small")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": 1e6, "amount": 1}]}, {("/flows/3/period", "too_large")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": "one", "amount": 1}]}, {("/flows/3/period", "figure_malformed")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": True, "amount": 1}]}, {("/flows/3/period", "figure_malformed")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": 3, "amount": 10**13 + 1}]}, {("/flows/3/amount", "too_large")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": 3, "amount": -(10**13) - 1}]}, {("/flows/3/amount", "too_small")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"period": 3, "amount": 1.0}]}, {("/flows/3/amount", "not_an_integer")}),
        (BY_PERIOD | {"flows": [*FLOWS, {"on": "2201-01-01", "amount": 1}]}, {("/flows/3/on", "too_large")}),
        (BY_PERIOD | {"flows": [*FLOWS, 7]}, {("/flows/3", "not_an_object")}),
        (BY_PERIOD | {"methods": []}, {("/methods", "too_few")}),
        (BY_PERIOD | {"methods": ["irr", "irr"]}, {("/methods", "method_twice")}),
        (BY_PERIOD | {"methods": ["irr", "apr"]}, {("/methods/1", "not_one_of")}),
        (BY_PERIOD | {"periods_per_year": 0}, {("/periods_per_year", "too_small")}),
        (BY_PERIOD | {"periods_per_year": 367}, {("/periods_per_year", "too_large")}),
        (BY_PERIOD | {"rate": "-1.5"}, {("/rate", "too_small")}),
        (BY_PERIOD | {"rate": 0.1}, {("/rate", "rate_malformed")}),
        (BY_PERIOD | {"unit_period": {"kind": "month", "multiple": 13}}, {("/unit_period/multiple", "out_of_range")}),
        (BY_PERIOD | {"unit_period": {"kind": "decade"}}, {("/unit_period/kind", "not_one_of")}),
        (BY_PERIOD | {"count_in": "moons"}, {("/count_in", "not_one_of")}),
        (BY_PERIOD | {"methods": ["us_apr"], "unit_period": {"kind": "month"}, "periods_per_year": 4},
         {("/unit_period", "contradicts_periods_per_year")}),
        (BY_PERIOD | {"methods": ["xirr"]}, {(f"/flows/{n}/on", "required") for n in range(3)}),
        (BY_PERIOD | {"methods": ["npv", "mirr"]}, {("/rate", "required"), ("/finance_rate", "required")}),
        (BY_PERIOD | {"methods": ["npv"], "rate": "-1"}, {("/rate", "too_small")}),
        (BY_PERIOD | {"surprise": 1}, {("/surprise", "unknown_member")}),
        ({}, {("/flows", "missing"), ("/methods", "missing")}),
    ),
)  # fmt: skip
def test_flows_that_cannot_be_used_are_refused_where_they_are_wrong(
    calculators: Calculators, body: object, expected: set[tuple[str, str]]
) -> None:
    assert refused(calculators, "rates", body) == expected


def test_a_thousand_wrong_flows_are_told_up_to_a_limit(calculators: Calculators) -> None:
    body = BY_PERIOD | {"flows": [{"period": n, "amount": "x"} for n in range(1_000)]}

    assert 0 < len(refused(calculators, "rates", body)) <= 200


STEP: Json = {"step": "term", "cap": 24}


@pytest.mark.parametrize(
    ("changes", "expected"),
    (
        ({"steps": []}, {("/steps", "too_few")}),
        ({"steps": [STEP] * 21}, {("/steps", "too_many")}),
        ({"steps": [{"step": "term"}]}, {("/steps/0/cap", "required")}),
        ({"steps": [{"step": "rate", "floor": "0.02", "cap": 5}]}, {("/steps/0/cap", "not_taken")}),
        ({"steps": [{"step": "term", "cap": 10_000}]}, {("/steps/0/cap", "out_of_bounds")}),
        ({"steps": [{"step": "term", "cap": "many"}]}, {("/steps/0/cap", "figure_malformed")}),
        ({"steps": [STEP | {"increment": 0}]}, {("/steps/0/increment", "out_of_bounds")}),
        ({"steps": [STEP | {"gate": {"figure": "payment", "comparison": "=", "bound": 1}}]},
         {("/steps/0/gate/comparison", "not_one_of")}),
        ({"steps": [STEP | {"gate": {"figure": "payment"}}]},
         {("/steps/0/gate/comparison", "missing"), ("/steps/0/gate/bound", "missing")}),
        ({"steps": [{"step": "waive", "components": ["principal"]}]}, {("/steps/0/components", "out_of_bounds")}),
        ({"steps": [{"step": "conjure"}]}, {("/steps/0/step", "not_one_of")}),
        ({"income": None}, {("/income", "required")}),
        ({"income": {"gross": -1}}, {("/income/gross", "negative")}),
        ({"target": {"measure": "payment_cut", "value": "1.5"}}, {("/target/value", "out_of_bounds")}),
        ({"target": None}, {("/target", "not_an_object")}),
        ({"target": {"measure": "luck", "value": 1}}, {("/target/measure", "not_one_of")}),
        ({"facts": {"a": "b"}}, {("/facts/a", "figure_malformed")}),
        ({"debt": {}}, {("/debt/balance", "missing"), ("/debt/annual_rate", "missing"), ("/debt/starts_on", "missing"),
                        ("/debt/instalments", "missing")}),
        ({"debt": WATERFALL["debt"] | {"overdue": {"interest": 9_001}}},
         {("/debt/overdue/interest", "overdue_above_balance")}),
        ({"debt": WATERFALL["debt"] | {"instalments": None, "instalment": 1}},
         {("/debt/instalment", "payment_never_repays")}),
    ),
)  # fmt: skip
def test_a_waterfall_that_cannot_be_is_refused_where_it_is_wrong(
    calculators: Calculators, changes: Json, expected: set[tuple[str, str]]
) -> None:
    assert refused(calculators, "waterfalls", WATERFALL | changes) == expected


def test_a_waterfall_names_everything_at_once(calculators: Calculators) -> None:
    body = WATERFALL | {
        "debt": WATERFALL["debt"] | {"annual_rate": "11", "overdue": {"interest": 9_001}},
        "steps": [{"step": "term"}, {"step": "rate", "floor": "-2"}, {"step": "what"}],
        "target": {"measure": "housing_ratio", "value": 11},
        "income": None,
    }

    assert {pointer for pointer, _ in refused(calculators, "waterfalls", body)} == {
        "/debt/annual_rate", "/debt/overdue/interest", "/steps/0/cap", "/steps/1/floor", "/steps/2/step",
        "/target/value", "/income",
    }  # fmt: skip


def paths(document: object, at: Path = ()) -> Iterator[Path]:
    """Yield the places of a document."""
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in members:
        yield (*at, name)
        yield from paths(value, (*at, name))


ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2, 31, 1200, 1201, 10**13, -(10**13), 10**13 + 1, 2**63 - 1, -(2**63), 1.5, 1e300,
    -0.0, "", "0", "-1", "10", "0.5", "1e9", "NaN", "Infinity", "-0", "9" * 40, "0.000000000001", "x", "weekly",
    "1900-01-01", "2200-12-31", "2026-02-29", "0001-01-01", "９", "\u202e", [], {}, [[]], {"kind": "rate"},
    {"amount": 1, "period": 0}, ["principal"] * 4,
]  # fmt: skip
INSTRUMENTS: list[Json] = [
    {"kind": "waive", "principal": {"fraction": "1"}}, {"kind": "upfront", "amount": 1}, {"kind": "capitalise"},
    {"kind": "forbear", "principal": {"fraction": "1"}}, {"kind": "balloon", "principal": {"fraction": "1"}},
    {"kind": "arrears_plan", "instalments": 1200}, {"kind": "repayment_plan", "instalments": 1},
    {"kind": "settlement", "fraction": "0.000000000001", "instalments": 24}, {"kind": "due_day", "day": 31},
    {"kind": "term", "instalments": 1200}, {"kind": "term", "instalments": 1, "frequency": "quarterly"},
    {"kind": "rate", "annual_rate": "-1", "steps": [{"from_instalment": 2, "annual_rate": "0.1"}]},
    {"kind": "rate", "annual_rate": "0", "effective_from": "2200-12-31"},
    {"kind": "reschedule", "repayment": "revolving"}, {"kind": "reschedule", "repayment": "bullet"},
    {"kind": "renew", "instalments": 1200, "fee": 10**13}, {"kind": "holiday", "instalments": 1200, "then": "end"},
    {"kind": "holiday", "from": "1900-01-01", "until": "2200-12-31", "interest": "waived"},
    {"kind": "reduced", "instalments": 2, "payment": 10**13, "accrual": "compound"},
    {"kind": "stepped", "steps": [{"instalments": 2, "fraction": "10"}], "then": "extend"},
]  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, name: str) -> object:
    """Draw the example of a calculator with some of its members replaced, taken away, or terms of all kinds."""
    body: Any = deepcopy(EXAMPLES[name])
    if name == "schedules" and draw(st.booleans()):
        body["terms"]["instruments"] = draw(st.lists(st.sampled_from(INSTRUMENTS), max_size=4))
    for _ in range(draw(st.integers(1, 4))):
        places = list(paths(body))
        if not places:
            break
        place = draw(st.sampled_from(places))
        removed = draw(st.booleans()) and isinstance(place[-1], str)
        body = without(body, place) if removed else changed(body, place, draw(st.sampled_from(ODD)))
    return body


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_body_meets_a_fault_or_takes_more_than_a_moment(
    calculators: Calculators, name: str, data: st.DataObject
) -> None:
    body = data.draw(bodies(name))
    started = time.process_time()
    answer = calculators.post(name, body)
    took = time.process_time() - started

    assert answer.status_code in {200, 400, 422}, answer.text
    assert answer.status_code != 422 or answer.json()["errors"]
    assert took < SECONDS_MAX


CONTRACTS = st.fixed_dictionaries(
    {
        "balance": st.fixed_dictionaries(
            {name: st.sampled_from([0, 1, 99, 10**6, 10**13]) for name in ("principal", "interest", "fees")}
        ),
        "annual_rate": st.sampled_from(["-1", "-0.05", "0", "0.0001", "0.07", "1", "10"]),
        "frequency": st.sampled_from(list(Frequency)),
        "day_count": st.sampled_from(list(DayCount)),
        "starts_on": st.sampled_from(["1900-01-01", "2024-02-29", "2026-12-31", "2200-12-31"]),
        "instalments": st.sampled_from([1, 2, 13, 60, 1200]),
        "repayment": st.sampled_from(list(Repayment)),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contract=CONTRACTS, instruments=st.lists(st.sampled_from(INSTRUMENTS), max_size=3))
def test_every_schedule_that_is_answered_adds_up(
    calculators: Calculators, contract: Json, instruments: list[Json]
) -> None:
    started = time.process_time()
    answer = calculators.post("schedules", {"currency": "JPY", "loan": contract, "terms": {"instruments": instruments}})
    took = time.process_time() - started

    assert answer.status_code in {200, 422}, answer.text
    assert took < SECONDS_MAX
    if answer.status_code == 200:
        made = answer.json()
        deferred = (made["deferred"] or {"amount": 0})["amount"]
        paid = sum(row["payment"] for row in made["instalments"]) + sum(made["upfront"].values()) + deferred
        assert paid == made["measures"]["total_payable"]
        assert all(row["payment"] >= 0 <= row["outstanding"] for row in made["instalments"])
        assert not made["instalments"] or made["instalments"][-1]["closing"] == 0


CHURN = [{"period": n, "amount": (-1) ** n * (100 + n % 7)} for n in range(1_999)]
DATED = [
    {"on": f"{1900 + n // 12}-{n % 12 + 1:02}-{n % 28 + 1:02}", "amount": (-1) ** n * 10**13 // (n + 1)}
    for n in range(2_000)
]
TOUCHING = [a for _ in range(200) for a in (10_000, -44_000, 72_600, -53_240, 14_641, 0, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    "flows",
    (
        CHURN,
        [{"period": n, "amount": a} for n, a in enumerate(TOUCHING)],
        DATED,
        [{"period": 0, "amount": -1}, *({"period": 60 * n, "amount": 10**13} for n in range(1, 2_000))],
        [{"period": 120_000, "amount": -(10**13)}, {"period": 0, "amount": 1}],
    ),
    ids=("a change of sign each period", "four rates in one point", "two thousand days", "absurd", "far apart"),
)  # fmt: skip
def test_two_thousand_flows_are_answered_in_a_moment(calculators: Calculators, flows: list[Json]) -> None:
    body = {"flows": flows, "methods": ["irr", "xirr", "npv", "nfv", "mirr", "eu_apr", "uk_apr", "us_apr"]}
    options = {"rate": "0.1", "finance_rate": "0.05", "reinvest_rate": "10", "periods_per_year": 12}
    started = time.process_time()
    answer = calculators.post("rates", body | options)

    assert answer.status_code in {200, 422}, answer.text
    assert time.process_time() - started < SECONDS_MAX
