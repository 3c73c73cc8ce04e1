"""Menus over several loans: the capacity is shared, each loan is searched on its own, the whole is judged together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Final

import numpy as np

from service.domain.settings import Limits, Programme
from service.relief.advice import SOURCES, Miss, able, least_of_each, nearest_misses
from service.relief.affordability import Ability
from service.relief.bounds import Breach
from service.relief.choosing import FURTHER, OBJECTIVES, apart
from service.relief.conditions import Baseline, Conditions, Key, baseline
from service.relief.debt import Debt
from service.relief.families import Family, family
from service.relief.pareto import efficient
from service.relief.prescribed import Grounds, plans_of
from service.relief.proposal import Part, joint_breaches, joint_key
from service.relief.search import LOWEST_COST, LOWEST_PAYMENT, Objective, Search, ranked
from service.relief.sharing import ENOUGH, Least, exactly, share_ability

UNCHANGED: Final = Programme(
    code="unchanged", title={}, description={}, instruments=(), limits=Limits(), source="the contract"
)
"""The contract goes on: for loans of the case for which nothing is granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A plan for every loan of a case, by which programme above all, and what they come to together."""

    code: str
    parts: tuple[Part, ...]
    key: Key


@dataclass(slots=True)
class Loans:
    """The loans of a case while plans for all of them are put together; each programme of a loan is searched once."""

    debts: Sequence[Debt]
    programmes: Mapping[str, Sequence[Programme]]
    conditions: Conditions
    first: Collection[str] = ()
    grounds: Mapping[str, Grounds] = field(default_factory=dict)
    missed: list[Miss] = field(default_factory=list)
    bases: dict[str, Baseline] = field(init=False)
    families: dict[tuple[str, str], Family] = field(init=False)
    searches: dict[tuple[str, str], Search] = field(default_factory=dict)
    leasts: dict[tuple[str, str], Least | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bases = {debt.loan_id: baseline(debt, self.conditions) for debt in self.debts}
        settings = self.conditions.settings
        found = {
            (debt.loan_id, programme.code): plans_of(programme, debt, settings, self.grounds.get(debt.loan_id))
            for debt in self.debts
            for programme in self.programmes.get(debt.loan_id, ())
        }
        self.families = {at: plans for at, plans in found.items() if plans is not None}

    @property
    def considered(self) -> int:
        """How many plans were looked at."""
        return sum(search.considered for search in self.searches.values())

    def open_to(self, debt: Debt) -> Sequence[Programme]:
        """Return the programmes open to a loan that have any plan for it."""
        return [p for p in self.programmes.get(debt.loan_id, ()) if (debt.loan_id, p.code) in self.families]

    def search(self, debt: Debt, programme: Programme) -> Search:
        """Return the plans of a loan by a programme, whatever they ask for a month."""
        at = debt.loan_id, programme.code
        if at not in self.searches:
            ability = self.conditions.ability
            share = replace(exactly(ENOUGH, ability), lump_sum=ability.lump_sum)
            conditions = replace(self.conditions, share=share, obligations=0)
            plans = self.families.get(at) or family(programme, debt)
            self.searches[at] = Search(family=plans, base=self.bases[debt.loan_id], conditions=conditions)
        return self.searches[at]

    def least(self, debt: Debt, options: Sequence[Programme]) -> Least | None:
        """Return the least with which a loan can be repaid at all, by what a month asks for; None if there is no way.

        Plans that leave no more to the end than there is a source for are preferred.
        """
        for programme in options:
            at = debt.loan_id, programme.code
            if at not in self.leasts:
                search = self.search(debt, programme)
                left = search.estimates.final + search.estimates.balloon
                best = search.best(LOWEST_PAYMENT, among=left <= self.conditions.ability.balloon)
                best = best or search.best(LOWEST_PAYMENT)
                self.leasts[at] = None if best is None else Least.of(best.plan)
        found = [self.leasts[debt.loan_id, programme.code] for programme in options]
        return min((least for least in found if least is not None), default=None)


def joint_choices(loans: Loans) -> list[Joint]:
    """Return plans for all loans, few and of different kinds, none dominated by another.

    A programme is granted to every loan to which it is open. The others go on unchanged; where that does not fit,
    they get the best of their own programmes.
    """
    codes = dict.fromkeys(p.code for debt in loans.debts for p in loans.open_to(debt))
    found = [made for code in codes for made in _of_kind(code, loans)]
    if not found:
        return []
    keep = efficient(np.array([made.key for made in found], dtype=np.float64))
    zero = min(debt.effective_on for debt in loans.debts).toordinal()
    most = loans.conditions.settings.menu.offers
    return _picked([made for made, kept in zip(found, keep, strict=True) if kept], most, zero=zero)


def joint_misses(loans: Loans) -> list[Miss]:
    """Return what would have to give way for plans of all loans, once `joint_choices` has found none.

    An ability that is to rise is tried: who can pay more may also be worth more without an agreement.
    """
    missed = least_of_each(loans.missed)
    if not loans.conditions.settings.menu.value_test:
        return missed
    return [_tried(miss, loans) if SOURCES & {b.limit for b in miss.breaches} else miss for miss in missed]


def _tried(miss: Miss, loans: Loans) -> Miss:
    conditions = loans.conditions
    ability = able(conditions.ability, miss.breaches, obligations=conditions.obligations)
    again = Loans(loans.debts, loans.programmes, replace(conditions, ability=ability), loans.first)
    if joint_choices(again):
        return miss
    known = {breach.limit for breach in miss.breaches}
    more = [b for other in least_of_each(again.missed)[:1] for b in other.breaches if b.limit not in known]
    return Miss(miss.programme, (*miss.breaches, *more))


def _picked(joint: Sequence[Joint], most: int, *, zero: int) -> list[Joint]:
    """Choose plans by different programmes, and where these give out, of one programme but far apart."""
    made: list[Joint] = []
    objectives, left = chain(OBJECTIVES, repeat(LOWEST_COST)), joint
    while left and len(made) < most:
        made.append(_first(left, next(objectives)))
        left = [one for one in left if one.code != made[-1].code]
    for objective in FURTHER:
        best = _first(joint, objective)
        if len(made) < most and apart(best.key, [other.key for other in made], objective, zero=zero):
            made.append(best)
    return made


def _first(joint: Sequence[Joint], objective: Objective) -> Joint:
    return min(joint, key=lambda one: [one.key[column] for column in objective])


def _of_kind(code: str, loans: Loans) -> list[Joint]:
    """Return the best plans of one kind, one for each objective by which they differ."""
    granted = {d.loan_id: [p for p in loans.open_to(d) if p.code == code] for d in loans.debts}
    found = _by_objective(code, {d.loan_id: granted[d.loan_id] or [UNCHANGED] for d in loans.debts}, loans)
    others = {d.loan_id: granted[d.loan_id] or [UNCHANGED, *loans.open_to(d)] for d in loans.debts}
    return found or _by_objective(code, others, loans)


def _by_objective(code: str, options: Mapping[str, Sequence[Programme]], loans: Loans) -> list[Joint]:
    """Return the best plans by each objective; where there are none, note what stands in their way."""
    least = {debt.loan_id: loans.least(debt, options[debt.loan_id]) for debt in loans.debts}
    known = {loan_id: own for loan_id, own in least.items() if own is not None}
    if len(known) < len(least):
        loans.missed += _without_a_way(loans, [d for d in loans.debts if least[d.loan_id] is None], options)
        return []
    shares = _shares(options, known, loans)
    found: dict[Key, Joint] = {}
    for objective in OBJECTIVES:
        parts = [_best(debt, options[debt.loan_id], loans, objective, shares[debt.loan_id]) for debt in loans.debts]
        made = tuple(part for part in parts if part is not None)
        breaches = joint_breaches(made, loans.conditions) if len(made) == len(parts) else ()
        if breaches:
            loans.missed.append(Miss(code, breaches))
        elif len(made) == len(parts):
            found.setdefault(joint_key(made), Joint(code=code, parts=made, key=joint_key(made)))
    if not found:
        loans.missed += _short(code, list(known.values()), loans.conditions)
    return list(found.values())


def _shares(options: Mapping[str, Sequence[Programme]], least: Mapping[str, Least], loans: Loans) -> dict[str, Ability]:
    """Return what each loan may take of the ability to pay.

    Loans that can only go on unchanged are outside the plan: what they ask for comes first.
    """
    inside = [debt for debt in loans.debts if options[debt.loan_id] != [UNCHANGED]]
    outside = [debt.loan_id for debt in loans.debts if debt not in inside]
    asked = sum(least[loan_id].monthly for loan_id in outside)
    shares = share_ability(
        inside, loans.conditions.ability, first=loans.first, least=least, outside=asked + loans.conditions.obligations
    )
    return shares | {loan_id: exactly(least[loan_id].monthly, loans.conditions.ability) for loan_id in outside}


def _short(code: str, least: Sequence[Least], conditions: Conditions) -> list[Miss]:
    """Return what all loans together need at the least, where that is more than there is."""
    ability = conditions.ability
    available = (
        ("affordable_payment", max(0, ability.lowest - conditions.obligations)),
        ("affordable_upfront", ability.lump_sum),
        ("affordable_balloon", ability.balloon),
    )
    breaches = tuple(
        Breach(limit=limit, bound=bound, asked=sum(needs))
        for (limit, bound), needs in zip(available, zip(*least, strict=True), strict=True)
        if sum(needs) > bound
    )
    return [Miss(code, breaches)] if breaches else []


def _without_a_way(loans: Loans, debts: Sequence[Debt], options: Mapping[str, Sequence[Programme]]) -> Iterator[Miss]:
    for debt in debts:
        yield from nearest_misses([loans.search(debt, programme) for programme in options[debt.loan_id]])


def _best(debt: Debt, options: Sequence[Programme], loans: Loans, objective: Objective, share: Ability) -> Part | None:
    """Return the first option that fits if it changes nothing, else the best by an objective."""
    found = []
    for programme in options:
        search = loans.search(debt, programme)
        best = search.best(objective, within=share)
        if best is not None and programme is UNCHANGED:
            return Part(base=search.base, appraisal=best, programme=None)
        if best is not None:
            found.append(Part(base=search.base, appraisal=best, programme=programme))
    return min(found, key=lambda part: ranked(part.appraisal, objective), default=None)
