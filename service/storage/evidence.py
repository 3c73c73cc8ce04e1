"""Evidence: documents that were handed in and requirements that were waived."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.evidence import EvidenceState
from service.storage.files import StoredFile
from service.storage.tables import CaseRow, EvidenceRow
from service.storage.work import UnitOfWork


async def of_case(session: AsyncSession, case_id: UUID) -> list[EvidenceRow]:
    """Return the evidence of a case, oldest first."""
    wanted = select(EvidenceRow).where(col(EvidenceRow.case_id) == case_id).order_by(col(EvidenceRow.id))
    return list(await session.scalars(wanted))


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    kind: str,
    loan_id: str | None,
    note: str | None,
    file_name: str | None,
    stored: StoredFile,
) -> EvidenceRow:
    """Add a document whose file is stored already."""
    row = EvidenceRow(
        case_id=case.id,
        kind=kind,
        loan_id=loan_id,
        state=EvidenceState.RECEIVED,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=stored.key,
        file_name=file_name,
        note=note,
        uploaded_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def add_copy(
    work: UnitOfWork, case: CaseRow, of: EvidenceRow, *, key: str, kind: str, loan_id: str | None
) -> EvidenceRow:
    """Add a document of another case whose file was copied; it stays as old as it is."""
    row = EvidenceRow(
        case_id=case.id,
        kind=kind,
        loan_id=loan_id,
        state=EvidenceState.RECEIVED,
        media_type=of.media_type,
        size=of.size,
        sha256=of.sha256,
        storage_key=key,
        file_name=of.file_name,
        uploaded_by=work.actor.identity,
        reused_from=of.id,
        handed_in_at=of.handed_in_at or of.created_at,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def of_other_cases(session: AsyncSession, case: CaseRow, *, limit: int) -> Sequence[tuple[EvidenceRow, CaseRow]]:
    """Return the documents of the same borrower's other cases that were not refused, newest first."""
    wanted = (
        select(EvidenceRow, CaseRow)
        .join(CaseRow, col(CaseRow.id) == col(EvidenceRow.case_id))
        .where(
            col(CaseRow.identity_index) == case.identity_index,
            col(CaseRow.id) != case.id,
            col(EvidenceRow.storage_key).is_not(None),
            col(EvidenceRow.state).in_([EvidenceState.RECEIVED.value, EvidenceState.VERIFIED.value]),
        )
        .order_by(col(EvidenceRow.id).desc())
        .limit(limit)
    )
    return [(row, other) for row, other in await session.execute(wanted)]


async def add_waiver(work: UnitOfWork, case: CaseRow, *, kind: str, loan_id: str | None, reason: str) -> EvidenceRow:
    """Add the lender's word that a required document is not needed, with the reason."""
    row = EvidenceRow(
        case_id=case.id,
        kind=kind,
        loan_id=loan_id,
        state=EvidenceState.WAIVED,
        waived_reason=reason,
        uploaded_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    return row
