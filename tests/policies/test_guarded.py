"""What somebody else's policy answers is looked at before it is believed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Level, Outcome, ProgrammeVerdict, Reason, Severity, TraceLine, Verdict
from service.domain.settings import PolicySettings
from service.policies.guarded import Guarded, OutOfScope
from tests.policies.samples import ON, PROGRAMME, facts, needs, small

PROGRAMMES = (ProgrammeVerdict(code="longer", loan_id="L-001", eligibility=Eligibility.ELIGIBLE),)
REASON = Reason(code="BECAUSE", severity=Severity.WARNING, text={"en": "Because."}, source="a test")
APPROVED = Verdict(outcome=Outcome.APPROVE, programmes=PROGRAMMES, reasons=(REASON,), level=Level.CASEWORKER)
WRONG_KIND = "the verdict has members of the wrong kind"


def _standing(verdict: Any) -> Callable[[], Any]:
    return lambda: verdict


def _raises(error: BaseException) -> Callable[[], Any]:
    def answer() -> Any:
        raise error

    return answer


@dataclass
class Foreign:
    """A policy of somebody else that answers whatever it is told to."""

    answer: Callable[[], Any]
    settings: PolicySettings = field(default_factory=lambda: small(PROGRAMME).settings)
    id: str = "foreign@1"
    digest: str = "its own"

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        """Answer."""
        verdict: Verdict = self.answer()
        return verdict


def judged(answer: Callable[[], Any], *, foreign: bool = True) -> Verdict:
    """Return what becomes of an answer."""
    return Guarded(policy=Foreign(answer), digest="d1", foreign=foreign).judge(facts(), on=ON)


def test_a_sound_answer_is_believed_and_carries_the_guards_digest() -> None:
    assert judged(_standing(APPROVED)) == replace(APPROVED, policy_id="foreign@1", digest="d1")


def approving(**members: Any) -> Callable[[], Any]:
    """Answer with an approval of which some members are others."""
    return _standing(replace(APPROVED, **members))


def because(**members: Any) -> Callable[[], Any]:
    """Answer with an approval whose reason has other members."""
    return approving(reasons=(replace(REASON, **members),))


def opening(**members: Any) -> Callable[[], Any]:
    """Answer with an approval whose programme has other members."""
    return approving(programmes=(replace(PROGRAMMES[0], **members),))


@pytest.mark.parametrize(
    ("answer", "fault"),
    (
        (_raises(ValueError("secret")), "ValueError"),
        (_raises(RecursionError()), "RecursionError"),
        (_standing(None), "the answer is no verdict"),
        (_standing("approve"), "the answer is no verdict"),
        (approving(outcome="approve"), WRONG_KIND),
        (approving(outcome="perhaps"), WRONG_KIND),
        (approving(level="king"), WRONG_KIND),
        (approving(reasons=None), "TypeError"),
        (approving(reasons=("BECAUSE",)), WRONG_KIND),
        (approving(reasons=[REASON]), WRONG_KIND),
        (because(value=1.5), WRONG_KIND),
        (opening(eligibility="eligible"), WRONG_KIND),
        (because(source=""), "a reason lacks code, text or source"),
        (because(code=""), "a reason lacks code, text or source"),
        (because(text={}), "a reason lacks code, text or source"),
        (
            approving(trace=(TraceLine(rule="own", when="", result="perhaps"),)),
            "a line of the trace is neither true, false nor unknown",
        ),
        (opening(loan_id="L-2"), "the verdict names a loan that the case does not have"),
        (opening(code="gold"), "the verdict names a programme that the policy does not have"),
    ),
)
def test_whatever_goes_wrong_is_a_matter_for_a_person(answer: Callable[[], Any], fault: str) -> None:
    verdict = judged(answer)

    assert verdict.outcome is Outcome.MANUAL
    assert [(line.result, line.fault) for line in verdict.trace] == [("unknown", fault)]
    assert [(r.code, r.source) for r in verdict.reasons] == [("POLICY_FAULT", "foreign@1")]
    assert (verdict.policy_id, verdict.digest, verdict.programmes) == ("foreign@1", "d1", ())
    assert "secret" not in str(verdict)


def test_a_process_that_is_told_to_end_ends() -> None:
    with pytest.raises(KeyboardInterrupt):
        judged(_raises(KeyboardInterrupt()))


def test_a_pack_that_fails_while_it_judges_is_a_matter_for_a_person_too() -> None:
    """A product beyond what the engine can hold: zen raises, and nothing is approved."""
    pack = small(PROGRAMME, needs("HUGE", "days_past_due * 9999999999999999999999999999 > 1"))
    verdict = Guarded(policy=pack, digest=pack.digest, foreign=False).judge(facts(), on=ON)

    assert (verdict.outcome, [line.fault for line in verdict.trace]) == (Outcome.MANUAL, ["RuntimeError"])


def test_what_no_policy_covers_goes_to_a_person_with_the_first_policys_settings() -> None:
    pack = small(PROGRAMME)
    policy = OutOfScope(policy=pack)
    verdict = policy.judge(facts(), on=ON)

    assert (policy.id, policy.digest, policy.settings) == (pack.id, pack.digest, pack.settings)
    assert (verdict.outcome, verdict.level) == (Outcome.MANUAL, Level.CASEWORKER)
    assert [(r.code, r.source) for r in verdict.reasons] == [("OUT_OF_SCOPE", "small@1")]
    assert all(verdict.reasons[0].text[locale] for locale in ("en", "zh-CN"))
