"""The dated instalments by which a debt is repaid, exact to the minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from service.domain.money import Amounts, Component
from service.domain.words import Repayment
from service.relief.course import Course, Easing
from service.relief.day_count import year_fraction
from service.relief.debt import NOTHING
from service.relief.level_payment import Charge, equal_parts, level_payment, round_payment
from service.relief.periods import Period, charge
from service.relief.settings import Settings


@dataclass(frozen=True, slots=True)
class Instalment:
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
    """All instalments of a plan, and the separate amount due at the end if there is one."""

    instalments: tuple[Instalment, ...]
    deferred: Deferred | None = None


def schedule(course: Course, settings: Settings) -> Schedule:
    """Return the schedule of a course.

    Interest is the balance times the period's charge, rounded half-up; the level payment amortises with the period
    factors of the day count; the last instalment absorbs the difference, so the last closing balance is 0. Where
    rounding repays a debt early, the instalments of nothing at the end are left out. A payment is never less than
    the interest of its period unless the course eases it.
    """
    periods = _periods(course)
    run = _Run(course, settings, periods, _charges(course, periods))
    run.to_the_end()
    return Schedule(instalments=_instalments(course, settings, run), deferred=_deferred(course, run))


def _periods(course: Course) -> tuple[Period, ...]:
    """Return the periods; a loan repaid at the end has a single one, measured as a whole."""
    if course.repayment is not Repayment.BULLET:
        return course.calendar.periods(course.length)
    calendar = course.calendar
    end = calendar.due_on(course.count - 1)
    return (Period(calendar.start, end, year_fraction(calendar.start, end, convention=calendar.day_count)),)


def _charges(course: Course, periods: Sequence[Period]) -> list[Charge]:
    """Return what a unit bears in each period under all changes of rate, pauses included."""
    if len(course.rates) == 1 and not course.pauses:
        return _plain_charges(course.rates[0].annual_rate, periods)
    convention = course.calendar.day_count
    return [Charge.of(charge(period, course.rates, course.pauses, convention)) for period in periods]


def _plain_charges(annual_rate: Decimal, periods: Sequence[Period]) -> list[Charge]:
    """Return the charges at one rate; periods of one length share theirs."""
    rate = Fraction(annual_rate)
    known: dict[tuple[int, int], Charge] = {}
    charges = []
    last = found = None
    for _, _, fraction in periods:
        if fraction is not last or found is None:
            last, key = fraction, (fraction.numerator, fraction.denominator)
            found = known.get(key) or known.setdefault(key, Charge.of(rate * fraction))
        charges.append(found)
    return charges


@dataclass(slots=True)
class _Run:
    """The state of a schedule while it is worked out, and its columns so far."""

    course: Course
    settings: Settings
    periods: tuple[Period, ...]
    charges: list[Charge]
    balance: int = 0
    carried: int = 0
    put_off: int = 0
    regular: int = 0
    level: int | None = None
    eased: dict[int, Easing] = field(default_factory=dict)
    columns: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.balance = self.course.financed
        self.eased = dict(self.course.eased)

    def to_the_end(self) -> None:
        """Work out all instalments, one stretch of like ones after another."""
        position = 0
        for stop in self._stops():
            if position in self.eased:
                self._ease(position)
            else:
                self._stretch(position, stop)
            position = stop

    def _stops(self) -> list[int]:
        """Return where a stretch of instalments ends that are all eased, or all regular at one level payment."""
        count = len(self.periods)
        stops = {*self.eased, *(position + 1 for position in self.eased)}
        if len(self.course.rates) > 1:
            stops |= {n for n in range(1, count) if self._known(n) > self._known(n - 1)}
        return [*sorted(stops - {0, count}), count]

    def _stretch(self, start: int, stop: int) -> None:
        """Work out regular instalments: each repays its share, and the very last one all that is left."""
        if self._breaks(start):
            self.level = self._level(start)
        level, by_payment = self.level or 0, self.course.repayment is not Repayment.EQUAL_PRINCIPAL
        count, balance = len(self.periods), self.balance
        for position in range(start, stop):
            opening = balance
            accrued = self.charges[position].on(opening)
            principal = level - accrued if by_payment else max(level, -accrued)
            principal = min(max(principal, 0), opening) if position < count - 1 else opening
            balance = opening - principal
            extra = self._carried_part(position) if self.carried else 0
            self.columns.append((opening, principal, accrued + extra, accrued, 0, self.carried + self.put_off))
        self.regular += stop - start
        self.balance = balance

    def _ease(self, position: int) -> None:
        """Work out one eased instalment."""
        if self.level is None and self.course.then == "end":
            self.level = self._level(position)
        opening = self.balance
        accrued = self.charges[position].on(opening)
        principal, interest, accrued, added = self._eased(self.eased[position], position, accrued)
        self.balance = opening - principal + added
        self.columns.append((opening, principal, interest, accrued, added, self.carried + self.put_off))

    def _carried_part(self, position: int) -> int:
        """Return the part of simple interest left unpaid that this instalment makes good."""
        regular_left = len(self.periods) - position - sum(p > position for p in self.eased)
        if regular_left == 1:
            part = self.carried
        elif self.course.then == "end":
            part = 0
        else:
            part = min(max(round_payment(Fraction(self.carried, regular_left), self.settings), 0), self.carried)
        self.carried -= part
        return part

    def _eased(self, easing: Easing, position: int, accrued: int) -> tuple[int, int, int, int]:
        """Return principal, interest paid, interest accrued and interest added of an eased instalment."""
        if easing.pays is None:
            return min(max(-accrued, 0), self.balance), accrued, accrued, 0
        amount = easing.pays
        if isinstance(amount, Decimal):
            if self.level is None:
                self.level = self._level(position)
            amount = round_payment(Fraction(amount) * self.level, self.settings)
        interest = min(amount, accrued)
        principal = min(amount - interest, self.balance)
        unpaid = accrued - interest
        match easing.unpaid:
            case "waived":
                return principal, interest, interest, 0
            case "compound":
                return principal, interest, accrued, unpaid
            case "simple":
                self.carried += unpaid
            case "deferred":
                self.put_off += unpaid
            case _:
                assert_never(easing.unpaid)
        return principal, interest, accrued, 0

    def _breaks(self, position: int) -> bool:
        """Say whether the level payment is worked out anew: at first, when the rate changes, after eased ones."""
        if self.level is None:
            return True
        if position - 1 in self.eased and self.course.then != "end":
            return True
        return len(self.course.rates) > 1 and self._known(position) > self._known(position - 1)

    def _known(self, position: int) -> int:
        """Return how many rates have come into force by the end of a period."""
        return sum(since < self.periods[position].end for since, _ in self.course.rates[1:]) + 1

    def _level(self, position: int) -> int:
        """Return the payment (or the principal part) from a position on, as if nothing changed any more."""
        course = self.course
        untouched = self.regular == 0 and position == 0
        first_rate = self._known(position) == 1
        if course.instalment is not None and untouched and first_rate:
            return course.instalment
        if course.repayment in {Repayment.INTEREST_ONLY, Repayment.BULLET}:
            return 0
        horizon = self._horizon(position)
        if course.repayment is Repayment.EQUAL_PRINCIPAL:
            return max(round_payment(Fraction(self.balance - course.balloon, horizon), self.settings), 0)
        ahead = self._charges_ahead(position, horizon)
        return level_payment(self.balance, ahead, self.settings, balloon=course.balloon)

    def _horizon(self, position: int) -> int:
        """Return over how many instalments the balance is spread, as it looks from a position."""
        eased_before = sum(p < position for p in self.eased)
        if self.course.then == "extend" or eased_before == 0:
            return self.course.count - self.regular
        return len(self.periods) - position - sum(p > position for p in self.eased)

    def _charges_ahead(self, position: int, horizon: int) -> list[Charge]:
        rates = self.course.rates
        if len(rates) == 1 and not self.course.pauses:
            return self.charges[position : position + horizon]
        known, convention = rates[: self._known(position)], self.course.calendar.day_count
        ahead = self.periods[position : position + horizon]
        return [Charge.of(charge(period, known, (), convention)) for period in ahead]


def _instalments(course: Course, settings: Settings, run: _Run) -> tuple[Instalment, ...]:
    positions = [p for p in range(len(run.periods)) if p not in run.eased]
    arrears = _spread(course, settings, positions)
    owed = sum(spread.amounts.total for spread in course.spreads) + course.set_aside
    rows = []
    for position, (period, column) in enumerate(zip(run.periods, run.columns, strict=True)):
        opening, principal, interest, accrued, added, unpaid = column
        part = arrears.get(position, NOTHING)
        part_total = 0 if part is NOTHING else part.total
        owed -= part_total
        fee = course.fee if position == 0 else 0
        closing = opening - principal + added
        payment = principal + interest + part_total + fee
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


def _deferred(course: Course, run: _Run) -> Deferred | None:
    if not course.set_aside and not run.put_off:
        return None
    return Deferred(
        due_on=run.periods[-1].end,
        debt=Amounts(principal=course.set_aside),
        interest=run.put_off,
        amount=course.set_aside + run.put_off,
    )
