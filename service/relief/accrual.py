"""The interest of a schedule's periods, whole or up to a day inside one, by the schedule's own period fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Self

from service.domain.dates import DayCount
from service.domain.money import rounded
from service.relief.arrangement import arranged
from service.relief.course import Course
from service.relief.debt import Debt
from service.relief.instruments import Terms
from service.relief.layout import laid_out
from service.relief.periods import Period, Span, charge
from service.relief.schedule import Instalment, periods_of
from service.relief.settings import Settings


@dataclass(frozen=True, slots=True)
class Accrual:
    """How interest runs in the periods of a schedule; a settlement has none."""

    course: Course
    periods: Sequence[Period]
    is_free: bool = False

    @classmethod
    def of(cls, debt: Debt, terms: Terms, settings: Settings) -> Self:
        """Return how interest runs under the terms of a plan."""
        draft = arranged(debt, terms, settings)
        course = laid_out(draft)
        return cls(course, periods_of(course), is_free=draft.settlement is not None)

    def charge(self, number: int, *, until: date | None = None) -> Fraction:
        """Return what a unit bears in the period of an instalment, or in its days up to one of them.

        A part of a period has the part of the period's own fraction that its days are of all days, each at its rate.
        """
        if self.is_free:
            return Fraction(0)
        period, course = self.periods[number - 1], self.course
        whole = charge(period, course.rates, course.pauses, course.calendar.day_count)
        if until is None or until >= period.end:
            return whole
        later = Span(max(until, period.start) + timedelta(days=1), period.end)
        weights = [self._weight(period, pauses) for pauses in ((*course.pauses, later), course.pauses)]
        return whole * weights[0] / weights[1] if weights[1] else Fraction(0)

    def _weight(self, period: Period, pauses: Sequence[Span]) -> Fraction:
        """Return the days of a period outside all pauses, each times its rate."""
        by_days = Period(period.start, period.end, Fraction((period.end - period.start).days))
        return charge(by_days, self.course.rates, pauses, DayCount.THIRTY_360)

    def on(self, balance: int, number: int) -> int:
        """Return the interest of a balance over the whole period of an instalment, rounded half-up."""
        return rounded(balance * self.charge(number))

    def until(self, row: Instalment, day: date) -> int:
        """Return the interest that an instalment's balance has borne by a day of its period.

        Where the schedule charges less than the rate says (interest that is waived), the same part of what it charges.
        """
        whole = row.opening * self.charge(row.number)
        if not row.interest_accrued or not whole or day <= row.period_from:
            return 0
        part = row.opening * self.charge(row.number, until=day)
        return rounded(part if rounded(whole) == row.interest_accrued else row.interest_accrued * part / whole)
