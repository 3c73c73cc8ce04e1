"""The contract's own due days: which they are, how many are left, and from which of them an offer takes effect."""

from datetime import date, timedelta
from typing import Final

from service.domain.dates import Frequency
from service.domain.loans import Loan
from service.domain.words import Repayment
from service.relief.periods import due_day_after

LEAD_DAYS: Final = 10
DAYS_IN_LEAP_YEAR: Final = 366


def effective_day(loan: Loan, *, made_on: date, expires_on: date, lead_days: int = LEAD_DAYS) -> date:
    """Return the day an offer takes effect: the first contractual due day at least `lead_days` after it is made.

    Never before its expiry. Where the contract has no such day (a line, a matured loan, one payment at the end),
    the day lies one period after the offer is made.
    """
    earliest = max(made_on + timedelta(days=lead_days), expires_on)
    if loan.next_due_on is not None and loan.repayment is not Repayment.BULLET:
        day = first_due_from(earliest, loan.next_due_on, loan.frequency, due_day=contractual_day_of_month(loan))
        last_due_on = _last_due_on(loan)
        if last_due_on is None or day <= last_due_on:
            return day
    return max(due_day_after(made_on, loan.frequency, 1, due_day=made_on.day), earliest)


def first_due_from(earliest: date, next_due_on: date, frequency: Frequency, *, due_day: int | None = None) -> date:
    """Return the first contractual due day that is not before `earliest`."""
    back_to = due_day or next_due_on.day
    longest = DAYS_IN_LEAP_YEAR // frequency.periods_per_year + 1
    n = max((earliest - next_due_on).days // longest - 1, 0)
    while (day := due_day_after(next_due_on, frequency, n, due_day=back_to)) < earliest:
        n += 1
    return day


def next_due(loan: Loan, effective_on: date, *, matured: bool) -> tuple[date, int]:
    """Return the first due day after the effective day, and the day of month to come back to after a short month."""
    after = effective_on + timedelta(days=1)
    ends_on = bullet_day(loan)
    if ends_on is not None and ends_on >= after:
        return ends_on, ends_on.day
    day_of_month = contractual_day_of_month(loan)
    if loan.next_due_on is None or day_of_month is None or matured or loan.repayment is Repayment.BULLET:
        return due_day_after(effective_on, loan.frequency, 1, due_day=effective_on.day), effective_on.day
    return first_due_from(after, loan.next_due_on, loan.frequency, due_day=day_of_month), day_of_month


def contractual_day_of_month(loan: Loan) -> int | None:
    """Return the day of month on which instalments fall due when the month is long enough for it."""
    if loan.next_due_on is None:
        return None
    day = loan.next_due_on
    if (day + timedelta(days=1)).month == day.month:
        return day.day
    return max(day.day, *(other.day for other in (loan.originated_on, loan.maturity_on, day) if other is not None))


def bullet_day(loan: Loan) -> date | None:
    """Return the day on which a loan that is repaid at the end falls due."""
    return (loan.maturity_on or loan.next_due_on) if loan.repayment is Repayment.BULLET else None


def instalments_left(loan: Loan, *, as_of: date) -> int | None:
    """Return the instalments that fall due on the snapshot's day or later; None where the contract has no number."""
    if loan.repayment is Repayment.BULLET:
        ends_on = bullet_day(loan)
        return None if ends_on is None else int(ends_on >= as_of)
    if loan.next_due_on is None:
        return loan.instalments_remaining
    if loan.instalments_remaining is None:
        known = loan.maturity_on is not None and loan.repayment is not Repayment.REVOLVING
        return len(_between(loan, as_of, loan.maturity_on)) if known and loan.maturity_on is not None else None
    passed = len(_between(loan, loan.next_due_on, as_of - timedelta(days=1)))
    return max(loan.instalments_remaining - passed, 0)


def falling_due(loan: Loan, *, as_of: date, until: date) -> list[date]:
    """Return the days from the snapshot to `until`, both included, on which an instalment falls due."""
    if loan.repayment is Repayment.BULLET:
        ends_on = bullet_day(loan)
        return [ends_on] if ends_on is not None and as_of <= ends_on <= until else []
    days = _between(loan, as_of, until)
    left = instalments_left(loan, as_of=as_of)
    return days if left is None else days[:left]


def _between(loan: Loan, from_: date, until: date) -> list[date]:
    if loan.next_due_on is None:
        return []
    back_to = contractual_day_of_month(loan) or loan.next_due_on.day
    days, n = [], 0
    while (day := due_day_after(loan.next_due_on, loan.frequency, n, due_day=back_to)) <= until:
        if day >= from_:
            days.append(day)
        n += 1
    return days


def _last_due_on(loan: Loan) -> date | None:
    if loan.next_due_on is None or not loan.instalments_remaining:
        return loan.maturity_on
    back_to = contractual_day_of_month(loan) or loan.next_due_on.day
    return due_day_after(loan.next_due_on, loan.frequency, loan.instalments_remaining - 1, due_day=back_to)
