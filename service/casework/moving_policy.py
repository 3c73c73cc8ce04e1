"""Moving a case to the version of the policy that is active now: by a person, with a reason, and judged again."""

from uuid import UUID

from service.casework.desk import Desk
from service.casework.file import CaseFile, in_state, open_file, require_running
from service.casework.moves import take
from service.casework.reviewing import REVIEWABLE, judge_and_follow, judge_only
from service.domain.access import is_lender
from service.domain.completeness import lacking
from service.domain.errors import NotPermitted
from service.domain.lifecycle import CaseAction, CaseState
from service.storage.work import UnitOfWork


async def move_to_active(work: UnitOfWork, *, case_id: UUID, reason: str, desk: Desk) -> CaseFile:
    """Pin a case to the active version that covers it, and judge it by that; one that is on it already stays so.

    A case that has offers, an answer or an agreement is judged too, but nothing follows from that by itself.
    """
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender moves cases to another version of the policy.")
    require_running(file)
    case, policy = file.case, desk.choose(file.application)
    if case.policy_digest is None or (case.policy_id, case.policy_digest) == (policy.id, policy.digest):
        return file
    before = {"policy": case.policy_id, "digest": case.policy_digest}
    case.policy_id, case.policy_digest = policy.id, policy.digest
    await work.record(
        case, "policy_moved", before=before, after={"policy": policy.id, "digest": policy.digest}, reason=reason
    )
    if any(lacking(file.application)):
        return file  # it is judged once it is complete
    if in_state(file, *REVIEWABLE):
        if not in_state(file, CaseState.IN_REVIEW):
            await take(work, file, CaseAction.START_REVIEW, policy=policy)
        await judge_and_follow(work, file, policy=policy, desk=desk)
    else:
        await judge_only(work, file, policy=policy, desk=desk)
    return file
