"""A case as clients read it."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from service.api.views.records import Record, View
from service.api.views.verdicts import DecisionView, EvidenceListView, ReviewView


class PolicyReference(View):
    """The policy that the case is pinned to."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str


class CaseView(Record):
    """One negotiation between one borrower and one lender, about one or more loans in one currency."""

    state: str = Field(
        description="draft, submitted, information_requested, in_review, offered, countered, agreed, breached, "
        "declined, lapsed, rejected, appealed, referred, fulfilled, withdrawn or closed."
    )
    reference: str | None = Field(default=None, description="Unique per posting partner.")
    channel: str
    currency: str
    follows: str | None = Field(default=None, description="The case that this one renegotiates.")
    policy: PolicyReference | None = Field(default=None, description="Null until the first review.")
    application: dict[str, Any] = Field(
        description="The latest version, in the shape of the request body; each loan also has `source`."
    )
    application_version: int
    evidence: EvidenceListView
    review: ReviewView | None = Field(default=None, description="The latest review.")
    decision: DecisionView | None = Field(default=None, description="The latest decision.")
    agreement_id: UUID | None = None
    holds: list[dict[str, Any]] = Field(default_factory=list)
    assignee: str | None = None
    flags: dict[str, bool] = Field(default_factory=dict, description="Facts set by the lender; lender's roles only.")
    information_due_on: date | None = Field(default=None, description="Until when what is missing can be handed in.")
    menu_empty: list[dict[str, Any]] | None = Field(
        default=None, description="Why an approved case has no offers: the limit that, relaxed, would make one."
    )
    submitted_at: datetime | None = None
    updated_at: datetime


class CaseLine(Record):
    """A case in a list."""

    state: str
    reference: str | None = None
    currency: str
    borrower_subject: str | None = None
    loans: list[str]
    hardship_reason: str | None = None
    assignee: str | None = None
    submitted_at: datetime | None = None
    updated_at: datetime


class ActionView(View):
    """Something that could be done next, and why not, if not."""

    action: str
    to: str | None = Field(default=None, description="The state it leads to.")
    allowed: bool
    why_not: str | None = None
    roles: list[str] = Field(description="The roles that may do it.")


class ActionsView(View):
    """What the asking actor can do next."""

    state: str
    version: int
    items: list[ActionView]


class EventView(View):
    """One thing that happened: by whom, when, what. Each is chained to the one before by its hash."""

    id: UUID
    sequence: int
    type: str = Field(examples=["submit", "reviewed", "evidence_received"])
    at: datetime
    actor_role: str
    actor: str | None = Field(default=None, description="Identity of the actor; shown to the lender's roles only.")
    caused_by: str | None = Field(default=None, description="The event that this one followed from.")
    particulars: dict[str, Any]
    previous_hash: str
    hash: str


class EvidenceView(Record):
    """A document that was handed in, or a requirement that was waived."""

    case_id: UUID
    kind: str
    loan_id: str | None = None
    state: str
    media_type: str | None = None
    size: int | None = Field(default=None, description="Bytes.")
    sha256: str | None = None
    file_name: str | None = None
    note: str | None = None
    refused_reason: str | None = None
    waived_reason: str | None = None

    @classmethod
    def of(cls, row: Any, *, version: int) -> Self:
        """Show a row of evidence."""
        return cls(
            id=row.id,
            version=version,
            created_at=row.created_at,
            case_id=row.case_id,
            kind=row.kind,
            loan_id=row.loan_id,
            state=row.state,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            file_name=row.file_name,
            note=row.note,
            refused_reason=row.refused_reason,
            waived_reason=row.waived_reason,
        )
