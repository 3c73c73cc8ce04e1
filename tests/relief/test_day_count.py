"""Day counts: the conventions' own examples, and what holds for all dates."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import DayCount, add_months
from service.relief.day_count import act_act_afb, act_act_icma, days, days_30e_360_isda, is_leap, year_fraction

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
ACTUAL = (DayCount.ACT_365, DayCount.ACT_360, DayCount.ACT_ACT_ISDA, DayCount.ACT_ACT_END_DATE)


@pytest.mark.parametrize(
    ("convention", "expected"),
    (
        (DayCount.THIRTY_360, Fraction(30, 360)),
        (DayCount.THIRTY_E_360, Fraction(30, 360)),
        (DayCount.ACT_365, Fraction(31, 365)),
        (DayCount.ACT_360, Fraction(31, 360)),
        (DayCount.ACT_ACT_ISDA, Fraction(20, 365) + Fraction(11, 366)),
        (DayCount.ACT_ACT_END_DATE, Fraction(19, 365) + Fraction(12, 366)),
    ),
)
def test_a_month_across_the_start_of_a_leap_year(convention: DayCount, expected: Fraction) -> None:
    """A day belongs to the year in which it begins (ISDA) or to the one in which it ends (lending cores)."""
    assert year_fraction(date(2023, 12, 12), date(2024, 1, 12), convention=convention) == expected


@pytest.mark.parametrize(
    ("start", "end", "bond", "eurobond"),
    (
        (date(2007, 2, 28), date(2007, 8, 31), 183, 182),
        (date(2006, 8, 31), date(2007, 2, 28), 178, 178),
        (date(2006, 9, 30), date(2006, 10, 31), 30, 30),
        (date(2008, 2, 29), date(2009, 2, 28), 359, 359),
    ),
)
def test_month_ends_in_months_of_thirty_days(start: date, end: date, bond: int, eurobond: int) -> None:
    assert days(start, end, DayCount.THIRTY_360) == bond
    assert days(start, end, DayCount.THIRTY_E_360) == eurobond


@given(start=DAYS, end=DAYS, convention=st.sampled_from(DayCount))
def test_a_period_backwards_is_the_negative_period(start: date, end: date, convention: DayCount) -> None:
    assert year_fraction(end, start, convention=convention) == -year_fraction(start, end, convention=convention)
    assert days(end, start, convention) == -days(start, end, convention)


@given(dates=st.tuples(DAYS, DAYS, DAYS).map(sorted), convention=st.sampled_from(ACTUAL))
def test_periods_of_actual_days_add_up(dates: list[date], convention: DayCount) -> None:
    first, second, third = dates
    parts = year_fraction(first, second, convention=convention) + year_fraction(second, third, convention=convention)

    assert parts == year_fraction(first, third, convention=convention)


@given(start=st.dates(min_value=date(1996, 1, 1), max_value=date(2030, 1, 1)), length=st.integers(0, 900))
def test_actual_years_agree_with_counting_day_by_day(start: date, length: int) -> None:
    steps = [start + timedelta(days=n) for n in range(length + 1)]
    by_start = sum((Fraction(1, 365 + is_leap(day.year)) for day in steps[:-1]), Fraction(0))
    by_end = sum((Fraction(1, 365 + is_leap(day.year)) for day in steps[1:]), Fraction(0))

    assert year_fraction(start, steps[-1], convention=DayCount.ACT_ACT_ISDA) == by_start
    assert year_fraction(start, steps[-1], convention=DayCount.ACT_ACT_END_DATE) == by_end


@given(start=st.dates(date(1990, 1, 1), date(2100, 1, 1)).filter(lambda day: day.day <= 28), months=st.integers(0, 480))
def test_a_month_is_a_twelfth_of_a_year_of_360_days(start: date, months: int) -> None:
    end = add_months(start, months)

    assert year_fraction(start, end, convention=DayCount.THIRTY_360) == Fraction(months, 12)
    assert year_fraction(start, end, convention=DayCount.THIRTY_E_360) == Fraction(months, 12)


def test_a_final_february_keeps_its_day_in_the_isda_variant() -> None:
    last = date(2008, 2, 29)

    assert days_30e_360_isda(date(2007, 2, 28), last, terminates_on=last) == 359
    assert days_30e_360_isda(date(2007, 2, 28), last, terminates_on=date(2009, 2, 28)) == 360


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    (
        (date(1999, 2, 1), date(1999, 7, 1), Fraction(150, 365)),
        (date(2003, 7, 15), date(2004, 1, 15), Fraction(184, 365)),
        (date(2000, 1, 30), date(2000, 6, 30), Fraction(152, 366)),
        (date(2000, 2, 29), date(2005, 2, 28), Fraction(5)),
        (date(2004, 2, 28), date(2008, 2, 28), 4 + Fraction(1, 365)),
    ),
)
def test_afb_counts_whole_years_back_from_the_end(start: date, end: date, expected: Fraction) -> None:
    assert act_act_afb(start, end) == expected
    assert act_act_afb(end, start) == -expected


@pytest.mark.parametrize(
    ("start", "end", "reference_period", "expected"),
    (
        # a short first coupon, a long first coupon and a short last one: EMU and market conventions, 1998
        (date(1999, 2, 1), date(1999, 7, 1), (date(1998, 7, 1), date(1999, 7, 1)), 0.410958904110),
        (date(2002, 8, 15), date(2003, 7, 15), (date(2003, 1, 15), date(2003, 7, 15)), 0.915760869565),
        (date(2000, 1, 30), date(2000, 6, 30), (date(2000, 1, 30), date(2000, 7, 30)), 0.417582417582),
    ),
)
def test_icma_counts_in_notional_periods(
    start: date, end: date, reference_period: tuple[date, date], expected: float
) -> None:
    assert float(act_act_icma(start, end, reference_period=reference_period)) == pytest.approx(expected, abs=1e-11)
