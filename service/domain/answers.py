"""What a policy says of a case in short: enough to compare versions over very many cases, without trace or texts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Outcome, Policy, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome, the codes of the reasons, and which programmes are open: pairs of loan and programme."""

    outcome: Outcome
    reasons: frozenset[str] = frozenset()
    eligible: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """Leave everything else out of a verdict."""
        return cls(
            Outcome(verdict.outcome),
            frozenset(reason.code for reason in verdict.reasons),
            tuple((p.loan_id, p.code) for p in verdict.programmes if p.eligibility is Eligibility.ELIGIBLE),
        )


class Answering(Protocol):
    """A policy that can answer in short faster than by a whole verdict, and never otherwise than by it."""

    def answer(self, facts: Facts, *, on: date) -> Answer:
        """Return what `Answer.of(self.judge(facts, on=on))` would be."""


def answer_of(policy: Policy, facts: Facts, *, on: date) -> Answer:
    """Have a policy answer in short, the faster way where it knows one."""
    # Asked for by name: to hold a value against a protocol takes longer than the answer.
    quick: Callable[..., Answer] | None = getattr(policy, "answer", None)
    return Answer.of(policy.judge(facts, on=on)) if quick is None else quick(facts, on=on)
