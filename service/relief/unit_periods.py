"""The unit-periods of Regulation Z: what they are, and how many of them lie between two dates (appendix J, (b)(5))."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, assert_never

from service.domain.errors import Problem, RuleBroken
from service.relief.day_count import month_length

MONTH_DAYS: Final = 30
SEMIMONTH_DAYS: Final = 15
WEEK_DAYS: Final = 7
YEAR_DAYS: Final = 365
YEAR_WEEKS: Final = 52
YEAR_MONTHS: Final = 12


class UnitPeriodNotPossible(RuleBroken):
    """A unit-period is at least a day and at most a year, (b)(4)."""

    code = "unit_period_not_possible"
    title = "The unit-period is not possible"


class UnitPeriodKind(StrEnum):
    """In what the unit-period is measured."""

    DAY = "day"
    WEEK = "week"
    SEMIMONTH = "semimonth"
    MONTH = "month"
    YEAR = "year"


_MULTIPLE_MAX: Final = {
    UnitPeriodKind.DAY: 365,
    UnitPeriodKind.WEEK: 52,
    UnitPeriodKind.SEMIMONTH: 1,
    UnitPeriodKind.MONTH: 12,
    UnitPeriodKind.YEAR: 1,
}


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """The interval that occurs most between payments: a day, week, semimonth, month, a multiple of them, or a year.

    A multiple of days is the term of a single advance repaid by a single payment, (b)(5)(vi).
    """

    kind: UnitPeriodKind
    multiple: int = 1

    def __post_init__(self) -> None:
        """Refuse a unit-period beyond a year."""
        most = _MULTIPLE_MAX[self.kind]
        if not 1 <= self.multiple <= most:
            detail = f"A unit-period of {self.kind}s has a multiple of 1 to {most}."
            raise UnitPeriodNotPossible(detail, [Problem("/unit_period/multiple", "out_of_range", detail)])

    @property
    def is_year(self) -> bool:
        """Whether the unit-period is a year, however written."""
        return self.kind is UnitPeriodKind.YEAR or (self.kind, self.multiple) == (UnitPeriodKind.MONTH, YEAR_MONTHS)

    @property
    def per_year(self) -> Fraction:
        """Return the unit-periods in a year, (b)(5)."""
        match self.kind:
            case UnitPeriodKind.DAY:
                return Fraction(YEAR_DAYS, self.multiple)
            case UnitPeriodKind.WEEK:
                return Fraction(YEAR_WEEKS, self.multiple)
            case UnitPeriodKind.SEMIMONTH:
                return Fraction(2 * YEAR_MONTHS)
            case UnitPeriodKind.MONTH:
                return Fraction(YEAR_MONTHS, self.multiple)
            case UnitPeriodKind.YEAR:
                return Fraction(1)
            case _:
                assert_never(self.kind)


@dataclass(frozen=True, slots=True)
class UnitPeriods:
    """Full unit-periods and the fraction of one that is left, between two dates."""

    full: int
    fraction: Fraction


def unit_periods(start: date, end: date, *, unit: UnitPeriod, day_of_month: int | None = None) -> UnitPeriods:
    """Count the unit-periods back from the later date, and the fraction that is left, (b)(5).

    A fraction of a month is days over 30, of a semimonth over 15, of weeks over 7 days each; in several months
    each full month counts as 30 days; of a year, whole months over 12, else actual days over 365.
    `day_of_month` is the day a series of payments keeps to where a month is long enough, (b)(2).
    """
    match unit.kind:
        case UnitPeriodKind.DAY | UnitPeriodKind.WEEK:
            length = unit.multiple * (WEEK_DAYS if unit.kind is UnitPeriodKind.WEEK else 1)
            return _divided(end.toordinal() - start.toordinal(), length)
        case UnitPeriodKind.SEMIMONTH:
            return _divided(_thirty_day_months(start, end, day_of_month), SEMIMONTH_DAYS)
        case UnitPeriodKind.MONTH if not unit.is_year:
            return _divided_months(start, end, unit.multiple, day_of_month)
        case UnitPeriodKind.MONTH | UnitPeriodKind.YEAR:
            return _years(start, end, day_of_month)
        case _:
            assert_never(unit.kind)


def _divided(days: int, length: int) -> UnitPeriods:
    full, rest = divmod(days, length)
    return UnitPeriods(full, Fraction(rest, length))


def months_back(start: date, end: date, day_of_month: int | None) -> tuple[int, date]:
    """Return the full months measured back from the later date, and the day on which the first of them begins."""
    months = (end.year - start.year) * YEAR_MONTHS + end.month - start.month
    first = _months_before(end, months, day_of_month)
    if first < start:
        months -= 1
        first = _months_before(end, months, day_of_month)
    return months, first


def _months_before(end: date, months: int, day_of_month: int | None) -> date:
    day = end.day
    if day_of_month is not None and day_of_month > day == month_length(end.year, end.month):
        day = day_of_month
    year, month = divmod(end.year * YEAR_MONTHS + end.month - 1 - months, YEAR_MONTHS)
    return date(year, month + 1, min(day, month_length(year, month + 1)))


def _thirty_day_months(start: date, end: date, day_of_month: int | None) -> int:
    months, first = months_back(start, end, day_of_month)
    return months * MONTH_DAYS + first.toordinal() - start.toordinal()


def _divided_months(start: date, end: date, multiple: int, day_of_month: int | None) -> UnitPeriods:
    if multiple > 1:
        return _divided(_thirty_day_months(start, end, day_of_month), multiple * MONTH_DAYS)
    months, first = months_back(start, end, day_of_month)
    # Thirty odd days stay a fraction: they are not a month measured back from the later date.
    return UnitPeriods(months, Fraction(first.toordinal() - start.toordinal(), MONTH_DAYS))


def _years(start: date, end: date, day_of_month: int | None) -> UnitPeriods:
    months, first = months_back(start, end, day_of_month)
    years, rest = divmod(months, YEAR_MONTHS)
    if first == start:
        return UnitPeriods(years, Fraction(rest, YEAR_MONTHS))
    first_year = _months_before(end, years * YEAR_MONTHS, day_of_month)
    return UnitPeriods(years, Fraction(first_year.toordinal() - start.toordinal(), YEAR_DAYS))
