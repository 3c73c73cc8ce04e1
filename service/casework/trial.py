"""The end of a trial: the final terms, worked out on what is owed once the trial payments have gone to the debt."""

from datetime import date
from typing import Any, Final

from service.casework.agreed import Agreed
from service.casework.holds import span_of
from service.casework.planning import Frame, ability_of, open_programmes
from service.casework.plans import own_terms
from service.casework.terms_sheet import terms_sheet
from service.domain.agreement import AgreementState
from service.domain.loans import Loan
from service.domain.performance import Payment, Performance, perform
from service.domain.watching import Watch
from service.relief.bringing_forward import Received, bring_forward
from service.relief.debt import Debt
from service.relief.periods import Span
from service.storage import payments
from service.storage.applications import without_names
from service.storage.documents import dump, load
from service.storage.work import UnitOfWork

SNAPSHOTS: Final = "snapshots"


def snapshots_sheet(agreed_loans: list[Loan]) -> dict[str, Any]:
    """Return the lender's figures of the loans, from which the debts go on while a trial runs."""
    return {loan.id: dump(without_names(loan)) for loan in agreed_loans}


async def convert_again(work: UnitOfWork, agreed: Agreed) -> None:
    """Work the final terms out once more, because a trial payment was taken back after the trial had been passed.

    The trial stays passed: what the payment would have paid is owed with the rest.
    """
    settings, left = agreed.policy.settings, agreed.counted
    agreed.counted, agreed.basis, agreed.row.active_from = frozenset(), agreed.row.document, None
    told = [payment for payment in agreed.received if payment.id in left]
    dues = [due for book in agreed.books().values() for due in book.dues]
    on = max([*(due.due_on for due in dues), *(payment.on for payment in told)])
    await convert(work, agreed, perform(dues, told, order=settings.allocation, on=on))


async def convert(work: UnitOfWork, agreed: Agreed, performance: Performance) -> None:
    """Work the agreed terms out anew on the debts as the trial payments have left them, and let them hold.

    They take effect on the due day of the last trial payment. A trial payment that came in the days of grace counts
    as paid on that day. All that was paid by now has gone to the debts: it is applied to nothing else.
    """
    counted = {part.payment for part in performance.parts} | set(performance.held)
    effective_on = max(due.due_on for due in performance.dues)
    frame = _frame(work, agreed, performance, effective_on=effective_on)
    document = terms_sheet(frame, own_terms(frame, agreed.terms), number=agreed.row.document["round"])
    agreed.basis, agreed.counted = {**document, "counted": sorted(counted)}, frozenset(counted)
    agreed.number += 1
    await payments.add_schedule(work, agreed.row, number=agreed.number, why=payments.CONVERTED, document=agreed.basis)
    agreed.row.active_from = effective_on
    if agreed.state is AgreementState.TRIAL:
        agreed.row.state, agreed.watch = AgreementState.ACTIVE, Watch()
    await work.record(
        agreed.file.case, "agreement_converted", agreement=str(agreed.row.id), schedule=agreed.number,
        effective_on=effective_on,
    )  # fmt: skip


def debts_on(agreed: Agreed, performance: Performance, *, on: date) -> tuple[Debt, ...]:
    """Return what is owed of each loan on a day of a trial: the contract goes on, and the payments go to it."""
    settings = agreed.policy.settings
    holds = [span_of(row) for row in agreed.file.holds if "interest" in row.scopes]
    loans = [load(Loan, snapshot) for snapshot in agreed.row.document[SNAPSHOTS].values()]
    return tuple(
        bring_forward(
            loan,
            effective_on=on,
            holds=[Span(span.starts_on, span.ends_on or on) for span in holds],
            payments=_received(agreed, performance, loan, until=on),
            allocation=settings.allocation,
            legal_cap=settings.legal_cap,
        )
        for loan in loans
    )


def _received(agreed: Agreed, performance: Performance, loan: Loan, *, until: date) -> list[Received]:
    """Return what has been received for a loan; what waits for no loan in particular is the first one's."""
    told: dict[str, Payment] = {payment.id: payment for payment in agreed.received}
    first = agreed.loans[0]["loan_id"]
    amounts: dict[str, int] = {}
    for part in performance.parts:
        if part.loan_id == loan.id:
            amounts[part.payment] = amounts.get(part.payment, 0) + part.amounts.total
    for payment_id, left in performance.held.items():
        if (told[payment_id].loan_id or first) == loan.id:
            amounts[payment_id] = amounts.get(payment_id, 0) + left
    return [
        Received(on=min(max(told[payment_id].on, loan.as_of or until), until), amount=amount)
        for payment_id, amount in amounts.items()
    ]


def _frame(work: UnitOfWork, agreed: Agreed, performance: Performance, *, effective_on: date) -> Frame:
    application, settings = agreed.file.application, agreed.policy.settings
    loans = [load(Loan, snapshot) for snapshot in agreed.row.document[SNAPSHOTS].values()]
    return Frame(
        debts=debts_on(agreed, performance, on=effective_on),
        currency=application.currency,
        first=frozenset(loan.id for loan in loans if loan.secured is not None),
        guaranteed=frozenset(loan.id for loan in loans if loan.parties),
        programmes=open_programmes(agreed.file.verdict, settings),
        ability=ability_of(application, settings),
        settings=settings,
        made_on=agreed.today,
        effective_on=effective_on,
        expires_at=work.now,
    )
