"""How far cases come: the stages that statistics count, and what of a case is noted for them."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from service.domain.application import Application
from service.domain.lifecycle import CaseState

MIXED: Final = "mixed"
"""The product of a case whose loans are of several."""


class Stage(IntEnum):
    """The furthest that a case has come; it never goes back."""

    OPENED = 0
    SUBMITTED = 1
    JUDGED = 2
    DECIDED = 3
    OFFERED = 4
    AGREED = 5
    FULFILLED = 6


REACHES: Final[Mapping[CaseState, Stage]] = {
    CaseState.SUBMITTED: Stage.SUBMITTED,
    CaseState.INFORMATION_REQUESTED: Stage.SUBMITTED,
    CaseState.IN_REVIEW: Stage.JUDGED,
    CaseState.REJECTED: Stage.DECIDED,
    CaseState.OFFERED: Stage.OFFERED,
    CaseState.COUNTERED: Stage.OFFERED,
    CaseState.AGREED: Stage.AGREED,
    CaseState.BREACHED: Stage.AGREED,
    CaseState.FULFILLED: Stage.FULFILLED,
}
"""What a state shows to be reached; the others say nothing about how far a case has come."""

GONE: Final = (
    CaseState.WITHDRAWN,
    CaseState.LAPSED,
    CaseState.REJECTED,
    CaseState.DECLINED,
    CaseState.CLOSED,
    CaseState.REFERRED,
)
"""States of cases that were lost on the way, as they stand today."""


def furthest(stage: int, state: CaseState) -> int:
    """Return how far a case has come that enters a state."""
    return max(stage, REACHES.get(state, Stage.OPENED))


def product_of(application: Application) -> str | None:
    """Return the product that all loans of an application are of."""
    products = {loan.product for loan in application.loans if loan.product is not None}
    return MIXED if len(products) > 1 else next(iter(products), None)
