"""What would have to give way for a menu that has no plan: which limit, and by how much."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from service.domain.errors import RuleBroken
from service.relief.affordability import Ability
from service.relief.bounds import Breach
from service.relief.conditions import Appraisal, appraise, baseline
from service.relief.discounting import Counts
from service.relief.search import Search

TRIES: Final = 8
SOURCES: Final = frozenset({"affordable_payment", "affordable_upfront", "affordable_balloon"})
"""Limits that are the borrower's own: what they can pay a month, at signature, and at the end."""


class Miss(NamedTuple):
    """All that one plan goes beyond, and the programme that it is of."""

    programme: str
    breaches: tuple[Breach, ...]


def nearest_misses(searches: Sequence[Search]) -> list[Miss]:
    """Return plans that would be possible: for each limit that suffices alone, the plan that goes beyond it the least.

    Where no limit alone is in the way, the one plan that goes beyond the fewest limits, and by the least. Each plan
    has been worked out, and again with what it goes beyond out of the way: its breaches are all that has to give.
    """
    found = [Miss(s.family.programme.code, breaches) for s in searches for breaches in _alone(s)]
    if found:
        return least_of_each(found)
    missed = [Miss(s.family.programme.code, breaches) for s in searches for breaches in _fewest(s)]
    return sorted(missed, key=lambda miss: (len(miss.breaches), by_how_much(miss.breaches)))[:1]


def least_of_each(misses: Iterable[Miss]) -> list[Miss]:
    """Return for each set of limits the miss that goes beyond them the least, the fewest limits and the least first."""
    ordered = sorted(misses, key=lambda miss: (len(miss.breaches), by_how_much(miss.breaches)))
    found: dict[frozenset[str], Miss] = {}
    for miss in ordered:
        found.setdefault(frozenset(breach.limit for breach in miss.breaches), miss)
    return list(found.values())


def able(ability: Ability, breaches: Iterable[Breach], *, obligations: int) -> Ability:
    """Return an ability to pay that carries what goes beyond it."""
    asked: dict[str, int] = defaultdict(int)
    for breach in breaches:
        if breach.limit in SOURCES and isinstance(breach.asked, int):
            asked[breach.limit] = max(asked[breach.limit], breach.asked)
    monthly = asked["affordable_payment"] + obligations if asked["affordable_payment"] else 0
    now, *later = [max(monthly, amount) for _, amount in ability.steps]
    return replace(
        ability,
        share=Decimal(1),
        surplus=now,
        expected=ability.expected and (ability.expected[0], later[0]),
        lump_sum=max(ability.lump_sum, asked["affordable_upfront"]),
        balloon=max(ability.balloon, asked["affordable_balloon"]),
    )


def _complete(search: Search, made: Appraisal) -> tuple[Breach, ...]:
    """Return all that has to give way for a plan.

    Who can pay more can also pay more without an agreement: then the plan may fail the value test.
    """
    conditions = search.conditions
    if not conditions.settings.menu.value_test or not any(breach.limit in SOURCES for breach in made.breaches):
        return made.breaches
    ability = able(conditions.payable, made.breaches, obligations=conditions.obligations)
    eased = replace(conditions, ability=ability, share=None)
    base, limits = baseline(search.base.debt, eased), search.family.programme.limits
    again = appraise(base, made.terms, limits, eased)
    known = {breach.limit for breach in made.breaches}
    more = () if isinstance(again, RuleBroken) else [b for b in again.breaches if b.limit not in known]
    return (*made.breaches, *more)


def _fewest(search: Search) -> list[tuple[Breach, ...]]:
    """Return what the plan goes beyond that goes beyond the fewest limits, and those by the least."""
    beyond = np.maximum(list(search.excess.values()), 0)
    possible = np.flatnonzero(search.estimates.possible)
    order = np.lexsort((beyond.sum(axis=0)[possible], (beyond > 0).sum(axis=0)[possible]))
    found = [_complete(search, made) for made in _worked_out(search, possible[order]) if made.breaches]
    return sorted(found, key=lambda breaches: (len(breaches), by_how_much(breaches)))[:1]


def by_how_much(breaches: Iterable[Breach]) -> float:
    """Return how far a plan goes beyond limits, as parts of them."""
    total = 0.0
    for breach in breaches:
        plain = not (isinstance(breach.bound, str) or isinstance(breach.asked, str))
        total += abs(float(breach.asked) / float(breach.bound) - 1) if plain and breach.bound and breach.asked else 1
    return total


def _alone(search: Search) -> Iterator[tuple[Breach, ...]]:
    """Yield what plans go beyond for which a single limit has to give way: for each limit the least."""
    beyond = {limit: over > 0 for limit, over in search.excess.items()}
    times = np.sum(list(beyond.values()), axis=0)
    for limit, mask in beyond.items():
        numbers = np.flatnonzero(search.estimates.possible & mask & (times == 1))
        order = np.argsort(search.excess[limit][numbers], kind="stable")
        for found in _worked_out(search, numbers[order]):
            breaches = _complete(search, found)
            if {breach.limit for breach in breaches} == {limit}:
                yield breaches
                break


def _worked_out(search: Search, numbers: Counts) -> Iterator[Appraisal]:
    made = (search.appraise(int(number)) for number in numbers[:TRIES])
    return (found for found in made if isinstance(found, Appraisal))
