"""Holds: their last day, what ends them, and how often they may be had."""

from datetime import date
from typing import Any

import pytest

from service.domain.conduct import HoldRule
from service.domain.holds import (
    EndRule,
    HoldNotAllowed,
    Span,
    again_on,
    begins,
    ended_by,
    goes_on_after,
    last_day,
    require_of_pack,
    require_sensible,
)

DAY = date(2026, 11, 15)


def rule(**changes: Any) -> HoldRule:
    """Return a breathing space of 60 days, once in a year."""
    given: dict[str, Any] = {
        "title": {"en": "Breathing space"},
        "scopes": ("contact", "interest"),
        "anchor": "moratorium",
        "length": 60,
        "once_in_months": 12,
        "source": "SI 2020/1311",
    }
    return HoldRule(**given | changes)


def span(starts_on: date, ends_on: date | None, *scopes: str) -> Span:
    """Return the days of a hold."""
    return Span(starts_on=starts_on, ends_on=ends_on, scopes=frozenset(scopes or ("contact",)))


def test_the_first_day_counts() -> None:
    assert last_day(rule(), DAY) == date(2027, 1, 13)


@pytest.mark.parametrize("until", ("length", "decision", "performing"))
def test_a_hold_until_the_decision_goes_on_while_it_is_appealed(until: Any) -> None:
    assert goes_on_after(rule(until=until), "appeal") is (until == "decision")
    assert not goes_on_after(rule(until=until), "reject")


@pytest.mark.parametrize("until", ("decision", "performing"))
def test_a_hold_that_an_event_ends_has_no_last_day_yet(until: Any) -> None:
    assert last_day(rule(until=until), DAY) is None


@pytest.mark.parametrize(
    ("end_rule", "what", "length", "ends_on"),
    (
        (EndRule.LENGTH, "reject", 60, None),
        (EndRule.DECISION, "make_offers", 14, None),
        (EndRule.DECISION, "accept", 14, DAY),
        (EndRule.DECISION, "decline", 14, DAY),
        (EndRule.DECISION, "lapse", 14, DAY),
        (EndRule.DECISION, "dismiss", 14, date(2026, 11, 29)),
        (EndRule.DECISION, "appeal", 14, None),
        (EndRule.PERSON, "reject", 30, None),
        (EndRule.DECISION, "reject", 14, date(2026, 11, 29)),
        (EndRule.DECISION, "reject", None, DAY),
        (EndRule.DECISION, "submit", 14, None),
        (EndRule.DECISION, "dismiss", 14, DAY),
        (EndRule.DECISION, "withdraw_appeal", 14, DAY),
        (EndRule.DECISION, "appeal_settled", 14, DAY),
        (EndRule.DECISION, "allow", 14, None),
        (EndRule.PERFORMING, "payment_missed", None, DAY),
        (EndRule.PERFORMING, "breach", None, DAY),
        (EndRule.PERFORMING, "accept", None, None),
    ),
)
def test_what_ends_a_hold(end_rule: EndRule, what: str, length: int | None, ends_on: date | None) -> None:
    assert ended_by(end_rule, what, length=length, on=DAY) == ends_on


@pytest.mark.parametrize(
    ("earlier", "first"),
    (
        ([], None),
        ([span(date(2025, 9, 1), date(2025, 10, 30))], None),
        ([span(date(2026, 1, 1), date(2026, 3, 1))], date(2027, 3, 1)),
        ([span(date(2026, 1, 1), date(2026, 3, 1), "reporting")], None),
        ([span(date(2026, 11, 1), None)], date(2027, 11, 15)),
        ([span(date(2026, 11, 10), date(2026, 11, 1))], None),
    ),
)
def test_once_in_twelve_months(earlier: list[Span], first: date | None) -> None:
    assert again_on(rule(), earlier, starts_on=DAY) == first


def test_without_a_cap_it_may_be_had_again_at_once() -> None:
    assert again_on(rule(once_in_months=None), [span(DAY, None)], starts_on=DAY) is None


@pytest.mark.parametrize(
    ("changes", "what", "begun"),
    (
        ({"anchor": "submit"}, "submit", True),
        ({"anchor": "submit"}, "reopen", True),
        ({"anchor": "submit"}, "request_human_review", True),
        ({"anchor": "submit"}, "accept", False),
        ({}, "moratorium", False),
        ({"anchor": "adviser_engaged"}, "adviser_engaged", True),
        ({"anchor": "agreement_active", "until": "performing"}, "payment_caught_up", True),
        ({"anchor": "agreement_active", "until": "performing"}, "reinstate", True),
        ({"anchor": "agreement_active"}, "reinstate", False),
    ),
)
def test_what_begins_a_hold(changes: dict[str, Any], what: str, begun: bool) -> None:
    """A moratorium is set by name; a hold that missed payments ended comes back once they are made."""
    assert begins(rule(**changes), what) is begun


@pytest.mark.parametrize(
    ("changes", "scopes", "ends_on", "refused"),
    (
        ({}, ("contact",), date(2027, 1, 14), ["/scopes", "/ends_on"]),
        ({"until": "person"}, (), date(2026, 12, 1), ["/ends_on"]),
        ({"until": "person"}, ("reporting",), None, ["/scopes"]),
    ),
)
def test_a_hold_of_the_pack_is_what_the_pack_says(
    changes: dict[str, Any], scopes: tuple[str, ...], ends_on: date | None, refused: list[str]
) -> None:
    with pytest.raises(HoldNotAllowed) as raised:
        require_of_pack(rule(**changes), scopes=scopes, starts_on=DAY, ends_on=ends_on)

    assert [(p.pointer, p.code) for p in raised.value.problems] == [(at, "set_by_pack") for at in refused]


@pytest.mark.parametrize(
    ("scopes", "ends_on"), (((), None), (("interest", "contact"), date(2027, 1, 13)), ((), date(2026, 12, 1)))
)
def test_a_hold_of_the_pack_may_end_sooner(scopes: tuple[str, ...], ends_on: date | None) -> None:
    require_of_pack(rule(), scopes=scopes, starts_on=DAY, ends_on=ends_on)


def test_everything_wrong_with_a_hold_is_said_at_once() -> None:
    with pytest.raises(HoldNotAllowed) as refused:
        require_sensible(scopes=[], starts_on=DAY, ends_on=date(2026, 11, 1), today=DAY)

    assert [p.code for p in refused.value.problems] == ["missing", "ends_before_start", "in_the_past"]
    require_sensible(scopes=["contact"], starts_on=DAY, ends_on=None, today=DAY)
