"""What a plan is worth to the lender when the borrower may stop paying."""

from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal
from typing import Final

from service.domain.money import rounded
from service.domain.settings import MenuSettings
from service.relief.plan import Plan
from service.relief.present_value import discount_factors, discount_rate, final_factor

EXACT: Final = Context(prec=28)
MONTHS: Final = 12

Capacity = Callable[[date], int]
"""The most that the borrower can pay in the month of a day, in minor units."""


def expected_value(plan: Plan, figures: MenuSettings, *, old_payment: int, capacity: Capacity | None = None) -> int:
    """Return the expected present value of a plan to the lender, in minor units.

    In each month the borrower stops with probability hazard × (payment / old payment) ^ exponent, at most 1; where a
    payment rises beyond `capacity` (relief has ended, or there is none) with the extra hazard on top, once. Of what
    is owed then, `recovery` comes back evenly over the recovery months. `old_payment` is the contract's, at the
    contract's frequency; payments of other frequencies are compared a month. Uncalibrated until the lender confirms.
    """
    yearly = plan.frequency.periods_per_year
    months = EXACT.divide(Decimal(MONTHS), Decimal(yearly))
    old = EXACT.divide(Decimal(old_payment * plan.debt.frequency.periods_per_year), Decimal(yearly))
    recovered = _recovered(plan, figures)
    factors = discount_factors(plan)
    known: dict[int, Decimal] = {}
    value, staying, discount, strained = Decimal(plan.upfront.total), Decimal(1), Decimal(1), False
    owed = plan.debt.balance.total - plan.upfront.total
    for row, factor in zip(plan.schedule, factors, strict=True):
        stays = known.get(row.payment)
        if stays is None:
            stays = known[row.payment] = _stays(row.payment, old, figures, months)
        unaffordable = capacity is not None and row.payment * yearly > capacity(row.due_on) * MONTHS
        if unaffordable and not strained:
            stays = EXACT.multiply(stays, 1 - figures.hazard_after_relief)
        strained = strained or unaffordable
        stopped = EXACT.multiply(staying, 1 - stays)
        value += EXACT.multiply(EXACT.multiply(stopped, recovered), EXACT.multiply(Decimal(owed), discount))
        staying = EXACT.multiply(staying, stays)
        value += EXACT.multiply(EXACT.multiply(staying, Decimal(row.payment)), factor)
        owed, discount = row.outstanding, factor
    if plan.deferred is not None:
        value += staying * plan.deferred.amount * final_factor(plan, factors)
    return rounded(value)


def _stays(payment: int, old_payment: Decimal, figures: MenuSettings, months: Decimal) -> Decimal:
    """Return the probability that the borrower does not stop within one period; who pays nothing cannot stop."""
    if payment <= 0:
        return Decimal(1)
    compared = EXACT.divide(Decimal(payment), old_payment) if old_payment else Decimal(1)
    ratio = EXACT.power(compared, figures.hazard_exponent)
    hazard = min(EXACT.multiply(figures.hazard_monthly, ratio), Decimal(1))
    return EXACT.power(1 - hazard, months) if hazard < 1 else Decimal(0)


def _recovered(plan: Plan, figures: MenuSettings) -> Decimal:
    """Return the present value of what is recovered of one unit, on the day the borrower stops."""
    growth = 1 + EXACT.divide(discount_rate(plan.debt), Decimal(MONTHS))
    months = figures.recovery_months
    if months == 0:
        return figures.recovery
    each = sum((EXACT.power(growth, -n) for n in range(1, months + 1)), Decimal(0))
    return EXACT.divide(EXACT.multiply(figures.recovery, each), Decimal(months))
