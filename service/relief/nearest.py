"""The plan for one loan that is nearest to what a borrower asks for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from service.domain.policy import Level
from service.domain.settings import Programme
from service.relief.advice import nearest_misses
from service.relief.asking import Asked
from service.relief.bounds import Breach
from service.relief.conditions import END, HIGHEST, TOTAL, VALUE, Appraisal, Baseline, Conditions
from service.relief.discounting import Floats, Mask
from service.relief.families import Family, family, with_counts, with_instrument
from service.relief.levels import NEVER
from service.relief.limits import longest
from service.relief.proposal import Part
from service.relief.search import Search
from service.relief.wanted import first_due, wanted

MONTHS: Final = 12
HAIR: Final = 1e-9
SAME: Final = 1000
"""Concessions that differ by less than this part of the exposure count as equal: rounding makes them differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """What can be granted for one loan; `part` is None when nothing can.

    `met` says whether it is what was asked for, `binding` which limits what was asked for goes beyond, `level` who
    could grant just that where only authority is lacking.
    """

    part: Part | None
    met: bool
    binding: tuple[Breach, ...]
    level: Level | None = None


def nearest(base: Baseline, programmes: Sequence[Programme], asked: Asked, conditions: Conditions) -> Nearest:
    """Return the plan that is what is asked for, or else the nearest to it that may be granted.

    Of several plans that are what is asked for, the cheapest of those that give up the least: if the payment more
    than repays the debt, the months shrink. Programmes that settle are answered elsewhere.
    """
    first_due_on, moved = first_due(base.debt, programmes, asked)
    seeker = _Seeker(base, programmes, replace(asked, first_due_on=first_due_on), conditions)
    searches = seeker.searches()
    found = None if moved else seeker.met(searches)
    if found is not None:
        return Nearest(part=found, met=True, binding=())
    level = None if moved else seeker.level_that_grants()
    lacking = (Breach(limit="authority", bound=conditions.level.value, asked=level.value),) if level else ()
    found = seeker.nearest(searches)
    if found is not None:
        binding = (*moved, *wanted(found, seeker.asked, conditions), *lacking)
    else:
        # Where no plan can begin on that day, one may on another: what stands in the way of the day is told.
        binding = (*moved, *lacking, *(b for miss in nearest_misses(searches)[:1] for b in miss.breaches))
        if first_due_on is not None:
            seeker = replace(seeker, asked=replace(asked, first_due_on=None))
            found = seeker.nearest(seeker.searches())
    code = found.programme.code if found and found.programme else None
    no_way = Breach(limit="programme", bound=code, asked="terms", loan_id=base.debt.loan_id)
    return Nearest(part=found, met=False, binding=binding or (no_way,), level=level)


@dataclass(frozen=True, slots=True)
class _Seeker:
    """Looks for what is asked for, among the plans of several families."""

    base: Baseline
    programmes: Sequence[Programme]
    asked: Asked
    conditions: Conditions

    def searches(self) -> list[Search]:
        """Return the plans of all programmes, with any number of instalments."""
        return [
            Search(family=one, base=self.base, conditions=self.conditions)
            for programme in self.programmes
            for one in _families(family(programme, self.base.debt), self.asked)
        ]

    def level_that_grants(self) -> Level | None:
        """Return the level that could grant just what is asked for, where only authority is lacking."""
        if self.conditions.level is Level.COMMITTEE:
            return None
        above = replace(self, conditions=replace(self.conditions, level=Level.COMMITTEE))
        found = above.met(above.searches())
        return found.appraisal.level if found else None

    def met(self, searches: Sequence[Search]) -> Part | None:
        """Return the cheapest of the plans that are what is asked for and give up the least."""
        among = {search: self._may_meet(search) for search in searches}
        least = self._first(searches, _conceded_first, self._by_concession, among, self._accepts)
        if least is None:
            return None
        most = least.appraisal.concession + self.base.debt.balance.total // SAME

        def accepts(found: Appraisal) -> bool:
            return found.concession <= most and self._accepts(found)

        return self._first(searches, _cheapest_first, _costs, among, accepts)

    def nearest(self, searches: Sequence[Search]) -> Part | None:
        """Return the plan at the least distance from what is asked for."""
        return self._first(searches, self._rank, self._by_distance, {}, None)

    def _first(
        self,
        searches: Sequence[Search],
        rank: Callable[[Appraisal], tuple[Any, ...]],
        figures: Callable[[Search], Sequence[Floats]],
        among: dict[Search, Mask],
        accept: Callable[[Appraisal], bool] | None,
    ) -> Part | None:
        found = []
        for search in searches:
            best = search.first(figures(search), rank, among=among.get(search), accept=accept)
            if best is not None:
                found.append((best, search.family.programme))
        best_of_all = min(found, key=lambda item: rank(item[0]), default=None)
        return best_of_all and Part(base=self.base, appraisal=best_of_all[0], programme=best_of_all[1])

    def _accepts(self, found: Appraisal) -> bool:
        return self.asked.met_by(found.plan, multiple=self.conditions.settings.rounding.multiple)

    def _may_meet(self, search: Search) -> Mask:
        e, asked = search.estimates, self.asked
        mask: Mask = np.abs(e.upfront - asked.lump_sum) <= 3
        if asked.payment is not None:
            mask &= self._least_payment(search) <= asked.payment
        count = asked.instalments(self.base.debt.frequency)
        if count is not None:
            mask &= e.count <= count
        return mask

    def _least_payment(self, search: Search) -> Floats:
        """Return the least that a plan can ask for a month; a last instalment that absorbs rounding does not count."""
        e, multiple = search.estimates, self.conditions.settings.rounding.multiple
        absorbed = (e.count + 1) * multiple
        least: Floats = (e.least[HIGHEST] - absorbed) * self.base.debt.frequency.periods_per_year / MONTHS - 1
        return least

    def _by_concession(self, search: Search) -> Sequence[Floats]:
        e = search.estimates
        conceded = np.maximum(self.base.present_value + e.least[VALUE] - 1, 0)
        return [conceded, *_costs(search)]

    def _by_distance(self, search: Search) -> Sequence[Floats]:
        """Return the least that the distance of each plan from what is asked for can be."""
        e, asked, exposure = search.estimates, self.asked, max(self.base.debt.balance.total, 1)
        conceded = np.maximum(self.base.present_value + e.least[VALUE] - 1, 0)
        total = self._weight("waived") * conceded / exposure - HAIR
        if asked.payment is not None:
            over = np.maximum(self._least_payment(search) - asked.payment, 0)
            total = total + self._weight("payment") * over / max(asked.payment, 1)
        if asked.months is not None:
            total = total + self._weight("months") * self._months_off(search, asked.months) / max(asked.months, 1)
        off = np.maximum(np.abs(e.upfront - asked.lump_sum) - 3, 0)
        total = total + self._weight("upfront") * off / (asked.lump_sum or exposure)
        return [total, *_costs(search)]

    def _months_off(self, search: Search, months: int) -> Floats:
        """Return the least that plans can be longer (or, where no payment is named, other) than so many months."""
        e, a_year = search.estimates, self.base.debt.frequency.periods_per_year
        fewest = np.ceil(e.count * MONTHS / a_year)
        longer: Floats = np.maximum(fewest - months, 0)
        if self.asked.payment is not None:
            return longer
        most = np.where(e.width[END] > 0, np.ceil((e.count + 2) * MONTHS / a_year), fewest)
        off = longer + np.maximum(months - most, 0)
        least: Floats = np.where(e.width[END] >= NEVER, 0, off)
        return least

    def _weight(self, name: str) -> float:
        return float(self.conditions.settings.negotiation.weights.get(name, 0))

    def _rank(self, found: Appraisal) -> tuple[Fraction, int, int, int]:
        distance = self.asked.distance(
            found.plan,
            self.conditions.settings.negotiation.weights,
            conceded=found.concession,
            exposure=self.base.debt.balance.total,
            multiple=self.conditions.settings.rounding.multiple,
        )
        return distance, *_cheapest_first(found)


def _cheapest_first(found: Appraisal) -> tuple[int, int, int]:
    return found.key[TOTAL], found.key[END], found.key[HIGHEST]


def _conceded_first(found: Appraisal) -> tuple[int, int, int, int]:
    return found.concession, *_cheapest_first(found)


def _costs(search: Search) -> list[Floats]:
    return [search.estimates.least[row] for row in (TOTAL, END, HIGHEST)]


def _families(whole: Family, asked: Asked) -> Iterator[Family]:
    """Yield the programme's terms with any number of instalments, with and without the sum at once."""
    debt, limits = whole.debt, whole.programme.limits
    bounds = longest(debt, limits).values()
    own = whole.axis_of("term", "instalments")
    most = min(bounds) if bounds else max(own.values if own else (debt.instalments_remaining or 1,))
    free = with_counts(whole, range(1, max(most, 1) + 1))
    if asked.first_due_on is not None:
        free = with_instrument(free, "due_day", {"first_due_on": asked.first_due_on})
    if asked.lump_sum:
        yield with_instrument(free, "upfront", {"amount": min(asked.lump_sum, debt.balance.total)})
    yield free
