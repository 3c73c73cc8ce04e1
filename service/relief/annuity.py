"""The mathematics of level payments: payment, value, number of periods, rate and interest parts.

Signs are those of a spreadsheet: what one receives is positive, what one pays is negative. Rates are fractions
per period. Nothing is rounded to money here.
"""

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from enum import IntEnum
from typing import Final

from service.domain.errors import RuleBroken
from service.relief.roots import growth

PERIODS_MAX: Final = 10_000
POLISHING_STEPS: Final = 4
SCALE: Final = 10**6
_EXACT: Final = Context(prec=50)


class AnnuityNotPossible(RuleBroken):
    """No level payment, term or value fits the figures."""

    code = "annuity_not_possible"
    title = "The figures do not fit together"


class Due(IntEnum):
    """When in a period its payment is made."""

    END = 0
    BEGINNING = 1


def level_payment(
    rate: Decimal, periods: int, present: Decimal, future: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return the payment per period that turns `present` into `-future`."""
    _require(rate, periods)
    with localcontext(_EXACT):
        if rate == 0:
            return -(present + future) / periods
        compound = (1 + rate) ** periods
        return -(present * compound + future) * rate / ((compound - 1) * _shift(rate, due))


def present_value(
    rate: Decimal, periods: int, payment: Decimal, future: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return what the payments and the final amount are worth at the beginning."""
    _require(rate, periods)
    with localcontext(_EXACT):
        return -(future + payment * _accumulation(rate, periods, due)) / (1 + rate) ** periods


def future_value(
    rate: Decimal, periods: int, payment: Decimal, present: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return what the first amount and the payments have grown to at the end."""
    if periods < 0:
        raise AnnuityNotPossible("The number of periods cannot be negative.")
    _require(rate, max(1, periods))
    with localcontext(_EXACT):
        return -(present * (1 + rate) ** periods + payment * _accumulation(rate, periods, due))


def number_of_periods(
    rate: Decimal, payment: Decimal, present: Decimal, future: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return how many periods the payments take; a payment that never repays is refused."""
    _require(rate, 1)
    with localcontext(_EXACT):
        if payment == 0 or rate == 0:
            return _periods_without_growth(rate, payment, present, future)
        per_period = payment * _shift(rate, due) / rate
        if per_period + present == 0 or (per_period - future) / (per_period + present) <= 0:
            raise AnnuityNotPossible("The payment never repays: it does not cover the interest.")
        return ((per_period - future) / (per_period + present)).ln() / (1 + rate).ln()


def interest_part(
    rate: Decimal, period: int, periods: int, present: Decimal, future: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return the interest in the payment of one period, the first being 1."""
    if not 1 <= period <= periods:
        raise AnnuityNotPossible("The period is not one of the term.")
    payment = level_payment(rate, periods, present, future, due=due)
    with localcontext(_EXACT):
        if due is Due.BEGINNING and period == 1:
            return Decimal(0)
        interest = future_value(rate, period - 1, payment, present, due=due) * rate
        return interest / (1 + rate) if due is Due.BEGINNING else interest


def cumulative_interest(
    rate: Decimal, periods: int, present: Decimal, *, first: int, last: int, due: Due = Due.END
) -> Decimal:
    """Return the interest in the payments of the periods `first` to `last`, both included."""
    if not 1 <= first <= last <= periods:
        raise AnnuityNotPossible("The periods are not within the term.")
    payment = level_payment(rate, periods, present, due=due)
    with localcontext(_EXACT):
        owed_before = _owed(rate, first - 1, payment, present, due)
        owed_after = _owed(rate, last, payment, present, due)
        return payment * (last - first + 1) + owed_before - owed_after


def rate_per_period(
    periods: int, payment: Decimal, present: Decimal, future: Decimal = Decimal(0), *, due: Due = Due.END
) -> Decimal:
    """Return the rate per period at which present, payments and future amount are worth nothing together."""
    _require(Decimal(0), periods)
    amounts = [Decimal(0)] * (periods + 1)
    amounts[0] += present
    amounts[periods] += future
    for period in range(periods):
        amounts[period + (due is Due.END)] += payment
    # The search only finds the neighbourhood, so rounding the amounts to a millionth does no harm.
    near = growth([int(amount * SCALE) for amount in amounts], list(range(periods + 1)))
    with localcontext(_EXACT):
        rate = Decimal(near).exp() - 1
        for _ in range(POLISHING_STEPS):
            rate -= _newton_step(amounts, rate)
        return +rate


def _require(rate: Decimal, periods: int) -> None:
    if rate <= -1:
        raise AnnuityNotPossible("A rate must be above -100 %.")
    if not 1 <= periods <= PERIODS_MAX:
        raise AnnuityNotPossible(f"The number of periods must be 1 to {PERIODS_MAX}.")


def _shift(rate: Decimal, due: Due) -> Decimal:
    return 1 + rate * due.value


def _accumulation(rate: Decimal, periods: int, due: Due) -> Decimal:
    """Return what a payment of 1 each period has grown to at the end."""
    if rate == 0:
        return Decimal(periods)
    return ((1 + rate) ** periods - 1) / rate * _shift(rate, due)


def _owed(rate: Decimal, paid: int, payment: Decimal, present: Decimal, due: Due) -> Decimal:
    """Return what is owed just after so many payments."""
    if due is Due.BEGINNING and paid > 0:
        return (present + payment) if paid == 1 else -future_value(rate, paid - 1, payment, present + payment)
    return -future_value(rate, paid, payment, present)


def _periods_without_growth(rate: Decimal, payment: Decimal, present: Decimal, future: Decimal) -> Decimal:
    if rate == 0 and payment != 0:
        return -(present + future) / payment
    if rate == 0 or present == 0 or -future / present <= 0:
        raise AnnuityNotPossible("Without payments the amount never becomes the other.")
    return (-future / present).ln() / (1 + rate).ln()


def _newton_step(amounts: Sequence[Decimal], rate: Decimal) -> Decimal:
    value, slope, discount = Decimal(0), Decimal(0), Decimal(1)
    for period, amount in enumerate(amounts):
        value += amount * discount
        discount /= 1 + rate
        slope -= period * amount * discount
    return value / slope if slope else Decimal(0)
