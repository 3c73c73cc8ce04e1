"""How an agreement stands: which due days are paid, missed or still in time, and whether it is broken."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Self

from service.domain.money import rounded
from service.domain.performance import Performance
from service.domain.settings import AgreementSettings


class InstalmentState(StrEnum):
    """Where an instalment stands on a day."""

    UPCOMING = "upcoming"
    DUE = "due"
    PAID = "paid"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When an instalment is missed, and when an agreement is broken; the amount is in minor units.

    Nothing is late before `since`, the day on which the agreement came into force.
    """

    since: date
    grace_days: int
    tolerance: Decimal
    tolerance_amount: int
    missed_for_breach: int
    oldest_days_for_breach: int

    @classmethod
    def of(cls, settings: AgreementSettings, *, currency: str, since: date) -> Self:
        """Return the rules of a pack for a currency."""
        return cls(
            since=since,
            grace_days=settings.grace_days,
            tolerance=settings.tolerance,
            tolerance_amount=settings.tolerance_amount.get(currency, 0),
            missed_for_breach=settings.missed_for_breach,
            oldest_days_for_breach=settings.oldest_days_for_breach,
        )

    def last_day(self, due_on: date) -> date:
        """Return the last local day on which a payment is in time."""
        return max(due_on, self.since) + timedelta(days=self.grace_days)

    def enough(self, *, asked: int, paid: int) -> bool:
        """Say whether so much of an instalment has been paid that it counts as paid."""
        return paid >= asked - max(rounded(self.tolerance * asked), self.tolerance_amount)

    def state(self, due_on: date, *, asked: int, paid: int, on: date) -> InstalmentState:
        """Return where an instalment stands on a day."""
        if due_on > on:
            return InstalmentState.UPCOMING
        if self.enough(asked=asked, paid=paid):
            return InstalmentState.PAID
        return InstalmentState.MISSED if on > self.last_day(due_on) else InstalmentState.DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """All that is due on one day over the loans of an agreement, and what of it has been paid."""

    on: date
    asked: int
    paid: int
    state: InstalmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an agreement stands on a day; `days` are those that ask for something, oldest first."""

    on: date
    days: tuple[DueDay, ...]
    rules: Rules
    waiting: int

    @property
    def missed(self) -> tuple[date, ...]:
        """The due days that are missed."""
        return tuple(day.on for day in self.days if day.state is InstalmentState.MISSED)

    @property
    def run(self) -> int:
        """The most due days in a row that are missed."""
        return max((len(list(days)) for state, days in groupby(self.days, _state) if state == "missed"), default=0)

    @property
    def arrears(self) -> int:
        """What should have been paid by the day before, and was not."""
        return sum(day.asked - day.paid for day in self.days if day.on < self.on)

    @property
    def upcoming(self) -> DueDay | None:
        """The next day on which something is due, today included while it is not paid."""
        later = (day for day in self.days if day.on >= self.on)
        return next((day for day in later if day.state is not InstalmentState.PAID), None)

    @property
    def to_pay(self) -> DueDay | None:
        """The next day for which money has still to arrive."""
        return next((day for day in self.days if day.on >= self.on and not self.is_covered(day)), None)

    def is_covered(self, day: DueDay) -> bool:
        """Say whether enough has arrived for a day: it is paid, or will be by what is left of what waits by then."""
        earlier = sum(other.asked - other.paid for other in self.days if self.on < other.on < day.on)
        ahead = max(0, self.waiting - earlier) if day.on > self.on else 0
        return self.rules.enough(asked=day.asked, paid=day.paid + ahead)

    @property
    def is_broken(self) -> bool:
        """Whether so many instalments in a row are missed, or the oldest for so long, that the agreement is broken."""
        return self.run >= self.rules.missed_for_breach or self.is_too_old

    @property
    def is_too_old(self) -> bool:
        """Whether the oldest missed instalment has been missing for longer than the pack allows."""
        return bool(self.missed) and (self.on - self.missed[0]).days > self.rules.oldest_days_for_breach

    @property
    def is_complete(self) -> bool:
        """Whether all there is to pay has been paid, to the last unit."""
        return all(day.paid == day.asked for day in self.days)


def standing(performance: Performance, rules: Rules) -> Standing:
    """Judge how instalments stand; what is due on one day over several loans is judged together."""
    days = []
    by_day = groupby(performance.dues, lambda due: due.due_on)
    for due_on, dues in ((due_on, list(dues)) for due_on, dues in by_day):
        asked = sum(due.asks.total for due in dues)
        paid = sum(performance.paid_of(due).total for due in dues)
        if asked:
            state = rules.state(due_on, asked=asked, paid=paid, on=performance.on)
            days.append(DueDay(on=due_on, asked=asked, paid=paid, state=state))
    return Standing(on=performance.on, days=tuple(days), rules=rules, waiting=performance.waiting)


def _state(day: DueDay) -> str:
    return day.state.value
