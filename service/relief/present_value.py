"""What the payments of a plan are worth on the day it takes effect, at the contract's rate."""

from datetime import date
from decimal import Context, Decimal
from typing import Final

from service.domain.money import rounded
from service.domain.words import Repayment
from service.relief.day_count import year_fraction
from service.relief.debt import Debt
from service.relief.periods import Period
from service.relief.plan import Plan

EXACT: Final = Context(prec=40)


def present_value(plan: Plan, *, arrears_at_once: bool = False) -> int:
    """Return the present value of all payments at the contract's rate, in minor units.

    Discounted period by period with 1 + rate × fraction, on the schedule's own period fractions (EBA/GL/2016/07,
    para. 51, takes both schedules at the original effective rate); a negative rate counts as 0. With
    `arrears_at_once` the interest-free parts are valued as if paid on the first day, as the contract asks.
    """
    total = Decimal(plan.upfront.total)
    factors = discount_factors(plan)
    for row, factor in zip(plan.schedule, factors, strict=True):
        now = row.arrears.total if arrears_at_once else 0
        total = EXACT.add(total, EXACT.multiply(Decimal(row.payment - now), factor)) + now
    if plan.deferred is not None:
        total = EXACT.add(total, EXACT.multiply(Decimal(plan.deferred.amount), final_factor(plan, factors)))
    return rounded(total)


def discount_factors(plan: Plan) -> list[Decimal]:
    """Return what one unit of each instalment is worth on the first day."""
    rate = discount_rate(plan.debt)
    known: dict[tuple[int, int], Decimal] = {}
    factor, factors = Decimal(1), []
    for period in _periods(plan):
        key = (period.fraction.numerator, period.fraction.denominator)
        growth = known.get(key)
        if growth is None:
            growth = known[key] = _growth(rate, period)
        factor = EXACT.divide(factor, growth)
        factors.append(factor)
    return factors


def final_factor(plan: Plan, factors: list[Decimal]) -> Decimal:
    """Return what one unit of the separate final amount is worth on the first day."""
    last = factors[-1] if factors else Decimal(1)
    since = plan.schedule[-1].due_on if plan.schedule else plan.debt.effective_on
    if plan.deferred is None or plan.deferred.due_on <= since:
        return last
    return EXACT.divide(last, _growth(discount_rate(plan.debt), _measured(since, plan.deferred.due_on, plan)))


def discount_rate(debt: Debt) -> Decimal:
    """Return the nominal annual rate at which a debt's payments are valued."""
    return max(debt.annual_rate, Decimal(0))


def _periods(plan: Plan) -> tuple[Period, ...]:
    """Return the periods of the rows; those of dated payments, or of a single one, are measured by themselves."""
    rows = plan.schedule
    dated = plan.settles or (len(rows) == 1 and rows[0].due_on != plan.calendar.first_due_on)
    if dated or plan.debt.repayment is Repayment.BULLET:
        return tuple(_measured(row.period_from, row.due_on, plan) for row in rows)
    return plan.calendar.periods(len(rows))


def _measured(start: date, end: date, plan: Plan) -> Period:
    return Period(start, end, year_fraction(start, end, convention=plan.debt.day_count))


def _growth(rate: Decimal, period: Period) -> Decimal:
    fraction = period.fraction
    interest = EXACT.divide(EXACT.multiply(rate, Decimal(fraction.numerator)), Decimal(fraction.denominator))
    return EXACT.add(Decimal(1), interest)
