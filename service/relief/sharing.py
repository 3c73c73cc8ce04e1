"""How the capacity to pay is shared between the loans of a case."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from fractions import Fraction
from typing import Final

from service.domain.dates import Frequency
from service.domain.money import rounded, shared
from service.relief.debt import Debt

MONTHS: Final = 12


def in_months(amount: int, frequency: Frequency) -> int:
    """Return a payment of some frequency as a monthly amount, rounded half-up."""
    return rounded(Fraction(amount * frequency.periods_per_year, MONTHS))


def shared_capacity(
    debts: Sequence[Debt],
    monthly: int,
    *,
    outside: int = 0,
    first: Collection[str] = (),
    at_least: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Share a monthly capacity between loans; amounts in minor units by loan id, never more than the capacity.

    Payments of debts outside the plan come first, then the loans named in `first` (secured and priority ones) at
    their contractual payment, then each loan's interest of a month, then the rest pro rata to principal (largest
    remainder). A loan in `at_least` that would get less than the amount given there gets that amount, and the others
    share what is left, as long as it lasts.
    """
    left, wanted = max(0, monthly - outside), dict(at_least or {})
    fixed: dict[str, int] = {}
    while True:
        parts = _shared(debts, left, first=frozenset(first), fixed=fixed)
        short = [d.loan_id for d in debts if d.loan_id not in fixed and parts[d.loan_id] < wanted.get(d.loan_id, 0)]
        more = fixed | {loan_id: wanted[loan_id] for loan_id in short}
        if not short or sum(more.values()) > left:
            return parts
        fixed = more


def _shared(debts: Sequence[Debt], left: int, *, first: AbstractSet[str], fixed: Mapping[str, int]) -> dict[str, int]:
    parts = dict(fixed)
    left -= sum(fixed.values())
    others = [debt for debt in debts if debt.loan_id not in fixed]
    for debt in [d for d in others if d.loan_id in first]:
        parts[debt.loan_id] = min(left, in_months(debt.instalment or 0, debt.frequency))
        left -= parts[debt.loan_id]
    rest = [debt for debt in others if debt.loan_id not in first]
    interest = [_monthly_interest(debt) for debt in rest]
    if rest and sum(interest) > left:
        return parts | dict(zip([d.loan_id for d in rest], shared(left, interest), strict=True))
    by_principal = shared(left - sum(interest), [d.balance.principal for d in rest]) if rest else ()
    for debt, own, more in zip(rest, interest, by_principal, strict=True):
        parts[debt.loan_id] = own + more
    return parts


def _monthly_interest(debt: Debt) -> int:
    return max(0, rounded(Decimal(debt.balance.principal) * debt.annual_rate / MONTHS))
