"""The European and British annual percentage rates: intervals, published rates, special flows."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import add_months
from service.relief.eu_apr import Counted, at_one_decimal, eu_apr, interval
from service.relief.rates import Flow, FlowsNotUsable
from service.relief.uk_apr import uk_apr, years_between

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2120, 12, 31))


def monthly(loan: int, *stages: tuple[int, int], upfront: int = 400_000) -> list[Flow]:
    """Return a loan repaid in stages of (payment, months), with a charge at the start."""
    payments = [payment for payment, months in stages for _ in range(months)]
    return [
        Flow(-loan, period=0),
        Flow(upfront, period=0),
        *[Flow(payment, period=month) for month, payment in enumerate(payments, start=1)],
    ]


@pytest.mark.parametrize(
    ("flows", "percent"),
    (
        # Commission examples of 2015, by their number
        (monthly(20_000_000, (134_991, 9), (140_406, 231)), "6.134668"),  # 22, case 1
        (monthly(20_000_000, (131_991, 240)), "5.370286"),  # 23
        (monthly(20_000_000, (131_991, 9), (157_843, 231)), "7.597578"),  # 23, illustrative
        (monthly(20_000_000, (166_094, 6), (173_438, 174)), "6.925014"),  # 26, illustrative
        (monthly(20_000_000, (111_111, 60), (134_994, 119), (134_994 + 3_207_508, 1)), "3.470057"),  # 44
    ),
)
def test_the_commissions_examples(flows: list[Flow], percent: str) -> None:
    assert eu_apr(flows) == pytest.approx(Decimal(percent), abs=Decimal("0.000001"))


@pytest.mark.parametrize(
    ("start", "end", "counted", "years"),
    (
        (date(2012, 1, 12), date(2012, 4, 15), Counted.MONTHS, Fraction(3, 12) + Fraction(3, 365)),
        (date(2013, 1, 12), date(2013, 4, 15), Counted.MONTHS, Fraction(3, 12) + Fraction(3, 366)),
        (date(2024, 2, 28), date(2024, 3, 31), Counted.MONTHS, Fraction(1, 12) + Fraction(1, 366)),
        (date(2024, 1, 31), date(2025, 2, 28), Counted.MONTHS, Fraction(13, 12)),
        (date(2012, 10, 10), date(2012, 10, 15), Counted.MONTHS, Fraction(5, 365)),
        (date(2012, 1, 12), date(2013, 1, 12), Counted.WEEKS, 1 + Fraction(2, 365)),
        (date(2012, 1, 12), date(2012, 1, 30), Counted.WEEKS, Fraction(2, 52) + Fraction(4, 365)),
        (date(2020, 1, 1), date(2021, 3, 15), Counted.YEARS, 1 + Fraction(74, 366)),
        (date(2024, 2, 28), date(2025, 2, 27), Counted.YEARS, Fraction(365, 366)),
        (date(2023, 2, 28), date(2024, 2, 29), Counted.YEARS, Fraction(1)),
        (date(2012, 10, 10), date(2012, 12, 10), Counted.DAYS, Fraction(61, 365)),
    ),
)
def test_intervals_are_counted_back_from_the_payment(start: date, end: date, counted: Counted, years: Fraction) -> None:
    assert interval(start, end, counted=counted).years == years


@given(start=DAYS, end=DAYS, counted=st.sampled_from(Counted))
def test_odd_days_are_fewer_than_a_period(start: date, end: date, counted: Counted) -> None:
    if end < start:
        return
    found = interval(start, end, counted=counted)

    assert found.whole >= 0
    assert 0 <= found.odd_days <= {"years": 366, "months": 31, "weeks": 6, "days": 0}[counted]
    assert abs(float(found.years) - (end - start).days / 365.25) < 0.02 + found.whole / counted.per_year * 0.005


def test_dated_and_counted_flows_agree() -> None:
    start = date(2026, 1, 31)
    dated = [Flow(-20_000_000, start), *[Flow(143_286, add_months(start, n)) for n in range(1, 241)]]

    assert eu_apr(dated) == eu_apr(monthly(20_000_000, (143_286, 240), upfront=0))


def test_a_charge_before_the_first_drawdown_has_a_negative_interval() -> None:
    """A fee a year before costs a little more than the same fee on the day."""
    drawdown = date(2026, 3, 1)
    payments = [Flow(35_611, add_months(drawdown, n)) for n in range(1, 121)]
    before = eu_apr([Flow(15_000, date(2025, 3, 1)), Flow(-3_000_000, drawdown), *payments])
    on_the_day = eu_apr([Flow(15_000, drawdown), Flow(-3_000_000, drawdown), *payments])

    assert on_the_day < before < on_the_day + Decimal("0.1")


def test_several_drawdowns() -> None:
    """A second advance halfway: 12 payments of 10,200 on 60,000 at once and 60,000 after six months."""
    flows = [Flow(-60_000, period=0), Flow(-60_000, period=6), *[Flow(10_200, period=n) for n in range(1, 13)]]

    rate = 1 + float(eu_apr(flows)) / 100
    assert sum(f.amount * rate ** -(float(f.period or 0) / 12) for f in flows) == pytest.approx(0, abs=0.01)


def test_weekly_payments_are_counted_in_weeks() -> None:
    flows = [Flow(-100_000, period=0), *[Flow(2_100, period=week) for week in range(1, 53)]]

    rate = 1 + float(eu_apr(flows, counted=Counted.WEEKS)) / 100
    assert sum(f.amount * rate ** -(float(f.period or 0) / 52) for f in flows) == pytest.approx(0, abs=0.01)


def test_a_published_rate_whose_intervals_are_days() -> None:
    """FSharp.Finance.Personal gives 84.63 % for two payments of 270.00 on 500.00, a month and two months later."""
    paid = [Flow(27_000, date(2012, 11, 10)), Flow(27_000, date(2012, 12, 10))]
    flows = [Flow(-50_000, date(2012, 10, 10)), *paid]

    assert eu_apr(flows, counted=Counted.DAYS) == pytest.approx(Decimal("84.63"), abs=Decimal("0.001"))


def test_a_rate_is_advertised_with_one_decimal_half_up() -> None:
    assert at_one_decimal(Decimal("6.45")) == Decimal("6.5")
    assert at_one_decimal(Decimal("6.44999999")) == Decimal("6.4")


def test_flows_without_a_period_are_refused() -> None:
    with pytest.raises(FlowsNotUsable):
        eu_apr([Flow(-100, period=0), Flow(110)])


@pytest.mark.parametrize(
    ("start", "end", "counted", "years"),
    (
        (date(2025, 1, 12), date(2025, 2, 15), Counted.MONTHS, Fraction(1, 12) + Fraction(3, 365)),
        (date(2025, 2, 15), date(2025, 1, 12), Counted.MONTHS, -Fraction(1, 12) - Fraction(3, 365)),
        (date(2023, 12, 15), date(2024, 1, 4), Counted.MONTHS, Fraction(17, 365) + Fraction(3, 366)),
        (date(2020, 1, 1), date(2020, 1, 22), Counted.WEEKS, Fraction(3, 52)),
        (date(2020, 1, 1), date(2020, 1, 23), Counted.WEEKS, Fraction(3, 52) + Fraction(1, 366)),
        (date(2023, 1, 1), date(2024, 1, 14), Counted.WEEKS, Fraction(54, 52)),
        (date(2024, 1, 12), date(2024, 1, 30), Counted.WEEKS, Fraction(2, 52) + Fraction(4, 366)),
        (date(2024, 2, 29), date(2026, 3, 28), Counted.YEARS, 2 + Fraction(28, 365)),
        (date(2023, 12, 22), date(2024, 1, 4), Counted.DAYS, Fraction(10, 365) + Fraction(3, 366)),
    ),
)
def test_british_periods_are_counted_forwards(start: date, end: date, counted: Counted, years: Fraction) -> None:
    assert years_between(start, end, counted=counted) == years


def test_a_british_rate_of_one_month() -> None:
    assert uk_apr([Flow(-10_000, date(2025, 1, 31)), Flow(10_100, date(2025, 2, 28))]) == Decimal("12.68250301")


@pytest.mark.parametrize(
    ("loan", "repayment", "days", "percent"),
    (
        # examples of php-apr-calculator, to one decimal, a year being presumed to have 365.25 days
        (100, 101, 365, "1.0"),
        (250, "319.97", 28, "2400.3"),
        (350, "447.97", 23, "4935.9"),
        (280, "358.40", 25, "3584.2"),
        (150, "191.99", 9, "2238723.9"),
        (300, "383.97", 16, "27865.8"),
    ),
)
def test_one_payment_after_some_days_of_a_presumed_year(loan: int, repayment: str, days: int, percent: str) -> None:
    flows = [Flow(-loan * 100, period=0), Flow(int(Decimal(repayment) * 100), period=days)]

    assert at_one_decimal(uk_apr(flows, periods_per_year=Decimal("365.25"))) == Decimal(percent)
    assert eu_apr(flows, periods_per_year=Decimal("365.25")) == uk_apr(flows, periods_per_year=Decimal("365.25"))
