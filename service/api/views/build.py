"""Building views from case files and rows."""

from collections.abc import Sequence
from typing import Any

from service.api.views.cases import (
    ActionsView,
    ActionView,
    CaseLine,
    CaseView,
    EventView,
    EvidenceView,
    PolicyReference,
)
from service.api.views.offers import (
    AgreementView,
    BindingView,
    CounterView,
    LoanScheduleView,
    OfferView,
    PlanView,
    SchedulesView,
)
from service.api.views.verdicts import DecisionView, EvidenceListView, ReasonView, ReviewView, VerdictView, facts_shown
from service.casework.actions import NextAction
from service.casework.desk import Desk
from service.casework.evidence import required
from service.casework.file import CaseFile
from service.casework.negotiating import Answered
from service.casework.planning import Frame
from service.casework.terms_sheet import terms_sheet
from service.domain.actors import STAFF, Actor
from service.domain.lifecycle import CaseState
from service.domain.offer import OfferState, effective_state
from service.relief.proposal import Proposal
from service.storage import reviews
from service.storage.documents import dump, plain
from service.storage.tables import AgreementRow, CaseRow, DecisionRow, EventRow, EvidenceRow, OfferRow, ReviewRow
from service.storage.work import UnitOfWork

LENDER_ONLY = "lender_only"


def case_view(work: UnitOfWork, file: CaseFile, desk: Desk) -> CaseView:
    """Show a case with what hangs on it."""
    case, staff = file.case, work.actor.role in STAFF
    pinned = case.policy_id and case.policy_digest
    return CaseView(
        id=case.id,
        version=case.version,
        created_at=case.created_at,
        state=case.state,
        reference=case.reference,
        channel=case.channel,
        currency=case.currency,
        follows=str(case.follows) if case.follows else None,
        policy=PolicyReference(id=case.policy_id or "", digest=case.policy_digest or "") if pinned else None,
        application=application_shown(file),
        application_version=case.application_version,
        evidence=EvidenceListView.of(required(work, file, desk)),
        review=review_view(file.review, case, work.actor) if file.review else None,
        decision=decision_view(file.decision, case, work.actor) if file.decision else None,
        agreement_id=case.agreement_id,
        assignee=case.assignee if staff else None,
        flags=dict(case.flags) if staff else {},
        information_due_on=case.information_due_on,
        menu_empty=None if file.menu_empty is None else _lines(file.menu_empty, work.actor),
        submitted_at=case.submitted_at,
        updated_at=case.updated_at,
    )


def application_shown(file: CaseFile) -> dict[str, Any]:
    """Show the latest application as it would be posted; each loan says who vouches for it."""
    shown: dict[str, Any] = dump(file.application)
    sources = {s.loan.id: s.source for s in file.snapshots}
    for loan in shown["loans"]:
        loan["source"] = sources.get(loan["id"])
    return shown


def case_line(row: CaseRow, loans: Sequence[str]) -> CaseLine:
    """Show a case in a list."""
    return CaseLine(
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        state=row.state,
        reference=row.reference,
        currency=row.currency,
        borrower_subject=row.borrower_subject,
        loans=list(loans),
        hardship_reason=row.hardship_reason,
        assignee=row.assignee,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
    )


def actions_view(file: CaseFile, found: Sequence[NextAction]) -> ActionsView:
    """Show what can be done next."""
    return ActionsView(
        state=file.case.state,
        version=file.case.version,
        items=[
            ActionView(
                action=a.move.action,
                to=a.move.target or file.case.state_before_appeal,
                allowed=a.allowed,
                why_not=a.why_not,
                roles=sorted(a.move.roles),
            )
            for a in found
        ],
    )


def event_view(row: EventRow, actor: Actor) -> EventView:
    """Show an event; who exactly acted is for the lender's roles."""
    return EventView(
        id=row.id,
        sequence=row.sequence,
        type=row.type,
        at=row.at,
        actor_role=row.actor_role,
        actor=row.actor_id if actor.role in STAFF else None,
        caused_by=str(row.caused_by) if row.caused_by else None,
        particulars={name: _told(value, actor) for name, value in row.particulars.items()},
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def evidence_view(row: EvidenceRow, case: CaseRow) -> EvidenceView:
    """Show a document."""
    return EvidenceView.of(row, version=case.version)


def review_view(row: ReviewRow, case: CaseRow, actor: Actor) -> ReviewView:
    """Show a review; facts and trace are for the lender's roles."""
    staff = actor.role in STAFF
    return ReviewView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        application_version=row.application_version,
        on=row.on_day,
        verdict=VerdictView.of(reviews.verdict_of(row), with_trace=staff),
        facts=facts_shown(reviews.facts_of(row)) if staff else None,
    )


def decision_view(row: DecisionRow, case: CaseRow, actor: Actor) -> DecisionView:
    """Show a decision; the names of its makers are for the lender's roles."""
    staff = actor.role in STAFF
    return DecisionView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        outcome=row.outcome,
        reasons=[ReasonView(**reason) for reason in row.reasons],
        comment=row.comment if staff else None,
        level=row.level,
        confirmation=row.confirmation,
        automatic=row.automatic,
        decided_by=row.decided_by if staff else row.decided_role,
        confirmed_by=row.confirmed_by if staff else None,
        confirmed_at=row.confirmed_at,
    )


def offer_view(row: OfferRow, case: CaseRow, work: UnitOfWork) -> OfferView:
    """Show an offer; an open one whose time has passed is shown as expired."""
    return OfferView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=effective_state(
            OfferState(row.state), expires_at=row.expires_at, at=work.now, case=CaseState(case.state)
        ),
        labels=_labels(row.labels, row.document, work.actor),
        indicative=row.indicative,
        expires_at=row.expires_at,
        level=row.level,
        **_revealed(row.document, work.actor),
    )


def plan_view(frame: Frame, proposal: Proposal, actor: Actor) -> PlanView:
    """Show a plan that was worked out and not offered."""
    document = terms_sheet(frame, proposal)
    shown = _revealed(document, actor)
    del shown["round"]
    return PlanView(
        labels=_labels(list(proposal.labels), document, actor),
        level=proposal.level,
        breaches=_lines(plain(proposal.breaches), actor),
        **shown,
    )


def schedules_view(document: dict[str, Any]) -> SchedulesView:
    """Show the schedules of an offer or agreement."""
    return SchedulesView(
        loans=[
            LoanScheduleView(loan_id=loan["loan_id"], instalments=loan["schedule"]["instalments"])
            for loan in document["loans"]
        ],
        total=document["total"],
    )


def counter_view(answered: Answered, work: UnitOfWork) -> CounterView:
    """Show a counter-proposal with its answer; what only the lender may know is left out for the others."""
    round_, file = answered.round, answered.file
    answer = round_.document
    return CounterView(
        id=round_.id,
        version=file.case.version,
        created_at=round_.created_at,
        case_id=file.case.id,
        round=round_.number,
        asked=answer["asked"],
        answer=round_.answer or "waiting",
        offer=offer_view(answered.offer, file.case, work) if answered.offer else None,
        binding=[BindingView.of(line) for line in _lines(answer.get("binding", []), work.actor)],
        diff=answer.get("diff", []),
        gap=answer.get("gap"),
        reason=answer.get("reason"),
    )


def agreement_view(row: AgreementRow, case: CaseRow, actor: Actor) -> AgreementView:
    """Show an agreement; the lender's values are left out for the others."""
    document = _revealed(row.document, actor)
    return AgreementView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        offer_id=row.offer_id,
        state=row.state,
        effective_on=document["effective_on"],
        terms=document["terms"],
        loans=document["loans"],
        total=document["total"],
        measures=document["measures"],
        required_signatures=document["required_signatures"],
        signatures=row.signatures,
    )


def _revealed(document: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Leave out of an offer what only the lender may know: values, and limits marked so."""
    document = {name: value for name, value in document.items() if name != "lender_labels"}
    if actor.role in STAFF:
        return document
    loans = [{**loan, "measures": _without_values(loan.get("measures", {}))} for loan in document["loans"]]
    return {
        **document,
        "loans": loans,
        "measures": _without_values(document["measures"]),
        "binding": _lines(document["binding"], actor),
    }


LENDERS_MEASURES = frozenset({
    "concession", "diminished_obligation", "npv_before", "npv_after", "uncalibrated", "value_with", "value_without",
})  # fmt: skip


def _without_values(measures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in measures.items() if name not in LENDERS_MEASURES}


def _labels(labels: list[str], document: dict[str, Any], actor: Actor) -> list[str]:
    return [*labels, *document.get("lender_labels", ())] if actor.role in STAFF else labels


def _told(value: Any, actor: Actor) -> Any:
    """Leave out of an event's particulars the limits that only the lender may know."""
    listed = isinstance(value, list) and all(isinstance(line, dict) for line in value)
    return _lines(value, actor) if listed else value


def _lines(binding: Sequence[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    if actor.role in STAFF:
        return list(binding)
    return [line for line in binding if line.get("reveal", "full") != LENDER_ONLY]
