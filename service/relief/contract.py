"""A contract described by its figures alone, without a case, and the debt that it makes on the day it starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, assert_never

from service.domain.dates import DayCount, Frequency
from service.domain.errors import Problem, RuleBroken
from service.domain.loans import Overdue
from service.domain.money import Amounts
from service.domain.words import Repayment
from service.relief.calendars import count_for
from service.relief.debt import Debt
from service.relief.level_payment import Charge
from service.relief.periods import Calendar, due_day_after
from service.relief.terms import INSTALMENTS_MAX

NOTHING_OVERDUE: Final = Overdue()
BY_DAYS: Final = frozenset({Frequency.WEEKLY, Frequency.BIWEEKLY})
LEVEL: Final = frozenset({Repayment.EQUAL_INSTALMENTS, Repayment.REVOLVING})
"""Kinds of repayment that have one payment for every period, which may be kept."""


class PaymentNeverRepays(RuleBroken):
    """The contract's payment does not repay the debt within the longest term."""

    code = "payment_never_repays"
    title = "The payment never repays the debt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What is owed on `starts_on` and how it is to be repaid; amounts in minor units.

    The first instalment may end a broken period. `instalment` is a payment to keep (of a revolving debt, its minimum);
    with it the number of instalments may be left open. `due_day` is the day of month to come back to after a
    short month.
    """

    balance: Amounts
    overdue: Overdue = NOTHING_OVERDUE
    annual_rate: Decimal
    frequency: Frequency = Frequency.MONTHLY
    day_count: DayCount = DayCount.THIRTY_360
    odd_day_count: DayCount | None = None
    starts_on: date
    first_due_on: date | None = None
    due_day: int | None = None
    instalments: int | None = None
    instalment: int | None = None
    original_instalments: int | None = None
    repayment: Repayment = Repayment.EQUAL_INSTALMENTS
    legal_cap: Decimal | None = None

    @property
    def calendar(self) -> Calendar:
        """When its instalments fall due; without a first day, one period after the start."""
        due_day = self.due_day or (self.first_due_on or self.starts_on).day
        return Calendar(
            start=self.starts_on,
            first_due_on=self.first_due_on or due_day_after(self.starts_on, self.frequency, 1, due_day=due_day),
            frequency=self.frequency,
            due_day=due_day,
            day_count=self.day_count,
            odd_day_count=self.odd_day_count or self.day_count,
        )


def problems_with(contract: Contract) -> Iterator[Problem]:
    """Yield what contradicts itself in a contract whose figures are each within their bounds."""
    for name in ("principal", "interest"):
        if getattr(contract.overdue, name) > getattr(contract.balance, name):
            yield Problem(f"/overdue/{name}", "overdue_above_balance", "More is overdue than is owed.")
    if contract.first_due_on is not None and contract.first_due_on < contract.starts_on:
        yield Problem("/first_due_on", "first_due_before_start", "The first instalment falls due before the start.")
    if contract.due_day is not None:
        yield from _with_due_day(contract, contract.due_day)
    if contract.instalment is not None and contract.repayment not in LEVEL:
        yield Problem("/instalment", "not_taken", "What is repaid so has no payment that is the same each period.")
    if contract.instalments is None and _needs_count(contract):
        yield Problem("/instalments", "missing", "The number of instalments is needed, or the payment.")
    if contract.original_instalments is not None and contract.original_instalments < (contract.instalments or 0):
        yield Problem("/original_instalments", "too_small", "At least as many as are left.")


def debt_of(contract: Contract) -> Debt:
    """Return the debt of a contract on the day it starts."""
    calendar = contract.calendar
    count = contract.instalments or _count(contract, calendar)
    return Debt(
        loan_id="",
        effective_on=contract.starts_on,
        as_of=contract.starts_on,
        before=contract.balance,
        overdue_principal=contract.overdue.principal,
        overdue_interest=contract.overdue.interest,
        annual_rate=contract.annual_rate,
        day_count=contract.day_count,
        odd_day_count=calendar.odd_day_count,
        repayment=contract.repayment,
        frequency=contract.frequency,
        instalment=contract.instalment,
        instalments_remaining=count,
        next_due_on=calendar.first_due_on,
        due_day=calendar.due_day,
        maturity_on=calendar.due_on(count - 1) if count else None,
        original_instalments=contract.original_instalments or contract.instalments,
        legal_cap=contract.legal_cap,
    )


def _needs_count(contract: Contract) -> bool:
    match contract.repayment:
        case Repayment.EQUAL_INSTALMENTS:
            return contract.instalment is None
        case Repayment.EQUAL_PRINCIPAL | Repayment.INTEREST_ONLY:
            return True
        case Repayment.BULLET | Repayment.REVOLVING:
            return False
        case _:
            assert_never(contract.repayment)


def _with_due_day(contract: Contract, due_day: int) -> Iterator[Problem]:
    if contract.frequency in BY_DAYS:
        yield Problem("/due_day", "not_taken", "Weekly instalments have no day of the month.")
    elif contract.first_due_on is not None:
        first = contract.first_due_on
        if first != due_day_after(first, contract.frequency, 0, due_day=due_day):
            yield Problem("/due_day", "contradicts_first_due_on", "The first instalment is not due on this day.")


def _count(contract: Contract, calendar: Calendar) -> int | None:
    """Return after how many instalments the payment has repaid what is not overdue; None where that is left open."""
    if contract.instalment is None or contract.repayment is not Repayment.EQUAL_INSTALMENTS:
        return None
    rate, balance = Fraction(contract.annual_rate), contract.balance.principal - contract.overdue.principal
    charges = [Charge.of(rate * period.fraction) for period in calendar.periods(INSTALMENTS_MAX)]
    count = count_for(balance, contract.instalment, [*charges, charges[-1]])
    if count > INSTALMENTS_MAX:
        detail = f"This payment does not repay the debt within {INSTALMENTS_MAX} instalments."
        raise PaymentNeverRepays(detail, [Problem("/instalment", "payment_never_repays", detail)])
    return count
