"""The resource `referrals`: a case in the hands of somebody outside, and what came of it."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.dissent import ReferralBody, ReferralEndBody
from service.api.cursor import PageOf
from service.api.errors import MOVES, SEEN
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.dissent import ReferralView, referral_view
from service.api.views.records import Page
from service.casework import referrals
from service.casework.file import CaseEnded
from service.domain.errors import NotPermitted
from service.domain.referral import ReferralEnded, ReferralKind, ReferralNotFound, ReferralResult

of_case = APIRouter(prefix="/v1/cases/{case_id}/referrals", tags=["dissent"], route_class=Transactional)
router = APIRouter(prefix="/v1/referrals", tags=["dissent"], route_class=Transactional)


@of_case.post("", status_code=status.HTTP_201_CREATED)
@refuses(*MOVES)
async def post_referral(case_id: UUID, body: ReferralBody, work: Work, desk: DeskOf) -> ReferralView:
    """Hand a case to mediation, legal aid, debt advice, an ombudsman or a court.

    Requests for information and a counter-proposal that waits end with it. Offers that are open run on to their
    expiry; they are listed in the answer, and cannot be accepted while the case is referred.
    """
    file, row = await referrals.refer(work, case_id=case_id, kind=ReferralKind(body.kind), note=body.note, desk=desk)
    return referral_view(row, file, work)


@of_case.get("")
@refuses(*SEEN)
async def list_referrals(
    case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[ReferralView]:
    """Read to whom a case was handed, and what came of it, oldest first."""
    file, rows = await referrals.of_case(work, case_id=case_id)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[referral_view(row, file, work) for row in shown], next=further)


@router.post("/{referral_id}/end")
@refuses(ReferralNotFound, NotPermitted, CaseEnded, ReferralEnded)
async def end_referral(referral_id: UUID, body: ReferralEndBody, work: Work, desk: DeskOf) -> ReferralView:
    """Say what came of a referral: the lender's desk, the posting partner, or whoever referred the case.

    The case stays referred until it is resumed, new offers are made, or it is withdrawn or closed.
    """
    file, row = await referrals.end(
        work, referral_id=referral_id, result=ReferralResult(body.result), note=body.note, desk=desk
    )
    return referral_view(row, file, work)
