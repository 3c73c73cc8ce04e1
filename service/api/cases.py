"""The resource `cases`: posting, searching and reading them, and the moves of their life."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response, status

from service.api.bodies.application import ApplicationBody, ApplicationPatch, parse
from service.api.bodies.body import DocumentedAs
from service.api.bodies.deeds import AssignBody, CloseBody, EmptyBody, FlagsBody, MoveToActiveBody
from service.api.bodies.figures import ID_MAX, NAME_MAX, DayWithin
from service.api.bodies.loans import LoansBody, parse_loans
from service.api.bodies.patching import patched
from service.api.cursor import PageOf
from service.api.errors import LENDERS, MOVES, SEEN
from service.api.etags import etag
from service.api.languages import LanguageOf
from service.api.parts import DeskOf, Today
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.build import case_view, event_view
from service.api.views.cases import ActionsView, CaseLine, CaseView, EventView
from service.api.views.lines import case_line
from service.api.views.records import Page
from service.api.views.telling import actions_view
from service.casework import actions, changing, intake, moving_policy, reading
from service.casework.changing import NotPatchable
from service.casework.file import CaseEnded
from service.casework.holding import LoanInNegotiation
from service.casework.intake import ReferenceTaken
from service.domain.errors import NotPermitted
from service.domain.evidence import EvidenceState
from service.domain.lifecycle import CaseState, RoleNotAllowed
from service.domain.words import HardshipReason

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Transactional)
Application = Annotated[object, DocumentedAs(ApplicationBody), Body()]
Patch = Annotated[object, DocumentedAs(ApplicationPatch), Body()]
Loans = Annotated[object, DocumentedAs(LoansBody), Body()]


@router.post("", status_code=status.HTTP_201_CREATED)
@refuses(NotPermitted, RoleNotAllowed, ReferenceTaken, LoanInNegotiation)
async def post_case(raw: Application, work: Work, desk: DeskOf, today: Today, response: Response) -> CaseView:
    """Open a case from an application, and submit it when `submit` is true.

    With `submit: false` the case is a draft, which may lack anything but the currency. Loans posted by a key that
    vouches for loans are the lender's word; offers on any others are indicative. What follows from a submission
    (the review, a request for evidence, a decision, a menu of offers) is done in this request.
    """
    body, application = parse(raw, on=today)
    file = await intake.post_case(work, application, submit=body.submit, desk=desk)
    response.headers["Location"] = f"/v1/cases/{file.case.id}"
    return case_view(work, file, desk)


@router.get("")
@refuses()
async def search_cases(
    work: Reading,
    page: PageOf,
    *,
    limit: Limit = LIMIT_DEFAULT,
    state: Annotated[
        list[CaseState] | None, Query(description="Any of these states; may be given more than once.")
    ] = None,
    reference: Annotated[str | None, Query(max_length=ID_MAX, description="The posting partner's own number.")] = None,
    borrower: Annotated[str | None, Query(max_length=NAME_MAX, description="The borrower's subject.")] = None,
    loan: Annotated[str | None, Query(max_length=ID_MAX, description="The loan's id in the servicing system.")] = None,
    assignee: Annotated[str | None, Query(max_length=NAME_MAX, description="Who looks after it at the lender.")] = None,
    reason: Annotated[HardshipReason | None, Query(description="The reason for the hardship.")] = None,
    created_from: Annotated[DayWithin | None, Query(description="Created on or after this day (UTC).")] = None,
    created_to: Annotated[DayWithin | None, Query(description="Created on or before this day (UTC).")] = None,
) -> Page[CaseLine]:
    """List the cases that you may see, newest first."""
    wanted = reading.Search(
        states=tuple(dict.fromkeys(state or ())),
        reference=reference,
        borrower=borrower,
        loan=loan,
        assignee=assignee,
        reason=reason,
        created_from=_start_of(created_from) if created_from else None,
        created_before=_start_of(created_to + timedelta(days=1)) if created_to else None,
    )
    found = await reading.search(work, wanted, limit=limit + 1, after=page.after)
    rows = found.rows
    items = [
        case_line(row, found.loans.get(row.id, []), work.actor, unread=found.unread.get(row.id, 0))
        for row in rows[:limit]
    ]
    return Page(items=items, next=page.cursor(rows[limit - 1].id) if len(rows) > limit else None)


@router.get("/{case_id}")
@refuses(*SEEN)
async def get_case(case_id: UUID, work: Reading, desk: DeskOf, response: Response) -> CaseView:
    """Read a case with its application, its evidence list, the latest review and decision."""
    file = await reading.open_file(work, case_id, lock=False)
    view = case_view(work, file, desk)
    stale = sum(item.state is EvidenceState.STALE for item in view.evidence.required)
    response.headers["ETag"] = etag(view.version, aged=f"stale{stale}" if stale else None)
    return view


@router.patch("/{case_id}/application")
@refuses(*MOVES, NotPatchable, LoanInNegotiation)
async def patch_application(case_id: UUID, raw: Patch, work: Work, desk: DeskOf, today: Today) -> CaseView:
    """Change the application by a JSON merge patch (RFC 7396); each change makes a new version.

    Allowed in draft, information_requested, declined, lapsed and rejected; in in_review, offered and countered it does
    what amending does, which is for the borrower's side. A patch that changes nothing makes no version. What the lender
    vouched for stays.
    """
    file = await reading.open_file(work, case_id)
    application = patched(file.application, raw, on=today)
    return case_view(work, await changing.patch_application(work, file, application=application, desk=desk), desk)


@router.post("/{case_id}/amend")
@refuses(*MOVES, LoanInNegotiation)
async def amend_case(case_id: UUID, raw: Patch, work: Work, desk: DeskOf, today: Today) -> CaseView:
    """Change an application that is being judged or answered, by a merge patch, and submit it again."""
    file = await reading.open_file(work, case_id)
    application = patched(file.application, raw, on=today)
    return case_view(work, await changing.amend(work, file, application=application, desk=desk), desk)


@router.put("/{case_id}/loans")
@refuses(*LENDERS, CaseEnded, LoanInNegotiation)
async def put_loans(case_id: UUID, raw: Loans, work: Work, desk: DeskOf, today: Today) -> CaseView:
    """Replace the loans by the lender's own figures; a changed balance is judged again."""
    file = await reading.open_file(work, case_id)
    loans = parse_loans(raw, on=today)
    return case_view(work, await changing.put_loans(work, file, loans=loans, desk=desk), desk)


@router.post("/{case_id}/submit")
@refuses(*MOVES)
async def submit_case(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> CaseView:
    """Submit a draft; 422 names every member that is still missing."""
    return case_view(work, await intake.submit(work, case_id=case_id, desk=desk), desk)


@router.post("/{case_id}/withdraw")
@refuses(*MOVES)
async def withdraw_case(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> CaseView:
    """Withdraw a case; its loans are free for another one."""
    return case_view(work, await intake.withdraw(work, case_id=case_id, desk=desk), desk)


@router.post("/{case_id}/reopen")
@refuses(*MOVES)
async def reopen_case(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> CaseView:
    """Take up a declined, lapsed or rejected case again; a rejected one needs a changed application."""
    return case_view(work, await intake.reopen(work, case_id=case_id, desk=desk), desk)


@router.post("/{case_id}/close")
@refuses(*MOVES)
async def close_case(case_id: UUID, body: CloseBody, work: Work, desk: DeskOf) -> CaseView:
    """Close a case that has come to its end."""
    return case_view(work, await intake.close(work, case_id=case_id, reason=body.reason, desk=desk), desk)


@router.post("/{case_id}/resume")
@refuses(*MOVES)
async def resume_case(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> CaseView:
    """Take a referred case back into review."""
    return case_view(work, await intake.resume(work, case_id=case_id, desk=desk), desk)


@router.post("/{case_id}/human-review")
@refuses(*MOVES)
async def ask_for_human_review(case_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> CaseView:
    """Have a person look at an automatic rejection (PIPL art. 24, GDPR art. 22); this is not an appeal."""
    return case_view(work, await intake.request_human_review(work, case_id=case_id, desk=desk), desk)


@router.post("/{case_id}/assign")
@refuses(*LENDERS, CaseEnded)
async def assign_case(case_id: UUID, body: AssignBody, work: Work, desk: DeskOf) -> CaseView:
    """Give a case to somebody at the lender's desk, or, with null, to nobody."""
    return case_view(work, await intake.assign(work, case_id=case_id, assignee=body.assignee), desk)


@router.post("/{case_id}/policy")
@refuses(*LENDERS, CaseEnded)
async def move_to_active_policy(case_id: UUID, body: MoveToActiveBody, work: Work, desk: DeskOf) -> CaseView:
    """Move a case from the version of the policy that first judged it to the one that is active now.

    It is judged again; before its offers are made, what follows from that is done too. A case on that version stays.
    """
    file = await moving_policy.move_to_active(work, case_id=case_id, reason=body.reason, desk=desk)
    return case_view(work, file, desk)


@router.patch("/{case_id}/flags")
@refuses(*LENDERS, CaseEnded)
async def set_flags(case_id: UUID, body: FlagsBody, work: Work, desk: DeskOf) -> CaseView:
    """Set facts that only the lender or an adviser knows; null makes one unknown again. Each change is an event."""
    file = await reading.open_file(work, case_id)
    file = await changing.set_flags(work, file, flags=body.model_dump(exclude_unset=True), desk=desk)
    return case_view(work, file, desk)


@router.get("/{case_id}/actions")
@refuses(*SEEN)
async def list_actions(case_id: UUID, work: Reading, desk: DeskOf, language: LanguageOf) -> ActionsView:
    """Say what you can do next, and why not, for what you cannot; in English unless you ask for another language."""
    file = await reading.open_file(work, case_id, lock=False)
    locale = language("en")
    return actions_view(file, actions.next_actions(work, file, desk=desk, locale=locale), locale=locale)


@router.get("/{case_id}/events")
@refuses(*SEEN)
async def list_events(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[EventView]:
    """Read the history, oldest first. The events are chained by their hashes."""
    rows = await reading.history(work, case_id=case_id, limit=limit + 1, after=page.after_number)
    items = [event_view(row, work.actor) for row in rows[:limit]]
    return Page(items=items, next=page.cursor(rows[limit - 1].sequence) if len(rows) > limit else None)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
