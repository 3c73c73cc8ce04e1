"""The plan for one loan that is nearest to what a borrower asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from service.domain.errors import RuleBroken
from service.domain.policy import Level
from service.domain.settings import Programme
from service.relief.asking import Asked
from service.relief.bounds import Breach
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise
from service.relief.families import Family, family, with_counts, with_instrument
from service.relief.instruments import Term, Terms
from service.relief.level_payment import Charge, annuity
from service.relief.limits import longest
from service.relief.periods import due_day_after
from service.relief.plan import Plan
from service.relief.proposal import Part
from service.relief.search import Floats, Mask, Search
from service.relief.sharing import in_months as monthly
from service.relief.templates import in_instalments
from service.relief.terms import INSTALMENTS_MAX

UNIT: Final = 10**12
MONTHS: Final = 12


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

    Of several plans that are what is asked for, the one that gives up the least, then the cheapest: if the payment
    more than repays the debt, the months shrink. Settlements are answered elsewhere.
    """
    first_due_on, moved = _first_due(base, programmes, asked)
    searches = [
        Search(family=f, base=base, conditions=conditions)
        for p in programmes
        for f in _families(family(p, base.debt), replace(asked, first_due_on=first_due_on))
    ]
    searches = [search for search in searches if not search.family.has("settlement")]
    seeker = _Seeker(base, asked, conditions)
    if not moved:
        found = seeker.met(searches)
        if found is not None:
            return Nearest(part=found, met=True, binding=())
    found = seeker.nearest(searches)
    if found is None:
        return Nearest(part=None, met=False, binding=(*moved, *_missed(searches)))
    wanted = seeker.wanted(found)
    binding = (*moved, *wanted.binding)
    only_authority = bool(binding) and all(breach.limit == "authority" for breach in binding)
    return Nearest(part=found, met=False, binding=binding, level=wanted.level if only_authority else None)


def uncovered(base: Baseline, asked: Asked) -> int:
    """Return how much of the debt the payments asked for do not repay, at the contract's rate; in minor units."""
    debt = base.debt
    count = asked.instalments(debt.frequency)
    if asked.payment is None or count is None:
        return 0
    periods = base.contract.calendar.periods(min(count, INSTALMENTS_MAX))
    charges = [Charge.of(Fraction(debt.annual_rate) * period.fraction) for period in periods]
    each = Decimal(asked.payment) * 12 / debt.frequency.periods_per_year
    repaid = each * UNIT / annuity(UNIT, charges)
    return max(0, debt.balance.total - asked.lump_sum - int(repaid))


@dataclass(frozen=True, slots=True)
class _Wanted:
    binding: tuple[Breach, ...]
    level: Level | None


@dataclass(frozen=True, slots=True)
class _Seeker:
    """Looks for what is asked for, among the plans of several families."""

    base: Baseline
    asked: Asked
    conditions: Conditions

    def met(self, searches: Sequence[Search]) -> Part | None:
        """Return the plan that is what is asked for and gives up the least, then costs the least."""
        found = []
        for search in searches:
            e = search.estimates
            conceded = np.maximum(self.base.present_value - e.value, 0)
            columns = np.stack([conceded, e.total, e.highest, e.end.astype(np.float64)], axis=1)
            slack = np.stack([e.slack, e.slack, e.slack, np.zeros_like(e.slack)], axis=1)
            accept = self._accept
            best = search.first(columns, slack, _given_up, among=self._may_meet(search), accept=accept)
            if best is not None:
                found.append((best, search.family.programme))
        return self._part(min(found, key=lambda item: _given_up(item[0]), default=None))

    def nearest(self, searches: Sequence[Search]) -> Part | None:
        """Return the plan at the least distance from what is asked for."""
        found = []
        for search in searches:
            e = search.estimates
            columns = np.stack([self._distances(search), e.total, e.highest, e.end.astype(np.float64)], axis=1)
            slack = np.stack([self._slack(search), e.slack, e.slack, np.zeros_like(e.slack)], axis=1)
            best = search.first(columns, slack, self._rank)
            if best is not None:
                found.append((best, search.family.programme))
        return self._part(min(found, key=lambda item: self._rank(item[0]), default=None))

    def wanted(self, found: Part) -> _Wanted:
        """Return which limits the terms asked for go beyond, by the programme that comes nearest."""
        terms, short = self._terms_asked(found.appraisal.plan)
        if terms is None or found.programme is None:
            return _Wanted((Breach(limit="programme", bound=_code(found), asked="term"),), None)
        asked = appraise(self.base, terms, found.programme.limits, self.conditions)
        if isinstance(asked, RuleBroken):
            return _Wanted((*short, Breach(limit="terms", bound=None, asked=asked.code)), None)
        return _Wanted((*asked.breaches, *short), asked.level)

    def _part(self, found: tuple[Appraisal, Programme] | None) -> Part | None:
        return Part(base=self.base, appraisal=found[0], programme=found[1]) if found else None

    def _accept(self, found: Appraisal) -> bool:
        return self.asked.met_by(found.plan, multiple=self.conditions.settings.rounding.multiple)

    def _may_meet(self, search: Search) -> Mask:
        e, asked = search.estimates, self.asked
        mask = np.abs(e.upfront - asked.lump_sum) <= 1
        if asked.payment is not None:
            mask &= (e.highest - e.slack) * self._factor <= asked.payment
        count = asked.instalments(self.base.debt.frequency)
        if count is not None:
            mask &= e.count <= count
        return mask

    @property
    def _factor(self) -> float:
        return self.base.debt.frequency.periods_per_year / MONTHS

    def _weights(self) -> dict[str, float]:
        return {name: float(weight) for name, weight in self.conditions.settings.negotiation.weights.items()}

    def _distances(self, search: Search) -> Floats:
        """Estimate the distance of every plan of a family from what is asked for."""
        e, asked, weights = search.estimates, self.asked, self._weights()
        exposure = max(self.base.debt.balance.total, 1)
        total = weights.get("waived", 0.0) * np.maximum(self.base.present_value - e.value, 0) / exposure
        if asked.payment is not None:
            over = np.maximum(e.highest * self._factor - asked.payment, 0)
            total = total + weights.get("payment", 0.0) * over / max(asked.payment, 1)
        if asked.months is not None:
            off = np.ceil(e.count * MONTHS / self.base.debt.frequency.periods_per_year) - asked.months
            off = np.maximum(off, 0) if asked.payment is not None else np.abs(off)
            total = total + weights.get("months", 0.0) * off / max(asked.months, 1)
        off = np.abs(e.upfront - asked.lump_sum)
        distances: Floats = total + weights.get("upfront", 0.0) * off / max(asked.lump_sum, 1)
        return distances

    def _slack(self, search: Search) -> Floats:
        weights = self._weights()
        by_payment = weights.get("payment", 0.0) * self._factor / max(self.asked.payment or 1, 1)
        by_waiver = weights.get("waived", 0.0) / max(self.base.debt.balance.total, 1)
        slack: Floats = search.estimates.slack * (by_payment + by_waiver) + 1e-9
        return slack

    def _rank(self, found: Appraisal) -> tuple[Fraction, int, int, int]:
        exposure = max(self.base.debt.balance.total, 1)
        distance = self.asked.distance(
            found.plan,
            self.conditions.settings.negotiation.weights,
            conceded=Fraction(found.concession, exposure),
            multiple=self.conditions.settings.rounding.multiple,
        )
        highest, total, end, _ = found.key
        return distance, total, highest, end

    def _terms_asked(self, made: Plan) -> tuple[Terms | None, tuple[Breach, ...]]:
        """Return the plan's terms with the number of instalments asked for, and a breach if that repays too little."""
        if not any(isinstance(i, Term) for i in made.terms):
            return None, ()
        most = self.asked.instalments(made.frequency)
        count, payment = _instalments_for(made, self.asked.payment, most)
        short: tuple[Breach, ...] = ()
        if self.asked.payment is not None and payment > self.asked.payment:
            short = (Breach(limit="repays_the_debt", bound=payment, asked=self.asked.payment),)
        return tuple(replace(i, instalments=count) if isinstance(i, Term) else i for i in made.terms), short


def _instalments_for(made: Plan, payment: int | None, most: int | None) -> tuple[int, int]:
    """Return the fewest instalments whose level payment is at most a monthly one, and that payment.

    Where `most` instalments are too few for it, those; where no number of them is enough, the plan's own.
    """
    if payment is None:
        return most or len(made.schedule), 0
    longest_ = min(most or INSTALMENTS_MAX, INSTALMENTS_MAX)
    periods = made.calendar.periods(longest_)
    growth = np.array([1 + float(made.debt.annual_rate) * float(period.fraction) for period in periods])
    worth = np.cumsum(1 / np.cumprod(growth))
    arrears = sum(row.arrears.total for row in made.schedule)
    numbers = np.arange(1, longest_ + 1)
    levels = made.financed / worth + arrears / numbers
    each = payment * MONTHS / made.frequency.periods_per_year
    enough = np.flatnonzero(levels <= each + 1)
    if len(enough):
        return int(numbers[enough[0]]), payment
    count = longest_ if most is not None else len(made.schedule)
    return count, monthly(int(np.ceil(levels[count - 1])), made.frequency)


def _families(whole: Family, asked: Asked) -> Iterator[Family]:
    """Yield the programme's terms with any number of instalments, with and without the sum at once."""
    debt, limits = whole.debt, whole.programme.limits
    bounds = longest(debt, limits).values()
    own = whole.axis_of("term", "instalments")
    most = min(bounds) if bounds else max(own.values if own else (debt.instalments_remaining or 1,))
    free = with_counts(whole, range(1, most + 1))
    if asked.first_due_on is not None:
        free = with_instrument(free, "due_day", {"first_due_on": asked.first_due_on})
    if asked.lump_sum:
        amount = min(asked.lump_sum, debt.balance.total)
        yield with_instrument(free, "upfront", {"amount": amount})
    yield free


def _first_due(base: Baseline, programmes: Sequence[Programme], asked: Asked) -> tuple[date | None, tuple[Breach, ...]]:
    """Return the first due day that may be had, and the breach if it is not the one asked for.

    It lies after the effective day, and no more periods after the contract's next due day than a holiday may last.
    """
    if asked.first_due_on is None:
        return None, ()
    debt = base.debt
    periods = [p.limits.holiday_instalments_max for p in programmes if p.limits.holiday_instalments_max is not None]
    later = in_instalments(max(periods, default=1), debt.frequency)
    last = due_day_after(debt.next_due_on, debt.frequency, later, due_day=debt.due_day)
    day = min(max(asked.first_due_on, debt.effective_on + timedelta(days=1)), last)
    if day == asked.first_due_on:
        return day, ()
    bound, wanted = day.isoformat(), asked.first_due_on.isoformat()
    return day, (Breach(limit="first_due_on", bound=bound, asked=wanted, loan_id=debt.loan_id),)


def _missed(searches: Sequence[Search]) -> tuple[Breach, ...]:
    """Return the limits that the plan which misses by the least goes beyond."""
    missed = [miss for search in searches if (miss := search.nearest_miss()) is not None]
    if not missed:
        return (Breach(limit="programme", bound=None, asked=None),)
    return min((miss.breaches for miss in missed), key=len)


def _given_up(found: Appraisal) -> tuple[int, int, int, int]:
    highest, total, end, _ = found.key
    return found.concession, total, highest, end


def _code(part: Part) -> str:
    return part.programme.code if part.programme else "unchanged"
