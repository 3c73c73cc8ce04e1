"""The dictionary of facts has every fact that policies may count on, each described, at its level and of its kind."""

from decimal import Decimal
from typing import Any, Final

import pytest

from service.domain.facts import FLAGS, NAMES, CaseFacts, Facts, LoanFacts, described

OF_LOANS: Final = """
exposure principal interest penalty fees overdue_principal overdue_interest overdue days_past_due missed_12m worst_12m
months_on_book original_months remaining_months days_to_maturity annual_rate contractual_payment snapshot_age_days
vouched reliefs_24m breaches_24m months_since_any_relief permanent_mods_total extension_months_total product secured
loan_to_value lien_position valuation_age_days occupied minimum_payment line_blocked trial_failed_12m imminent_default
"""
OF_CASES: Final = """
borrower_kind currency gross_income income income_basis essential_expenses expenses priority_debts other_debt_payments
surplus surplus_expected expenses_vs_floor payment_to_income debt_to_income payment_to_surplus exceeds_ability
liquid_assets dependants income_change hardship_reason hardship_months hardship_permanent expected_recovery_months
vulnerable willing_to_pay evidence_missing evidence_unverified evidence_refused requested_payment requested_months
lump_sum requested_programmes automated_decision_allowed sensitive_data_allowed insolvent litigation debt_disputed
fraud_suspected misuse_of_funds moratorium_active adviser_engaged guarantors_consented operating lawful_operation
receipts_12m loans
"""


def test_the_dictionary_has_every_fact_at_its_level() -> None:
    levels = {d.name: d.level for d in described()}

    assert {name for name, level in levels.items() if level == "loan"} == set(OF_LOANS.split())
    assert {name for name, level in levels.items() if level == "case"} == set(OF_CASES.split())
    assert set(levels) == NAMES


def test_every_fact_has_a_kind_and_says_what_it_is() -> None:
    assert {d.kind for d in described()} == {"money", "count", "ratio", "flag", "word", "words"}
    assert all(len(d.description) > 5 for d in described())
    assert len({d.description for d in described()}) == len(NAMES)


def test_flags_are_facts_that_say_yes_or_no() -> None:
    kinds = {d.name: d.kind for d in described()}

    assert {kinds[name] for name in FLAGS} == {"flag"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_nothing_is_known_of_a_case_of_which_nothing_was_said(name: str) -> None:
    assert getattr(CaseFacts(), name) is None


def test_a_loans_own_facts_stand_in_place_of_the_cases() -> None:
    case: dict[str, Any] = {"exposure": 300, "surplus": 50, "annual_rate": Decimal("0.2")}
    facts = Facts(case=CaseFacts(**case), loans={"L-1": LoanFacts(exposure=100)})

    assert facts.of_case()["exposure"] == 300
    assert facts.of_loan("L-1")["exposure"] == 100
    assert facts.of_loan("L-1")["surplus"] == 50
    assert facts.of_loan("L-1")["annual_rate"] is None
    assert set(facts.of_loan("L-1")) == NAMES
