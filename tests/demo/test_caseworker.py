"""The lender's people of the demo decide by the rule that `service.demo.caseworker` states."""

from typing import Any

import pytest

from service.demo.caseworker import approval_for_two, decision_on, rejection_without_plan, worth_two


def verdict(*programmes: tuple[str, str], reasons: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a verdict with these programmes and reasons."""
    return {
        "reasons": [{"code": code} for code in reasons],
        "programmes": [{"code": code, "eligibility": eligibility} for code, eligibility in programmes],
    }


def test_one_open_programme_is_enough_to_approve() -> None:
    seen = verdict(("term_extension", "eligible"), ("settlement", "ineligible"), reasons=("LARGE_EXPOSURE",))

    decision = decision_on(seen)

    assert decision["outcome"] == "approve"
    assert decision["reasons"] == ["LARGE_EXPOSURE"]
    assert "term_extension" in decision["comment"]


def test_without_a_programme_the_policys_own_reasons_reject() -> None:
    decision = decision_on(verdict(("settlement", "ineligible"), reasons=("NO_SURPLUS", "OLD", "NO_SURPLUS")))

    assert decision["outcome"] == "reject"
    assert decision["reasons"] == ["NO_SURPLUS", "OLD"]


def test_a_decision_always_gives_a_reason() -> None:
    assert decision_on(verdict(("a", "eligible")))["reasons"] == ["OTHER"]
    assert decision_on(verdict())["reasons"] == ["NO_PROGRAMME"]
    assert rejection_without_plan()["reasons"] == ["NO_PLAN_FITS"]
    assert approval_for_two()["comment"]


@pytest.mark.parametrize(
    ("programme", "worth"),
    (
        (("settlement", "eligible"), True),
        (("settlement", "conditional"), False),
        (("settlement", "ineligible"), False),
        (("term_extension", "eligible"), False),
    ),
)
def test_two_supervisors_are_asked_where_a_settlement_is_open(programme: tuple[str, str], *, worth: bool) -> None:
    assert worth_two(verdict(("repayment_plan", "eligible"), programme)) is worth
