"""The resource `assessments`: what would come of an application, without storing it."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Field

from service.api.bodies.application import ApplicationBody, parse
from service.api.bodies.body import DocumentedAs
from service.api.parts import DeskOf, Moment, Today
from service.api.transaction import ActorOf, Transactional, refuses
from service.api.views.build import plan_view, relaxed_views
from service.api.views.judged import evidence_list_view, programme_view, recourse_view, verdict_view
from service.api.views.offers import PlanView
from service.api.views.plans import RelaxedView
from service.api.views.records import View
from service.api.views.verdicts import EvidenceListView, ProgrammeVerdictView, RecourseView, VerdictView
from service.casework.assessing import assess
from service.casework.plans import unfeasible
from service.domain.policy import Eligibility

router = APIRouter(prefix="/v1", tags=["assessments"], route_class=Transactional)


class ProgrammeRecourse(View):
    """What would make a programme eligible."""

    code: str
    loan_id: str
    recourse: RecourseView | None


class AssessmentView(View):
    """What would come of an application if it were posted as it stands. Nothing was stored."""

    verdict: VerdictView
    programmes: list[ProgrammeVerdictView]
    menu: list[PlanView] = Field(description="Indicative plans; empty when none is feasible.")
    menu_limits: list[RelaxedView] = Field(description="Why the menu is empty: which limit, relaxed, would do.")
    recourse: list[ProgrammeRecourse]
    evidence: EvidenceListView


@router.post("/assessments")
@refuses(arithmetic=True)
async def post_assessment(
    raw: Annotated[object, DocumentedAs(ApplicationBody), Body()],
    actor: ActorOf,
    now: Moment,
    today: Today,
    desk: DeskOf,
) -> AssessmentView:
    """Judge an application without storing it; `reference`, `submit` and `channel` are ignored.

    The answer says for which programmes the borrower is eligible, which are conditional and on what, what would have
    to change for the others, and which plans there would be.
    """
    _, application = parse(raw, on=today)
    answer = assess(application, actor=actor, at=now, desk=desk)
    verdict = answer.judgement.verdict
    proposals = answer.menu.offers if answer.menu else ()
    return AssessmentView(
        verdict=verdict_view(verdict, actor),
        programmes=[programme_view(p, actor) for p in verdict.programmes],
        menu=[plan_view(answer.frame, p, actor) for p in proposals] if answer.frame else [],
        menu_limits=relaxed_views(unfeasible(answer.menu) if answer.menu else [], actor),
        recourse=[
            ProgrammeRecourse(code=p.code, loan_id=p.loan_id, recourse=recourse_view(p.recourse))
            for p in verdict.programmes
            if p.eligibility is not Eligibility.ELIGIBLE
        ],
        evidence=evidence_list_view(answer.judgement.checked),
    )
