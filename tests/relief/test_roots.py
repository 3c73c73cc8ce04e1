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


def often(core: list[int], times: int) -> list[int]:
    """Repeat flows every ten periods: the roots stay, and so does how they touch; the sign changes more often."""
    amounts = [0] * (10 * times)
    for n in range(times):
        amounts[10 * n : 10 * n + len(core)] = core
    return amounts


def test_flows_that_change_sign_very_often_have_the_smallest_of_their_rates() -> None:
    amounts = often(polynomial(1 / 1.05, 1 / 1.1, 1 / 1.4), 12)

    assert math.expm1(growth(amounts, range(len(amounts)))) == pytest.approx(0.05, abs=2e-4)


def test_two_rates_between_two_points_of_the_grid_are_not_passed_over() -> None:
    near = [amount * 10**6 for amount in polynomial(1 / 1.05, 1 / 1.0501)]
    amounts = [*near, *[(-1) ** k for k in range(40)]]

    assert math.expm1(growth(amounts, range(len(amounts)))) == pytest.approx(0.05, abs=1e-5)


def test_two_rates_in_one_point_count_as_one_however_often_the_sign_changes() -> None:
    amounts = often([-100, 220, -121], 15)

    assert math.expm1(growth(amounts, range(len(amounts)))) == pytest.approx(0.1, abs=1e-5)


def test_rates_too_close_to_be_told_apart_have_the_one_where_the_sign_changes() -> None:
    amounts = often([100_000, -550_000, 1_210_000, -1_331_000, 732_050, -161_051], 30)

    assert math.expm1(growth(amounts, range(len(amounts)))) == pytest.approx(0.1, abs=5e-3)


def test_rates_in_one_point_where_the_sign_does_not_change_are_given_up_and_not_searched_for_ever() -> None:
    core = [10**4, -44_000, 72_600, -53_240, 14_641]
    amounts = often([*core, 1], 30)

    with pytest.raises(NoRate) as caught:
        growth(amounts, range(len(amounts)))
    assert caught.value.context["reason"] == "not_told_apart"


def test_flows_that_change_sign_more_often_than_is_isolated_still_have_their_rate() -> None:
    amounts = [-1000, *[(-1) ** k * 10 for k in range(60)], 2000]

    root = growth(amounts, range(len(amounts)))
    assert root > 0
    assert sum(a * math.exp(-root * t) for t, a in enumerate(amounts)) == pytest.approx(0, abs=1e-6)


def test_flows_that_change_sign_each_time_may_have_no_rate_above_nothing() -> None:
    amounts = [(-1) ** (k + 1) * 1000 for k in range(399)]

    assert growth([*amounts, 1], range(400)) == pytest.approx(growth([1, *reversed(amounts)], range(400)) * -1)
    assert growth([*amounts, 1], range(400)) < 0


def test_a_root_beyond_growth_one_is_found() -> None:
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
