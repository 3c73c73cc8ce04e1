"""What something that happened to a case sets going by itself: its clocks, its holds and its letters."""

from uuid import UUID

from service.casework import clocks, holds
from service.casework.file import CaseFile
from service.domain.policy import Policy
from service.storage.work import UnitOfWork


async def happened(
    work: UnitOfWork, file: CaseFile, what: str, *, policy: Policy, subject_id: UUID | None = None
) -> None:
    """Follow a deed by its name: a move of the lifecycle, or what others tell of a case (`payment_missed`)."""
    await clocks.follow(work, file, what, policy=policy, subject_id=subject_id)
    await clocks.keep_offers(work, file, policy=policy)
    await holds.follow(work, file, what, policy=policy)
