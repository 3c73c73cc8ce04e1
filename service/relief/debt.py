"""One loan's debt, brought forward to the day an offer takes effect."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from service.domain.dates import DayCount, Frequency
from service.domain.money import Amounts
from service.domain.words import Repayment

NOTHING: Final = Amounts()


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
