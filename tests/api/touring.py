"""Tours through the life of a case: every row of the lifecycle table is in one, and a stop at every state."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from service.domain.lifecycle import CaseAction, CaseState, advance, moves_from
from tests.api.walking import (
    BEGUN,
    Step,
    a_fortnight_later,
    all_but_one_declined,
    approve,
    caught_up,
    changed,
    draft,
    in_review,
    offered,
    rejected_alone,
    submitted,
)

A, S = CaseAction, CaseState
Stop = Literal["stop"]
STOP: Final[Stop] = "stop"
"""Here every move is tried that cannot be taken."""

Part = CaseAction | Step | Stop
Row = tuple[CaseState, CaseAction, CaseState]

_COUNTERED: Final = (A.COUNTER, A.REFUSE_COUNTER)
_APPEALED: Final = (A.APPEAL, A.WITHDRAW_APPEAL)
_OFFERED_ANEW: Final = (A.REOPEN, A.START_REVIEW, approve, A.MAKE_OFFERS)

TOURS: Final[Mapping[str, tuple[Step, *tuple[Part, ...]]]] = {
    "a long story": (
        draft, STOP, A.SUBMIT, A.START_REVIEW, approve, A.MAKE_OFFERS, *_COUNTERED, A.APPEAL, STOP, A.DISMISS, STOP,
        A.COUNTER, STOP, A.AMEND, STOP, A.START_REVIEW, STOP, A.REQUEST_INFORMATION, STOP, A.REFER, STOP, A.CLOSE, STOP,
    ),
    "documents and offers": (
        submitted, A.REQUEST_INFORMATION, A.START_REVIEW, A.REQUEST_INFORMATION, A.PROVIDE_INFORMATION, A.START_REVIEW,
        A.AMEND, A.REFER, A.RESUME, A.REFER, approve, A.MAKE_OFFERS, A.MAKE_OFFERS, A.COUNTER, A.MAKE_OFFERS, A.REFER,
        A.RESUME, approve, A.MAKE_OFFERS, A.AMEND, A.WITHDRAW,
    ),
    "declined": (
        offered, *_COUNTERED, all_but_one_declined, A.DECLINE, *_APPEALED, STOP, *_OFFERED_ANEW, all_but_one_declined,
        A.DECLINE, A.APPEAL, A.DISMISS, A.CLOSE,
    ),
    "declined and referred": (offered, all_but_one_declined, A.DECLINE, A.REFER, A.WITHDRAW),
    "lapsed": (offered, *_COUNTERED, A.LAPSE, *_APPEALED, STOP, *_OFFERED_ANEW, A.LAPSE, A.APPEAL, A.DISMISS, A.CLOSE),
    "rejected": (
        offered, *_COUNTERED, A.AMEND, A.START_REVIEW, A.REJECT, *_APPEALED, STOP, changed, A.REOPEN, A.START_REVIEW,
        A.REJECT, A.APPEAL, A.DISMISS, a_fortnight_later, A.CLOSE,
    ),
    "an appeal that is allowed": (
        in_review, A.REJECT, A.REFER, A.RESUME, approve, A.MAKE_OFFERS, A.APPEAL, A.ALLOW, A.MAKE_OFFERS, A.WITHDRAW,
    ),
    "cancelled": (offered, *_APPEALED, A.ACCEPT, A.CANCEL),
    "kept": (offered, *_COUNTERED, A.APPEAL, A.ACCEPT, STOP, A.FULFIL, STOP),
    "broken and taken up again": (
        offered, *_APPEALED, *_COUNTERED, A.COUNTER, A.ACCEPT, A.BREACH, STOP, caught_up, A.REINSTATE, A.BREACH,
        A.REFER, A.CLOSE,
    ),
    "broken": (offered, A.ACCEPT, A.BREACH, A.CLOSE),
    "nothing is handed in": (in_review, A.REQUEST_INFORMATION, A.LAPSE, A.REFER, A.CLOSE),
    "withdrawn when asked for more": (in_review, A.REQUEST_INFORMATION, A.WITHDRAW),
    "withdrawn when countered": (offered, *_APPEALED, *_COUNTERED, A.COUNTER, A.WITHDRAW, STOP),
    "referred when countered": (offered, A.COUNTER, A.REFER, A.RESUME, A.WITHDRAW),
    "withdrawn as a draft": (draft, A.WITHDRAW),
    "lapsed as a draft": (draft, A.LAPSE),
    "rejected by the system": (rejected_alone, A.REQUEST_HUMAN_REVIEW, A.WITHDRAW),
}  # fmt: skip
"""How each begins and goes on; every one comes to an end, so that the worker has nothing left of it to do."""


def rows_of(tour: tuple[Step, *tuple[Part, ...]]) -> Iterator[tuple[Part, Row | None, CaseState]]:
    """Return the parts of a tour after its beginning, each with the row that it takes, and where the case then stands.

    An appeal that is dismissed or withdrawn leads back to where it was made.
    """
    begin, *parts = tour
    state, before = BEGUN[begin], None
    for part in parts:
        row = None
        if isinstance(part, CaseAction):
            roles = next((move.roles for move in moves_from(state) if move.action is part), None)
            assert roles is not None, f"a case that is {state} cannot {part}"
            after = advance(state, part, role=min(roles), before_appeal=before)
            before = state if part is A.APPEAL else before
            row, state = (state, part, after), after
        yield part, row, state
