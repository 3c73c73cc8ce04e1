"""What is put in the place of a member that cannot be read, so that the rules can look at all the others.

A stand-in breaks no rule and makes no other member break one. It is never stored: a body with a member that
cannot be read is refused, after all that is wrong with it has been found.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from service.domain.money import AMOUNT_MAX

ITEM: Final = "*"
"""Stands for the index of an item in a list."""

STAND_INS: Final[Mapping[tuple[str, str], object]] = {
    ("", "currency"): "EUR",
    ("", "consents"): {"data_processing": True, "sensitive_data": True},
    ("consents", "sensitive_data"): True,
    ("identity", "type"): "other",
    ("identity", "number"): "?",
    ("representative", "subject"): "?",
    ("vulnerabilities", ITEM): "other",
    ("hardship", "reason"): "other",
    ("programmes", ITEM): "?",
    ("incomes", ITEM): {},
    ("incomes", "kind"): "other",
    ("incomes", "monthly"): 0,
    ("expenses", ITEM): {},
    ("expenses", "kind"): "other",
    ("expenses", "monthly"): 0,
    ("other_debts", ITEM): {},
    ("assets", ITEM): {},
    ("assets", "kind"): "other",
    ("assets", "value"): 0,
    ("expected", "from"): "2000-01-01",
    ("expected", "income"): 0,
    ("expected", "expenses"): 0,
    ("loans", ITEM): {},
    ("balance", "principal"): AMOUNT_MAX,
    ("balance", "interest"): AMOUNT_MAX,
    ("per_diem", "interest"): "0",
    ("per_diem", "penalty"): "0",
    ("revolving", "credit_limit"): 0,
    ("revolving", "line_status"): "open",
    ("revolving", "minimum_payment"): 0,
    ("rate_buckets", ITEM): {},
    ("rate_buckets", "balance"): 0,
    ("rate_buckets", "annual_rate"): "0",
    ("secured", "value"): 0,
    ("secured", "valued_on"): "2000-01-01",
    ("secured", "lien_position"): 1,
    ("secured", "occupied"): False,
    ("parties", ITEM): {},
    ("parties", "role"): "guarantor",
    ("previous_reliefs", ITEM): {},
    ("previous_reliefs", "kind"): "?",
    ("previous_reliefs", "granted_on"): "1900-01-01",
    ("previous_reliefs", "outcome"): "running",
}
"""By the names of the containing member and of the member; whatever is not here is simply left out."""


def stand_in(path: Sequence[int | str]) -> object | None:
    """Return what may stand at this place of an application; None where nothing has to."""
    match path:
        case ["loans", int(index), "id"]:
            return f"?{index}\N{NO-BREAK SPACE}"
        case _:
            return STAND_INS.get(place(path))


def place(path: Sequence[int | str]) -> tuple[str, str]:
    """Return the names of the containing member and of the member at a path, wherever in a list they are."""
    names = ["", *(token for token in path if isinstance(token, str))]
    return (names[-1], ITEM) if isinstance(path[-1], int) else (names[-2], names[-1])
