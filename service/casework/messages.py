"""Messages: writing to the other side, reading the thread, and marking how far one has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service.casework.file import CaseFile, open_file, require_running
from service.domain.access import require_applicant, require_visible
from service.domain.message import MessageNotFound, require_documents, require_party, role_of, side_of
from service.storage import messages
from service.storage.tables import MessageRow, ReadMarkRow
from service.storage.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A page of messages, how far the reader has read, and how many messages of others they have not."""

    file: CaseFile
    messages: Sequence[MessageRow]
    mark: ReadMarkRow | None


async def write(
    work: UnitOfWork, *, case_id: UUID, text: str, attachments: Sequence[UUID]
) -> tuple[CaseFile, MessageRow]:
    """Write to the other side; what is attached is evidence of the case already."""
    file = await open_file(work, case_id)
    require_applicant(file.parties, work.actor)
    require_running(file)
    require_documents(attachments, documents={e.id for e in file.evidence if e.storage_key is not None})
    row = await messages.add(
        work,
        file.case,
        side=side_of(work.actor),
        role=role_of(work.actor, require_visible(file.parties, work.actor)),
        text=text,
        attachments=attachments,
    )
    await work.record(file.case, "message_sent", message=str(row.id), side=row.side)
    return file, row


async def read(work: UnitOfWork, *, case_id: UUID, limit: int, after: int) -> Thread:
    """Read a page of the thread, oldest first."""
    file = await open_file(work, case_id, lock=False)
    mark = await messages.mark_of(work.session, case_id, reader=work.actor.identity)
    return Thread(
        file=file, messages=await messages.of_case(work.session, case_id, after=after, limit=limit), mark=mark
    )


async def mark_read(work: UnitOfWork, *, case_id: UUID, message_id: UUID | None) -> Thread:
    """Note how far the actor has read: to a message, or all there are. Somebody who only looks on has no mark."""
    file = await open_file(work, case_id)
    require_party(require_visible(file.parties, work.actor))
    if message_id is None:
        message = await messages.last_of(work.session, file.case)
    else:
        message = await messages.find(work.session, case_id, message_id)
        if message is None:
            raise MessageNotFound("The case has no such message.")
    mark = await messages.mark(work, message) if message else None
    found = await messages.unread(work.session, [case_id], reader=work.actor)
    file.unread = found[case_id]
    return Thread(file=file, messages=[], mark=mark)
