"""Working out a course instalment by instalment: what each repays, what it bears, and what it leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from service.domain.words import Repayment
from service.relief.course import Course, Easing
from service.relief.level_payment import Charge, level_payment, round_payment
from service.relief.periods import Period, charge
from service.relief.settings import Settings

NO_LEVEL: Final = frozenset({Repayment.INTEREST_ONLY, Repayment.BULLET})
"""Kinds of repayment of which the last instalment alone repays principal."""


class Row(NamedTuple):
    """What one instalment does to the balance that bears interest, in minor units.

    `unpaid` is the interest of eased instalments that is still owed after it and bears none.
    """

    opening: int
    principal: int
    interest: int
    accrued: int
    added: int
    unpaid: int


def charges_of(course: Course, periods: Sequence[Period]) -> list[Charge]:
    """Return what a unit bears in each period under all changes of rate, pauses included."""
    if len(course.rates) == 1 and not course.pauses:
        return _plain_charges(course.rates[0].annual_rate, periods)
    convention = course.calendar.day_count
    return [Charge.of(charge(period, course.rates, course.pauses, convention)) for period in periods]


def _plain_charges(annual_rate: Decimal, periods: Iterable[Period]) -> list[Charge]:
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
class Progress:
    """The state of a schedule while it is worked out, and its rows so far.

    `shortfall` is the most by which a level payment fell short of the interest of its period, the first one apart.
    """

    course: Course
    settings: Settings
    periods: Sequence[Period]
    charges: Sequence[Charge]
    balance: int = 0
    carried: int = 0
    put_off: int = 0
    regular: int = 0
    level: int | None = None
    contractual: bool = False
    shortfall: int = 0
    eased: dict[int, Easing] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    uneased: "Progress | None" = None

    def __post_init__(self) -> None:
        self.balance = self.course.financed
        self.eased = dict(self.course.eased)
        self.contractual = self.course.instalment is not None
        if self.course.then == "end" and self.eased:
            plain = replace(self.course, eased=())
            self.uneased = Progress(plain, self.settings, self.periods, self.charges)
            self.uneased.to_the_end()

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
        """Work out regular instalments: each repays its share, and the very last one all that is left.

        A stretch begins with the schedule, where a rate changes, and after eased instalments: with a payment anew.
        """
        level = self.level = self._level(start)
        by_payment = self.course.repayment is not Repayment.EQUAL_PRINCIPAL
        last, balance, unpaid = len(self.periods) - 1, self.balance, self.carried + self.put_off
        for position in range(start, stop):
            opening, made_good = balance, 0
            accrued = self.charges[position].on(opening)
            principal = level - accrued if by_payment else max(level, -accrued)
            if position == last or principal > opening:
                principal = opening
            elif principal < 0:
                # Never less than the interest of the period: only what an easing leaves unpaid may make a debt grow.
                self.shortfall = max(self.shortfall, -principal if level and position > start else 0)
                principal = 0
            balance = opening - principal
            if self.carried:
                made_good = self._carried_part(position)
                unpaid -= made_good
            self.rows.append(Row(opening, principal, accrued + made_good, accrued, 0, unpaid))
        self.regular += stop - start
        self.balance = balance

    def _carried_part(self, position: int) -> int:
        """Return the part of simple interest left unpaid that this regular instalment makes good."""
        regular_left = len(self.periods) - position - sum(p > position for p in self.eased)
        if regular_left == 1:
            part = self.carried
        elif self.course.then == "end":
            part = 0
        else:
            part = min(max(round_payment(Fraction(self.carried, regular_left), self.settings), 0), self.carried)
        self.carried -= part
        return part

    def _ease(self, position: int) -> None:
        """Work out one eased instalment: it pays its interest, then older unpaid interest, then principal."""
        opening, easing = self.balance, self.eased[position]
        accrued = self.charges[position].on(opening)
        pays = self._pays(easing, position, accrued)
        interest = min(pays, accrued)
        made_good = min(pays - interest, self.carried)
        principal = min(pays - interest - made_good, opening)
        self.carried -= made_good
        accrued, added = self._leave_unpaid(easing, interest, accrued)
        self.balance = opening - principal + added
        self.contractual = self.contractual and self.course.then != "raise" and self.balance == opening
        self.rows.append(Row(opening, principal, interest + made_good, accrued, added, self.carried + self.put_off))

    def _pays(self, easing: Easing, position: int, accrued: int) -> int:
        if easing.pays is None:
            return max(accrued, 0)
        if isinstance(easing.pays, int):
            return easing.pays
        if self.level is None:
            self.level = self._level(position)
        return round_payment(Fraction(easing.pays) * self.level, self.settings)

    def _leave_unpaid(self, easing: Easing, paid: int, accrued: int) -> tuple[int, int]:
        """Note what becomes of interest that is not paid; return what accrued, and what is added to the balance."""
        unpaid = accrued - paid
        match easing.unpaid:
            case "waived":
                return paid, 0
            case "compound":
                return accrued, unpaid
            case "simple":
                self.carried += unpaid
            case "deferred":
                self.put_off += unpaid
            case _:
                assert_never(easing.unpaid)
        return accrued, 0

    def _known(self, position: int) -> int:
        """Return how many rates have come into force by the end of a period."""
        return sum(since < self.periods[position].end for since, _ in self.course.rates[1:]) + 1

    def _level(self, position: int) -> int:
        """Return the payment (or the principal part) from a position on, as if nothing changed any more.

        Where what was not paid is due at the end, the payment is that of a schedule in which nothing is eased.
        """
        course = self.course
        if course.repayment in NO_LEVEL:
            return 0
        if self.uneased is not None:
            return self.uneased.level_at(position)
        if self.contractual and course.instalment is not None and self._known(position) == 1:
            return course.instalment
        horizon = self._horizon(position)
        if course.repayment is Repayment.EQUAL_PRINCIPAL:
            return max(round_payment(Fraction(self.balance - course.balloon, horizon), self.settings), 0)
        ahead = self._charges_ahead(position, horizon)
        payment = level_payment(self.balance, ahead, self.settings, balloon=course.balloon)
        # A first period so long that its interest exceeds the payment pays that interest, and the others repay all.
        if horizon > 1 and ahead[0].on(self.balance) > payment:
            payment = level_payment(self.balance, ahead[1:], self.settings, balloon=course.balloon)
        return payment

    def level_at(self, position: int) -> int:
        """Return the payment (or the principal part) that a regular instalment came to."""
        row = self.rows[position]
        return row.principal if self.course.repayment is Repayment.EQUAL_PRINCIPAL else row.principal + row.accrued

    def _horizon(self, position: int) -> int:
        """Return over how many instalments the balance is spread, as it looks from a position.

        An eased position asks for the payment that it is a fraction of: that of all instalments which are left.
        """
        eased_before = any(p < position for p in self.eased)
        if self.course.then == "extend" or not eased_before:
            return self.course.count - self.regular
        left = len(self.periods) - position
        return left if position in self.eased else left - sum(p > position for p in self.eased)

    def _charges_ahead(self, position: int, horizon: int) -> Sequence[Charge]:
        """Return the charges from a position on under the rates known by then, without pauses."""
        rates = self.course.rates
        if len(rates) == 1 and not self.course.pauses:
            return self.charges[position : position + horizon]
        known = rates[: self._known(position)]
        first, *others = self.periods[position : position + horizon]
        own = Charge.of(charge(first, known, (), self.course.calendar.day_count))
        return [own, *_plain_charges(known[-1].annual_rate, others)]
