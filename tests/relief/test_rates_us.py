"""The annual percentage rate of Regulation Z: the examples of appendix J, and how unit-periods are counted."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from service.domain.dates import add_months
from service.relief.rates import Flow, FlowsNotUsable, NoRate
from service.relief.unit_period_of import unit_period_of
from service.relief.unit_periods import (
    UnitPeriod,
    UnitPeriodKind,
    UnitPeriodNotPossible,
    UnitPeriods,
    unit_periods,
)
from service.relief.us_apr import us_apr

DAY, WEEK, SEMIMONTH, MONTH, YEAR = UnitPeriodKind


def months(first: date, count: int, *, every: int = 1) -> list[date]:
    return [add_months(first, every * n) for n in range(count)]


def every(days: int, first: date, count: int) -> list[date]:
    return [first + timedelta(days=days * n) for n in range(count)]


def weeks(first: date, count: int) -> list[date]:
    return every(7, first, count)


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
    """With the unit-period that the example states, and with the one that (b)(4) prescribes, which is the same."""
    stated, prescribed = us_apr(flows, unit=unit), us_apr(flows)

    assert stated.percent == pytest.approx(Decimal(percent), abs=Decimal("0.005"))
    assert prescribed == stated


@pytest.mark.parametrize(
    ("end", "payment", "unit", "percent"),
    (
        # 4.4 % in half a year, twice a year
        (date(1979, 1, 15), 104_400, UnitPeriod(MONTH, 6), "8.8"),
        # (1 + i)(1 + i/2) = 1.13519: a year compounds, six months of it bear simple interest
        (date(1980, 1, 15), 113_519, UnitPeriod(YEAR), "8.75704709"),
        # (1 + i)² = 1.24
        (date(1980, 7, 15), 124_000, UnitPeriod(YEAR), "11.35528726"),
        # (1 + i)(1 + i·36/365) = 1.1: a year, and days that are no whole month
        (date(1979, 8, 20), 110_000, UnitPeriod(YEAR), "9.02905589"),
    ),
)
def test_one_payment_after_a_while(end: date, payment: int, unit: UnitPeriod, percent: str) -> None:
    """A term is the unit-period if it is no longer than a year, (b)(4)(ii); beyond that whole years compound."""
    flows = [Flow(-100_000, date(1978, 7, 15)), Flow(payment, end)]

    assert us_apr(flows) == us_apr(flows, unit=unit)
    assert us_apr(flows).percent == pytest.approx(Decimal(percent), abs=Decimal("0.00000001"))


@pytest.mark.parametrize(
    ("flows", "unit", "percent", "within"),
    (
        # FFIEC's tool, as quoted by curo
        ([Flow(-9_900_000, date(2026, 4, 27)), *paid(1_970_000, months(date(2026, 10, 31), 6, every=6))],
         UnitPeriod(MONTH, 6), "10.569370", "0.000001"),
        ([Flow(-980_000, date(2026, 1, 10)), *paid(88_491, months(date(2026, 2, 15), 12))],
         UnitPeriod(MONTH), "14.692036", "0.000001"),
        ([Flow(-990_000, date(2025, 12, 6)), *paid(19_725, weeks(date(2025, 12, 13), 52))],
         UnitPeriod(WEEK), "6.996096", "0.000001"),
        ([Flow(-1_000_000, date(2025, 12, 6)), Flow(1_017_000, date(2026, 1, 17))],
         UnitPeriod(DAY), "14.773809", "0.000001"),
        # FSharp.Finance.Personal, confirmed there in a spreadsheet
        ([Flow(-1_000_000, date(1978, 6, 23)), *paid(38_500, months(date(1978, 10, 1), 40, every=3))],
         UnitPeriod(MONTH, 3), "9.15", "0.005"),
        ([Flow(-1_000_000, date(1978, 7, 23)), *paid(38_500, months(date(1978, 10, 1), 40, every=3))],
         UnitPeriod(MONTH, 3), "9.32", "0.005"),
        ([Flow(-100_000, date(2023, 10, 26)), *paid(22_000, every(1, date(2023, 11, 30), 5))],
         UnitPeriod(DAY), "94.15", "0.005"),
        ([Flow(-100_000, date(2023, 11, 24)), *paid(25_000, weeks(date(2023, 11, 30), 5))],
         UnitPeriod(WEEK), "434.30", "0.005"),
        ([Flow(-100_000, date(2023, 10, 26)), *paid(50_000, months(date(2023, 11, 30), 5, every=12))],
         UnitPeriod(MONTH, 12), "78.34", "0.005"),
    ),
)  # fmt: skip
def test_further_published_rates(flows: list[Flow], unit: UnitPeriod, percent: str, within: str) -> None:
    assert us_apr(flows, unit=unit).percent == pytest.approx(Decimal(percent), abs=Decimal(within))


@pytest.mark.parametrize("unit", (UnitPeriod(DAY), UnitPeriod(MONTH), UnitPeriod(WEEK, 4), None))
def test_one_advance_repaid_at_once_has_its_term_for_a_unit_period_whatever_is_stated(unit: UnitPeriod | None) -> None:
    """A term of whole months is taken in days only where days are stated, (b)(5)(vi)."""
    flows = [Flow(-100_000, date(1978, 7, 15)), Flow(0, date(1978, 9, 1)), Flow(104_400, date(1979, 1, 15))]
    in_days = unit is not None and unit.kind is DAY

    found = us_apr(flows, unit=unit)
    assert found.unit == (UnitPeriod(DAY, 184) if in_days else UnitPeriod(MONTH, 6))
    assert found.percent == pytest.approx(Decimal("8.72826087") if in_days else Decimal("8.8"))


@pytest.mark.parametrize(
    ("periods", "per_year", "percent"),
    (
        ((0, 3), 12, "17.6"),
        ((2, 5), 12, "17.6"),
        ((0, 42), 365, "38.23809524"),
        ((0, 18), 12, "2.90519939"),
        ((0, 6), 1, "0.72023950"),
    ),
)
def test_one_advance_repaid_at_once_by_period(periods: tuple[int, int], per_year: int, percent: str) -> None:
    """4.4 % over three months, 42 days, a year and a half, six years."""
    flows = [Flow(-100_000, period=periods[0]), Flow(104_400, period=periods[1])]

    assert us_apr(flows, periods_per_year=per_year).percent == pytest.approx(Decimal(percent), abs=Decimal("0.0001"))


@pytest.mark.parametrize(
    ("start", "advances", "payments", "expected"),
    (
        (date(2026, 1, 10), [], months(date(2026, 2, 15), 4), UnitPeriod(MONTH)),
        (date(2026, 1, 10), [], months(date(2026, 4, 30), 4, every=3), UnitPeriod(MONTH, 3)),
        (date(2026, 1, 31), [], months(date(2026, 2, 28), 2), UnitPeriod(MONTH)),
        (date(2026, 1, 1), [], [date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 17)], UnitPeriod(WEEK, 2)),
        (date(2026, 1, 1), [], [date(2026, 1, 11), date(2026, 1, 21), date(2026, 2, 1)], UnitPeriod(DAY, 10)),
        # (A): a month and a quarter occur twice each, the shorter is taken
        (date(2026, 1, 1), months(date(2026, 1, 1), 3, every=3), months(date(2026, 8, 4), 3), UnitPeriod(MONTH)),
        # (B): 20, 40 and 62 days are 40.67 on average; six weeks are the nearest standard interval
        (date(2026, 1, 1), [], [date(2026, 1, 21), date(2026, 3, 2), date(2026, 5, 3)], UnitPeriod(WEEK, 6)),
        # longer than a year
        (date(2026, 1, 1), [], months(date(2028, 1, 1), 4, every=24), UnitPeriod(MONTH, 12)),
        (date(2026, 1, 1), [], every(420, date(2027, 2, 25), 3), UnitPeriod(WEEK, 52)),
        (date(2026, 1, 1), [], every(400, date(2027, 2, 5), 3), UnitPeriod(DAY, 365)),
    ),
)  # fmt: skip
def test_the_unit_period_is_the_common_period(
    start: date, advances: list[date], payments: list[date], expected: UnitPeriod
) -> None:
    assert unit_period_of(start, advances, payments) == expected


@pytest.mark.parametrize("flows", ([Flow(-1, date(2026, 1, 1))], [Flow(0, date(2026, 1, 1))]))
def test_flows_that_say_nothing_have_no_rate(flows: list[Flow]) -> None:
    with pytest.raises(NoRate):
        us_apr(flows)


def test_flows_by_period_need_to_know_what_a_period_is() -> None:
    flows = [Flow(-100_000, period=0), *[Flow(9_000, period=n) for n in range(1, 13)]]

    assert us_apr(flows, periods_per_year=12).percent == us_apr(flows, unit=UnitPeriod(MONTH)).percent
    with pytest.raises(FlowsNotUsable):
        us_apr(flows)
    with pytest.raises(UnitPeriodNotPossible):
        us_apr(flows, unit=UnitPeriod(MONTH, 3), periods_per_year=12)


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
    rate = float(us_apr(flows, unit=UnitPeriod(MONTH)).percent) / 1200
    worth = 0.0
    for flow in flows:
        assert flow.on is not None
        counted = unit_periods(flows[0].on or flow.on, flow.on, unit=UnitPeriod(MONTH))
        worth += flow.amount / ((1 + float(counted.fraction) * rate) * (1 + rate) ** counted.full)

    assert worth == pytest.approx(0, abs=0.01)


def test_a_loan_that_is_not_repaid_in_full_has_a_negative_rate() -> None:
    flows = [Flow(-100_000, date(2026, 1, 1)), *paid(4_000, months(date(2026, 2, 10), 20))]

    assert us_apr(flows, unit=UnitPeriod(MONTH)).percent < 0


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
