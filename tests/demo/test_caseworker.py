"""The demo's caseworker decides by the rule that `service.demo.caseworker` states."""

from typing import Any

from service.demo.caseworker import decision_on, rejection_without_plan


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


def test_a_rejection_without_a_plan_names_what_stands_in_the_way() -> None:
    assert "instalments_max" in rejection_without_plan(["instalments_max"])["comment"]
    assert rejection_without_plan([])["reasons"] == ["NO_PROGRAMME"]
