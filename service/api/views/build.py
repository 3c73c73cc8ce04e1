"""Building the views of cases, their history, offers and counter-proposals."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.api.views.cases import (
    CaseView,
    EventView,
    EvidenceView,
    PolicyReference,
    ReusableView,
)
from service.api.views.deadlines import hold_view
from service.api.views.judged import decision_view, evidence_list_view, review_view
from service.api.views.lines import next_step_view
from service.api.views.offers import (
    LoanScheduleView,
    OfferView,
    PlanView,
    SchedulesView,
)
from service.api.views.plans import BindingView, Label, RelaxedView
from service.api.views.revealed import for_staff, is_staff, labels_told, limits_told, particulars_told, plan_told
from service.casework.desk import Desk
from service.casework.evidence import required
from service.casework.file import CaseFile
from service.casework.next_steps import recommend
from service.casework.planning import Frame
from service.casework.reusing import Reusable
from service.casework.terms_sheet import terms_sheet
from service.domain.actors import Actor, Role
from service.domain.evidence import EvidenceState
from service.domain.holds import HoldState
from service.domain.lifecycle import CaseState
from service.domain.offer import OfferState, effective_state
from service.domain.policy import Level
from service.domain.words import Channel
from service.relief.proposal import Proposal
from service.storage.documents import dump, plain
from service.storage.tables import CaseRow, EventRow, EvidenceRow, OfferRow
from service.storage.work import UnitOfWork


def case_view(work: UnitOfWork, file: CaseFile, desk: Desk) -> CaseView:
    """Show a case with what hangs on it."""
    case, actor = file.case, work.actor
    pinned, checked = case.policy_id and case.policy_digest, required(work, file, desk)
    return CaseView(
        id=case.id,
        version=case.version,
        created_at=case.created_at,
        state=CaseState(case.state),
        reference=case.reference,
        channel=Channel(case.channel),
        currency=case.currency,
        follows=case.follows,
        policy=PolicyReference(id=case.policy_id or "", digest=case.policy_digest or "") if pinned else None,
        application=application_shown(file),
        application_version=case.application_version,
        evidence=evidence_list_view(checked),
        review=review_view(file.review, case, actor) if file.review else None,
        decision=decision_view(file.decision, case, actor) if file.decision else None,
        agreement_id=case.agreement_id,
        unread_messages=file.unread,
        holds=[hold_view(row, case) for row in file.holds if row.state == HoldState.RUNNING],
        assignee=for_staff(case.assignee, actor),
        flags=dict(case.flags) if is_staff(actor) else {},
        next_step=next_step_view(recommend(work, file, checked, desk=desk)) if is_staff(actor) else None,
        information_due_on=case.information_due_on,
        menu_empty=None if file.menu_empty is None else relaxed_views(file.menu_empty, actor),
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


def event_view(row: EventRow, actor: Actor) -> EventView:
    """Show an event; who exactly acted is for the lender's roles."""
    return EventView(
        id=row.id,
        sequence=row.sequence,
        type=row.type,
        at=row.at,
        actor_role=Role(row.actor_role),
        actor=for_staff(row.actor_id, actor),
        caused_by=str(row.caused_by) if row.caused_by else None,
        particulars=particulars_told(row.particulars, actor),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def evidence_view(row: EvidenceRow, case: CaseRow) -> EvidenceView:
    """Show a document."""
    return EvidenceView(**_document(row, case))


def reusable_view(found: Reusable) -> ReusableView:
    """Show a document of another case."""
    return ReusableView(**_document(found.row, found.case), needed=found.needed)


def _document(row: EvidenceRow, case: CaseRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": case.version,
        "created_at": row.created_at,
        "case_id": row.case_id,
        "kind": row.kind,
        "loan_id": row.loan_id,
        "state": EvidenceState(row.state),
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "file_name": row.file_name,
        "note": row.note,
        "handed_in_at": row.handed_in_at or row.created_at,
        "reused": row.reused_from is not None,
        "refused_reason": row.refused_reason,
        "waived_reason": row.waived_reason,
    }


def offer_view(row: OfferRow, case: CaseRow, work: UnitOfWork) -> OfferView:
    """Show an offer; an open one whose time has passed is shown as expired."""
    actor, document = work.actor, row.document
    return OfferView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=effective_state(
            OfferState(row.state), expires_at=row.expires_at, at=work.now, case=CaseState(case.state)
        ),
        labels=[Label(label) for label in labels_told(row.labels, document, actor)],
        indicative=row.indicative,
        expires_at=row.expires_at,
        level=for_staff(Level(row.level), actor),
        **plan_told(document, actor),
    )


def plan_view(frame: Frame, proposal: Proposal, actor: Actor) -> PlanView:
    """Show a plan that was worked out and not offered."""
    document = terms_sheet(frame, proposal)
    told = plan_told(document, actor)
    del told["round"]
    return PlanView(
        labels=[Label(label) for label in labels_told(proposal.labels, document, actor)],
        level=for_staff(proposal.level, actor),
        breaches=binding_views(plain(proposal.breaches), actor),
        **told,
    )


def schedules_view(document: Mapping[str, Any]) -> SchedulesView:
    """Show the schedules of an offer."""
    return SchedulesView(
        loans=[
            LoanScheduleView(loan_id=loan["loan_id"], instalments=loan["schedule"]["instalments"])
            for loan in document["loans"]
        ],
        total=document["total"],
    )


def binding_views(lines: Sequence[Mapping[str, Any]], actor: Actor) -> list[BindingView]:
    """Show the limits that bind, as far as they are told."""
    return [BindingView(**line) for line in limits_told(lines, actor)]


def relaxed_views(lines: Sequence[Mapping[str, Any]], actor: Actor) -> list[RelaxedView]:
    """Show the limits that, relaxed, would make a plan, as far as they are told."""
    return [RelaxedView(**line) for line in limits_told(lines, actor)]
