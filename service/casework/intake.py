"""Taking in a case: posting, submitting, reopening and withdrawing it, and the desk's own moves."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from service.casework.desk import Desk
from service.casework.file import CaseFile, open_file, require_running
from service.casework.following import happened
from service.casework.holding import hold_loans
from service.casework.knowing import note_identity
from service.casework.moves import evidence_missing, take
from service.casework.pinning import policy_of
from service.casework.reviewing import review_as_system
from service.domain.access import CaseNotFound, is_lender, move_for
from service.domain.actors import LENDER, Actor, Role
from service.domain.application import Application
from service.domain.completeness import lacking
from service.domain.errors import Conflict, Invalid, NotPermitted, Problem, require_no
from service.domain.lifecycle import CaseAction
from service.domain.loans import Snapshot
from service.domain.person import part
from service.domain.words import LoanSource
from service.storage import agreements, cases
from service.storage.tables import CaseRow
from service.storage.work import UnitOfWork

POSTERS: Final = LENDER | {Role.BORROWER, Role.REPRESENTATIVE, Role.PARTNER, Role.SERVICING}


class ReferenceTaken(Conflict):
    """The posting partner used this reference for another case."""

    code = "reference_taken"
    title = "The reference is taken"


async def post_case(work: UnitOfWork, application: Application, *, submit: bool, desk: Desk) -> CaseFile:
    """Open a case with the first version of its application, and submit it if asked to."""
    actor = work.actor
    if actor.role not in POSTERS:
        raise NotPermitted("This role does not post cases.")
    application = _owned(application, actor)
    if submit:
        require_no(lacking(application))
    source = LoanSource.LENDER if actor.vouches else LoanSource.DECLARED
    snapshots = tuple(Snapshot(loan=loan, source=source) for loan in application.loans)
    await _require_followed(work, application)
    case = await _insert(work, application, snapshots)
    file = CaseFile(
        case=case,
        application=application,
        snapshots=snapshots,
        today=work.now.date(),
        agreements=list(await agreements.about_loans(work.session, [s.loan.id for s in snapshots])),
    )
    note_identity(file, desk)
    await work.record(case, "created", loans=[s.loan.id for s in snapshots], source=source)
    await happened(work, file, "created", policy=policy_of(file, desk))
    if submit:
        await _submit(work, file, desk=desk)
    return file


async def submit(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Submit a draft whose application is whole."""
    file = await open_file(work, case_id)
    move_for(file.state, CaseAction.SUBMIT, parties=file.parties, actor=work.actor)
    require_no(lacking(file.application))
    await _submit(work, file, desk=desk)
    return file


async def reopen(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Take up a case again that was declined, lapsed or rejected."""
    file = await open_file(work, case_id)
    move_for(file.state, CaseAction.REOPEN, parties=file.parties, actor=work.actor)
    require_no(lacking(file.application))
    await take(work, file, CaseAction.REOPEN, policy=policy_of(file, desk))
    await review_as_system(work, file, desk=desk)
    return file


async def withdraw(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Withdraw a case; its loans are free for another one."""
    file = await open_file(work, case_id)
    await take(work, file, CaseAction.WITHDRAW, policy=policy_of(file, desk))
    return file


async def close(work: UnitOfWork, *, case_id: UUID, reason: str, desk: Desk) -> CaseFile:
    """Close a case that has come to its end."""
    file = await open_file(work, case_id)
    await take(work, file, CaseAction.CLOSE, policy=policy_of(file, desk), reason=reason)
    return file


async def resume(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Take a referred case back into review."""
    file = await open_file(work, case_id)
    await take(work, file, CaseAction.RESUME, policy=policy_of(file, desk))
    return file


async def request_human_review(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Have a person look at an automatic rejection; this is not an appeal."""
    file = await open_file(work, case_id)
    await take(work, file, CaseAction.REQUEST_HUMAN_REVIEW, policy=policy_of(file, desk))
    return file


async def assign(work: UnitOfWork, *, case_id: UUID, assignee: str | None) -> CaseFile:
    """Give a case to somebody at the lender's desk, or to nobody."""
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender assigns cases.")
    require_running(file)
    file.case.assignee = assignee
    await work.record(file.case, "assigned", assignee=assignee)
    return file


async def _submit(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> None:
    file.case.submitted_at = work.now
    policy = policy_of(file, desk)
    await take(work, file, CaseAction.SUBMIT, policy=policy)
    lacking_documents = evidence_missing(work, file, policy)
    file.case.first_missing = lacking_documents
    if not lacking_documents:
        await happened(work, file, "evidence_complete", policy=policy)
    await review_as_system(work, file, desk=desk)


async def _insert(work: UnitOfWork, application: Application, snapshots: tuple[Snapshot, ...]) -> CaseRow:
    """Store the case, its first version and its loans; the database refuses a reference or a loan that is taken."""
    document, person = part(application)
    try:
        case = await cases.add(work, application=document, person=person)
    except cases.ReferenceExists:
        raise ReferenceTaken("You posted another case under this reference.") from None
    await hold_loans(work, case, snapshots)
    return case


async def _require_followed(work: UnitOfWork, application: Application) -> None:
    """Refuse to follow a case that the actor may not see; the one followed is locked, for it gives up loans."""
    if application.follows is None:
        return
    try:
        await open_file(work, UUID(application.follows))
    except (CaseNotFound, ValueError):
        problem = Problem("/follows", "case_unknown", "There is no such case.")
        raise Invalid("1 member is not valid.", [problem]) from None


def _owned(application: Application, actor: Actor) -> Application:
    """Return the application as the actor's own: a borrower posts for themselves."""
    if actor.role is not Role.BORROWER:
        return application
    if application.borrower.subject not in {None, actor.identity}:
        raise NotPermitted("A borrower posts a case for themselves.")
    return replace(application, borrower=replace(application.borrower, subject=actor.identity))
