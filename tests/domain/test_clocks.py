"""Clocks: when they fall due, how a pause moves them, what meets them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.casework.calendar import business_days
from service.domain.clocks import (
    ANCHORED_AT,
    MET_BY,
    ClockPlan,
    EndAction,
    begins_anew,
    due_day,
    end_of_day,
    nth_business_day,
    own_plans,
    plan_of,
    resumed_due_day,
)
from service.domain.conduct import Anchor, ClockRule, Meeting
from service.domain.lifecycle import CaseAction
from service.domain.settings import AgreementSettings, Negotiation

CHINA, WEEKDAYS = business_days("CN"), business_days(None)
SUNDAY = date(2026, 11, 15)


def plan(**changes: Any) -> ClockPlan:
    """Return a plan of 15 calendar days."""
    given: dict[str, Any] = {"code": "answer", "title": {"en": "Answer"}, "length": 15, "anchor": "submit",
                             "action": EndAction.ESCALATE, "source": "a test"}  # fmt: skip
    return ClockPlan(**given | changes)


@pytest.mark.parametrize(
    ("changes", "due_on"),
    (
        ({}, date(2026, 11, 30)),
        ({"counting": "beginning_with"}, date(2026, 11, 29)),
        ({"length": 1}, date(2026, 11, 16)),
        ({"length": 1, "counting": "beginning_with"}, SUNDAY),
        ({"days": "business", "length": 5}, date(2026, 11, 20)),
        ({"days": "business", "length": 1, "counting": "beginning_with"}, date(2026, 11, 16)),
    ),
)
def test_a_clock_falls_due_on_the_last_of_its_days(changes: dict[str, Any], due_on: date) -> None:
    assert due_day(plan(**changes), SUNDAY, is_business_day=WEEKDAYS) == due_on


def test_business_days_are_those_of_the_country() -> None:
    """China's National Day week of 2026 is 1 to 7 October; the Saturday after it is worked."""
    five = plan(days="business", length=5)

    assert due_day(five, date(2026, 9, 30), is_business_day=CHINA) == date(2026, 10, 13)
    assert due_day(five, date(2026, 9, 30), is_business_day=WEEKDAYS) == date(2026, 10, 7)
    assert CHINA(date(2026, 10, 10))
    assert not WEEKDAYS(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("country", "anchored_on", "due_on"),
    (
        ("US", date(2026, 11, 24), date(2026, 12, 2)),  # Thanksgiving
        ("US", date(2026, 12, 23), date(2026, 12, 31)),  # Christmas Day
        ("GB", date(2027, 3, 24), date(2027, 4, 2)),  # Good Friday, Easter Monday
        ("GB", date(2027, 8, 27), date(2027, 9, 6)),  # Summer bank holiday
        ("GB", date(2027, 12, 23), date(2028, 1, 4)),  # Christmas and Boxing Day, moved; New Year's, moved
        ("AU", date(2027, 3, 24), date(2027, 4, 2)),
        ("AU", date(2027, 12, 23), date(2028, 1, 4)),
        ("CN", date(2027, 2, 4), date(2027, 2, 17)),  # Spring Festival
    ),
)
def test_five_business_days_leave_out_the_holidays_of_the_country(
    country: str, anchored_on: date, due_on: date
) -> None:
    five = plan(days="business", length=5)

    assert due_day(five, anchored_on, is_business_day=business_days(country)) == due_on


@pytest.mark.parametrize(
    ("time_zone", "day", "over_at"),
    (
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # a day of 25 hours
        ("America/New_York", date(2027, 3, 14), datetime(2027, 3, 15, 4, tzinfo=UTC)),  # a day of 23 hours
        ("Australia/Sydney", date(2026, 10, 4), datetime(2026, 10, 4, 13, tzinfo=UTC)),
        ("Australia/Sydney", date(2027, 4, 4), datetime(2027, 4, 4, 14, tzinfo=UTC)),
        ("Europe/London", date(2027, 3, 28), datetime(2027, 3, 28, 23, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 5), datetime(2026, 9, 6, 4, tzinfo=UTC)),  # its midnight does not exist
        ("Pacific/Kiritimati", date(2027, 1, 1), datetime(2027, 1, 1, 10, tzinfo=UTC)),  # UTC+14
        ("Pacific/Pago_Pago", date(2027, 1, 1), datetime(2027, 1, 2, 11, tzinfo=UTC)),  # UTC-11
    ),
)
def test_a_local_day_is_over_at_its_own_midnight(time_zone: str, day: date, over_at: datetime) -> None:
    """Whether it has 23, 24 or 25 hours, and on which side of the date line it is."""
    assert end_of_day(day, time_zone) == over_at


def test_a_calendar_without_business_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no business days"):
        nth_business_day(SUNDAY, 1, is_business_day=lambda _: False)


@given(length=st.integers(1, 60), paused=st.integers(0, 40), days=st.sampled_from(("calendar", "business")))
def test_a_pause_takes_nothing_from_a_clock(length: int, paused: int, days: Any) -> None:
    """As many of its days lie between the end of the pause and the last day as were left when it began."""
    ours = plan(length=length, days=days)
    due_on = due_day(ours, SUNDAY, is_business_day=WEEKDAYS)
    resumed_on = SUNDAY + timedelta(days=paused)
    moved = resumed_due_day(ours, due_on=due_on, paused_on=SUNDAY, resumed_on=resumed_on, is_business_day=WEEKDAYS)

    def left(start: date, end: date) -> int:
        between = (start + timedelta(days=n) for n in range((end - start).days))
        return sum(days == "calendar" or WEEKDAYS(day) for day in between)

    assert left(resumed_on, moved) == left(SUNDAY, due_on)


def test_a_clock_that_is_anchored_anew_has_its_whole_length_again() -> None:
    """When the documents are there: an incomplete file starts no clock once more, and starts one at most once."""
    found = {
        (mode, complete, ran): begins_anew(plan(mode=mode), complete=complete, ran=ran)
        for mode in ("toll", "reanchor", "start_on_complete")
        for complete in (True, False)
        for ran in (True, False)
    }

    assert {case for case, anew in found.items() if anew} == {
        ("reanchor", True, True), ("reanchor", True, False), ("start_on_complete", True, True),
        ("start_on_complete", True, False), ("start_on_complete", False, False),
    }  # fmt: skip


def test_a_day_ends_where_the_policy_is_at_home() -> None:
    assert end_of_day(SUNDAY, "Asia/Shanghai") == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert end_of_day(SUNDAY, "UTC") == datetime(2026, 11, 16, tzinfo=UTC)


def test_what_meets_a_clock_is_a_deed_or_told_by_others() -> None:
    told = {"agreement_active", "payment_caught_up"}
    deeds = {action.value for action in CaseAction} | told

    assert frozenset().union(*MET_BY.values()) <= deeds
    assert set(get_args(Meeting)) <= deeds | {"evidence_complete"}
    assert set(ANCHORED_AT) <= deeds
    assert set(ANCHORED_AT.values()) <= set(get_args(Anchor))
    assert set(MET_BY) <= set(get_args(Anchor)) | {"decline", "lapse"}


def test_every_policy_has_the_clocks_of_its_figures() -> None:
    plans = {p.code: p for p in own_plans(Negotiation(appeal_days=14, appeal_answer_days=30), AgreementSettings())}

    assert plans["information"].length == 30
    assert plans["information"].action is EndAction.LAPSE
    assert (plans["appeal_window"].length, plans["rejected_window"].length) == (14, 44)
    assert plans["appeal_answer"].action is EndAction.ESCALATE
    assert (plans["counter_answer"].length, plans["counter_answer"].action) == (7, EndAction.ESCALATE)
    assert all(p.title["en"] and p.title["zh-CN"] and p.source for p in plans.values())


def test_a_pack_may_have_a_case_decided_when_the_time_for_information_is_over() -> None:
    plans = {p.code: p for p in own_plans(Negotiation(lapse_action="decide"), AgreementSettings())}

    assert plans["information"].action is EndAction.DECIDE


def test_a_clock_waits_for_what_its_pack_names_and_else_for_what_its_anchor_does() -> None:
    assert plan().waits_for == MET_BY["submit"]
    assert plan(met_by=("request_information",)).waits_for == {"request_information"}
    assert plan(anchor="moratorium").waits_for == frozenset()


def test_the_plan_of_a_packs_clock_is_its_rule() -> None:
    rule = ClockRule(
        code="decision", title={"en": "Decision"}, anchor="evidence_complete", length=30, days="business",
        counting="beginning_with", mode="reanchor", action="escalate", source="12 CFR 1024.41(c)(1)",
    )  # fmt: skip

    made = plan_of(rule)

    assert (made.code, made.length, made.days, made.counting) == ("decision", 30, "business", "beginning_with")
    assert (made.mode, made.action, made.anchor) == ("reanchor", EndAction.ESCALATE, "evidence_complete")
