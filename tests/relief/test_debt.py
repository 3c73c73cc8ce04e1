"""A debt whose figures cannot be is refused with every figure named, before anything is worked out from it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.domain.money import Amounts
from service.relief.debt import BALANCE_MAX, DebtNotUsable, require_usable
from service.relief.instruments import Term
from service.relief.plan import plan
from tests.relief.debts import li_debt, plain


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    (
        ({"before": Amounts(principal=-1)}, "/balance/principal", "out_of_bounds"),
        ({"before": Amounts(fees=BALANCE_MAX + 1)}, "/balance/fees", "out_of_bounds"),
        ({"received": Amounts(interest=1)}, "/balance/interest", "out_of_bounds"),
        ({"overdue_principal": 1_000_001}, "/overdue/principal", "overdue_above_balance"),
        ({"overdue_principal": -1}, "/overdue/principal", "overdue_above_balance"),
        ({"overdue_interest": 1}, "/overdue/interest", "overdue_above_balance"),
        ({"annual_rate": Decimal("-1.01")}, "/annual_rate", "rate_out_of_bounds"),
        ({"annual_rate": Decimal("10.01")}, "/annual_rate", "rate_out_of_bounds"),
        ({"annual_rate": Decimal("NaN")}, "/annual_rate", "rate_out_of_bounds"),
        ({"annual_rate": Decimal("-Infinity")}, "/annual_rate", "rate_out_of_bounds"),
        ({"annual_rate": Decimal("1e-1000000")}, "/annual_rate", "rate_out_of_bounds"),
        ({"next_due_on": date(2020, 1, 1)}, "/next_due_on", "first_due_before_start"),
        ({"due_day": 0}, "/due_day", "out_of_bounds"),
        ({"due_day": 32}, "/due_day", "out_of_bounds"),
        ({"instalment": -1}, "/instalment", "out_of_bounds"),
        ({"instalments_remaining": -1}, "/instalments_remaining", "out_of_bounds"),
    ),
)
def test_a_figure_that_cannot_be_is_named(changes: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(DebtNotUsable) as refused:
        plan(plain(**changes), (Term(instalments=12),))

    assert (pointer, code) in [(p.pointer, p.code) for p in refused.value.problems]


def test_all_figures_are_named_at_once() -> None:
    with pytest.raises(DebtNotUsable) as refused:
        require_usable(plain(due_day=0, annual_rate=Decimal(11), next_due_on=date(2026, 1, 1)))

    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("rate", ("-1", "0", "10", "0.123456789012"))
def test_what_is_only_unusual_is_taken(rate: str) -> None:
    require_usable(li_debt(annual_rate=Decimal(rate)))
