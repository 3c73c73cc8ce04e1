"""What would have to give way for a menu that has no plan: which limit, and by how much."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from service.relief.bounds import Breach
from service.relief.conditions import Appraisal
from service.relief.discounting import Counts
from service.relief.search import Search

TRIES: Final = 8


class Miss(NamedTuple):
    """All that one plan goes beyond, and the programme that it is of."""

    programme: str
    breaches: tuple[Breach, ...]


def nearest_misses(searches: Sequence[Search]) -> list[Miss]:
    """Return plans that would be possible: for each limit that suffices alone, the plan that goes beyond it the least.

    Where no limit alone is in the way, the one plan that goes beyond the fewest limits, and by the least. Each plan
    has been worked out: its breaches are all that it goes beyond.
    """
    found = [Miss(s.family.programme.code, made.breaches) for s in searches for made in _alone(s)]
    if found:
        return least_of_each(found)
    missed = [Miss(s.family.programme.code, made.breaches) for s in searches if (made := fewest(s)) is not None]
    return sorted(missed, key=lambda miss: (len(miss.breaches), by_how_much(miss.breaches)))[:1]


def least_of_each(misses: Iterable[Miss]) -> list[Miss]:
    """Return for each set of limits the miss that goes beyond them the least, the fewest limits and the least first."""
    ordered = sorted(misses, key=lambda miss: (len(miss.breaches), by_how_much(miss.breaches)))
    found: dict[frozenset[str], Miss] = {}
    for miss in ordered:
        found.setdefault(frozenset(breach.limit for breach in miss.breaches), miss)
    return list(found.values())


def fewest(search: Search) -> Appraisal | None:
    """Return the plan that goes beyond the fewest limits, and those by the least; None when there is no plan."""
    beyond = np.maximum(list(search.excess.values()), 0)
    possible = np.flatnonzero(search.estimates.possible)
    order = np.lexsort((beyond.sum(axis=0)[possible], (beyond > 0).sum(axis=0)[possible]))
    found = [made for made in _worked_out(search, possible[order]) if made.breaches]
    return min(found, key=lambda made: (len(made.breaches), by_how_much(made.breaches)), default=None)


def by_how_much(breaches: Iterable[Breach]) -> float:
    """Return how far a plan goes beyond limits, as parts of them."""
    total = 0.0
    for breach in breaches:
        plain = not (isinstance(breach.bound, str) or isinstance(breach.asked, str))
        total += abs(float(breach.asked) / float(breach.bound) - 1) if plain and breach.bound and breach.asked else 1
    return total


def _alone(search: Search) -> Iterator[Appraisal]:
    """Yield plans that go beyond a single limit: for each limit the one that does so by the least."""
    beyond = {limit: over > 0 for limit, over in search.excess.items()}
    times = np.sum(list(beyond.values()), axis=0)
    for limit, mask in beyond.items():
        numbers = np.flatnonzero(search.estimates.possible & mask & (times == 1))
        order = np.argsort(search.excess[limit][numbers], kind="stable")
        for found in _worked_out(search, numbers[order]):
            if {breach.limit for breach in found.breaches} == {limit}:
                yield found
                break


def _worked_out(search: Search, numbers: Counts) -> Iterator[Appraisal]:
    made = (search.appraise(int(number)) for number in numbers[:TRIES])
    return (found for found in made if isinstance(found, Appraisal))
