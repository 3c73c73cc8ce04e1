"""Finding the best plan of a family: estimates steer, and what is found has been worked out to the minor unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.domain.errors import RuleBroken
from service.domain.money import Component
from service.relief.authority import covers
from service.relief.conditions import END, HIGHEST, TOTAL, VALUE, Appraisal, Baseline, Conditions, appraise
from service.relief.estimates import Estimates, estimate, has_closed_form
from service.relief.families import Family
from service.relief.limits import longest
from service.relief.planned import planned
from service.relief.templates import in_instalments

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

TRIES_MAX: Final = 400
CONTENDERS_MAX: Final = 48

Objective = tuple[int, ...]
Rank = Callable[[Appraisal], tuple[Any, ...]]
Accept = Callable[[Appraisal], bool]
LOWEST_PAYMENT: Final[Objective] = (HIGHEST, TOTAL, END, VALUE)
LOWEST_COST: Final[Objective] = (TOTAL, HIGHEST, END, VALUE)
SOONEST: Final[Objective] = (END, TOTAL, HIGHEST, VALUE)


def ranked(appraisal: Appraisal, objective: Objective) -> tuple[int, ...]:
    """Return the figures of a plan in the order in which an objective compares them."""
    return tuple(appraisal.key[column] for column in objective)


@dataclass(slots=True, kw_only=True)
class Search:
    """The plans of one family under given conditions; each is worked out at most once."""

    family: Family
    base: Baseline
    conditions: Conditions
    estimates: Estimates = field(init=False)
    excess: dict[str, Floats] = field(init=False)
    alive: Mask = field(init=False)
    points: Floats = field(init=False)
    slack: Floats = field(init=False)
    known: dict[int, Appraisal | RuleBroken] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = [day for day, _ in self.conditions.ability.steps]
        if has_closed_form(self.family):
            self.estimates = estimate(self.family, self.conditions.arithmetic, steps=steps)
        else:
            self.estimates = planned(self.family, self.conditions.arithmetic, steps=steps)
        e = self.estimates
        self.points = np.stack([e.highest, e.total, e.end.astype(np.float64), -e.value], axis=1)
        self.slack = np.stack([e.slack, e.slack, np.zeros_like(e.slack), e.slack], axis=1)
        self.excess = dict(self._excess())
        self.alive = np.isfinite(e.highest)
        for over in self.excess.values():
            self.alive &= over <= 0

    def appraise(self, number: int) -> Appraisal | RuleBroken:
        """Work out one plan of the family."""
        found = self.known.get(number)
        if found is None:
            terms, limits = self.family.terms(number), self.family.programme.limits
            found = self.known[number] = appraise(self.base, terms, limits, self.conditions)
        return found

    def feasible(self, number: int) -> Appraisal | None:
        """Work out one plan; None when it breaches anything, in which case it is never looked at again."""
        found = self.appraise(number)
        if isinstance(found, RuleBroken) or found.breaches:
            self.alive[number] = False
            return None
        return found

    def least(self, objective: Objective) -> float:
        """Return the least that the first figure of an objective can be; infinite when no plan is left."""
        column = objective[0]
        return float((self.points[:, column] - self.slack[:, column])[self.alive].min(initial=np.inf))

    def neighbours(self, found: Appraisal, kind: str, parameter: str) -> Iterator[int]:
        """Yield the plans next to one along a parameter of an instrument."""
        number = next((n for n, other in self.known.items() if other is found), None)
        stride = 1
        for axis in reversed(self.family.axes):
            along = (self.family.templates[axis.template].kind, axis.parameter) == (kind, parameter)
            if along and number is not None:
                position = number // stride % len(axis.values)
                yield from (number + step * stride for step in (1, -1) if 0 <= position + step < len(axis.values))
            stride *= len(axis.values)

    def best(self, objective: Objective) -> Appraisal | None:
        """Return the feasible plan that is first by an objective, or None."""
        columns = self.points[:, list(objective)]
        return self.first(columns, self.slack[:, list(objective)], lambda found: ranked(found, objective))

    def first(
        self, columns: Floats, slack: Floats, rank: Rank, *, among: Mask | None = None, accept: Accept | None = None
    ) -> Appraisal | None:
        """Return the feasible plan of the lowest rank; `columns` estimate the rank, each to within `slack`.

        `among` narrows the search to some plans, `accept` is what a plan that has been worked out must pass as well.
        """
        left = self.alive.copy() if among is None else self.alive & among
        best = self._lowest(columns, left, accept)
        if best is None:
            return None
        most = [float(figure) for figure in rank(best)[:2]]
        ahead = left & (columns[:, 0] - slack[:, 0] <= most[0])
        level = columns[:, 0] + slack[:, 0] >= most[0]
        ahead &= ~level | (columns[:, 1] - slack[:, 1] <= most[1])
        numbers = np.flatnonzero(ahead)
        order = np.lexsort(columns[numbers].T[::-1])[:CONTENDERS_MAX]
        others = (self._passes(int(number), accept) for number in numbers[order])
        return min([best, *(other for other in others if other is not None)], key=rank)

    def _passes(self, number: int, accept: Accept | None) -> Appraisal | None:
        found = self.feasible(number)
        return None if found is None or (accept is not None and not accept(found)) else found

    def _lowest(self, columns: Floats, left: Mask, accept: Accept | None) -> Appraisal | None:
        """Return the plan that passes and is estimated the lowest; those that do not pass leave `left`."""
        for _ in range(TRIES_MAX):
            numbers = np.flatnonzero(left)
            if not len(numbers):
                return None
            for column in columns.T:
                figures = column[numbers]
                numbers = numbers[figures <= figures.min()]
                if len(numbers) == 1:
                    break
            found = self._passes(int(numbers[0]), accept)
            if found is not None:
                return found
            left[numbers[0]] = False
        return None

    def dominator(self, of: Appraisal) -> Appraisal | None:
        """Return a feasible plan of the family that dominates a plan, or None."""
        point = np.array(of.key, dtype=np.float64)
        numbers = np.flatnonzero(self.alive & (self.points - self.slack <= point).all(axis=1))
        order = np.lexsort((self.points[numbers] - point).T)[:CONTENDERS_MAX]
        found = (self.feasible(int(number)) for number in numbers[order])
        return next((other for other in found if other is not None and other.dominates(of)), None)

    def strike(self, dominated: Appraisal, by: Appraisal) -> None:
        """Look no more at a dominated plan, nor at any other that the same plan dominates for certain."""
        point = np.array(by.key, dtype=np.float64)
        self.alive &= ~(self.points - self.slack > point).all(axis=1)
        for number, found in self.known.items():
            if found is dominated or (isinstance(found, Appraisal) and by.dominates(found)):
                self.alive[number] = False

    def nearest_miss(self) -> Appraisal | None:
        """Return the plan that goes beyond the fewest limits, and those by the least; None when there is no plan."""
        scores = sum((np.ceil(np.clip(over, 0, 1)) for over in self.excess.values()), np.zeros(self.family.size))
        by = sum((np.maximum(over, 0) for over in self.excess.values()), np.zeros(self.family.size))
        order = np.lexsort((by, scores))
        for number in order[np.isfinite(by[order])][:TRIES_MAX]:
            found = self.appraise(int(number))
            if isinstance(found, Appraisal):
                return found
        return None

    def _excess(self) -> Iterator[tuple[str, Floats]]:
        """Yield by how much each plan goes beyond each limit, as a part of it; at most 0 where it may keep it."""
        e, conditions, limits = self.estimates, self.conditions, self.family.programme.limits
        debt = self.family.debt
        for (_, bound), peak in zip(conditions.ability.steps, e.peaks, strict=True):
            room = max(0, bound - conditions.obligations)
            spare = conditions.ability.lump_sum if self.family.has("settlement") else 0
            yield f"affordable_payment_{bound}", (peak - e.slack - spare - room) / max(room, 1)
        lump_sum = conditions.ability.lump_sum
        yield "affordable_upfront", (e.upfront - 1 - lump_sum) / max(lump_sum, 1)
        if self.family.has("settlement"):
            yield from self._settlement_excess()
        else:
            for name, most in longest(debt, limits).items():
                yield name, (e.count - most) / max(most, 1)
        if limits.holiday_instalments_max is not None:
            most = in_instalments(limits.holiday_instalments_max, debt.frequency)
            yield "holiday_instalments_max", (e.eased - most) / max(most, 1)
        if limits.rate_min is not None:
            yield "rate_min", float(limits.rate_min) - e.rate - 1e-12
        for row, component in zip(e.given_up, Component, strict=True):
            share = getattr(limits, f"waived_{component.value}_max")
            if share is not None:
                yield f"waived_{component.value}_max", row - float(share) - 1e-9
        yield "authority", self._beyond_authority()

    def _settlement_excess(self) -> Iterator[tuple[str, Floats]]:
        limits = self.family.programme.limits
        if limits.settlement_payments_max is not None:
            most = limits.settlement_payments_max
            yield "settlement_payments_max", (self.estimates.count - most) / max(most, 1)
        if limits.settlement_min is not None:
            yield "settlement_min", float(limits.settlement_min) - self.estimates.share_paid - 1e-9

    def _beyond_authority(self) -> Floats:
        """Return by how much of the exposure more is given up than the level allows."""
        e, conditions = self.estimates, self.conditions
        exposure = max(self.base.debt.balance.total, 1)
        able = [
            step
            for step in conditions.settings.authority
            if step.level in {level.value for level in type(conditions.level) if level.rank <= conditions.level.rank}
            and covers(step, exposure=conditions.exposure, currency=conditions.currency)
        ]
        beyond = np.ones(self.family.size) if conditions.level.value != "committee" else np.zeros(self.family.size)
        concession = self.base.present_value - e.value
        for step in able:
            over = np.zeros(self.family.size)
            if step.waived_max is not None:
                over = np.maximum(over, (e.waived - e.slack) / exposure - float(step.waived_max))
            if step.concession_max is not None:
                over = np.maximum(over, (concession - e.slack) / exposure - float(step.concession_max))
            if not step.principal_waivable:
                over = np.where(e.waived_principal > e.slack, np.maximum(over, e.waived_principal / exposure), over)
            beyond = np.minimum(beyond, over)
        return beyond
