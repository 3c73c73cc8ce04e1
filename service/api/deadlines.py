"""The resources `clocks`, `holds` and `information-requests`: what runs beside a negotiation, and until when."""

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from service.api.bodies.deadlines import HoldBody, InformationRequestBody
from service.api.bodies.deeds import EmptyBody
from service.api.bodies.figures import DayWithin
from service.api.cursor import PageOf
from service.api.errors import LENDERS, MOVES, SEEN
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.deadlines import (
    ClockView,
    HoldView,
    InformationRequestView,
    WorklistLine,
    clock_view,
    hold_view,
    information_request_view,
    worklist_line,
)
from service.api.views.records import Page
from service.api.views.revealed import for_staff
from service.casework import asking, clocks, holds, reading, setting_holds
from service.casework.asking import AskedInVain
from service.casework.file import CaseEnded
from service.casework.setting_holds import HoldEnded, HoldNotFound
from service.domain.holds import HoldNotAllowed, HoldNotRenewable, HoldTooSoon

of_case = APIRouter(prefix="/v1/cases/{case_id}", tags=["deadlines"], route_class=Transactional)
router = APIRouter(prefix="/v1/clocks", tags=["deadlines"], route_class=Transactional)


@router.get("")
@refuses()
async def list_clocks(
    work: Reading,
    page: PageOf,
    *,
    limit: Limit = LIMIT_DEFAULT,
    due_before: Annotated[DayWithin | None, Query(description="Only what falls due before this day (UTC).")] = None,
) -> Page[WorklistLine]:
    """Read the worklist: every running deadline of the cases that you may see, the next one first."""
    before = datetime.combine(due_before, time.min, tzinfo=UTC) if due_before else None
    rows = await clocks.worklist(work, due_before=before, limit=limit + 1, after=page.position)
    items = [worklist_line(clock, case, assignee=for_staff(case.assignee, work.actor)) for clock, case in rows[:limit]]
    further = clocks.place_of(rows[limit - 1][0]) if len(rows) > limit else None
    return Page(items=items, next=page.cursor(further) if further else None)


@of_case.get("/clocks")
@refuses(*SEEN)
async def list_clocks_of_case(
    case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[ClockView]:
    """Read the deadlines of a case, the ones that ended too, oldest first. Both sides see the same."""
    file, rows = await clocks.of_case(work, case_id=case_id)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[clock_view(row, file.case) for row in shown], next=further)


@of_case.post("/holds", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, CaseEnded, HoldTooSoon, HoldNotRenewable, HoldNotAllowed)
async def post_hold(case_id: UUID, body: HoldBody, work: Work, desk: DeskOf) -> HoldView:
    """Pause contact, collection, enforcement, interest, fees or reporting.

    A hold that the pack names under `reason` has the pack's scopes, length and caps; a partner may set those only.
    """
    file, row = await setting_holds.set_hold(
        work,
        case_id=case_id,
        scopes=body.scopes,
        reason=body.reason,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        desk=desk,
    )
    return hold_view(row, file.case)


@of_case.get("/holds")
@refuses(*SEEN)
async def list_holds(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[HoldView]:
    """Read the holds of a case, oldest first."""
    file, rows = await holds.of_case(work, case_id=case_id)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[hold_view(row, file.case) for row in shown], next=further)


@of_case.post("/holds/{hold_id}/end")
@refuses(*LENDERS, HoldNotFound, HoldEnded)
async def end_hold(case_id: UUID, hold_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> HoldView:
    """End a hold before its time (the lender)."""
    file, row = await setting_holds.end_hold(work, case_id=case_id, hold_id=hold_id, desk=desk)
    return hold_view(row, file.case)


@of_case.post("/information-requests", status_code=status.HTTP_201_CREATED)
@refuses(*MOVES, AskedInVain)
async def post_information_request(
    case_id: UUID, body: InformationRequestBody, work: Work, desk: DeskOf
) -> InformationRequestView:
    """Ask the borrower for more, with the reason for each item and a last day; an item that is valid is not asked for.

    The upload, patch or waiver that completes the list sends the case on in that request.
    """
    file, row = await asking.request_information(
        work, case_id=case_id, items=body.asked(), note=body.note, due_on=body.due_on, desk=desk
    )
    return information_request_view(row, file.case)


@of_case.get("/information-requests")
@refuses(*SEEN)
async def list_information_requests(
    case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[InformationRequestView]:
    """Read what was asked for, and what came of it, oldest first."""
    file = await reading.open_file(work, case_id, lock=False)
    rows = await asking.requests_of(work, file)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[information_request_view(row, file.case) for row in shown], next=further)
