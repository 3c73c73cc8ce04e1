"""What ends an agreed plan on a day: all that is owed by then, by component, with interest to that very day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from service.domain.money import Amounts
from service.domain.performance import Due
from service.relief.performing import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """What one loan asks for on a day: `due` fell due and was not paid, `rest` is what would fall due later.

    `accrued` is the interest of the running period up to that day; it is part of neither.
    """

    loan_id: str
    due: Amounts
    rest: Amounts
    accrued: int

    @property
    def amounts(self) -> Amounts:
        """All of it by component."""
        return self.due + self.rest + Amounts(interest=self.accrued)


def payoff(book: Book, missing: Callable[[Due], Amounts], *, on: date) -> Payoff:
    """Return what pays a loan off on a day.

    Before the plan takes effect the figure is that of the day on which it does. Waivers that vest on completion are
    not asked for. What is overdue bears no interest here: the servicing system charges that by the contract.
    """
    due = Amounts()
    for one in book.dues:
        if one.due_on <= on:
            due += missing(one)
    return Payoff(loan_id=book.loan_id, due=due, rest=_rest(book, on), accrued=_accrued(book, on))


def _rest(book: Book, on: date) -> Amounts:
    """Return what is left after the instalments that have fallen due, without the interest of the running period."""
    passed = [row for row in book.rows if row.due_on <= on]
    later = [row for row in book.rows if row.due_on > on]
    rest = Amounts(fees=sum(row.fees for row in later))
    for row in later:
        rest += row.arrears
    last = passed[-1] if passed else None
    balance = last.closing if last else (later[0].opening if later else 0)
    unpaid = last.outstanding - last.closing - book.outstanding_beside(last) if last else 0
    if book.deferred is not None and book.deferred.due_on > on:
        rest += book.deferred.debt
    elif book.deferred is not None:
        # Interest that was put off is asked for with the final amount; what has fallen due is not left.
        unpaid -= book.deferred.interest
    if book.upfront.total and book.effective_on > on:
        rest += book.upfront
    return rest + Amounts(principal=balance, interest=max(unpaid, 0))


def _accrued(book: Book, on: date) -> int:
    running = next((row for row in book.rows if row.period_from < on < row.due_on), None)
    return book.accrual().until(running, on) if running and running.interest_accrued else 0
