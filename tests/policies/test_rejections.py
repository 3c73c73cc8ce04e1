"""A rejection comes to an end and says why: nothing is asked for that nobody can tell, every refusal is a reason."""

from datetime import date
from typing import Any

import pytest

from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.policy import Outcome, Policy
from service.policies.registry import Registry

ON = date(2026, 11, 15)
LOAN: dict[str, Any] = {
    "exposure": 11_408_544,
    "overdue": 1_399_226,
    "days_past_due": 45,
    "reliefs_24m": 0,
    "contractual_payment": 687_445,
}
CASE: dict[str, Any] = {
    "currency": "CNY",
    "borrower_kind": "sole_trader",
    "surplus": -14_911,
    "surplus_expected": -1,
    "payment_to_surplus": None,
    "exceeds_ability": True,
    "evidence_missing": 0,
    "evidence_unverified": 0,
}


def facts(**changes: Any) -> Facts:
    """Return the facts of a borrower who has nothing left, with changes."""
    return Facts(case=CaseFacts(**{**LOAN, **CASE, **changes}), loans={"L-001": LoanFacts(**LOAN)})


@pytest.fixture(scope="module")
def standard() -> Policy:
    """Return the pack as a deployment has it."""
    return Registry.load(["standard"]).ordered[0]


@pytest.mark.parametrize("surplus", (0, -1, -14_911))
def test_a_ratio_that_does_not_exist_is_not_asked_for(standard: Policy, surplus: int) -> None:
    """Without a surplus nothing can be divided by it: no document would ever tell, and the case would wait for ever."""
    verdict = standard.judge(facts(surplus=surplus), on=ON)

    assert verdict.outcome is Outcome.REJECT
    assert {line.result for line in verdict.trace if line.rule == "NO_HARDSHIP"} == {"false"}


@pytest.mark.parametrize("missing", ("surplus", "contractual_payment"))
def test_a_ratio_is_asked_for_while_one_of_its_parts_is_not_known(standard: Policy, missing: str) -> None:
    verdict = standard.judge(facts(**{"surplus": 1, missing: None}), on=ON)

    assert verdict.outcome is Outcome.REQUEST_INFORMATION
    assert (verdict.reasons[0].code, verdict.reasons[0].fact) == ("FACT_UNKNOWN", missing)


def test_where_no_programme_is_open_each_refusal_is_a_reason_once(standard: Policy) -> None:
    """Fact, value, threshold and source of every rule that closed a programme; what applies besides comes after."""
    verdict = standard.judge(facts(), on=ON)

    told = {r.code: (r.fact, r.value, r.threshold) for r in verdict.reasons}
    assert verdict.reasons[0].code == "NO_PROGRAMME"
    assert told["SURPLUS_NOW"] == ("surplus", -14_911, "> 0")
    assert told["HAS_SURPLUS"] == ("surplus", -14_911, "> 0")
    assert told["LONG_IN_ARREARS"] == ("days_past_due", 45, ">= 90")
    assert "EXCEEDS_ABILITY" in told
    assert len(told) == len(verdict.reasons)
    assert all(reason.source for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("surplus", "expected", "holiday", "pause"),
    (
        (-14_911, 900_000, "eligible", "eligible"),
        (412_466, 900_000, "eligible", "eligible"),  # 60 % of the instalment is 412,467
        (412_467, 900_000, "eligible", "ineligible"),
        (-14_911, 0, "ineligible", "ineligible"),
        (100_000, None, "eligible", "conditional"),
    ),
)
def test_a_pause_is_for_those_who_cannot_even_pay_the_interest_and_will_recover(
    standard: Policy, surplus: int, expected: int | None, holiday: str, pause: str
) -> None:
    given = {"surplus_expected": expected, "hardship_permanent": False, "expected_recovery_months": 3}
    verdict = standard.judge(facts(surplus=surplus, **given), on=ON)
    answers = {p.code: p.eligibility for p in verdict.programmes}

    assert (answers["payment_holiday"], answers["payment_pause"]) == (holiday, pause)
