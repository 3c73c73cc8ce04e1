"""What the payments of a plan are worth on the day it takes effect, at the contract's rate."""

from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from service.domain.money import rounded
from service.relief.day_count import year_fraction
from service.relief.debt import Debt
from service.relief.plan import Plan

EXACT: Final = Context(prec=40)


def present_value(plan: Plan, *, arrears_at_once: bool | None = None) -> int:
    """Return the present value of all payments at the contract's rate, in minor units.

    Discounted period by period with 1 + rate × fraction, on the schedule's own period fractions (EBA/GL/2016/07,
    para. 51, takes both schedules at the original effective rate); a negative rate counts as 0. With
    `arrears_at_once` the interest-free parts are valued as if paid on the first day; without being told, those of a
    plan without terms are, because that is what the contract asks.
    """
    at_once = not plan.terms if arrears_at_once is None else arrears_at_once
    total = Decimal(plan.upfront.total)
    factors = discount_factors(plan)
    for row, factor in zip(plan.schedule, factors, strict=True):
        now = row.arrears.total if at_once else 0
        total = EXACT.add(total, EXACT.multiply(Decimal(row.payment - now), factor)) + now
    if plan.deferred is not None:
        total = EXACT.add(total, EXACT.multiply(Decimal(plan.deferred.amount), final_factor(plan, factors)))
    return rounded(total)


def discount_factors(plan: Plan) -> list[Decimal]:
    """Return what one unit of each instalment is worth on the first day."""
    rate = discount_rate(plan.debt)
    known: dict[tuple[int, int], Decimal] = {}
    factor, factors = Decimal(1), []
    for period in plan.periods:
        key = (period.fraction.numerator, period.fraction.denominator)
        growth = known.get(key)
        if growth is None:
            growth = known[key] = _growth(rate, period.fraction)
        factor = EXACT.divide(factor, growth)
        factors.append(factor)
    return factors


def final_factor(plan: Plan, factors: list[Decimal]) -> Decimal:
    """Return what one unit of the separate final amount is worth on the first day."""
    last = factors[-1] if factors else Decimal(1)
    since = plan.schedule[-1].due_on if plan.schedule else plan.debt.effective_on
    if plan.deferred is None or plan.deferred.due_on <= since:
        return last
    fraction = year_fraction(since, plan.deferred.due_on, convention=plan.debt.day_count)
    return EXACT.divide(last, _growth(discount_rate(plan.debt), fraction))


def discount_rate(debt: Debt) -> Decimal:
    """Return the nominal annual rate at which a debt's payments are valued."""
    return max(debt.annual_rate, Decimal(0))


def _growth(rate: Decimal, fraction: Fraction) -> Decimal:
    interest = EXACT.divide(EXACT.multiply(rate, Decimal(fraction.numerator)), Decimal(fraction.denominator))
    return EXACT.add(Decimal(1), interest)
