"""Building the views of verdicts, reviews, decisions and evidence lists."""

from collections.abc import Iterable
from typing import Any

from service.api.views.revealed import bounds_told, for_staff, is_staff
from service.api.views.verdicts import (
    DecisionView,
    EvidenceListView,
    FactsView,
    MissingView,
    ProgrammeVerdictView,
    ReasonView,
    RecourseView,
    RequiredView,
    ReviewView,
    TraceLineView,
    Truth,
    VerdictView,
)
from service.domain.actors import Actor
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.evidence import SATISFIES, Checked
from service.domain.facts import Facts
from service.domain.policy import Level, ProgrammeVerdict, Reason, Recourse, Severity, TraceLine, Verdict
from service.storage import decisions, reviews
from service.storage.documents import plain
from service.storage.tables import CaseRow, DecisionRow, ReviewRow


def review_view(row: ReviewRow, case: CaseRow, actor: Actor) -> ReviewView:
    """Show a review; facts and trace are for the lender's roles."""
    return ReviewView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        application_version=row.application_version,
        on=row.on_day,
        verdict=verdict_view(reviews.verdict_of(row), actor),
        facts=facts_view(reviews.facts_of(row)) if is_staff(actor) else None,
    )


def decision_view(row: DecisionRow, case: CaseRow, actor: Actor) -> DecisionView:
    """Show a decision; the names of its makers are for the lender's roles."""
    return DecisionView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        outcome=DecisionOutcome(row.outcome),
        reasons=[_stored_reason(reason) for reason in row.reasons],
        comment=row.comment if is_staff(actor) else decisions.comment_told(row),
        level=for_staff(Level(row.level), actor),
        confirmation=Confirmation(row.confirmation),
        automatic=row.automatic,
        decided_by=row.decided_by if is_staff(actor) else row.decided_role,
        overrides_verdict=for_staff(row.overrides_verdict, actor),
        appeal_id=row.appeal_id,
        confirmed_by=for_staff(row.confirmed_by, actor),
        confirmed_at=row.confirmed_at,
    )


def verdict_view(verdict: Verdict, actor: Actor) -> VerdictView:
    """Show a verdict; trace and level are for the lender's roles."""
    return VerdictView(
        outcome=verdict.outcome,
        reasons=[reason_view(r) for r in verdict.reasons],
        level=for_staff(verdict.level, actor),
        policy=verdict.policy_id,
        digest=verdict.digest,
        programmes=[programme_view(p, actor) for p in verdict.programmes],
        trace=[_trace_line(line) for line in verdict.trace] if is_staff(actor) else [],
    )


def programme_view(answer: ProgrammeVerdict, actor: Actor) -> ProgrammeVerdictView:
    """Show the answer for one programme."""
    return ProgrammeVerdictView(
        code=answer.code,
        loan_id=answer.loan_id,
        eligibility=answer.eligibility,
        reasons=[reason_view(r) for r in answer.reasons],
        missing=list(answer.missing),
        limits=bounds_told(plain(answer.limits), actor),
        recourse=recourse_view(answer.recourse),
    )


def recourse_view(recourse: Recourse | None) -> RecourseView | None:
    """Show a recourse, if there was one to work out."""
    if recourse is None:
        return None
    return RecourseView(possible=recourse.possible, changes=plain(recourse.changes), text=dict(recourse.text))


def reason_view(reason: Reason) -> ReasonView:
    """Show a reason."""
    return ReasonView(
        code=reason.code,
        severity=reason.severity,
        fact=reason.fact,
        value=plain(reason.value),
        threshold=reason.threshold,
        text=dict(reason.text),
        source=reason.source,
        loan_id=reason.loan_id,
    )


def evidence_list_view(checked: Iterable[Checked]) -> EvidenceListView:
    """Show what is needed and what is missing."""
    items = list(checked)
    return EvidenceListView(
        required=[
            RequiredView(kind=c.item.kind, loan_id=c.item.loan_id, why=dict(c.item.why), state=c.state) for c in items
        ],
        missing=[
            MissingView(kind=c.item.kind, loan_id=c.item.loan_id, why=dict(c.item.why))
            for c in items
            if c.state not in SATISFIES
        ],
    )


def facts_view(facts: Facts) -> FactsView:
    """Show facts: those of the case, and of each loan by its id."""
    return FactsView(
        case=plain(facts.of_case()),
        loans={
            loan_id: {name: plain(getattr(loan, name)) for name in loan.__dataclass_fields__}
            for loan_id, loan in facts.loans.items()
        },
    )


def _stored_reason(reason: dict[str, Any]) -> ReasonView:
    """Show a reason as it was written down with a decision."""
    return ReasonView(**{"loan_id": None, **reason, "severity": Severity(reason["severity"])})


def _trace_line(line: TraceLine) -> TraceLineView:
    return TraceLineView(
        rule=line.rule,
        loan_id=line.loan_id,
        when=line.when,
        result=Truth(line.result),
        facts=plain(line.facts),
        fault=line.fault,
    )
