"""Changing what a case is about: its application, the lender's figures of its loans, and the lender's flags."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from service.casework.clocks import COMPLETE, keep_offers, looks_for_documents
from service.casework.desk import Desk
from service.casework.file import CaseFile, in_state, legal_moves, require_running
from service.casework.following import happened
from service.casework.holding import hold_loans
from service.casework.knowing import note_identity
from service.casework.moves import evidence_missing, system_acts, take
from service.casework.offering import indicative, offer_menu
from service.casework.pinning import policy_of
from service.casework.reviewing import asks_for_facts_only, review_as_system
from service.domain.access import is_lender, move_for, require_applicant
from service.domain.actors import LENDER, Role
from service.domain.application import Application
from service.domain.completeness import lacking
from service.domain.errors import Conflict, NotPermitted, require_no
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.loans import Loan, Snapshot
from service.domain.offer import OfferState
from service.domain.person import part
from service.domain.words import LoanSource
from service.storage import applications, offers
from service.storage.work import UnitOfWork

PATCHABLE: Final = (
    CaseState.DRAFT,
    CaseState.INFORMATION_REQUESTED,
    CaseState.DECLINED,
    CaseState.LAPSED,
    CaseState.REJECTED,
)
AMENDABLE: Final = (CaseState.IN_REVIEW, CaseState.OFFERED, CaseState.COUNTERED)
"""States in which a changed application is judged or answered already: a change submits it again."""
WATCHED: Final = (CaseState.SUBMITTED, CaseState.IN_REVIEW)
"""States in which documents may come though none was asked for."""
ADVISER: Final = "adviser_engaged"
"""A flag that is a deed as well: clocks and holds may begin with it."""
VOUCHERS: Final = LENDER | {Role.SERVICING}


class NotPatchable(Conflict):
    """The application cannot be changed in this state."""

    code = "not_patchable"
    title = "The application cannot be changed now"


async def patch_application(work: UnitOfWork, file: CaseFile, *, application: Application, desk: Desk) -> CaseFile:
    """Store a new version of the application where the state allows it; what is asked for may be complete then."""
    require_applicant(file.parties, work.actor)
    if in_state(file, *AMENDABLE):
        return await amend(work, file, application=application, desk=desk)
    if not in_state(file, *PATCHABLE):
        raise NotPatchable(
            f"The application of a case that is {file.state} is not changed.",
            state=file.state,
            allowed=legal_moves(file),
        )
    await _new_version(work, file, application)
    note_identity(file, desk)
    await information_arrived(work, file, desk=desk)
    return file


async def amend(work: UnitOfWork, file: CaseFile, *, application: Application, desk: Desk) -> CaseFile:
    """Store a new version of an application that is being judged or answered, and submit it again."""
    move_for(file.state, CaseAction.AMEND, parties=file.parties, actor=work.actor)
    require_no(lacking(application))
    before = file.case.application_version
    await _new_version(work, file, application)
    note_identity(file, desk)
    await take(work, file, CaseAction.AMEND, policy=policy_of(file, desk), from_version=before)
    await review_as_system(work, file, desk=desk)
    return file


async def put_loans(work: UnitOfWork, file: CaseFile, *, loans: tuple[Loan, ...], desk: Desk) -> CaseFile:
    """Take the lender's word for what the loans stand at; changed balances are judged again."""
    if work.actor.role not in VOUCHERS:
        raise NotPermitted("The lender vouches for loans.")
    require_running(file)
    before = {s.loan.id: s.loan for s in file.snapshots}
    changed = [loan.id for loan in loans if loan.id not in before or before[loan.id].balance != loan.balance]
    same = [_figures(loan) for loan in loans] == [_figures(snapshot.loan) for snapshot in file.snapshots]
    snapshots = tuple(Snapshot(loan=loan, source=LoanSource.LENDER) for loan in loans)
    await hold_loans(work, file.case, snapshots)
    file.snapshots, file.application = snapshots, replace(file.application, loans=loans)
    document, person = part(file.application)
    await applications.restate(work.session, file.case, document, person)
    await work.record(file.case, "loans_vouched", loans=[loan.id for loan in loans], changed=changed)
    await _settle_indicative(work, file, same=same, desk=desk)
    await review_as_system(work, file, desk=desk)
    return file


def _figures(loan: Loan) -> Loan:
    """Return a loan without its other parties, who change nothing about what is owed."""
    return replace(loan, parties=())


async def _settle_indicative(work: UnitOfWork, file: CaseFile, *, same: bool, desk: Desk) -> None:
    """Bind the offers that rest on the figures now vouched for; those on other figures close, and are made anew."""
    policy = policy_of(file, desk)
    waiting = [offer for offer in file.open_offers(work) if offer.indicative]
    if not waiting:
        return
    if same and not indicative(work, file, policy):
        for offer in waiting:
            offer.indicative = False
        await work.record(file.case, "offers_bound", offers=[str(offer.id) for offer in waiting])
        return
    for offer in waiting:
        await offers.close(work, offer, OfferState.CLOSED, reason="The lender's figures differ from those declared.")
    await keep_offers(work, file, policy=policy)
    system = work.as_system(caused_by=work.cause)
    await system.record(file.case, "offers_closed", offers=[str(offer.id) for offer in waiting])
    if in_state(file, CaseState.OFFERED) and system_acts(file, desk):
        await offer_menu(system, file, policy=policy)


async def set_flags(work: UnitOfWork, file: CaseFile, *, flags: Mapping[str, bool | None], desk: Desk) -> CaseFile:
    """Set facts that only the lender or an adviser knows; None makes one unknown again."""
    if not is_lender(work.actor):
        raise NotPermitted("The lender sets flags.")
    require_running(file)
    before, policy = file.case.flags, policy_of(file, desk)
    file.case.flags = {name: value for name, value in {**before, **flags}.items() if value is not None}
    await work.record(file.case, "flags_set", flags=dict(flags))
    if file.case.flags.get(ADVISER) and not before.get(ADVISER):
        await happened(work, file, ADVISER, policy=policy)
    await review_as_system(work, file, desk=desk)
    return file


async def information_arrived(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> bool:
    """Go on with a case that waited for information, once its list is complete; say whether it was looked at.

    Where a fact was asked for and no document, no document completes the list: what is new is judged, and the clock
    of the request runs on if the fact is still not known.
    """
    policy = policy_of(file, desk)
    if not in_state(file, CaseState.INFORMATION_REQUESTED) or evidence_missing(work, file, policy):
        return False
    if any(lacking(file.application)):
        return False
    if asks_for_facts_only(file) and await review_as_system(work, file, desk=desk) is not None:
        return True
    system = work.as_system(caused_by=work.cause)
    await take(system, file, CaseAction.PROVIDE_INFORMATION, policy=policy)
    await happened(system, file, "evidence_complete", policy=policy)
    await review_as_system(work, file, desk=desk)
    return True


async def file_completed(work: UnitOfWork, file: CaseFile, *, lacked: int, desk: Desk) -> None:
    """Have clocks and holds follow where a document completed the list of a case that nobody had asked for it."""
    policy = policy_of(file, desk)
    if lacked and in_state(file, *WATCHED) and not evidence_missing(work, file, policy):
        await happened(work.as_system(caused_by=work.cause), file, COMPLETE, policy=policy)


def lacks(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> int:
    """Count what is missing from a case that nobody asked for it, where anything hangs on that."""
    policy = policy_of(file, desk)
    return evidence_missing(work, file, policy) if in_state(file, *WATCHED) and looks_for_documents(policy) else 0


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
        loans=tuple(s.loan for s in snapshots),
        reference=file.application.reference,
        currency=file.application.currency,
        follows=file.application.follows,
        borrower=replace(application.borrower, subject=file.application.borrower.subject),
    )
    if application == file.application and snapshots == file.snapshots:
        return
    if snapshots != file.snapshots:
        await hold_loans(work, file.case, snapshots)
    document, person = part(application)
    file.case.application_version += 1
    await applications.replace(work.session, file.case, document, person, by=work.actor.identity, at=work.now)
    file.application, file.snapshots = application, snapshots
    await work.record(file.case, "application_changed", application_version=file.case.application_version)
