"""The application of Li, who runs a small shop: the design's figures, with its dates moved to the present.

`python -m service.demo.li REFERENCE` prints it as of today, about a loan of its own.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from service.demo.http import Json
from service.domain.dates import add_months

SUBJECT: Final = "user-481"
NAME: Final = "李某"
LOCALE: Final = "zh-CN"
CURRENCY: Final = "CNY"
DAYS_TO_DUE_DAY: Final = 16
"""From the snapshot to the next due day, the day on which offers take effect: 15 November to 1 December."""

PAYMENT_ASKED: Final = 320_000
MONTHS_ASKED: Final = 48
REFERENCE: Final = "P-2026-000123"
LOAN: Final = "L-001"


def application(today: date, *, reference: str = REFERENCE, loan_id: str = LOAN) -> Json:
    """Return the body of `POST /v1/cases`, as of today.

    Every distance between two dates is the one of the design, so that its figures come out: sixteen days of accrual
    by act/360, no instalment falling due before the offer takes effect, and the rest by whole months.
    """
    next_due_on = today + timedelta(days=DAYS_TO_DUE_DAY)
    return {
        "reference": reference,
        "submit": True,
        "channel": "partner",
        "currency": CURRENCY,
        "borrower": {
            "subject": SUBJECT,
            "kind": "sole_trader",
            "name": NAME,
            "locale": LOCALE,
            "identity": {"type": "cn_resident_id", "number": "11010519491231002X"},
            "contact": {"phone": "+8613800000000", "email": None, "address": None},
            "household": {"adults": 1, "dependants": 2},
            "vulnerabilities": ["illness"],
            "representative": None,
        },
        "loans": [_loan(loan_id, today, next_due_on)],
        "hardship": {
            "reason": "business_downturn",
            "since": _months_from(next_due_on, -4),
            "expected_until": _months_from(next_due_on, 6),
            "permanent": False,
            "narrative": "近几个月店铺销售额下滑。",
        },
        "budget": {
            "incomes": [{"kind": "self_employment", "monthly": 980_000, "gross": None}],
            "expenses": [{"kind": "housing", "monthly": 300_000}, {"kind": "food", "monthly": 200_000}],
            "other_debts": [{"creditor": "供货商", "balance": 500_000, "monthly": 40_000, "priority": False}],
            "assets": [{"kind": "cash", "value": 300_000}],
            "expected": {"from": _months_from(next_due_on, 6), "income": 1_400_000, "expenses": 500_000},
        },
        "request": {
            "programmes": ["term_extension"],
            "payment": PAYMENT_ASKED,
            "months": MONTHS_ASKED,
            "lump_sum": None,
            "comment": "希望延长期限，降低月供。",
        },
        "consents": {"data_processing": True, "automated_decision": True, "sensitive_data": True},
    }


def _loan(loan_id: str, today: date, next_due_on: date) -> Json:
    return {
        "id": loan_id,
        "product": "business_instalment",
        "as_of": today.isoformat(),
        "originated_on": _months_from(next_due_on, -21),
        "maturity_on": _months_from(next_due_on, 15),
        "original_principal": 20_000_000,
        "original_instalments": 36,
        "balance": {"principal": 11_069_457, "interest": 314_751, "penalty": 24_336, "fees": 0},
        "overdue": {"principal": 1_115_879, "interest": 259_011},
        "days_past_due": 45,
        "history": "000000000000000012",
        "annual_rate": "0.144",
        "penalty_rate": "0.216",
        "penalty_basis": "replaces",
        "penalty_compounds": True,
        "day_count": "30/360",
        "odd_day_count": "act/360",
        "repayment": "equal_instalments",
        "frequency": "monthly",
        "instalment": 687_445,
        "instalments_remaining": 16,
        "next_due_on": next_due_on.isoformat(),
        "revolving": None,
        "secured": None,
        "parties": [],
        "previous_reliefs": [],
    }


def _months_from(day: date, months: int) -> str:
    return add_months(day, months).isoformat()


def main(arguments: Sequence[str]) -> None:
    """Print the application as of today: a case of its own for each reference."""
    (reference,) = arguments or (REFERENCE,)
    body = application(datetime.now(UTC).date(), reference=reference, loan_id=f"L-{reference}")
    sys.stdout.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
