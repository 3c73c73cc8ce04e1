"""Agreements, their schedules as they are performed, payments, and the payoff figure, as clients read them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from service.api.bodies.body import DocumentedAs
from service.api.views.plans import (
    ComponentsView,
    InstalmentView,
    Loans,
    Measures,
    Terms,
    Total,
)
from service.api.views.records import Minor, Record, View
from service.api.views.revealed import is_staff, plan_told
from service.casework.agreed import Agreed, Position
from service.casework.paying_off import LoanPayoff, PayoffOn
from service.casework.signing import sees_names
from service.casework.terms_sheet import row_sheet
from service.domain.actors import Actor, Role
from service.domain.agreement import AgreementState
from service.domain.money import Amounts
from service.domain.performance import Due, Performance
from service.domain.standing import InstalmentState
from service.storage.documents import plain
from service.storage.tables import PaymentRow

SECRETS_OF_A_BUDGET = ("payment_to_surplus",)
"""Measures that tell what the borrower has left to live on: not for whoever only signs beside them."""


class PaymentState(StrEnum):
    """Where a payment stands."""

    RECEIVED = "received"
    REVERSED = "reversed"


class SignatureView(View):
    """Who signed, how and when."""

    party: str = Field(examples=["borrower"])
    name: str | None = Field(description="As the signer wrote it; null for whoever may not know it.", examples=["李某"])
    method: Literal["typed"]
    at: datetime


class PerformanceView(View):
    """How an agreement is kept, as of a day."""

    on: date
    received: Minor = Field(description="All payments that were not taken back.")
    held: Minor = Field(description="What of them waits for an instalment to fall due.")
    arrears: Minor = Field(description="What fell due by the day before, and is missing.")
    missed: int = Field(description="Due days that are missed: past the days of grace, and short of the tolerance.")
    missed_since: date | None = Field(description="The oldest of them.")
    next_due_on: date | None
    next_payment: Minor | None = Field(description="What is due then, less what has been paid of it.")
    remedy_due_on: date | None = Field(description="Until then arrears can be made good; after it comes the breach.")


class AgreementView(Record):
    """An accepted offer with its signatures, and how it is kept."""

    case_id: UUID
    offer_id: UUID
    state: AgreementState
    effective_on: date
    terms: Terms
    schedule: int = Field(description="The number of the schedule in force; it grows with each change of it.")
    loans: Loans
    total: Total
    measures: Measures
    required_signatures: list[str] = Field(description="The parties that have to sign.", examples=[["borrower"]])
    signatures: list[SignatureView]
    active_from: date | None = Field(description="Since when the agreed terms hold; null before, and in a trial.")
    ends_on: date | None = Field(description="The last due day.")
    review_on: date | None = Field(description="When relief that is temporary is looked at again.")
    breached_on: date | None
    reinstated_on: date | None = Field(description="When it was last taken up again.")
    reinstatements: int
    ended_on: date | None
    performance: PerformanceView | None = Field(description="Null until everybody has signed.")


class KeptInstalmentView(InstalmentView):
    """One instalment with what has been paid of it."""

    paid: Minor
    missing: Minor
    state: InstalmentState


class KeptAmountView(View):
    """An amount beside the instalments, with what has been paid of it."""

    due_on: date
    payment: Minor
    paid: Minor
    missing: Minor
    state: InstalmentState


class KeptLoanView(View):
    """The instalments of one loan, and what is due at signature and at the end."""

    loan_id: str
    upfront: KeptAmountView | None
    instalments: list[Annotated[dict[str, Any], DocumentedAs(KeptInstalmentView)]]
    deferred: KeptAmountView | None


class KeptDayView(View):
    """What is due on one day over all loans, and what has been paid of it."""

    due_on: date
    payment: Minor
    paid: Minor
    state: InstalmentState


class KeptSchedulesView(View):
    """The schedules of an agreement that are in force, with what has been paid and what is missing."""

    agreement_id: UUID
    number: int
    on: date
    loans: list[KeptLoanView]
    total: list[KeptDayView]


class AppliedView(ComponentsView):
    """What of a payment went to one instalment; number 0 is due at signature, one above the last the final amount."""

    loan_id: str
    number: int
    early: bool = Field(description="True for principal that was repaid early, after this instalment.")


class PaymentView(Record):
    """A payment, and what it has paid so far."""

    agreement_id: UUID
    external_id: str
    state: PaymentState
    paid_on: date
    amount: Minor
    loan_id: str | None
    applied: list[AppliedView]
    held: Minor = Field(description="What of it waits for an instalment to fall due.")
    reversed_on: date | None
    reversal_reason: str | None = Field(description="Shown to the lender and the servicing system only.")


class LoanPayoffView(View):
    """What pays one loan off on a day, by component."""

    loan_id: str
    due: ComponentsView = Field(description="What has fallen due and was not paid.")
    rest: ComponentsView = Field(description="What would fall due later, without interest that has not arisen.")
    accrued_interest: Minor = Field(description="Interest of the running period up to that day.")
    reverted: ComponentsView = Field(description="What was waived and is owed again, because of the breach.")
    stays_waived: ComponentsView = Field(description="What is waived on completion, and stays so.")
    owed: ComponentsView = Field(description="`due`, `rest`, `accrued_interest` and `reverted` together.")


class PayoffView(View):
    """What ends an agreement on a day."""

    agreement_id: UUID
    on: date
    owed: Minor
    held: Minor = Field(description="Money that waits, and is set against it.")
    payoff: Minor = Field(description="What has still to be paid on that day.")
    loans: list[LoanPayoffView]


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
