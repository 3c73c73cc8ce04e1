"""The resource `appeals`: a fresh decision by somebody who took no part."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.deeds import EmptyBody
from service.api.bodies.dissent import AppealAnswerBody, AppealBody
from service.api.cursor import PageOf
from service.api.errors import APPEALS, MOVES, SEEN
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.dissent import AppealView, appeal_view
from service.api.views.records import Page
from service.casework import appeals
from service.domain.decision import AuthorityExceeded

of_case = APIRouter(prefix="/v1/cases/{case_id}/appeals", tags=["dissent"], route_class=Transactional)
router = APIRouter(prefix="/v1/appeals", tags=["dissent"], route_class=Transactional)


@of_case.post("", status_code=status.HTTP_201_CREATED)
@refuses(*MOVES)
async def post_appeal(case_id: UUID, body: AppealBody, work: Work, desk: DeskOf) -> AppealView:
    """Appeal a rejection, in its time, or what was refused beside the offers; once for each application.

    Somebody who took no part answers. The decision and the review are kept as they stand now. Offers that are open
    do not expire meanwhile, can still be accepted, and stand a while longer after the answer.
    """
    file, row = await appeals.appeal(work, case_id=case_id, grounds=body.grounds, desk=desk)
    return appeal_view(row, file, work)


@of_case.get("")
@refuses(*SEEN)
async def list_appeals(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[AppealView]:
    """Read the appeals of a case with their answers, oldest first."""
    file, rows = await appeals.of_case(work, case_id=case_id)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[appeal_view(row, file, work) for row in shown], next=further)


@router.post("/{appeal_id}/dismiss")
@refuses(*APPEALS)
async def dismiss_appeal(appeal_id: UUID, body: AppealAnswerBody, work: Work, desk: DeskOf) -> AppealView:
    """Let the decision stand, as somebody at the lender's desk who took no part; the case goes back to where it was."""
    file, row = await appeals.dismiss(work, appeal_id=appeal_id, comment=body.comment, desk=desk)
    return appeal_view(row, file, work)


@router.post("/{appeal_id}/allow")
@refuses(*APPEALS, AuthorityExceeded)
async def allow_appeal(appeal_id: UUID, body: AppealAnswerBody, work: Work, desk: DeskOf) -> AppealView:
    """Let the borrower win, as somebody at the lender's desk who took no part; the case is in review, and approved.

    The approval binds: no other decision undoes it while the application stays the same. Above your authority a second
    person has to confirm it, who took no part either.
    """
    file, row = await appeals.allow(work, appeal_id=appeal_id, comment=body.comment, desk=desk)
    return appeal_view(row, file, work)


@router.post("/{appeal_id}/withdraw")
@refuses(*APPEALS)
async def withdraw_appeal(appeal_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> AppealView:
    """Give an appeal up; the case goes back to where it was."""
    file, row = await appeals.withdraw(work, appeal_id=appeal_id, desk=desk)
    return appeal_view(row, file, work)
