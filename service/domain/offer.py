"""When an offer may be answered, and how long it stands."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from service.domain.errors import Conflict
from service.domain.lifecycle import CaseState


class OfferState(StrEnum):
    """Where an offer stands; an open one binds the lender until it expires."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"


class OfferAccepted(Conflict):
    """The offer was accepted: it is the agreement."""

    code = "offer_accepted"
    title = "The offer was accepted already"


class OfferDeclined(Conflict):
    """The borrower declined the offer."""

    code = "offer_declined"
    title = "The offer was declined"


class OfferWithdrawn(Conflict):
    """The lender took the offer back."""

    code = "offer_withdrawn"
    title = "The offer was withdrawn"


class OfferClosed(Conflict):
    """The offer ended with its case, with another that was accepted, or with the figures that it rested on."""

    code = "offer_closed"
    title = "The offer is closed"


class OfferExpired(Conflict):
    """The offer can no longer be answered."""

    code = "offer_expired"
    title = "The offer has expired"


class OfferIndicative(Conflict):
    """The offer rests on figures that the lender has not vouched for."""

    code = "offer_indicative"
    title = "The offer is indicative"


class NothingFeasible(Conflict):
    """No plan within the limits fits the borrower's budget; `limits` says which bound, relaxed, would make one."""

    code = "nothing_feasible"
    title = "No plan is feasible"


_NOT_OPEN: Final[dict[OfferState, type[Conflict]]] = {
    OfferState.ACCEPTED: OfferAccepted,
    OfferState.DECLINED: OfferDeclined,
    OfferState.WITHDRAWN: OfferWithdrawn,
    OfferState.CLOSED: OfferClosed,
}

EXPIRY_WAITS: Final = frozenset({CaseState.COUNTERED, CaseState.APPEALED})
"""States of a case in which its open offers do not expire: a question of the borrower's has yet to be answered."""


def effective_state(state: OfferState, *, expires_at: datetime, at: datetime, case: CaseState) -> OfferState:
    """Return the state at a moment: an open offer whose time has passed is expired, unless an answer is owed."""
    over = state is OfferState.OPEN and at >= expires_at and case not in EXPIRY_WAITS
    return OfferState.EXPIRED if over else state


def require_open(state: OfferState, *, expires_at: datetime, at: datetime, case: CaseState) -> None:
    """Refuse an answer to an offer that no longer stands."""
    match effective_state(state, expires_at=expires_at, at=at, case=case):
        case OfferState.OPEN:
            return
        case OfferState.EXPIRED:
            raise OfferExpired(f"The offer expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}.", expires_at=expires_at)
        case other:
            raise _NOT_OPEN[other](f"The offer is {other}.", state=other)


def require_binding(*, indicative: bool) -> None:
    """Refuse acceptance of an offer made on figures that only the borrower declared."""
    if indicative:
        raise OfferIndicative(
            "The offer rests on declared figures; it binds once the lender has vouched for the loans and offered again."
        )


def extended(expires_at: datetime, *, at: datetime, days: int) -> datetime:
    """Return the expiry, moved so that it lies at least so many days after an answer."""
    return max(expires_at, at + timedelta(days=days))
