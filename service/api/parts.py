"""What the composition root joined, as the routes reach it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from service.api.limits import Limits
from service.casework.desk import Desk, local_day
from service.domain.policy import Policy
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
    desk: Desk | None = None
    policies: tuple[Policy, ...] = ()
    limits: Limits = field(default_factory=Limits)


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that a request reached."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


async def _desk(request: Request) -> Desk:
    desk = parts_of(request).desk
    assert desk is not None
    return desk


async def _moment(request: Request) -> datetime:
    return parts_of(request).clock()


async def _today(request: Request) -> date:
    """Return the day that it is where it is latest among the policies: nothing said as of it lies in the future."""
    parts = parts_of(request)
    now = parts.clock()
    return max((local_day(policy, now) for policy in parts.policies), default=now.date())


async def _policies(request: Request) -> tuple[Policy, ...]:
    return parts_of(request).policies


async def _files(request: Request) -> Files:
    return parts_of(request).files


DeskOf = Annotated[Desk, Depends(_desk)]
Moment = Annotated[datetime, Depends(_moment)]
Today = Annotated[date, Depends(_today)]
ListOfPolicies = Annotated[tuple[Policy, ...], Depends(_policies)]
FilesOf = Annotated[Files, Depends(_files)]
