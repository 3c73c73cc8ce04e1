"""Signing an agreement: who may sign for whom, and who may read what they are asked to sign."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.casework.agreed import (
    Agreed,
    AgreementNotFound,
    of_file,
    open_agreement,
    require_state,
)
from service.casework.agreements import BORROWER, LENDER, Signatory, signatories, take_effect
from service.casework.desk import Desk
from service.casework.file import read_file
from service.casework.pinning import policy_of
from service.domain.access import is_lender, roles_in
from service.domain.actors import Actor, Role
from service.domain.agreement import AgreementState, Signature, SignatureMethod, state_after
from service.domain.errors import Conflict, NotPermitted, Problem, RuleBroken
from service.storage import agreements
from service.storage.documents import dump
from service.storage.work import UnitOfWork


class AlreadySigned(Conflict):
    """This party has signed."""

    code = "already_signed"
    title = "Signed already"


class PartyUnclear(RuleBroken):
    """It has to be said for which party somebody signs."""

    code = "party_unclear"
    title = "It is not clear who signs"


async def sign(
    work: UnitOfWork, *, agreement_id: UUID, name: str, method: SignatureMethod, party: str | None, desk: Desk
) -> Agreed:
    """Sign an agreement that waits for it; the last signature puts it in force."""
    agreed = await open_signed(work, agreement_id, desk=desk)
    theirs = [one.party for one in signatories(agreed.file, agreed.policy) if may_sign(work.actor, one, agreed)]
    required = agreed.row.document["required_signatures"]
    signer = _signer(theirs, required, agreed.signed, asked=party)
    require_state(agreed, AgreementState.AWAITING_SIGNATURES)
    signature = Signature(party=signer, name=name, method=method, at=work.now)
    agreed.row.signatures = [*agreed.row.signatures, dump(signature)]
    await work.record(agreed.file.case, "agreement_signed", agreement=str(agreed.row.id), party=signer)
    if state_after(agreed.signed, required=required) is not AgreementState.AWAITING_SIGNATURES:
        await take_effect(work, agreed, desk=desk)
    return agreed


async def open_signed(work: UnitOfWork, agreement_id: UUID, *, desk: Desk, lock: bool = True) -> Agreed:
    """Open an agreement for whoever sees its case, and for whoever has to sign it and sees nothing else of the case."""
    try:
        return await open_agreement(work, agreement_id, desk=desk, lock=lock)
    except AgreementNotFound:
        if work.actor.role is not Role.BORROWER:
            raise
    case_id = await agreements.case_of(work.session, agreement_id)
    if case_id is None:
        raise AgreementNotFound("There is no such agreement.")
    file = await read_file(work, case_id, lock=lock)
    agreed = await of_file(work, file, agreement_id, policy=policy_of(file, desk))
    if not any(one.subject == work.actor.identity for one in signatories(file, agreed.policy)):
        raise AgreementNotFound("There is no such agreement.")
    return agreed


def may_sign(actor: Actor, one: Signatory, agreed: Agreed) -> bool:
    """Say whether somebody may sign for a party.

    Whoever signs in signs for themselves alone. The desk signs for the lender, and for a party that never signs in,
    whose signature it has before it. The borrower signed when the offer was accepted.
    """
    if one.subject is not None:
        return actor.role is Role.BORROWER and actor.identity == one.subject
    if one.party == BORROWER:
        return Role.BORROWER in roles_in(agreed.file.parties, actor)
    return is_lender(actor)


def sees_names(actor: Actor, agreed: Agreed, signature: Mapping[str, Any] | None = None) -> bool:
    """Say whether somebody may know who signed by name, and what the borrower has to live on.

    The lender's desk and the borrower's side may; whoever signs beside them knows their own name only.
    """
    if roles_in(agreed.file.parties, actor) - {Role.SERVICING}:
        return True
    ours = {one.party: one.subject for one in signatories(agreed.file, agreed.policy)}
    return signature is not None and ours.get(signature["party"]) == actor.identity


def _signer(theirs: list[str], required: list[str], signed: set[str], *, asked: str | None) -> str:
    """Return for whom somebody signs, or say why they may not."""
    able = [party for party in theirs if party in required]
    if not able or (asked is not None and asked not in able):
        raise NotPermitted("You sign for yourself; the desk for the lender, and for who never signs in.")
    open_ = [party for party in able if party not in signed]
    if (asked is not None and asked in signed) or not open_:
        raise AlreadySigned("This party has signed already.")
    if asked is not None:
        return asked
    if len(open_) > 1 and LENDER not in open_:
        raise PartyUnclear(
            "Say for whom you sign.", [Problem("/party", PartyUnclear.code, f"One of: {', '.join(open_)}.")]
        )
    return LENDER if LENDER in open_ else open_[0]
