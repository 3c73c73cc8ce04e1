"""Judging an application by a policy, without storing anything: facts, required evidence, verdict, recourse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from service.domain.application import Application
from service.domain.consulting import Answer, Answers, Elsewhere
from service.domain.derivation import Inputs, derive
from service.domain.evidence import Checked, EvidenceState, Item, RequiredItem, check, missing, unverified
from service.domain.facts import Facts
from service.domain.loan_facts import OwnRelief
from service.domain.loans import Snapshot
from service.domain.policy import Policy, Verdict
from service.domain.recourse import recourse
from service.domain.settings import EvidenceRule, PolicySettings

INCOME_EVIDENCE = frozenset({"income_proof", "bank_statements", "payslips", "tax_return"})
"""Kinds of documents that evidence the stated incomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is judged: the application, its loans, documents and flags, our record of the loans, what a person asked."""

    application: Application
    snapshots: Sequence[Snapshot]
    items: Sequence[Item] = ()
    flags: Mapping[str, bool] | None = None
    own_reliefs: Sequence[OwnRelief] = ()
    asked: Sequence[RequiredItem] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of it."""

    facts: Facts
    checked: tuple[Checked, ...]
    verdict: Verdict
    answer: Answer | None = None

    @property
    def missing(self) -> tuple[RequiredItem, ...]:
        """The required items that are neither received, verified nor waived."""
        return missing(self.checked)


def facts_of(matter: Matter, settings: PolicySettings, *, on: date) -> tuple[Facts, tuple[Checked, ...]]:
    """Derive the facts, and from them the required evidence and how much of it is there."""
    application = matter.application
    inputs = Inputs(
        application=application,
        snapshots=matter.snapshots,
        flags=matter.flags or {},
        on=on,
        income_basis=_income_basis(matter.items),
        household_floor=settings.household_floor.get(application.currency),
        own_reliefs=matter.own_reliefs,
    )
    facts = derive(inputs)
    required = required_items(settings, facts)
    named = {(item.kind, item.loan_id) for item in required}
    asked = {(item.kind, item.loan_id): item for item in matter.asked}  # the latest reason of what was asked for twice
    further = tuple(item for place, item in asked.items() if place not in named)
    checked = check((*required, *further), matter.items, on=on)
    counted = replace(
        facts.case,
        evidence_missing=len(missing(checked)),
        evidence_unverified=len(unverified(checked)),
        evidence_refused=sum(c.state is EvidenceState.REFUSED for c in checked),
    )
    return replace(facts, case=counted), checked


def judge(matter: Matter, policy: Policy, *, on: date, answers: Answers | None = None) -> Judgement:
    """Judge a matter by a policy as of a local day; recourse is worked out for what is not open.

    A policy elsewhere judges by its answer to these very facts; where it was not asked, `AnswerNeeded` is raised.
    There is no recourse of it: that would mean to ask it about many borrowers who do not exist.
    """
    facts, checked = facts_of(matter, policy.settings, on=on)
    if isinstance(policy, Elsewhere) and answers is not None:
        answer = answers.to(policy, policy.question(facts, on=on))
        verdict = policy.heard(answer, facts, on=on)
        return Judgement(facts=facts, checked=checked, verdict=verdict, answer=answer)
    verdict = verdict_on(facts, policy, on=on)
    return Judgement(facts=facts, checked=checked, verdict=verdict)


def verdict_on(facts: Facts, policy: Policy, *, on: date) -> Verdict:
    """Return the verdict on facts as a review keeps it: with the recourse for what is not open."""
    if isinstance(policy, Elsewhere):
        return policy.judge(facts, on=on)
    return recourse(lambda changed: policy.judge(changed, on=on), facts, policy.judge(facts, on=on))


def required_items(settings: PolicySettings, facts: Facts) -> tuple[RequiredItem, ...]:
    """Return the documents that the policy asks for, once each, in the order of its rules."""
    found: dict[tuple[str, str | None], RequiredItem] = {}
    for rule in settings.evidence:
        for loan_id in [None] if rule.each == "case" else list(facts.loans):
            env = facts.of_case() if loan_id is None else facts.of_loan(loan_id)
            if rule.when(env) is True:
                for kind in rule.kinds:
                    found.setdefault((kind, loan_id), _item(rule, kind, loan_id))
    return tuple(found.values())


def _item(rule: EvidenceRule, kind: str, loan_id: str | None) -> RequiredItem:
    return RequiredItem(
        kind=kind, loan_id=loan_id, needs=rule.needs, fresh_days=rule.fresh_days, why=rule.why, source=rule.source
    )


def _income_basis(items: Sequence[Item]) -> str:
    """Say how well the stated incomes are supported: declared, evidenced or verified."""
    states = {item.state for item in items if item.kind in INCOME_EVIDENCE}
    if EvidenceState.VERIFIED in states:
        return "verified"
    return "evidenced" if EvidenceState.RECEIVED in states else "declared"
