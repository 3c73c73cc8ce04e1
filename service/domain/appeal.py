"""Appeals: a fresh decision by somebody else, and what it does to those who decided before."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from service.domain.actors import Actor
from service.domain.errors import Conflict, NotFound, NotPermitted


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    DISMISSED = "dismissed"
    ALLOWED = "allowed"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


ANSWERED: Final = frozenset({AppealState.DISMISSED, AppealState.ALLOWED})
"""The appeals that somebody at the lender's desk decided."""


class AppealNotFound(NotFound):
    """There is no such appeal, or the actor may not know of it."""

    code = "appeal_not_found"
    title = "No such appeal"


class AppealAnswered(Conflict):
    """The appeal is not open any more."""

    code = "appeal_answered"
    title = "The appeal was answered"


class AppealBinds(Conflict):
    """An appeal was allowed: the approval that allowed it cannot be undone by another decision."""

    code = "appeal_binds"
    title = "The approval on appeal binds"


class TookPart(NotPermitted):
    """After an appeal, whoever took part in what it was against decides nothing more about the same application."""

    code = "took_part"
    title = "You took part in what was appealed"


def require_no_part(actor: Actor, *, took_part: Collection[str]) -> None:
    """Refuse a decision, or its confirmation, by somebody who took part in what was appealed."""
    if actor.identity in took_part:
        raise TookPart("You took part in the decision that was appealed: somebody else decides.")
