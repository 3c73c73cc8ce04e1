"""Notices: letters as they were sent, never changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import CaseRow, NoticeRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    kind: str,
    locale: str,
    title: str,
    recipient: str,
    subject_id: UUID | None,
    html: str,
    sha256: str,
) -> NoticeRow:
    """Keep a letter as it is sent."""
    row = NoticeRow(
        case_id=case.id,
        kind=kind,
        locale=locale,
        title=title,
        recipient=recipient,
        subject_id=subject_id,
        html=html,
        sha256=sha256,
        created_at=work.now,
    )
    work.session.add(row)
    return row


def just_sent(session: AsyncSession, *, kind: str, recipient: str, sha256: str) -> bool:
    """Say whether the same letter is being sent to the same person by the same request."""
    made = (row for row in session.new if isinstance(row, NoticeRow))
    return any((row.kind, row.recipient, row.sha256) == (kind, recipient, sha256) for row in made)


async def get(session: AsyncSession, notice_id: UUID) -> NoticeRow | None:
    """Return a letter."""
    return await session.get(NoticeRow, notice_id)


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[NoticeRow]:
    """Return the letters of a case, oldest first."""
    wanted = select(NoticeRow).where(col(NoticeRow.case_id) == case_id).order_by(col(NoticeRow.id))
    return (await session.scalars(wanted)).all()


async def hashes_about(session: AsyncSession, case_id: UUID, *, kind: str, subject_id: UUID) -> dict[str, str]:
    """Return the hash of the latest letter of a kind about one record, by recipient; those not stored yet count."""
    made = [row for row in session.new if isinstance(row, NoticeRow) and row.subject_id == subject_id]
    wanted = select(NoticeRow).where(
        col(NoticeRow.case_id) == case_id, col(NoticeRow.kind) == kind, col(NoticeRow.subject_id) == subject_id
    )
    with session.no_autoflush:  # everything that was changed is stored at once, at the end
        rows = (await session.scalars(wanted.order_by(col(NoticeRow.id)))).all()
    return {row.recipient: row.sha256 for row in [*rows, *made] if row.kind == kind}


async def latest_about(session: AsyncSession, case_id: UUID, *, kind: str, subject_id: UUID) -> NoticeRow | None:
    """Return the latest letter of a kind about one record that went to the borrower."""
    wanted = (
        select(NoticeRow)
        .where(
            col(NoticeRow.case_id) == case_id,
            col(NoticeRow.kind) == kind,
            col(NoticeRow.subject_id) == subject_id,
            col(NoticeRow.recipient) == "borrower",
        )
        .order_by(col(NoticeRow.id).desc())
    )
    found: NoticeRow | None = await session.scalar(wanted.limit(1))
    return found
