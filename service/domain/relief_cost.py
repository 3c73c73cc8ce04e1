"""The relief cost of an approval: the most of what is owed today that the programmes open to its loans may waive.

It is an upper bound that needs no plan: per loan, the dearest of the open programmes; per programme, each component of
the balance times the share that its limits let be waived, or, where it may settle, the exposure less the least part
that a settlement pays. Interest forgone by a lower rate, a longer term or a pause is not in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from service.domain.answers import Answer
from service.domain.facts import Facts, LoanFacts
from service.domain.money import rounded
from service.domain.policy import Outcome
from service.domain.settings import Limits, Programme

_WAIVABLE: Final = (
    ("fees", "waived_fees_max"),
    ("penalty", "waived_penalty_max"),
    ("interest", "waived_interest_max"),
    ("principal", "waived_principal_max"),
)


@dataclass(frozen=True, slots=True)
class Waivable:
    """How much of each component a programme may waive, and how much of the whole by a settlement."""

    shares: tuple[tuple[str, Decimal], ...]
    settled: Decimal | None

    @classmethod
    def by(cls, limits: Limits) -> "Waivable":
        """Read the limits of a programme; a share of nothing is left out."""
        found = ((component, getattr(limits, name)) for component, name in _WAIVABLE)
        shares = tuple((component, share) for component, share in found if share)
        return cls(shares, None if limits.settlement_min is None else 1 - limits.settlement_min)

    def of(self, loan: LoanFacts) -> int | None:
        """Return the most that may be waived of a loan in minor units; None where a figure that it needs is unknown."""
        waived = 0
        for component, share in self.shares:
            amount = getattr(loan, component)
            if amount is None:
                return None
            waived += amount if share == 1 else rounded(amount * share)
        if self.settled is None:
            return waived
        return None if loan.exposure is None else max(waived, rounded(loan.exposure * self.settled))


def waivable(programmes: Iterable[Programme]) -> Mapping[str, Waivable]:
    """Return what each programme may waive, by its code."""
    return {programme.code: Waivable.by(programme.limits) for programme in programmes}


def relief_cost(answer: Answer, facts: Facts, by_programme: Mapping[str, Waivable]) -> int | None:
    """Return the relief cost of an answer in minor units: 0 unless it approves; None where it cannot be told."""
    if answer.outcome is not Outcome.APPROVE:
        return 0
    dearest: dict[str, int] = {}
    for loan_id, code in answer.eligible:
        cost = by_programme[code].of(facts.loans[loan_id])
        if cost is None:
            return None
        dearest[loan_id] = max(cost, dearest.get(loan_id, 0))
    return sum(dearest.values())
