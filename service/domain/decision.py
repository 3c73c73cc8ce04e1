"""What was decided, by whom, and who must confirm it."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from service.domain.actors import Actor, Role
from service.domain.errors import Conflict, NotPermitted, Problem, RuleBroken
from service.domain.policy import Level, Outcome


class Confirmation(StrEnum):
    """Whether a second person must look, and what they said."""

    NOT_NEEDED = "not_needed"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class DecisionOutcome(StrEnum):
    """What a person, or the system, decides."""

    APPROVE = "approve"
    REJECT = "reject"


class OwnDecision(NotPermitted):
    """Nobody confirms their own decision."""

    code = "own_decision"
    title = "Nobody confirms their own decision"


class NothingToConfirm(Conflict):
    """The decision does not wait for anybody."""

    code = "nothing_to_confirm"
    title = "The decision needs no confirmation"


class AuthorityExceeded(NotPermitted):
    """The actor would grant more than they may; `level` says who may."""

    code = "authority_exceeded"
    title = "This lies above your authority"


class ReasonUnknown(RuleBroken):
    """A decision gives reasons that the pack does not have, or OTHER without a comment."""

    code = "reason_unknown"
    title = "The reason is not one of the pack's"


OTHER: Final = "OTHER"
"""The reason that a comment explains."""

FINAL: Final = frozenset({Confirmation.NOT_NEEDED, Confirmation.CONFIRMED})


def confirmation_for(outcome: DecisionOutcome, *, verdict: Outcome | None, level: Level, by: Role) -> Confirmation:
    """Say whether a decision needs a second person.

    A reject that follows the verdict needs none; one against an approving verdict needs a supervisor.
    An approval needs confirmation when it lies above the decider's own authority. What belongs to the committee is
    decided by a supervisor and confirmed by another, so nobody else can begin it.
    """
    if outcome is DecisionOutcome.REJECT:
        against = verdict is Outcome.APPROVE and by is not Role.SUPERVISOR
        return Confirmation.PENDING if against else Confirmation.NOT_NEEDED
    if level is Level.COMMITTEE and by is not Role.SUPERVISOR:
        raise AuthorityExceeded("Two supervisors approve this: one decides, another confirms.", level=level)
    return Confirmation.NOT_NEEDED if level_held(by).rank >= level.rank else Confirmation.PENDING


def overrides_verdict(outcome: DecisionOutcome, *, verdict: Outcome | None) -> bool:
    """Say whether a decision goes against the policy, which approved or rejected and did not leave it to a person."""
    return verdict in {Outcome.APPROVE, Outcome.REJECT} and str(verdict) != str(outcome)


def level_held(by: Role) -> Level:
    """Return the authority of a role; two supervisors together are the committee."""
    match by:
        case Role.SYSTEM:
            return Level.SYSTEM
        case Role.SUPERVISOR:
            return Level.SUPERVISOR
        case _:
            return Level.CASEWORKER


def require_other_person(*, decided_by: str, actor: Actor) -> None:
    """Refuse a confirmation by whoever decided."""
    if decided_by == actor.identity:
        raise OwnDecision("The decision is yours: somebody else has to confirm it.")


def require_known_reasons(reasons: Sequence[str], *, known: Collection[str], comment: str | None) -> None:
    """Refuse codes that neither the pack nor the verdict has; OTHER needs a comment."""
    problems = [
        Problem(f"/reasons/{i}", "reason_unknown", "The pack has no such reason.")
        for i, code in enumerate(reasons)
        if code != OTHER and code not in known
    ]
    if OTHER in reasons and not (comment or "").strip():
        problems.append(Problem("/comment", "missing", "The reason OTHER needs a comment."))
    if not reasons:
        problems.append(Problem("/reasons", "missing", "A decision gives at least one reason."))
    if problems:
        raise ReasonUnknown("The reasons cannot stand so.", problems)


def comment_is_the_reason(outcome: DecisionOutcome, confirmation: Confirmation, *, reasons: Collection[str]) -> bool:
    """Say whether the borrower is told the comment: where a final rejection gives a reason that it explains."""
    return outcome is DecisionOutcome.REJECT and confirmation in FINAL and OTHER in reasons
