"""What stands in the way of the terms that a borrower asks for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from service.domain.errors import RuleBroken
from service.domain.settings import Programme
from service.relief.asking import Asked, payment_of
from service.relief.bounds import Breach
from service.relief.calendars import FIRST_DUE_WITHIN_DAYS
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise
from service.relief.debt import Debt
from service.relief.instruments import Rate, Term, Terms
from service.relief.level_payment import Charge, annuity
from service.relief.limits import longest
from service.relief.periods import due_day_after
from service.relief.plan import Plan
from service.relief.proposal import Part
from service.relief.templates import in_instalments
from service.relief.terms import INSTALMENTS_MAX

UNIT: Final = 10**12
MONTHS: Final = 12


def wanted(found: Part, asked: Asked, conditions: Conditions) -> tuple[Breach, ...]:
    """Return which limits what is asked for goes beyond, by the programme that comes nearest.

    The terms are those of the nearest plan, with the number of instalments that is asked for; of a plan that has no
    such number nothing can be said.
    """
    made, programme = found.appraisal.plan, found.programme
    if programme is None or not any(isinstance(instrument, Term) for instrument in made.terms):
        return ()
    most = asked.instalments(made.frequency)
    count, repays = _fewest(made, asked.payment, most)
    tried = appraise(found.base, _counted(made.terms, count), programme.limits, conditions)
    while repays and (most is None or count < most) and _over(tried, asked, conditions):
        # Rounding may take the payment above what was estimated: an instalment more takes it below.
        count += 1
        tried = appraise(found.base, _counted(made.terms, count), programme.limits, conditions)
    if isinstance(tried, RuleBroken):
        return (Breach(limit="terms", bound=None, asked=tried.code),)
    payment = _monthly(tried, conditions)
    binding = [breach for breach in tried.breaches if breach.limit != "authority"]
    if asked.payment is not None and payment > asked.payment:
        binding.append(Breach(limit="repays_the_debt", bound=payment, asked=asked.payment))
    return tuple(binding)


def _over(tried: Appraisal | RuleBroken, asked: Asked, conditions: Conditions) -> bool:
    return isinstance(tried, Appraisal) and asked.payment is not None and _monthly(tried, conditions) > asked.payment


def _monthly(found: Appraisal, conditions: Conditions) -> int:
    return payment_of(found.plan, multiple=conditions.settings.rounding.multiple)


def _counted(terms: Terms, count: int) -> Terms:
    return tuple(replace(i, instalments=count) if isinstance(i, Term) else i for i in terms)


def _fewest(made: Plan, payment: int | None, most: int | None) -> tuple[int, bool]:
    """Return about the fewest instalments whose level payment is at most a monthly one, and whether there are any.

    Where `most` instalments are too few for it, those; where no number of them is enough, the plan's own.
    """
    if payment is None:
        return most or len(made.schedule), False
    bound = min(most or INSTALMENTS_MAX, INSTALMENTS_MAX)
    periods = made.calendar.periods(bound)
    rate = float(min(i.annual_rate for i in (*made.terms, made.debt) if isinstance(i, Rate | Debt)))
    worth = np.cumsum(1 / np.cumprod([1 + rate * float(period.fraction) for period in periods]))
    numbers = np.arange(1, bound + 1)
    levels = made.financed / worth + sum(row.arrears.total for row in made.schedule) / numbers
    enough = np.flatnonzero(levels <= payment * MONTHS / made.frequency.periods_per_year + 1)
    if len(enough):
        return int(numbers[enough[0]]), True
    return (bound if most is not None else len(made.schedule)), False


def uncovered(base: Baseline, programmes: Sequence[Programme], asked: Asked) -> int:
    """Return how much of the debt the payments asked for do not repay, at the contract's rate; in minor units.

    Where no months are named, they may last as long as any programme lets them.
    """
    debt = base.debt
    if asked.payment is None:
        return 0
    bounds = [min(own.values()) for p in programmes if (own := longest(debt, p.limits))]
    count = asked.instalments(debt.frequency) or max(bounds, default=0) or debt.instalments_remaining or 1
    periods = base.contract.calendar.periods(min(count, INSTALMENTS_MAX))
    charges = [Charge.of(Fraction(debt.annual_rate) * period.fraction) for period in periods]
    each = Decimal(asked.payment) * MONTHS / debt.frequency.periods_per_year
    repaid = each * UNIT / annuity(UNIT, charges)
    return max(0, debt.balance.total - asked.lump_sum - int(repaid))


def first_due(debt: Debt, programmes: Sequence[Programme], asked: Asked) -> tuple[date | None, tuple[Breach, ...]]:
    """Return the first due day that may be had, and the breach if it is not the one asked for.

    It lies after the effective day, and no more periods after the contract's next due day than a holiday may last.
    """
    if asked.first_due_on is None:
        return None, ()
    periods = [p.limits.holiday_instalments_max for p in programmes if p.limits.holiday_instalments_max is not None]
    later = in_instalments(max(periods, default=1), debt.frequency)
    last = min(
        due_day_after(debt.next_due_on, debt.frequency, later, due_day=debt.due_day),
        debt.effective_on + timedelta(days=FIRST_DUE_WITHIN_DAYS),
    )
    day = min(max(asked.first_due_on, debt.effective_on + timedelta(days=1)), last)
    if day == asked.first_due_on:
        return day, ()
    bound, wanted_on = day.isoformat(), asked.first_due_on.isoformat()
    return day, (Breach(limit="first_due_on", bound=bound, asked=wanted_on, loan_id=debt.loan_id),)
