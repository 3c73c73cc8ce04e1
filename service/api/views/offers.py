"""Offers and counter-proposals as clients read them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from service.api.views.plans import BindingView, Instalments, Label, Loans, Measures, Terms, Total, Whys
from service.api.views.records import Figure, Minor, Record, View
from service.domain.offer import OfferState
from service.domain.policy import Level

LEVEL: Final = "The authority that offering it needs; shown to the lender only."


class OfferView(Record):
    """Terms the lender is bound by until they expire; immutable."""

    case_id: UUID
    round: int = Field(description="Counts the menus and counter-proposals of the case.")
    state: OfferState
    labels: list[Label]
    indicative: bool = Field(description="True when the lender has not vouched for the figures: it cannot be accepted.")
    programme: str | None = Field(description="Null for terms of several programmes, or of a caseworker's own.")
    terms: Terms
    effective_on: date = Field(description="The day from which the new schedule counts.")
    expires_at: datetime = Field(description="Until then the lender is bound.")
    loans: Loans
    total: Total = Field(description="What is due by date over all loans.")
    measures: Measures
    why: Whys
    binding: list[BindingView] = Field(description="The limits that this offer reaches.")
    level: Level | None = Field(description=LEVEL)


class PlanView(View):
    """A plan that was worked out and not offered."""

    labels: list[Label]
    programme: str | None
    terms: Terms
    effective_on: date
    loans: Loans
    total: Total
    measures: Measures
    why: Whys
    binding: list[BindingView]
    level: Level | None = Field(description=LEVEL)
    breaches: list[BindingView] = Field(description="Limits that the terms go beyond.")


class LoanScheduleView(View):
    """The instalments of one loan."""

    loan_id: str
    instalments: Instalments


class SchedulesView(View):
    """The schedules of an offer, and the total by due date."""

    loans: list[LoanScheduleView]
    total: Total


class AskedView(View):
    """What the borrower asked for."""

    payment: Minor | None
    months: int | None
    lump_sum: Minor | None
    first_due_on: date | None


class DiffView(View):
    """What changed between what was asked and what is answered, and by which limit."""

    field: str = Field(examples=["payment"])
    before: Figure = Field(examples=[320000])
    after: Figure = Field(examples=[393490])
    by: str | None = Field(description="The limit that changed it; null where it is the lender's own affair.")


class GapView(View):
    """What a counter-proposal lacks where no plan is possible."""

    amount: Minor = Field(description="The debt that its payments do not repay.")
    monthly: Minor = Field(description="The same as an amount a month.")
    instruments: list[str] = Field(description="Kinds of instruments that could close it.")


class CounterAnswer(StrEnum):
    """What came of a counter-proposal."""

    ACCEPTED = "accepted"
    COUNTERED = "countered"
    WAITING = "waiting"
    REFUSED = "refused"


class CounterView(Record):
    """A counter-proposal and its answer."""

    case_id: UUID
    round: int
    asked: AskedView
    answer: CounterAnswer
    answered_by: Literal["lender", "system"] | None = Field(
        description="A person at the lender's desk, or the service by the rules of the policy; null while it waits."
    )
    offer: OfferView | None = Field(description="The offer that answers it, and stands now.")
    binding: list[BindingView]
    diff: list[DiffView]
    gap: GapView | None
    reason: str | None = Field(description="Why it was refused, in the words of whoever refused it.")


class RoundKind(StrEnum):
    """What a round of the negotiation is."""

    MENU = "menu"
    COUNTER = "counter"


class RoundView(Record):
    """One round of the negotiation: a menu of offers, or a counter-proposal and its answer."""

    case_id: UUID
    round: int
    kind: RoundKind
    by: Literal["borrower", "lender", "system"] = Field(
        description="Who moved: the borrower's side, a person at the lender's desk, or the service by itself."
    )
    menu: list[OfferView] = Field(description="The offers that were made together; empty for a counter-proposal.")
    counter_proposal: CounterView | None = Field(description="Null for a menu.")
