"""Whether a borrower can pay what plans ask for, on every date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final

from service.domain.dates import Frequency
from service.domain.money import rounded
from service.relief.bounds import Breach
from service.relief.plan import Plan

Month = tuple[int, int]

DAYS_IN_AVERAGE_MONTH: Final = {Frequency.WEEKLY: Fraction(52, 12), Frequency.BIWEEKLY: Fraction(26, 12)}
"""Pay days of the average month: incomes are averages too, so a month with five Fridays counts as the average one."""

MONTHS_IN_QUARTER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What the borrower can pay: monthly surplus, the surplus expected from a day on, and sources for single sums.

    `share` is the part of the surplus a plan may take. `lump_sum` is what a named source pays at signature,
    `balloon` what one pays at the end. A surplus that is not known (None) can carry nothing: it is not guessed.
    """

    surplus: int | None
    expected: tuple[date, int] | None = None
    share: Decimal = Decimal("0.90")
    lump_sum: int = 0
    balloon: int = 0

    def on(self, day: date) -> int:
        """Return the most that may be asked for in the month of `day`, in minor units."""
        surplus = self.surplus or 0
        if self.expected is not None and day >= self.expected[0]:
            surplus = self.expected[1]
        return int((self.share * max(0, surplus)).to_integral_value(rounding=ROUND_FLOOR))

    @property
    def lowest(self) -> int:
        """Return the smallest amount that a month can ever carry."""
        return min(self.steps, key=lambda step: step[1])[1]

    @property
    def steps(self) -> tuple[tuple[date, int], ...]:
        """Return from which day on which monthly amount holds, in order of date."""
        first = (date.min, self.on(date.min))
        return (first,) if self.expected is None else (first, (self.expected[0], self.on(self.expected[0])))


@dataclass(frozen=True, slots=True)
class Demand:
    """What one calendar month asks for, and the first day on which it does."""

    on: date
    amount: int


def affordable(plans: Sequence[Plan], ability: Ability, obligations: int = 0) -> tuple[Breach, ...]:
    """Return how plans, taken together, go beyond what the borrower can pay; empty when they do not.

    Every calendar month is compared with share × surplus on its date, less `obligations` (the monthly payments of
    debts outside these plans). Payments that are not monthly count as months do: several pay days in a month add
    up, but never to more than the average month's number of them (52/12 weekly, 26/12 biweekly); a quarterly
    payment counts a third in its month and a third in each of the two before. Sums at signature need `lump_sum`,
    which may also carry settlement payments; a deferred amount, and the balloon in a last payment, need `balloon`
    for what their month cannot carry.
    """
    upfront = sum(plan.upfront.total for plan in plans)
    spare = max(0, ability.lump_sum - upfront)
    found = list(_upfront(upfront, ability, plans))
    asked = demands(plans, balloons=False)
    found += _monthly(asked, ability, obligations, spare=spare if _settles(plans) else 0)
    found += _balloons(plans, asked, ability, obligations)
    return tuple(found)


def demands(plans: Iterable[Plan], *, balloons: bool = True) -> dict[Month, Demand]:
    """Return what all numbered payments together ask for in each calendar month, with their balloons or without."""
    joined: dict[Month, Demand] = {}
    for plan in plans:
        rows = [(row.due_on, row.payment) for row in plan.schedule]
        if plan.balloon and not balloons:
            day, payment = rows[-1]
            rows[-1] = day, payment - plan.balloon
        for month, demand in monthly_equivalent(rows, plan.frequency).items():
            other = joined.get(month)
            joined[month] = demand if other is None else Demand(min(other.on, demand.on), other.amount + demand.amount)
    return dict(sorted(joined.items()))


def monthly_equivalent(rows: Sequence[tuple[date, int]], frequency: Frequency) -> dict[Month, Demand]:
    """Return what dated payments of one frequency ask for in each calendar month."""
    if frequency is Frequency.QUARTERLY:
        rows = [(_months_back(day, k), rounded(Fraction(paid, MONTHS_IN_QUARTER))) for day, paid in rows
                for k in range(MONTHS_IN_QUARTER)]  # fmt: skip
    months: Mapping[Month, list[tuple[date, int]]] = defaultdict(list)
    for day, paid in rows:
        months[day.year, day.month].append((day, paid))
    average = DAYS_IN_AVERAGE_MONTH.get(frequency)
    return {
        month: Demand(min(day for day, _ in due), _in_average_month([paid for _, paid in due], average))
        for month, due in months.items()
    }


def _in_average_month(paid: Sequence[int], average: Fraction | None) -> int:
    if average is None or len(paid) <= average:
        return sum(paid)
    return rounded(sum(paid) * average / len(paid))


def _months_back(day: date, months: int) -> date:
    """Return the first of an earlier month, or the day itself: the date by which its capacity is known."""
    if months == 0:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _settles(plans: Iterable[Plan]) -> bool:
    return any(plan.settles for plan in plans)


def _upfront(upfront: int, ability: Ability, plans: Sequence[Plan]) -> Iterable[Breach]:
    if upfront > ability.lump_sum:
        on = min(plan.debt.effective_on for plan in plans)
        yield Breach(limit="affordable_upfront", bound=ability.lump_sum, asked=upfront, on=on)


def _monthly(asked: Mapping[Month, Demand], ability: Ability, obligations: int, *, spare: int) -> Iterable[Breach]:
    """Yield the worst month under each amount that the months can carry."""
    worst: dict[int, Demand] = {}
    for demand in asked.values():
        bound = max(0, ability.on(demand.on) - obligations)
        short = max(0, demand.amount - bound)
        carried = min(spare, short)
        spare -= carried
        if short > carried and (bound not in worst or demand.amount > worst[bound].amount):
            worst[bound] = demand
    for bound, demand in worst.items():
        yield Breach(limit="affordable_payment", bound=bound, asked=demand.amount, on=demand.on)


def _balloons(
    plans: Sequence[Plan], asked: Mapping[Month, Demand], ability: Ability, obligations: int
) -> Iterable[Breach]:
    """Yield a breach when final amounts and balloons exceed what a source and their own months can carry."""
    final: dict[Month, Demand] = {}
    for day, amount in _final_amounts(plans):
        month = day.year, day.month
        before = final.get(month)
        final[month] = Demand(max(day, before.on if before else day), amount + (before.amount if before else 0))
    short = 0
    for month, demand in final.items():
        regular = asked[month].amount if month in asked else 0
        short += max(0, demand.amount - max(0, ability.on(demand.on) - obligations - regular))
    if short > ability.balloon:
        last = max(demand.on for demand in final.values())
        yield Breach(limit="affordable_balloon", bound=ability.balloon, asked=short, on=last)


def _final_amounts(plans: Sequence[Plan]) -> Iterable[tuple[date, int]]:
    for plan in plans:
        if plan.balloon:
            yield plan.schedule[-1].due_on, plan.balloon
        if plan.deferred is not None and plan.deferred.amount:
            yield plan.deferred.due_on, plan.deferred.amount
