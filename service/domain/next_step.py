"""What the lender's desk should do next with an open case, and why: a function of where the case stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from service.domain.agreement import AgreementState
from service.domain.decision import FINAL, Confirmation, DecisionOutcome
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.policy import Level, Outcome


class Step(StrEnum):
    """What to do next."""

    WAIT_FOR_BORROWER = "wait_for_borrower"
    WAIT_FOR_OTHERS = "wait_for_others"
    JUDGE = "judge"
    VERIFY_EVIDENCE = "verify_evidence"
    VOUCH_FOR_LOANS = "vouch_for_loans"
    APPROVE = "approve"
    REJECT = "reject"
    DECIDE = "decide"
    CONFIRM = "confirm"
    MAKE_OFFERS = "make_offers"
    MAKE_OWN_TERMS = "make_own_terms"
    ANSWER_COUNTER = "answer_counter"
    ANSWER_APPEAL = "answer_appeal"
    ANSWER_BREACH = "answer_breach"
    CLOSE = "close"


class Why(StrEnum):
    """Why this is the next step."""

    NOT_SUBMITTED = "not_submitted"
    NOT_JUDGED = "not_judged"
    DOCUMENTS_MISSING = "documents_missing"
    INFORMATION_MISSING = "information_missing"
    DOCUMENTS_COMPLETE = "documents_complete"
    NOT_VERIFIED = "not_verified"
    POLICY_APPROVES = "policy_approves"
    APPROVAL_IS_ABOVE_SYSTEM = "approval_is_above_system"
    POLICY_REJECTS = "policy_rejects"
    POLICY_WANTS_A_PERSON = "policy_wants_a_person"
    PERSON_ASKED_FOR = "person_asked_for"
    APPEAL_ALLOWED = "appeal_allowed"
    NOT_CONFIRMED = "not_confirmed"
    CONFIRMATION_REFUSED = "confirmation_refused"
    APPROVED = "approved"
    NO_PLAN_FITS = "no_plan_fits"
    FIGURES_DECLARED = "figures_declared"
    OFFERS_STAND = "offers_stand"
    NO_OFFER_STANDS = "no_offer_stands"
    COUNTER_WAITS = "counter_waits"
    APPEAL_WAITS = "appeal_waits"
    SIGNATURES_MISSING = "signatures_missing"
    PLAN_RUNS = "plan_runs"
    NOT_KEPT = "not_kept"
    BORROWER_MAY_COME_BACK = "borrower_may_come_back"
    WINDOW_PASSED = "window_passed"
    REFERRED = "referred"


Request = tuple[Literal["POST", "PUT"], str]
"""A method and a path; what stands in braces is an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the recommendation looks at; documents are named by their kinds, reasons by the sentences of the policy."""

    state: CaseState
    missing: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    vouched: bool = True
    consents: bool = True
    outcome: Outcome | None = None
    level: Level = Level.SYSTEM
    reasons: tuple[Mapping[str, str], ...] = ()
    decision: DecisionOutcome | None = None
    confirmation: Confirmation | None = None
    asked_for_person: bool = False
    appeal_allowed: bool = False
    open_offers: int = 0
    no_plan: bool = False
    agreement: AgreementState | None = None
    window_open: bool = False
    until: date | None = None
    no_contact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A recommendation: the step, the reason with what it rests on, and the request that takes the step."""

    step: Step
    why: Why
    request: Request | None = None
    kinds: tuple[str, ...] = ()
    reasons: tuple[Mapping[str, str], ...] = ()
    level: Level | None = None
    until: date | None = None
    no_contact: bool = False


Rule = Callable[[Standing], NextStep]

REVIEWS: Final[Request] = ("POST", "/v1/cases/{case_id}/reviews")
DECISIONS: Final[Request] = ("POST", "/v1/cases/{case_id}/decisions")
CONFIRMS: Final[Request] = ("POST", "/v1/cases/{case_id}/decisions/{decision_id}/confirm")
VERIFIES: Final[Request] = ("POST", "/v1/cases/{case_id}/evidence/{evidence_id}/verify")
LOANS: Final[Request] = ("PUT", "/v1/cases/{case_id}/loans")
OFFERS: Final[Request] = ("POST", "/v1/cases/{case_id}/offers")
CLOSES: Final[Request] = ("POST", "/v1/cases/{case_id}/close")
APPEALS: Final[Request] = ("POST", "/v1/appeals/{appeal_id}/allow")
MESSAGES: Final[Request] = ("POST", "/v1/cases/{case_id}/messages")
REINSTATES: Final[Request] = ("POST", "/v1/agreements/{agreement_id}/reinstate")


def next_step(now: Standing) -> NextStep | None:
    """Return what to do next with a case; None for one that has ended."""
    if now.state in TERMINAL:
        return None
    return replace(_BY_STATE[now.state](now), until=now.until, no_contact=now.no_contact)


def _draft(_now: Standing) -> NextStep:
    return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.NOT_SUBMITTED)


def _submitted(now: Standing) -> NextStep:
    if now.missing:
        return NextStep(step=Step.JUDGE, why=Why.DOCUMENTS_MISSING, request=REVIEWS, kinds=now.missing)
    return NextStep(step=Step.JUDGE, why=Why.NOT_JUDGED, request=REVIEWS)


def _waits_for_information(now: Standing) -> NextStep:
    if now.missing:
        return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.DOCUMENTS_MISSING, request=MESSAGES, kinds=now.missing)
    if now.outcome is Outcome.REQUEST_INFORMATION:
        return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.INFORMATION_MISSING, request=MESSAGES, reasons=now.reasons)
    return NextStep(step=Step.JUDGE, why=Why.DOCUMENTS_COMPLETE, request=REVIEWS)


def _in_review(now: Standing) -> NextStep:
    if now.confirmation is Confirmation.PENDING:
        return NextStep(step=Step.CONFIRM, why=Why.NOT_CONFIRMED, request=CONFIRMS, level=now.level)
    if now.decision is DecisionOutcome.APPROVE and now.confirmation in FINAL:
        return _approved(now)
    if now.confirmation is Confirmation.REFUSED:
        return NextStep(step=Step.DECIDE, why=Why.CONFIRMATION_REFUSED, request=DECISIONS, reasons=now.reasons)
    if now.appeal_allowed:
        return NextStep(step=Step.APPROVE, why=Why.APPEAL_ALLOWED, request=DECISIONS, level=now.level)
    if now.outcome is None:
        return NextStep(step=Step.JUDGE, why=Why.NOT_JUDGED, request=REVIEWS)
    if now.unverified:
        return NextStep(step=Step.VERIFY_EVIDENCE, why=Why.NOT_VERIFIED, request=VERIFIES, kinds=now.unverified)
    return _to_decide(now)


def _approved(now: Standing) -> NextStep:
    """Say what an approval is followed by: figures that bind, then offers, or terms of one's own."""
    if not now.vouched:
        return NextStep(step=Step.VOUCH_FOR_LOANS, why=Why.FIGURES_DECLARED, request=LOANS)
    if now.no_plan:
        return NextStep(step=Step.MAKE_OWN_TERMS, why=Why.NO_PLAN_FITS, request=OFFERS)
    return NextStep(step=Step.MAKE_OFFERS, why=Why.APPROVED, request=OFFERS)


def _to_decide(now: Standing) -> NextStep:
    """Say what to decide: as the policy advises, unless it wants a person to weigh it."""
    person = None if now.consents and not now.asked_for_person else Why.PERSON_ASKED_FOR
    match now.outcome:
        case Outcome.APPROVE:
            above = Why.APPROVAL_IS_ABOVE_SYSTEM if now.level is not Level.SYSTEM else Why.POLICY_APPROVES
            return NextStep(step=Step.APPROVE, why=person or above, request=DECISIONS, level=now.level)
        case Outcome.REJECT:
            return NextStep(step=Step.REJECT, why=person or Why.POLICY_REJECTS, request=DECISIONS, reasons=now.reasons)
        case Outcome.REQUEST_INFORMATION:
            return NextStep(
                step=Step.DECIDE, why=Why.DOCUMENTS_MISSING if now.missing else Why.INFORMATION_MISSING,
                request=DECISIONS, kinds=now.missing, reasons=now.reasons,
            )  # fmt: skip
        case _:
            return NextStep(step=Step.DECIDE, why=Why.POLICY_WANTS_A_PERSON, request=DECISIONS, reasons=now.reasons)


def _offered(now: Standing) -> NextStep:
    if not now.open_offers:
        return NextStep(step=Step.MAKE_OFFERS, why=Why.NO_OFFER_STANDS, request=OFFERS)
    if not now.vouched:
        return NextStep(step=Step.VOUCH_FOR_LOANS, why=Why.FIGURES_DECLARED, request=LOANS)
    return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.OFFERS_STAND, request=MESSAGES)


def _countered(_now: Standing) -> NextStep:
    return NextStep(step=Step.ANSWER_COUNTER, why=Why.COUNTER_WAITS, request=OFFERS)


def _agreed(now: Standing) -> NextStep:
    if now.agreement is AgreementState.AWAITING_SIGNATURES:
        return NextStep(step=Step.WAIT_FOR_OTHERS, why=Why.SIGNATURES_MISSING, request=MESSAGES)
    return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.PLAN_RUNS)


def _breached(_now: Standing) -> NextStep:
    return NextStep(step=Step.ANSWER_BREACH, why=Why.NOT_KEPT, request=REINSTATES)


def _ended_for_now(now: Standing) -> NextStep:
    if now.window_open:
        return NextStep(step=Step.WAIT_FOR_BORROWER, why=Why.BORROWER_MAY_COME_BACK, request=MESSAGES)
    return NextStep(step=Step.CLOSE, why=Why.WINDOW_PASSED, request=CLOSES)


def _appealed(_now: Standing) -> NextStep:
    return NextStep(step=Step.ANSWER_APPEAL, why=Why.APPEAL_WAITS, request=APPEALS)


def _referred(_now: Standing) -> NextStep:
    return NextStep(step=Step.WAIT_FOR_OTHERS, why=Why.REFERRED)


_BY_STATE: Final[Mapping[CaseState, Rule]] = {
    CaseState.DRAFT: _draft,
    CaseState.SUBMITTED: _submitted,
    CaseState.INFORMATION_REQUESTED: _waits_for_information,
    CaseState.IN_REVIEW: _in_review,
    CaseState.OFFERED: _offered,
    CaseState.COUNTERED: _countered,
    CaseState.AGREED: _agreed,
    CaseState.BREACHED: _breached,
    CaseState.DECLINED: _ended_for_now,
    CaseState.LAPSED: _ended_for_now,
    CaseState.REJECTED: _ended_for_now,
    CaseState.APPEALED: _appealed,
    CaseState.REFERRED: _referred,
}
