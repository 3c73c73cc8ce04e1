"""When the instalments of a plan begin and how many there are, from the contract and what changes it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from service.domain.dates import Frequency, add_months
from service.domain.errors import Problem, RuleBroken
from service.domain.words import Repayment
from service.relief.arrangement import Draft
from service.relief.debt import Debt
from service.relief.instruments import DueDay, Term
from service.relief.level_payment import Charge
from service.relief.periods import Calendar, RateFrom, due_day_after
from service.relief.terms import INSTALMENTS_MAX

FIRST_DUE_WITHIN_DAYS: Final = 366
BY_MONTH: Final = frozenset({Frequency.MONTHLY, Frequency.QUARTERLY})
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


def first_due_on(draft: Draft, frequency: Frequency, *, contractual: bool) -> tuple[date, int]:
    """Return the first due day of a plan, and the day of month to come back to after a short month.

    That is the contract's next due day; where the contract's days do not serve, one period after the plan begins.
    """
    debt = draft.debt
    first, day_of_month = debt.next_due_on, debt.due_day
    if not contractual:
        day_of_month = debt.effective_on.day
        first = due_day_after(debt.effective_on, frequency, 1, due_day=day_of_month)
    return _moved(draft, draft.due_day, first, frequency) if draft.due_day else (first, day_of_month)


def _moved(draft: Draft, due_day: DueDay, contractual: date, frequency: Frequency) -> tuple[date, int]:
    """Return the moved first due day, and the day of month to come back to.

    Of a day of month it is the first that is not before the contract's next due day.
    """
    first, day_of_month = due_day.first_due_on, due_day.day
    if first is None and day_of_month is not None and frequency in BY_MONTH:
        day = add_months(contractual, 0, day_of_month=day_of_month)
        first = day if day >= contractual else add_months(contractual, 1, day_of_month=day_of_month)
    begins = draft.debt.effective_on
    if first is None:
        detail = "Weekly instalments are moved by their first due day."
    elif not begins < first <= begins + timedelta(days=FIRST_DUE_WITHIN_DAYS):
        detail = "The first instalment falls due after the plan begins, and within a year."
    else:
        return first, day_of_month or first.day
    raise FirstDueOutOfBounds(detail, [Problem(draft.pointer(due_day), FirstDueOutOfBounds.code, detail)])


def instalments_from(draft: Draft, term: Term) -> int:
    """Return the number of instalments from the effective day on, whatever the term counts from."""
    debt = draft.debt
    remaining = debt.instalments_remaining
    if term.counts_from == "effective":
        return term.instalments
    single = debt.repayment is Repayment.BULLET and term.counts_from == "origination"
    if single or remaining is None or (term.frequency or debt.frequency) is not debt.frequency:
        detail = "The contract has no number of instalments of this frequency to count from."
    elif term.counts_from == "remaining":
        return remaining + term.instalments
    elif debt.original_instalments is None or term.instalments <= debt.original_instalments - remaining:
        detail = "The contract has had as many instalments already, or their number is not known."
    else:
        return term.instalments - (debt.original_instalments - remaining)
    problem = Problem(draft.pointer(term, "/counts_from"), TermNotCountable.code, detail)
    raise TermNotCountable(detail, [problem])


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
