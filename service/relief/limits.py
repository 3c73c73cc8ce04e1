"""Whether a plan keeps within the limits of a programme."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, Decimal

from service.domain.money import Component, ratio, rounded
from service.domain.settings import Limits
from service.relief.bounds import Breach
from service.relief.debt import Debt
from service.relief.instruments import Holiday, Portion, Rate, Renew, Terms, Waive
from service.relief.plan import Plan
from service.relief.templates import in_instalments


def longest(debt: Debt, limits: Limits) -> dict[str, int]:
    """Return the most instalments of the loan that each limit allows, by the limit's name.

    `instalments_max` counts months, turned into instalments of the loan's frequency. No limit is shorter than what
    the contract itself still has: keeping the contract's term is not relief.
    """
    found: dict[str, int] = {}
    if limits.instalments_max_of_original is not None and debt.original_instalments is not None:
        of_original = limits.instalments_max_of_original * debt.original_instalments
        found["instalments_max_of_original"] = int(of_original.to_integral_value(rounding=ROUND_FLOOR))
    if limits.instalments_max is not None:
        found["instalments_max"] = in_instalments(limits.instalments_max, debt.frequency)
    return {name: max(bound, debt.instalments_remaining or 0) for name, bound in found.items()}


def breaches(plan: Plan, limits: Limits) -> tuple[Breach, ...]:
    """Return every limit that a plan goes beyond; the limit on the number of instalments that is tightest first."""
    loan_id = plan.debt.loan_id
    found = (*_counts(plan, limits), *_waivers(plan, limits), *_rates(plan, limits), *_settlement(plan, limits))
    return tuple(Breach(limit=name, bound=bound, asked=asked, loan_id=loan_id) for name, bound, asked in found)


def reached(plan: Plan, limits: Limits) -> tuple[Breach, ...]:
    """Return the limits on counts that a plan just keeps: one more would go beyond them."""
    count, eased = len(plan.schedule), eased_instalments(plan)
    found = {name: (bound, count) for name, bound in longest(plan.debt, limits).items() if not plan.settles}
    if limits.holiday_instalments_max is not None:
        found["holiday_instalments_max"] = in_instalments(limits.holiday_instalments_max, plan.frequency), eased
    if limits.settlement_payments_max is not None and plan.settles:
        found["settlement_payments_max"] = limits.settlement_payments_max, count
    loan_id = plan.debt.loan_id
    at_bound = {name: bound for name, (bound, now) in found.items() if bound == now}
    return tuple(Breach(limit=name, bound=bound, asked=bound, loan_id=loan_id) for name, bound in at_bound.items())


Finding = tuple[str, int | Decimal, int | Decimal]


def _counts(plan: Plan, limits: Limits) -> Iterator[Finding]:
    if plan.settles:
        return
    count = len(plan.schedule)
    for name, bound in sorted(longest(plan.debt, limits).items(), key=lambda item: item[1]):
        if count > bound:
            yield name, bound, count
    eased = eased_instalments(plan)
    if limits.holiday_instalments_max is not None and eased:
        most = in_instalments(limits.holiday_instalments_max, plan.frequency)
        if eased > most:
            yield "holiday_instalments_max", most, eased


def eased_instalments(plan: Plan) -> int:
    """Return for how many instalments a plan's holidays last."""
    total = 0
    for holiday in (i for i in plan.terms if isinstance(i, Holiday)):
        if holiday.from_ is not None and holiday.until is not None:
            total += sum(holiday.from_ <= row.due_on <= holiday.until for row in plan.schedule)
        total += holiday.instalments or 0
    return total


def _waivers(plan: Plan, limits: Limits) -> Iterator[Finding]:
    """Yield the components of which more is given up than the limit's fraction of that component.

    What a settlement gives up is bounded by the settlement's own limits.
    """
    for component in Component:
        most: Decimal | None = getattr(limits, f"waived_{component.value}_max")
        owed = plan.debt.balance.of(component)
        given_up = sum(_amount(p, owed) for p in _portions(plan.terms, component))
        if most is not None and given_up > most * owed:
            yield f"waived_{component.value}_max", most, ratio(given_up, owed)


def _portions(terms: Terms, component: Component) -> Iterable[Portion]:
    portions = (getattr(i, component.value) for i in terms if isinstance(i, Waive))
    return [portion for portion in portions if portion is not None]


def _amount(portion: Portion, owed: int) -> Decimal:
    return Decimal(portion.amount or 0) if portion.fraction is None else portion.fraction * owed


def _rates(plan: Plan, limits: Limits) -> Iterator[Finding]:
    if limits.rate_min is None:
        return
    named = [i.annual_rate for i in plan.terms if isinstance(i, Rate | Renew) and i.annual_rate is not None]
    named += [step.annual_rate for i in plan.terms if isinstance(i, Rate) for step in i.steps]
    if named and min(named) < limits.rate_min:
        yield "rate_min", limits.rate_min, min(named)


def _settlement(plan: Plan, limits: Limits) -> Iterator[Finding]:
    if not plan.settles:
        return
    count = len(plan.schedule)
    if limits.settlement_payments_max is not None and count > limits.settlement_payments_max:
        yield "settlement_payments_max", limits.settlement_payments_max, count
    if limits.settlement_min is not None:
        paid, owed = settled(plan)
        if paid < int(limits.settlement_min * owed):
            yield "settlement_min", limits.settlement_min, ratio(paid, owed)


def settled(plan: Plan) -> tuple[int, int]:
    """Return what a settlement pays, the sum at signature included, and the debt after waivers that it discharges."""
    given_up = sum(rounded(_amount(p, plan.debt.balance.of(c))) for c in Component for p in _portions(plan.terms, c))
    paid = plan.upfront.total + sum(line.scheduled for line in plan.reconciliation)
    return paid, plan.debt.balance.total - given_up
