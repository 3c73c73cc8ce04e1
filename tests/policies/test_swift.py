"""Answering in short gives what judging gives, for whatever facts, and hands faults and what is out of scope on."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.answers import Answer, answer_of
from service.domain.backtest import PolicyNotComparable
from service.domain.facts import CaseFacts, Facts, LoanFacts, described
from service.domain.policy import Outcome, Verdict
from service.policies import swift, together
from service.policies.expression_kinds import VOCABULARIES
from service.policies.guarded import Guarded
from service.policies.kept import version_of
from service.policies.pack import Pack
from service.policies.registry import shipped_packs
from service.policies.remade import Remade, comparable
from service.policies.remote import RemotePolicy
from service.policies.scope import Scoped
from tests.policies.samples import ON, PROGRAMME, facts, needs, rule, small, some_facts
from tests.policies.tables import scenarios

PACKS: Final = shipped_packs()
KINDS: Final = {fact.name: fact.kind for fact in described()}
OF_LOAN: Final = frozenset(fact.name for fact in described() if fact.level == "loan")

MIXED: Final = small(
    "[amounts.CNY]\nlittle = 500000\n",
    rule("FAR", "days_past_due > 90", 'outcome = "reject"', 'each = "loan"'),
    rule("RATIO", "payment_to_surplus > 1 and days_past_due > 3", 'outcome = "reject"'),
    rule("LITTLE", "exposure < amount.little", 'outcome = "manual"'),
    rule("BOTH", "not vouched and surplus < 0.5 * contractual_payment", 'outcome = "reject"'),
    rule("WORDS", "len(requested_programmes) > 1 or product in ['auto', 'other']"),
    PROGRAMME,
    needs("ONE_OF", "surplus > 0"),
    needs("RATE", "annual_rate in [0.1..0.24]", 'each = "loan"'),
)


def _values(fact: str) -> Sequence[Any]:
    """Return values of a fact on either side of what packs compare with, and none."""
    if fact in VOCABULARIES:
        return [None, *sorted(VOCABULARIES[fact])]
    values: dict[str, Sequence[Any]] = {
        "money": [None, -1, 0, 1, 390_000, 450_000, 500_000, 11_408_544],
        "count": [None, 0, 1, 2, 3, 12, 29, 30, 31, 60, 90, 91, 1200],
        "ratio": [None, *map(Decimal, ("0", "0.1", "0.31", "0.899999", "0.9", "1", "1.0000004", "2"))],
        "flag": [None, True, False],
        "word": ["CNY", "USD", "GBP", "AUD", "EUR", "JPY"],
        "words": [None, (), ("holiday",), ("holiday", "settlement")],
    }
    return values[KINDS[fact]]


def _reads(pack: Pack) -> list[str]:
    conditions = [r.when for r in pack.book.rules]
    conditions += [r.when for rules in pack.book.eligible_when.values() for r in rules]
    read = {name for condition in conditions for name in condition.reads}
    return sorted(read | {"currency", "evidence_missing", "evidence_unverified", "product", "borrower_kind"})


def some_case(pack: Pack, random: Random) -> Facts:
    """Return a case of one to three loans of which a pack knows anything or nothing."""
    names = _reads(pack)

    def drawn(of: Collection[str]) -> dict[str, Any]:
        return {name: random.choice(_values(name)) for name in names if name in of}

    known = drawn(KINDS)
    first = {name: value for name, value in known.items() if name in OF_LOAN}
    loans = [drawn(OF_LOAN) if random.random() < 0.5 else first, *(drawn(OF_LOAN) for _ in range(random.randrange(3)))]
    return Facts(case=CaseFacts(**known), loans={f"L-{n}": LoanFacts(**loan) for n, loan in enumerate(loans)})


@pytest.mark.parametrize("name", (*sorted(PACKS), "mixed"))
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_an_answer_in_short_is_the_verdict_in_short(name: str, seed: int) -> None:
    """Over all packs: outcome, reasons and open programmes are the same, on days on which a pack is in force or not."""
    pack, random = MIXED if name == "mixed" else PACKS[name], Random(seed)  # noqa: S311
    for _ in range(20):  # to draw each member by itself would take longer than to judge
        found, on = some_case(pack, random), ON + timedelta(days=random.choice([0, -10_000, 10_000]))
        assert pack.answer(found, on=on) == Answer.of(pack.judge(found, on=on))


@pytest.mark.parametrize("table", tuple(scenarios()), ids=lambda table: table.pack)
def test_every_golden_scenario_is_answered_alike(table: Any) -> None:
    pack = PACKS[table.pack]
    answers = [(pack.answer(table.facts_of(row), on=table.on), row) for row in table.rows]

    assert [answer for answer, _ in answers] == [
        Answer.of(pack.judge(table.facts_of(row), on=table.on)) for _, row in answers
    ]
    assert {answer.outcome.value for answer, _ in answers} == {row.outcome for row in table.rows}


def test_answers_that_are_remembered_are_those_of_cases_that_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every combination one after the other, twice, so that what was remembered of one is not given to another."""
    monkeypatch.setattr(swift, "KNOWN_MAX", 100)
    pack = small(
        rule("RATIO", "payment_to_surplus > 1 and days_past_due > 3", 'outcome = "reject"'),
        PROGRAMME,
        needs("EXPECTED", "surplus_expected > 0"),
    )
    values = {
        "payment_to_surplus": (None, Decimal(2)), "days_past_due": (None, 5), "contractual_payment": (None, 1),
        "surplus": (None, 1), "evidence_missing": (None, 0, 1),
        "evidence_unverified": (0, 1), "currency": (None, "CNY"),
    }  # fmt: skip
    for known in [*product(*values.values())] * 2:
        found = some_facts(**dict(zip(values, known, strict=True)))
        assert pack.answer(found, on=ON) == Answer.of(pack.judge(found, on=ON)), known


def test_of_no_loan_there_is_an_answer_too() -> None:
    found = Facts(case=CaseFacts(currency="CNY", evidence_missing=0), loans={})

    assert MIXED.answer(found, on=ON) == Answer.of(MIXED.judge(found, on=ON))


def test_what_stays_compiled_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that are unknown in ever other combinations are answered all the same."""
    monkeypatch.setattr(together, "PLANS_MAX", 2)
    pack = small(rule("ONE", "insolvent"), rule("TWO", "litigation"), PROGRAMME, needs("S", "surplus > 0"))
    for known in ({}, {"insolvent": True}, {"litigation": True}, {"surplus": 1}, {"insolvent": True, "surplus": 1}):
        found = some_facts(currency="CNY", evidence_missing=0, **known)
        assert pack.answer(found, on=ON) == Answer.of(pack.judge(found, on=ON))


class Odd:
    """A policy of somebody else's that has no short answer, or raises in it."""

    def __init__(self, pack: Pack) -> None:
        self.id, self.digest, self.settings, self._pack = "odd@1", "0" * 64, pack.settings, pack

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        return self._pack.judge(facts, on=on)


class Failing(Odd):
    """One whose short answer is broken."""

    def answer(self, _facts: Facts, **_on: date) -> Answer:
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", (Odd, Failing))
@pytest.mark.parametrize("foreign", (True, False))
def test_what_has_no_short_answer_is_judged(kind: type[Odd], foreign: bool) -> None:
    pack = PACKS["standard"]
    policy = Guarded(policy=kind(pack), digest="0" * 64, foreign=foreign)
    answer = policy.answer(facts(), on=ON)

    assert answer == Answer.of(pack.judge(facts(), on=ON)) == answer_of(policy, facts(), on=ON)


class Raising(Odd):
    """One that cannot judge at all."""

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        raise KeyError((facts, on))


def test_a_fault_is_for_a_person() -> None:
    policy = Guarded(policy=Raising(PACKS["standard"]), digest="0" * 64, foreign=True)

    assert policy.answer(facts(), on=ON) == Answer(Outcome.MANUAL, frozenset({"POLICY_FAULT"}))


def test_what_a_policy_is_not_for_is_for_a_person_and_no_day_is_out_of_force() -> None:
    pack = small('[policy.scope]\nproducts = ["auto"]\n', PROGRAMME, needs("S", "surplus > 0"))
    scoped = Scoped(policy=pack)
    mine, other = facts(product="auto"), facts(product="credit_card")

    assert scoped.answer(mine, on=ON).outcome is Outcome.APPROVE
    assert scoped.judge(mine, on=ON).outcome is Outcome.APPROVE
    for found in (scoped.answer(other, on=ON), Answer.of(scoped.judge(other, on=ON))):
        assert found == Answer(Outcome.MANUAL, frozenset({"OUT_OF_SCOPE"}))
    assert (scoped.id, scoped.digest, scoped.settings) == (pack.id, pack.digest, pack.settings)


@pytest.mark.parametrize("on", (date(2020, 1, 1), date(2027, 6, 1), date(2040, 1, 1)))
def test_a_version_to_come_is_looked_at_as_if_it_were_in_force(on: date) -> None:
    head = "valid_from = 2027-01-01\nvalid_to = 2027-12-31\n"
    pack = small(head, PROGRAMME, needs("S", "surplus > 0"))

    assert Scoped(policy=pack).answer(facts(), on=on).outcome is Outcome.APPROVE
    assert pack.answer(facts(), on=date(2026, 1, 1)).reasons == {"NOT_IN_FORCE"}


def test_a_version_is_made_again_of_its_text() -> None:
    pack = PACKS["standard"]
    again = Remade.of(version_of(pack, name="standard"), packs=None)()

    assert (again.id, again.digest) == (pack.id, pack.digest)
    assert answer_of(again, facts(), on=ON) == Answer.of(pack.judge(facts(), on=ON))


def test_a_policy_that_answers_from_elsewhere_is_not_compared() -> None:
    here = version_of(PACKS["standard"], name="standard")

    assert comparable(here) is here
    with pytest.raises(PolicyNotComparable, match=r"standard@2026\.1 answers from elsewhere"):
        comparable(replace(here, kind=RemotePolicy.kind))
