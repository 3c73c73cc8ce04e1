"""Clocks: when a deadline falls due, how a pause moves it, and what meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal
from zoneinfo import ZoneInfo

from service.domain.conduct import ClockRule
from service.domain.settings import AgreementSettings, Negotiation

IsBusinessDay = Callable[[date], bool]
"""Says whether banks work on a local day."""

DayType = Literal["calendar", "business"]
Counting = Literal["day_after", "beginning_with"]


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE: Final = frozenset({ClockState.RUNNING, ClockState.PAUSED})


class EndAction(StrEnum):
    """What is done when a clock has run out, without anybody calling."""

    EVENT = "event"
    LAPSE = "lapse"
    ESCALATE = "escalate"
    DECIDE = "decide"
    CLOSE = "close"
    EXPIRE_OFFER = "expire_offer"
    LOOK_AT_PAYMENTS = "look_at_payments"
    REVIEW_RELIEF = "review_relief"
    LAPSE_AGREEMENT = "lapse_agreement"
    END_HOLD = "end_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPlan:
    """What a clock is started with: its name, its length and how it is counted, and what its end does."""

    code: str
    title: dict[str, str]
    length: int
    days: DayType = "calendar"
    counting: Counting = "day_after"
    mode: Literal["toll", "reanchor", "start_on_complete"] = "toll"
    action: EndAction
    anchor: str
    source: str
    met_by: tuple[str, ...] = ()

    @property
    def waits_for(self) -> frozenset[str]:
        """The deeds that meet the clock."""
        return frozenset(self.met_by) or MET_BY.get(self.anchor, frozenset())


DECIDED: Final = frozenset({"make_offers", "reject", "lapse", "refer"})
"""Deeds after which nobody waits for a decision."""

MET_BY: Final[dict[str, frozenset[str]]] = {
    "created": frozenset({"submit", "withdraw"}),
    "submit": DECIDED,
    "evidence_complete": DECIDED,
    "provide_information": DECIDED,
    "request_information": frozenset({"provide_information", "start_review", "lapse", "refer"}),
    "make_offers": frozenset({"accept", "counter", "decline"}),
    "counter": frozenset({"make_offers", "refuse_counter", "accept", "amend", "refer"}),
    "reject": frozenset({"appeal", "reopen", "request_human_review", "refer"}),
    "decline": frozenset({"appeal", "reopen", "refer"}),
    "lapse": frozenset({"appeal", "reopen", "refer"}),
    "accept": frozenset({"agreement_active"}),
    "appeal": frozenset({"dismiss", "allow", "withdraw_appeal", "accept"}),
    "breach": frozenset({"reinstate", "close", "refer"}),
    "refer": frozenset({"resume", "make_offers", "close"}),
    "payment_missed": frozenset({"payment_caught_up", "breach"}),
}
"""What meets a clock, by its anchor: the deed that the clock waits for. Where there is none, it can only run out."""

ANCHORED_AT: Final = {"reopen": "submit", "amend": "submit"}
"""Deeds that submit a case once more."""

WAITS_FOR_DOCUMENTS: Final = frozenset({"submit", "evidence_complete", "provide_information"})
"""Anchors of clocks that documents can hold up: the pack's mode says how."""


def due_day(plan: ClockPlan, anchored_on: date, *, is_business_day: IsBusinessDay) -> date:
    """Return the last local day of a clock that is anchored on a day."""
    first = anchored_on if plan.counting == "beginning_with" else anchored_on + timedelta(days=1)
    if plan.days == "calendar":
        return first + timedelta(days=plan.length - 1)
    return nth_business_day(first, plan.length, is_business_day=is_business_day)


def nth_business_day(first: date, n: int, *, is_business_day: IsBusinessDay) -> date:
    """Return the n-th business day on or after a day; for n = 0 the day itself."""
    day, counted = first, 0
    for _ in range(n * 8 + 30):
        counted += is_business_day(day)
        if counted >= n:
            return day
        day += timedelta(days=1)
    raise ValueError("The calendar has no business days.")


def begins_anew(plan: ClockPlan, *, complete: bool, ran: bool) -> bool:
    """Say whether a clock that goes on has its whole length again: an incomplete file never restarts one.

    One that starts with a complete file starts too where nobody waits for documents any longer, unless it `ran` before.
    """
    return (plan.mode != "toll" and complete) or (plan.mode == "start_on_complete" and not ran)


def resumed_due_day(
    plan: ClockPlan, *, due_on: date, paused_on: date, resumed_on: date, is_business_day: IsBusinessDay
) -> date:
    """Return where a pause moves the last day: on by as many days, of the kind that the clock counts, as it lasted."""
    paused = (resumed_on - paused_on).days
    if plan.days == "calendar":
        return due_on + timedelta(days=paused)
    lost = sum(is_business_day(paused_on + timedelta(days=n)) for n in range(paused))
    return nth_business_day(due_on + timedelta(days=1), lost, is_business_day=is_business_day) if lost else due_on


def end_of_day(day: date, time_zone: str) -> datetime:
    """Return the moment at which a local day is over, in UTC: a midnight that clocks skip equals no other moment."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def plan_of(rule: ClockRule) -> ClockPlan:
    """Return the plan of a clock that a pack sets."""
    return ClockPlan(
        code=rule.code,
        title=rule.title,
        length=rule.length,
        days=rule.days,
        counting=rule.counting,
        mode=rule.mode,
        action=EndAction(rule.action),
        anchor=rule.anchor,
        source=rule.source,
        met_by=rule.met_by,
    )


def own_plans(negotiation: Negotiation, agreement: AgreementSettings) -> tuple[ClockPlan, ...]:
    """Return the clocks that every case has, whatever its pack says: their lengths are figures of the policy."""
    lapse = EndAction(negotiation.lapse_action)
    appeal, answer = negotiation.appeal_days, negotiation.appeal_answer_days
    rest = appeal + answer
    return (
        _own("draft", anchor="created", length=DRAFT_DAYS, action=EndAction.LAPSE),
        _own("information", anchor="request_information", length=negotiation.information_days, action=lapse),
        _own("counter_answer", anchor="counter", length=negotiation.counter_answer_days, action=EndAction.ESCALATE),
        _own("appeal_window", anchor="reject", length=appeal, action=EndAction.EVENT),
        _own("rejected_window", anchor="reject", length=rest, action=EndAction.CLOSE),
        _own("declined_window", anchor="decline", length=appeal, action=EndAction.CLOSE),
        _own("lapsed_window", anchor="lapse", length=appeal, action=EndAction.CLOSE),
        _own("appeal_answer", anchor="appeal", length=answer, action=EndAction.ESCALATE),
        _own("after_breach", anchor="breach", length=agreement.remedy_days, action=EndAction.EVENT),
    )


DRAFT_DAYS: Final = 90
"""How long a draft waits to be submitted: our choice."""

_OWN_CLOCKS: Final[dict[str, tuple[str, str, str]]] = {
    "draft": ("A draft waits to be submitted", "草稿待提交期限", "our choice: 90 days"),
    "information": ("Time to hand in what is missing", "补充材料期限", "negotiation.information_days"),
    "counter_answer": ("Time to answer the counter-proposal", "还价答复期限", "negotiation.counter_answer_days"),
    "appeal_window": ("Time to appeal", "申诉期限", "negotiation.appeal_days"),
    "rejected_window": (
        "Time to take a rejected case up again", "被拒案件的重启期限", "negotiation.appeal_days + appeal_answer_days",
    ),
    "declined_window": ("Time to take a declined case up again", "谢绝方案后的重启期限", "negotiation.appeal_days"),
    "lapsed_window": ("Time to take a lapsed case up again", "失效案件的重启期限", "negotiation.appeal_days"),
    "appeal_answer": ("Time to answer the appeal", "申诉答复期限", "negotiation.appeal_answer_days"),
    "after_breach": ("Time to agree on what follows a breach", "违约后的协商期限", "agreement.remedy_days"),
}  # fmt: skip
"""Title in English and Chinese, and the figure of the policy that sets the length."""


def _own(code: str, *, anchor: str, length: int, action: EndAction) -> ClockPlan:
    english, chinese, source = _OWN_CLOCKS[code]
    title = {"en": english, "zh-CN": chinese}
    return ClockPlan(code=code, title=title, length=length, action=action, anchor=anchor, source=source)
