"""What something that happened to a case sets going by itself: its clocks, its holds and its letters."""

from typing import Final
from uuid import UUID

from service.casework import clocks, holds, notices
from service.casework.file import CaseFile
from service.domain.policy import Policy
from service.storage.work import UnitOfWork


async def happened(
    work: UnitOfWork, file: CaseFile, what: str, *, policy: Policy, subject_id: UUID | None = None
) -> None:
    """Follow a deed by its name: a move of the lifecycle, or what others tell of a case (`payment_missed`)."""
    _settle_requests(work, file, what)
    await clocks.follow(work, file, what, policy=policy, subject_id=subject_id)
    clocks.keep_information(file, policy=policy)
    await clocks.keep_offers(work, file, policy=policy)
    await holds.follow(work, file, what, policy=policy)
    await notices.follow(work, file, what, policy=policy, subject_id=subject_id)


_REQUESTS_BECOME: Final[dict[str, str]] = {
    "provide_information": "answered",
    "start_review": "ended",
    "lapse": "lapsed",
    "refer": "ended",
    "withdraw": "ended",
    "close": "ended",
}
"""What a deed makes of the requests for information that are open."""


def _settle_requests(work: UnitOfWork, file: CaseFile, what: str) -> None:
    state = _REQUESTS_BECOME.get(what)
    for request in file.requests:
        if state is not None and request.state == "open":
            request.state, request.ended_at = state, work.now
