"""The standard pack carries the default figures, and opens to Li what the story says."""

from decimal import Decimal
from typing import Any

import pytest

from service.domain.money import Component
from service.domain.policy import Eligibility, Outcome, Policy
from service.policies.registry import Registry
from tests.policies.samples import ON, facts


@pytest.fixture(scope="module")
def standard() -> Policy:
    """Return the pack as a deployment has it."""
    return Registry.load(["standard"]).ordered[0]


@pytest.mark.parametrize(
    ("figure", "value"),
    (
        ("negotiation.offer_days", 14),
        ("negotiation.appeal_days", 14),
        ("negotiation.appeal_answer_days", 30),
        ("negotiation.information_days", 30),
        ("negotiation.snapshot_days", 7),
        ("negotiation.rounds", 3),
        ("menu.offers", 3),
        ("menu.surplus_share", Decimal("0.90")),
        ("menu.surplus_share_with_savings", Decimal(1)),
        ("menu.hazard_monthly", Decimal("0.0184")),
        ("menu.hazard_exponent", Decimal("2.36")),
        ("menu.hazard_after_relief", Decimal("0.40")),
        ("menu.recovery", Decimal("0.25")),
        ("menu.recovery_months", 24),
        ("menu.calibrated", False),
        ("agreement.grace_days", 3),
        ("agreement.tolerance", Decimal("0.01")),
        ("agreement.missed_for_breach", 2),
        ("agreement.oldest_days_for_breach", 30),
        ("agreement.remedy_days", 14),
        ("agreement.review_days", 30),
        ("agreement.reinstate_months", 12),
    ),
)
def test_the_defaults_of_the_field_are_the_packs_figures(standard: Policy, figure: str, value: object) -> None:
    table, _, name = figure.partition(".")

    assert getattr(getattr(standard.settings, table), name) == value


def test_limits_authority_and_hold_are_the_defaults_of_the_field(standard: Policy) -> None:
    settings = standard.settings
    limits = {p.code: p.limits for p in settings.programmes}

    assert {p.limits.instalments_max for p in settings.programmes if p.code != "settlement"} == {60}
    assert limits["payment_holiday"].holiday_instalments_max == 6
    assert limits["settlement"].settlement_min == Decimal("0.45")
    assert limits["settlement"].settlement_payments_max == 18
    assert [(s.level, s.waived_max, s.principal_waivable) for s in settings.authority] == [
        ("system", Decimal("0.05"), False),
        ("caseworker", Decimal("0.10"), True),
        ("supervisor", Decimal("0.30"), True),
        ("committee", None, True),
    ]
    assert (settings.holds["breathing_space"].length, settings.holds["breathing_space"].once_in_months) == (60, 12)
    assert settings.agreement.tolerance_amount["CNY"] == 1000
    assert settings.allocation[0] is Component.FEES
    plan = next(p for p in settings.programmes if p.code == "repayment_plan")
    assert max(plan.instruments[0].grids["instalments"].values) == 12


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    (
        ({}, Outcome.APPROVE, "EXCEEDS_ABILITY"),
        ({"exposure": 0}, Outcome.REJECT, "NOTHING_OWED"),
        ({"exposure": 0, "evidence_missing": 2}, Outcome.REJECT, "NOTHING_OWED"),
        ({"evidence_missing": 1, "fraud_suspected": True}, Outcome.REQUEST_INFORMATION, "EVIDENCE_MISSING"),
        ({"exposure": None}, Outcome.REQUEST_INFORMATION, "FACT_UNKNOWN"),
        ({"fraud_suspected": True}, Outcome.MANUAL, "FRAUD_SUSPECTED"),
        ({"expenses_vs_floor": Decimal("0.99")}, Outcome.MANUAL, "EXPENSES_BELOW_FLOOR"),
        ({"breaches_24m": 2}, Outcome.MANUAL, "REPEATED_BREACHES"),
        ({"currency": "XOF"}, Outcome.MANUAL, "CURRENCY_NOT_COVERED"),
        ({"surplus": 0, "payment_to_surplus": None}, Outcome.REJECT, "NO_PROGRAMME"),
    ),
)
def test_li_and_people_like_her_are_answered(
    standard: Policy, changes: dict[str, Any], outcome: Outcome, code: str
) -> None:
    verdict = standard.judge(facts(**changes), on=ON)

    assert verdict.outcome is outcome
    assert code in {reason.code for reason in verdict.reasons}


def test_li_is_told_which_programmes_are_open_and_what_the_others_lack(standard: Policy) -> None:
    answers = {p.code: p for p in standard.judge(facts(), on=ON).programmes}

    assert {code: answer.eligibility for code, answer in answers.items()} == {
        "term_extension": Eligibility.ELIGIBLE,
        "repayment_plan": Eligibility.INELIGIBLE,
        "payment_holiday": Eligibility.CONDITIONAL,
        "payment_pause": Eligibility.INELIGIBLE,
        "penalty_interest_waiver": Eligibility.ELIGIBLE,
        "settlement": Eligibility.INELIGIBLE,
    }
    assert answers["payment_holiday"].missing == ("expected_recovery_months",)
    assert answers["term_extension"].limits["instalments_max"] == 60
    refused = answers["settlement"].reasons[0]
    assert (refused.code, refused.fact, refused.value, refused.threshold) == (
        "LONG_IN_ARREARS", "days_past_due", 45, ">= 90",
    )  # fmt: skip


def test_a_hardship_that_lasts_gets_no_holiday_whatever_else_is_unknown(standard: Policy) -> None:
    answers = {p.code: p for p in standard.judge(facts(hardship_permanent=True), on=ON).programmes}

    assert answers["payment_holiday"].eligibility is Eligibility.INELIGIBLE
    assert [reason.code for reason in answers["payment_holiday"].reasons] == ["TEMPORARY"]
