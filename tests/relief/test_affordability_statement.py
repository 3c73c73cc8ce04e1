"""The totals of a budget statement."""

import pytest

from service.relief.affordability_statement import statement


@pytest.mark.parametrize(
    ("income", "savings", "available"),
    (
        (100_000, 0, 0),
        (99_999, 0, -1),  # a deficit saves nothing
        (100_999, 0, 999),  # a tenth of GBP 9.99 is less than a pound
        (118_559, 1_800, 16_759),
        (200_000, 2_000, 98_000),  # at most GBP 20
    ),
)
def test_a_tenth_of_what_is_left_is_saved(income: int, savings: int, available: int) -> None:
    totals = statement(incomes={"salary": income}, fixed_costs={"rent": 60_000}, flexible_costs={"food": 40_000})

    assert (totals.savings, totals.available) == (savings, available)
    assert (totals.income, totals.flexible_costs, totals.outgoings) == (income, 40_000, 100_000)
