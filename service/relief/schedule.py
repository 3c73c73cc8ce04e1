"""The dated instalments by which a debt is repaid, exact to the minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from service.domain.money import Amounts, Component
from service.domain.words import Repayment
from service.relief.course import Course
from service.relief.day_count import year_fraction
from service.relief.debt import NOTHING
from service.relief.level_payment import equal_parts
from service.relief.periods import Period
from service.relief.progress import Progress, charges_of
from service.relief.settings import Settings


class Instalment(NamedTuple):
    """One numbered payment, in minor units.

    `principal` repays the balance that bears interest (`opening` to `closing`); `interest` is what is paid of it,
    `interest_accrued` what arose in the period, `interest_added` what was added to the balance. `arrears` is debt of
    the first day repaid interest-free. `outstanding` is all that is owed after the payment.
    """

    number: int
    period_from: date
    due_on: date
    opening: int
    principal: int
    interest: int
    arrears: Amounts
    fees: int
    payment: int
    closing: int
    interest_accrued: int
    interest_added: int
    outstanding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A separate final amount: debt of the first day by component, and interest that was put off."""

    due_on: date
    debt: Amounts
    interest: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All instalments of a plan, the period of each, and the separate amount due at the end if there is one.

    `shortfall` is the most by which a level payment, as it was worked out, is less than the interest of its period.
    """

    instalments: tuple[Instalment, ...]
    periods: tuple[Period, ...]
    deferred: Deferred | None = None
    shortfall: int = 0


def schedule(course: Course, settings: Settings) -> Schedule:
    """Return the schedule of a course.

    Interest is the balance times the period's charge, rounded half-up; the level payment amortises with the period
    factors of the day count; the last instalment absorbs the difference, so the last closing balance is 0. Where
    rounding repays a debt early, the instalments of nothing at the end are left out. A payment is never less than
    the interest of its period unless the course eases it.
    """
    periods = periods_of(course)
    progress = Progress(course, settings, periods, charges_of(course, periods))
    progress.to_the_end()
    rows = _instalments(course, settings, progress)
    return Schedule(
        instalments=rows,
        periods=periods[: len(rows)],
        deferred=_deferred(course, progress),
        shortfall=progress.shortfall,
    )


def periods_of(course: Course) -> tuple[Period, ...]:
    """Return the periods; a loan repaid at the end has a single one, measured as a whole."""
    if course.repayment is not Repayment.BULLET:
        return course.calendar.periods(course.length)
    calendar = course.calendar
    end = calendar.due_on(course.count - 1)
    return (Period(calendar.start, end, year_fraction(calendar.start, end, convention=calendar.day_count)),)


def _instalments(course: Course, settings: Settings, progress: Progress) -> tuple[Instalment, ...]:
    positions = [p for p in range(len(progress.periods)) if p not in progress.eased]
    arrears = _spread(course, settings, positions)
    owed = sum(spread.amounts.total for spread in course.spreads) + course.set_aside
    fee_at = positions[0]
    rows = []
    for position, (period, row) in enumerate(zip(progress.periods, progress.rows, strict=True)):
        opening, principal, interest, accrued, added, unpaid = row
        fee = course.fee if position == fee_at else 0
        part, payment = NOTHING, principal + interest + fee
        if position in arrears:
            part = arrears[position]
            owed -= part.total
            payment += part.total
        closing = opening - principal + added
        rows.append(
            Instalment(
                position + 1, period.start, period.end, opening, principal, interest, part, fee, payment,
                closing, accrued, added, closing + owed + unpaid,
            )
        )  # fmt: skip
    while rows and rows[-1].payment == 0 and rows[-1].opening == 0:
        rows.pop()
    return tuple(rows)


def _spread(course: Course, settings: Settings, positions: Sequence[int]) -> dict[int, Amounts]:
    """Return the interest-free parts of each instalment; eased instalments carry none."""
    parts: dict[int, Amounts] = {}
    for spread in course.spreads:
        over = positions[: spread.over]
        columns = [equal_parts(spread.amounts.of(component), len(over), settings) for component in Component]
        for n, position in enumerate(over):
            amounts = Amounts(**{c.value: column[n] for c, column in zip(Component, columns, strict=True)})
            parts[position] = parts.get(position, NOTHING) + amounts
    return parts


def _deferred(course: Course, progress: Progress) -> Deferred | None:
    if not course.set_aside and not progress.put_off:
        return None
    return Deferred(
        due_on=progress.periods[-1].end,
        debt=Amounts(principal=course.set_aside),
        interest=progress.put_off,
        amount=course.set_aside + progress.put_off,
    )
