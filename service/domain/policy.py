"""The policy: a pure, versioned judgement from facts to a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from service.domain.facts import Facts
from service.domain.settings import PolicySettings

Text = Mapping[str, str]
"""One sentence per locale."""


FACT_UNKNOWN: Final = "FACT_UNKNOWN"
"""The reason by which a policy asks for a fact, which it names, and not for a document."""


class Outcome(StrEnum):
    """What a policy answers."""

    APPROVE = "approve"
    REJECT = "reject"
    MANUAL = "manual"
    REQUEST_INFORMATION = "request_information"


class Eligibility(StrEnum):
    """Whether a programme is open to a loan; *conditional* when a fact or a document is missing."""

    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    INELIGIBLE = "ineligible"


class Severity(StrEnum):
    """How much a reason weighs."""

    FATAL = "fatal"
    WARNING = "warning"
    INFORMATIONAL = "informational"


class Level(StrEnum):
    """The authority that a decision needs, lowest first."""

    SYSTEM = "system"
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    COMMITTEE = "committee"

    @property
    def rank(self) -> int:
        """Return how high the level stands, from 0."""
        return list(Level).index(self)


class ReviewKind(StrEnum):
    """Whether anything follows from a review; a shadow's is only kept, to be compared."""

    ACTIVE = "active"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: a permanent code, the fact and threshold behind it, text per locale, and never without a source."""

    code: str
    severity: Severity
    fact: str | None = None
    value: int | Decimal | bool | str | None = None
    threshold: str | None = None
    text: dict[str, str]
    source: str
    loan_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One rule that was evaluated: `result` is true, false or unknown; the facts it read are listed."""

    rule: str
    loan_id: str | None = None
    when: str
    result: str
    facts: dict[str, int | Decimal | bool | str | None] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recourse:
    """The smallest change of what the borrower can change that makes a programme eligible; verified by judging."""

    possible: bool
    changes: dict[str, int | Decimal | bool | str | None] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeVerdict:
    """What the policy says of one programme for one loan."""

    code: str
    loan_id: str
    eligibility: Eligibility
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    limits: dict[str, int | Decimal | str | None] = field(default_factory=dict)
    recourse: Recourse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A policy's whole answer; all reasons that apply are given, not the first."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    programmes: tuple[ProgrammeVerdict, ...] = ()
    level: Level = Level.SYSTEM
    trace: tuple[TraceLine, ...] = ()
    policy_id: str = ""
    digest: str = ""

    def eligible(self, loan_id: str) -> tuple[str, ...]:
        """Return the codes of the programmes that are open to a loan."""
        open_ = Eligibility.ELIGIBLE
        return tuple(p.code for p in self.programmes if p.loan_id == loan_id and p.eligibility is open_)


@runtime_checkable
class Policy(Protocol):
    """A judgement a deployment can choose; the same facts on the same day give the same verdict."""

    @property
    def id(self) -> str:
        """Name and version, as in `cn-small-business@2026.1`."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that can change its answers."""

    @property
    def settings(self) -> PolicySettings:
        """Evidence, limits, authority, menu, negotiation and the other figures a case runs by."""

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Judge the facts as of a local day."""
