"""Terms as a caseworker writes them, and the instruments of relief that they become."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.api.bodies.faults import problems_of
from service.api.bodies.terms import TermsBody
from service.casework.planning import ONLY_LOAN
from service.domain.dates import Frequency
from service.domain.words import Repayment
from service.relief.instruments import (
    ORDER,
    WHOLE,
    ArrearsPlan,
    Balloon,
    Capitalise,
    DueDay,
    Forbear,
    Holiday,
    Instrument,
    PaymentStep,
    Portion,
    Rate,
    RateStep,
    Reduced,
    Renew,
    RepaymentPlan,
    Reschedule,
    Settlement,
    SettlementPayment,
    Stepped,
    Term,
    Upfront,
    Waive,
)

WRITTEN: list[tuple[dict[str, Any], Instrument]] = [
    (
        {"kind": "waive", "penalty": {"fraction": "1"}, "fees": {"amount": 100}},
        Waive(penalty=WHOLE, fees=Portion(amount=100)),
    ),
    ({"kind": "upfront", "amount": 500000}, Upfront(amount=500000)),
    ({"kind": "capitalise"}, Capitalise()),
    ({"kind": "capitalise", "components": ["interest", "fees"]}, Capitalise(components=("interest", "fees"))),
    ({"kind": "forbear", "principal": {"fraction": "0.25"}}, Forbear(principal=Portion(fraction=Decimal("0.25")))),
    ({"kind": "balloon", "principal": {"amount": 5}}, Balloon(principal=Portion(amount=5))),
    ({"kind": "arrears_plan", "instalments": 12}, ArrearsPlan(instalments=12)),
    ({"kind": "repayment_plan", "instalments": 6}, RepaymentPlan(instalments=6)),
    (
        {"kind": "settlement", "payments": [{"due_on": "2027-01-01", "amount": 5}], "discharge": "residual"},
        Settlement(payments=(SettlementPayment(due_on=date(2027, 1, 1), amount=5),), discharge="residual"),
    ),
    (
        {"kind": "settlement", "fraction": "0.5", "instalments": 3},
        Settlement(fraction=Decimal("0.5"), instalments=3),
    ),
    ({"kind": "due_day", "day": 15}, DueDay(day=15)),
    (
        {"kind": "term", "instalments": 36, "frequency": "weekly", "counts_from": "remaining"},
        Term(instalments=36, frequency=Frequency.WEEKLY, counts_from="remaining"),
    ),
    (
        {"kind": "rate", "annual_rate": "0.09", "steps": [{"from_instalment": 7, "annual_rate": "0.1"}]},
        Rate(annual_rate=Decimal("0.09"), steps=(RateStep(from_instalment=7, annual_rate=Decimal("0.1")),)),
    ),
    ({"kind": "reschedule", "repayment": "equal_principal"}, Reschedule(repayment=Repayment.EQUAL_PRINCIPAL)),
    ({"kind": "renew", "instalments": 12, "fee": 100}, Renew(instalments=12, fee=100)),
    (
        {"kind": "holiday", "from": "2027-01-01", "until": "2027-03-31", "then": "raise", "instalments": None},
        Holiday(from_=date(2027, 1, 1), until=date(2027, 3, 31), then="raise"),
    ),
    ({"kind": "reduced", "instalments": 6, "payment": 100000}, Reduced(instalments=6, payment=100000)),
    (
        {"kind": "stepped", "steps": [{"instalments": 6, "fraction": "0.5"}], "interest": "deferred"},
        Stepped(steps=(PaymentStep(instalments=6, fraction=Decimal("0.5")),), interest="deferred"),
    ),
]


def told(raw: object) -> list[tuple[str, str]]:
    """Return pointer and code of all that is wrong."""
    try:
        TermsBody.model_validate(raw)
    except ValidationError as error:
        return [(problem.pointer, problem.code) for problem in problems_of(error.errors())]
    return []


@pytest.mark.parametrize(("written", "instrument"), WRITTEN)
def test_an_instrument_is_read_as_it_is_written(written: dict[str, Any], instrument: Instrument) -> None:
    assert TermsBody.model_validate({"instruments": [written]}).by_loan == {ONLY_LOAN: (instrument,)}


def test_all_instruments_can_be_written() -> None:
    assert {type(instrument) for _, instrument in WRITTEN} == set(get_args(Instrument))


def test_terms_are_given_per_loan() -> None:
    body = TermsBody.model_validate(
        {
            "loans": [
                {"loan_id": "L-1", "instruments": [{"kind": "term", "instalments": 36}, {"kind": "capitalise"}]},
                {"loan_id": "L-2", "instruments": []},
            ]
        }
    )

    assert body.by_loan == {"L-1": (Term(instalments=36), Capitalise()), "L-2": ()}


@pytest.mark.parametrize(
    ("raw", "expected"),
    (
        ({}, [("", "terms_ambiguous")]),
        ({"loans": None, "instruments": None}, [("", "terms_ambiguous")]),
        ({"loans": [], "instruments": []}, [("", "terms_ambiguous")]),
        ({"loans": [{"loan_id": "L", "instruments": []}] * 2}, [("/loans", "loan_twice")]),
        ({"loans": [{"loan_id": ""}]}, [("/loans/0/loan_id", "too_short"), ("/loans/0/instruments", "missing")]),
        ({"instruments": {}}, [("/instruments", "not_a_list")]),
        ({"instruments": [5]}, [("/instruments/0", "not_an_object")]),
        ({"instruments": [{}]}, [("/instruments/0/kind", "missing")]),
        ({"instruments": [{"kind": "magic"}]}, [("/instruments/0/kind", "not_one_of")]),
        ({"instruments": [{"kind": ["term"]}]}, [("/instruments/0/kind", "not_one_of")]),
    ),
)
def test_terms_of_another_shape_are_refused(raw: object, expected: list[tuple[str, str]]) -> None:
    assert told(raw) == expected


def test_pointers_name_members_and_not_kinds() -> None:
    """Also where a kind and one of its members have the same name."""
    instruments = [
        {"kind": "rate", "rate": "0.09", "steps": [{"from_instalment": "1", "annual_rate": 0.1}]},
        {"kind": "waive", "waive": {}, "principal": {"fraction": 1, "amount": -1}},
        {"kind": "holiday", "from_": "2027-01-01", "until": "2027-02-30", "then": "forget"},
        {"kind": "term", "instalments": True},
        {"kind": "due_day", "first_due_on": "2201-01-01"},
    ]
    expected = [
        ("/0/annual_rate", "missing"),
        ("/0/steps/0/from_instalment", "not_an_integer"),
        ("/0/steps/0/annual_rate", "rate_malformed"),
        ("/0/rate", "unknown_member"),
        ("/1/principal/fraction", "rate_malformed"),
        ("/1/principal/amount", "negative"),
        ("/1/waive", "unknown_member"),
        ("/2/until", "date_malformed"),
        ("/2/then", "not_one_of"),
        ("/2/from_", "unknown_member"),
        ("/3/instalments", "not_an_integer"),
        ("/4/first_due_on", "too_large"),
    ]

    assert told({"instruments": instruments}) == [(f"/instruments{at}", code) for at, code in expected]
    assert told({"loans": [{"loan_id": "L", "instruments": instruments}]}) == [
        (f"/loans/0/instruments{at}", code) for at, code in expected
    ]


def test_the_example_of_the_documentation_can_be_sent_as_it_is() -> None:
    for example in _examples():
        TermsBody.model_validate(example)


def _examples() -> Iterator[Any]:
    yield from TermsBody.model_json_schema()["examples"]


members = st.sampled_from(
    ["kind", "instalments", "fraction", "amount", "principal", "steps", "payments", "annual_rate", "from", "day"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(sorted(ORDER)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=4),
    max_leaves=10,
)


@given(raw=st.fixed_dictionaries({"instruments": st.lists(st.dictionaries(members, values), max_size=4)}) | values)
def test_whatever_is_sent_is_read_or_refused(raw: object) -> None:
    for pointer, code in told(raw):
        assert not pointer or pointer.startswith("/")
        assert code
