"""Messages between borrower and lender, and how far each reader has read."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.actors import Actor, Role
from service.domain.message import Side, news_from
from service.storage.tables import CaseRow, MessageRow, ReadMarkRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork, case: CaseRow, *, side: Side, role: Role, text: str, attachments: Sequence[UUID]
) -> MessageRow:
    """Add a message; the case, which is locked, counts them."""
    case.messages += 1
    row = MessageRow(
        case_id=case.id,
        number=case.messages,
        side=side,
        by=work.actor.identity,
        role=role,
        text=text,
        attachments=[str(attached) for attached in attachments],
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def of_case(session: AsyncSession, case_id: UUID, *, after: int, limit: int) -> Sequence[MessageRow]:
    """Return messages of a case after a number, oldest first."""
    wanted = select(MessageRow).where(col(MessageRow.case_id) == case_id, col(MessageRow.number) > after)
    return (await session.scalars(wanted.order_by(col(MessageRow.number)).limit(limit))).all()


async def find(session: AsyncSession, case_id: UUID, message_id: UUID) -> MessageRow | None:
    """Return a message of a case."""
    row = await session.get(MessageRow, message_id)
    return row if row is not None and row.case_id == case_id else None


async def last_of(session: AsyncSession, case: CaseRow) -> MessageRow | None:
    """Return the newest message of a case, which counts them."""
    newest = (col(MessageRow.case_id) == case.id, col(MessageRow.number) == case.messages)
    found: MessageRow | None = await session.scalar(select(MessageRow).where(*newest))
    return found


async def unread(session: AsyncSession, case_ids: Sequence[UUID], *, reader: Actor) -> dict[UUID, int]:
    """Count, for each of these cases, what is news to a reader since their mark; none is left out of the dict."""
    if not case_ids:
        return {}
    theirs = and_(col(ReadMarkRow.case_id) == col(MessageRow.case_id), col(ReadMarkRow.reader) == reader.identity)
    news = [
        col(MessageRow.case_id).in_(case_ids),
        col(MessageRow.by) != reader.identity,
        col(MessageRow.number) > func.coalesce(col(ReadMarkRow.number), 0),
    ]
    side = news_from(reader)
    if side is not None:
        news.append(col(MessageRow.side) == side)
    counted = select(col(MessageRow.case_id), func.count()).outerjoin(ReadMarkRow, theirs).where(*news)
    rows = await session.execute(counted.group_by(col(MessageRow.case_id)))
    return dict.fromkeys(case_ids, 0) | {row[0]: row[1] for row in rows}


async def mark_of(session: AsyncSession, case_id: UUID, *, reader: str) -> ReadMarkRow | None:
    """Return how far somebody has read."""
    return await session.get(ReadMarkRow, (case_id, reader))


async def mark(work: UnitOfWork, message: MessageRow) -> ReadMarkRow:
    """Note that the actor has read up to a message; a mark never goes back. The case is locked."""
    reader = work.actor.identity
    row = await mark_of(work.session, message.case_id, reader=reader)
    if row is None:
        row = ReadMarkRow(
            case_id=message.case_id, reader=reader, message_id=message.id, number=message.number, at=work.now
        )
        work.session.add(row)
    elif row.number < message.number:
        row.message_id, row.number, row.at = message.id, message.number, work.now
    return row
