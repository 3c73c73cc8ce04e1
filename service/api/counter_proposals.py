"""The resource `counter-proposals`: what the borrower would accept, and the answer."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from service.api.bodies.deeds import CounterProposalBody, RefuseCounterBody
from service.api.etags import tag
from service.api.parts import DeskOf
from service.api.transaction import Reading, Transactional, Work
from service.api.views.build import counter_view
from service.api.views.offers import CounterView
from service.api.views.records import Page
from service.casework import negotiating

of_case = APIRouter(prefix="/v1/cases/{case_id}", tags=["negotiation"], route_class=Transactional)
router = APIRouter(prefix="/v1/counter-proposals", tags=["negotiation"], route_class=Transactional)


@of_case.post("/counter-proposals", status_code=status.HTTP_201_CREATED)
async def post_counter_proposal(
    case_id: UUID, body: CounterProposalBody, work: Work, desk: DeskOf, response: Response
) -> CounterView:
    """Say what you would accept; the answer is an offer of exactly that, the nearest plan, or what is missing.

    `payment` is the most you can pay a month, `months` the longest you ask for.
    """
    answered = await negotiating.counter(work, case_id=case_id, asked=body.asked(), desk=desk)
    return tag(response, counter_view(answered, work))


@of_case.get("/rounds")
async def list_rounds(case_id: UUID, work: Reading) -> Page[CounterView]:
    """Read the counter-proposals of a case with their answers, newest first."""
    answered = await negotiating.rounds(work, case_id=case_id)
    return Page(items=[counter_view(one, work) for one in answered])


@router.post("/{counter_id}/refuse")
async def refuse_counter_proposal(
    counter_id: UUID, body: RefuseCounterBody, work: Work, desk: DeskOf, response: Response
) -> CounterView:
    """Refuse a counter-proposal that waits for a person; the open offers stay open."""
    answered = await negotiating.refuse_counter(work, counter_id=counter_id, reason=body.reason, desk=desk)
    return tag(response, counter_view(answered, work))
