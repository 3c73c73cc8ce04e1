"""Rules that can never hold, and programmes that can never be open, are found by trying every threshold."""

import pytest

from service.policies.reaching import unreached
from service.policies.registry import shipped_packs
from tests.policies.samples import PROGRAMME, needs, rule, small

AMOUNTS = "[amounts.CNY]\nlittle = 5000\nlarge = 9000\n"


@pytest.mark.parametrize(
    "when",
    (
        "days_past_due > 30",
        "days_past_due > 30 and days_past_due < 32",
        "days_past_due in (30..32)",
        "payment_to_surplus > 0.9 and payment_to_surplus < 0.900002",
        "overdue > amount.little and overdue < amount.large",
        "overdue == amount.large",
        "contractual_payment <= 0.9 * surplus and surplus > 0",
        "product == 'auto' and not vouched",
        "'longer' in requested_programmes",
        "'longer' not in requested_programmes",
        "hardship_reason == 'disaster'",
        "currency == 'CNY'",
        "borrower_kind in ['person']",
        "vouched == secured",
    ),
)
def test_a_rule_that_can_hold_is_reached(when: str) -> None:
    assert list(unreached(small(AMOUNTS, rule("A", when)).book)) == []


@pytest.mark.parametrize(
    "when",
    (
        "days_past_due > 90 and days_past_due < 30",
        "days_past_due in [9..3]",
        "overdue > amount.large and overdue < amount.little",
        "product == 'auto' and product == 'other'",
        "vouched and not vouched",
        "false",
        "currency == 'USD'",
        "product == 'mortgage'",
        "borrower_kind == 'company'",
    ),
)
def test_a_rule_that_no_sample_reaches_is_told(when: str) -> None:
    scope = '[policy.scope]\nproducts = ["auto", "other"]\nborrower_kinds = ["person"]\n'
    found = list(unreached(small(scope, AMOUNTS, rule("FINE", "vouched"), rule("NEVER", when)).book))

    assert found == ["rules[1].when: no sample reaches NEVER"]


def test_a_programme_is_open_only_if_all_its_conditions_can_hold_together() -> None:
    other = PROGRAMME.replace("longer", "other")
    late, early = needs("LATE", "days_past_due >= 90"), needs("EARLY", "days_past_due < 60 and surplus > 0")
    book = small(PROGRAMME, late, other, needs("LATE", "days_past_due >= 90"), early).book

    assert list(unreached(book)) == ["programmes[1].eligible_when: no sample opens other"]


@pytest.mark.parametrize("name", sorted(shipped_packs()))
def test_every_rule_and_programme_of_a_shipped_pack_is_reached(name: str) -> None:
    assert list(unreached(shipped_packs()[name].book)) == []
