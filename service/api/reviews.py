"""The resources `reviews` and `decisions` of a case."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.deeds import ConfirmationBody, DecisionBody, EmptyBody
from service.api.cursor import PageOf
from service.api.errors import LENDERS, SEEN
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.judged import decision_view, review_view
from service.api.views.records import Page
from service.api.views.verdicts import DecisionView, ReviewView
from service.casework import deciding, reading, reviewing
from service.casework.deciding import DecisionNotFound, NotDecidable
from service.casework.reviewing import NotReviewable
from service.domain.appeal import AppealBinds, TookPart
from service.domain.decision import AuthorityExceeded, DecisionOutcome, NothingToConfirm, OwnDecision, ReasonUnknown

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["review"], route_class=Transactional)


@router.post("/reviews", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, NotReviewable)
async def post_review(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> ReviewView:
    """Have the policy judge the case now; what follows from the verdict is done in this request."""
    file, row = await reviewing.review(work, case_id=case_id, desk=desk)
    return review_view(row, file.case, work.actor)


@router.get("/reviews")
@refuses(*SEEN)
async def list_reviews(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[ReviewView]:
    """Read every judging of the case, newest first."""
    file, rows = await reading.reviews_of(work, case_id=case_id)
    rows, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[review_view(row, file.case, work.actor) for row in rows], next=further)


@router.post("/decisions", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, NotDecidable, ReasonUnknown, AuthorityExceeded, AppealBinds, TookPart)
async def post_decision(case_id: UUID, body: DecisionBody, work: Work, desk: DeskOf) -> DecisionView:
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
    return decision_view(row, file.case, work.actor)


@router.get("/decisions")
@refuses(*SEEN)
async def list_decisions(
    case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[DecisionView]:
    """Read every decision on the case, newest first."""
    file, rows = await reading.decisions_of(work, case_id=case_id)
    rows, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[decision_view(row, file.case, work.actor) for row in rows], next=further)


@router.post("/decisions/{decision_id}/confirm")
@refuses(*LENDERS, DecisionNotFound, NotDecidable, OwnDecision, NothingToConfirm, TookPart)
async def confirm_decision(
    case_id: UUID, decision_id: UUID, body: ConfirmationBody, work: Work, desk: DeskOf
) -> DecisionView:
    """Confirm, or refuse to confirm, somebody else's decision (supervisors)."""
    file, row = await deciding.confirm(
        work, case_id=case_id, decision_id=decision_id, answer=body.outcome, comment=body.comment, desk=desk
    )
    return decision_view(row, file.case, work.actor)
