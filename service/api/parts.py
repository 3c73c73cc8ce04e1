"""What the composition root joined, as the routes reach it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from service.api.limits import Limits
from service.casework.desk import Desk, local_day
from service.domain.lender import UNNAMED, Lender
from service.in_force import InForce
from service.storage.engine import Database
from service.storage.files import Files
from service.storage.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running service; one object at `app.state.parts`."""

    database: Database
    keyring: Keyring
    files: Files
    clock: Callable[[], datetime]
    in_force: InForce
    desk: Desk | None = None
    limits: Limits = field(default_factory=Limits)
    lender: Lender = UNNAMED


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that a request reached."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


async def desk_of(request: Request) -> Desk:
    """Return what a use case is handed, with the answers that were got for this request."""
    desk = request.state.desk
    assert isinstance(desk, Desk)
    return desk


async def _moment(request: Request) -> datetime:
    return parts_of(request).clock()


async def _today(request: Request) -> date:
    """Return the day that it is where it is latest among the policies: nothing said as of it lies in the future."""
    parts = parts_of(request)
    now = parts.clock()
    return max(local_day(policy, now) for policy in parts.in_force.registry.ordered)


async def _in_force(request: Request) -> InForce:
    return parts_of(request).in_force


async def _files(request: Request) -> Files:
    return parts_of(request).files


DeskOf = Annotated[Desk, Depends(desk_of)]
Moment = Annotated[datetime, Depends(_moment)]
Today = Annotated[date, Depends(_today)]
InForceOf = Annotated[InForce, Depends(_in_force)]
FilesOf = Annotated[Files, Depends(_files)]
