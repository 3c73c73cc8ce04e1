"""What can be done next with a case, by the asking actor, with the reason for what cannot."""

from dataclasses import dataclass, replace

from service.casework.desk import Desk
from service.casework.file import CaseFile, situation
from service.casework.moves import evidence_missing
from service.casework.pinning import policy_of
from service.domain.access import move_for
from service.domain.actors import Role
from service.domain.errors import DomainError
from service.domain.guards import why_not
from service.domain.lifecycle import CaseAction, CaseState, Move, moves_from
from service.storage.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """A move that leaves the case's state, and whether the actor may take it now."""

    move: Move
    allowed: bool
    why_not: str | None


def next_actions(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> list[NextAction]:
    """List every move of the state that a person can take; the system's own are left out."""
    policy = policy_of(file, desk)
    missing = evidence_missing(work, file, policy) if file.state is CaseState.INFORMATION_REQUESTED else 0
    now = situation(file, work, settings=policy.settings, evidence_missing=missing)
    found = []
    for move in moves_from(file.state):
        if move.roles == {Role.SYSTEM}:
            continue
        # What comes with the deed itself is not held against it: the reason, and the new version of an amendment.
        seen = replace(now, reason_given=True, new_version=now.new_version or move.action is CaseAction.AMEND)
        refusal = _refusal(file, work, move) or why_not(move.guard, seen)
        found.append(NextAction(move=move, allowed=refusal is None, why_not=refusal))
    return found


def _refusal(file: CaseFile, work: UnitOfWork, move: Move) -> str | None:
    """Return why the actor's roles or mandate do not reach for a move."""
    try:
        move_for(file.state, move.action, parties=file.parties, actor=work.actor)
    except DomainError as error:
        return error.detail
    return None
