"""How the capacity to pay is shared between the loans of a case."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, Self

from service.domain.dates import Frequency, add_months
from service.domain.money import rounded, shared
from service.relief.affordability import Ability, demands
from service.relief.debt import Debt
from service.relief.plan import Plan

MONTHS: Final = 12
ENOUGH: Final = 10**15
"""More than any amount."""


class Least(NamedTuple):
    """What a plan asks for: the most a month, at signature, and at the end."""

    monthly: int
    upfront: int
    final: int

    @classmethod
    def of(cls, made: Plan) -> Self:
        """Return what one plan asks for."""
        monthly = max((month.amount for month in demands((made,), balloons=False).values()), default=0)
        final = made.balloon + (made.deferred.amount if made.deferred else 0)
        return cls(monthly=monthly, upfront=made.upfront.total, final=final)


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


def share_ability(
    debts: Sequence[Debt],
    ability: Ability,
    *,
    first: Collection[str],
    least: Mapping[str, Least],
    outside: int = 0,
) -> dict[str, Ability]:
    """Return what each loan may take of the ability to pay, by loan id.

    Single sums are shared like the rest: first what a loan needs, and what is left pro rata to balances.
    """
    at_least = {debt.loan_id: least[debt.loan_id].monthly for debt in debts}
    parts = [
        shared_capacity(debts, monthly, outside=outside, first=first, at_least=at_least) for _, monthly in ability.steps
    ]
    needs = [least[debt.loan_id] for debt in debts]
    sums = _single(ability.lump_sum, [need.upfront for need in needs], debts)
    balloons = _single(ability.balloon, [need.final for need in needs], debts)
    return {
        debt.loan_id: Ability(
            surplus=parts[0][debt.loan_id],
            expected=_step(ability, parts[-1][debt.loan_id]),
            share=Decimal(1),
            lump_sum=sums[n],
            balloon=balloons[n],
        )
        for n, debt in enumerate(debts)
    }


def _single(amount: int, needs: Sequence[int], debts: Sequence[Debt]) -> list[int]:
    """Share a single sum: what each loan needs, as far as it goes round, and the rest pro rata to balances."""
    fixed = list(needs) if sum(needs) <= amount else [0] * len(debts)
    rest = shared(amount - sum(fixed), [debt.balance.total for debt in debts])
    return [own + more for own, more in zip(fixed, rest, strict=True)]


def _step(ability: Ability, amount: int) -> tuple[date, int] | None:
    """Return from which day on a loan has its later share.

    Together the loans are judged by the day of a month's first payment, whichever loan that is of: a share that rises
    does so from the next month on, one that falls at the beginning of its month.
    """
    if ability.expected is None:
        return None
    day = ability.expected[0]
    begins = day.replace(day=1)
    rises = ability.on(day) > ability.on(date.min)
    return (add_months(begins, 1) if rises and day != begins else begins), amount


def exactly(monthly: int, ability: Ability) -> Ability:
    """Return an ability to pay just so much a month, for a loan that goes on as it is."""
    later = ability.expected and (ability.expected[0], monthly)
    return Ability(surplus=monthly, expected=later, share=Decimal(1), lump_sum=ENOUGH, balloon=ENOUGH)
