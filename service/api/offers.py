"""The resource `offers`: menus, own terms, previews, and the answers to an offer."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from service.api.bodies.deeds import AcceptanceBody, DeclineBody, OffersBody, WithdrawOfferBody
from service.api.cursor import PageOf
from service.api.errors import ANSWERS, BINDING, LENDERS, MOVES, NOT_OPEN, SEEN
from service.api.etags import etag
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.agreements import AgreementView
from service.api.views.build import offer_view, plan_view, schedules_view
from service.api.views.build_agreements import agreement_view
from service.api.views.offers import OfferView, PlanView, SchedulesView
from service.api.views.records import Page
from service.casework import negotiating, offering, reading
from service.casework.offering import OfferNotFound
from service.casework.planning import LoanUnknown
from service.domain.agreement import Signature
from service.domain.decision import AuthorityExceeded
from service.domain.errors import NotPermitted
from service.domain.offer import NothingFeasible, OfferState

of_case = APIRouter(prefix="/v1/cases/{case_id}/offers", tags=["offers"], route_class=Transactional)
router = APIRouter(prefix="/v1/offers", tags=["offers"], route_class=Transactional)


@of_case.post("", status_code=status.HTTP_201_CREATED)
@refuses(*MOVES, AuthorityExceeded, NothingFeasible, LoanUnknown, arithmetic=True)
async def post_offers(case_id: UUID, body: OffersBody, work: Work, desk: DeskOf) -> Page[OfferView]:
    """Make offers: the menu with `{}`, or one offer of your own `terms`. Needs a final approval."""
    file, rows = await offering.make_offers(work, case_id=case_id, terms=body.by_loan, desk=desk)
    return Page(items=[offer_view(row, file.case, work) for row in rows])


@of_case.get("")
@refuses(*SEEN)
async def list_offers(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[OfferView]:
    """Read the offers of a case: newest round first, recommended first."""
    file = await reading.open_file(work, case_id, lock=False)
    rows, further = page.cut(file.offers, limit=limit, name=lambda row: row.id)
    return Page(items=[offer_view(row, file.case, work) for row in rows], next=further)


@of_case.post("/preview")
@refuses(*LENDERS, LoanUnknown, arithmetic=True)
async def preview_offers(case_id: UUID, body: OffersBody, work: Reading, desk: DeskOf) -> Page[PlanView]:
    """Work out the menu, or your own terms, without offering: the same arithmetic, nothing stored."""
    frame, proposals = await offering.preview(work, case_id=case_id, terms=body.by_loan, desk=desk)
    return Page(items=[plan_view(frame, proposal, work.actor) for proposal in proposals])


@router.get("/{offer_id}")
@refuses(OfferNotFound)
async def get_offer(offer_id: UUID, work: Reading, response: Response) -> OfferView:
    """Read an offer: schedules to the cent, the proof that no money appeared or vanished, measures, expiry."""
    row, file = await offering.file_of_offer(work, offer_id, lock=False)
    view = offer_view(row, file.case, work)
    passed = view.state is OfferState.EXPIRED
    response.headers["ETag"] = etag(view.version, aged=view.state if passed else None)
    return view


@router.get("/{offer_id}/schedule")
@refuses(OfferNotFound)
async def get_offer_schedule(offer_id: UUID, work: Reading) -> SchedulesView:
    """Read the schedules of an offer, and the total by due date."""
    row, _ = await offering.file_of_offer(work, offer_id, lock=False)
    return schedules_view(row.document)


@router.post("/{offer_id}/accept", status_code=status.HTTP_201_CREATED)
@refuses(*BINDING)
async def accept_offer(
    offer_id: UUID, body: AcceptanceBody, work: Work, desk: DeskOf, response: Response
) -> AgreementView:
    """Accept an open offer with a signature; the answer is the agreement."""
    signature = Signature(party="borrower", name=body.signature.name, method=body.signature.method, at=work.now)
    agreed = await negotiating.accept(work, offer_id=offer_id, signature=signature, desk=desk)
    response.headers["Location"] = f"/v1/agreements/{agreed.row.id}"
    return agreement_view(agreed, work.actor)


@router.post("/{offer_id}/decline")
@refuses(*ANSWERS)
async def decline_offer(offer_id: UUID, body: DeclineBody, work: Work, desk: DeskOf) -> OfferView:
    """Decline one offer; declining the last open one declines the menu."""
    row, file = await negotiating.decline(work, offer_id=offer_id, reason=body.reason, desk=desk)
    return offer_view(row, file.case, work)


@router.post("/{offer_id}/withdraw")
@refuses(OfferNotFound, NotPermitted, *NOT_OPEN)
async def withdraw_offer(offer_id: UUID, body: WithdrawOfferBody, work: Work, desk: DeskOf) -> OfferView:
    """Take an offer back: for fraud, a changed balance or changed law only, by a supervisor, with a reason."""
    row, file = await offering.withdraw_offer(
        work, offer_id=offer_id, ground=body.ground, reason=body.reason, desk=desk
    )
    return offer_view(row, file.case, work)
