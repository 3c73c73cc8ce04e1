"""What protects a borrower never counts against one, however the condition is put."""

import pytest

from service.domain.words import PROTECTIVE_REASONS
from service.policies.expressions import parse
from service.policies.protective import counts_against, shuts_out


@pytest.mark.parametrize(
    ("when", "facts"),
    (
        ("vulnerable", {"vulnerable"}),
        ("vulnerable == true", {"vulnerable"}),
        ("vulnerable != false", {"vulnerable"}),
        ("vulnerable and days_past_due > 90", {"vulnerable"}),
        ("days_past_due > 90 or vulnerable", {"vulnerable"}),
        ("not (not vulnerable)", {"vulnerable"}),
        ("vulnerable == vouched", {"vulnerable"}),
        ("not vulnerable", set()),
        ("not (vulnerable or days_past_due < 90)", set()),
        ("days_past_due > 90 and not vulnerable", set()),
        ("days_past_due > 90", set()),
        *((f"hardship_reason == '{reason.value}'", {"hardship_reason"}) for reason in sorted(PROTECTIVE_REASONS)),
        ("hardship_reason in ['illness', 'other']", {"hardship_reason"}),
        ("hardship_reason != 'unemployment'", {"hardship_reason"}),
        ("hardship_reason not in ['unemployment', 'other']", {"hardship_reason"}),
        ("hardship_reason == 'overcommitment'", set()),
        ("hardship_reason not in ['illness', 'disability', 'bereavement', 'separation', 'family_care']", set()),
        ("vulnerable and hardship_reason == 'illness'", {"vulnerable", "hardship_reason"}),
        ("not vulnerable or hardship_reason == 'illness'", {"hardship_reason"}),
    ),
)
def test_a_rejection_may_not_turn_on_what_protects(when: str, facts: set[str]) -> None:
    assert set(counts_against(when, parse(when))) == facts


@pytest.mark.parametrize(
    ("when", "facts"),
    (
        ("not vulnerable", {"vulnerable"}),
        ("vulnerable == false and overdue > 0", {"vulnerable"}),
        ("vulnerable", set()),
        ("vulnerable or surplus > 0", set()),
        ("hardship_reason != 'illness'", {"hardship_reason"}),
        ("hardship_reason not in ['illness', 'unemployment']", {"hardship_reason"}),
        ("hardship_reason == 'other'", {"hardship_reason"}),
        ("hardship_reason == 'business_downturn'", set()),
        ("hardship_reason in ['business_downturn', 'disaster']", set()),
        ("hardship_reason == 'illness' or surplus > 0", set()),
    ),
)
def test_a_programme_may_be_made_for_one_reason_but_not_shut_out_who_is_protected(when: str, facts: set[str]) -> None:
    assert set(shuts_out(when, parse(when))) == facts
