"""Agreements: beginning one from an accepted offer, and putting it in force once everybody has signed."""

from dataclasses import dataclass, replace
from typing import Final

from service.casework import clocks
from service.casework.agreed import PERFORMING, Agreed, just_made, of_file
from service.casework.desk import Desk
from service.casework.file import CaseFile, in_state, open_file
from service.casework.looking import deed, look, start_review, start_signing
from service.casework.moves import take
from service.casework.pinning import policy_of
from service.casework.trial import SNAPSHOTS, snapshots_sheet
from service.domain.agreement import AgreementState, Signature, state_after
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Policy
from service.domain.words import PartyRole
from service.storage import agreements
from service.storage.tables import OfferRow
from service.storage.work import UnitOfWork

BORROWER: Final = "borrower"
LENDER: Final = "lender"
REPLACEABLE: Final = frozenset({AgreementState.AWAITING_SIGNATURES, *PERFORMING})
"""States of an agreement that a later one takes the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Somebody who has to sign: a party of the pack, or of a loan, known by their identity if they sign in."""

    party: str
    subject: str | None = None
    role: PartyRole | None = None


async def begin(
    work: UnitOfWork, file: CaseFile, offer: OfferRow, signature: Signature, *, policy: Policy, desk: Desk
) -> Agreed:
    """Turn an accepted offer into an agreement; it is in force once every required party has signed."""
    required = [one.party for one in signatories(file, policy)]
    trial = policy.settings.agreement.trial_payments > 0
    document = {**offer.document, "required_signatures": required}
    if trial:
        document[SNAPSHOTS] = snapshots_sheet([snapshot.loan for snapshot in file.snapshots])
    state = state_after({signature.party}, required=required, trial=trial)
    row = await agreements.add(
        work, file.case, offer_id=offer.id, state=AgreementState.AWAITING_SIGNATURES, document=document,
        signatures=(signature,),
    )  # fmt: skip
    file.agreements.append(row)
    agreed = just_made(work, file, row, policy=policy)
    if state is AgreementState.AWAITING_SIGNATURES:
        await deed(work, agreed, "agreement_made", offer=str(offer.id), agreement_state=state)
        await start_signing(work, agreed)
    else:  # nobody has to be asked to sign: the one letter is that it is in force
        await work.record(
            file.case, "agreement_made", agreement=str(row.id), offer=str(offer.id), agreement_state=state
        )
        await take_effect(work, agreed, desk=desk)
    return agreed


async def take_effect(work: UnitOfWork, agreed: Agreed, *, desk: Desk) -> None:
    """Put an agreement in force that everybody has signed: on trial, where the pack wants one, or at once."""
    row, work = agreed.row, work.as_system(caused_by=work.cause)
    clocks.stop_about(work, agreed.file, row.id)
    in_trial = agreed.policy.settings.agreement.trial_payments > 0
    row.state = AgreementState.TRIAL if in_trial else AgreementState.ACTIVE
    if not in_trial:
        row.active_from = agreed.today
        await start_review(work, agreed)
    await deed(work, agreed, "agreement_active", agreement_state=row.state)
    if agreed.file.case.follows is not None:
        await _replace_followed(work, agreed, desk=desk)
    await look(work, agreed)


async def _replace_followed(work: UnitOfWork, new: Agreed, *, desk: Desk) -> None:
    """End the agreement that a renegotiation replaces, and its case; until now it ran on.

    Where it is about other loans too, it runs on for those. One that was breached stays breached. That case is locked
    after the one that follows it, which is newer.
    """
    assert new.file.case.follows is not None, "a renegotiation follows a case"
    file = await open_file(work, new.file.case.follows)
    if file.case.agreement_id is None:
        return
    old = await of_file(work, file, file.case.agreement_id, policy=policy_of(file, desk))
    if old.state not in {*REPLACEABLE, AgreementState.BREACHED}:
        return
    by, taken = str(new.row.id), [loan for loan in old.terms if loan in new.terms]
    if old.state in REPLACEABLE:
        await work.record(file.case, "agreement_replaced", agreement=str(old.row.id), by=by, loans=taken)
    if set(old.terms) - set(taken):
        old.watch = replace(old.watch, replaced=(*old.watch.replaced, *taken))
        await look(work, old)
        return
    if old.state in REPLACEABLE:
        old.row.state, old.row.ended_on = AgreementState.CANCELLED, old.today
    if in_state(file, CaseState.AGREED):
        await take(work, file, CaseAction.CANCEL, policy=old.policy, by=by, reason="agreement_replaced")
    elif in_state(file, CaseState.BREACHED):
        await take(work, file, CaseAction.CLOSE, policy=old.policy, by=by)


def signatories(file: CaseFile, policy: Policy) -> list[Signatory]:
    """Return who must sign: the pack's parties, and every party of a loan who has to.

    Somebody who never signs in is told apart by the loan, and the place among its parties.
    """
    found = [Signatory(party=party) for party in policy.settings.agreement.signatures]
    found += [
        Signatory(
            party=f"{party.role}:{party.subject or f'{snapshot.loan.id}/{i}'}", subject=party.subject, role=party.role
        )
        for snapshot in file.snapshots
        for i, party in enumerate(snapshot.loan.parties)
        if party.must_sign
    ]
    return list({one.party: one for one in found}.values())
