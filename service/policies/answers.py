"""What a policy that is not a pack may answer, and the verdict that is made of it: never more than it said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.domain.facts import NAMES, Facts
from service.domain.policy import FACT_UNKNOWN, Eligibility, Outcome, ProgrammeVerdict, Reason, TraceLine, Verdict
from service.domain.settings import PolicySettings
from service.policies.grounds import plain
from service.policies.guarded import for_a_person
from service.policies.judging import level_of, limits_of, why_a_person
from service.policies.own_reasons import own_reason
from service.policies.pack_problems import key

ENTRIES_MAX: Final = 500

_Code = Annotated[str, Field(min_length=1, max_length=100, pattern="^[A-Za-z][A-Za-z0-9_]*$")]
_LoanId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
_Fact = Annotated[str, Field(max_length=100, pattern="^[a-z][a-z0-9_]*$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReasonGiven(_Shape):
    """A reason by its code; the sidecar has its text. A fact that it names is shown with its value."""

    code: _Code
    loan_id: _LoanId | None = None
    fact: _Fact | None = None


class ProgrammeGiven(_Shape):
    """A programme of the settings, for one loan or, without `loan_id`, for every one."""

    code: _Code
    eligibility: Eligibility
    loan_id: _LoanId | None = None
    reasons: Annotated[tuple[_Code, ...], Field(max_length=ENTRIES_MAX)] = ()
    missing: Annotated[tuple[_Fact, ...], Field(max_length=ENTRIES_MAX)] = ()


class Given(_Shape):
    """The whole answer; a programme that it does not name is not open."""

    outcome: Outcome
    reasons: Annotated[tuple[ReasonGiven, ...], Field(max_length=ENTRIES_MAX)] = ()
    programmes: Annotated[tuple[ProgrammeGiven, ...], Field(max_length=ENTRIES_MAX)] = ()


class Nonsense(Exception):
    """An answer is not what was asked for; the sentence says in what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers: its id, digest and settings, the words of its reasons, and of which kind it is."""

    id: str
    digest: str
    settings: PolicySettings
    reasons: Mapping[str, Reason]
    kind: str

    @property
    def precedence(self) -> str:
        """What the service's own reasons rest on."""
        return f"{self.id}: precedence of outcomes"


def given(text: str | bytes) -> Given:
    """Read an answer from its JSON; raise `Nonsense` with the first thing that is wrong with it."""
    try:
        return Given.model_validate_json(text)
    except ValidationError as error:
        raise Nonsense(not_as_agreed(error)) from None


def not_as_agreed(error: ValidationError) -> str:
    """Say what is wrong first with an answer, without repeating anything of it."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return "the answer is no JSON"
    ours = {*Given.model_fields, *ReasonGiven.model_fields, *ProgrammeGiven.model_fields}
    where = key(tuple(step for step in first["loc"] if isinstance(step, int) or step in ours))
    return f"the answer is not as agreed{where and f' at {where}'}: {first['type']}"


def verdict_on_fault(who: Answering, fault: str) -> Verdict:
    """Return the verdict that hands a case to a person because the policy could not answer."""
    return for_a_person(who, "POLICY_FAULT", fault=fault)


def verdict_of(who: Answering, answer: Given, facts: Facts, *, on: date, trace: Sequence[TraceLine] = ()) -> Verdict:
    """Make a verdict of an answer; what does not hold together is for a person, with the fault in the trace.

    What the service itself looks after stands above the answer: missing documents are asked for, documents to be
    verified, days and currencies that the policy is not for are matters for a person. A rejection stands.
    """
    try:
        reasons = tuple(_reason(who, reason, facts) for reason in answer.reasons)
        programmes = tuple(_programmes(who, answer, facts))
        _require_sense(answer, reasons, programmes, facts)
    except Nonsense as nonsense:
        return verdict_on_fault(who, str(nonsense))
    outcome, own = _outcome(who, answer.outcome, facts, on=on)
    line = TraceLine(rule=who.kind, when=f"answers {answer.outcome}", result="true")
    return Verdict(
        outcome=outcome,
        reasons=(*own, *reasons),
        programmes=programmes,
        level=level_of(who.settings, facts),
        trace=(line, *trace),
        policy_id=who.id,
        digest=who.digest,
    )


def _outcome(who: Answering, said: Outcome, facts: Facts, *, on: date) -> tuple[Outcome, list[Reason]]:
    if said is Outcome.REJECT:
        return said, []
    missing = missing_first(who, facts)
    if missing:
        return Outcome.REQUEST_INFORMATION, missing
    person = list(why_a_person(who.settings, facts, on=on, source=who.precedence))
    return (Outcome.MANUAL if person else said), person


def missing_first(who: Answering, facts: Facts) -> list[Reason]:
    """Return the reason to ask for documents, where some are missing."""
    count = facts.case.evidence_missing
    about: dict[str, Any] = {"fact": "evidence_missing", "value": count, "threshold": "== 0"}
    return [own_reason("EVIDENCE_MISSING", source=who.precedence, **about)] if count else []


def _reason(who: Answering, said: ReasonGiven, facts: Facts) -> Reason:
    if said.loan_id is not None and said.loan_id not in facts.loans:
        raise Nonsense("a reason names a loan that the case does not have")
    if said.fact is not None and said.fact not in NAMES:
        raise Nonsense("a reason names a fact that there is not")
    told = facts.of_loan(said.loan_id) if said.loan_id is not None else facts.of_case()
    about: dict[str, Any] = {"loan_id": said.loan_id, "fact": said.fact}
    about["value"] = None if said.fact is None else plain(told[said.fact])
    if said.code == FACT_UNKNOWN:
        if said.fact is None or about["value"] is not None:
            raise Nonsense(f"{FACT_UNKNOWN} names a fact that is not known")
        return own_reason(FACT_UNKNOWN, source=who.id, **about)
    known = _known(who, said.code)
    return Reason(code=known.code, severity=known.severity, text=known.text, source=known.source, **about)


def _known(who: Answering, code: str) -> Reason:
    if code not in who.reasons:
        raise Nonsense(f"there are no words for the reason {code}")
    return who.reasons[code]


def _programmes(who: Answering, answer: Given, facts: Facts) -> Iterator[ProgrammeVerdict]:
    """Yield a verdict for every programme and loan; what was not named is not open."""
    found: dict[tuple[str, str], ProgrammeGiven] = {}
    for said in answer.programmes:
        if who.settings.programme(said.code) is None:
            raise Nonsense(f"there is no programme {said.code}")
        for loan_id in facts.loans if said.loan_id is None else (said.loan_id,):
            if loan_id not in facts.loans:
                raise Nonsense("a programme is for a loan that the case does not have")
            if found.setdefault((said.code, loan_id), said) != said:
                raise Nonsense(f"the programme {said.code} was answered twice for a loan")
    for loan_id in facts.loans:
        for programme in who.settings.programmes:
            one = found.get((programme.code, loan_id))
            reasons = [_reason(who, ReasonGiven(code=c, loan_id=loan_id), facts) for c in one.reasons] if one else []
            if one and not NAMES.issuperset(one.missing):
                raise Nonsense(f"the programme {programme.code} misses a fact that there is not")
            yield ProgrammeVerdict(
                code=programme.code,
                loan_id=loan_id,
                eligibility=one.eligibility if one else Eligibility.INELIGIBLE,
                reasons=tuple(reasons),
                missing=one.missing if one else (),
                limits=limits_of(programme.limits),
            )


def _require_sense(
    answer: Given, reasons: Sequence[Reason], programmes: Sequence[ProgrammeVerdict], facts: Facts
) -> None:
    """Refuse an approval of nothing, a rejection without a reason, and a question that asks for nothing."""
    match answer.outcome:
        case Outcome.APPROVE if not any(p.eligibility is Eligibility.ELIGIBLE for p in programmes):
            raise Nonsense("it approves, and no programme is open")
        case Outcome.REJECT if not reasons:
            raise Nonsense("it rejects without a reason")
        case Outcome.REQUEST_INFORMATION if not (
            facts.case.evidence_missing or any(reason.code == FACT_UNKNOWN for reason in reasons)
        ):
            raise Nonsense("it asks for information and does not say for which")
        case _:
            return
