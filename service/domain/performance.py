"""What payments have paid of the instalments of an agreement, derived anew from all payments each time.

Payments are taken by value date, those of one day by their ids: in which order they were told does not matter, and
one that is taken back was never there. Money pays what is due, oldest first; inside an instalment in the order of the
pack. What is left waits for the next instalment; what exceeds that too may repay principal early.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from service.domain.money import Amounts, Component

NOTHING = Amounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What one instalment of one loan asks for; minor units by component."""

    loan_id: str
    number: int
    due_on: date
    asks: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that arrived: `id` is the servicing system's, `on` the value date; without a loan it is for all of them."""

    id: str
    on: date
    amount: int
    loan_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a payment went where; an early part repays principal after the instalment of this number."""

    payment: str
    loan_id: str
    number: int
    amounts: Amounts
    early: bool = False


Early = Callable[[str, int, int], tuple[int, Sequence[Due]] | None]
"""Repays principal of a loan after an instalment: how much of the amount was taken, and the instalments after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How the instalments stand on a day; `held` is what of a payment waits, by payment."""

    on: date
    dues: tuple[Due, ...]
    parts: tuple[Part, ...]
    paid: Mapping[tuple[str, int], Amounts]
    held: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """All that waits for an instalment to fall due."""
        return sum(self.held.values())

    def paid_of(self, due: Due) -> Amounts:
        """Return what has been paid of an instalment."""
        return self.paid.get((due.loan_id, due.number), NOTHING)

    def missing_of(self, due: Due) -> Amounts:
        """Return what has not been paid of an instalment, due or not."""
        return due.asks - self.paid_of(due)


def perform(
    dues: Sequence[Due],
    payments: Sequence[Payment],
    *,
    order: Sequence[Component],
    on: date,
    early: Early | None = None,
) -> Performance:
    """Return what the payments with a value date until `on` have paid of what fell due until then.

    Loans come in the order of their first instalments in `dues`. Without `early`, what exceeds the next instalment
    waits too.
    """
    loans = {loan_id: place for place, loan_id in enumerate(dict.fromkeys(due.loan_id for due in dues))}
    account = _Account(order=order, loans=loans, early=early)
    account.plan(dues)
    arriving: dict[date, list[Payment]] = {due.due_on: [] for due in dues if due.due_on <= on}
    for payment in sorted((p for p in payments if p.on <= on), key=lambda p: p.id):
        arriving.setdefault(payment.on, []).append(payment)
    for moment in sorted(arriving):
        account.waiting += [_Waiting(payment, payment.amount) for payment in arriving[moment]]
        account.pay(moment)
        account.repay_early()
    return Performance(
        on=on,
        dues=tuple(account.dues),
        parts=tuple(account.parts),
        paid=dict(account.paid),
        held={waiting.payment.id: waiting.left for waiting in account.waiting if waiting.left},
    )


@dataclass(slots=True)
class _Waiting:
    payment: Payment
    left: int


@dataclass(slots=True, kw_only=True)
class _Account:
    order: Sequence[Component]
    loans: Mapping[str, int]
    early: Early | None
    dues: list[Due] = field(default_factory=list)
    unpaid: list[Due] = field(default_factory=list)
    ahead: int = 0
    paid: dict[tuple[str, int], Amounts] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)

    def plan(self, dues: Sequence[Due]) -> None:
        """Take these as the instalments there are, oldest first, those of one day by loan."""
        self.dues = sorted(dues, key=lambda due: (due.due_on, self.loans[due.loan_id], due.number))

    def pay(self, moment: date) -> None:
        """Pay what is due at a moment with what waits."""
        while self.ahead < len(self.dues) and self.dues[self.ahead].due_on <= moment:
            self.unpaid.append(self.dues[self.ahead])
            self.ahead += 1
        for due in self.unpaid:
            for waiting in self.waiting:
                if waiting.left and waiting.payment.loan_id in {None, due.loan_id}:
                    self._apply(waiting, due)
        self.unpaid = [due for due in self.unpaid if self._missing(due).total]
        self.waiting = [waiting for waiting in self.waiting if waiting.left]

    def _missing(self, due: Due) -> Amounts:
        return due.asks - self.paid.get((due.loan_id, due.number), NOTHING)

    def _apply(self, waiting: _Waiting, due: Due) -> None:
        missing, taken = self._missing(due), NOTHING
        for component in self.order:
            amount = min(waiting.left, missing.of(component))
            taken = taken.with_(component, amount)
            waiting.left -= amount
        if taken.total:
            at = due.loan_id, due.number
            self.paid[at] = self.paid.get(at, NOTHING) + taken
            self.parts.append(Part(payment=waiting.payment.id, loan_id=at[0], number=at[1], amounts=taken))

    def repay_early(self) -> None:
        """Repay principal with what exceeds the next instalment, loan by loan."""
        if self.early is None or not self.waiting:
            return
        coming = self._coming()
        reserve = {loan_id: due.asks.total for loan_id, due in coming.items()}
        for waiting in self.waiting:
            theirs = [loan_id for loan_id in coming if waiting.payment.loan_id in {None, loan_id}]
            spare = waiting.left
            for loan_id in theirs:
                kept = min(spare, reserve[loan_id])
                reserve[loan_id] -= kept
                spare -= kept
            for loan_id in theirs if not self.unpaid else ():
                spare -= self._early(waiting, coming[loan_id], spare)

    def _coming(self) -> dict[str, Due]:
        """Return the next instalment of each loan that is not due yet."""
        found: dict[str, Due] = {}
        for due in self.dues[self.ahead :]:
            found.setdefault(due.loan_id, due)
        return found

    def _early(self, waiting: _Waiting, after: Due, amount: int) -> int:
        if not amount or self.early is None:
            return 0
        answer = self.early(after.loan_id, after.number, amount)
        if answer is None:
            return 0
        taken, further = answer
        waiting.left -= taken
        amounts = Amounts(principal=taken)
        number = after.number
        self.parts.append(
            Part(payment=waiting.payment.id, loan_id=after.loan_id, number=number, amounts=amounts, early=True)
        )
        kept = [due for due in self.dues if due.loan_id != after.loan_id or due.number <= number]
        self.plan([*kept, *further])
        return taken
