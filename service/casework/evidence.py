"""Evidence of a case: receiving, verifying, refusing and waiving documents, and going on once nothing is missing."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.casework.changing import file_completed, information_arrived, lacks
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, in_state, open_file, require_running
from service.casework.judging import facts_of
from service.casework.moves import matter
from service.casework.pinning import policy_of
from service.casework.reviewing import review_as_system
from service.domain.access import SIDE_OF_THE_BORROWER, is_lender, require_applicant, roles_in
from service.domain.actors import READS_ALL
from service.domain.errors import Conflict, NotFound, NotPermitted, Problem, RuleBroken
from service.domain.evidence import Checked, EvidenceState
from service.domain.lifecycle import CaseState
from service.storage import evidence
from service.storage.files import StoredFile
from service.storage.tables import EvidenceRow
from service.storage.work import UnitOfWork

READERS_OF_REUSED: Final = READS_ALL | SIDE_OF_THE_BORROWER
"""Who reads a document of an earlier case: the partner who posted this one was never handed it."""
HEALTH_KINDS: Final = frozenset({"medical_certificate", "disability_certificate"})


class EvidenceNotFound(NotFound):
    """The case has no such document."""

    code = "evidence_not_found"
    title = "No such evidence"


class EvidenceSettled(Conflict):
    """The document was verified or refused already."""

    code = "evidence_settled"
    title = "The document was judged already"


class EvidenceRefusedHere(RuleBroken):
    """The document may not be taken as it was described."""

    code = "evidence_not_accepted"
    title = "The document cannot be taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What somebody says a document is."""

    kind: str
    loan_id: str | None = None
    note: str | None = None
    file_name: str | None = None


async def receive(
    work: UnitOfWork, *, case_id: UUID, description: Description, stored: StoredFile, desk: Desk
) -> tuple[CaseFile, EvidenceRow]:
    """Take in a document; the one that completes the list sends the case on."""
    file = await open_running(work, case_id)
    require_applicant(file.parties, work.actor)
    require_acceptable(file, kind=description.kind, loan_id=description.loan_id)
    lacked = lacks(work, file, desk=desk)
    row = await evidence.add(
        work,
        file.case,
        kind=description.kind,
        loan_id=description.loan_id,
        note=description.note,
        file_name=description.file_name,
        stored=stored,
    )
    file.evidence.append(row)
    await work.record(file.case, "evidence_received", evidence=str(row.id), kind=row.kind, sha256=stored.sha256)
    await file_completed(work, file, lacked=lacked, desk=desk)
    await go_on(work, file, desk=desk)
    return file, row


async def verify(work: UnitOfWork, *, case_id: UUID, evidence_id: UUID, desk: Desk) -> tuple[CaseFile, EvidenceRow]:
    """Confirm that a document is what it says; facts that rest on it become verified."""
    file = await open_running(work, case_id)
    row = _settle(work, file, evidence_id, EvidenceState.VERIFIED)
    await work.record(file.case, "evidence_verified", evidence=str(row.id), kind=row.kind)
    if not await information_arrived(work, file, desk=desk):
        await review_as_system(work, file, desk=desk)
    return file, row


async def refuse(
    work: UnitOfWork, *, case_id: UUID, evidence_id: UUID, reason: str, desk: Desk
) -> tuple[CaseFile, EvidenceRow]:
    """Refuse a document with the reason; it counts as missing again, and a case under review asks for it again."""
    file = await open_running(work, case_id)
    row = _settle(work, file, evidence_id, EvidenceState.REFUSED)
    row.refused_reason = reason
    await work.record(file.case, "evidence_refused", evidence=str(row.id), kind=row.kind)
    await review_as_system(work, file, desk=desk)
    return file, row


async def waive(
    work: UnitOfWork, *, case_id: UUID, kind: str, loan_id: str | None, reason: str, desk: Desk
) -> tuple[CaseFile, EvidenceRow]:
    """Do without a required document; the reason is kept."""
    file = await open_running(work, case_id)
    require_lender(work)
    wanted = [c.item for c in required(work, file, desk) if c.item.kind == kind]
    if not any(loan_id in {None, item.loan_id} for item in wanted):
        problem = (
            Problem("/loan_id", "not_required", "This kind is not required for this loan.")
            if wanted
            else Problem("/kind", "not_required", "This kind is not required.")
        )
        raise EvidenceRefusedHere("Only what is required can be waived.", [problem])
    lacked = lacks(work, file, desk=desk)
    row = await evidence.add_waiver(work, file.case, kind=kind, loan_id=loan_id, reason=reason)
    file.evidence.append(row)
    await work.record(file.case, "evidence_waived", evidence=str(row.id), kind=kind)
    await file_completed(work, file, lacked=lacked, desk=desk)
    await go_on(work, file, desk=desk)
    return file, row


async def read_content(work: UnitOfWork, *, case_id: UUID, evidence_id: UUID) -> EvidenceRow:
    """Return the document whose content is asked for; a waiver has none."""
    file = await open_file(work, case_id, lock=False)
    row = next((e for e in file.evidence if e.id == evidence_id and e.storage_key), None)
    if row is None:
        raise EvidenceNotFound("The case has no such document.")
    if row.reused_from is not None and not roles_in(file.parties, work.actor) & READERS_OF_REUSED:
        raise NotPermitted("The document was handed in elsewhere: the borrower's side and the lender read it.")
    return row


def required(work: UnitOfWork, file: CaseFile, desk: Desk) -> tuple[Checked, ...]:
    """Return what the policy asks for and where each item stands today."""
    policy = policy_of(file, desk)
    _, checked = facts_of(matter(file, policy), policy.settings, on=local_day(policy, work.now))
    return checked


async def open_running(work: UnitOfWork, case_id: UUID) -> CaseFile:
    """Lock a case that has not ended."""
    file = await open_file(work, case_id)
    require_running(file)
    return file


def _settle(work: UnitOfWork, file: CaseFile, evidence_id: UUID, state: EvidenceState) -> EvidenceRow:
    require_lender(work)
    row = next((e for e in file.evidence if e.id == evidence_id), None)
    if row is None:
        raise EvidenceNotFound("The case has no such document.")
    if row.state != EvidenceState.RECEIVED and not (
        row.state == EvidenceState.VERIFIED and state is EvidenceState.REFUSED
    ):
        raise EvidenceSettled(f"The document is {row.state}.", state=row.state)
    row.state, row.verified_by, row.verified_at = state, work.actor.identity, work.now
    return row


def require_lender(work: UnitOfWork) -> None:
    """Refuse what belongs to the lender's desk to anybody else."""
    if not is_lender(work.actor):
        raise NotPermitted("The lender judges evidence.")


def require_acceptable(file: CaseFile, *, kind: str, loan_id: str | None) -> None:
    """Refuse a document about a loan that the case does not have, and one about health without consent."""
    loans = {s.loan.id for s in file.snapshots}
    problems = []
    if loan_id is not None and loan_id not in loans:
        problems.append(Problem("/loan_id", "loan_unknown", "The case has no such loan."))
    if kind in HEALTH_KINDS and not file.application.consents.sensitive_data:
        problems.append(Problem("/kind", "sensitive_without_consent", "Health evidence needs its own consent."))
    if problems:
        raise EvidenceRefusedHere("The document cannot be taken so.", problems)


async def go_on(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> None:
    """Send the case on when its list is complete; a case under review is judged again on what is new."""
    if in_state(file, CaseState.INFORMATION_REQUESTED):
        await information_arrived(work, file, desk=desk)
    else:
        await review_as_system(work, file, desk=desk)
