"""Verdicts, reasons, decisions and evidence lists as clients read them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from service.api.views.records import Figure, Record, Texts, View
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.evidence import EvidenceState
from service.domain.policy import Eligibility, Level, Outcome, Severity


class ReasonView(View):
    """Why: the rule, the fact and the threshold behind it, and where the rule comes from."""

    code: str = Field(description="Permanent code; never renamed or reused.", examples=["NO_HARDSHIP"])
    severity: Severity
    fact: str | None = Field(description="Name of the fact that the rule compared.", examples=["payment_to_surplus"])
    value: Figure = Field(description="What the fact was.", examples=["0.156238"])
    threshold: str | None = Field(description="What the fact was compared with.", examples=["<= 0.9"])
    text: Texts
    source: str = Field(description="The law, rule book or setting the rule comes from; never empty.")
    loan_id: str | None = Field(description="The loan that the rule is about; null when it is about the case.")


class RecourseView(View):
    """What would have to change, verified by judging the changed facts."""

    possible: bool = Field(description="False when nothing the borrower can change would help.")
    changes: dict[str, Figure] = Field(description="Fact by fact, the value that would do.")
    text: dict[str, str] = Field(description="The same in words, per locale; empty when there is nothing to say.")


class ProgrammeVerdictView(View):
    """What the policy says of one programme for one loan."""

    code: str = Field(examples=["term_extension"])
    loan_id: str = Field(examples=["L-001"])
    eligibility: Eligibility
    reasons: list[ReasonView] = Field(description="Which rule, fact and threshold stand in the way.")
    missing: list[str] = Field(description="The facts or documents that are missing when conditional.")
    limits: dict[str, Figure] = Field(
        description="The bounds of the programme. Floors and the lender's own limits are shown to the lender only."
    )
    recourse: RecourseView | None = Field(description="Null for an eligible programme.")


class Truth(StrEnum):
    """What came of a condition; *unknown* when a fact that it names is."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class TraceLineView(View):
    """One rule that was evaluated, with the facts it read."""

    rule: str
    loan_id: str | None
    when: str = Field(description="The condition, as the pack writes it.", examples=["surplus > 0"])
    result: Truth
    facts: dict[str, Figure]
    fault: str | None = Field(description="Why the condition could not be evaluated.")


class VerdictView(View):
    """A policy's answer: outcome, all reasons that apply, programmes per loan, the authority needed."""

    outcome: Outcome
    reasons: list[ReasonView]
    level: Level | None = Field(description="The authority that granting needs; shown to the lender only.")
    policy: str = Field(description="Name and version of the policy.", examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change the policy's answers.")
    programmes: list[ProgrammeVerdictView]
    trace: list[TraceLineView] = Field(description="Every rule that was evaluated; shown to the lender only.")


class RequiredView(View):
    """A document that the policy asks for, and where it stands."""

    kind: str = Field(examples=["bank_statements"])
    loan_id: str | None = Field(description="The loan it is about; null when it is about the case.")
    why: Texts
    state: EvidenceState


class MissingView(View):
    """A document that has still to be handed in."""

    kind: str = Field(examples=["bank_statements"])
    loan_id: str | None = Field(description="The loan it is about; null when it is about the case.")
    why: Texts


class EvidenceListView(View):
    """The one list of what is needed and what is missing."""

    required: list[RequiredView]
    missing: list[MissingView] = Field(description="What is neither received, verified nor waived, or grew stale.")


class FactsView(View):
    """All that the policy saw; names and definitions are those of the policy facts."""

    case: dict[str, Figure]
    loans: dict[str, dict[str, Figure]] = Field(description="By loan id.")


class ReviewView(Record):
    """One judging of the case: facts, policy, day, verdict."""

    case_id: UUID
    application_version: int
    on: date = Field(description="The local day as of which the case was judged.")
    verdict: VerdictView
    facts: FactsView | None = Field(description="Shown to the lender only.")


class DecisionView(Record):
    """What was decided, by whom, with reasons."""

    case_id: UUID
    outcome: DecisionOutcome
    reasons: list[ReasonView]
    comment: str | None = Field(
        description="Shown to the lender only, but that of a final rejection for `OTHER`: it is the reason."
    )
    level: Level | None = Field(description="The authority that the decision needs; shown to the lender only.")
    confirmation: Confirmation
    automatic: bool = Field(description="True when no person took part; then a human review may be asked for.")
    decided_by: str = Field(description="Who decided; the borrower's side is told the role.")
    overrides_verdict: bool | None = Field(
        description="Whether it goes against a verdict that approves or rejects; shown to the lender only."
    )
    appeal_id: UUID | None = Field(description="The appeal after which it was decided; an approval then binds.")
    confirmed_by: str | None = Field(description="Shown to the lender only.")
    confirmed_at: datetime | None
