"""The instalments of an agreed plan as it is performed: what they ask for, and what early repayment makes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from service.domain.money import Amounts, shared
from service.domain.performance import Due
from service.relief.accrual import Accrual
from service.relief.schedule import Deferred, Instalment

Overpayment = Literal["hold", "shorten", "reduce"]


@dataclass(slots=True, kw_only=True)
class Book:
    """One loan of an agreement: what is paid at signature, its instalments, and the separate final amount.

    The final amount is paid under `final_number`, which follows that of the last instalment as it was agreed.
    `accrual` is only asked for where principal is repaid early, or a payoff falls inside a period that bears interest.
    """

    loan_id: str
    effective_on: date
    upfront: Amounts
    rows: tuple[Instalment, ...]
    deferred: Deferred | None
    final_number: int = field(init=False)
    accrual: Callable[[], Accrual]

    def __post_init__(self) -> None:
        self.final_number = (self.rows[-1].number if self.rows else 0) + 1

    @property
    def dues(self) -> list[Due]:
        """All that is asked for: number 0 is paid at signature, and the final amount has a number after the last."""
        found = [self._due(row.number, row.due_on, asks_of(row)) for row in self.rows]
        if self.upfront.total:
            found.insert(0, self._due(0, self.effective_on, self.upfront))
        if self.deferred is not None:
            final = self.deferred.debt + Amounts(interest=self.deferred.interest)
            found.append(self._due(self.final_number, self.deferred.due_on, final))
        return found

    def _due(self, number: int, due_on: date, asks: Amounts) -> Due:
        return Due(loan_id=self.loan_id, number=number, due_on=due_on, asks=asks)

    def repay_early(self, after: int, amount: int, how: Overpayment) -> tuple[int, Sequence[Due]] | None:
        """Repay principal after an instalment; return how much was taken, and what is asked for after it.

        `shorten` leaves the payments as they are, so that they end sooner; `reduce` lowers all of them alike. None
        where it cannot be done: the rest of the plan is not regular, or bears no principal.
        """
        place = next((n for n, row in enumerate(self.rows) if row.number == after), None)
        if how == "hold" or place is None:
            return None
        row, later = self.rows[place], self.rows[place + 1 :]
        taken = min(amount, row.closing)
        if taken <= 0 or any(_is_eased(one, self.outstanding_beside(one)) for one in (row, *later)):
            return None
        kept = row._replace(closing=row.closing - taken, outstanding=row.outstanding - taken)
        made = _shortened(later, kept.closing, self) if how == "shorten" else _reduced(later, kept.closing, self)
        self.rows = (*self.rows[:place], kept, *made)
        return taken, [due for due in self.dues if due.number > after]

    def outstanding_beside(self, row: Instalment) -> int:
        """Return what is owed after an instalment besides its balance: arrears to come and the final amount."""
        later = sum(one.arrears.total for one in self.rows if one.number > row.number)
        return later + (self.deferred.debt.total if self.deferred else 0)


def asks_of(row: Instalment) -> Amounts:
    """Return what an instalment asks for by component."""
    return row.arrears + Amounts(principal=row.principal, interest=row.interest, fees=row.fees)


def _is_eased(row: Instalment, beside: int) -> bool:
    """Say whether an instalment leaves interest unpaid, or makes good what an earlier one left."""
    unpaid = row.outstanding - row.closing - beside
    return row.interest != row.interest_accrued or row.interest_added != 0 or unpaid != 0


def _shortened(rows: Sequence[Instalment], balance: int, book: Book) -> tuple[Instalment, ...]:
    made = []
    for row in rows:
        interest = book.accrual().on(balance, row.number)
        principal = min(balance, max(row.principal + row.interest - interest, 0))
        made.append(_row(row, opening=balance, principal=principal, interest=interest, book=book))
        balance -= principal
    while made and made[-1].payment == 0 and made[-1].opening == 0:
        made.pop()
    return tuple(made)


def _reduced(rows: Sequence[Instalment], balance: int, book: Book) -> tuple[Instalment, ...]:
    parts = shared(balance, [row.principal for row in rows])
    made = []
    for row, principal in zip(rows, parts, strict=True):
        interest = book.accrual().on(balance, row.number)
        made.append(_row(row, opening=balance, principal=principal, interest=interest, book=book))
        balance -= principal
    return tuple(made)


def _row(row: Instalment, *, opening: int, principal: int, interest: int, book: Book) -> Instalment:
    closing = opening - principal
    return row._replace(
        opening=opening,
        principal=principal,
        interest=interest,
        interest_accrued=interest,
        payment=principal + interest + row.fees + row.arrears.total,
        closing=closing,
        outstanding=closing + book.outstanding_beside(row),
    )
