"""What a deployment has chosen and a use case is handed: its policies and how far it works by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.domain.application import Application
from service.domain.consulting import Answers, Ask
from service.domain.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`choose` finds the policy whose scope covers an application; `pinned` finds one by id and digest.

    `beside` finds the shadow versions that judge too, without anything following from it. `ask` puts a question to a
    policy elsewhere, and `answers` are those that were got for the deed at hand; without them nobody is asked.
    `index_of` is the keyed hash by which another case of the same borrower is found; without it none is.
    """

    choose: Callable[[Application], Policy]
    pinned: Callable[[str, str, Application], Policy]
    beside: Callable[[Application], Sequence[Policy]]
    automatic: bool = True
    index_of: Callable[[str], str] | None = None
    ask: Ask | None = None
    answers: Answers | None = None


def local_day(policy: Policy, moment: datetime) -> date:
    """Return the business day of a moment in the policy's time zone."""
    return moment.astimezone(ZoneInfo(policy.settings.time_zone)).date()
