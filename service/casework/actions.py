"""What can be done next with a case, by the asking actor, with the reason for what cannot."""

from dataclasses import dataclass, replace

from service.casework.desk import Desk
from service.casework.file import CaseFile, situation
from service.casework.moves import evidence_missing
from service.casework.pinning import policy_of
from service.domain.access import move_for
from service.domain.action_words import refusal_told, sentence_told
from service.domain.actors import Role
from service.domain.errors import DomainError
from service.domain.guards import Situation, why_not
from service.domain.lifecycle import CaseAction, CaseState, Move, RoleNotAllowed, moves_from
from service.domain.locales import Locale
from service.storage.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """A move that leaves the case's state, and whether the actor may take it now."""

    move: Move
    allowed: bool
    why_not: str | None


def next_actions(work: UnitOfWork, file: CaseFile, *, desk: Desk, locale: Locale = "en") -> list[NextAction]:
    """List every move of the state that a person can take; the system's own are left out.

    Why one cannot be taken is said in the language that is asked for.
    """
    policy = policy_of(file, desk)
    missing = evidence_missing(work, file, policy) if file.state is CaseState.INFORMATION_REQUESTED else 0
    now = situation(file, work, settings=policy.settings, evidence_missing=missing)
    found = []
    for move in moves_from(file.state):
        if move.roles == {Role.SYSTEM}:
            continue
        # What comes with the deed itself is not held against it: the reason, and the new version of an amendment.
        seen = replace(now, reason_given=True, new_version=now.new_version or move.action is CaseAction.AMEND)
        refusal = _refusal(file, work, move, locale=locale) or _unmet(move, seen, locale=locale)
        found.append(NextAction(move=move, allowed=refusal is None, why_not=refusal))
    return found


def _refusal(file: CaseFile, work: UnitOfWork, move: Move, *, locale: Locale) -> str | None:
    """Return why the actor's roles or mandate do not reach for a move."""
    try:
        move_for(file.state, move.action, parties=file.parties, actor=work.actor)
    except RoleNotAllowed as error:
        return refusal_told(error, state=file.state, locale=locale)
    except DomainError as error:
        return sentence_told(error.detail, locale=locale)
    return None


def _unmet(move: Move, now: Situation, *, locale: Locale) -> str | None:
    sentence = why_not(move.guard, now)
    return None if sentence is None else sentence_told(sentence, locale=locale)
