"""Money is split without losing a unit and rounded as commerce rounds."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.money import AMOUNT_MAX, Amounts, Component, ratio, rounded, rounded_up, shared

AMOUNTS = st.integers(min_value=0, max_value=AMOUNT_MAX)
WEIGHTS = st.lists(AMOUNTS, min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("value", "whole"),
    (
        (Decimal("0.5"), 1),
        (Decimal("0.4999999999"), 0),
        (Decimal("1.5"), 2),
        (Decimal("2.5"), 3),
        (Decimal("-0.5"), -1),
        (Decimal("-2.5"), -3),
        (Decimal("-0.4"), 0),
        (Fraction(1, 2), 1),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(1, 3), 0),
        (Fraction(2, 3), 1),
        (Fraction(-2, 3), -1),
        (7, 7),
        (-7, -7),
    ),
)
def test_halves_are_rounded_away_from_nothing(value: Decimal | Fraction | int, whole: int) -> None:
    assert rounded(value) == whole


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_a_fraction_and_its_decimal_round_alike(numerator: int, denominator: int) -> None:
    """Whatever type a fraction of money comes in, it is rounded to the nearest unit and by the same rule."""
    exact = Fraction(numerator, denominator)
    whole = rounded(exact)

    assert abs(exact - whole) <= Fraction(1, 2)
    assert rounded(-exact) == -whole
    if denominator in {1, 2, 4, 5, 8, 10, 100, 1000}:
        assert rounded(Decimal(numerator) / denominator) == whole


@pytest.mark.parametrize(("value", "whole"), (("1.0001", 2), ("1", 1), ("0.9", 1), ("-1.5", -1)))
def test_rounding_up_never_falls_short(value: str, whole: int) -> None:
    assert rounded_up(Decimal(value)) == whole


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    (
        (1, 3, "0.333333"),
        (2, 3, "0.666667"),
        (1, 2_000_000, "0.000001"),
        (1, 2_000_001, "0.000000"),
        (5, 1, "5.000000"),
    ),
)
def test_a_ratio_has_six_places_rounded_half_up(numerator: int, denominator: int, expected: str) -> None:
    assert str(ratio(numerator, denominator)) == expected


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_none_is_more_than_a_unit_from_its_share(amount: int, weights: list[int]) -> None:
    parts = shared(amount, weights)
    total = sum(weights)

    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    if total:
        assert all(abs(part - Fraction(amount * w, total)) < 1 for part, w in zip(parts, weights, strict=True))


@given(WEIGHTS.filter(any), st.data())
def test_no_part_exceeds_its_weight_when_no_more_than_the_weights_is_shared(
    weights: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(weights)))

    assert all(part <= w for part, w in zip(shared(amount, weights), weights, strict=True))


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    (
        (100, [1, 1, 1], (34, 33, 33)),
        (5, [0, 0], (3, 2)),
        (1, [0, 0, 0], (1, 0, 0)),
        (10, [1, 0, 3], (3, 0, 7)),
        (2, [1, 1, 1], (1, 1, 0)),
        (0, [4, 5], (0, 0)),
    ),
)
def test_the_largest_remainder_gets_the_odd_unit_and_ties_go_to_the_first(
    amount: int, weights: list[int], parts: tuple[int, ...]
) -> None:
    assert shared(amount, weights) == parts


def test_amounts_are_added_component_by_component() -> None:
    some, more = Amounts(principal=100, interest=20, penalty=3, fees=4), Amounts(principal=1, interest=2, fees=5)

    assert some + more == Amounts(principal=101, interest=22, penalty=3, fees=9)
    assert some - more == Amounts(principal=99, interest=18, penalty=3, fees=-1)
    assert some.total == 127
    assert [some.of(component) for component in Component] == [100, 20, 3, 4]
    assert some.with_(Component.PENALTY, 0) == Amounts(principal=100, interest=20, fees=4)
