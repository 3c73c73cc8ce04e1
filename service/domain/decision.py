"""What was decided, by whom, and who must confirm it."""

from collections.abc import Iterable
from enum import StrEnum

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


class CommitteeNeeded(NotPermitted):
    """The approval needs two supervisors: one who decides, and another who confirms."""

    code = "committee_needed"
    title = "The approval needs two supervisors"


class ReasonUnknown(RuleBroken):
    """A decision gives reasons that the pack does not have, or OTHER without a comment."""

    code = "reason_unknown"
    title = "The reason is not one of the pack's"


FINAL = frozenset({Confirmation.NOT_NEEDED, Confirmation.CONFIRMED})


def confirmation_for(outcome: DecisionOutcome, *, verdict: Outcome | None, level: Level, by: Role) -> Confirmation:
    """Say whether a decision needs a second person.

    A reject that follows the verdict needs none; one against an approving verdict needs a supervisor.
    An approval needs confirmation when it lies above the decider's own authority.
    """
    if outcome is DecisionOutcome.REJECT:
        against = verdict is Outcome.APPROVE and by is not Role.SUPERVISOR
        return Confirmation.PENDING if against else Confirmation.NOT_NEEDED
    return Confirmation.NOT_NEEDED if _authority(by).rank >= level.rank else Confirmation.PENDING


def level_held(by: Role) -> Level:
    """Return the authority of a role; two supervisors together are the committee."""
    return _authority(by)


def require_other_person(*, decided_by: str, actor: Actor) -> None:
    """Refuse a confirmation by whoever decided."""
    if decided_by == actor.identity:
        raise OwnDecision("The decision is yours: somebody else has to confirm it.")


def require_committee(level: Level, *, decided_by: Role) -> None:
    """Refuse an approval at the committee's level by anybody but a supervisor; whoever confirms is another one."""
    if level is Level.COMMITTEE and decided_by is not Role.SUPERVISOR:
        raise CommitteeNeeded("Such a plan is granted by two supervisors: one decides, another confirms.")


def require_known_reasons(reasons: Iterable[str], *, known: Iterable[str], comment: str | None) -> None:
    """Refuse codes that the pack does not have; OTHER needs a comment."""
    codes = set(known)
    problems = [
        Problem(f"/reasons/{i}", "reason_unknown", "The pack has no such reason.")
        for i, code in enumerate(reasons)
        if code != "OTHER" and code not in codes
    ]
    if "OTHER" in reasons and not (comment or "").strip():
        problems.append(Problem("/comment", "missing", "The reason OTHER needs a comment."))
    if not list(reasons):
        problems.append(Problem("/reasons", "missing", "A decision gives at least one reason."))
    if problems:
        raise ReasonUnknown("The reasons cannot stand so.", problems)


def _authority(role: Role) -> Level:
    match role:
        case Role.SYSTEM:
            return Level.SYSTEM
        case Role.SUPERVISOR:
            return Level.SUPERVISOR
        case _:
            return Level.CASEWORKER
