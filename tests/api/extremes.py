"""Terms and counter-proposals of extreme figures, drawn from a seed."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

COUNTS: Final = (0, 1, 2, 3, 6, 12, 36, 60, 120, 480, 1200, 10**6)
AMOUNTS: Final = (0, 1, 100, 24336, 300000, 687445, 11069457, 11408544, 10**13)
RATES: Final = ("0", "0.01", "0.09", "0.144", "0.5", "1", "1.5", "-0.5", "10", "0.000000000001", "-1")
DAYS: Final = ("1900-01-01", "2026-11-15", "2026-12-01", "2026-12-15", "2027-01-31", "2030-02-28", "2200-12-31")
COMPONENTS: Final = ("principal", "interest", "penalty", "fees")
REPAYMENTS: Final = ("equal_instalments", "equal_principal", "interest_only", "bullet", "revolving")

MEMBERS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "waive": {
        **{name: ({"fraction": "1"}, {"fraction": "2"}, {"amount": 100}, {}) for name in COMPONENTS},
        "vests": ("signature", "pro_rata", "completion"),
    },
    "upfront": {"amount": AMOUNTS},
    "capitalise": {"components": ([], ["principal"], ["interest", "penalty"], list(COMPONENTS))},
    "forbear": {"principal": ({"fraction": "0.5"}, {"fraction": "1"}, {"amount": 10**13}, {})},
    "balloon": {"principal": ({"fraction": "0.5"}, {"fraction": "1"}, {"amount": 10**13}, {})},
    "arrears_plan": {"instalments": COUNTS, "components": ([], ["principal"], list(COMPONENTS))},
    "repayment_plan": {"instalments": COUNTS},
    "settlement": {
        "payments": ([], [{"due_on": "2027-01-31", "amount": 0}], [{"due_on": "2026-12-01", "amount": 10**13}] * 2),
        "fraction": RATES,
        "instalments": COUNTS,
        "discharge": ("full", "residual"),
    },
    "due_day": {"day": (0, 1, 15, 28, 31, 32, 99), "first_due_on": DAYS},
    "term": {
        "instalments": COUNTS,
        "frequency": ("weekly", "biweekly", "monthly", "quarterly"),
        "counts_from": ("effective", "remaining", "origination"),
    },
    "rate": {
        "annual_rate": RATES,
        "effective_from": DAYS,
        "steps": ([], [{"from_instalment": 0, "annual_rate": "0"}], [{"from_instalment": 2, "annual_rate": "0.1"}] * 2),
    },
    "reschedule": {"repayment": REPAYMENTS},
    "renew": {"instalments": COUNTS, "annual_rate": RATES, "repayment": REPAYMENTS, "fee": AMOUNTS},
    "holiday": {
        "instalments": COUNTS,
        "from": DAYS,
        "until": DAYS,
        "pays": ("nothing", "interest"),
        "interest": ("charged", "deferred", "waived"),
        "then": ("extend", "raise", "end"),
    },
    "reduced": {"instalments": COUNTS, "payment": AMOUNTS, "then": ("extend", "raise", "end")},
    "stepped": {"steps": ([], [{"instalments": 6, "fraction": "0.5"}], [{"instalments": 0, "fraction": "-1"}])},
}


def terms(seed: int, number: int) -> Iterator[dict[str, Any]]:
    """Yield terms of one to four instruments, each with some of its members."""
    random = Random(seed)  # noqa: S311
    for _ in range(number):
        kinds = random.sample(sorted(MEMBERS), random.choice((1, 1, 2, 3, 4)))
        yield {
            "instruments": [
                {"kind": kind, **{n: random.choice(v) for n, v in MEMBERS[kind].items() if random.random() < 0.8}}
                for kind in kinds
            ]
        }


COUNTERS: Final[tuple[dict[str, Any], ...]] = (
    {"payment": 100, "lump_sum": 11069457, "first_due_on": "2026-12-15"},
    {"payment": 1, "months": 36, "lump_sum": 11069457, "first_due_on": "1900-01-01"},
    {"payment": 0},
    {"payment": 10**13, "months": 1},
    {"months": 1200},
    {"lump_sum": 10**13},
    {"lump_sum": 1, "months": 1},
    {"first_due_on": "2200-12-31"},
    {"first_due_on": "1900-01-01", "payment": 1},
)
