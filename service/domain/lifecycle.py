"""The life of a case as one table of moves, and the one function that applies it."""

from enum import StrEnum
from typing import Final, NamedTuple

from service.domain.actors import Role
from service.domain.errors import Conflict, NotPermitted


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    IN_REVIEW = "in_review"
    OFFERED = "offered"
    COUNTERED = "countered"
    AGREED = "agreed"
    BREACHED = "breached"
    DECLINED = "declined"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    APPEALED = "appealed"
    REFERRED = "referred"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class CaseAction(StrEnum):
    """What can be done to a case."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    START_REVIEW = "start_review"
    REQUEST_INFORMATION = "request_information"
    PROVIDE_INFORMATION = "provide_information"
    MAKE_OFFERS = "make_offers"
    REJECT = "reject"
    AMEND = "amend"
    REFER = "refer"
    ACCEPT = "accept"
    COUNTER = "counter"
    DECLINE = "decline"
    REFUSE_COUNTER = "refuse_counter"
    APPEAL = "appeal"
    REQUEST_HUMAN_REVIEW = "request_human_review"
    REOPEN = "reopen"
    CLOSE = "close"
    FULFIL = "fulfil"
    BREACH = "breach"
    CANCEL = "cancel"
    REINSTATE = "reinstate"
    DISMISS = "dismiss"
    ALLOW = "allow"
    WITHDRAW_APPEAL = "withdraw_appeal"
    RESUME = "resume"


class MoveNotAllowed(Conflict):
    """The case is in a state in which this cannot be done; `allowed` lists what can."""

    code = "move_not_allowed"
    title = "The case cannot do this now"


class RoleNotAllowed(NotPermitted):
    """The move exists, but not for this role."""

    code = "role_not_allowed"
    title = "This role may not do this"


class Move(NamedTuple):
    """One row of the table below; a target of None is the state in which the appeal was made."""

    source: CaseState
    action: CaseAction
    target: CaseState | None
    roles: frozenset[Role]
    guard: str | None = None


_S, _A = CaseState, CaseAction
_B: Final = frozenset({Role.BORROWER, Role.REPRESENTATIVE})
_P: Final = frozenset({Role.PARTNER})
_C: Final = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_SYS: Final = frozenset({Role.SYSTEM})
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})

# fmt: off
MOVES: Final = (
    Move(_S.DRAFT, _A.SUBMIT, _S.SUBMITTED, _B | _P, "application_complete"),
    Move(_S.DRAFT, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),
    Move(_S.DRAFT, _A.LAPSE, _S.CLOSED, _SYS),

    Move(_S.SUBMITTED, _A.START_REVIEW, _S.IN_REVIEW, _C | _SYS),
    Move(_S.SUBMITTED, _A.REQUEST_INFORMATION, _S.INFORMATION_REQUESTED, _C | _SYS),
    Move(_S.SUBMITTED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.SUBMITTED, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),

    Move(_S.INFORMATION_REQUESTED, _A.PROVIDE_INFORMATION, _S.SUBMITTED, _B | _P | _C | _SYS, "nothing_missing"),
    Move(_S.INFORMATION_REQUESTED, _A.START_REVIEW, _S.IN_REVIEW, _C | _SYS),
    Move(_S.INFORMATION_REQUESTED, _A.LAPSE, _S.LAPSED, _SYS),
    Move(_S.INFORMATION_REQUESTED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.INFORMATION_REQUESTED, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),

    Move(_S.IN_REVIEW, _A.REQUEST_INFORMATION, _S.INFORMATION_REQUESTED, _C | _SYS),
    Move(_S.IN_REVIEW, _A.MAKE_OFFERS, _S.OFFERED, _C | _SYS, "approved"),
    Move(_S.IN_REVIEW, _A.REJECT, _S.REJECTED, _C | _SYS, "rejection_final"),
    Move(_S.IN_REVIEW, _A.AMEND, _S.SUBMITTED, _B | _P, "new_version"),
    Move(_S.IN_REVIEW, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.IN_REVIEW, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),

    Move(_S.OFFERED, _A.ACCEPT, _S.AGREED, _B, "offer_open"),
    Move(_S.OFFERED, _A.COUNTER, _S.COUNTERED, _B, "rounds_left"),
    Move(_S.OFFERED, _A.MAKE_OFFERS, _S.OFFERED, _C | _SYS),
    Move(_S.OFFERED, _A.DECLINE, _S.DECLINED, _B, "last_open_offer"),
    Move(_S.OFFERED, _A.LAPSE, _S.LAPSED, _SYS, "no_offer_left"),
    Move(_S.OFFERED, _A.AMEND, _S.SUBMITTED, _B | _P, "new_version"),
    Move(_S.OFFERED, _A.APPEAL, _S.APPEALED, _B, "something_refused"),
    Move(_S.OFFERED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.OFFERED, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),

    Move(_S.COUNTERED, _A.ACCEPT, _S.AGREED, _B, "offer_open"),
    Move(_S.COUNTERED, _A.MAKE_OFFERS, _S.OFFERED, _C | _SYS),
    Move(_S.COUNTERED, _A.REFUSE_COUNTER, _S.OFFERED, _C | _SYS),
    Move(_S.COUNTERED, _A.AMEND, _S.SUBMITTED, _B | _P, "new_version"),
    Move(_S.COUNTERED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.COUNTERED, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),

    Move(_S.AGREED, _A.FULFIL, _S.FULFILLED, _C | _SYS),
    Move(_S.AGREED, _A.BREACH, _S.BREACHED, _C | _SYS),
    Move(_S.AGREED, _A.CANCEL, _S.CLOSED, _SUPERVISOR | _SYS, "reason_given"),

    Move(_S.BREACHED, _A.REINSTATE, _S.AGREED, _C | _SYS),
    Move(_S.BREACHED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.BREACHED, _A.CLOSE, _S.CLOSED, _C | _SYS),

    Move(_S.DECLINED, _A.REOPEN, _S.SUBMITTED, _B | _P | _C),
    Move(_S.DECLINED, _A.APPEAL, _S.APPEALED, _B, "something_refused"),
    Move(_S.DECLINED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.DECLINED, _A.CLOSE, _S.CLOSED, _C | _SYS),

    Move(_S.LAPSED, _A.REOPEN, _S.SUBMITTED, _B | _P | _C),
    Move(_S.LAPSED, _A.APPEAL, _S.APPEALED, _B, "something_refused"),
    Move(_S.LAPSED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.LAPSED, _A.CLOSE, _S.CLOSED, _C | _SYS),

    Move(_S.REJECTED, _A.APPEAL, _S.APPEALED, _B, "appeal_open"),
    Move(_S.REJECTED, _A.REQUEST_HUMAN_REVIEW, _S.IN_REVIEW, _B, "rejection_automatic"),
    Move(_S.REJECTED, _A.REOPEN, _S.SUBMITTED, _B | _P | _C, "new_version"),
    Move(_S.REJECTED, _A.REFER, _S.REFERRED, _B | _P | _C),
    Move(_S.REJECTED, _A.CLOSE, _S.CLOSED, _C | _SYS, "appeal_window_passed"),

    Move(_S.APPEALED, _A.DISMISS, None, _C, "took_no_part"),
    Move(_S.APPEALED, _A.ALLOW, _S.IN_REVIEW, _C, "took_no_part"),
    Move(_S.APPEALED, _A.WITHDRAW_APPEAL, None, _B),
    Move(_S.APPEALED, _A.ACCEPT, _S.AGREED, _B, "offer_open"),

    Move(_S.REFERRED, _A.RESUME, _S.IN_REVIEW, _C),
    Move(_S.REFERRED, _A.MAKE_OFFERS, _S.OFFERED, _C, "approved"),
    Move(_S.REFERRED, _A.WITHDRAW, _S.WITHDRAWN, _B | _P),
    Move(_S.REFERRED, _A.CLOSE, _S.CLOSED, _C),
)
# fmt: on

TERMINAL: Final = frozenset({CaseState.FULFILLED, CaseState.WITHDRAWN, CaseState.CLOSED})
_BY_SOURCE_AND_ACTION: Final = {(m.source, m.action): m for m in MOVES}


def moves_from(state: CaseState) -> tuple[Move, ...]:
    """Return the rows that leave a state."""
    return tuple(m for m in MOVES if m.source is state)


def find(state: CaseState, action: CaseAction, *, role: Role) -> Move:
    """Return the row for this move, or say why it may not be taken."""
    move = _BY_SOURCE_AND_ACTION.get((state, action))
    if move is None:
        legal = sorted(m.action for m in moves_from(state))
        raise MoveNotAllowed(f"A case that is {state} cannot {action}.", state=state, action=action, allowed=legal)
    if role not in move.roles:
        raise RoleNotAllowed(f"The role {role} may not {action} a case that is {state}.", role=role, action=action)
    return move


def advance(state: CaseState, action: CaseAction, *, role: Role, before_appeal: CaseState | None = None) -> CaseState:
    """Return the state that `action` leads to; `before_appeal` is where a dismissed or withdrawn appeal returns to."""
    target = find(state, action, role=role).target
    if target is not None:
        return target
    if before_appeal is None:
        raise MoveNotAllowed("The state before the appeal is not known.", state=state, action=action)
    return before_appeal
