"""Turn a loan of the source into the body of `POST /v1/cases`.

Pure and deterministic: the same row on the same day gives the same body. Every rule is described in PROVENANCE.md.
"""

from datetime import date
from typing import Any, Final

from service.demo.arrears import Standing, standing
from service.demo.household import Household, household
from service.demo.rows import Row, rows
from service.domain.dates import add_months
from service.domain.money import shared
from service.domain.words import HardshipReason

CURRENCY: Final = "USD"
# How the cost of living is split, in parts.
LIVING_PARTS: Final = {"food": 9, "utilities": 4, "transport": 5, "health": 3, "communications": 2, "insurance": 2}
NARRATIVE: Final = "Derived by a rule of the demo; the source does not say what happened."


def applications(today: date) -> tuple[dict[str, Any], ...]:
    """Return the body of `POST /v1/cases` for each bundled loan, as of `today`."""
    return tuple(application(row, today=today) for row in rows())


def application(row: Row, *, today: date) -> dict[str, Any]:
    """Return the body of `POST /v1/cases` for one loan: amounts in cents, rates as strings, JSON-ready."""
    loan, home = standing(row, today=today), household(row)
    return {
        "reference": f"LC-{row.number}",
        "submit": True,
        "channel": "partner",
        "currency": CURRENCY,
        "follows": None,
        "borrower": _borrower(row, home),
        "loans": [_loan(row, loan, today=today)],
        "hardship": _hardship(home, loan, today=today),
        "budget": _budget(row, home, today=today),
        "request": {"programmes": [], "payment": None, "months": None, "lump_sum": None, "comment": None},
        "consents": {"data_processing": True, "automated_decision": True, "sensitive_data": True},
    }


def _borrower(row: Row, home: Household) -> dict[str, Any]:
    """Return the borrower, whom the source does not name."""
    return {
        "subject": None,
        "kind": "person",
        "name": f"Borrower of loan {row.number}",
        "locale": "en",
        "household": {"adults": home.adults, "dependants": home.dependants},
    }


def _loan(row: Row, loan: Standing, *, today: date) -> dict[str, Any]:
    months_missed = "".join(str(n + 1) for n in range(loan.instalments_overdue))
    return {
        "id": f"LC-{row.number}",
        "product": "consumer_instalment",
        "as_of": today.isoformat(),
        "originated_on": loan.originated_on.isoformat(),
        "maturity_on": loan.maturity_on.isoformat(),
        "original_principal": row.loan_amount,
        "original_instalments": row.term,
        "balance": {
            "principal": loan.principal,
            "interest": loan.overdue_interest + loan.accrued_interest,
            "penalty": 0,
            "fees": loan.late_fees,
        },
        "overdue": {"principal": loan.overdue_principal, "interest": loan.overdue_interest},
        "days_past_due": loan.days_past_due,
        "history": "0" * loan.instalments_paid + months_missed,
        "annual_rate": str(row.annual_rate),
        "day_count": "30/360",
        "odd_day_count": "30/360",
        "repayment": "equal_instalments",
        "frequency": "monthly",
        "instalment": row.instalment,
        "instalments_remaining": row.term - loan.instalments_paid - loan.instalments_overdue,
        "next_due_on": loan.next_due_on.isoformat(),
    }


def _hardship(home: Household, loan: Standing, *, today: date) -> dict[str, Any]:
    """Return the hardship, begun a month before the first instalment that was missed."""
    until = add_months(today, home.recovery_months).isoformat() if home.recovery_months else None
    return {
        "reason": home.reason.value,
        "since": add_months(loan.first_missed_on, -1).isoformat(),
        "expected_until": until,
        "permanent": False,
        "income_before": home.income_before,
        "narrative": NARRATIVE,
    }


def _budget(row: Row, home: Household, *, today: date) -> dict[str, Any]:
    own_business = home.reason is HardshipReason.BUSINESS_DOWNTURN
    parts = dict(zip(LIVING_PARTS, shared(home.living, list(LIVING_PARTS.values())), strict=True))
    expenses = {"housing": home.housing, **parts}
    expected = None
    if home.recovery_months is not None:
        expected = {
            "from": add_months(today, home.recovery_months).isoformat(),
            "income": home.income_before,
            # The service takes the other debts off by itself, here as in the budget of today.
            "expenses": home.housing + home.living_before,
        }
    return {
        "incomes": [
            {"kind": "self_employment" if own_business else "salary", "monthly": home.income, "gross": None},
        ],
        "expenses": [{"kind": kind, "monthly": monthly} for kind, monthly in expenses.items()],
        "other_debts": [
            {
                "creditor": "All others in the credit report",
                "balance": row.credit_used,
                "monthly": home.other_debts,
                "priority": False,
            },
        ],
        "assets": [],
        "expected": expected,
    }
