"""What pays an agreement off on a day, whether it has been, and what a breach makes owed again."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service.casework.agreed import PERFORMING, Agreed, Position, open_agreement, require_state
from service.casework.desk import Desk
from service.casework.trial import debts_on
from service.domain.agreement import AgreementState
from service.domain.errors import Problem, RuleBroken
from service.domain.money import Amounts, Component
from service.relief.bringing_forward import PaymentNotUsable
from service.relief.payoff import Payoff, payoff
from service.relief.vesting import reverting
from service.storage.work import UnitOfWork

NOTHING = Amounts()


class DayNotUsable(RuleBroken):
    """There is no figure for a day before the agreement."""

    code = "day_before_agreement"
    title = "The day lies before the agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanPayoff:
    """What pays a loan off: `owed` on that day, and what a breach made owed again; `held` waits for this loan alone.

    `vests` is what stays waived because the loan is paid off.
    """

    figure: Payoff
    reverted: Amounts
    vests: Amounts
    held: int

    @property
    def amounts(self) -> Amounts:
        """All that is owed, by component."""
        return self.figure.amounts + self.reverted


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffOn:
    """What pays an agreement off on a day; `held` is money that waits, for one loan or for any of them."""

    agreed: Agreed
    on: date
    loans: tuple[LoanPayoff, ...]
    held: int

    @property
    def lacking(self) -> int:
        """What has still to be paid; money that waits for one loan pays off no other."""
        common = self.held - sum(loan.held for loan in self.loans)
        return max(0, sum(max(0, loan.amounts.total - loan.held) for loan in self.loans) - common)


async def read_payoff(work: UnitOfWork, *, agreement_id: UUID, on: date | None, desk: Desk) -> PayoffOn:
    """Read what pays an agreement off on a day; today, if none is named."""
    agreed = await open_agreement(work, agreement_id, desk=desk, lock=False)
    require_state(agreed, *PERFORMING, AgreementState.BREACHED)
    day = on or agreed.today
    if day < agreed.made_on:
        detail = "The agreement was made later."
        raise DayNotUsable(detail, [Problem("/query/on", DayNotUsable.code, detail)])
    return payoff_on(agreed, day)


def payoff_on(agreed: Agreed, on: date) -> PayoffOn:
    """Return what pays each loan off on a day, with the payments whose value date is not later."""
    position = agreed.on(on)
    held = position.performance.held
    of_loan = {payment.id: payment.loan_id for payment in agreed.received}
    figures = _of_trial(agreed, position, on) if agreed.is_in_trial else _of_plan(position, on)
    reverted, vests = reverted_by(agreed, position), conditional_in(agreed)
    return PayoffOn(
        agreed=agreed,
        on=on,
        loans=tuple(
            LoanPayoff(
                figure=figure,
                reverted=reverted.get(figure.loan_id, NOTHING),
                vests=vests[figure.loan_id] - reverted.get(figure.loan_id, NOTHING),
                held=sum(amount for id_, amount in held.items() if of_loan[id_] == figure.loan_id),
            )
            for figure in figures
        ),
        held=0 if agreed.is_in_trial else sum(held.values()),
    )


def _of_plan(position: Position, on: date) -> list[Payoff]:
    return [payoff(book, position.performance.missing_of, on=on) for book in position.books.values()]


def _of_trial(agreed: Agreed, position: Position, on: date) -> list[Payoff]:
    """Return what is owed of the original contracts, which go on while a trial runs."""
    try:
        debts = debts_on(agreed, position.performance, on=on)
    except PaymentNotUsable:
        return [Payoff(loan_id=loan, due=NOTHING, rest=NOTHING, accrued=0) for loan in position.books]
    return [Payoff(loan_id=debt.loan_id, due=NOTHING, rest=debt.balance, accrued=0) for debt in debts]


def is_paid_off(agreed: Agreed) -> bool:
    """Say whether what waits covers the payoff figure of the day on which the last payment arrived."""
    return bool(agreed.received) and payoff_on(agreed, _last_paid_on(agreed)).lacking == 0


def overpaid_by(agreed: Agreed) -> int:
    """Return what was paid beyond all that was owed."""
    found = payoff_on(agreed, _last_paid_on(agreed))
    return max(0, found.held - sum(loan.amounts.total for loan in found.loans))


def _last_paid_on(agreed: Agreed) -> date:
    return max((payment.on for payment in agreed.received if payment.on <= agreed.today), default=agreed.today)


def conditional_in(agreed: Agreed) -> dict[str, Amounts]:
    """Return what is waived on a condition, per loan and component."""
    return {
        loan["loan_id"]: Amounts(**{
            Component(line["component"]).value: line["waived_conditional"] for line in loan["reconciliation"]
        })
        for loan in agreed.loans
    }  # fmt: skip


def reverted_by(agreed: Agreed, position: Position) -> dict[str, Amounts]:
    """Return what of the waivers a breach makes owed again, per loan; nothing where the pack lets them stand."""
    reverts = agreed.policy.settings.agreement.waivers_on_breach == "revert" and not agreed.is_in_trial
    if not reverts or agreed.state is not AgreementState.BREACHED:
        return {}
    found, performance = {}, position.performance
    for loan_id, conditional in conditional_in(agreed).items():
        dues = [due for due in performance.dues if due.loan_id == loan_id]
        paid = sum(performance.paid_of(due).total for due in dues)
        payable = sum(due.asks.total for due in dues)
        found[loan_id] = reverting(agreed.debt(loan_id), agreed.terms[loan_id], conditional, paid=paid, payable=payable)
    return found
