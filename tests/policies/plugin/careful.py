"""A policy in Python: it lets people who have not paid for long talk to a person, and helps everybody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Level, Outcome, Policy, ProgrammeVerdict, Reason, Severity, Verdict
from service.domain.settings import PolicySettings

ALONE_DAYS = 30


@dataclass(frozen=True)
class Careful:
    """Judges by how long nothing was paid; everything else is settled by the pack that it names."""

    settings: PolicySettings
    id: str = "careful@1.0"
    digest: str = ""

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        """Hand long arrears to a person, reject what is not owed, and extend the term of everything else."""
        days, owed = facts.case.days_past_due or 0, facts.case.exposure or 0
        if days > ALONE_DAYS:
            text = {"en": "Somebody will call you.", "zh-CN": "我们会与您联系。"}
            return Verdict(outcome=Outcome.MANUAL, reasons=(_reason("CALL", days, f"> {ALONE_DAYS}", text),))
        if owed == 0:
            text = {"en": "Nothing is owed.", "zh-CN": "没有欠款。"}
            return Verdict(outcome=Outcome.REJECT, reasons=(_reason("NOTHING", owed, "> 0", text),))
        open_ = [
            ProgrammeVerdict(code="term_extension", loan_id=loan_id, eligibility=Eligibility.ELIGIBLE)
            for loan_id in facts.loans
        ]
        return Verdict(outcome=Outcome.APPROVE, programmes=tuple(open_), level=Level.SYSTEM)


def _reason(code: str, value: int, threshold: str, text: dict[str, str]) -> Reason:
    return Reason(
        code=code,
        severity=Severity.WARNING,
        fact="days_past_due" if code == "CALL" else "exposure",
        value=value,
        threshold=threshold,
        text=text,
        source="the house's manual, chapter 3",
    )


@dataclass(frozen=True)
class Raising(Careful):
    """Fails on every case."""

    id: str = "raising@1.0"

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Raise, with words that must not reach anybody."""
        raise LookupError(f"no such row: {facts.case.exposure} on {on}")


@dataclass(frozen=True)
class Nonsense(Careful):
    """Approves with a programme that does not exist."""

    id: str = "nonsense@1.0"

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Approve whatever is asked, with something nobody has heard of."""
        verdict = Careful.judge(self, replace(facts, case=replace(facts.case, days_past_due=0)), on=on)
        return replace(verdict, programmes=tuple(replace(p, code="gold_coins") for p in verdict.programmes))


def policy(packs: Mapping[str, Any]) -> Policy:
    """Make the policy, with the settings of the standard pack."""
    return Careful(settings=packs["standard"].settings)


def raising(packs: Mapping[str, Any]) -> Policy:
    """Make the policy that fails."""
    return Raising(settings=packs["standard"].settings)


def nonsense(packs: Mapping[str, Any]) -> Policy:
    """Make the policy that answers nonsense."""
    return Nonsense(settings=packs["standard"].settings)


def failing(packs: Mapping[str, Any]) -> Policy:
    """Fail before there is a policy."""
    return Careful(settings=packs["no-such-pack"].settings)


def nothing(packs: Mapping[str, Any]) -> object:
    """Return what is no policy."""
    return sorted(packs)
