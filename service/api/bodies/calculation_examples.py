"""What the documentation shows of the calculators: bodies that can be sent as they are, and what comes back."""

from typing import Any, Final

Json = dict[str, Any]

SCHEDULE: Final[Json] = {
    "currency": "EUR",
    "loan": {
        "balance": {"principal": 100000, "interest": 1200, "penalty": 300},
        "overdue": {"principal": 30000, "interest": 1200},
        "annual_rate": "0.12",
        "frequency": "monthly",
        "day_count": "30/360",
        "starts_on": "2026-12-01",
        "first_due_on": "2027-01-01",
        "instalments": 3,
        "repayment": "equal_instalments",
    },
    "terms": {
        "instruments": [
            {"kind": "waive", "penalty": {"fraction": "1"}},
            {"kind": "capitalise", "components": ["interest", "principal"]},
            {"kind": "term", "instalments": 4},
        ]
    },
    "rounding": {"level_payment": "half_up", "multiple": 1},
}

RATES: Final[Json] = {
    "flows": [
        {"on": "2026-01-10", "amount": -980000},
        {"on": "2026-02-15", "amount": 336000},
        {"on": "2026-03-15", "amount": 336000},
        {"on": "2026-04-15", "amount": 336000},
    ],
    "methods": ["irr", "xirr", "npv", "eu_apr", "us_apr"],
    "rate": "0.12",
    "unit_period": {"kind": "month", "multiple": 1},
}

WATERFALL: Final[Json] = {
    "currency": "USD",
    "debt": {
        "balance": {"principal": 300000, "interest": 9000},
        "overdue": {"interest": 9000},
        "annual_rate": "0.12",
        "starts_on": "2026-12-01",
        "instalments": 2,
    },
    "income": {"gross": 300000, "housing_costs": 18000},
    "target": {"measure": "housing_ratio", "value": "0.31"},
    "steps": [
        {"step": "capitalise"},
        {"step": "rate", "increment": "0.01", "floor": "0.06"},
        {"step": "term", "increment": 1, "cap": 24},
        {"step": "forbear", "increment": 100, "cap": "0.30"},
    ],
}
