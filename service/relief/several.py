"""Menus over several loans: the capacity is shared, each loan is searched on its own, the whole is judged together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import numpy as np

from service.domain.money import shared
from service.domain.settings import Limits, Programme
from service.relief.affordability import Ability, monthly_equivalent
from service.relief.conditions import Appraisal, Baseline, Conditions, Key, baseline
from service.relief.debt import Debt
from service.relief.families import family
from service.relief.pareto import efficient
from service.relief.plan import Plan
from service.relief.proposal import Part, Proposal, proposal
from service.relief.search import LOWEST_COST, LOWEST_PAYMENT, SOONEST, Objective, Search, ranked
from service.relief.sharing import shared_capacity

UNCHANGED: Final = Programme(
    code="unchanged", title={}, description={}, instruments=(), limits=Limits(), source="the contract"
)
"""The contract goes on: for loans of the case for which nothing is granted."""

UNLIMITED: Final = Ability(surplus=10**15, share=Decimal(1), lump_sum=10**15, balloon=10**15)
OBJECTIVES: Final = (LOWEST_COST, LOWEST_PAYMENT, SOONEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What was found for several loans: proposals of different kinds, or the plans that missed by the least."""

    proposals: tuple[Proposal, ...]
    missed: tuple[tuple[str, Appraisal], ...]
    considered: int


@dataclass(slots=True)
class _Case:
    """The loans of a case while a menu is put together."""

    debts: Sequence[Debt]
    programmes: Mapping[str, Sequence[Programme]]
    conditions: Conditions
    first: Collection[str]
    bases: dict[str, Baseline] = field(init=False)
    missed: list[tuple[str, Appraisal]] = field(default_factory=list)
    considered: int = 0

    def __post_init__(self) -> None:
        self.bases = {debt.loan_id: baseline(debt, self.conditions) for debt in self.debts}


def joint_choices(
    debts: Sequence[Debt],
    programmes: Mapping[str, Sequence[Programme]],
    conditions: Conditions,
    *,
    first: Collection[str] = (),
) -> Joint:
    """Return proposals for all loans, at most one a programme, none dominated by another, the cheapest first.

    A proposal's programme is granted to every loan to which it is open. A loan to which it is not goes on unchanged,
    or, where that does not fit, gets the best of its own programmes.
    """
    case = _Case(debts, programmes, conditions, first)
    codes = dict.fromkeys(p.code for debt in debts for p in programmes.get(debt.loan_id, ()))
    found = [made for code in codes for made in _of_kind(code, case)]
    if not found:
        return Joint(proposals=(), missed=tuple(case.missed), considered=case.considered)
    keep = efficient(np.array([_key(made) for made in found], dtype=np.float64))
    left = [made for made, kept in zip(found, keep, strict=True) if kept]
    chosen: list[Proposal] = []
    for n in range(conditions.settings.menu.offers):
        objective = OBJECTIVES[n] if n < len(OBJECTIVES) else LOWEST_COST
        left = [made for made in left if all(made.programme != other.programme for other in chosen)]
        if not left:
            break
        chosen.append(min(left, key=lambda made, o=objective: [_key(made)[c] for c in o]))  # type: ignore[misc]
    return Joint(proposals=tuple(chosen), missed=(), considered=case.considered)


def share_ability(
    debts: Sequence[Debt],
    conditions: Conditions,
    *,
    first: Collection[str],
    at_least: Mapping[str, int],
    lump_sum: int | None = None,
) -> dict[str, Ability]:
    """Return what each loan may take of the ability to pay, by loan id; lump sums are shared pro rata to balances."""
    ability = conditions.ability
    parts = [
        shared_capacity(debts, monthly, outside=conditions.obligations, first=first, at_least=at_least)
        for _, monthly in ability.steps
    ]
    balances = [debt.balance.total for debt in debts]
    sums = shared(ability.lump_sum if lump_sum is None else lump_sum, balances)
    balloons = shared(ability.balloon, balances)
    return {
        debt.loan_id: Ability(
            surplus=parts[0][debt.loan_id],
            expected=(ability.expected[0], parts[1][debt.loan_id]) if ability.expected else None,
            share=Decimal(1),
            lump_sum=sums[n],
            balloon=balloons[n],
        )
        for n, debt in enumerate(debts)
    }


def _of_kind(code: str, case: _Case) -> Iterator[Proposal]:
    """Yield the best proposals of one kind, one for each objective by which they differ."""
    options = {debt.loan_id: _options(code, case.programmes.get(debt.loan_id, ())) for debt in case.debts}
    least = {d.loan_id: least_monthly(case.bases[d.loan_id], options[d.loan_id], case.conditions) for d in case.debts}
    if None in least.values():
        return
    known = {loan_id: amount for loan_id, amount in least.items() if amount is not None}
    parts = share_ability(case.debts, case.conditions, first=case.first, at_least=known)
    searches = {
        debt.loan_id: [_search(p, debt, parts[debt.loan_id], case) for p in options[debt.loan_id]]
        for debt in case.debts
    }
    case.considered += sum(search.family.size for own in searches.values() for search in own)
    seen: set[Key] = set()
    for objective in OBJECTIVES:
        chosen = [_best(searches[debt.loan_id], objective) for debt in case.debts]
        if any(part is None for part in chosen):
            _miss(code, searches, case)
            return
        made = proposal([part for part in chosen if part is not None], case.conditions, programme=code)
        if not made.breaches and _key(made) not in seen:
            seen.add(_key(made))
            yield made


def _options(code: str, programmes: Sequence[Programme]) -> list[Programme]:
    """Return what may be done for a loan in a proposal of one kind, in order of preference."""
    own = [p for p in programmes if p.code == code]
    return own or [UNCHANGED, *programmes]


def _search(programme: Programme, debt: Debt, ability: Ability, case: _Case) -> Search:
    conditions = replace(case.conditions, ability=ability, obligations=0)
    return Search(family=family(programme, debt), base=case.bases[debt.loan_id], conditions=conditions)


def least_monthly(base: Baseline, options: Sequence[Programme], conditions: Conditions) -> int | None:
    """Return the lowest monthly amount with which a loan can be repaid at all; None when there is no way."""
    free = replace(conditions, ability=UNLIMITED, obligations=0)
    found = (Search(family=family(p, base.debt), base=base, conditions=free).best(LOWEST_PAYMENT) for p in options)
    return min((_monthly(best.plan) for best in found if best is not None), default=None)


def _monthly(made: Plan) -> int:
    rows = [(row.due_on, row.payment) for row in made.schedule]
    return max((month.amount for month in monthly_equivalent(rows, made.frequency).values()), default=0)


def _best(searches: Sequence[Search], objective: Objective) -> Part | None:
    """Return the first option that fits if it changes nothing, else the best by an objective."""
    found = []
    for search in searches:
        best = search.best(objective)
        if best is None:
            continue
        programme = None if search.family.programme is UNCHANGED else search.family.programme
        if programme is None:
            return Part(base=search.base, appraisal=best, programme=None)
        found.append(Part(base=search.base, appraisal=best, programme=programme))
    return min(found, key=lambda part: ranked(part.appraisal, objective), default=None)


def _miss(code: str, searches: Mapping[str, Sequence[Search]], case: _Case) -> None:
    for own in searches.values():
        for search in own:
            miss = search.nearest_miss()
            if miss is not None and miss.breaches:
                case.missed.append((code, miss))


def _key(made: Proposal) -> Key:
    totals = made.totals
    return totals.highest, totals.total_payable, totals.end_on.toordinal(), -totals.npv_after
