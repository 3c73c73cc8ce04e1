"""Errors of the field that come together, for routes to name at once."""

from typing import Final

from service.casework.negotiating import CounterNotFound
from service.casework.offering import OfferNotFound
from service.domain.access import CaseNotFound, MandateNeeded
from service.domain.appeal import AppealAnswered, AppealNotFound
from service.domain.errors import DomainError, NotPermitted
from service.domain.guards import GuardRefused
from service.domain.lifecycle import MoveNotAllowed, RoleNotAllowed
from service.domain.offer import (
    OfferAccepted,
    OfferClosed,
    OfferDeclined,
    OfferExpired,
    OfferIndicative,
    OfferWithdrawn,
)

Errors = tuple[type[DomainError], ...]

SEEN: Final[Errors] = (CaseNotFound,)
"""The case is read."""

LENDERS: Final[Errors] = (CaseNotFound, NotPermitted)
"""The lender's desk does something with the case."""

MOVES: Final[Errors] = (CaseNotFound, MoveNotAllowed, GuardRefused, RoleNotAllowed, NotPermitted, MandateNeeded)
"""The case is moved."""

NOT_OPEN: Final[Errors] = (OfferAccepted, OfferDeclined, OfferWithdrawn, OfferClosed, OfferExpired)
"""The offer cannot be answered any more."""

ANSWERS: Final[Errors] = (OfferNotFound, *NOT_OPEN, *MOVES[1:])
"""An offer is answered."""

BINDING: Final[Errors] = (*ANSWERS, OfferIndicative)
"""An offer is accepted."""

APPEALS: Final[Errors] = (AppealNotFound, AppealAnswered, *MOVES[1:])
"""An appeal is answered, or given up."""

COUNTERS: Final[Errors] = (CounterNotFound, *MOVES[1:])
"""A counter-proposal is answered."""
