"""Agreements: beginning one from an accepted offer, and reading it."""

from typing import Final
from uuid import UUID

from service.casework.file import CaseFile, open_file
from service.casework.following import happened
from service.domain.access import CaseNotFound
from service.domain.agreement import AgreementState, Signature, state_after
from service.domain.errors import NotFound
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Policy
from service.storage import agreements, cases, notices
from service.storage.tables import AgreementRow, NoticeRow, OfferRow
from service.storage.work import UnitOfWork

RUNNING: Final = frozenset({AgreementState.AWAITING_SIGNATURES, AgreementState.TRIAL, AgreementState.ACTIVE})
"""States of an agreement that a later one takes the place of."""


class AgreementNotFound(NotFound):
    """There is no such agreement, or the actor may not know of it."""

    code = "agreement_not_found"
    title = "No such agreement"


class DocumentNotMade(NotFound):
    """The agreement was made before agreements were written as documents."""

    code = "document_not_made"
    title = "There is no document of this agreement"


async def begin(
    work: UnitOfWork, file: CaseFile, offer: OfferRow, signature: Signature, *, policy: Policy
) -> AgreementRow:
    """Turn an accepted offer into an agreement; it is active once every required party has signed."""
    required = required_signatures(file, policy)
    state = state_after({signature.party}, required=required)
    document = {**offer.document, "required_signatures": list(required)}
    row = await agreements.add(
        work, file.case, offer_id=offer.id, state=state, document=document, signatures=(signature,)
    )
    await work.record(file.case, "agreement_made", agreement=str(row.id), offer=str(offer.id), agreement_state=state)
    await happened(work, file, "agreement_made", policy=policy, subject_id=row.id)
    if state is AgreementState.ACTIVE and file.case.follows is not None:
        await _replace_followed(work.as_system(caused_by=work.cause), file.case.follows, by=row)
    return row


async def _replace_followed(work: UnitOfWork, case_id: UUID, *, by: AgreementRow) -> None:
    """End the agreement that a renegotiation replaces; until now it ran on. One that was breached stays breached."""
    case = await cases.lock(work.session, case_id)
    if case is None or case.agreement_id is None:
        return
    old = await agreements.get(work.session, case.agreement_id)
    assert old is not None, "a case names an agreement that is there"
    if old.state in RUNNING:
        old.state = AgreementState.CANCELLED
        await work.record(case, "agreement_replaced", agreement=str(old.id), by=str(by.id))
    if case.state == CaseState.BREACHED:
        await work.move(case, CaseAction.CLOSE, by=str(by.id))


def required_signatures(file: CaseFile, policy: Policy) -> tuple[str, ...]:
    """Return who must sign: the pack's parties, and every party of a loan who has to."""
    parties = [
        f"{party.role}:{party.subject or i}"
        for snapshot in file.snapshots
        for i, party in enumerate(snapshot.loan.parties)
        if party.must_sign
    ]
    return tuple(dict.fromkeys([*policy.settings.agreement.signatures, *parties]))


async def read(work: UnitOfWork, *, agreement_id: UUID) -> tuple[AgreementRow, CaseFile]:
    """Read an agreement together with its case."""
    row = await agreements.get(work.session, agreement_id)
    if row is None:
        raise AgreementNotFound("There is no such agreement.")
    try:
        return row, await open_file(work, row.case_id, lock=False)
    except CaseNotFound:
        raise AgreementNotFound("There is no such agreement.") from None


async def document(work: UnitOfWork, *, agreement_id: UUID) -> NoticeRow:
    """Read the agreement as a document, as it was made at the last signature."""
    row, file = await read(work, agreement_id=agreement_id)
    made = await notices.latest_about(work.session, file.case.id, kind="agreement", subject_id=row.id)
    if made is None:
        raise DocumentNotMade("There is no document of this agreement.")
    return made
