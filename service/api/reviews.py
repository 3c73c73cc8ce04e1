"""The resources `reviews` and `decisions` of a case."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from service.api.bodies.deeds import ConfirmationBody, DecisionBody, EmptyBody
from service.api.etags import tag
from service.api.parts import DeskOf
from service.api.transaction import Reading, Transactional, Work
from service.api.views.build import decision_view, review_view
from service.api.views.records import Page
from service.api.views.verdicts import DecisionView, ReviewView
from service.casework import deciding, reading, reviewing
from service.domain.decision import DecisionOutcome

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["review"], route_class=Transactional)


@router.post("/reviews", status_code=status.HTTP_201_CREATED)
async def post_review(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf, response: Response) -> ReviewView:
    """Have the policy judge the case now; what follows from the verdict is done in this request."""
    file, row = await reviewing.review(work, case_id=case_id, desk=desk)
    return tag(response, review_view(row, file.case, work.actor))


@router.get("/reviews")
async def list_reviews(case_id: UUID, work: Reading) -> Page[ReviewView]:
    """Read every judging of the case, newest first."""
    file, rows = await reading.reviews_of(work, case_id=case_id)
    return Page(items=[review_view(row, file.case, work.actor) for row in rows])


@router.post("/decisions", status_code=status.HTTP_201_CREATED)
async def post_decision(
    case_id: UUID, body: DecisionBody, work: Work, desk: DeskOf, response: Response
) -> DecisionView:
    """Approve or reject as a person, with reasons of the pack or OTHER and a comment.

    An approval moves nothing, it unlocks offers; a rejection moves the case once it is final.
    """
    file, row = await deciding.decide(
        work,
        case_id=case_id,
        outcome=DecisionOutcome(body.outcome),
        reasons=body.reasons,
        comment=body.comment,
        desk=desk,
    )
    return tag(response, decision_view(row, file.case, work.actor))


@router.get("/decisions")
async def list_decisions(case_id: UUID, work: Reading) -> Page[DecisionView]:
    """Read every decision on the case, newest first."""
    file, rows = await reading.decisions_of(work, case_id=case_id)
    return Page(items=[decision_view(row, file.case, work.actor) for row in rows])


@router.post("/decisions/{decision_id}/confirm")
async def confirm_decision(
    case_id: UUID, decision_id: UUID, body: ConfirmationBody, work: Work, desk: DeskOf, response: Response
) -> DecisionView:
    """Confirm, or refuse to confirm, somebody else's decision (supervisors)."""
    file, row = await deciding.confirm(
        work, case_id=case_id, decision_id=decision_id, answer=body.outcome, comment=body.comment, desk=desk
    )
    return tag(response, decision_view(row, file.case, work.actor))
