"""Operations: what takes longer than a request, the states that one goes through, and who may know of it."""

from enum import StrEnum
from typing import Final

from service.domain.actors import LENDER, Actor, Role
from service.domain.errors import Conflict, NotFound

READERS: Final = LENDER | {Role.POLICY_ADMIN, Role.AUDITOR}


class OperationKind(StrEnum):
    """What is done."""

    BACKTEST = "backtest"


class OperationState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class OperationNotFound(NotFound):
    """There is no such operation, or the actor may not know of it."""

    code = "operation_not_found"
    title = "No such operation"


class OperationNotDone(Conflict):
    """The operation has no result: it is under way, or it failed."""

    code = "operation_not_done"
    title = "The operation has no result"


def require_reader(actor: Actor) -> None:
    """Refuse anybody but the lender, as if there were nothing."""
    if actor.role not in READERS:
        raise OperationNotFound("There is no such operation.")
