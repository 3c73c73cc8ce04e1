"""Appeals: the borrower makes one, somebody who took no part answers it, and the offers stand meanwhile."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from service.casework import clocks
from service.casework.deciding import approve_on_appeal
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, in_state, open_file, read_who_took_part
from service.casework.moves import permit, take
from service.casework.offering import expire_others, let_stand
from service.casework.pinning import policy_of
from service.domain.access import CaseNotFound
from service.domain.appeal import AppealAnswered, AppealNotFound, AppealState
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Policy
from service.storage import appeals
from service.storage.tables import AppealRow
from service.storage.work import UnitOfWork

WINDOWS: Final = {
    CaseState.REJECTED: "rejected_window",
    CaseState.DECLINED: "declined_window",
    CaseState.LAPSED: "lapsed_window",
}
"""The clock that closes a case in a state unless it is taken up again; an appeal met it, and its end starts it anew."""


async def appeal(work: UnitOfWork, *, case_id: UUID, grounds: str, desk: Desk) -> tuple[CaseFile, AppealRow]:
    """Appeal what was decided: decision and review are frozen, and time stands still for the offers that are open."""
    file = await open_file(work, case_id)
    policy = policy_of(file, desk)
    permit(work, file, CaseAction.APPEAL, policy=policy)
    standing = file.open_offers(work)
    await read_who_took_part(work, file)
    row = await appeals.add(
        work, file.case, grounds=grounds, decision=file.decision, review=file.review, took_part=file.took_part
    )
    file.appeals.append(row)
    await expire_others(work, file, but=standing)
    await take(work, file, CaseAction.APPEAL, policy=policy, subject_id=row.id, appeal=str(row.id))
    return file, row


async def dismiss(work: UnitOfWork, *, appeal_id: UUID, comment: str, desk: Desk) -> tuple[CaseFile, AppealRow]:
    """Let the decision stand; the case goes back to where it was."""
    file, row, policy = await _open(work, appeal_id, CaseAction.DISMISS, desk=desk)
    appeals.end(work, row, AppealState.DISMISSED, comment=comment)
    await _return(work, file, row, CaseAction.DISMISS, policy=policy)
    return file, row


async def withdraw(work: UnitOfWork, *, appeal_id: UUID, desk: Desk) -> tuple[CaseFile, AppealRow]:
    """Give an appeal up; the case goes back to where it was."""
    file, row, policy = await _open(work, appeal_id, CaseAction.WITHDRAW_APPEAL, desk=desk)
    appeals.end(work, row, AppealState.WITHDRAWN)
    await _return(work, file, row, CaseAction.WITHDRAW_APPEAL, policy=policy)
    return file, row


async def allow(work: UnitOfWork, *, appeal_id: UUID, comment: str, desk: Desk) -> tuple[CaseFile, AppealRow]:
    """Let the borrower win: the case is back in review, approved by whoever allowed the appeal, and that binds."""
    file, row, policy = await _open(work, appeal_id, CaseAction.ALLOW, desk=desk)
    standing = file.open_offers(work)
    appeals.end(work, row, AppealState.ALLOWED, comment=comment)
    await take(work, file, CaseAction.ALLOW, policy=policy, subject_id=row.id, appeal=str(row.id))
    await let_stand(work, file, standing, days=_days(policy), policy=policy)
    await approve_on_appeal(work, file, appeal_id=row.id, comment=comment, policy=policy)
    return file, row


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[AppealRow]]:
    """Read the appeals of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, await appeals.of_case(work.session, case_id)


async def _open(
    work: UnitOfWork, appeal_id: UUID, action: CaseAction, *, desk: Desk
) -> tuple[CaseFile, AppealRow, Policy]:
    """Open the case of an appeal that the actor may answer so; whoever may not see it is told that there is none."""
    case_id = await appeals.case_of(work.session, appeal_id)
    try:
        file = await open_file(work, case_id) if case_id else None
    except CaseNotFound:
        file = None
    if file is None:
        raise AppealNotFound("There is no such appeal.")
    policy = policy_of(file, desk)
    permit(work, file, action, policy=policy)
    row = next(row for row in file.appeals if row.id == appeal_id)
    if row.state != AppealState.OPEN:
        raise AppealAnswered(f"The appeal is {row.state}; another one waits.", state=row.state)
    return file, row, policy


async def _return(work: UnitOfWork, file: CaseFile, row: AppealRow, action: CaseAction, *, policy: Policy) -> None:
    """Go back to where the case was; where that was offers of which none stands any more, they lapse at once."""
    standing = file.open_offers(work)
    await take(work, file, action, policy=policy, subject_id=row.id, appeal=str(row.id))
    await let_stand(work, file, standing, days=_days(policy), policy=policy)
    if in_state(file, CaseState.OFFERED) and not standing:
        system = work.as_system(caused_by=work.cause)
        await take(system, file, CaseAction.LAPSE, policy=policy, appeal=str(row.id))
    elif file.state in WINDOWS:
        await _start_window(work, file, policy=policy)


async def _start_window(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> None:
    """Let the time to take the case up again run anew from the end of the appeal."""
    today = local_day(policy, work.now)
    for plan in clocks.plans_of(policy):
        if plan.code == WINDOWS[file.state]:
            await clocks.start(work, file, plan, policy=policy, on=today)
    clocks.note_next(file)


def _days(policy: Policy) -> int:
    return policy.settings.negotiation.offer_days_after_appeal
