"""Taking in a case: posting, drafting, submitting, amending, reopening and withdrawing it."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from service.casework.desk import Desk
from service.casework.file import CaseFile, in_state, open_file
from service.casework.moves import evidence_missing, policy_of, take
from service.casework.reviewing import review_as_system
from service.domain.access import is_lender, move_for, roles_in
from service.domain.actors import Actor, Role
from service.domain.application import Application
from service.domain.completeness import lacking
from service.domain.errors import Conflict, NotPermitted, require_no
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.loans import Loan, Snapshot
from service.domain.person import part
from service.domain.words import LoanSource
from service.storage import applications, cases
from service.storage.tables import CaseRow
from service.storage.work import UnitOfWork

PATCHABLE = (
    CaseState.DRAFT,
    CaseState.INFORMATION_REQUESTED,
    CaseState.DECLINED,
    CaseState.LAPSED,
    CaseState.REJECTED,
)
APPLICANTS = frozenset({Role.BORROWER, Role.REPRESENTATIVE, Role.PARTNER, Role.CASEWORKER, Role.SUPERVISOR})
POSTERS = frozenset(
    {Role.BORROWER, Role.REPRESENTATIVE, Role.PARTNER, Role.SERVICING, Role.CASEWORKER, Role.SUPERVISOR}
)


class ReferenceTaken(Conflict):
    """The posting partner used this reference for another case."""

    code = "reference_taken"
    title = "The reference is taken"


class LoanInNegotiation(Conflict):
    """Another case about this loan has not come to an end."""

    code = "loan_in_negotiation"
    title = "The loan is in negotiation"


class NotPatchable(Conflict):
    """The application cannot be changed in this state."""

    code = "not_patchable"
    title = "The application cannot be changed now"


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
    case = await _insert(work, application, snapshots)
    file = CaseFile(case=case, application=application, snapshots=snapshots)
    await work.record(case, "created", loans=[s.loan.id for s in snapshots], source=source)
    if submit:
        await _submit(work, file, desk=desk)
    return file


async def submit(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Submit a draft whose application is whole."""
    file = await open_file(work, case_id)
    if in_state(file, CaseState.DRAFT):
        require_no(lacking(file.application))
    await _submit(work, file, desk=desk)
    return file


async def patch_application(work: UnitOfWork, file: CaseFile, *, application: Application, desk: Desk) -> CaseFile:
    """Store a new version of the application where the state allows it; what is asked for may be complete then."""
    require_applicant(work, file)
    if not in_state(file, *PATCHABLE):
        raise NotPatchable(f"The application of a case that is {file.case.state} is changed by amending it.")
    await _new_version(work, file, application)
    if in_state(file, CaseState.INFORMATION_REQUESTED):
        await information_arrived(work, file, desk=desk)
    return file


async def amend(work: UnitOfWork, file: CaseFile, *, application: Application, desk: Desk) -> CaseFile:
    """Store a new version of an application that is being judged or answered, and submit it again."""
    require_applicant(work, file)
    move_for(CaseState(file.case.state), CaseAction.AMEND, parties=file.parties, actor=work.actor)
    require_no(lacking(application))
    before = file.case.application_version
    await _new_version(work, file, application)
    await take(work, file, CaseAction.AMEND, policy=policy_of(file, desk), from_version=before)
    await review_as_system(work, file, desk=desk)
    return file


async def reopen(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> CaseFile:
    """Take up a case again that was declined, lapsed or rejected."""
    file = await open_file(work, case_id)
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
    file.case.assignee = assignee
    await work.record(file.case, "assigned", assignee=assignee)
    return file


async def put_loans(work: UnitOfWork, file: CaseFile, *, loans: tuple[Loan, ...], desk: Desk) -> CaseFile:
    """Take the lender's word for what the loans stand at; changed balances are judged again."""
    if work.actor.role not in {Role.SERVICING, Role.CASEWORKER, Role.SUPERVISOR}:
        raise NotPermitted("The lender vouches for loans.")
    before = {s.loan.id: s.loan for s in file.snapshots}
    snapshots = tuple(Snapshot(loan=loan, source=LoanSource.LENDER) for loan in loans)
    await _hold_loans(work, file, snapshots)
    file.snapshots = snapshots
    file.application = replace(file.application, loans=loans)
    changed = [loan.id for loan in loans if before.get(loan.id) is None or before[loan.id].balance != loan.balance]
    await work.record(file.case, "loans_vouched", loans=[loan.id for loan in loans], changed=changed)
    await review_as_system(work, file, desk=desk)
    return file


async def set_flags(work: UnitOfWork, file: CaseFile, *, flags: Mapping[str, bool | None], desk: Desk) -> CaseFile:
    """Set facts that only the lender or an adviser knows; None makes one unknown again."""
    if not is_lender(work.actor):
        raise NotPermitted("The lender sets flags.")
    kept = {name: value for name, value in {**file.case.flags, **flags}.items() if value is not None}
    file.case.flags = kept
    await work.record(file.case, "flags_set", flags=dict(flags))
    await review_as_system(work, file, desk=desk)
    return file


def require_applicant(work: UnitOfWork, file: CaseFile) -> None:
    """Refuse a change of the application by anybody but the borrower's side and the lender's desk."""
    if not roles_in(file.parties, work.actor) & APPLICANTS:
        raise NotPermitted("This role does not change applications.")


async def information_arrived(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> None:
    """Go on with a case that waited for information, once its list is complete."""
    policy = policy_of(file, desk)
    if not in_state(file, CaseState.INFORMATION_REQUESTED) or evidence_missing(work, file, policy):
        return
    if any(lacking(file.application)):
        return
    await take(work.as_system(caused_by=work.cause), file, CaseAction.PROVIDE_INFORMATION, policy=policy)
    await review_as_system(work, file, desk=desk)


async def _submit(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> None:
    file.case.submitted_at = work.now
    await take(work, file, CaseAction.SUBMIT, policy=policy_of(file, desk))
    await review_as_system(work, file, desk=desk)


async def _new_version(work: UnitOfWork, file: CaseFile, application: Application) -> None:
    """Store the next version; loans the lender vouched for keep their figures, whatever the borrower writes."""
    vouched = {s.loan.id: s for s in file.snapshots if s.source is LoanSource.LENDER}
    source = LoanSource.LENDER if work.actor.vouches else LoanSource.DECLARED
    snapshots = tuple(
        vouched[loan.id] if loan.id in vouched and not work.actor.vouches else Snapshot(loan=loan, source=source)
        for loan in application.loans
    )
    application = replace(
        application,
        loans=tuple(_named(s.loan, told) for s, told in zip(snapshots, application.loans, strict=True)),
        reference=file.application.reference,
        currency=file.application.currency,
        follows=file.application.follows,
        borrower=replace(application.borrower, subject=file.application.borrower.subject),
    )
    if [s.loan.id for s in snapshots] != [s.loan.id for s in file.snapshots] or snapshots != file.snapshots:
        await _hold_loans(work, file, snapshots)
    document, person = part(application)
    file.case.application_version += 1
    await applications.replace(work.session, file.case, document, person, by=work.actor.identity, at=work.now)
    file.application, file.snapshots = application, snapshots
    await work.record(file.case, "application_changed", application_version=file.case.application_version)


def _named(kept: Loan, told: Loan) -> Loan:
    """Return a loan with the names that the application gives to its parties: they are not kept with the loan."""
    names = dict(enumerate(party.name for party in told.parties))
    return replace(kept, parties=tuple(replace(p, name=names.get(i)) for i, p in enumerate(kept.parties)))


async def _insert(work: UnitOfWork, application: Application, snapshots: tuple[Snapshot, ...]) -> CaseRow:
    """Store the case, its first version and its loans; the database refuses a reference or a loan that is taken."""
    document, person = part(application)
    try:
        case = await cases.add(work, application=document, person=person)
    except cases.ReferenceExists:
        raise ReferenceTaken("You posted another case under this reference.") from None
    try:
        await applications.put_snapshots(work.session, case, snapshots)
    except applications.LoanHeld as held:
        raise _in_negotiation(held) from None
    return case


async def _hold_loans(work: UnitOfWork, file: CaseFile, snapshots: tuple[Snapshot, ...]) -> None:
    try:
        await applications.put_snapshots(work.session, file.case, snapshots)
    except applications.LoanHeld as held:
        raise _in_negotiation(held) from None


def _in_negotiation(held: applications.LoanHeld) -> LoanInNegotiation:
    return LoanInNegotiation(f"The loan {held.loan_id} is in another case that has not ended.", loan=held.loan_id)


def _owned(application: Application, actor: Actor) -> Application:
    """Return the application as the actor's own: a borrower posts for themselves."""
    if actor.role is not Role.BORROWER:
        return application
    if application.borrower.subject not in {None, actor.identity}:
        raise NotPermitted("A borrower posts a case for themselves.")
    return replace(application, borrower=replace(application.borrower, subject=actor.identity))
