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
    PERSON = "person"


class HoldTooSoon(Conflict):
    """The pack allows such a hold only once in so many months; `again_on` says from when."""

    code = "hold_too_soon"
    title = "Such a hold ended not long ago"


class HoldNotRenewable(Conflict):
    """The case has had such a hold as often as the pack allows."""

    code = "hold_not_renewable"
    title = "Such a hold cannot be renewed"


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

    @property
    def lasted(self) -> bool:
        """Whether it paused anything: one that was called off before it began did not."""
        return self.ends_on is None or self.ends_on >= self.starts_on


REFUSING: Final = frozenset({"reject", "dismiss", "withdraw_appeal"})
"""Deeds by which the lender refuses, or a refusal comes to stand."""

SETTLING: Final = frozenset({"accept", "decline", "lapse"})
"""Deeds after which nobody waits for the lender. An offer is none: the borrower has yet to answer it."""

REOPENING: Final = frozenset({"appeal", "allow", "request_human_review", "reopen", "amend", "resume"})
"""Deeds after which a case that had its answer waits for one again."""

NOT_PERFORMING: Final = frozenset({"payment_missed", "breach"})
PERFORMING_AGAIN: Final = frozenset({"payment_caught_up", "reinstate"})

TOLD_BY_OTHERS: Final = frozenset({"moratorium", "adviser_engaged"})
"""Anchors of the holds that a debt adviser may set for the client whose case they posted."""


def last_day(rule: HoldRule, starts_on: date) -> date | None:
    """Return the last day of a hold of a given length; None where an event ends it."""
    if rule.until != "length" or rule.length is None:
        return None
    return starts_on + timedelta(days=rule.length - 1)


def ended_by(rule: EndRule, what: str, *, length: int | None, on: date) -> date | None:
    """Return the last day of a hold after something happened; None when that does not end it.

    A hold until the decision goes on for `length` days after a refusal (Australia: NCC s 89A, 14 days).
    """
    if rule is EndRule.DECISION and what in REFUSING:
        return on + timedelta(days=length or 0)
    if rule is EndRule.DECISION and what in SETTLING:
        return on
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
    ends = [span.ends_on or starts_on for span in earlier if span.scopes & scopes and span.lasted]
    first = add_months(max(ends), rule.once_in_months) if ends else starts_on
    return first if first > starts_on else None


def begins(rule: HoldRule, what: str) -> bool:
    """Say whether a deed begins a hold of the pack; one that missed payments ended begins anew when they are made."""
    again = rule.until == "performing" and what in PERFORMING_AGAIN
    return again or (rule.anchor == ANCHORED_AT.get(what, what) and rule.anchor != "moratorium")


ANCHORED_AT: Final = {"reopen": "submit", "amend": "submit", "request_human_review": "submit"}
"""Deeds by which a case is submitted once more, or by which its answer is asked for anew."""


def require_of_pack(rule: HoldRule, *, scopes: Collection[str], starts_on: date, ends_on: date | None) -> None:
    """Refuse a hold that goes by a name of the pack and is not what the pack says; it may end sooner."""
    last, problems = last_day(rule, starts_on), []
    if scopes and set(scopes) != set(rule.scopes):
        problems.append(Problem("/scopes", "set_by_pack", "The pack says what such a hold pauses."))
    if ends_on is not None and (last is None or ends_on > last):
        problems.append(Problem("/ends_on", "set_by_pack", "The pack says how long such a hold lasts."))
    if problems:
        raise HoldNotAllowed("The hold is not as the pack says.", problems)


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
