"""A condition is true, false or unknown, exact to the last decimal, and says on what grounds."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policies.conditions import compile_condition
from service.policies.expressions import ExpressionNotUnderstood
from tests.policies.samples import env

AMOUNTS = {"CNY": {"small": 500000, "large": 900000}, "JPY": {"small": 10000, "large": 18000}}


@pytest.mark.parametrize(
    ("when", "known", "holds"),
    (
        ("overdue > 0", {"overdue": 1}, True),
        ("overdue > 0", {"overdue": 0}, False),
        ("overdue > 0", {}, None),
        ("overdue > 0 or vouched", {"vouched": True}, None),
        ("overdue > 0 and vouched", {"vouched": False}, None),
        (["overdue > 0", "vouched"], {"vouched": True}, True),
        (["overdue > 0", "vouched"], {"overdue": 1}, True),
        (["overdue > 0", "vouched"], {"vouched": False}, None),
        (["overdue > 0", "vouched"], {"overdue": 0, "vouched": False}, False),
        ("not vouched", {"vouched": False}, True),
        ("product == 'auto'", {"product": "auto"}, True),
        ("product == 'auto'", {"product": "other"}, False),
        ("'longer' in requested_programmes", {"requested_programmes": ("longer", "x")}, True),
        ("'longer' in requested_programmes", {"requested_programmes": ()}, False),
        ("'longer' in requested_programmes", {}, None),
        ("annual_rate == 0.1", {"annual_rate": Decimal("0.1")}, True),
        ("annual_rate * 3 == 0.3", {"annual_rate": Decimal("0.1")}, True),
        ("payment_to_surplus <= 0.9", {"payment_to_surplus": Decimal("0.9000004")}, True),
        ("payment_to_surplus <= 0.9", {"payment_to_surplus": Decimal("0.9000005")}, False),
        ("overdue >= amount.small", {"overdue": 500000, "currency": "CNY"}, True),
        ("overdue >= amount.small", {"overdue": 499999, "currency": "CNY"}, False),
        ("overdue >= amount.small", {"overdue": 10000, "currency": "JPY"}, True),
        ("overdue >= amount.small", {"overdue": 500000, "currency": "USD"}, None),
        ("overdue >= amount.small", {"overdue": 500000}, None),
        ("overdue >= amount.small", {"currency": "CNY"}, None),
        ("contractual_payment <= 0.9 * surplus", {"contractual_payment": 90, "surplus": 100}, True),
        ("contractual_payment <= 0.9 * surplus", {"contractual_payment": 91, "surplus": 100}, False),
        ("days_past_due in [30..90)", {"days_past_due": 90}, False),
        ("days_past_due in [30..90]", {"days_past_due": 90}, True),
    ),
)
def test_a_condition_holds_fails_or_is_unknown(
    when: str | list[str], known: dict[str, Any], holds: bool | None
) -> None:
    assert compile_condition(when, amounts=AMOUNTS)(env(**known)) is holds


@given(
    overdue=st.one_of(st.none(), st.integers(-5, 5)),
    fees=st.one_of(st.none(), st.integers(-5, 5)),
    vouched=st.one_of(st.none(), st.booleans()),
)
def test_what_is_unknown_makes_an_expression_unknown_whatever_the_rest_says(
    overdue: int | None, fees: int | None, vouched: bool | None
) -> None:
    """A condition that names an unknown fact is unknown (design section 6); nothing else is."""
    holds = compile_condition("overdue > fees or not vouched")(env(overdue=overdue, fees=fees, vouched=vouched))

    if overdue is None or fees is None or vouched is None:
        assert holds is None
    else:
        assert holds is (overdue > fees or not vouched)


@given(amount=st.integers(-(10**13), 10**13))
def test_money_is_compared_to_the_minor_unit(amount: int) -> None:
    """Ten billion in cents is beyond what a float tells apart from its neighbour after a multiplication."""
    at_least = compile_condition("exposure >= amount.bound", amounts={"CNY": {"bound": amount}})

    assert [at_least(env(exposure=amount + d, currency="CNY")) for d in (-1, 0, 1)] == [False, True, True]


def test_all_mistakes_of_all_expressions_are_told() -> None:
    with pytest.raises(ExpressionNotUnderstood) as refused:
        compile_condition(["no_such_fact > 1", "overdue >", "vouched"])

    assert refused.value.args == ("unknown fact no_such_fact", "ends too early")


def test_a_condition_says_what_it_reads_and_what_is_unknown() -> None:
    condition = compile_condition(["overdue >= amount.small", "vouched and overdue > 0"], amounts=AMOUNTS)
    facts = env(overdue=3, currency="CNY", requested_programmes=("a", "b"))

    assert condition.text == "(overdue >= amount.small) or (vouched and overdue > 0)"
    assert condition.reads == ("overdue", "currency", "vouched")
    assert condition.unknown(facts) == ("vouched",)
    assert condition.values(facts) == {"overdue": 3, "currency": "CNY", "vouched": None}
    assert compile_condition("'a' in requested_programmes").values(facts) == {"requested_programmes": "a, b"}


@pytest.mark.parametrize(
    ("when", "known", "grounds"),
    (
        ("days_past_due >= 90", {"days_past_due": 45}, ("days_past_due", 45, ">= 90")),
        ("90 <= days_past_due", {"days_past_due": 45}, ("days_past_due", 45, ">= 90")),
        ("90 > days_past_due", {"days_past_due": 95}, ("days_past_due", 95, "< 90")),
        ("overdue > 0 and days_past_due < 9", {"overdue": 5, "days_past_due": 9}, ("days_past_due", 9, "< 9")),
        ("overdue > 0 or days_past_due < 9", {"overdue": 0, "days_past_due": 8}, ("days_past_due", 8, "< 9")),
        ("not vouched", {"vouched": True}, ("vouched", True, "== true")),
        ("not (days_past_due > 3)", {"days_past_due": 4}, ("days_past_due", 4, "> 3")),
        ("vouched", {"vouched": False}, ("vouched", False, "== true")),
        ("payment_to_surplus <= 0.90", {"payment_to_surplus": Decimal("0.95")}, (
            "payment_to_surplus", Decimal("0.95"), "<= 0.90",
        )),
        ("overdue >= amount.small", {"overdue": 3, "currency": "JPY"}, ("overdue", 3, ">= 10000")),
        ("overdue >= surplus", {"overdue": 3, "surplus": 44}, ("overdue", 3, ">= 44")),
        ("overdue <= 0.9 * surplus", {"overdue": 400, "surplus": 440}, ("overdue", 400, "<= 396")),
        ("overdue <= surplus / 3", {"overdue": 400, "surplus": 100}, ("overdue", 400, "<= 33.333333")),
        ("overdue > -surplus + amount.large", {"overdue": 4, "surplus": 5, "currency": "JPY"}, (
            "overdue", 4, "> 17995",
        )),
        ("2 * surplus >= overdue", {"overdue": 400, "surplus": 100}, ("overdue", 400, "<= 200")),
        ("overdue + fees > surplus", {"overdue": 1, "fees": 2, "surplus": 3}, ("surplus", 3, "< 3")),
        ("overdue > max([surplus, fees])", {"overdue": 1, "fees": 2, "surplus": 3}, (
            "overdue", 1, "> max([surplus, fees])",
        )),
        ("overdue > 1 * max([surplus, fees])", {"overdue": 1, "fees": 2, "surplus": 3}, (
            "overdue", 1, "> 1 * max([surplus, fees])",
        )),
        ("overdue > -max([surplus, fees]) * 1", {"overdue": -9, "fees": 2, "surplus": 3}, (
            "overdue", -9, "> -max([surplus, fees]) * 1",
        )),
        ("product in ['auto', 'other']", {"product": "mortgage"}, ("product", "mortgage", "in ['auto', 'other']")),
        ("'x' in requested_programmes", {"requested_programmes": ("a", "b")}, (
            "requested_programmes", "a, b", "contains 'x'",
        )),
        ("'a' not in requested_programmes", {"requested_programmes": ("a",)}, (
            "requested_programmes", "a", "does not contain 'a'",
        )),
        ("days_past_due in [overdue, 2]", {"days_past_due": 3, "overdue": 1}, ("days_past_due", 3, "in [overdue, 2]")),
        (["missed_12m > 5", "days_past_due > 9"], {}, None),
        (["days_past_due > 5", "vouched"], {"vouched": True}, ("vouched", True, "== true")),
        ("1 > 2", {}, None),
        ("false", {}, None),
    ),
)  # fmt: skip
def test_the_grounds_are_the_comparison_that_decided_with_fact_and_threshold(
    when: str | list[str], known: dict[str, Any], grounds: tuple[str, object, str] | None
) -> None:
    condition = compile_condition(when, amounts=AMOUNTS)
    facts = env(**known)

    found = condition.grounds(facts, held=condition(facts) is True)

    assert (found and (found.fact, found.value, found.threshold)) == grounds


@pytest.mark.parametrize(("one", "other"), list(product((True, False), repeat=2)))
def test_what_held_and_what_failed_have_grounds_of_their_own(one: bool, other: bool) -> None:
    condition = compile_condition("vouched and not secured")
    facts = env(vouched=one, secured=other)
    found = condition.grounds(facts, held=condition(facts) is True)

    assert found is not None
    assert found.fact == ("vouched" if one is (one and not other) else "secured")
