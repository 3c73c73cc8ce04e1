"""How a pack is judged: every rule is evaluated, all reasons that apply are given, the outcome follows precedence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Level, Outcome, ProgrammeVerdict, Reason, Severity, TraceLine, Verdict
from service.domain.settings import Limits, PolicySettings, Programme
from service.policies.own_reasons import own_reason
from service.policies.rules import Rule, Rulebook
from service.relief.authority import covers

Env = dict[str, Any]

_RESULTS: Final[dict[bool | None, str]] = {True: "true", False: "false", None: "unknown"}
_LIMITS: Final = tuple(Limits.__dataclass_fields__)


@dataclass(slots=True, kw_only=True)
class _Judgement:
    """One judging under way: what held, what is not known, and the trace."""

    book: Rulebook
    facts: Facts
    case: Env
    loans: dict[str, Env]
    trace: list[TraceLine] = field(default_factory=list)
    fired: list[tuple[Rule, Reason]] = field(default_factory=list)
    needed: dict[tuple[str, str | None], None] = field(default_factory=dict)
    programmes: list[ProgrammeVerdict] = field(default_factory=list)

    def own(self, code: str, **particulars: Any) -> Reason:
        """Return a reason of the service itself."""
        return own_reason(code, source=self.source, **particulars)

    @property
    def source(self) -> str:
        """What the service's own reasons rest on."""
        return f"{self.book.id}: precedence of outcomes"


def judge(book: Rulebook, facts: Facts, *, on: date, digest: str) -> Verdict:
    """Judge facts by a pack (design section 6, "Verdict")."""
    now = _Judgement(book=book, facts=facts, case=facts.of_case(), loans={i: facts.of_loan(i) for i in facts.loans})
    _rules(now)
    _programmes(now)
    outcome, own = _outcome(now, on=on)
    return Verdict(
        outcome=outcome,
        reasons=(*own, *(reason for _, reason in now.fired)),
        programmes=tuple(now.programmes),
        level=level_of(book.settings, facts),
        trace=tuple(now.trace),
        policy_id=book.id,
        digest=digest,
    )


def _rules(now: _Judgement) -> None:
    """Evaluate every rule, for the case or for every loan."""
    for rule in now.book.rules:
        for loan_id, env in [(None, now.case)] if rule.each == "case" else now.loans.items():
            held = rule.when(env)
            now.trace.append(_line(rule.code, rule, env, held, loan_id))
            if held:
                now.fired.append((rule, _reason(rule, env, held=True, loan_id=loan_id)))
            elif held is None and rejects(rule):
                told = (fact for fact in rule.when.unknown(env) if can_be_told(fact, env))
                now.needed |= dict.fromkeys((fact, loan_id) for fact in told)


def _programmes(now: _Judgement) -> None:
    """Judge every programme for every loan: all its conditions must hold; one not known makes it conditional."""
    for loan_id, env in now.loans.items():
        for programme in now.book.settings.programmes:
            now.programmes.append(_programme(now, programme, env, loan_id))


def _programme(now: _Judgement, programme: Programme, loan: Env, loan_id: str) -> ProgrammeVerdict:
    refused: list[Reason] = []
    missing: dict[str, None] = {}
    for rule in now.book.eligible_when[programme.code]:
        env = now.case if rule.each == "case" else loan
        held = rule.when(env)
        now.trace.append(_line(f"{programme.code}.{rule.code}", rule, env, held, loan_id))
        if held is False:
            refused.append(_reason(rule, env, held=False, loan_id=loan_id))
        elif held is None:
            missing |= dict.fromkeys(rule.when.unknown(env) or ("currency",))
    eligibility = Eligibility.INELIGIBLE if refused else Eligibility.CONDITIONAL if missing else Eligibility.ELIGIBLE
    return ProgrammeVerdict(
        code=programme.code,
        loan_id=loan_id,
        eligibility=eligibility,
        reasons=tuple(refused),
        missing=tuple(missing),
        limits=limits_of(programme.limits),
    )


def _outcome(now: _Judgement, *, on: date) -> tuple[Outcome, list[Reason]]:
    """Return the outcome by precedence, with the reasons that are not a rule's own."""
    case = now.facts.case
    if any(rejects(rule) for rule, _ in now.fired):
        return Outcome.REJECT, []
    needed = [now.own("FACT_UNKNOWN", fact=fact, loan_id=loan_id) for fact, loan_id in now.needed]
    if case.evidence_missing:
        missing = now.own("EVIDENCE_MISSING", fact="evidence_missing", value=case.evidence_missing, threshold="== 0")
        return Outcome.REQUEST_INFORMATION, [missing, *needed]
    if needed:
        return Outcome.REQUEST_INFORMATION, needed
    person = list(why_a_person(now.book.settings, now.facts, on=on, source=now.source))
    if person or any(rule.outcome == "manual" for rule, _ in now.fired):
        return Outcome.MANUAL, person
    if any(programme.eligibility is Eligibility.ELIGIBLE for programme in now.programmes):
        return Outcome.APPROVE, []
    return Outcome.REJECT, [now.own("NO_PROGRAMME"), *_why_none(now)]


def _why_none(now: _Judgement) -> Iterator[Reason]:
    """Yield once each why the programmes are closed, and what is not known of those that nothing closes."""
    yield from {(r.code, r.loan_id): r for programme in now.programmes for r in programme.reasons}.values()
    unclear = [programme for programme in now.programmes if programme.eligibility is Eligibility.CONDITIONAL]
    missing = ((fact, programme.loan_id) for programme in unclear for fact in programme.missing)
    for fact, loan_id in dict.fromkeys(missing):
        yield now.own("FACT_UNKNOWN", fact=fact, loan_id=loan_id)


def why_a_person(settings: PolicySettings, facts: Facts, *, on: date, source: str) -> Iterator[Reason]:
    """Yield why a person has to look, whatever the rules say."""
    for code, particulars in for_a_person(settings, facts, on=on):
        yield own_reason(code, source=source, **particulars)


def for_a_person(settings: PolicySettings, facts: Facts, *, on: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the codes of why a person has to look, whatever the rules say, each with its particulars."""
    case = facts.case
    if not (settings.valid_from or on) <= on <= (settings.valid_to or on):
        yield "NOT_IN_FORCE", {}
    if any(table and case.currency not in table for table in (settings.amounts, settings.household_floor)):
        yield "CURRENCY_NOT_COVERED", {"fact": "currency", "value": case.currency}
    if unverified := case.evidence_unverified:
        yield "EVIDENCE_UNVERIFIED", {"fact": "evidence_unverified", "value": unverified, "threshold": "== 0"}


DIVIDED: Final[dict[str, tuple[str, str]]] = {
    "payment_to_income": ("contractual_payment", "income"),
    "payment_to_surplus": ("contractual_payment", "surplus"),
}
"""Ratios that do not exist where there is nothing to divide by: unknown then, though nobody owes an answer."""


def can_be_told(fact: str, env: Mapping[str, Any]) -> bool:
    """Say whether somebody could tell a fact that is unknown; asking for one that does not exist would never end."""
    return fact not in DIVIDED or any(env[part] is None for part in DIVIDED[fact])


def rejects(rule: Rule) -> bool:
    """Say whether a rule, where it holds, decides the case against the borrower."""
    return rule.outcome == "reject" and rule.severity is Severity.FATAL


def limits_of(limits: Limits) -> dict[str, int | Decimal | str | None]:
    """Return the bounds of a programme as a verdict shows them."""
    return {name: value for name in _LIMITS if (value := getattr(limits, name)) is not None}


def _line(name: str, rule: Rule, env: Env, held: bool | None, loan_id: str | None) -> TraceLine:  # noqa: FBT001
    return TraceLine(
        rule=name, loan_id=loan_id, when=rule.when.text, result=_RESULTS[held], facts=rule.when.values(env)
    )


def _reason(rule: Rule, env: Env, *, held: bool, loan_id: str | None) -> Reason:
    grounds = rule.when.grounds(env, held=held)
    return Reason(
        code=rule.code,
        severity=rule.severity,
        fact=grounds.fact if grounds else None,
        value=grounds.value if grounds else None,
        threshold=grounds.threshold if grounds else None,
        text=rule.text,
        source=rule.source,
        loan_id=loan_id,
    )


def level_of(settings: PolicySettings, facts: Facts) -> Level:
    """Return the lowest level whose exposure limit covers the case; what a plan gives up is judged with the plan."""
    exposure, currency = facts.case.exposure or 0, facts.case.currency
    able = (step.level for step in settings.authority if covers(step, exposure=exposure, currency=currency))
    return Level(next(able, Level.COMMITTEE))
