"""The dated payments of a settlement, and what becomes of the rest of the debt."""

from collections.abc import Iterator, Sequence
from datetime import date

from service.domain.errors import Problem, RuleBroken
from service.domain.money import Amounts, Component, rounded, shared
from service.relief.arrangement import Draft
from service.relief.day_count import year_fraction
from service.relief.debt import Debt
from service.relief.instruments import Settlement, SettlementPayment
from service.relief.periods import Calendar, Period
from service.relief.reconciliation import Ledger
from service.relief.schedule import Deferred, Instalment, Schedule
from service.relief.settings import Settings


class SettlementNotPossible(RuleBroken):
    """A settlement pays more than is owed, or on days that have passed."""

    code = "settlement_not_possible"
    title = "The debt cannot be settled so"


def settle(draft: Draft, settlement: Settlement, calendar: Calendar) -> Schedule:
    """Put a settlement's payments into the ledger, waive or keep the rest, and return the payments as instalments.

    Each payment is applied in the allocation order; no interest runs. The rest is waived on completion, or stays
    owed and is due as a separate amount when the contract ends, though not before the last payment.
    """
    ledger = draft.ledger
    payments = _payments(settlement, calendar, ledger)
    _require_possible(payments, ledger, draft.pointer(settlement))
    parts = [_applied(payment.amount, ledger, draft.settings) for payment in payments]
    rest = {component: amount for component, amount in ledger.left.items() if amount}
    rows = tuple(_rows(ledger.debt, payments, parts, residual=_residual(settlement, rest)))
    periods = tuple(_measured(ledger.debt, row) for row in rows)
    if settlement.discharge == "full":
        for component, amount in rest.items():
            ledger.waive(component, amount, conditional=True)
        return Schedule(instalments=rows, periods=periods)
    for component, amount in rest.items():
        ledger.defer(component, amount)
    return Schedule(instalments=rows, periods=periods, deferred=_kept(ledger.debt, rest, rows[-1].due_on))


def _payments(settlement: Settlement, calendar: Calendar, ledger: Ledger) -> tuple[SettlementPayment, ...]:
    """Return the dated payments; a fraction is paid in equal parts of at least one unit on the due days."""
    if settlement.fraction is None or settlement.instalments is None:
        return settlement.payments
    total = rounded(settlement.fraction * sum(ledger.left.values()))
    amounts = [amount for amount in shared(total, [1] * settlement.instalments) if amount]
    return tuple(SettlementPayment(due_on=calendar.due_on(n), amount=amount) for n, amount in enumerate(amounts))


def _require_possible(payments: Sequence[SettlementPayment], ledger: Ledger, pointer: str) -> None:
    if not payments:
        detail = "There is nothing that a settlement could pay."
    elif sum(payment.amount for payment in payments) > sum(ledger.left.values()):
        detail = "The payments of a settlement come to no more than is owed."
    elif payments[0].due_on < ledger.debt.effective_on:
        detail = "The payments of a settlement are due when it has taken effect."
    else:
        return
    raise SettlementNotPossible(detail, [Problem(pointer, SettlementNotPossible.code, detail)])


def _applied(amount: int, ledger: Ledger, settings: Settings) -> Amounts:
    parts = Amounts()
    for component in settings.allocation:
        part = min(amount, ledger.left[component])
        ledger.put_in_instalments(component, part)
        parts = parts.with_(component, part)
        amount -= part
    return parts


def _rows(
    debt: Debt, payments: tuple[SettlementPayment, ...], parts: list[Amounts], *, residual: int
) -> Iterator[Instalment]:
    opening = sum(part.principal for part in parts)
    outstanding = sum(payment.amount for payment in payments) + residual
    period_from = debt.effective_on
    for n, (payment, part) in enumerate(zip(payments, parts, strict=True)):
        closing = opening - part.principal
        outstanding -= payment.amount
        others = part.with_(Component.PRINCIPAL, 0)
        yield Instalment(
            n + 1, period_from, payment.due_on, opening, part.principal, 0, others, 0, payment.amount,
            closing, 0, 0, outstanding,
        )  # fmt: skip
        opening, period_from = closing, payment.due_on


def _measured(debt: Debt, row: Instalment) -> Period:
    fraction = year_fraction(row.period_from, row.due_on, convention=debt.day_count)
    return Period(row.period_from, row.due_on, fraction)


def _residual(settlement: Settlement, rest: dict[Component, int]) -> int:
    return sum(rest.values()) if settlement.discharge == "residual" else 0


def _kept(debt: Debt, rest: dict[Component, int], last_due_on: date) -> Deferred | None:
    if not rest:
        return None
    kept = Amounts(**{component.value: amount for component, amount in rest.items()})
    due_on = max(debt.maturity_on or last_due_on, last_due_on)
    return Deferred(due_on=due_on, debt=kept, interest=0, amount=kept.total)
