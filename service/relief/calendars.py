"""When the instalments of a plan begin and how many there are, from the contract and what changes it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from service.domain.dates import Frequency, add_months
from service.domain.errors import Problem, RuleBroken
from service.domain.words import Repayment
from service.relief.debt import Debt
from service.relief.instruments import DueDay, Term
from service.relief.level_payment import Charge
from service.relief.periods import Calendar, RateFrom, due_day_after
from service.relief.terms import INSTALMENTS_MAX

FIRST_DUE_WITHIN_DAYS: Final = 366
REVOLVING_PRINCIPAL_SHARE: Final = Decimal("0.01")
"""The least part of a revolving balance that a minimum payment repays besides the interest (issuers' usual rule)."""


class FirstDueOutOfBounds(RuleBroken):
    """The first instalment would fall due before the plan begins, or more than a year after."""

    code = "first_due_out_of_bounds"
    title = "The first due day is out of bounds"


class TermNotCountable(RuleBroken):
    """The number of instalments cannot be counted from what the contract does not have."""

    code = "term_not_countable"
    title = "The number of instalments cannot be counted so"


def first_due_on(debt: Debt, frequency: Frequency, due_day: DueDay | None, *, contractual: bool) -> tuple[date, int]:
    """Return the first due day of a plan, and the day of month to come back to after a short month.

    That is the contract's next due day; where the contract's days do not serve, one period after the plan begins.
    """
    first, day_of_month = debt.next_due_on, debt.due_day
    if not contractual:
        day_of_month = debt.effective_on.day
        first = due_day_after(debt.effective_on, frequency, 1, due_day=day_of_month)
    if due_day is not None:
        first, day_of_month = _moved(due_day, first, frequency)
    if not timedelta(0) < first - debt.effective_on <= timedelta(days=FIRST_DUE_WITHIN_DAYS) and due_day is not None:
        detail = "The first instalment falls due after the plan begins, and within a year."
        raise FirstDueOutOfBounds(detail, [Problem("/instruments", "first_due_out_of_bounds", detail)], first=first)
    return first, day_of_month


def _moved(due_day: DueDay, contractual: date, frequency: Frequency) -> tuple[date, int]:
    """Return the moved first due day: the first such day of a month that is not before the contract's next one."""
    if due_day.first_due_on is not None:
        return due_day.first_due_on, due_day.day or due_day.first_due_on.day
    if frequency in {Frequency.WEEKLY, Frequency.BIWEEKLY} or due_day.day is None:
        detail = "Weekly instalments are moved by their first due day."
        raise FirstDueOutOfBounds(detail, [Problem("/instruments", "first_due_out_of_bounds", detail)])
    day = add_months(contractual, 0, day_of_month=due_day.day)
    return (day if day >= contractual else add_months(contractual, 1, day_of_month=due_day.day)), due_day.day


def instalments_from(term: Term, debt: Debt) -> int:
    """Return the number of instalments from the effective day on, whatever the term counts from."""
    remaining = debt.instalments_remaining
    if term.counts_from == "effective":
        return term.instalments
    single = debt.repayment is Repayment.BULLET and term.counts_from == "origination"
    if single or remaining is None or (term.frequency or debt.frequency) is not debt.frequency:
        detail = "The contract has no number of instalments of this frequency to count from."
        raise TermNotCountable(detail, [Problem("/instruments", "term_not_countable", detail)])
    if term.counts_from == "remaining":
        return remaining + term.instalments
    if debt.original_instalments is None or term.instalments <= debt.original_instalments - remaining:
        detail = "The contract has had as many instalments already, or their number is not known."
        raise TermNotCountable(detail, [Problem("/instruments", "term_not_countable", detail)])
    return term.instalments - (debt.original_instalments - remaining)


class Minimum(NamedTuple):
    """The minimum payment of a revolving balance, and after how many of them it is repaid."""

    payment: int
    times: int


def minimum(debt: Debt, calendar: Calendar, financed: int, rates: Sequence[RateFrom]) -> Minimum:
    """Return how a revolving balance is repaid by its minimum payment, held level.

    A minimum that is less counts as the first period's interest plus one per cent of the balance: that repays it.
    """
    charges = [Charge.of(Fraction(rates[0].annual_rate) * p.fraction) for p in calendar.periods(INSTALMENTS_MAX)]
    least = charges[0].on(financed) + int((REVOLVING_PRINCIPAL_SHARE * financed).to_integral_value(ROUND_CEILING))
    payment = max(debt.instalment or 0, least)
    return Minimum(payment, count_for(financed, payment, charges))


def count_for(balance: int, payment: int, charges: Sequence[Charge]) -> int:
    """Return after how many payments of one size a balance is repaid, at most as many as there are charges."""
    for n, charge in enumerate(charges):
        balance += charge.on(balance) - payment
        if balance <= 0:
            return n + 1
    return len(charges)
