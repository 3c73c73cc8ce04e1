"""How the borrowers of the demo answer an offer: by one stated rule.

1. Accept the recommended offer if it *fits*: no month asks for more than the borrower has left today.
2. Otherwise counter, once, with what is left today as the most that can be paid a month, and accept what stands then
   if it fits; failing that, the cheapest of the other open offers that fits.
3. Otherwise accept the first open offer that fits when the recovery the borrower expects is counted on.
4. Otherwise decline.

Each borrower knows their own budget: what is left is worked out here from what they posted, and never read from the
service's answers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from service.demo.http import Json


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

    def reach(self, offer: Json) -> bool:
        """Say whether no month of an offer asks for more than is left today."""
        return heaviest_month(offer["total"]) <= self.today

    def reach_in_time(self, offer: Json) -> bool:
        """Say whether an offer fits when the expected recovery is counted on."""
        before = [due for due in offer["total"] if self.expected is None or due["due_on"] < self.expected_from]
        after = [due for due in offer["total"] if self.expected is not None and due["due_on"] >= self.expected_from]
        return heaviest_month(before) <= max(self.today, 0) and heaviest_month(after) <= max(self.expected or 0, 0)


def reply(offers: Iterable[Json], *, means: Means, may_counter: bool) -> Reply:
    """Answer the offers that can be accepted, in the order in which the service lists them."""
    standing = [offer for offer in offers if offer["state"] == "open" and not offer["indicative"]]
    first = next((offer for offer in standing if "recommended" in offer["labels"]), next(iter(standing), None))
    if first is not None and means.reach(first):
        return Reply(answer=Answer.ACCEPT, offer=first)
    if first is not None and may_counter and means.today > 0:
        return Reply(answer=Answer.COUNTER, payment=means.today)
    fitting = [offer for offer in standing if means.reach(offer)]
    if fitting:
        return Reply(answer=Answer.ACCEPT, offer=min(fitting, key=total_of))
    hoped = next((offer for offer in standing if means.reach_in_time(offer)), None)
    return Reply(answer=Answer.DECLINE) if hoped is None else Reply(answer=Answer.ACCEPT, offer=hoped)


def heaviest_month(dues: Sequence[Json]) -> int:
    """Return the most that has to be paid in one calendar month, in minor units."""
    months: Counter[str] = Counter()
    for due in dues:
        months[due["due_on"][:7]] += due["payment"]
    return max(months.values(), default=0)


def total_of(offer: Json) -> int:
    """Return all that has to be paid under an offer, in minor units."""
    return sum(due["payment"] for due in offer["total"])
