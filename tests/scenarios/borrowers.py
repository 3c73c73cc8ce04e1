"""What the borrowers of the stories post: the body of `POST /v1/cases`, with what sets them apart from Li."""

from typing import Any

from tests.domain.applications import li_json, li_loan_json

Json = dict[str, Any]


def person(currency: str, loan: Json, *, income: int, expenses: int, **changes: Any) -> Json:
    """Return somebody who lost work and expects it back on 1 February."""
    body = li_json()
    return {
        "currency": currency,
        "loans": [loan],
        "borrower": {**body["borrower"], "kind": "person", "locale": "en", "name": "A. Smith", "vulnerabilities": []},
        "hardship": {**body["hardship"], "reason": "unemployment", "expected_until": "2027-02-01"},
        "budget": {
            **body["budget"],
            "incomes": [{"kind": "salary", "monthly": income, "gross": income * 13 // 10}],
            "expenses": [{"kind": "housing", "monthly": expenses}],
            "other_debts": [],
            "expected": {"from": "2027-02-01", "income": income * 7 // 5, "expenses": expenses},
        },
        "request": {**body["request"], "programmes": None, "payment": None, "months": None},
        **changes,
    }


def consumer(product: str = "consumer_instalment", **changes: Any) -> Json:
    """Return a loan of 9,220, 45 days late, with instalments of 600."""
    return li_loan_json(
        product=product,
        **{
            "balance": {"principal": 900_000, "interest": 20_000, "penalty": 2_000, "fees": 0},
            "overdue": {"principal": 60_000, "interest": 15_000},
            "instalment": 60_000,
            **changes,
        },
    )
