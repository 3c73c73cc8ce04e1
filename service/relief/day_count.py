"""The length of a period in years, exactly, under each day count."""

from datetime import date
from fractions import Fraction
from typing import Final, assert_never

from service.domain.dates import DayCount, add_months

DAYS_360: Final = 360
DAYS_365: Final = 365
FEBRUARY: Final = 2
LEAP_FEBRUARY: Final = 29
MONTH_LENGTHS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days(start: date, end: date, convention: DayCount) -> int:
    """Return the days that a convention counts from `start` to `end`; negative when `end` is earlier."""
    if end < start:
        return -days(end, start, convention)
    match convention:
        case DayCount.THIRTY_360:
            return _thirty_360(start, end)
        case DayCount.THIRTY_E_360:
            return _thirty_e_360(start, end)
        case DayCount.ACT_365 | DayCount.ACT_360 | DayCount.ACT_ACT_ISDA | DayCount.ACT_ACT_END_DATE:
            return end.toordinal() - start.toordinal()
        case _:
            assert_never(convention)


def year_fraction(start: date, end: date, *, convention: DayCount) -> Fraction:
    """Return the length of a period in years as an exact fraction; negative when `end` is earlier.

    Bond basis and eurobond basis follow ISDA 2006, 4.16(f) and (g). ACT/ACT ISDA counts a day in the year in
    which it begins, `act/act-end-date` in the year in which it ends (as lending cores do).
    """
    if end < start:
        return -year_fraction(end, start, convention=convention)
    match convention:
        case DayCount.THIRTY_360:
            return Fraction(_thirty_360(start, end), DAYS_360)
        case DayCount.THIRTY_E_360:
            return Fraction(_thirty_e_360(start, end), DAYS_360)
        case DayCount.ACT_365:
            return Fraction(end.toordinal() - start.toordinal(), DAYS_365)
        case DayCount.ACT_360:
            return Fraction(end.toordinal() - start.toordinal(), DAYS_360)
        case DayCount.ACT_ACT_ISDA:
            return _by_calendar_year(start.toordinal(), start.year, end.toordinal(), end.year)
        case DayCount.ACT_ACT_END_DATE:
            return _by_calendar_year(start.toordinal() + 1, _year_after(start), end.toordinal() + 1, _year_after(end))
        case _:
            assert_never(convention)


def days_30e_360_isda(start: date, end: date, *, terminates_on: date) -> int:
    """Return the 30E/360 ISDA days (2006, 4.16(h)): month ends count as the 30th, but not a February termination."""
    first = 30 if _is_month_end(start) else start.day
    keeps_its_day = end == terminates_on and end.month == FEBRUARY
    last = 30 if _is_month_end(end) and not keeps_its_day else end.day
    return DAYS_360 * (end.year - start.year) + 30 * (end.month - start.month) + min(last, 30) - min(first, 30)


def act_act_afb(start: date, end: date) -> Fraction:
    """Return the ACT/ACT AFB fraction: whole years back from the end, the rest over 366 if it holds 29 February."""
    if end < start:
        return -act_act_afb(end, start)
    years, anchor = 0, end
    while (earlier := _year_before(end, years + 1)) >= start:
        years, anchor = years + 1, earlier
    rest = anchor.toordinal() - start.toordinal()
    return years + Fraction(rest, DAYS_365 + _leap_days(start, anchor))


def act_act_icma(start: date, end: date, *, reference_period: tuple[date, date]) -> Fraction:
    """Return the ACT/ACT ICMA fraction (ISDA 2006, 4.16(c)), over notional periods of the reference's length.

    Parts before or after the reference period are counted in notional periods of as many months on either side.
    """
    reference_start, reference_end = reference_period
    months = _whole_months(reference_start, reference_end)
    total, index = Fraction(0), -_periods_before(start, reference_start, months)
    while (period_start := add_months(reference_start, index * months)) < end:
        period_end = reference_end if index == 0 else add_months(reference_start, (index + 1) * months)
        inside = min(end, period_end).toordinal() - max(start, period_start).toordinal()
        total += Fraction(max(inside, 0) * months, 12 * (period_end.toordinal() - period_start.toordinal()))
        index += 1
    return total


def is_leap(year: int) -> bool:
    """Say whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Return the days of a month; month 1 is January."""
    return LEAP_FEBRUARY if month == FEBRUARY and is_leap(year) else MONTH_LENGTHS[month]


def _thirty_360(start: date, end: date) -> int:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return DAYS_360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _thirty_e_360(start: date, end: date) -> int:
    return DAYS_360 * (end.year - start.year) + 30 * (end.month - start.month) + min(end.day, 30) - min(start.day, 30)


def _by_calendar_year(start: int, start_year: int, end: int, end_year: int) -> Fraction:
    if start_year == end_year:
        return Fraction(end - start, DAYS_365 + is_leap(start_year))
    first_length, last_length = DAYS_365 + is_leap(start_year), DAYS_365 + is_leap(end_year)
    first = _new_year(start_year + 1) - start
    last = end - _new_year(end_year)
    whole = end_year - start_year - 1
    numerator = first * last_length + last * first_length + whole * first_length * last_length
    return Fraction(numerator, first_length * last_length)


def _new_year(year: int) -> int:
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1


def _year_after(day: date) -> int:
    return day.year + (day.month == 12 and day.day == 31)


def _is_month_end(day: date) -> bool:
    return day.day == month_length(day.year, day.month)


def _year_before(day: date, years: int) -> date:
    earlier = add_months(day, -12 * years)
    keeps_month_end = day.month == FEBRUARY and earlier.day == 28 and is_leap(earlier.year)
    return earlier.replace(day=29) if keeps_month_end else earlier


def _leap_days(start: date, end: date) -> int:
    leap_days = (date(year, FEBRUARY, 29) for year in range(start.year, end.year + 1) if is_leap(year))
    return int(any(start <= day < end for day in leap_days))


def _whole_months(start: date, end: date) -> int:
    return max(1, round((end.toordinal() - start.toordinal()) * 12 / DAYS_365))


def _periods_before(start: date, reference_start: date, months: int) -> int:
    periods = 0
    while add_months(reference_start, -periods * months) > start:
        periods += 1
    return periods
