"""The conditions of moves, used by the move itself and by the list of what can be done next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from service.domain.errors import Conflict


class GuardRefused(Conflict):
    """The move exists, but its condition does not hold now; `guard` names it."""

    code = "condition_not_met"
    title = "A condition of this step is not met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the guards look at; `other_open_offers` are those besides the one that is being answered."""

    application_problems: int = 0
    evidence_missing: int = 0
    final_approval: bool = False
    final_rejection: bool = False
    new_version: bool = False
    open_offers: int = 0
    binding_offers: int = 0
    other_open_offers: int = 0
    rounds_used: int = 0
    rounds_allowed: int = 0
    something_refused: bool = False
    appealed_before: bool = False
    appeal_window_open: bool = False
    rejection_automatic: bool = False
    took_part: bool = False
    reason_given: bool = False


Guard = Callable[[Situation], str | None]
"""Returns None when the condition holds, else the sentence that says why it does not."""

GUARDS: Final[dict[str, Guard]] = {
    "application_complete": lambda s: (
        f"Members that the application lacks: {s.application_problems}." if s.application_problems else None
    ),
    "nothing_missing": lambda s: (
        f"Items of evidence that are missing: {s.evidence_missing}." if s.evidence_missing else None
    ),
    "approved": lambda s: None if s.final_approval else "Offers need a final approval.",
    "rejection_final": lambda s: None if s.final_rejection else "The rejection is not final.",
    "new_version": lambda s: None if s.new_version else "The application has not changed since it was judged.",
    "offer_open": lambda s: (
        None if s.binding_offers else
        "The open offers are indicative." if s.open_offers else "No offer is open."
    ),
    "rounds_left": lambda s: (
        f"All {s.rounds_allowed} rounds are used." if s.rounds_used >= s.rounds_allowed else
        None if s.open_offers else "No offer is open."
    ),
    "last_open_offer": lambda s: (
        "Another offer is still open." if s.other_open_offers else None if s.open_offers else "No offer is open."
    ),
    "no_offer_left": lambda s: "An offer is still open." if s.open_offers else None,
    "something_refused": lambda s: None if s.something_refused else "Nothing was refused that could be appealed.",
    "appeal_open": lambda s: (
        "The decision was appealed before." if s.appealed_before else
        None if s.appeal_window_open else "The time for an appeal has passed."
    ),
    "rejection_automatic": lambda s: None if s.rejection_automatic else "The rejection was made by a person.",
    "appeal_window_passed": lambda s: "The time for an appeal has not passed." if s.appeal_window_open else None,
    "took_no_part": lambda s: "You took part in the decision." if s.took_part else None,
    "reason_given": lambda s: None if s.reason_given else "A reason is needed.",
}  # fmt: skip


def why_not(guard: str | None, situation: Situation) -> str | None:
    """Return why a guarded move cannot be taken now; None when it can."""
    return GUARDS[guard](situation) if guard else None


def require(guard: str | None, situation: Situation) -> None:
    """Refuse a move whose condition does not hold."""
    sentence = why_not(guard, situation)
    if sentence is not None:
        raise GuardRefused(sentence, guard=guard)
