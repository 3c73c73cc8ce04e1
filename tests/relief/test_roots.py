"""The search for a growth: several roots, roots that touch, flows that change sign often."""

import math

import pytest

from service.relief.roots import NoRate, growth, polished


def polynomial(*roots: float) -> list[int]:
    """Return flows whose present value has exactly these roots as discount factors, in millionths."""
    coefficients = [1.0]
    for root in roots:
        shifted = [0.0, *coefficients]
        coefficients = [a - b / root for a, b in zip([*coefficients, 0.0], shifted, strict=True)]
    return [round(c * 10**6) for c in coefficients]


@pytest.mark.parametrize(
    ("rates", "expected"),
    (
        ((0.05, 0.25, 0.40), 0.05),
        ((0.10, 0.101), 0.10),
        ((-0.20, -0.05), -0.05),
        ((-0.20, 0.30), 0.30),
        ((-0.5, -0.3, -0.1, 0.2, 0.6), 0.2),
    ),
)
def test_all_roots_are_told_apart(rates: tuple[float, ...], expected: float) -> None:
    amounts = polynomial(*(1 / (1 + rate) for rate in rates))

    assert math.expm1(growth(amounts, range(len(amounts)))) == pytest.approx(expected, abs=2e-4)


def test_flows_that_change_sign_more_often_than_is_isolated_are_searched_on_a_grid() -> None:
    amounts = [-1000, *[(-1) ** k * 10 for k in range(60)], 2000]

    root = growth(amounts, range(len(amounts)))
    assert root > 0
    assert sum(a * math.exp(-root * t) for t, a in enumerate(amounts)) == pytest.approx(0, abs=1e-6)


def test_a_root_beyond_growth_one_is_found_on_the_grid() -> None:
    amounts = [-10, 100, *[(-1) ** k * 10 for k in range(60)]]

    assert math.exp(growth(amounts, range(len(amounts)))) == pytest.approx(10, rel=0.1)


def test_flows_at_the_same_time_are_netted() -> None:
    assert growth([-100, 30, 10, 70], [0, 0, 1, 1]) == pytest.approx(math.log(80 / 70))


def test_a_function_without_a_root_is_given_up() -> None:
    with pytest.raises(NoRate):
        polished(lambda _: 1.0, 0.0)


def test_a_root_at_the_edge_of_the_neighbourhood_is_taken() -> None:
    assert polished(lambda x: x - 1e-9, 0.0) == pytest.approx(1e-9)
    assert polished(lambda x: x + 1e-9, 0.0) == pytest.approx(-1e-9)
