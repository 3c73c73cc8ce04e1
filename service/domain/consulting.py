"""Policies that somebody else's service judges by: what they are asked and answer, kept apart from the judging itself.

Judging stays a pure function: it finds the answer among those that were got before, or says that one is needed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol, runtime_checkable

from service.domain.facts import Facts
from service.domain.policy import Policy, Verdict

ROUNDS_MAX: Final = 3
"""How often one policy is asked for one deed; more often its facts would have to change between asking and judging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a policy elsewhere said, or why it said nothing that can be used."""

    result: dict[str, Any] | None = None
    fault: str | None = None


@runtime_checkable
class Elsewhere(Protocol):
    """A policy that has to be asked: it is a `Policy`, whose own `judge` can only hand a case to a person."""

    @property
    def id(self) -> str:
        """Name and version of the policy."""

    @property
    def digest(self) -> str:
        """SHA-256 of all on this side that can change its answers."""

    def question(self, facts: Facts, *, on: date) -> str:
        """Return what it is asked about facts; the same facts and day are the same question."""

    def heard(self, answer: Answer, facts: Facts, *, on: date) -> Verdict:
        """Make a verdict of its answer; the same answer to the same facts gives the same verdict."""


Ask = Callable[[Policy, str], Awaitable[Answer]]
"""Puts a question to a policy elsewhere; whatever goes wrong is an answer with a fault."""


class AnswerNeeded(Exception):  # a step of the work, no error of the field: whoever opened the transaction asks
    """A policy elsewhere has to be asked before the deed can be done; nothing of the deed is kept."""

    def __init__(self, policy: Policy, question: str) -> None:
        super().__init__(f"{policy.id} has not been asked")
        self.policy = policy
        self.question = question


@dataclass(slots=True)
class Answers:
    """The answers that were got for one deed, by the digest of the policy and the question."""

    _got: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def add(self, policy: Policy, question: str, answer: Answer) -> None:
        """Keep an answer."""
        self._got[policy.digest, question] = answer

    def to(self, policy: Policy, question: str) -> Answer:
        """Return the answer to a question; raise `AnswerNeeded` where it was not asked."""
        found = self._got.get((policy.digest, question))
        if found is not None:
            return found
        if sum(digest == policy.digest for digest, _ in self._got) >= ROUNDS_MAX:
            return Answer(fault="the facts changed each time while it was asked")
        raise AnswerNeeded(policy, question)
