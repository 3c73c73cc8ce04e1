"""The resource `messages`: the thread between borrower and lender."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.messages import MessageBody, ReadBody
from service.api.cursor import PageOf
from service.api.errors import LENDERS, SEEN
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.messages import MessageView, ReadMarkView, ThreadView, message_view, thread_view
from service.casework import messages
from service.casework.file import CaseEnded
from service.domain.access import MandateNeeded
from service.domain.message import AttachmentUnknown, MessageNotFound

router = APIRouter(prefix="/v1/cases/{case_id}/messages", tags=["messages"], route_class=Transactional)


@router.post("", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, MandateNeeded, CaseEnded, AttachmentUnknown)
async def post_message(case_id: UUID, body: MessageBody, work: Work) -> MessageView:
    """Write to the other side, while the case runs; documents are uploaded as evidence first, and named here.

    Borrower, representative and posting partner write on the borrower's side, caseworkers and supervisors on the
    lender's.
    """
    file, row = await messages.write(work, case_id=case_id, text=body.text, attachments=body.attached)
    return message_view(row, file.case, work.actor)


@router.get("")
@refuses(*SEEN)
async def list_messages(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> ThreadView:
    """Read the thread, oldest first, and how many messages you have not read; after the end of the case too."""
    thread = await messages.read(work, case_id=case_id, limit=limit + 1, after=page.after_number)
    rows = thread.messages[:limit]
    further = page.cursor(rows[-1].number) if len(thread.messages) > limit else None
    return thread_view(thread, rows, work.actor, further=further)


@router.post("/read")
@refuses(*LENDERS, MessageNotFound)
async def mark_messages_read(case_id: UUID, body: ReadBody, work: Work) -> ReadMarkView:
    """Say up to which message you have read; a mark is yours alone, and never goes back."""
    last = UUID(body.message_id) if body.message_id else None
    thread = await messages.mark_read(work, case_id=case_id, message_id=last)
    return ReadMarkView(read_up_to=thread.mark.message_id if thread.mark else None, unread=thread.file.unread)
