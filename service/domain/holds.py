"""Holds: a pause of contact, collection, enforcement, interest, fees or reporting, when it begins and how it ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from service.domain.conduct import HoldRule
from service.domain.dates import add_months
from service.domain.errors import Conflict, Problem, RuleBroken


class HoldState(StrEnum):
    """Where a hold stands."""

    RUNNING = "running"
    ENDED = "ended"


class EndRule(StrEnum):
    """What ends a hold."""

    LENGTH = "length"
    DECISION = "decision"
    PERFORMING = "performing"


class HoldTooSoon(Conflict):
    """The pack allows such a hold only once in so many months; `again_on` says from when."""

    code = "hold_too_soon"
    title = "Such a hold ended not long ago"


class HoldNotAllowed(RuleBroken):
    """The hold cannot stand so."""

    code = "hold_not_allowed"
    title = "The hold cannot stand so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days of a hold, both included; open at the end while it is not known."""

    starts_on: date
    ends_on: date | None
    scopes: frozenset[str]


DECIDED: Final = frozenset(
    {"make_offers", "reject", "withdraw", "close", "dismiss", "withdraw_appeal", "appeal_settled"}
)
PERFORMING_AGAIN: Final = frozenset({"payment_caught_up", "reinstate"})
"""Deeds after which an agreement is kept again: what is paused while it is begins anew."""
NOT_PERFORMING: Final = frozenset({"payment_missed", "breach", "cancel", "fulfil"})


def last_day(rule: HoldRule, starts_on: date) -> date | None:
    """Return the last day of a hold of a given length; None where an event ends it."""
    if rule.until != "length" or rule.length is None:
        return None
    return starts_on + timedelta(days=rule.length - 1)


def ended_by(rule: EndRule, what: str, *, length: int | None, on: date) -> date | None:
    """Return the last day of a hold after something happened; None when that does not end it.

    A hold until the decision goes on for `length` days after a refusal (Australia: NCC s 89A, 14 days).
    """
    if rule is EndRule.DECISION and what in DECIDED:
        return on + timedelta(days=length) if length and what == "reject" else on
    if rule is EndRule.PERFORMING and what in NOT_PERFORMING:
        return on
    return None


def goes_on_after(rule: HoldRule, what: str) -> bool:
    """Say whether a hold that a refusal would soon end lasts until another decision: it was appealed.

    12 CFR 1024.41(g)(1): no foreclosure until the borrower's appeal is denied.
    """
    return what == "appeal" and rule.until == "decision"


def again_on(rule: HoldRule, earlier: Iterable[Span], *, starts_on: date) -> date | None:
    """Return from when such a hold may begin again, if that is after the day asked for; None when it may.

    SI 2020/1311 reg. 24: once in 12 months.
    """
    if rule.once_in_months is None:
        return None
    scopes = frozenset(rule.scopes)
    ends = [span.ends_on or starts_on for span in earlier if span.scopes & scopes]
    first = add_months(max(ends), rule.once_in_months) if ends else starts_on
    return first if first > starts_on else None


def require_sensible(*, scopes: Collection[str], starts_on: date, ends_on: date | None, today: date) -> None:
    """Refuse a hold without scopes, or whose days do not fit together."""
    problems = []
    if not scopes:
        problems.append(Problem("/scopes", "missing", "A hold pauses at least one thing."))
    if ends_on is not None and ends_on < starts_on:
        problems.append(Problem("/ends_on", "ends_before_start", "The hold ends before it begins."))
    if ends_on is not None and ends_on < today:
        problems.append(Problem("/ends_on", "in_the_past", "The hold would be over already."))
    if problems:
        raise HoldNotAllowed("The hold cannot stand so.", problems)
