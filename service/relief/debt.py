"""One loan's debt, brought forward to the day an offer takes effect."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from service.domain.dates import DayCount, Frequency
from service.domain.errors import Problem, RuleBroken
from service.domain.money import RATE_MAX, RATE_MIN, Amounts, Component
from service.domain.words import Repayment

NOTHING: Final = Amounts()
BALANCE_MAX: Final = 10**15
"""A hundred times the highest amount there is: no accrual takes a balance there."""
RATE_PLACES_MAX: Final = 20
DAYS_IN_MONTH_MAX: Final = 31


class DebtNotUsable(RuleBroken):
    """A figure of the debt is out of bounds or contradicts another; `problems` names each."""

    code = "debt_not_usable"
    title = "The debt cannot be planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is owed at `effective_on`, how it came about since the snapshot, and how the contract would go on.

    The overdue amounts are those at `effective_on`, an instalment that falls due on that day included; the other
    interest, penalty and fees of the balance are due as well. `next_due_on`, `instalments_remaining` and
    `instalment` describe the contract after that day: 0 remaining means that it has matured, None that the
    contract has no number of instalments. `due_day` is the day of month to come back to after a short month.
    """

    loan_id: str
    effective_on: date
    as_of: date
    before: Amounts
    accrued: Amounts = NOTHING
    received: Amounts = NOTHING
    overdue_principal: int = 0
    overdue_interest: int = 0
    annual_rate: Decimal
    day_count: DayCount = DayCount.THIRTY_360
    odd_day_count: DayCount = DayCount.ACT_365
    repayment: Repayment = Repayment.EQUAL_INSTALMENTS
    frequency: Frequency = Frequency.MONTHLY
    instalment: int | None = None
    instalments_remaining: int | None = None
    next_due_on: date
    due_day: int
    maturity_on: date | None = None
    original_instalments: int | None = None
    legal_cap: Decimal | None = None

    @property
    def balance(self) -> Amounts:
        """What is owed at `effective_on`, by component."""
        return self.before + self.accrued - self.received

    @property
    def not_yet_due(self) -> int:
        """The principal that the contract asks for only after `effective_on`."""
        return self.balance.principal - self.overdue_principal


def require_usable(debt: Debt) -> None:
    """Raise one `DebtNotUsable` that names every figure with which no plan can be right."""
    problems = tuple(_problems(debt))
    if problems:
        raise DebtNotUsable(" ".join(problem.detail for problem in problems), problems)


def rate_is_possible(rate: Decimal) -> bool:
    """Say whether a rate is a number from -100 % to 1,000 % a year that can be written in full."""
    places = rate.as_tuple().exponent
    return isinstance(places, int) and places >= -RATE_PLACES_MAX and RATE_MIN <= rate <= RATE_MAX


def _problems(debt: Debt) -> Iterator[Problem]:
    balance = debt.balance
    for component in Component:
        if not 0 <= balance.of(component) <= BALANCE_MAX:
            yield Problem(f"/balance/{component}", "out_of_bounds", "A balance is neither negative nor absurd.")
    for name, overdue, owed in (
        ("principal", debt.overdue_principal, balance.principal),
        ("interest", debt.overdue_interest, balance.interest),
    ):
        if not 0 <= overdue <= owed:
            yield Problem(f"/overdue/{name}", "overdue_above_balance", f"More {name} is overdue than is owed.")
    if not rate_is_possible(debt.annual_rate):
        yield Problem("/annual_rate", "rate_out_of_bounds", "A rate lies between -1 and 10, with at most 20 decimals.")
    if debt.next_due_on < debt.effective_on:
        yield Problem(
            "/next_due_on", "first_due_before_start", "The first instalment falls due before the plan begins."
        )
    if not 1 <= debt.due_day <= DAYS_IN_MONTH_MAX:
        yield Problem("/due_day", "out_of_bounds", "A day of month lies between 1 and 31.")
    for name, count in (("instalment", debt.instalment), ("instalments_remaining", debt.instalments_remaining)):
        if count is not None and count < 0:
            yield Problem(f"/{name}", "out_of_bounds", "This is not negative.")
