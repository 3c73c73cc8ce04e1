"""The totals of a budget statement in the form of the UK Standard Financial Statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final

SAVINGS_SHARE: Final = Decimal("0.10")
SAVINGS_MAX: Final = 20_00
WHOLE_POUND: Final = 1_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Monthly totals in minor units; `available` is what remains for debts, priority debts first."""

    income: int
    flexible_costs: int
    outgoings: int
    savings: int
    available: int


def statement(
    *,
    incomes: Mapping[str, int],
    fixed_costs: Mapping[str, int],
    flexible_costs: Mapping[str, int],
    savings_share: Decimal = SAVINGS_SHARE,
    savings_max: int = SAVINGS_MAX,
    savings_multiple: int = WHOLE_POUND,
) -> Statement:
    """Total a budget; a tenth of what is left may be saved, up to GBP 20 a month, in whole pounds downwards."""
    income = sum(incomes.values())
    flexible = sum(flexible_costs.values())
    outgoings = sum(fixed_costs.values()) + flexible
    left = income - outgoings
    wanted = int((max(left, 0) * savings_share).quantize(Decimal(1), rounding=ROUND_DOWN))
    savings = min(wanted, savings_max) // savings_multiple * savings_multiple
    return Statement(
        income=income, flexible_costs=flexible, outgoings=outgoings, savings=savings, available=left - savings
    )
