"""Views of messages."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from service.api.views.records import Record, View
from service.api.views.revealed import for_staff
from service.casework.messages import Thread
from service.domain.actors import Actor, Role
from service.domain.message import Side
from service.storage.tables import CaseRow, MessageRow


class MessageView(Record):
    """One message of the thread between borrower and lender."""

    case_id: UUID
    number: int = Field(description="Counts from 1 in each case, without gaps.")
    side: Side
    role: Role = Field(description="As what its writer wrote it.")
    by: str | None = Field(description="Identity of the writer; shown to the lender only.")
    text: str
    attachments: list[UUID] = Field(description="Documents of the case, read under `evidence`.")


class ThreadView(View):
    """A page of the thread, and how far you have read it."""

    items: list[MessageView]
    next: str | None = Field(description="Opaque cursor of the next page; null on the last one.")
    read_up_to: UUID | None = Field(description="The last message that you marked as read.")
    unread: int = Field(
        description="How many messages came after it: for the desk of the borrower's side, else of others."
    )


class ReadMarkView(View):
    """How far you have read a thread."""

    read_up_to: UUID | None = Field(description="The last message that you marked as read; a mark never goes back.")
    unread: int = Field(
        description="How many messages came after it: for the desk of the borrower's side, else of others."
    )


def message_view(row: MessageRow, case: CaseRow, actor: Actor) -> MessageView:
    """Show a message; who exactly wrote it is for the lender's roles."""
    return MessageView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        number=row.number,
        side=Side(row.side),
        role=Role(row.role),
        by=for_staff(row.by, actor),
        text=row.text,
        attachments=[UUID(attached) for attached in row.attachments],
    )


def thread_view(thread: Thread, rows: Sequence[MessageRow], actor: Actor, *, further: str | None) -> ThreadView:
    """Show a page of the thread."""
    mark, file = thread.mark, thread.file
    return ThreadView(
        items=[message_view(row, file.case, actor) for row in rows],
        next=further,
        read_up_to=mark.message_id if mark else None,
        unread=file.unread,
    )
