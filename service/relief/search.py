"""Finding the best plan of a family: estimates steer, and what is found has been worked out to the minor unit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from service.domain.errors import RuleBroken
from service.relief.affordability import Ability, affordable
from service.relief.bounds import Breach
from service.relief.closed_form import has_closed_form
from service.relief.conditions import END, HIGHEST, TOTAL, VALUE, Appraisal, Baseline, Conditions, appraise
from service.relief.discounting import Counts, Floats, Mask
from service.relief.estimates import Estimates, estimate
from service.relief.excess import beyond_ability, excess
from service.relief.families import Family
from service.relief.planned import planned
from service.relief.survival import most_expected

EXACT_MAX: Final = 600
"""So many plans of a family are worked out at most: a search that estimates cannot steer stays bounded."""

Objective = tuple[int, ...]
Rank = Callable[[Appraisal], tuple[Any, ...]]
Accept = Callable[[Appraisal], bool]
LOWEST_PAYMENT: Final[Objective] = (HIGHEST, TOTAL, END, VALUE)
LOWEST_COST: Final[Objective] = (TOTAL, HIGHEST, END, VALUE)
SOONEST: Final[Objective] = (END, TOTAL, HIGHEST, VALUE)


def ranked(appraisal: Appraisal, objective: Objective) -> tuple[int, ...]:
    """Return the figures of a plan in the order in which an objective compares them."""
    return tuple(appraisal.key[column] for column in objective)


@dataclass(slots=True, kw_only=True, eq=False)
class Search:
    """The plans of one family under given conditions; each is worked out at most once.

    `alive` are the plans that may still be found: those not known to go beyond a limit, or to be dominated.
    """

    family: Family
    base: Baseline
    conditions: Conditions
    estimates: Estimates = field(init=False)
    excess: dict[str, Floats] = field(init=False)
    alive: Mask = field(init=False)
    known: dict[int, Appraisal | RuleBroken] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = [day for day, _ in self.conditions.payable.steps]
        if has_closed_form(self.family, self.conditions.arithmetic):
            self.estimates = estimate(self.family, self.conditions.arithmetic, steps=steps)
        else:
            self.estimates = planned(self.family, self.appraise, self.known, steps=steps)
        self.excess = excess(self.estimates, self.family, self.base, self.conditions)
        self.alive = self.estimates.possible.copy()
        for over in self.excess.values():
            self.alive &= over <= 0
        self._drop_worthless()

    @property
    def considered(self) -> int:
        """How many plans were looked at: all, or those worked out where there is no estimate for the others."""
        return self.family.size if self.estimates.outlay is not None else len(self.known)

    def appraise(self, number: int) -> Appraisal | RuleBroken:
        """Work out one plan of the family."""
        found = self.known.get(number)
        if found is None:
            terms, limits = self.family.terms(number), self.family.programme.limits
            found = self.known[number] = appraise(self.base, terms, limits, self.conditions)
        return found

    def breaches(self, number: int) -> tuple[Breach, ...]:
        """Return what one plan goes beyond; nothing where it cannot be at all."""
        found = self.appraise(number)
        return () if isinstance(found, RuleBroken) else found.breaches

    def feasible(self, number: int) -> Appraisal | None:
        """Work out one plan; None when it breaches anything, in which case it is never looked at again."""
        found = self.appraise(number)
        if isinstance(found, RuleBroken) or found.breaches:
            self.alive[number] = False
            return None
        return found

    def least(self, objective: Objective) -> float:
        """Return the least that the first figure of an objective can be; infinite when no plan is left."""
        return float(self.estimates.least[objective[0]][self.alive].min(initial=np.inf))

    def best(
        self, objective: Objective, *, among: Mask | None = None, within: Ability | None = None
    ) -> Appraisal | None:
        """Return the feasible plan that is first by an objective, or None.

        `among` narrows the search to some plans, `within` to those that ask for no more than an ability to pay.
        """
        figures = [self.estimates.least[column] for column in objective]
        if within is None:
            return self.first(figures, lambda found: ranked(found, objective), among=among)
        beyond = [over for _, over in beyond_ability(self.estimates, self.family, within, 0)]
        return self.first(
            figures,
            lambda found: ranked(found, objective),
            among=np.all([over <= 0 for over in beyond], axis=0),
            accept=lambda found: not affordable((found.plan,), within),
        )

    def first(
        self, figures: Sequence[Floats], rank: Rank, *, among: Mask | None = None, accept: Accept | None = None
    ) -> Appraisal | None:
        """Return the feasible plan of the lowest rank; `figures` are the least that the figures of a rank can be.

        `among` narrows the search to some plans, `accept` is what a plan that has been worked out must pass as well.
        """
        left = self.alive.copy() if among is None else self.alive & among
        best: Appraisal | None = None
        while (number := _lowest(figures, left)) is not None and self._may_work_out(number):
            left[number] = False
            found = self.feasible(number)
            if found is not None and (accept is None or accept(found)):
                best = found if best is None else min(best, found, key=rank)
                left &= _may_precede(figures, rank(best))
        return best

    def _may_work_out(self, number: int) -> bool:
        return number in self.known or len(self.known) < EXACT_MAX

    def dominator(self, of: Appraisal) -> Appraisal | None:
        """Return a feasible plan of the family that dominates a plan, or None."""
        point = np.array(of.key, dtype=np.float64)
        least, width = self.estimates.least, self.estimates.width
        may = self.alive.copy()
        for figures, figure in zip(least, of.key, strict=True):
            may &= figures <= figure
        numbers = np.flatnonzero(may)
        surplus = (least[:, numbers] + width[:, numbers] - point[:, None]).max(axis=0)
        for number in numbers[np.argsort(surplus, kind="stable")]:
            found = self.feasible(int(number)) if self._may_work_out(int(number)) else None
            if found is not None and found.dominates(of):
                return found
        return None

    def strike(self, dominated: Appraisal, by: Appraisal) -> None:
        """Look no more at a dominated plan, nor at any other that the same plan dominates for certain."""
        point = np.array(by.key, dtype=np.float64)[:, None]
        least = self.estimates.least
        self.alive &= ~((least >= point).all(axis=0) & (least > point).any(axis=0))
        self.alive[self.number_of(dominated)] = False

    def number_of(self, found: Appraisal) -> int:
        """Return the number of a plan that has been worked out."""
        return next(number for number, other in self.known.items() if other is found)

    def neighbours(self, found: Appraisal) -> Iterator[int]:
        """Yield the plans next to one along every axis."""
        number = self.number_of(found)
        stride = 1
        for axis in reversed(self.family.axes):
            position = number // stride % len(axis.values)
            yield from (number + step * stride for step in (1, -1) if 0 <= position + step < len(axis.values))
            stride *= len(axis.values)

    def _drop_worthless(self) -> None:
        """Drop the plans that cannot pass the value test."""
        outlay, figures = self.estimates.outlay, self.conditions.settings.menu
        if outlay is None or not figures.value_test:
            return
        numbers: Counts = np.flatnonzero(self.alive)
        worth = most_expected(
            outlay, numbers, self.base.debt, figures,
            old_payment=self.base.level_payment, capacity=self.conditions.ability.on,
        )  # fmt: skip
        short = np.zeros(self.family.size)
        short[numbers] = (self.base.expected_value - worth) / max(self.base.expected_value, 1)
        self.excess["value_test"] = short
        self.alive &= short <= 0


def _lowest(figures: Sequence[Floats], left: Mask) -> int | None:
    """Return the plan that comes first by what its figures can be at the least."""
    numbers = np.flatnonzero(left)
    if not len(numbers):
        return None
    for row in figures:
        of_left = row[numbers]
        numbers = numbers[of_left <= of_left.min()]
        if len(numbers) == 1:
            break
    return int(numbers[0])


def _may_precede(figures: Sequence[Floats], rank: tuple[Any, ...]) -> Mask:
    """Return which plans may come before one of this rank, by what their figures can be at the least."""
    level = np.ones(len(figures[0]), dtype=np.bool_)
    before = np.zeros(len(figures[0]), dtype=np.bool_)
    for row, figure in zip(figures, rank, strict=True):
        bound = float(figure)
        before |= level & (row < bound)
        level &= row <= bound
    return before
