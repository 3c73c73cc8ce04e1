"""How the borrowers of the demo answer an offer: by one stated rule.

Each borrower knows their own budget, and *counts on* what is left in a month: today's surplus, and from the day on
which they expect to recover, three quarters of what they will then have more. An offer *fits* if no month asks for
more than the borrower counts on in it.

1. Accept the recommended offer if it fits.
2. Otherwise counter, once, with the most that they count on in any month, if that is anything.
3. Then accept the cheapest open offer that fits; failing that, the cheapest that asks for no more than a twentieth
   above what they count on.
4. Otherwise decline.

The lender counts on the whole recovery and leaves a tenth of it to the borrower; a careful borrower counts on less.
That is what they negotiate about. What is left is worked out here from what was posted, and never read from the
service's answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Final, Self

from service.demo.http import Json

COUNTED_ON: Final = Fraction(3, 4)
STRETCH: Final = Fraction(1, 20)


class Answer(StrEnum):
    """What a borrower does with a menu."""

    ACCEPT = "accept"
    COUNTER = "counter"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer: with the offer that is accepted, or the payment that is offered instead."""

    answer: Answer
    offer: Json | None = None
    payment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a borrower has left each month for the loans of the case, in minor units: today, and from a day on."""

    today: int
    expected: int | None = None
    expected_from: str = ""

    @classmethod
    def of(cls, application: Json) -> Self:
        """Read the budget of an application; what is left may be negative."""
        budget = application["budget"]
        incomes = sum(line["monthly"] for line in budget["incomes"])
        expenses = sum(line["monthly"] for line in budget["expenses"])
        debts = sum(line["monthly"] for line in budget["other_debts"])
        hoped = budget["expected"]
        if hoped is None:
            return cls(today=incomes - expenses - debts)
        return cls(
            today=incomes - expenses - debts,
            expected=hoped["income"] - hoped["expenses"] - debts,
            expected_from=hoped["from"],
        )

    @property
    def later(self) -> int:
        """What is counted on once the borrower has recovered; where no recovery is expected, what is left today."""
        return self.today if self.expected is None else self.today + int((self.expected - self.today) * COUNTED_ON)

    @property
    def most(self) -> int:
        """The most that is counted on in any month."""
        return max(self.today, self.later, 0)

    def on(self, day: str) -> int:
        """Return what is counted on in the month of a day; never less than nothing."""
        recovered = self.expected is not None and day >= self.expected_from
        return max(self.later if recovered else self.today, 0)

    def reach(self, offer: Json, *, stretch: Fraction = Fraction(0)) -> bool:
        """Say whether no month of an offer asks for more than is counted on in it, or for this part of it more."""
        return all(asked <= self.on(day) * (1 + stretch) for day, asked in months(offer["total"]))


def reply(offers: Iterable[Json], *, means: Means, may_counter: bool) -> Reply:
    """Answer the offers that can be accepted, in the order in which the service lists them."""
    standing = [offer for offer in offers if offer["state"] == "open" and not offer["indicative"]]
    first = next((offer for offer in standing if "recommended" in offer["labels"]), next(iter(standing), None))
    if first is None:
        return Reply(answer=Answer.DECLINE)
    if means.reach(first):
        return Reply(answer=Answer.ACCEPT, offer=first)
    if may_counter and means.most > 0:
        return Reply(answer=Answer.COUNTER, payment=means.most)
    for stretch in (Fraction(0), STRETCH):
        fitting = [offer for offer in standing if means.reach(offer, stretch=stretch)]
        if fitting:
            return Reply(answer=Answer.ACCEPT, offer=min(fitting, key=total_of))
    return Reply(answer=Answer.DECLINE)


def months(dues: Sequence[Json]) -> Iterator[tuple[str, int]]:
    """Yield the first due day of each calendar month and what the month asks for, in minor units."""
    for _, due in groupby(sorted(dues, key=lambda due: str(due["due_on"])), key=lambda due: due["due_on"][:7]):
        of_month = list(due)
        yield of_month[0]["due_on"], sum(line["payment"] for line in of_month)


def heaviest_month(dues: Sequence[Json]) -> int:
    """Return the most that has to be paid in one calendar month, in minor units."""
    return max((asked for _, asked in months(dues)), default=0)


def total_of(offer: Json) -> int:
    """Return all that has to be paid under an offer, in minor units."""
    return sum(due["payment"] for due in offer["total"])
