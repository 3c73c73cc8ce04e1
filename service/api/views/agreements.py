"""Agreements, their schedules as they are performed, payments, and the payoff figure, as clients read them."""

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
from service.domain.agreement import AgreementState
from service.domain.standing import InstalmentState


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
