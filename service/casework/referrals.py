"""Referrals: handing a case to somebody outside, and writing down what came of it."""

from collections.abc import Sequence
from uuid import UUID

from service.casework.desk import Desk
from service.casework.file import CaseFile, open_file, require_running
from service.casework.following import happened
from service.casework.moves import permit, take
from service.casework.pinning import policy_of
from service.domain.access import CaseNotFound, is_lender, require_visible
from service.domain.actors import Role
from service.domain.errors import NotPermitted
from service.domain.lifecycle import CaseAction
from service.domain.referral import UNTOLD, ReferralEnded, ReferralKind, ReferralNotFound, ReferralResult
from service.storage import referrals
from service.storage.tables import ReferralRow
from service.storage.work import UnitOfWork


async def refer(
    work: UnitOfWork, *, case_id: UUID, kind: ReferralKind, note: str | None, desk: Desk
) -> tuple[CaseFile, ReferralRow]:
    """Hand a case to somebody outside; offers that are open run on to their expiry, and are not answered meanwhile."""
    file = await open_file(work, case_id)
    policy = policy_of(file, desk)
    permit(work, file, CaseAction.REFER, policy=policy)
    row = await referrals.add(work, file.case, kind=kind, note=note)
    await take(work, file, CaseAction.REFER, policy=policy, subject_id=row.id, referral=str(row.id), kind=kind)
    return file, row


async def end(
    work: UnitOfWork, *, referral_id: UUID, result: ReferralResult, note: str | None, desk: Desk
) -> tuple[CaseFile, ReferralRow]:
    """Write down what came of a referral; the case stays where it is until somebody moves it."""
    case_id = await referrals.case_of(work.session, referral_id)
    try:
        file = await open_file(work, case_id) if case_id else None
    except CaseNotFound:
        file = None
    row = await referrals.get(work.session, referral_id) if file else None
    if file is None or row is None:
        raise ReferralNotFound("There is no such referral.")
    _require_informed(work, file, row)
    require_running(file)
    if row.result not in UNTOLD:
        raise ReferralEnded(f"What came of the referral was said: {row.result}.", result=row.result)
    referrals.end(work, row, result, note=note)
    await work.record(file.case, "referral_ended", referral=str(row.id), kind=row.kind, result=result)
    await happened(work, file, "referral_ended", policy=policy_of(file, desk), subject_id=row.id)
    return file, row


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[ReferralRow]]:
    """Read the referrals of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, await referrals.of_case(work.session, case_id)


def _require_informed(work: UnitOfWork, file: CaseFile, row: ReferralRow) -> None:
    """Refuse whoever did not refer the case and is neither the lender's desk nor the posting partner."""
    roles = require_visible(file.parties, work.actor)
    if not (is_lender(work.actor) or Role.PARTNER in roles or work.actor.identity == row.made_by):
        raise NotPermitted("The lender's desk, the posting partner, or whoever referred the case says what came of it.")
