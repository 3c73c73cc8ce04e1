"""Agreements: beginning one from an accepted offer, and reading it."""

from uuid import UUID

from service.casework.file import CaseFile, open_file
from service.domain.access import CaseNotFound
from service.domain.agreement import AgreementState, Signature, state_after
from service.domain.errors import NotFound
from service.domain.policy import Policy
from service.storage import agreements
from service.storage.tables import AgreementRow, OfferRow
from service.storage.work import UnitOfWork


class AgreementNotFound(NotFound):
    """There is no such agreement, or the actor may not know of it."""

    code = "agreement_not_found"
    title = "No such agreement"


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
    return row


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
    try:
        file = await open_file(work, row.case_id, lock=False) if row else None
    except CaseNotFound:
        file = None
    if row is None or file is None:
        raise AgreementNotFound("There is no such agreement.")
    return row, file


def is_running(row: AgreementRow) -> bool:
    """Say whether the agreement is being performed."""
    return AgreementState(row.state) in {AgreementState.ACTIVE, AgreementState.TRIAL}
