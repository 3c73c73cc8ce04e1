"""Which plans of several families make a menu for one loan: few, of different kinds, none dominated by any plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat
from typing import Final

from service.relief.conditions import END, Appraisal, Key
from service.relief.search import LOWEST_COST, LOWEST_PAYMENT, SOONEST, Objective, Search, ranked

OBJECTIVES: Final = (LOWEST_COST, LOWEST_PAYMENT, SOONEST)
FURTHER: Final = (LOWEST_PAYMENT, SOONEST)
APART: Final = Decimal("0.9")
"""A second plan of one programme is of another kind if it asks for, or lasts, no more than this part of any other."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan of one loan, and the family in which it was found."""

    search: Search
    found: Appraisal


def chosen(searches: Sequence[Search], most: int) -> list[Choice]:
    """Choose the cheapest plan, then by other programmes the lowest payment, the soonest end, and again the cheapest.

    Where the programmes give out, a plan of one of them follows that asks for much less, or ends much sooner.
    """
    made: list[Choice] = []
    objectives, left = chain(OBJECTIVES, repeat(LOWEST_COST)), list(searches)
    while len(made) < most and (choice := _efficient(left, searches, next(objectives))) is not None:
        made.append(choice)
        left.remove(choice.search)
    keys = [choice.found.key for choice in made]
    for objective in FURTHER:
        further = _best(searches, objective) if len(made) < most else None
        if further is not None and apart(further.found.key, keys, objective, zero=_day(further)):
            made.append(further)
            keys.append(further.found.key)
    return made


def _day(choice: Choice) -> int:
    return choice.search.base.debt.effective_on.toordinal()


def apart(key: Key, others: Iterable[Key], objective: Objective, *, zero: int) -> bool:
    """Say whether a plan is much lower than all others: in its highest payment, or in the days that it lasts.

    `zero` is the day from which days are counted, as an ordinal.
    """
    column = objective[0]
    start = zero if column == END else 0
    return all(key[column] - start <= APART * (other[column] - start) for other in others)


def _efficient(left: Sequence[Search], searches: Sequence[Search], objective: Objective) -> Choice | None:
    """Return the best plan by an objective that no plan of any family dominates."""
    while (choice := _best(left, objective)) is not None:
        better = next((d for s in searches if (d := s.dominator(choice.found)) is not None), None)
        if better is None:
            return choice
        choice.search.strike(choice.found, better)
    return None


def _best(searches: Sequence[Search], objective: Objective) -> Choice | None:
    """Return the best plan of several families, leaving out those whose estimates cannot win."""
    best: Choice | None = None
    for search in sorted(searches, key=lambda s: s.least(objective)):
        if best is not None and search.least(objective) > best.found.key[objective[0]]:
            break
        found = search.best(objective)
        if found is not None and (best is None or ranked(found, objective) < ranked(best.found, objective)):
            best = Choice(search, found)
    return best
