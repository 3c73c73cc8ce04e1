"""Offers, counter-proposals and agreements as clients read them."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from service.api.views.records import Minor, Record, View


class InstalmentView(View):
    """One dated payment of a plan, split by component."""

    number: int
    period_from: date
    due_on: date
    opening: Minor = Field(description="Principal that bears interest at the start of the period.")
    principal: Minor
    interest: Minor
    arrears: dict[str, int] = Field(description="Arrears paid with this instalment, per component, interest-free.")
    fees: Minor
    payment: Minor
    closing: Minor
    interest_accrued: Minor
    interest_added: Minor
    outstanding: Minor = Field(description="All that is owed after the payment, interest-free parts included.")


class ReconciliationLine(View):
    """The proof for one component: `before + accrued − received + moved_in` equals all the others together."""

    component: str
    before: Minor
    accrued: Minor
    received: Minor
    moved_in: Minor
    waived: Minor
    waived_conditional: Minor
    upfront: Minor
    scheduled: Minor
    deferred: Minor
    moved_out: Minor


class ScheduleView(View):
    """The dated payments of one loan."""

    instalments: list[InstalmentView]
    deferred: dict[str, Any] | None = Field(
        default=None, description="A separate final amount after the last instalment: day, debt, interest, amount."
    )


class OfferLoanView(View):
    """What the offer does to one loan."""

    loan_id: str
    programme: str | None = Field(default=None, description="Null where nothing is granted and the contract goes on.")
    terms: dict[str, Any]
    schedule: ScheduleView
    reconciliation: list[ReconciliationLine]
    upfront: dict[str, int] = Field(description="What is paid at signature, per component.")
    new_interest: Minor = Field(description="Interest that arises after the effective day.")
    new_fees: Minor
    measures: dict[str, Any] = Field(default_factory=dict)


class DueView(View):
    """What is due on one day over all loans."""

    due_on: date
    payment: Minor


class OfferView(Record):
    """Terms the lender is bound by until they expire; immutable."""

    case_id: UUID
    round: int
    state: str = Field(description="open, accepted, declined, withdrawn, expired or closed.")
    labels: list[str] = Field(description="lowest_payment, lowest_cost, soonest, recommended; balanced for the lender.")
    indicative: bool = Field(description="True when the lender has not vouched for the figures: it cannot be accepted.")
    programme: str | None = None
    terms: dict[str, Any]
    effective_on: date
    expires_at: datetime
    loans: list[OfferLoanView]
    total: list[DueView]
    measures: dict[str, Any]
    why: list[dict[str, Any]]
    binding: list[dict[str, Any]]
    level: str


class PlanView(View):
    """A plan that was worked out and not offered."""

    labels: list[str]
    programme: str | None = None
    terms: dict[str, Any]
    effective_on: date
    loans: list[OfferLoanView]
    total: list[DueView]
    measures: dict[str, Any]
    why: list[dict[str, Any]]
    binding: list[dict[str, Any]]
    level: str = Field(description="The authority that offering it needs.")
    breaches: list[dict[str, Any]] = Field(default_factory=list, description="Limits that the terms go beyond.")


class LoanScheduleView(View):
    """The instalments of one loan."""

    loan_id: str
    instalments: list[InstalmentView]


class SchedulesView(View):
    """The schedules of an offer or an agreement, and the total by due date."""

    loans: list[LoanScheduleView]
    total: list[DueView]


class BindingView(View):
    """A limit that stood in the way of what was asked."""

    limit: str = Field(examples=["instalments_max_of_original"])
    bound: Any = None
    asked: Any = None
    loan_id: str | None = None

    @classmethod
    def of(cls, line: dict[str, Any]) -> Self:
        """Show a limit."""
        return cls(limit=line["limit"], bound=line["bound"], asked=line["asked"], loan_id=line.get("loan_id"))


class DiffView(View):
    """What changed between what was asked and what is answered, and by whom."""

    field: str
    before: Any = None
    after: Any = None
    by: str | None = Field(default=None, description="The limit that changed it; null where it is not told.")


class CounterView(Record):
    """A counter-proposal and its answer."""

    case_id: UUID
    round: int
    asked: dict[str, Any]
    answer: str = Field(
        description="accepted (exactly these terms stand), countered (the nearest plan), waiting, refused."
    )
    offer: OfferView | None = None
    binding: list[BindingView]
    diff: list[DiffView]
    gap: dict[str, Any] | None = Field(default=None, description="What is missing when nothing is possible.")
    reason: str | None = Field(default=None, description="Why it was refused, in the words of whoever refused it.")


class AgreementView(Record):
    """An accepted offer with its signatures."""

    case_id: UUID
    offer_id: UUID
    state: str = Field(description="awaiting_signatures, trial, active, fulfilled, breached or cancelled.")
    effective_on: date
    terms: dict[str, Any]
    loans: list[OfferLoanView]
    total: list[DueView]
    measures: dict[str, Any]
    required_signatures: list[str]
    signatures: list[dict[str, Any]]
