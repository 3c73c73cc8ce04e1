"""Building the views of agreements, of how they are kept, of payments and of payoff figures."""

from collections.abc import Mapping
from typing import Any, Final

from service.api.views.agreements import (
    AgreementView,
    AppliedView,
    KeptAmountView,
    KeptDayView,
    KeptLoanView,
    KeptSchedulesView,
    LoanPayoffView,
    PaymentState,
    PaymentView,
    PayoffView,
    PerformanceView,
    SignatureView,
)
from service.api.views.plans import ComponentsView
from service.api.views.revealed import is_staff, plan_told
from service.casework.agreed import Agreed, Position
from service.casework.paying_off import LoanPayoff, PayoffOn
from service.casework.signing import sees_names
from service.casework.terms_sheet import row_sheet
from service.domain.actors import Actor, Role
from service.domain.agreement import AgreementState
from service.domain.money import Amounts
from service.domain.performance import Due, Performance
from service.storage.documents import plain
from service.storage.tables import PaymentRow

SECRETS_OF_A_BUDGET: Final = ("payment_to_surplus",)
"""Measures that tell what the borrower has left to live on: not for whoever only signs beside them."""


def agreement_view(agreed: Agreed, actor: Actor) -> AgreementView:
    """Show an agreement; names, and what the borrower has to live on, only to who may know them."""
    row, position = agreed.row, agreed.now()
    told = _told(agreed, position, actor)
    signed = agreed.state is not AgreementState.AWAITING_SIGNATURES
    return AgreementView(
        id=row.id,
        version=agreed.file.case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        offer_id=row.offer_id,
        state=agreed.state,
        effective_on=told["effective_on"],
        terms=told["terms"],
        schedule=agreed.number,
        loans=told["loans"],
        total=told["total"],
        measures=told["measures"],
        required_signatures=row.document["required_signatures"],
        signatures=[
            SignatureView(**{**signature, "name": signature["name"] if sees_names(actor, agreed, signature) else None})
            for signature in row.signatures
        ],
        active_from=row.active_from,
        ends_on=row.ends_on,
        review_on=row.review_on,
        breached_on=row.breached_on,
        reinstated_on=row.reinstated_on,
        reinstatements=row.reinstatements,
        ended_on=row.ended_on,
        performance=_performance(agreed, position) if signed else None,
    )


def _told(agreed: Agreed, position: Position, actor: Actor) -> dict[str, Any]:
    """Return the plan in force as somebody may see it."""
    told = plan_told(agreed.basis, actor)
    if agreed.is_changed(position):
        rows = {loan_id: [row_sheet(row) for row in book.rows] for loan_id, book in position.books.items()}
        told["loans"] = [
            {**loan, "schedule": {**loan["schedule"], "instalments": rows[loan["loan_id"]]}}
            for loan in told["loans"]
            if loan["loan_id"] in rows
        ]
        told["total"] = [{"due_on": day.on.isoformat(), "payment": day.asked} for day in position.standing.days]
    if not sees_names(actor, agreed):
        told["measures"] = _without_budget(told["measures"])
        told["loans"] = [{**loan, "measures": _without_budget(loan["measures"])} for loan in told["loans"]]
    return told


def _without_budget(measures: Mapping[str, Any]) -> dict[str, Any]:
    return {**measures, **dict.fromkeys(SECRETS_OF_A_BUDGET)}


def _performance(agreed: Agreed, position: Position) -> PerformanceView:
    standing = position.standing
    upcoming = standing.upcoming
    return PerformanceView(
        on=standing.on,
        received=sum(row.amount for row in agreed.payments if row.reversed_on is None),
        held=position.performance.waiting,
        arrears=standing.arrears,
        missed=len(standing.missed),
        missed_since=min(standing.missed, default=None),
        next_due_on=upcoming.on if upcoming else None,
        next_payment=upcoming.asked - upcoming.paid if upcoming else None,
        remedy_due_on=agreed.row.remedy_due_on,
    )


def kept_schedules_view(agreed: Agreed) -> KeptSchedulesView:
    """Show the schedules in force with what has been paid of them."""
    position = agreed.now()
    return KeptSchedulesView(
        agreement_id=agreed.row.id,
        number=agreed.number,
        on=position.standing.on,
        loans=[_kept_loan(agreed, position, loan_id) for loan_id in position.books],
        total=[
            KeptDayView(due_on=day.on, payment=day.asked, paid=day.paid, state=day.state)
            for day in position.standing.days
        ],
    )


def _kept_loan(agreed: Agreed, position: Position, loan_id: str) -> KeptLoanView:
    book = position.books[loan_id]
    dues = {due.number: due for due in position.performance.dues if due.loan_id == loan_id}
    kept = {number: _kept(agreed, position.performance, due) for number, due in dues.items()}
    return KeptLoanView(
        loan_id=loan_id,
        upfront=kept.get(0),
        instalments=[
            {**row_sheet(row), **kept[row.number].model_dump(include={"paid", "missing", "state"})} for row in book.rows
        ],
        deferred=kept.get(book.final_number) if book.deferred else None,
    )


def _kept(agreed: Agreed, performance: Performance, due: Due) -> KeptAmountView:
    asked, paid = due.asks.total, performance.paid_of(due).total
    return KeptAmountView(
        due_on=due.due_on,
        payment=asked,
        paid=paid,
        missing=asked - paid,
        state=agreed.rules().state(due.due_on, asked=asked, paid=paid, on=performance.on),
    )


def payment_view(row: PaymentRow, agreed: Agreed, position: Position, actor: Actor) -> PaymentView:
    """Show a payment with what it has paid."""
    counts = row.reversed_on is None
    parts = [part for part in position.performance.parts if part.payment == row.external_id and counts]
    knows_why = is_staff(actor) or actor.role is Role.SERVICING
    return PaymentView(
        id=row.id,
        version=agreed.file.case.version,
        created_at=row.created_at,
        agreement_id=row.agreement_id,
        external_id=row.external_id,
        state=PaymentState.RECEIVED if counts else PaymentState.REVERSED,
        paid_on=row.paid_on,
        amount=row.amount,
        loan_id=row.loan_id,
        applied=[
            AppliedView(loan_id=part.loan_id, number=part.number, early=part.early, **plain(part.amounts))
            for part in parts
        ],
        held=position.performance.held.get(row.external_id, 0) if counts else 0,
        reversed_on=row.reversed_on,
        reversal_reason=row.reversal_reason if knows_why else None,
    )


def payoff_view(found: PayoffOn) -> PayoffView:
    """Show what pays an agreement off."""
    return PayoffView(
        agreement_id=found.agreed.row.id,
        on=found.on,
        owed=sum(loan.amounts.total for loan in found.loans),
        held=found.held,
        payoff=found.lacking,
        loans=[_loan_payoff(loan) for loan in found.loans],
    )


def _loan_payoff(loan: LoanPayoff) -> LoanPayoffView:
    figure = loan.figure
    return LoanPayoffView(
        loan_id=figure.loan_id,
        due=_components(figure.due),
        rest=_components(figure.rest),
        accrued_interest=figure.accrued,
        reverted=_components(loan.reverted),
        stays_waived=_components(loan.vests),
        owed=_components(loan.amounts),
    )


def _components(amounts: Amounts) -> ComponentsView:
    return ComponentsView(**plain(amounts))
