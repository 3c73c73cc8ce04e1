"""Level payments: identities between payment, value, term, rate and interest parts."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.relief.annuity import (
    AnnuityNotPossible,
    Due,
    cumulative_interest,
    future_value,
    interest_part,
    level_payment,
    number_of_periods,
    present_value,
    rate_per_period,
)

RATES = st.decimals("-0.02", "0.2", places=5)
NEARLY = Decimal("1e-20")
LOAN = Decimal(10000)


@given(rate=RATES, periods=st.integers(1, 480), due=st.sampled_from(Due))
def test_payment_value_and_growth_invert_each_other(rate: Decimal, periods: int, due: Due) -> None:
    payment = level_payment(rate, periods, LOAN, due=due)

    assert present_value(rate, periods, payment, due=due) == pytest.approx(LOAN, rel=NEARLY)
    assert abs(future_value(rate, periods, payment, LOAN, due=due)) < LOAN * (1 + rate) ** periods * NEARLY


@given(rate=RATES.filter(bool), periods=st.integers(1, 300), due=st.sampled_from(Due))
def test_term_and_rate_are_found_again(rate: Decimal, periods: int, due: Due) -> None:
    payment = level_payment(rate, periods, LOAN, due=due)

    assert number_of_periods(rate, payment, LOAN, due=due) == pytest.approx(Decimal(periods), abs=Decimal("1e-9"))
    if due is Due.END or periods > 1:
        assert rate_per_period(periods, payment, LOAN, due=due) == pytest.approx(rate, abs=Decimal("1e-12"))


@given(rate=RATES, periods=st.integers(1, 60), due=st.sampled_from(Due), data=st.data())
def test_interest_parts_add_up(rate: Decimal, periods: int, due: Due, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, periods))
    last = data.draw(st.integers(first, periods))
    parts = sum((interest_part(rate, n, periods, LOAN, due=due) for n in range(first, last + 1)), Decimal(0))

    assert cumulative_interest(rate, periods, LOAN, first=first, last=last, due=due) == pytest.approx(
        parts, abs=Decimal("1e-20")
    )


def test_a_payment_in_advance_bears_no_interest_at_first() -> None:
    assert interest_part(Decimal("0.01"), 1, 12, LOAN, due=Due.BEGINNING) == 0


def test_without_interest_the_amount_is_divided() -> None:
    assert level_payment(Decimal(0), 8, Decimal(1000)) == -125
    assert number_of_periods(Decimal(0), Decimal(-125), Decimal(1000)) == 8
    assert rate_per_period(8, Decimal(-125), Decimal(1000)) == 0


def test_growth_alone_takes_its_time() -> None:
    assert number_of_periods(Decimal("0.1"), Decimal(0), Decimal(-100), Decimal(121)) == pytest.approx(
        Decimal(2), abs=NEARLY
    )


@pytest.mark.parametrize(
    "compute",
    (
        lambda: level_payment(Decimal(-1), 10, LOAN),
        lambda: level_payment(Decimal("0.1"), 0, LOAN),
        lambda: level_payment(Decimal("0.1"), 10_001, LOAN),
        lambda: future_value(Decimal("0.1"), -1, LOAN),
        lambda: number_of_periods(Decimal("0.1"), Decimal(-1000), LOAN),
        lambda: number_of_periods(Decimal("0.1"), Decimal(-999), LOAN),
        lambda: number_of_periods(Decimal("0.1"), Decimal(0), LOAN, LOAN),
        lambda: number_of_periods(Decimal(0), Decimal(0), LOAN),
        lambda: interest_part(Decimal("0.1"), 11, 10, LOAN),
        lambda: cumulative_interest(Decimal("0.1"), 10, LOAN, first=3, last=2),
    ),
)
def test_figures_that_do_not_fit_are_refused(compute: Callable[[], Decimal]) -> None:
    with pytest.raises(AnnuityNotPossible):
        compute()
