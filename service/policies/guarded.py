"""Policies that cannot do harm: what goes wrong in one is a matter for a person, never an error, never an approval."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from service.domain.answers import Answer, answer_of
from service.domain.facts import Facts
from service.domain.policy import Level, Outcome, Policy, TraceLine, Verdict
from service.domain.settings import PolicySettings
from service.policies.own_reasons import own_reason

_VERDICT: Final = TypeAdapter(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A policy whose faults become `manual` with the fault in the trace; `digest` pins all that can change it.

    What a `foreign` policy answers is looked at before it is believed; a pack's answers are made by our own judging.
    """

    policy: Policy
    digest: str
    foreign: bool

    @property
    def id(self) -> str:
        """Name and version of the policy."""
        return self.policy.id

    @property
    def settings(self) -> PolicySettings:
        """Figures of the policy."""
        return self.policy.settings

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Judge; whatever goes wrong is a matter for a person."""
        try:
            verdict = self.policy.judge(facts, on=on)
            fault = _fault(verdict, facts, self.settings) if self.foreign else None
        except Exception as error:  # noqa: BLE001  # somebody else's code may raise anything
            return for_a_person(self, "POLICY_FAULT", fault=type(error).__name__)
        if fault is not None:
            return for_a_person(self, "POLICY_FAULT", fault=fault)
        return replace(verdict, policy_id=self.id, digest=self.digest)

    def answer(self, facts: Facts, *, on: date) -> Answer:
        """Answer in short; what a foreign policy answers is looked at whole."""
        if self.foreign:
            return Answer.of(self.judge(facts, on=on))
        try:
            return answer_of(self.policy, facts, on=on)
        except Exception:  # noqa: BLE001  # what cannot be answered in short is judged, and its fault told there
            return Answer.of(self.judge(facts, on=on))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """Stands in for the first policy where none covers the loans: a person decides."""

    policy: Policy

    @property
    def id(self) -> str:
        """Name and version of the policy it stands in for."""
        return self.policy.id

    @property
    def digest(self) -> str:
        """Digest of the policy it stands in for."""
        return self.policy.digest

    @property
    def settings(self) -> PolicySettings:
        """Figures of the policy it stands in for."""
        return self.policy.settings

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        """Answer `manual`, with the reason."""
        return for_a_person(self, "OUT_OF_SCOPE")


class Named(Protocol):
    """Whatever a verdict can say that it is of."""

    @property
    def id(self) -> str:
        """Name and version."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that can change its answers."""


def for_a_person(policy: Named, code: str, *, fault: str | None = None) -> Verdict:
    """Return the verdict that hands a case to a person, with the reason why."""
    trace = () if fault is None else (TraceLine(rule="policy", when="", result="unknown", fault=fault),)
    return Verdict(
        outcome=Outcome.MANUAL,
        reasons=(own_reason(code, source=policy.id),),
        level=Level.CASEWORKER,
        trace=trace,
        policy_id=policy.id,
        digest=policy.digest,
    )


def _fault(verdict: object, facts: Facts, settings: PolicySettings) -> str | None:
    """Say what makes an answer nonsense: it is no verdict, or it speaks of what does not exist."""
    if not isinstance(verdict, Verdict):
        return "the answer is no verdict"
    try:
        _VERDICT.dump_python(verdict, warnings="error")
    except PydanticSerializationError:
        return "the verdict has members of the wrong kind"
    if not all(reason.code and reason.text and reason.source for reason in verdict.reasons):
        return "a reason lacks code, text or source"
    if not all(line.result in {"true", "false", "unknown"} for line in verdict.trace):
        return "a line of the trace is neither true, false nor unknown"
    if not all(answer.loan_id in facts.loans for answer in verdict.programmes):
        return "the verdict names a loan that the case does not have"
    if not all(settings.programme(answer.code) for answer in verdict.programmes):
        return "the verdict names a programme that the policy does not have"
    return None
