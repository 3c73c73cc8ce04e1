"""The resource `notices`: letters as they were sent."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.cursor import PageOf
from service.api.errors import SEEN
from service.api.letters import AS_LETTER, Accepted, Format, answer_with
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.notices import NoticeView, notice_view
from service.api.views.records import Page
from service.casework import notices
from service.casework.notices import NoticeNotFound

of_case = APIRouter(prefix="/v1/cases/{case_id}/notices", tags=["notices"], route_class=Transactional)
router = APIRouter(prefix="/v1/notices", tags=["notices"], route_class=Transactional)


@of_case.get("")
@refuses(*SEEN)
async def list_notices(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[NoticeView]:
    """List the letters of a case, oldest first, without their text."""
    file, rows = await notices.of_case(work, case_id=case_id)
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    return Page(items=[notice_view(row, file.case) for row in shown], next=further)


@router.get("/{notice_id}")
@refuses(NoticeNotFound)
async def get_notice(notice_id: UUID, work: Reading) -> NoticeView:
    """Read what a letter is: its kind, to whom it went, and its hash."""
    row, file = await notices.read(work, notice_id=notice_id)
    return notice_view(row, file.case)


@router.get("/{notice_id}/content", response_class=Response, responses=AS_LETTER)
@refuses(NoticeNotFound)
async def get_notice_content(
    notice_id: UUID,
    work: Reading,
    accept: Accepted = "",
    format: Format = None,  # noqa: A002 - the name of the parameter
) -> Response:
    """Read a letter as it was sent, in HTML, or the same text as a PDF."""
    row, _ = await notices.read(work, notice_id=notice_id)
    return await answer_with(row, wanted=format, accept=accept)
