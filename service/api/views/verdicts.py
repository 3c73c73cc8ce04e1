"""Verdicts, reasons and evidence lists as clients read them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from service.api.views.records import Record, Texts, View
from service.domain.evidence import SATISFIES, Checked
from service.domain.facts import Facts
from service.domain.policy import ProgrammeVerdict, Reason, Recourse, TraceLine, Verdict
from service.storage.documents import plain


class ReasonView(View):
    """Why: the rule, the fact and the threshold behind it, and where the rule comes from."""

    code: str = Field(description="Permanent code; never renamed or reused.", examples=["NO_SURPLUS"])
    severity: str = Field(description="fatal, warning or informational.")
    fact: str | None = Field(default=None, description="Name of the fact that the rule compared.")
    value: Any = Field(default=None, description="The fact's value: minor units, a decimal string, a flag or a word.")
    threshold: str | None = Field(default=None, description="What the fact was compared with.", examples=["<= 0"])
    text: Texts
    source: str = Field(description="The law, rule book or setting the rule comes from; never empty.")
    loan_id: str | None = None

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Show a reason."""
        return cls(
            code=reason.code,
            severity=reason.severity,
            fact=reason.fact,
            value=plain(reason.value),
            threshold=reason.threshold,
            text=dict(reason.text),
            source=reason.source,
            loan_id=reason.loan_id,
        )


class RecourseView(View):
    """What would have to change, verified by judging the changed facts."""

    possible: bool = Field(description="False when nothing the borrower can change would help.")
    changes: dict[str, Any] = Field(default_factory=dict, description="Fact by fact, the value that would do.")
    text: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, recourse: Recourse | None) -> Self | None:
        """Show a recourse, if there was one to work out."""
        if recourse is None:
            return None
        changes = {name: plain(value) for name, value in recourse.changes.items()}
        return cls(possible=recourse.possible, changes=changes, text=dict(recourse.text))


class ProgrammeVerdictView(View):
    """What the policy says of one programme for one loan."""

    code: str
    loan_id: str
    eligibility: str = Field(description="eligible, conditional (a fact or document is missing) or ineligible.")
    reasons: list[ReasonView]
    missing: list[str] = Field(description="The facts or documents that are missing when conditional.")
    limits: dict[str, Any]
    recourse: RecourseView | None = None

    @classmethod
    def of(cls, answer: ProgrammeVerdict) -> Self:
        """Show the answer for one programme."""
        return cls(
            code=answer.code,
            loan_id=answer.loan_id,
            eligibility=answer.eligibility,
            reasons=[ReasonView.of(r) for r in answer.reasons],
            missing=list(answer.missing),
            limits={name: plain(value) for name, value in answer.limits.items()},
            recourse=RecourseView.of(answer.recourse),
        )


class TraceLineView(View):
    """One rule that was evaluated, with the facts it read."""

    rule: str
    loan_id: str | None = None
    when: str
    result: str = Field(description="true, false or unknown.")
    facts: dict[str, Any] = Field(default_factory=dict)
    fault: str | None = None

    @classmethod
    def of(cls, line: TraceLine) -> Self:
        """Show one line of the trace."""
        return cls(
            rule=line.rule,
            loan_id=line.loan_id,
            when=line.when,
            result=line.result,
            facts={name: plain(value) for name, value in line.facts.items()},
            fault=line.fault,
        )


class VerdictView(View):
    """A policy's answer: outcome, all reasons that apply, programmes per loan, the authority needed."""

    outcome: str = Field(description="approve, reject, manual or request_information.")
    reasons: list[ReasonView]
    level: str = Field(description="Authority that granting needs: system, caseworker, supervisor or committee.")
    policy: str = Field(description="Name and version of the policy.", examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change the policy's answers.")
    programmes: list[ProgrammeVerdictView]
    trace: list[TraceLineView] = Field(default_factory=list, description="Shown to the lender's roles only.")

    @classmethod
    def of(cls, verdict: Verdict, *, with_trace: bool) -> Self:
        """Show a verdict; the trace is for the lender's roles."""
        return cls(
            outcome=verdict.outcome,
            reasons=[ReasonView.of(r) for r in verdict.reasons],
            level=verdict.level,
            policy=verdict.policy_id,
            digest=verdict.digest,
            programmes=[ProgrammeVerdictView.of(p) for p in verdict.programmes],
            trace=[TraceLineView.of(line) for line in verdict.trace] if with_trace else [],
        )


class RequiredView(View):
    """A document that the policy asks for, and where it stands."""

    kind: str = Field(examples=["bank_statements"])
    loan_id: str | None = None
    why: Texts
    state: str = Field(description="required, received, verified, refused, stale or waived.")


class MissingView(View):
    """A document that has still to be handed in."""

    kind: str
    loan_id: str | None = None
    why: Texts


class EvidenceListView(View):
    """The one list of what is needed and what is missing."""

    required: list[RequiredView]
    missing: list[MissingView]

    @classmethod
    def of(cls, checked: Iterable[Checked]) -> Self:
        """Show the list."""
        items = list(checked)
        return cls(
            required=[
                RequiredView(kind=c.item.kind, loan_id=c.item.loan_id, why=dict(c.item.why), state=c.state)
                for c in items
            ],
            missing=[
                MissingView(kind=c.item.kind, loan_id=c.item.loan_id, why=dict(c.item.why))
                for c in items
                if c.state not in SATISFIES
            ],
        )


class ReviewView(Record):
    """One judging of the case: facts, policy, day, verdict."""

    case_id: UUID
    application_version: int
    on: date = Field(description="The local day as of which the case was judged.")
    verdict: VerdictView
    facts: dict[str, Any] | None = Field(default=None, description="All facts; shown to the lender's roles only.")


class DecisionView(Record):
    """What was decided, by whom, with reasons."""

    case_id: UUID
    outcome: str = Field(description="approve or reject.")
    reasons: list[ReasonView]
    comment: str | None = None
    level: str
    confirmation: str = Field(description="not_needed, pending, confirmed or refused.")
    automatic: bool = Field(description="True when no person took part; then a human review may be asked for.")
    decided_by: str
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


def facts_shown(facts: Facts) -> dict[str, Any]:
    """Show facts as JSON: those of the case, and of each loan by its id."""
    return {
        "case": {name: plain(value) for name, value in facts.of_case().items()},
        "loans": {
            loan_id: {n: plain(getattr(loan, n)) for n in loan.__dataclass_fields__}
            for loan_id, loan in facts.loans.items()
        },
    }
