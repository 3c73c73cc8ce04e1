"""The calculators answer anybody with a key, store nothing, and answer exactly what the documentation shows."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.api.bodies.calculation_examples import RATES, SCHEDULE, WATERFALL
from service.domain.actors import Role
from tests.calculators import Calculators, Json, running
from tests.conftest import Service

EXAMPLES = {"schedules": SCHEDULE, "rates": RATES, "waterfalls": WATERFALL}

MEMBERS = {
    "number", "period_from", "due_on", "opening", "principal", "interest", "arrears", "fees", "payment", "closing",
    "outstanding", "interest_accrued", "interest_added",
}  # fmt: skip


@pytest.fixture(scope="module")
def calculators() -> Iterator[Calculators]:
    """Run the service for all tests of this module that are not async."""
    with running() as found:
        yield found


@pytest.mark.parametrize("name", EXAMPLES)
async def test_any_key_may_calculate_without_an_idempotency_key_and_nothing_is_stored(
    service: Service, name: str
) -> None:
    answers = []
    for role in sorted(set(Role) - {Role.SYSTEM}):
        subject = "somebody" if role in {Role.BORROWER, Role.REPRESENTATIVE} else None
        headers = {"Authorization": f"Bearer {await service.key(role, subject)}"}
        answers.append(await service.http.post(f"/v1/calculations/{name}", json=EXAMPLES[name], headers=headers))
    stranger = await service.http.post(f"/v1/calculations/{name}", json=EXAMPLES[name])

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert stranger.status_code == 401
    assert (await service.call(await service.key("caseworker"), "GET", "/v1/cases")).json()["items"] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documentation_shows_what_is_really_answered(calculators: Calculators, name: str) -> None:
    shown = calculators.runner.run(calculators.http.get("/openapi.json")).json()
    documented = shown["paths"][f"/v1/calculations/{name}"]["post"]
    answer = calculators.answer(name, EXAMPLES[name])

    assert documented["responses"]["200"]["content"]["application/json"]["example"] == answer
    assert all(parameter["name"] != "Idempotency-Key" for parameter in documented.get("parameters", ()))
    assert EXAMPLES[name] in _examples(documented, shown)


def _examples(documented: Json, shown: Json) -> list[Json]:
    schema = documented["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = shown["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    examples: list[Json] = schema["examples"]
    return examples


def test_a_schedule_has_the_members_of_an_offer_and_adds_up(calculators: Calculators) -> None:
    """Arrears of 313.00 are treated, nothing of the debt is lost, and the balance ends at nothing."""
    made = calculators.answer("schedules", SCHEDULE)

    assert set(made["instalments"][0]) == MEMBERS
    assert [row["payment"] for row in made["instalments"]] == [25936, 25936, 25936, 25935]
    assert made["instalments"][-1]["closing"] == made["instalments"][-1]["outstanding"] == 0
    assert made["financed"] == 101200
    for line in made["reconciliation"]:
        assert line["before"] + line["moved_in"] == line["waived"] + line["scheduled"] + line["moved_out"]
    paid = sum(row["payment"] for row in made["instalments"])
    assert paid == made["financed"] + made["measures"]["new_interest"] == made["measures"]["total_payable"]


def test_li_pays_what_her_counter_offer_says(calculators: Calculators) -> None:
    """114,479.11 from 1 December over 36 months at 14.4 % are 3,934.90 a month, and 14.4 % is the monthly IRR × 12."""
    loan = {"balance": {"principal": 11447911}, "annual_rate": "0.144", "starts_on": "2026-12-01", "instalments": 36}
    made = calculators.answer("schedules", {"currency": "CNY", "loan": loan})

    assert {row["payment"] for row in made["instalments"][:-1]} == {393490}
    assert float(made["irr"]["percent"]) == pytest.approx(14.4, abs=1e-4)
    assert float(made["irr"]["effective"]) == pytest.approx(15.389, abs=1e-3)


def test_a_pure_extension_with_all_arrears_capitalised_diminishes_nothing(calculators: Calculators) -> None:
    terms = {"instruments": [{"kind": "capitalise", "components": ["interest", "principal", "penalty", "fees"]},
                             {"kind": "term", "instalments": 48}]}  # fmt: skip
    made = calculators.answer("schedules", SCHEDULE | {"terms": terms})

    assert abs(float(made["measures"]["diminished_obligation"])) < 2e-5


def test_without_terms_the_arrears_are_due_with_the_first_instalment(calculators: Calculators) -> None:
    rows = calculators.answer("schedules", {name: SCHEDULE[name] for name in ("currency", "loan")})["instalments"]

    assert rows[0]["arrears"] == {"principal": 30000, "interest": 1200, "penalty": 300, "fees": 0}
    assert rows[1]["arrears"] == {"principal": 0, "interest": 0, "penalty": 0, "fees": 0}
    assert rows[0]["payment"] == rows[1]["payment"] + 31500


@pytest.mark.parametrize(
    ("changes", "first", "last_due"),
    (
        ({"frequency": "weekly"}, "2026-12-08", "2026-12-22"),
        ({"frequency": "biweekly"}, "2026-12-15", "2027-01-12"),
        ({"frequency": "quarterly"}, "2027-03-01", "2027-09-01"),
        ({"starts_on": "2026-12-31", "instalments": 4}, "2027-01-31", "2027-04-30"),
        ({"first_due_on": "2027-02-28", "due_day": 31, "instalments": 2}, "2027-02-28", "2027-03-31"),
        ({"due_day": 31, "starts_on": "2026-11-30"}, "2026-12-31", "2027-02-28"),
        ({"first_due_on": "2026-12-17"}, "2026-12-17", "2027-02-17"),
        ({"first_due_on": "2026-12-01"}, "2026-12-01", "2027-02-01"),
        ({"repayment": "bullet", "instalments": 12}, "2027-12-01", "2027-12-01"),
        ({"repayment": "bullet", "instalments": None, "first_due_on": "2031-06-30"}, "2031-06-30", "2031-06-30"),
    ),
)
def test_due_days_follow_the_frequency_and_the_first_one(
    calculators: Calculators, changes: Json, first: str, last_due: str
) -> None:
    rows = calculators.answer("schedules", {"currency": "EUR", "loan": PLAIN | changes})["instalments"]

    assert (rows[0]["due_on"], rows[-1]["due_on"]) == (first, last_due)
    assert rows[0]["period_from"] == changes.get("starts_on", PLAIN["starts_on"])


PLAIN: Json = {
    "balance": {"principal": 100_000},
    "annual_rate": "0.12",
    "starts_on": "2026-12-01",
    "instalments": 3,
}


@pytest.mark.parametrize(
    ("changes", "interest"),
    (
        ({}, 1000),
        ({"first_due_on": "2027-01-16"}, 1500),
        ({"first_due_on": "2027-01-16", "odd_day_count": "act/365"}, 1512),
        ({"first_due_on": "2027-01-16", "day_count": "act/360"}, 1533),
        ({"day_count": "act/365"}, 1019),
        ({"day_count": "act/act-isda", "starts_on": "2027-12-01"}, 1019),
        ({"day_count": "act/act-end-date", "starts_on": "2027-12-01"}, 1019),
        ({"first_due_on": "2026-12-01"}, 0),
        ({"annual_rate": "0"}, 0),
        ({"frequency": "quarterly"}, 3000),
    ),
)
def test_a_broken_first_period_is_counted_by_its_days(calculators: Calculators, changes: Json, interest: int) -> None:
    rows = calculators.answer("schedules", {"currency": "EUR", "loan": PLAIN | changes})["instalments"]

    assert rows[0]["interest"] == interest


@pytest.mark.parametrize(
    ("changes", "payments"),
    (
        ({"repayment": "equal_principal"}, [34333, 34000, 33667]),
        ({"repayment": "interest_only"}, [1000, 1000, 101000]),
        ({"repayment": "bullet"}, [103000]),
        ({"instalments": None, "instalment": 50_000}, [50000, 50000, 1525]),
        ({"instalments": 3, "instalment": 50_000}, [50000, 50000, 1525]),
        ({"instalments": 3, "instalment": 20_000}, [20000, 20000, 62428]),
        ({"repayment": "revolving", "instalments": None, "instalment": 60_000}, [60000, 41410]),
        ({"annual_rate": "0"}, [33333, 33333, 33334]),
    ),
)
def test_every_kind_of_repayment_has_its_payments(calculators: Calculators, changes: Json, payments: list[int]) -> None:
    rows = calculators.answer("schedules", {"currency": "EUR", "loan": PLAIN | changes})["instalments"]

    assert [row["payment"] for row in rows] == payments


INSTRUMENTS: list[Json] = [
    {"kind": "waive", "interest": {"fraction": "0.5"}, "vests": "completion"},
    {"kind": "upfront", "amount": 5000},
    {"kind": "capitalise"},
    {"kind": "forbear", "principal": {"amount": 10000}},
    {"kind": "balloon", "principal": {"fraction": "0.25"}},
    {"kind": "arrears_plan", "instalments": 2},
    {"kind": "repayment_plan", "instalments": 2},
    {"kind": "settlement", "fraction": "0.5", "instalments": 3},
    {"kind": "settlement", "payments": [{"due_on": "2027-01-01", "amount": 40000}], "discharge": "residual"},
    {"kind": "due_day", "day": 15},
    {"kind": "term", "instalments": 6, "counts_from": "remaining"},
    {"kind": "term", "instalments": 26, "frequency": "weekly"},
    {"kind": "rate", "annual_rate": "0.06", "steps": [{"from_instalment": 3, "annual_rate": "0.09"}]},
    {"kind": "rate", "annual_rate": "0.06", "effective_from": "2027-01-16"},
    {"kind": "reschedule", "repayment": "interest_only"},
    {"kind": "renew", "instalments": 12, "fee": 500},
    {"kind": "holiday", "instalments": 1, "interest": "deferred"},
    {"kind": "holiday", "from": "2027-01-01", "until": "2027-02-01", "pays": "interest", "then": "raise"},
    {"kind": "holiday", "from": "2027-01-05", "until": "2027-01-15", "interest": "waived"},
    {"kind": "reduced", "instalments": 1, "payment": 10000, "accrual": "compound"},
    {"kind": "stepped", "steps": [{"instalments": 1, "fraction": "0.5"}]},
]


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda i: i["kind"])
def test_every_instrument_is_taken_and_its_schedule_adds_up(calculators: Calculators, instrument: Json) -> None:
    lone = instrument["kind"] in {"due_day", "rate", "holiday"}
    instruments = [{"kind": "capitalise"}, instrument] if lone else [instrument]
    made = calculators.answer("schedules", SCHEDULE | {"terms": {"instruments": instruments}})

    carried = sum(made["upfront"].values()) + (made["deferred"] or {"amount": 0})["amount"]
    assert sum(row["payment"] for row in made["instalments"]) + carried == made["measures"]["total_payable"]
    assert made["instalments"][-1]["closing"] == 0


@pytest.mark.parametrize(
    ("options", "payment"),
    (
        ({}, 34002),
        ({"rounding": {"level_payment": "up"}}, 34003),
        ({"rounding": {"level_payment": "down"}}, 34002),
        ({"rounding": {"level_payment": "up", "multiple": 100}}, 34100),
        ({"rounding": {"multiple": 1000}}, 34000),
        ({"rounding": {"even_out": True}}, 34002),
    ),
)
def test_the_level_payment_is_rounded_as_asked(calculators: Calculators, options: Json, payment: int) -> None:
    rows = calculators.answer("schedules", {"currency": "EUR", "loan": PLAIN, **options})["instalments"]

    assert rows[0]["payment"] == payment
    assert rows[-1]["closing"] == 0


@pytest.mark.parametrize(
    ("unnamed", "arrears"),
    (
        ("spread", [10500, 10500, 10500]),
        ("first", [31500, 0, 0]),
        ("capitalise", [100, 100, 100]),
        ("immediate", [0, 0, 0]),
    ),
)
def test_what_no_instrument_names_of_the_arrears_is_treated_as_asked(
    calculators: Calculators, unnamed: str, arrears: list[int]
) -> None:
    terms = {"instruments": [{"kind": "term", "instalments": 3}]}
    made = calculators.answer("schedules", SCHEDULE | {"terms": terms, "unnamed_overdue": unnamed})

    assert [sum(row["arrears"].values()) for row in made["instalments"]] == arrears
    assert (sum(made["upfront"].values()) == 31500) is (unnamed == "immediate")


def test_a_payment_at_signature_follows_the_allocation(calculators: Calculators) -> None:
    terms = {"instruments": [{"kind": "upfront", "amount": 5000}, {"kind": "capitalise"}]}
    upfront: list[Any] = [
        calculators.answer("schedules", SCHEDULE | {"terms": terms, "allocation": allocation})["upfront"]
        for allocation in (None, ["principal", "interest", "penalty", "fees"])
    ]

    assert upfront[0] == {"principal": 3500, "interest": 1200, "penalty": 300, "fees": 0}
    assert upfront[1] == {"principal": 5000, "interest": 0, "penalty": 0, "fees": 0}


def test_interest_holds_leave_the_payments_and_shorten_the_last(calculators: Calculators) -> None:
    body = {"currency": "EUR", "loan": PLAIN}
    ten_days, one_day = {"from": "2026-12-12", "until": "2026-12-21"}, {"from": "2027-01-02", "until": "2027-01-02"}
    held = body | {"pauses": [ten_days, one_day]}
    before, after = (calculators.answer("schedules", b)["instalments"] for b in (body, held))

    assert [row["payment"] for row in after[:2]] == [row["payment"] for row in before[:2]]
    assert after[0]["interest"] == round(1000 * 21 / 31)
    assert after[1]["interest"] < before[1]["interest"]
    assert after[2]["payment"] < before[2]["payment"]


def test_what_is_set_aside_is_due_at_the_end(calculators: Calculators) -> None:
    terms = {"instruments": [{"kind": "capitalise"}, {"kind": "forbear", "principal": {"amount": 40000}}]}
    made = calculators.answer("schedules", SCHEDULE | {"terms": terms})

    assert made["deferred"] == {
        "due_on": "2027-03-01", "amount": 40000, "interest": 0,
        "debt": {"principal": 40000, "interest": 0, "penalty": 0, "fees": 0},
    }  # fmt: skip
    assert made["measures"]["deferred"] == 40000


def test_a_schedule_without_a_yield_says_so(calculators: Calculators) -> None:
    """Nothing is lent for nothing: the only payment is due on the first day."""
    loan = PLAIN | {"first_due_on": "2026-12-01", "instalments": 1}
    made = calculators.answer("schedules", {"currency": "EUR", "loan": loan})

    assert (made["irr"]["percent"], made["xirr"]) == ("0.00000000", None)
    assert calculators.answer("schedules", {"currency": "EUR", "loan": PLAIN | {"frequency": "weekly"}})["irr"] is None


IRREGULAR = [
    {"on": "2024-01-01", "amount": -20000000},
    {"on": "2024-03-05", "amount": 9000000},
    {"on": "2025-01-20", "amount": 13000000},
]


def test_rates_carry_at_least_six_decimals_and_their_own_names(calculators: Calculators) -> None:
    flows = [{"period": n, "amount": a} for n, a in enumerate((-10000, 3900, 5900, 5500, 2000))]
    body = {"flows": flows, "periods_per_year": 12, "rate": "0.01", "finance_rate": "0.01", "reinvest_rate": "0.01"}
    asked = ["irr", "npv", "nfv", "mirr", "eu_apr", "uk_apr", "us_apr"]
    found = calculators.answer("rates", body | {"methods": asked})

    assert list(found) == sorted(asked, key=list(found).index)
    assert found["irr"] == {
        "percent": "337.13810539", "effective": "1851.55013559", "per_period": "28.09484212", "periods_per_year": 12,
    }  # fmt: skip
    assert found["us_apr"] == {"percent": "337.13810539", "unit_period": None}
    assert found["eu_apr"] == found["uk_apr"] == {"percent": "1851.55013559"}
    assert found["npv"]["amount"] == float(found["npv"]["exact"])
    assert found["nfv"]["amount"] == pytest.approx(found["npv"]["amount"] * 1.01**4)


def test_a_period_is_a_year_if_nothing_is_said(calculators: Calculators) -> None:
    flows = [{"period": 0, "amount": -100}, {"period": 1, "amount": 110}]
    found = calculators.answer("rates", {"flows": flows, "methods": ["irr", "eu_apr", "us_apr"]})

    assert {answer["percent"] for answer in found.values()} == {"10.00000000"}


@pytest.mark.parametrize(
    ("last", "methods", "code"),
    (
        ("2024-02-01", ["irr", "xirr"], None),
        ("2024-02-02", ["xirr", "irr"], "flows_not_usable"),
    ),
)
def test_dated_flows_have_a_rate_per_period_where_they_are_regular(
    calculators: Calculators, last: str, methods: list[str], code: str | None
) -> None:
    flows = [{"on": "2024-01-01", "amount": -10000}, {"on": last, "amount": 10100}]
    found = calculators.answer("rates", {"flows": flows, "methods": methods})

    assert found["irr"].get("code") == code
    assert code is not None or found["irr"]["percent"] == "12.00000000"


def test_fractions_of_periods_are_taken_as_numbers_or_as_text(calculators: Calculators) -> None:
    numbers = [{"period": 0, "amount": -10000}, {"period": 1.5, "amount": 11000}]
    texts = [{"period": "0", "amount": -10000}, {"period": "1.500000000000000000", "amount": 11000}]
    methods = ["irr", "eu_apr", "us_apr"]

    assert calculators.answer("rates", {"flows": numbers, "methods": methods}) == calculators.answer(
        "rates", {"flows": texts, "methods": methods}
    )


def test_intervals_may_be_counted_in_weeks(calculators: Calculators) -> None:
    flows = [{"on": "2024-01-01", "amount": -10000}, {"on": "2024-01-29", "amount": 10100}]
    body = {"flows": flows, "methods": ["eu_apr", "uk_apr"]}
    weeks = calculators.answer("rates", body | {"count_in": "weeks"})

    assert weeks["eu_apr"] == weeks["uk_apr"] == {"percent": f"{(1.01**13 - 1) * 100:.8f}"}
    assert calculators.answer("rates", body)["eu_apr"] != weeks["eu_apr"]
    counted = [{"period": 0, "amount": -10000}, {"period": 4, "amount": 10100}]
    assert (
        calculators.answer("rates", {"flows": counted, "methods": ["eu_apr"], "count_in": "weeks"})["eu_apr"]
        == weeks["eu_apr"]
    )


def test_each_method_that_has_no_answer_says_why(calculators: Calculators) -> None:
    body = {"flows": IRREGULAR, "methods": ["irr", "xirr", "npv", "mirr", "eu_apr"], "rate": "-1"}
    found = calculators.answer("rates", body)

    assert float(found["xirr"]["percent"]) > 0
    assert {name: answer["code"] for name, answer in found.items() if "code" in answer} == {
        "irr": "flows_not_usable", "npv": "rate_not_possible", "mirr": "rate_needed",
    }  # fmt: skip
    assert all(answer["detail"].endswith(".") for answer in found.values() if "code" in answer)


@pytest.mark.parametrize(
    ("amounts", "code"),
    (
        ((-100, -100), "no_sign_change"),
        ((0, 0), "no_flows"),
        ((100,), "no_time"),
        ((-300, 500, -300), "no_root"),
        ((-1, 10**13), "out_of_range"),
    ),
)
def test_flows_without_any_rate_are_refused_with_the_reason_of_each_method(
    calculators: Calculators, amounts: tuple[int, ...], code: str
) -> None:
    flows = [{"period": n / 100, "amount": a} for n, a in enumerate(amounts)]
    answer = calculators.post("rates", {"flows": flows, "methods": ["irr", "eu_apr"]})
    document = answer.json()

    assert answer.status_code == 422
    assert (document["code"], document["irr"]["code"]) == ("no_method_answers", code)
    assert [(e["pointer"], e["code"]) for e in document["errors"]] == [("/flows", code)]
    if code in {"no_sign_change", "no_flows", "no_time"}:
        value = calculators.answer("rates", {"flows": flows, "methods": ["irr", "npv"], "rate": "0.1"})
        assert value["irr"]["code"] == code
        assert "amount" in value["npv"]


def test_a_waterfall_records_every_step_and_leads_to_a_schedule(calculators: Calculators) -> None:
    made = calculators.answer("waterfalls", WATERFALL)

    assert [(one["step"], one["outcome"], one["increments"]) for one in made["record"]] == [
        ("capitalise", "taken", 1), ("rate", "exhausted", 6), ("term", "met", 3), ("forbear", "not_needed", 0),
    ]  # fmt: skip
    assert made["target"] == 75_000
    assert made["result"]["met"]
    assert made["result"]["after"] == made["record"][-1]["after"]
    assert made["result"]["schedule"]["instalments"][0]["payment"] == made["result"]["after"]["payment"] <= 75_000


def test_the_terms_of_a_waterfall_can_be_sent_on(calculators: Calculators) -> None:
    made = calculators.answer("waterfalls", WATERFALL)
    body = {"currency": "USD", "loan": WATERFALL["debt"], "terms": made["result"]["terms"]}

    assert calculators.answer("schedules", body) == made["result"]["schedule"]


def test_gates_take_figures_of_the_waterfall_and_facts(calculators: Calculators) -> None:
    gates = [
        {"figure": "loan_to_value", "comparison": ">=", "bound": "0.80"},
        {"figure": "months_past_due", "comparison": ">", "bound": 3},
        {"figure": "income_verified", "comparison": ">", "bound": 0},
    ]
    steps = [{"step": "term", "cap": 24, "gate": gate} for gate in gates]
    body = WATERFALL | {
        "steps": steps,
        "property_value": 1_000_000,
        "facts": {"months_past_due": 4, "income_verified": None},
    }
    record = calculators.answer("waterfalls", body)["record"]

    assert [one["outcome"] for one in record] == ["gate_closed", "met", "gate_unknown"]


def test_amounts_aside_and_payment_targets(calculators: Calculators) -> None:
    steps = [
        {"step": "waive", "components": ["interest"]},
        {"step": "forbear", "increment": 1, "cap": "0.5", "loan_to_value_min": "0.2", "stop": "<"},
    ]
    body = WATERFALL | {"steps": steps, "target": {"measure": "payment", "value": 120_000}, "income": None,
                        "property_value": 1_000_000, "rounding": {"level_payment": "up"}}  # fmt: skip
    made = calculators.answer("waterfalls", body)

    assert made["result"]["met"]
    assert made["result"]["after"]["payment"] == 119_999
    assert made["result"]["schedule"]["deferred"]["amount"] == made["result"]["after"]["set_aside"]
