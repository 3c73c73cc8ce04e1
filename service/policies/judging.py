"""How a pack is judged: every rule is evaluated, all reasons that apply are given, the outcome follows precedence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, Protocol

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Level, Outcome, ProgrammeVerdict, Reason, Severity, TraceLine, Verdict
from service.domain.settings import Limits, PolicySettings, Programme
from service.policies.conditions import Compiled

RuleOutcome = Literal["reject", "manual", "inform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition with what follows when it holds (of a programme: what it refuses when it does not)."""

    code: str
    when: Compiled
    each: Literal["case", "loan"] = "case"
    outcome: RuleOutcome = "inform"
    severity: Severity = Severity.INFORMATIONAL
    text: dict[str, str]
    source: str


class Judged(Protocol):
    """What judging needs of a pack."""

    @property
    def id(self) -> str:
        """Name and version."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that can change its answers."""

    @property
    def settings(self) -> PolicySettings:
        """The pack's figures."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the case."""

    @property
    def eligible_when(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of each programme."""


def _own_text(code: str, en: str, zh: str) -> tuple[str, dict[str, str]]:
    return code, {"en": en, "zh-CN": zh}


OWN_REASONS: Final[dict[str, dict[str, str]]] = dict([
    _own_text("EVIDENCE_MISSING", "Documents are still missing.", "尚缺所需材料。"),
    _own_text("EVIDENCE_UNVERIFIED", "A document has still to be verified.", "有材料尚待核实。"),
    _own_text("FACT_UNKNOWN", "A fact that decides the case is not known.", "尚缺决定性信息。"),
    _own_text("NO_PROGRAMME", "No programme is open to this application.", "没有适用的方案。"),
    _own_text("NO_PLAN_FITS", "No plan within the limits can be paid on every date.", "没有能够按期负担的方案。"),
    _own_text("CURRENCY_NOT_COVERED", "The policy has no figures for this currency.", "政策未涵盖该币种。"),
    _own_text("OUT_OF_SCOPE", "No policy covers these loans; a person decides.", "没有政策涵盖这些贷款，由人工处理。"),
    _own_text("POLICY_FAULT", "The policy could not answer; a person decides.", "政策无法给出结论，由人工处理。"),
])  # fmt: skip
"""Reasons that the service itself gives, whatever the pack."""

DIVIDED: Final[dict[str, tuple[str, str]]] = {
    "payment_to_income": ("contractual_payment", "income"),
    "payment_to_surplus": ("contractual_payment", "surplus"),
}
"""Ratios that do not exist where there is nothing to divide by: unknown then, though nobody owes an answer."""


def own_reason(code: str, policy_id: str, **particulars: Any) -> Reason:
    """Return a reason of the service itself."""
    severity = Severity.FATAL if code == "NO_PROGRAMME" else Severity.WARNING
    return Reason(
        code=code,
        severity=severity,
        text=OWN_REASONS[code],
        source=f"{policy_id}: precedence of outcomes",
        **particulars,
    )


def judge(pack: Judged, facts: Facts) -> Verdict:
    """Judge facts by a pack (design section 6, "Verdict")."""
    case = facts.of_case()
    trace: list[TraceLine] = []
    fired: list[tuple[Rule, Reason]] = []
    needed: list[Reason] = []
    for rule in pack.rules:
        for loan_id, env in _environments(rule, facts, case):
            held = rule.when(env)
            trace.append(_line(rule.code, rule, env, held, loan_id))
            if held:
                fired.append((rule, _reason(rule, env, held=True, loan_id=loan_id)))
            elif held is None and rule.outcome == "reject" and rule.severity is Severity.FATAL:
                needed += [
                    own_reason("FACT_UNKNOWN", pack.id, fact=fact, loan_id=loan_id)
                    for fact in rule.when.unknown(env)
                    if _can_be_told(fact, env)
                ][:1]
    programmes = tuple(_programmes(pack, facts, trace))
    outcome, own = _outcome(pack, facts, fired, needed, programmes)
    return Verdict(
        outcome=outcome,
        reasons=(*own, *(reason for _, reason in fired)),
        programmes=programmes,
        level=_level(pack.settings, facts),
        trace=tuple(trace),
        policy_id=pack.id,
        digest=pack.digest,
    )


def _outcome(
    pack: Judged,
    facts: Facts,
    fired: list[tuple[Rule, Reason]],
    needed: list[Reason],
    programmes: tuple[ProgrammeVerdict, ...],
) -> tuple[Outcome, list[Reason]]:
    """Return the outcome by precedence, with the reasons that are not a rule's own."""
    floors = pack.settings.household_floor
    uncovered = bool(floors) and facts.case.currency not in floors
    if any(rule.outcome == "reject" and rule.severity is Severity.FATAL for rule, _ in fired):
        return Outcome.REJECT, []
    if facts.case.evidence_missing:
        missing = own_reason("EVIDENCE_MISSING", pack.id, fact="evidence_missing", value=facts.case.evidence_missing)
        return Outcome.REQUEST_INFORMATION, [missing, *needed]
    if needed:
        return Outcome.REQUEST_INFORMATION, needed
    if uncovered:
        return Outcome.MANUAL, [own_reason("CURRENCY_NOT_COVERED", pack.id, fact="currency", value=facts.case.currency)]
    if facts.case.evidence_unverified:
        return Outcome.MANUAL, [own_reason("EVIDENCE_UNVERIFIED", pack.id, fact="evidence_unverified")]
    if any(rule.outcome == "manual" for rule, _ in fired):
        return Outcome.MANUAL, []
    if any(p.eligibility is Eligibility.ELIGIBLE for p in programmes):
        return Outcome.APPROVE, []
    why = {(r.code, r.fact, r.loan_id): r for p in programmes for r in p.reasons}
    return Outcome.REJECT, [own_reason("NO_PROGRAMME", pack.id), *why.values()]


def _can_be_told(fact: str, env: Mapping[str, Any]) -> bool:
    """Say whether somebody could tell a fact that is unknown; asking for one that does not exist would never end."""
    return fact not in DIVIDED or any(env[part] is None for part in DIVIDED[fact])


def _environments(rule: Rule, facts: Facts, case: dict[str, Any]) -> Iterable[tuple[str | None, dict[str, Any]]]:
    if rule.each == "case":
        return [(None, case)]
    return [(loan_id, facts.of_loan(loan_id)) for loan_id in facts.loans]


def _programmes(pack: Judged, facts: Facts, trace: list[TraceLine]) -> Iterable[ProgrammeVerdict]:
    for loan_id in facts.loans:
        env = facts.of_loan(loan_id)
        for programme in pack.settings.programmes:
            yield _programme(programme, pack.eligible_when.get(programme.code, ()), env, loan_id, trace)


def _programme(
    programme: Programme, rules: tuple[Rule, ...], env: dict[str, Any], loan_id: str, trace: list[TraceLine]
) -> ProgrammeVerdict:
    """Judge a programme for a loan: every rule must hold; an unknown fact makes it conditional."""
    refused: list[Reason] = []
    missing: list[str] = []
    for rule in rules:
        held = rule.when(env)
        trace.append(_line(f"{programme.code}.{rule.code}", rule, env, held, loan_id))
        if held is False:
            refused.append(_reason(rule, env, held=False, loan_id=loan_id))
        elif held is None:
            missing.extend(rule.when.unknown(env))
    eligibility = Eligibility.INELIGIBLE if refused else Eligibility.CONDITIONAL if missing else Eligibility.ELIGIBLE
    return ProgrammeVerdict(
        code=programme.code,
        loan_id=loan_id,
        eligibility=eligibility,
        reasons=tuple(refused),
        missing=tuple(dict.fromkeys(missing)),
        limits=_limits(programme.limits),
    )


def _limits(limits: Limits) -> dict[str, int | Decimal | str | None]:
    found = {name: getattr(limits, name) for name in Limits.__dataclass_fields__}
    return {name: value for name, value in found.items() if value is not None}


def _line(name: str, rule: Rule, env: dict[str, Any], held: bool | None, loan_id: str | None) -> TraceLine:  # noqa: FBT001
    result = {True: "true", False: "false", None: "unknown"}[held]
    return TraceLine(rule=name, loan_id=loan_id, when=rule.when.text, result=result, facts=rule.when.values(env))


def _reason(rule: Rule, env: dict[str, Any], *, held: bool, loan_id: str | None) -> Reason:
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


def _level(settings: PolicySettings, facts: Facts) -> Level:
    """Return the lowest level whose exposure limit covers the case; what a plan gives up is judged with the plan."""
    exposure, currency = facts.case.exposure or 0, facts.case.currency or ""
    for step in settings.authority:
        most = step.exposure_max.get(currency)
        if most is None or exposure <= most:
            return Level(step.level)
    return Level.COMMITTEE
