"""A deed that needs the answer of a policy elsewhere is done anew once it is there, and asks no more than it must."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from service.casework.consulting import consulted
from service.casework.desk import Desk
from service.casework.judging import verdict_on
from service.domain.consulting import ROUNDS_MAX, Answer
from service.domain.facts import Facts
from service.domain.policy import Outcome, Policy, Verdict
from service.domain.settings import PolicySettings
from tests.policies.samples import ON, facts


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A policy elsewhere that is asked by name."""

    id: str = "elsewhere@1"
    digest: str = "d1"
    settings: PolicySettings = field(default_factory=PolicySettings)

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        return Verdict(outcome=Outcome.MANUAL)

    def question(self, facts: Facts, *, on: date) -> str:
        return f"{facts.case.days_past_due} {on}"

    def heard(self, answer: Answer, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        return Verdict(outcome=Outcome.MANUAL if answer.fault else Outcome.APPROVE)


def no_policy(*_: Any) -> Any:
    raise AssertionError


def desk(asked: list[str] | None) -> Desk:
    """Return a desk that keeps what was asked; without a list nobody can be asked."""

    async def ask(_policy: Policy, question: str) -> Answer:
        assert asked is not None
        asked.append(question)
        return Answer(result={})

    return Desk(choose=no_policy, pinned=no_policy, beside=no_policy, ask=None if asked is None else ask)


@pytest.mark.parametrize(("days", "outcome"), (([1, 1], "approve"), ([1, 2, 2], "approve"), ([1, 2, 3, 4], "manual")))
async def test_a_deed_is_done_anew_until_its_facts_are_those_that_were_asked_about(
    days: list[int], outcome: str
) -> None:
    asked: list[str] = []
    policy, runs = Elsewhere(), iter(days)

    async def deed(at: Desk) -> Verdict:
        about = facts(days_past_due=next(runs))
        assert at.answers is not None
        return policy.heard(at.answers.to(policy, policy.question(about, on=ON)), about, on=ON)

    assert (await consulted(desk(asked), deed)).outcome == outcome
    assert len(asked) == len(set(asked)) <= ROUNDS_MAX
    assert next(runs, None) is None


async def test_where_nobody_can_be_asked_the_deed_is_done_once() -> None:
    async def deed(at: Desk) -> bool:
        return at.answers is None

    assert await consulted(desk(None), deed)


async def test_answers_are_not_kept_for_the_next_deed() -> None:
    asked: list[str] = []
    policy, at_desk = Elsewhere(), desk(asked)

    async def deed(at: Desk) -> Verdict:
        assert at.answers is not None
        return policy.heard(at.answers.to(policy, policy.question(facts(), on=ON)), facts(), on=ON)

    for _ in range(2):
        await consulted(at_desk, deed)
    assert len(asked) == 2


def test_who_judges_without_asking_gets_the_policys_own_word() -> None:
    assert verdict_on(facts(), Elsewhere(), on=ON).outcome is Outcome.MANUAL
