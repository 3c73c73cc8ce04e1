"""Evidence: documents that were handed in and requirements that were waived."""

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
