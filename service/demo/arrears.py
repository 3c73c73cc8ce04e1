"""Where a loan of the source stands today: what is overdue, since when, and what has accrued."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from service.demo.rows import Row
from service.domain.dates import add_months
from service.domain.money import rounded

# The source names a band of days; each loan stands at one day inside its band.
DAYS_PAST_DUE: Final = {
    "In Grace Period": 10,
    "Late (16-30 days)": 23,
    "Late (31-120 days)": 75,
    "Charged Off": 150,
}
# The lender's late fee, as the source's own `paid_late_fees` show it: 15.00, or 5 % of the instalment if more
# (24.91 on an instalment of 498.15), once an instalment is more than 15 days late.
LATE_FEE_MIN: Final = 1500
LATE_FEE_SHARE: Final = Decimal("0.05")
LATE_FEE_AFTER_DAYS: Final = 15
_ROUNDING_SLACK: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A loan as its servicing system would report it today; amounts in cents."""

    days_past_due: int
    instalments_paid: int
    instalments_overdue: int
    principal: int
    overdue_principal: int
    overdue_interest: int
    accrued_interest: int
    late_fees: int
    originated_on: date
    first_missed_on: date
    next_due_on: date
    maturity_on: date


def standing(row: Row, *, today: date) -> Standing:
    """Derive how the loan stands today.

    The oldest unpaid instalment fell due `days_past_due` days ago and one more every 30 days since, one due today
    included. Each is split into interest (the monthly rate on the balance, rounded half-up) and principal. The
    next falls due 30 days after the last, and every other date lies whole months from that one.
    """
    days = DAYS_PAST_DUE[row.status]
    missed = days // 30 + 1
    principal = outstanding(row)
    paid = instalments_paid(row)
    overdue_principal, overdue_interest = _split(row, principal, missed)
    since_last = days - 30 * (missed - 1)
    accrued = rounded((principal - overdue_principal) * row.annual_rate * since_last / 360)
    next_due_on = today + timedelta(days=30 - since_last)
    originated_on = add_months(next_due_on, -(paid + missed + 1))
    return Standing(
        days_past_due=days,
        instalments_paid=paid,
        instalments_overdue=missed,
        principal=principal,
        overdue_principal=overdue_principal,
        overdue_interest=overdue_interest,
        accrued_interest=accrued,
        late_fees=_late_fees(row, days, missed),
        originated_on=originated_on,
        first_missed_on=add_months(next_due_on, -missed),
        next_due_on=next_due_on,
        maturity_on=add_months(originated_on, row.term),
    )


def outstanding(row: Row) -> int:
    """Return the principal still owed; the source writes a charged-off loan down to 0, but it is owed all the same."""
    return row.balance or row.loan_amount - row.paid_principal


def instalments_paid(row: Row) -> int:
    """Count the instalments of the contract that the principal paid so far covers (to within a dollar of rounding)."""
    principal, paid = row.loan_amount, 0
    while paid < row.term:
        due, _ = _split(row, principal, 1)
        if row.loan_amount - principal + due > row.paid_principal + _ROUNDING_SLACK:
            break
        principal, paid = principal - due, paid + 1
    return paid


def _split(row: Row, principal: int, instalments: int) -> tuple[int, int]:
    """Return the principal and the interest in the next instalments of the contract."""
    repaid = interest = 0
    for _ in range(instalments):
        part = rounded((principal - repaid) * row.annual_rate / 12)
        repaid, interest = repaid + min(row.instalment - part, principal - repaid), interest + part
    return repaid, interest


def _late_fees(row: Row, days: int, missed: int) -> int:
    fee = max(LATE_FEE_MIN, rounded(row.instalment * LATE_FEE_SHARE))
    late = sum(days - 30 * i > LATE_FEE_AFTER_DAYS for i in range(missed))
    return fee * late
