"""Notices: letters as they were sent, never changed; and the rows that letters tell of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import AgreementScheduleRow, AppealRow, CaseRow, NoticeRow, PaymentRow
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


async def latest_appeal(session: AsyncSession, case_id: UUID) -> AppealRow | None:
    """Return the last appeal of a case."""
    wanted = select(AppealRow).where(col(AppealRow.case_id) == case_id).order_by(col(AppealRow.id).desc())
    with session.no_autoflush:
        found: AppealRow | None = await session.scalar(wanted.limit(1))
    return found


async def payments_under(session: AsyncSession, case_id: UUID, agreement_id: UUID) -> Sequence[PaymentRow]:
    """Return the payments under an agreement that were not reversed, oldest first."""
    wanted = (
        select(PaymentRow)
        .where(col(PaymentRow.case_id) == case_id, col(PaymentRow.agreement_id) == agreement_id)
        .where(col(PaymentRow.reversed_on).is_(None))
        .order_by(col(PaymentRow.id))
    )
    return (await session.scalars(wanted)).all()


async def schedule_in_force(session: AsyncSession, agreement_id: UUID) -> AgreementScheduleRow | None:
    """Return the schedule that an agreement was changed to; None while the one it was made with stands."""
    wanted = select(AgreementScheduleRow).where(col(AgreementScheduleRow.agreement_id) == agreement_id)
    found: AgreementScheduleRow | None = await session.scalar(
        wanted.order_by(col(AgreementScheduleRow.number).desc()).limit(1)
    )
    return found
