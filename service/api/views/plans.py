"""The parts of a plan as clients read them: terms, schedules, reconciliation, measures, and the limits that bind.

A plan is a document that was worked out and checked when it was made, and never changes. It is handed on as it was
stored, which is many times faster than to check each figure of it again; most of the models here only describe it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from service.api.bodies.body import DocumentedAs
from service.api.bodies.terms import Instruments, LoanTermsBody
from service.api.views.records import Figure, Minor, Texts, View
from service.relief.consequences import Consequence


class ComponentsView(View):
    """An amount by component."""

    principal: Minor
    interest: Minor
    penalty: Minor
    fees: Minor


class InstalmentView(View):
    """One dated payment of a plan, split by component."""

    number: int = Field(description="Counts from 1.")
    period_from: date
    due_on: date
    opening: Minor = Field(description="Principal that bears interest at the start of the period.")
    principal: Minor
    interest: Minor
    arrears: ComponentsView = Field(description="Arrears paid with this instalment, interest-free.")
    fees: Minor
    payment: Minor = Field(description="What is due: principal, interest, arrears and fees together.")
    closing: Minor = Field(description="Principal that bears interest after the payment.")
    interest_accrued: Minor
    interest_added: Minor = Field(description="Interest that was not paid and was added to the principal.")
    outstanding: Minor = Field(description="All that is owed after the payment, interest-free parts included.")


class ReconciliationLine(View):
    """The proof for one component: `before + accrued - received + moved_in` equals all the others together."""

    component: Literal["principal", "interest", "penalty", "fees"]
    before: Minor = Field(description="Owed on the day of the snapshot.")
    accrued: Minor = Field(description="What arose from then to the day the offer takes effect.")
    received: Minor
    moved_in: Minor = Field(description="Came from other components, as when interest is capitalised.")
    waived: Minor
    waived_conditional: Minor = Field(description="Waived once the agreement is kept.")
    upfront: Minor = Field(description="Paid at signature.")
    scheduled: Minor = Field(description="Paid in the instalments.")
    deferred: Minor = Field(description="Due after the last instalment.")
    moved_out: Minor


class DeferredView(View):
    """A separate final amount, due after the last instalment."""

    due_on: date
    debt: ComponentsView
    interest: Minor
    amount: Minor


class ScheduleView(View):
    """The dated payments of one loan."""

    instalments: list[InstalmentView]
    deferred: DeferredView | None


class ChangeView(View):
    """How a plan differs from the contract; positive is more, later or longer."""

    level_payment: Minor
    highest_payment: Minor
    total_payable: Minor
    new_interest: Minor
    count: int
    months: int


class YieldView(View):
    """What a plan yields the lender, compared with the contract as it stands. Left out for everybody else."""

    npv_before: Minor = Field(default=0, description="Present value of the contract at the original effective rate.")
    npv_after: Minor = Field(default=0, description="Present value of the plan at the same rate.")
    concession: Minor = Field(default=0, description="What the lender loses of it.")
    diminished_obligation: str = Field(default="0", description="Difference over the former (EBA, threshold 1 %).")
    value_with: Minor = Field(default=0, description="Expected value with the agreement.")
    value_without: Minor = Field(default=0, description="Expected value without one.")
    uncalibrated: bool = Field(default=True, description="Until the lender has confirmed the figures these rest on.")


class LoanMeasuresView(YieldView):
    """What the plan of one loan costs the borrower."""

    first_payment: Minor
    level_payment: Minor = Field(description="The most frequent payment.")
    highest_payment: Minor
    highest_on: date | None
    last_payment: Minor
    count: int
    end_on: date
    upfront: Minor
    deferred: Minor
    total_payable: Minor = Field(description="All that is paid, at signature and later.")
    new_interest: Minor = Field(description="Interest that arises after the effective day.")
    new_fees: Minor
    waived: Minor
    waived_conditional: Minor
    payment_to_surplus: str | None = Field(
        description="The highest amount that a calendar month asks for over the surplus on its date; null without one."
    )
    change: ChangeView


class MeasuresView(YieldView):
    """What a plan costs the borrower over all loans; payments are those of a due date."""

    first: Minor
    level: Minor = Field(description="The most frequent payment.")
    highest: Minor
    last: Minor
    monthly: Minor = Field(description="The most that a calendar month asks for.")
    monthly_on: date | None
    count: int
    months: int
    end_on: date
    upfront: Minor
    deferred: Minor
    total_payable: Minor
    new_interest: Minor
    new_fees: Minor
    waived: Minor
    waived_conditional: Minor
    payment_to_surplus: str | None = Field(description="`monthly` over the surplus on its date; null without one.")


class LoanTermsView(View):
    """The instruments for one loan, in the form in which they can be offered again."""

    instruments: Instruments


class TermsView(View):
    """The terms of every loan of the case; a loan without instruments stays unchanged."""

    loans: list[LoanTermsBody]


class ConsequenceView(View):
    """One thing that a borrower should know before accepting."""

    code: Consequence
    text: Texts


class OfferLoanView(View):
    """What the offer does to one loan."""

    loan_id: str = Field(examples=["L-001"])
    programme: str | None = Field(description="Null where nothing is granted and the contract goes on.")
    terms: LoanTermsView
    schedule: ScheduleView
    reconciliation: list[ReconciliationLine]
    upfront: ComponentsView = Field(description="What is paid at signature, per component.")
    new_interest: Minor = Field(description="Interest that arises after the effective day.")
    new_fees: Minor
    measures: LoanMeasuresView
    consequences: list[ConsequenceView] = Field(description="What accepting means for the borrower, in words.")


class DueView(View):
    """What is due on one day over all loans."""

    due_on: date
    payment: Minor


class WhyView(View):
    """One reason why an offer is there: a permanent code and its figures."""

    code: str = Field(examples=["LOWEST_COST"])
    figures: dict[str, int | str]


class BindingView(View):
    """A limit that stands in the way of what was asked, or bounds what is offered."""

    limit: str = Field(description="Permanent name.", examples=["instalments_max_of_original"])
    bound: Figure = Field(examples=[36])
    asked: Figure = Field(examples=[48])
    loan_id: str | None
    on: date | None = Field(description="The day on which it binds, where there is one.")


class Label(StrEnum):
    """Why somebody may want an offer; *balanced* is shown to the lender only."""

    RECOMMENDED = "recommended"
    LOWEST_COST = "lowest_cost"
    LOWEST_PAYMENT = "lowest_payment"
    SOONEST = "soonest"
    BALANCED = "balanced"


class RelaxedView(View):
    """A limit that stands in the way of every plan, and what it would have to be for one plan."""

    option: int = Field(description="Limits of one option would have to give way together; options are alternatives.")
    limit: str
    bound: Figure
    needed: Figure
    programme: str | None
    loan_id: str | None


Terms = Annotated[dict[str, Any], DocumentedAs(TermsView)]
Loans = list[Annotated[dict[str, Any], DocumentedAs(OfferLoanView)]]
Total = list[Annotated[dict[str, Any], DocumentedAs(DueView)]]
Measures = Annotated[dict[str, Any], DocumentedAs(MeasuresView)]
Whys = list[Annotated[dict[str, Any], DocumentedAs(WhyView)]]
Instalments = list[Annotated[dict[str, Any], DocumentedAs(InstalmentView)]]
