"""Using documents of a borrower's earlier case again, so that nobody is asked twice for the same paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.casework.changing import file_completed, lacks
from service.casework.desk import Desk
from service.casework.evidence import (
    HEALTH_KINDS,
    EvidenceNotFound,
    go_on,
    open_running,
    require_acceptable,
    require_lender,
    required,
)
from service.casework.file import CaseFile, open_file
from service.domain.actors import STAFF
from service.domain.errors import NotPermitted
from service.domain.evidence import missing
from service.storage import evidence
from service.storage.files import Files
from service.storage.progress import progress
from service.storage.tables import CaseRow, EvidenceRow
from service.storage.work import UnitOfWork

PROPOSED_MAX: Final = 100
"""How many documents are proposed: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reusable:
    """A document of an earlier case, and whether this one misses its kind."""

    row: EvidenceRow
    case: CaseRow
    needed: bool


async def reusable(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> Sequence[Reusable]:
    """Propose the documents of the same borrower's other cases; to the lender only, who knows them all."""
    file = await open_file(work, case_id, lock=False)
    if work.actor.role not in STAFF:
        raise NotPermitted("Documents of other cases are shown to the lender only.")
    wanted = {item.kind for item in missing(required(work, file, desk))}
    return [Reusable(row=row, case=case, needed=row.kind in wanted) for row, case in await _found(work, file)]


async def reuse(
    work: UnitOfWork, *, case_id: UUID, evidence_id: UUID, loan_id: str | None, files: Files, desk: Desk
) -> tuple[CaseFile, EvidenceRow]:
    """Copy a document of an earlier case into this one; it counts as received, and is as old as it was there."""
    file = await open_running(work, case_id)
    require_lender(work)
    found = next((row for row, _ in await _found(work, file) if row.id == evidence_id), None)
    if found is None:
        raise EvidenceNotFound("No other case of this borrower has such a document.")
    require_acceptable(file, kind=found.kind, loan_id=loan_id)
    lacked = lacks(work, file, desk=desk)
    copied = await files.copy(found.storage_key or "")
    progress(work.session).copied_files.append(copied)
    row = await evidence.add_copy(work, file.case, found, key=copied, kind=found.kind, loan_id=loan_id)
    file.evidence.append(row)
    await work.record(
        file.case, "evidence_reused", evidence=str(row.id), kind=row.kind, sha256=row.sha256, earlier=str(found.id)
    )
    await file_completed(work, file, lacked=lacked, desk=desk)
    await go_on(work, file, desk=desk)
    return file, row


async def _found(work: UnitOfWork, file: CaseFile) -> list[tuple[EvidenceRow, CaseRow]]:
    """Return what can be proposed: not what is here already, and nothing about health without consent."""
    if file.case.identity_index is None:
        return []
    here = {(row.kind, row.sha256) for row in file.evidence}
    hidden = frozenset() if file.application.consents.sensitive_data else HEALTH_KINDS
    found = await evidence.of_other_cases(work.session, file.case, limit=PROPOSED_MAX)
    return [(row, case) for row, case in found if (row.kind, row.sha256) not in here and row.kind not in hidden]
