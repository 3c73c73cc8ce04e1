"""The annual percentage rate of Regulation Z: the examples of appendix J, and how unit-periods are counted."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from service.domain.dates import add_months
from service.relief.rates import Flow
from service.relief.us_apr import UnitPeriod, UnitPeriodKind, UnitPeriodNotPossible, UnitPeriods, unit_periods, us_apr

DAY, WEEK, SEMIMONTH, MONTH, YEAR = UnitPeriodKind


def months(first: date, count: int, *, every: int = 1) -> list[date]:
    return [add_months(first, every * n) for n in range(count)]


def paid(amount: int, days: list[date]) -> list[Flow]:
    return [Flow(amount, day) for day in days]


HALF_MONTHS = [day for month in months(date(1978, 3, 1), 12) for day in (month, month.replace(day=16))]


@pytest.mark.parametrize(
    ("flows", "unit", "percent"),
    (
        # (c)(1)(i): monthly, regular
        (
            [Flow(-500_000, date(1978, 1, 10)), *paid(23_000, months(date(1978, 2, 10), 24))],
            UnitPeriod(MONTH),
            "9.69",
        ),
        # (c)(1)(iii): semimonthly, short first period
        ([Flow(-500_000, date(1978, 2, 23)), *paid(21_917, HALF_MONTHS)], UnitPeriod(SEMIMONTH), "10.34"),
        # (c)(2)(i): irregular first payment
        (
            [
                Flow(-500_000, date(1978, 1, 10)),
                Flow(25_000, date(1978, 2, 10)),
                *paid(23_000, months(date(1978, 3, 10), 23)),
            ],
            UnitPeriod(MONTH),
            "10.08",
        ),
        # (c)(2)(ii): every four weeks, long first period, irregular first payment
        (
            [
                Flow(-40_000, date(1978, 3, 18)),
                Flow(3_950, date(1978, 4, 20)),
                *paid(3_831, [date(1978, 5, 18) + timedelta(weeks=4 * n) for n in range(11)]),
            ],
            UnitPeriod(WEEK, 4),
            "28.50",
        ),
        # (c)(5)(i): one payment, the term is the unit-period
        ([Flow(-100_000, date(1978, 1, 3)), Flow(108_000, date(1978, 9, 15))], UnitPeriod(DAY, 255), "11.45"),
    ),
)
def test_the_examples_of_appendix_j(flows: list[Flow], unit: UnitPeriod, percent: str) -> None:
    assert us_apr(flows, unit=unit) == pytest.approx(Decimal(percent), abs=Decimal("0.005"))


@pytest.mark.parametrize(
    ("start", "end", "unit", "expected"),
    (
        (date(1978, 2, 10), date(1978, 4, 1), UnitPeriod(MONTH), UnitPeriods(1, Fraction(19, 30))),
        (date(1978, 5, 23), date(1978, 10, 1), UnitPeriod(MONTH, 3), UnitPeriods(1, Fraction(39, 90))),
        (date(1978, 2, 23), date(1978, 3, 1), UnitPeriod(SEMIMONTH), UnitPeriods(0, Fraction(6, 15))),
        (date(1978, 2, 23), date(1978, 4, 1), UnitPeriod(SEMIMONTH), UnitPeriods(2, Fraction(6, 15))),
        (date(1978, 3, 20), date(1978, 4, 21), UnitPeriod(WEEK), UnitPeriods(4, Fraction(4, 7))),
        (date(2026, 4, 27), date(2027, 4, 30), UnitPeriod(YEAR), UnitPeriods(1, Fraction(3, 365))),
        (date(2026, 4, 27), date(2027, 4, 30), UnitPeriod(MONTH, 12), UnitPeriods(1, Fraction(3, 365))),
        (date(2026, 1, 15), date(2027, 4, 15), UnitPeriod(YEAR), UnitPeriods(1, Fraction(3, 12))),
        (date(2026, 1, 1), date(2026, 1, 31), UnitPeriod(DAY, 7), UnitPeriods(4, Fraction(2, 7))),
    ),
)
def test_unit_periods_are_counted_back_from_the_later_date(
    start: date, end: date, unit: UnitPeriod, expected: UnitPeriods
) -> None:
    assert unit_periods(start, end, unit=unit) == expected


def test_a_series_on_the_last_days_of_months_is_regular() -> None:
    """Months run from last day to last day, so a loan of 31 January paid on month ends has no odd days."""
    start = date(2026, 1, 31)
    flows = [Flow(-500_000, start), *paid(23_000, months(start, 25)[1:])]
    regular = [Flow(-500_000, date(1978, 1, 10)), *paid(23_000, months(date(1978, 2, 10), 24))]

    assert us_apr(flows, unit=UnitPeriod(MONTH)) == us_apr(regular, unit=UnitPeriod(MONTH))


def test_days_and_counted_periods_agree() -> None:
    dated = [Flow(-600_000, date(1978, 2, 10)), *paid(20_000, months(date(1978, 4, 1), 36))]
    fraction = Decimal(19) / 30
    counted = [Flow(-600_000, period=0), *[Flow(20_000, period=n + fraction) for n in range(1, 37)]]

    assert us_apr(counted, unit=UnitPeriod(MONTH)) == us_apr(dated, unit=UnitPeriod(MONTH))


def test_several_advances() -> None:
    """Each advance and each payment is discounted from its own date, (b)(8)."""
    flows = [
        Flow(-100_000, date(2026, 1, 1)),
        Flow(-50_000, date(2026, 2, 16)),
        *paid(14_000, months(date(2026, 3, 10), 12)),
    ]
    rate = float(us_apr(flows, unit=UnitPeriod(MONTH))) / 1200
    worth = 0.0
    for flow in flows:
        assert flow.on is not None
        counted = unit_periods(flows[0].on or flow.on, flow.on, unit=UnitPeriod(MONTH))
        worth += flow.amount / ((1 + float(counted.fraction) * rate) * (1 + rate) ** counted.full)

    assert worth == pytest.approx(0, abs=0.01)


def test_a_loan_that_is_not_repaid_in_full_has_a_negative_rate() -> None:
    flows = [Flow(-100_000, date(2026, 1, 1)), *paid(4_000, months(date(2026, 2, 10), 20))]

    assert us_apr(flows, unit=UnitPeriod(MONTH)) < 0


@pytest.mark.parametrize(
    ("unit", "per_year"),
    (
        (UnitPeriod(DAY), 365),
        (UnitPeriod(WEEK, 4), 13),
        (UnitPeriod(SEMIMONTH), 24),
        (UnitPeriod(MONTH, 3), 4),
        (UnitPeriod(YEAR), 1),
    ),
)
def test_unit_periods_in_a_year(unit: UnitPeriod, per_year: int) -> None:
    assert unit.per_year == per_year


@pytest.mark.parametrize(("kind", "multiple"), ((DAY, 366), (WEEK, 0), (SEMIMONTH, 2), (MONTH, 13), (YEAR, 2)))
def test_a_unit_period_beyond_a_year_is_refused(kind: UnitPeriodKind, multiple: int) -> None:
    with pytest.raises(UnitPeriodNotPossible):
        UnitPeriod(kind, multiple)
