"""Which policy a case is judged by: the version that first judged it, until a caseworker moves the case."""

from service.casework.desk import Desk
from service.casework.file import CaseFile
from service.domain.policy import Policy


def policy_of(file: CaseFile, desk: Desk) -> Policy:
    """Return the policy that the case is pinned to; before the first review the one that covers it."""
    if file.case.policy_id and file.case.policy_digest:
        return desk.pinned(file.case.policy_id, file.case.policy_digest, file.application)
    return desk.choose(file.application)
