"""Internal rates of return and present values: published figures, the stated rule, and clear errors."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import Frequency, add_months, nth_due
from service.relief.rates import (
    Flow,
    FlowsNotUsable,
    NoRate,
    RateNotPossible,
    ValueOutOfRange,
    irr,
    mirr,
    nfv,
    npv,
    whole_periods,
    xirr,
)

DAY = date(2026, 12, 1)
RATE = Decimal("0.1")


def by_period(*amounts: int) -> list[Flow]:
    return [Flow(amount, period=period) for period, amount in enumerate(amounts)]


def loan(principal: int, payment: int, months: int) -> list[Flow]:
    return by_period(-principal, *[payment] * months)


def test_the_monthly_rate_is_given_times_twelve_and_compounded() -> None:
    """114,479.11 repaid by 36 payments of 3,934.90 costs 14.4 % nominal, 15.39 % effective."""
    rate = irr(loan(11447911, 393490, 36))

    assert rate.per_period_percent == pytest.approx(Decimal("1.2"), abs=Decimal("0.00001"))
    assert rate.nominal_percent == pytest.approx(Decimal("14.4"), abs=Decimal("0.0001"))
    assert rate.effective_percent == pytest.approx(Decimal("15.38946"), abs=Decimal("0.0001"))


@pytest.mark.parametrize(
    ("amounts", "percent"),
    (
        ((-100, 100, 0, 7), "6.20584856"),
        ((-100, 230, -132), "10"),  # roots at 10 % and 20 %: the smallest that is not negative
        ((-100, 100, 0, -7), "-8.32996662"),  # only negative roots: the one nearest zero
        ((-100, 310, -230), "22.98437881"),
        ((-100, 200, -100), "0"),  # a root that touches zero
        ((-100, 220, -121), "10"),  # a root that touches zero, away from it
        ((-100, 50, 50), "0"),
        ((-100, 0, 0, 74), "-9.54958285"),
        ((100, -60, -60), "13.06623863"),  # signs of a deposit
    ),
)
def test_of_several_rates_the_stated_one_is_meant(amounts: tuple[int, ...], percent: str) -> None:
    rate = irr(by_period(*amounts), periods_per_year=1)

    assert rate.per_period_percent == pytest.approx(Decimal(percent), abs=Decimal("0.000001"))


@given(
    payments=st.lists(st.integers(0, 10**7), min_size=1, max_size=60).filter(any),
    principal=st.integers(1, 10**9),
)
def test_at_its_internal_rate_a_loan_is_worth_nothing(payments: list[int], principal: int) -> None:
    flows = by_period(-principal, *payments)
    rate = irr(flows, periods_per_year=1).per_period_percent / 100
    if rate <= Decimal("-0.9"):
        return

    slope = npv(flows, rate=rate) - npv(flows, rate=rate + Decimal("0.00000001"))
    assert abs(npv(flows, rate=rate)) <= abs(slope) + Decimal("0.001")


@given(amounts=st.lists(st.integers(-1000, 1000), min_size=2, max_size=14))
def test_no_root_is_overlooked(amounts: list[int]) -> None:
    """Where a grid of rates from 0 to 300 % sees a change of sign, the rate found is no larger than that."""
    flows = by_period(*amounts)
    grid = [k / 200 for k in range(601)]
    values = [sum(a / (1 + r) ** k for k, a in enumerate(amounts)) for r in grid]
    crossing = next((r for r, v, w in zip(grid[1:], values, values[1:], strict=False) if v * w < 0), None)
    if crossing is None:
        return

    assert 0 <= irr(flows, periods_per_year=1).per_period_percent <= Decimal(crossing * 100) + Decimal("0.000001")


@given(
    days=st.lists(st.integers(1, 4000), min_size=1, max_size=30, unique=True),
    payment=st.integers(100, 10**6),
    share=st.decimals("0.3", "1.2", places=2),
)
def test_dated_rates_agree_with_an_independent_library(days: list[int], payment: int, share: Decimal) -> None:
    principal = int(payment * len(days) * share)
    flows = [Flow(-principal, DAY), *[Flow(payment, DAY + timedelta(days=d)) for d in days]]
    independent = pyxirr.xirr([f.on for f in flows], [f.amount for f in flows])
    if independent is None or independent > 10:
        return

    assert float(xirr(flows)) == pytest.approx(independent * 100, abs=1e-5, rel=1e-7)


def test_the_order_of_flows_does_not_matter() -> None:
    flows = [Flow(-1000, DAY), Flow(600, DAY + timedelta(days=100)), Flow(600, DAY + timedelta(days=200))]

    assert xirr(flows[::-1]) == xirr(flows)


@pytest.mark.parametrize(
    ("flows", "reason"),
    (
        ([Flow(-100, DAY), Flow(-5, DAY + timedelta(days=1))], "no_sign_change"),
        ([Flow(0, DAY), Flow(0, DAY + timedelta(days=1))], "no_flows"),
        ([Flow(-100, DAY), Flow(105, DAY)], "no_time"),
        ([Flow(-100, DAY), Flow(1, DAY), Flow(10**12, DAY + timedelta(days=1))], "out_of_range"),
        ([Flow(-3, DAY), Flow(5, DAY + timedelta(days=365)), Flow(-3, DAY + timedelta(days=730))], "no_root"),
    ),
)
def test_where_there_is_no_rate_the_error_says_why(flows: list[Flow], reason: str) -> None:
    with pytest.raises(NoRate) as error:
        xirr(flows)

    assert error.value.context == {"reason": reason}


def test_a_rate_that_compounds_beyond_all_numbers_is_out_of_range() -> None:
    with pytest.raises(NoRate) as error:
        irr(by_period(-1, 10), periods_per_year=365)

    assert error.value.context == {"reason": "out_of_range"}


@pytest.mark.parametrize(
    ("compute", "pointers"),
    (
        (lambda: irr([]), ["/flows"]),
        (lambda: irr([Flow(1, period=0)] * 10_001), ["/flows"]),
        (lambda: irr([Flow(-1, period=0), Flow(2, DAY)]), ["/flows"]),
        (lambda: irr([Flow(-1, DAY), Flow(2, DAY + timedelta(days=40))]), ["/flows/1/on"]),
        (lambda: irr([Flow(-1, DAY), Flow(2, DAY)], periods_per_year=7), ["/periods_per_year"]),
        (lambda: irr([Flow(-1, DAY), Flow(2, DAY + timedelta(days=40))], periods_per_year=None), ["/flows"]),
        (
            lambda: mirr([Flow(-1, DAY), Flow(2, DAY)], finance_rate=RATE, reinvest_rate=RATE),
            ["/flows/0/period", "/flows/1/period"],
        ),
        (lambda: irr(loan(100, 11, 10), periods_per_year=0), ["/periods_per_year"]),
        (lambda: irr(loan(100, 11, 10), periods_per_year=Decimal("-0.5")), ["/periods_per_year"]),
        (lambda: xirr([Flow(-1, period=0), Flow(2, period=1)]), ["/flows/0/on", "/flows/1/on"]),
    ),
)
def test_flows_that_cannot_be_used_are_pointed_at(compute: Callable[[], object], pointers: list[str]) -> None:
    with pytest.raises(FlowsNotUsable) as error:
        compute()

    assert [problem.pointer for problem in error.value.problems] == pointers


def test_a_rate_of_minus_100_percent_has_no_present_value() -> None:
    with pytest.raises(RateNotPossible):
        npv(by_period(-100, 50), rate=Decimal(-1))


def test_a_value_at_the_end_is_the_present_value_grown() -> None:
    flows = [Flow(-10000, DAY), Flow(4000, DAY + timedelta(days=365)), Flow(8000, DAY + timedelta(days=730))]
    rate = Decimal("0.1")

    assert nfv(flows, rate=rate) == pytest.approx(npv(flows, rate=rate) * Decimal("1.21"), abs=Decimal("0.0001"))
    assert npv(flows, rate=rate) == Decimal("247.93388430")


@pytest.mark.parametrize(("rate", "at_end"), (("-0.999999999999", False), ("10", True)))
def test_a_value_beyond_all_amounts_is_out_of_range(rate: str, at_end: bool) -> None:
    flows = [Flow(-10_000, period=0), Flow(10_000, period=120_000)]

    with pytest.raises(ValueOutOfRange):
        (nfv if at_end else npv)(flows, rate=Decimal(rate))


@pytest.mark.parametrize(
    ("amounts", "finance", "reinvest", "percent"),
    (
        # numpy-financial's own tests
        ((-4500, -800, 800, 800, 600, 600, 800, 800, 700, 3000), "0.08", "0.055", "6.659717503155"),
        ((-120000, 39000, 30000, 21000, 37000, 46000), "0.10", "0.12", "12.609413036591"),
        ((100, 200, -50, 300, -200), "0.05", "0.06", "34.282338784218"),
        ((-1000, 100, 250, 500, 500), "0.1", "0.1", "10.401626745"),  # pyxirr
    ),
)
def test_a_modified_rate_finances_what_is_paid_out_and_reinvests_what_is_paid_in(
    amounts: tuple[int, ...], finance: str, reinvest: str, percent: str
) -> None:
    later = [Flow(amount * 100, period=3 + period) for period, amount in enumerate(amounts)]

    found = mirr(later, finance_rate=Decimal(finance), reinvest_rate=Decimal(reinvest))
    assert found == pytest.approx(Decimal(percent), abs=Decimal("1e-8"))


def test_a_modified_rate_beyond_all_amounts_is_out_of_range() -> None:
    flows = [Flow(-1, period=0), Flow(10**13, period=Decimal("0.001"))]

    with pytest.raises(ValueOutOfRange):
        mirr(flows, finance_rate=RATE, reinvest_rate=RATE)


def test_a_modified_rate_of_what_costs_next_to_everything_is_next_to_nothing() -> None:
    flows = [Flow(1, period=0), Flow(-1, period=120_000)]

    assert mirr(flows, finance_rate=Decimal("-0.99999999999999999999"), reinvest_rate=RATE) == -100


@pytest.mark.parametrize("amounts", ((39000, 30000), (-1, -2), (0, 0), (0,)))
def test_flows_one_way_have_no_modified_rate(amounts: tuple[int, ...]) -> None:
    with pytest.raises(NoRate):
        mirr(by_period(*amounts), finance_rate=RATE, reinvest_rate=RATE)


@pytest.mark.parametrize(
    ("frequency", "first"), [(f, day) for f in Frequency for day in (DAY, date(2027, 1, 31), date(2028, 2, 29))]
)
def test_regular_days_count_as_periods(frequency: Frequency, first: date) -> None:
    days = [nth_due(first, frequency, n) for n in range(25)]

    assert whole_periods(days, frequency.periods_per_year) == list(range(25))


def test_days_a_year_apart_are_counted_in_years_or_in_months() -> None:
    days = [add_months(DAY, 12 * n) for n in range(4)]

    assert whole_periods(days, 1) == [0, 1, 2, 3]
    assert whole_periods(days, 12) == [0, 12, 24, 36]
    assert whole_periods(days, 365) == [0, 365, 731, 1096]


@pytest.mark.parametrize(
    ("days", "per_year"),
    (
        ([add_months(DAY, n) for n in (0, 1, 2, 5)], 12),
        ([add_months(DAY, n) for n in (0, 2, 6)], 6),
        ([add_months(DAY, n) for n in (0, 3, 9)], 4),
        ([add_months(DAY, n) for n in (0, 24, 36)], 1),
        ([add_months(DAY, n) for n in (0, 7)], 12),
        ([DAY + timedelta(weeks=n) for n in (0, 3, 5)], 52),
        ([DAY + timedelta(weeks=n) for n in (0, 2, 6)], 26),
        ([DAY + timedelta(weeks=n) for n in (8, 4, 0)], 13),
    ),
)
def test_regular_days_have_the_longest_period_that_fits(days: list[date], per_year: int) -> None:
    flows = [Flow(-1000 if day == DAY else 700, day) for day in days]

    assert irr(flows, periods_per_year=None) == irr(flows, periods_per_year=per_year)


def test_periods_may_be_parts_of_a_year_of_any_length() -> None:
    """A period of a day in a year of 365.25, or of two years."""
    flows = [Flow(-10_000, period=0), Flow(11_000, period=1)]

    assert irr(flows, periods_per_year=Decimal("0.5")).nominal_percent == 5
    assert irr(flows, periods_per_year=Decimal("365.25")).nominal_percent == Decimal("3652.5")


def test_dated_and_counted_flows_have_one_internal_rate() -> None:
    dated = [Flow(-20_000_000, DAY), *[Flow(687_445, add_months(DAY, n)) for n in range(1, 37)]]

    assert irr(dated) == irr(loan(20_000_000, 687_445, 36))


@pytest.mark.parametrize(
    "amounts",
    (
        [(-1) ** k * (100 + k % 7) for k in range(4_000)],
        [-10_000_000, *[1_100] * 9_999],
        [-1, *[0] * 9_998, 10**13],
    ),
    ids=("a sign change each period", "one long loan", "one late payment"),
)
def test_ten_thousand_flows_end_in_a_moment(amounts: list[int]) -> None:
    started = time.perf_counter()
    with suppress(NoRate):
        irr(by_period(*amounts))
    assert time.perf_counter() - started < 5
