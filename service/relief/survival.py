"""What many plans are worth to the lender when the borrower may stop paying, in floating point.

The rule is that of `expected_value`; here it runs over all plans at once, one instalment after the other.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from service.domain.settings import MenuSettings
from service.relief.debt import Debt
from service.relief.discounting import Counts, Discounts, Floats
from service.relief.expected_value import MONTHS, Capacity
from service.relief.outlay import Outlay, Paid
from service.relief.present_value import discount_rate


def most_expected(
    outlay: Outlay, numbers: Counts, debt: Debt, figures: MenuSettings, *, old_payment: int, capacity: Capacity
) -> Floats:
    """Return the most that some plans of a family can be expected to be worth to the lender, in minor units."""
    run = outlay.of(numbers)
    discounts = Discounts([discount_rate(debt)], outlay.lengths)
    own = discounts.factors[0]
    yearly = debt.frequency.periods_per_year
    months = MONTHS / yearly
    # Of a payment that may be a little less, the probability that the borrower goes on is taken at its least.
    stays = [_stays(paid.least, old_payment, figures, months) for paid in run.paid]
    recovered = _recovered(debt, figures)
    value, staying, strained = run.upfront.copy(), np.ones(len(numbers)), np.zeros(len(numbers), dtype=np.bool_)
    owed, balance, left = debt.balance.total - run.upfront, run.balance, run.owed
    for position in range(int(run.count.max(initial=0))):
        pay, stay = _at(run.paid, stays, position)
        above = ((pay - run.off) * yearly > capacity(outlay.days[position]) * MONTHS) & ~strained
        stay = np.where(above, stay * (1 - float(figures.hazard_after_relief)), stay)
        strained |= above
        value = value + staying * (1 - stay) * recovered * owed * own[position]
        staying = staying * stay
        value = value + staying * pay * own[position + 1]
        eased = position < run.eased
        interest = balance * run.rates * outlay.lengths[position]
        left = left - pay + (np.where(eased, 0, interest) if outlay.waived else interest)
        balance = balance + np.where(eased, interest if outlay.compounds else 0, interest - run.level)
        owed = left
    most: Floats = value + staying * run.final * discounts.final(run.count, run.longest) + run.off + 2
    return most


def _at(paid: Sequence[Paid], stays: Sequence[Floats], position: int) -> tuple[Any, Any]:
    """Return what is paid at a position and the probability that the borrower does not stop before."""
    pay: Any = np.float64(0)
    stay: Any = np.float64(1)
    for one, certain in zip(paid, stays, strict=True):
        inside = (one.start <= position) & (position < one.end)
        pay, stay = np.where(inside, one.amount, pay), np.where(inside, certain, stay)
    return pay, stay


def _stays(payment: Floats, old_payment: int, figures: MenuSettings, months: float) -> Floats:
    """Return the probability that the borrower does not stop within one period."""
    ratio = np.maximum(payment, 0) / old_payment if old_payment > 0 else np.ones_like(payment)
    exponent = float(figures.hazard_exponent) if old_payment > 0 else 0.0
    hazard = np.minimum(float(figures.hazard_monthly) * ratio**exponent, 1)
    stays: Floats = np.where(payment > 0, (1 - hazard) ** months, 1)
    return stays


def _recovered(debt: Debt, figures: MenuSettings) -> float:
    """Return the present value of what is recovered of one unit, on the day the borrower stops."""
    months = figures.recovery_months
    if not months:
        return float(figures.recovery)
    growth = 1 + float(discount_rate(debt)) / MONTHS
    return float(figures.recovery) * sum(growth**-n for n in range(1, months + 1)) / months
