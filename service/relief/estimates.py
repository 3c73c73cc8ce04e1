"""What the plans of a family come to, in floating point, all at once: it steers a search and reaches no result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.domain.dates import Frequency
from service.domain.money import Component
from service.domain.words import Repayment
from service.relief.families import Axis, Family
from service.relief.instruments import Portion
from service.relief.periods import Calendar
from service.relief.settings import Settings
from service.relief.templates import portion

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

PAY_DAYS: Final = {Frequency.WEEKLY: 52 / 12, Frequency.BIWEEKLY: 26 / 12, Frequency.MONTHLY: 1.0,
                   Frequency.QUARTERLY: 1 / 3}  # fmt: skip
CLOSED_FORM: Final = frozenset({"waive", "upfront", "capitalise", "arrears_plan", "term", "rate", "holiday", "due_day"})
SETTLING: Final = frozenset({"waive", "upfront", "settlement"})
PLAIN: Final = {
    "waive": frozenset({"component", "fraction", "amount", "fees", "penalty", "interest", "principal", "vests"}),
    "upfront": frozenset({"amount"}),
    "capitalise": frozenset({"components"}),
    "arrears_plan": frozenset({"instalments"}),
    "term": frozenset({"instalments"}),
    "rate": frozenset({"annual_rate"}),
    "holiday": frozenset({"instalments", "pays", "interest", "accrual", "then"}),
    "settlement": frozenset({"fraction", "instalments", "payments"}),
    "due_day": frozenset({"first_due_on"}),
}
"""The parameters of which a closed form knows the effect; a family that uses others is planned one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """One figure for each plan of a family; money in minor units.

    `peaks` has a row for each step of the capacity: the highest monthly amount that falls into it. `given_up` has a row
    for each component: the fraction of it that a waiver gives up. `share_paid` is what a settlement pays of the debt,
    `rate` the lowest rate of a plan that names one (otherwise infinite). `slack` says by how much the rounding of an
    exact plan may move `highest`, `total` and `value`. What cannot be planned has infinite payments.
    """

    count: Counts
    end: Counts
    highest: Floats
    level: Floats
    total: Floats
    value: Floats
    peaks: Floats
    upfront: Floats
    waived: Floats
    waived_principal: Floats
    given_up: Floats
    eased: Counts
    rate: Floats
    share_paid: Floats
    slack: Floats


def has_closed_form(family: Family) -> bool:
    """Whether the plans of a family can be estimated without working out each of them."""
    kinds = {template.kind for template in family.templates}
    for template in family.templates:
        if not set(template.parameters) | set(template.grids) <= PLAIN.get(template.kind, frozenset()):
            return False
        if template.kind == "due_day" and "first_due_on" in template.grids:
            return False
        if template.kind == "holiday" and not _plain_holiday(template.parameters, template.grids):
            return False
    if "settlement" in kinds:
        return kinds <= SETTLING
    return "term" in kinds and kinds <= CLOSED_FORM and family.debt.repayment is Repayment.EQUAL_INSTALMENTS


def _plain_holiday(parameters: Mapping[str, Any], grids: Mapping[str, Any]) -> bool:
    return parameters.get("then", "extend") in {"extend", "raise"} and set(grids) <= {"instalments"}


def estimate(family: Family, settings: Settings, *, steps: Sequence[date]) -> Estimates:
    """Estimate every plan of a family; `steps` are the days from which on the capacity changes, first of all ever."""
    figures = _Figures(family, settings, steps)
    return figures.settled() if family.has("settlement") else figures.scheduled()


@lru_cache(maxsize=64)
def _lengths(calendar: Calendar, longest: int) -> tuple[Floats, Counts]:
    """Return the lengths of the periods in years, and the due days as ordinals."""
    periods = calendar.periods(longest)
    return np.array([float(p.fraction) for p in periods]), np.array([p.end.toordinal() for p in periods])


class _Table:
    """Discount factors and their sums, one row a rate, one column a number of periods from 0."""

    def __init__(self, rates: Sequence[Decimal], lengths: Floats) -> None:
        growth = 1 + np.array([[float(rate)] for rate in rates]) * lengths
        self.factors = np.concatenate([np.ones((len(rates), 1)), 1 / np.cumprod(growth, axis=1)], axis=1)
        self.sums = np.concatenate([np.zeros((len(rates), 1)), np.cumsum(self.factors[:, 1:], axis=1)], axis=1)
        self.rates = np.array([float(rate) for rate in rates])

    def over(self, row: Counts, start: Counts, end: Counts) -> Floats:
        """Return what payments of one unit at the ends of periods start+1 to end are worth at 0."""
        worth: Floats = self.sums[row, end] - self.sums[row, start]
        return worth


class _Figures:
    """The figures of a family, as arrays of which each axis has a dimension of its own."""

    def __init__(self, family: Family, settings: Settings, steps: Sequence[date]) -> None:
        self.family, self.settings, self.steps = family, settings, steps
        debt = family.debt
        self.left: dict[Component, Any] = {c: np.float64(debt.balance.of(c)) for c in Component}
        self.overdue = np.float64(debt.overdue_principal)
        self.waived: dict[Component, Any] = dict.fromkeys(Component, np.float64(0))
        self._waive()
        self.given_up = dict(self.waived)
        self.upfront = self._pay_upfront()
        self.eased: Any = np.int64(0)
        self.named_rate: Any = np.float64(np.inf)
        self.share_paid: Any = np.float64(1)

    def scheduled(self) -> Estimates:
        """Return the figures of plans that repay in level instalments, perhaps after a holiday."""
        self._capitalise()
        count = self._count("term")
        eased = self.eased = self._count("holiday") if self.family.has("holiday") else np.int64(0)
        extends = self._fixed("holiday", "then", "extend") == "extend"
        length = count + eased if extends else count
        possible = length > eased
        if self.family.has("arrears_plan"):
            possible = possible & (self._count("arrears_plan") <= length - eased)
        regular = np.maximum(length - eased, 1)
        length = np.maximum(length, eased + 1)
        lengths, due = _lengths(_calendar(self.family), int(np.max(length)))
        rates, row = self._rates()
        table = _Table(rates, lengths)
        if self.family.has("rate"):
            self.named_rate = table.rates[row]
        financed = self.left[Component.PRINCIPAL] - self.overdue
        pays, carried, put_off, financed = self._eased(table, row, eased, financed)
        level = (
            financed * table.factors[row, eased] / table.over(row, np.asarray(eased), np.asarray(eased + regular))
            + carried / regular
        )
        spread, over = self._arrears(regular)
        first = np.minimum(eased + over, length)
        segments = (
            (np.int64(0) * length, eased + 0 * length, pays),
            (eased, first, level + spread / over),
            (first, length, level + 0.0 * spread),
        )
        return self._estimates(segments, length, due, lengths, put_off=put_off, possible=possible)

    def settled(self) -> Estimates:
        """Return the figures of settlements: equal parts of a fraction of the debt, the rest given up."""
        count = self._count("settlement")
        owed = sum(self.left[c] for c in Component)
        self.share_paid = self._numbers("settlement", "fraction", 1)
        paid = owed * self.share_paid
        rest = owed - paid
        for component in reversed(self.settings.allocation):
            given_up = np.minimum(rest, self.left[component])
            self.waived[component] = self.waived[component] + given_up
            rest = rest - given_up
        lengths, due = _lengths(_calendar(self.family), int(np.max(count)))
        segments = ((0 * count, count, paid / count),)
        return self._estimates(segments, count, due, lengths, put_off=np.float64(0), possible=np.True_)

    def _estimates(
        self, segments: Sequence[tuple[Any, Any, Any]], length: Any, due: Counts, lengths: Floats, *,
        put_off: Any, possible: Any,
    ) -> Estimates:  # fmt: skip
        """Join the figures of piecewise level payments; each segment is (from, until, amount)."""
        own = _Table([self.family.debt.annual_rate], lengths)
        zero = np.int64(0)
        factor = PAY_DAYS[self.family.debt.frequency]
        total, value = self.upfront + put_off, self.upfront + put_off * own.factors[0, length]
        for start, end, amount in segments:
            total = total + amount * (end - start)
            value = value + amount * own.over(zero + 0 * start, start, end)
        bounds = [*np.searchsorted(due, [day.toordinal() for day in self.steps]), len(due)]
        peaks = [_peak(segments, bounds[i], bounds[i + 1]) * factor for i in range(len(self.steps))]
        highest = _peak(segments, 0, len(due))
        # Every payment is off by at most a multiple and half a unit, which the last one makes good with interest.
        grown = own.over(zero + 0 * length, 0 * length, length) / own.factors[0, length]
        slack = (self.settings.multiple + 0.5) * grown + 2 * self.settings.multiple * length + 4
        flat = self._flat
        return Estimates(
            count=flat(length).astype(np.int64),
            end=flat(due[length - 1]).astype(np.int64),
            highest=np.where(flat(possible), flat(highest), np.inf),
            level=flat(segments[-1][2]),
            total=flat(total),
            value=flat(value),
            peaks=np.stack([np.where(flat(possible), flat(peak), np.inf) for peak in peaks]),
            upfront=flat(self.upfront),
            waived=flat(sum(self.waived.values())),
            waived_principal=flat(self.waived[Component.PRINCIPAL]),
            given_up=np.stack([flat(self.given_up[c] / max(self.family.debt.balance.of(c), 1)) for c in Component]),
            eased=flat(self.eased).astype(np.int64),
            rate=flat(self.named_rate),
            share_paid=flat(self.share_paid),
            slack=flat(slack),
        )

    def _flat(self, figure: Any) -> Floats:
        return np.ascontiguousarray(np.broadcast_to(np.asarray(figure, dtype=np.float64), self.family.shape)).ravel()

    def _templates(self, kind: str) -> list[int]:
        return [n for n, template in enumerate(self.family.templates) if template.kind == kind]

    def _fixed(self, kind: str, parameter: str, default: Any) -> Any:
        found = self._templates(kind)
        return self.family.templates[found[0]].parameters.get(parameter, default) if found else default

    def _axis(self, template: int, parameter: str) -> tuple[Axis, int] | None:
        for dimension, axis in enumerate(self.family.axes):
            if (axis.template, axis.parameter) == (template, parameter):
                return axis, dimension
        return None

    def _along(self, values: Sequence[Any], dimension: int) -> Any:
        shape = [1] * len(self.family.axes)
        shape[dimension] = len(values)
        return np.array(values).reshape(shape)

    def _numbers(self, kind: str, parameter: str, default: float) -> Any:
        template = self._templates(kind)[0]
        found = self._axis(template, parameter)
        if found is None:
            return np.float64(float(self._fixed(kind, parameter, default)))
        axis, dimension = found
        return self._along([float(value) for value in axis.values], dimension)

    def _count(self, kind: str) -> Any:
        template = self._templates(kind)[0]
        name = "instalments" if "instalments" in self._named(template) else "payments"
        return np.int64(self._numbers(kind, name, 1))

    def _named(self, template: int) -> set[str]:
        return set(self.family.templates[template].parameters) | set(self.family.templates[template].grids)

    def _rates(self) -> tuple[list[Decimal], Any]:
        """Return the distinct rates, and which of them each plan has."""
        if not self.family.has("rate"):
            return [self.family.debt.annual_rate], np.int64(0)
        template = self._templates("rate")[0]
        found = self._axis(template, "annual_rate")
        if found is None:
            return [Decimal(str(self._fixed("rate", "annual_rate", 0)))], np.int64(0)
        axis, dimension = found
        return [Decimal(str(v)) for v in axis.values], self._along(range(len(axis.values)), dimension)

    def _waive(self) -> None:
        for n in self._templates("waive"):
            for component in Component:
                amount = self._waived(n, component)
                if amount is None:
                    continue
                self.left[component] = self.left[component] - amount
                self.waived[component] = self.waived[component] + amount
                if component is Component.PRINCIPAL:
                    self.overdue = np.maximum(self.overdue - amount, 0)

    def _waived(self, n: int, component: Component) -> Any | None:
        """Return what one waiver gives up of a component; None when it does not name it."""
        parameters = self.family.templates[n].parameters
        short = parameters.get("component") == component.value
        for name in (component.value, *(("fraction", "amount") if short else ())):
            found = self._axis(n, name)
            given = found[0].values if found else (parameters[name],) if name in parameters else ()
            if not given:
                continue
            portions = [Portion(amount=int(v)) if name == "amount" else portion(v) for v in given]
            amounts = [_part(p, self.family.debt.balance.of(component)) for p in portions]
            return self._along(amounts, found[1]) if found else np.float64(amounts[0])
        return None

    def _pay_upfront(self) -> Any:
        if not self.family.has("upfront"):
            return np.float64(0)
        amount = self._numbers("upfront", "amount", 0)
        rest = amount
        for component in self.settings.allocation:
            paid = np.minimum(rest, self.left[component])
            self.left[component] = self.left[component] - paid
            rest = rest - paid
            if component is Component.PRINCIPAL:
                self.overdue = np.maximum(self.overdue - paid, 0)
        return amount - rest

    def _capitalise(self) -> None:
        components = set(self._fixed("capitalise", "components", ("interest", "principal")))
        if not self.family.has("capitalise"):
            components = set()
        if self.settings.unnamed_overdue == "capitalise" and not self.family.has("arrears_plan"):
            components |= {Component.PRINCIPAL, Component.INTEREST}
        for component in (Component.FEES, Component.PENALTY, Component.INTEREST):
            if component in components:
                self.left[Component.PRINCIPAL] = self.left[Component.PRINCIPAL] + self.left[component]
                self.left[component] = np.float64(0)
        if Component.PRINCIPAL in components:
            self.overdue = np.float64(0)

    def _eased(self, table: _Table, row: Any, eased: Any, financed: Any) -> tuple[Any, Any, Any, Any]:
        """Return what eased instalments pay, the interest carried or put off, and what bears interest afterwards."""
        zero = np.float64(0)
        if not self.family.has("holiday"):
            return zero, zero, zero, financed
        longest = int(np.max(eased))
        lengths = table.factors[:, :longest] / table.factors[:, 1 : longest + 1] - 1
        simple = np.concatenate([np.zeros((len(table.rates), 1)), np.cumsum(lengths, axis=1)], axis=1)[row, eased]
        if self._fixed("holiday", "pays", "nothing") == "interest":
            return financed * simple / np.maximum(eased, 1), zero, zero, financed
        match self._fixed("holiday", "interest", "charged"), self._fixed("holiday", "accrual", "simple"):
            case "waived", _:
                return zero, zero, zero, financed
            case "deferred", _:
                return zero, zero, financed * simple, financed
            case _, "compound":
                return zero, zero, zero, financed / table.factors[row, eased]
            case _:
                return zero, financed * simple, zero, financed

    def _arrears(self, regular: Any) -> tuple[Any, Any]:
        """Return the debt that is repaid interest-free, and over how many instalments."""
        unpaid = self.overdue + sum(self.left[c] for c in Component if c is not Component.PRINCIPAL)
        if self.family.has("arrears_plan"):
            return unpaid, np.minimum(self._count("arrears_plan"), regular)
        if self.settings.unnamed_overdue == "immediate":
            self.upfront = self.upfront + unpaid
            return np.float64(0), regular
        return unpaid, regular if self.settings.unnamed_overdue == "spread" else np.minimum(1, regular)


def _calendar(family: Family) -> Calendar:
    debt = family.debt
    moved = next((t.parameters["first_due_on"] for t in family.templates if t.kind == "due_day"), None)
    return Calendar(
        start=debt.effective_on,
        first_due_on=moved or debt.next_due_on,
        frequency=debt.frequency,
        due_day=moved.day if moved else debt.due_day,
        day_count=debt.day_count,
        odd_day_count=debt.odd_day_count,
    )


def _part(wanted: Portion, amount: int) -> float:
    if wanted.fraction is not None:
        return float(wanted.fraction) * amount
    return float(min(wanted.amount or 0, amount))


def _peak(segments: Sequence[tuple[Any, Any, Any]], start: int, end: int) -> Any:
    """Return the highest amount of the instalments from a position until another; 0 where there are none."""
    peak: Any = np.float64(0)
    for begins, until, amount in segments:
        inside = np.maximum(begins, start) < np.minimum(until, end)
        peak = np.maximum(peak, np.where(inside, amount, 0))
    return peak
