"""The resource `counter-proposals`: what the borrower would accept, and the answer."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.deeds import CounterProposalBody, RefuseCounterBody
from service.api.cursor import PageOf
from service.api.errors import COUNTERS, MOVES, SEEN
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.offers import CounterView, RoundView
from service.api.views.records import Page
from service.api.views.rounds import counter_view, id_of_round, round_view, rounds_of
from service.casework import negotiating
from service.casework.negotiating import CounterAnswered

of_case = APIRouter(prefix="/v1/cases/{case_id}", tags=["negotiation"], route_class=Transactional)
router = APIRouter(prefix="/v1/counter-proposals", tags=["negotiation"], route_class=Transactional)


@of_case.post("/counter-proposals", status_code=status.HTTP_201_CREATED)
@refuses(*MOVES, arithmetic=True)
async def post_counter_proposal(case_id: UUID, body: CounterProposalBody, work: Work, desk: DeskOf) -> CounterView:
    """Say what you would accept; the answer is an offer of exactly that, the nearest plan, or what is missing.

    `payment` is the most you can pay a month, `months` the longest you ask for.
    """
    answered = await negotiating.counter(work, case_id=case_id, asked=body.asked(), desk=desk)
    return counter_view(answered, work)


@of_case.get("/rounds")
@refuses(*SEEN)
async def list_rounds(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[RoundView]:
    """Read the negotiation, newest round first: every menu, and every counter-proposal with its answer."""
    file, counters = await negotiating.rounds(work, case_id=case_id)
    rows, further = page.cut(rounds_of(file, counters), limit=limit, name=id_of_round)
    return Page(items=[round_view(one, file, work) for one in rows], next=further)


@router.post("/{counter_id}/refuse")
@refuses(*COUNTERS, CounterAnswered)
async def refuse_counter_proposal(counter_id: UUID, body: RefuseCounterBody, work: Work, desk: DeskOf) -> CounterView:
    """Refuse a counter-proposal that waits for a person; the open offers stay open."""
    answered = await negotiating.refuse_counter(work, counter_id=counter_id, reason=body.reason, desk=desk)
    return counter_view(answered, work)
