"""The resource `worklist`: the open cases of the lender's desk, with what to do next."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.bodies.faults import invalid
from service.api.bodies.figures import NAME_MAX
from service.api.cursor import PageOf
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Flag, Limit
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.cases import DeskLine
from service.api.views.lines import desk_line
from service.api.views.records import Page
from service.casework import worklist
from service.domain.errors import NotPermitted, Problem
from service.domain.lifecycle import CaseState

router = APIRouter(prefix="/v1/worklist", tags=["deadlines"], route_class=Transactional)


@router.get("")
@refuses(NotPermitted)
async def read_worklist(
    work: Reading,
    page: PageOf,
    desk: DeskOf,
    *,
    limit: Limit = LIMIT_DEFAULT,
    state: Annotated[
        list[CaseState] | None,
        Query(description="Any of these states; without it, all that are open but drafts. May be given repeatedly."),
    ] = None,
    assignee: Annotated[str | None, Query(max_length=NAME_MAX, description="Who looks after the case.")] = None,
    unassigned: Annotated[Flag, Query(description="Only cases that nobody looks after.")] = False,
) -> Page[DeskLine]:
    """Read the worklist of the desk: cases with what to do next and why, the next deadline first.

    Cases without a deadline come last, the oldest of them first. For the lender's roles.
    """
    if unassigned and assignee is not None:
        told = "A case that nobody looks after has no assignee."
        raise invalid([Problem("/query/assignee", "contradiction", told)])
    lines, more = await worklist.read(
        work,
        states=tuple(dict.fromkeys(state or ())),
        assignee=assignee,
        unassigned=unassigned,
        limit=limit,
        after=page.position,
        desk=desk,
    )
    further = page.cursor(worklist.place_of(lines[-1].file.case)) if more else None
    return Page(items=[desk_line(line, work.actor) for line in lines], next=further)
