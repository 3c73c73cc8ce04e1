"""The lender's snapshot of the loans of a case."""

from datetime import date
from typing import Final

import pytest

from service.api.bodies.example import LI_LOAN
from service.api.bodies.loans import LoansBody, parse_loans
from service.domain.errors import Invalid
from tests.api.bodies import WHOLE_LOAN
from tests.domain.applications import li_loan, li_loan_json

TODAY: Final = date(2026, 11, 20)


def told(raw: object) -> dict[str, str]:
    """Return the codes by pointer."""
    try:
        parse_loans(raw, on=TODAY)
    except Invalid as invalid:
        return {problem.pointer: problem.code for problem in invalid.problems}
    return {}


def test_loans_are_read_to_the_member() -> None:
    assert parse_loans({"loans": [li_loan_json(), WHOLE_LOAN | {"id": "L-2"}]}, on=TODAY)[0] == li_loan()
    assert parse_loans({"loans": [LI_LOAN]}, on=TODAY) == (li_loan(),)
    assert LoansBody.model_json_schema()["examples"] == [{"loans": [LI_LOAN]}]


def test_one_answer_names_all_that_is_wrong() -> None:
    broken = [
        li_loan_json(balance={"principal": "1"}, days_past_due=-1),
        li_loan_json(product=None, repayment="revolving"),
        li_loan_json(id="L-2", maturity_on="2024-01-01", instalment=None, frequency="daily"),
    ]

    assert told({"loans": broken, "currency": "CNY"}) == {
        "/currency": "unknown_member",
        "/loans/0/balance/principal": "not_an_integer",
        "/loans/0/days_past_due": "negative",
        "/loans/0/overdue/interest": "overdue_above_balance",
        "/loans/1/id": "loan_twice",
        "/loans/1/product": "missing",
        "/loans/1/revolving": "missing",
        "/loans/2/maturity_on": "maturity_before_origination",
        "/loans/2/instalment": "missing",
        "/loans/2/frequency": "not_one_of",
    }


@pytest.mark.parametrize(
    ("raw", "expected"),
    (
        ({}, {"/loans": "missing"}),
        ({"loans": None}, {"/loans": "not_a_list"}),
        ({"loans": []}, {"/loans": "missing"}),
        ({"loans": {}}, {"/loans": "not_a_list"}),
        ([li_loan_json()], {"": "not_an_object"}),
        ({"loans": ["L-1"]}, {"/loans/0": "not_an_object"}),
    ),
)
def test_a_snapshot_is_an_object_with_at_least_one_loan(raw: object, expected: dict[str, str]) -> None:
    assert told(raw) == expected
