"""Taking a move: the table says whether it exists, the guard whether it may be taken now, the unit of work does it."""

from typing import Any
from uuid import UUID

from service.casework.desk import local_day
from service.casework.file import CaseFile, situation
from service.casework.following import happened
from service.casework.judging import Matter, facts_of
from service.domain.access import move_for
from service.domain.evidence import missing
from service.domain.guards import require
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Policy
from service.storage.work import UnitOfWork


async def take(
    work: UnitOfWork,
    file: CaseFile,
    action: CaseAction,
    *,
    policy: Policy,
    answering: UUID | None = None,
    **particulars: Any,
) -> None:
    """Take a move for the actor of this unit of work, if its row and its guard allow it."""
    move, role = move_for(CaseState(file.case.state), action, parties=file.parties, actor=work.actor)
    if move.guard is not None:
        lacking = evidence_missing(work, file, policy) if move.guard == "nothing_missing" else 0
        require(
            move.guard,
            situation(file, work, settings=policy.settings, evidence_missing=lacking, answering=answering),
        )
    await work.move(file.case, action, role=role, **particulars)
    await happened(work, file, action, policy=policy)


def evidence_missing(work: UnitOfWork, file: CaseFile, policy: Policy) -> int:
    """Count the required items of evidence that are missing today."""
    _, checked = facts_of(matter(file), policy.settings, on=local_day(policy, work.now))
    return len(missing(checked))


def matter(file: CaseFile) -> Matter:
    """Return what is judged of a case file."""
    return Matter(application=file.application, snapshots=file.snapshots, items=file.items, flags=file.case.flags)
