"""What binds a plan: a named limit, its bound, what was asked, and who may be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Reveal = Literal["full", "lender_only"]
Figure = int | Decimal | str | None

NEVER_TOLD: Final = frozenset({"settlement_min", "value_test"})
"""Floors and values: a borrower who reads them asks for nothing else ever after."""

STATUTORY: Final = frozenset(
    {
        "affordable_payment",
        "affordable_upfront",
        "affordable_balloon",
        "first_due_on",
        "holiday_instalments_max",
        "instalments_max",
        "instalments_max_of_original",
        "legal_cap",
        "minimum_instalments",
        "not_offered",
        "programme",
        "rate_of_contract",
        "repays_the_debt",
        "settlement_payments_max",
        "terms",
    }
)
"""Limits that come from law, from the contract, from arithmetic or from the borrower's own budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One limit that something asked for goes beyond: permanent name, bound, and what was asked."""

    limit: str
    bound: Figure
    asked: Figure
    reveal: Reveal = "full"
    loan_id: str | None = None
    on: date | None = None


def reveal_of(limit: str, *, rule: Literal["full", "statutory"]) -> Reveal:
    """Say who may be told of a limit; floors and values stay with the lender whatever the rule."""
    if limit in NEVER_TOLD:
        return "lender_only"
    return "full" if rule == "full" or limit in STATUTORY else "lender_only"


def told(breaches: Iterable[Breach], *, rule: Literal["full", "statutory"]) -> tuple[Breach, ...]:
    """Mark every breach with who may be told of it; each limit of a loan once for each of its bounds."""
    found: dict[tuple[str, str | None, Figure], Breach] = {}
    for breach in breaches:
        found.setdefault((breach.limit, breach.loan_id, breach.bound), breach)
    return tuple(replace(b, reveal=reveal_of(b.limit, rule=rule)) for b in found.values())
