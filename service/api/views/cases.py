"""A case, its documents, its history and what can be done next, as clients read them."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from service.api.bodies.application import ApplicationMembers
from service.api.bodies.body import DocumentedAs
from service.api.bodies.figures import Currency
from service.api.bodies.loans import LoanBody
from service.api.views.deadlines import HoldView
from service.api.views.plans import RelaxedView
from service.api.views.records import Record, Texts, View
from service.api.views.verdicts import DecisionView, EvidenceListView, ReviewView
from service.domain.actors import Role
from service.domain.evidence import EvidenceState
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.locales import Locale
from service.domain.next_step import Step, Why
from service.domain.words import Channel, HardshipReason, LoanSource

UNREAD: Final = (
    "How many messages you have not marked as read: at the lender's desk the borrower's side's, else others'."
)


class PolicyReference(View):
    """The policy that the case is pinned to."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change its answers.")


class LoanView(LoanBody):
    """A loan of the application, and who says what it stands at."""

    source: LoanSource | None


class ApplicationView(ApplicationMembers):
    """The latest version of the application; what can be left out of a request is null or its default here."""

    currency: Currency
    loans: list[LoanView]  # type: ignore[assignment]  # only described, never built


class RequestView(View):
    """A request that takes a step; what stands in braces in its path is to be looked up."""

    method: Literal["POST", "PUT"]
    path: str = Field(examples=["/v1/cases/0193c3a0-7c00-7000-8000-000000000001/reviews"])


class NextStepView(View):
    """What the desk should do next, and why."""

    step: Step
    why: Why
    text: Texts
    because: Texts = Field(description="The reason, with what it rests on and the next deadline.")
    request: RequestView | None


class CaseView(Record):
    """One negotiation between one borrower and one lender, about one or more loans in one currency."""

    state: CaseState
    reference: str | None = Field(description="Unique per posting partner.")
    channel: Channel
    currency: str = Field(description="ISO 4217.", examples=["CNY"])
    follows: UUID | None = Field(description="The case that this one renegotiates.")
    policy: PolicyReference | None = Field(description="Null until the first review.")
    # It was checked when it was posted; to check it again with every answer would cost more than all the rest.
    application: Annotated[dict[str, Any], DocumentedAs(ApplicationView)]
    application_version: int = Field(description="Each change of the application makes a new version.")
    evidence: EvidenceListView
    review: ReviewView | None = Field(description="The latest review.")
    decision: DecisionView | None = Field(description="The latest decision.")
    agreement_id: UUID | None
    unread_messages: int = Field(description=UNREAD)
    holds: list[HoldView] = Field(description="Pauses of contact, collection and so on that run.")
    assignee: str | None = Field(description="Who looks after the case; shown to the lender only.")
    flags: dict[str, bool] = Field(description="Facts set by the lender; shown to the lender only.")
    next_step: NextStepView | None = Field(
        description="What the desk should do next; null when the case has ended. Shown to the lender only."
    )
    information_due_on: date | None = Field(description="Until when what is missing can be handed in.")
    menu_empty: list[RelaxedView] | None = Field(
        description="Why an approved case has no offers: the limit that, relaxed, would make one."
    )
    submitted_at: datetime | None
    updated_at: datetime


class CaseLine(Record):
    """A case in a list."""

    state: CaseState
    reference: str | None
    currency: str
    borrower_subject: str | None
    loans: list[str] = Field(description="The ids of its loans.")
    hardship_reason: HardshipReason | None
    assignee: str | None = Field(description="Shown to the lender only.")
    unread_messages: int = Field(description=UNREAD)
    submitted_at: datetime | None
    updated_at: datetime


class DeskLine(CaseLine):
    """A case in the worklist of the desk."""

    next_due_at: datetime | None = Field(description="The moment at which the next deadline is over.")
    next_step: NextStepView | None = Field(description="What to do next, and why; null when the case has ended.")


class ActionView(View):
    """Something that could be done next, and why not, if not."""

    action: CaseAction
    text: str = Field(description="What it is, in plain words.", examples=["Accept an offer."])
    to: CaseState | None = Field(description="The state it leads to.")
    allowed: bool
    why_not: str | None = Field(description="One sentence; null when it is allowed.")
    roles: list[Role] = Field(description="The roles that may do it.")


class ActionsView(View):
    """What the asking actor can do next."""

    state: CaseState
    version: int
    locale: Locale
    items: list[ActionView]


class EventView(View):
    """One thing that happened: by whom, when, what. Each is chained to the one before by its hash."""

    id: UUID
    sequence: int = Field(description="Counts from 1 in each case, without gaps.")
    type: str = Field(
        description="An action of the lifecycle, or what else happened.",
        examples=["submit", "reviewed", "evidence_received"],
    )
    at: datetime
    actor_role: Role
    actor: str | None = Field(description="Identity of the actor; shown to the lender only.")
    caused_by: str | None = Field(description="The event that this one followed from.")
    particulars: dict[str, Any] = Field(description="What exactly; the lender's own affairs are left out for others.")
    previous_hash: str = Field(description="The hash of the event before; empty for the first.")
    hash: str = Field(description="SHA-256 over the whole event and the hash before it.")


class EvidenceView(Record):
    """A document that was handed in, or a requirement that was waived."""

    case_id: UUID
    kind: str = Field(examples=["bank_statements"])
    loan_id: str | None
    state: EvidenceState
    media_type: str | None = Field(description="By its content, whatever was said; null for a waiver.")
    size: int | None = Field(description="Bytes.")
    sha256: str | None
    file_name: str | None
    note: str | None
    handed_in_at: datetime = Field(description="Since when it counts as old: when the borrower handed it in first.")
    reused: bool = Field(description="Taken over from an earlier case of the borrower.")
    refused_reason: str | None
    waived_reason: str | None


class ReusableView(EvidenceView):
    """A document of another case of the same borrower."""

    needed: bool = Field(description="Whether this case misses a document of this kind.")
