"""What the words of closed vocabularies mean, for the documentation."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.api.views.agreements import PaymentState
from service.api.views.offers import CounterAnswer
from service.api.views.plans import Label
from service.domain.actors import Role
from service.domain.agreement import AgreementState
from service.domain.appeal import AppealState
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.evidence import EvidenceState
from service.domain.lifecycle import MOVES, CaseAction, CaseState
from service.domain.message import Side
from service.domain.next_step import Step, Why
from service.domain.next_step_words import REASONS, STEPS
from service.domain.offer import OfferState
from service.domain.operations import OperationKind, OperationState
from service.domain.policy import Eligibility, Level, Outcome, Severity
from service.domain.referral import ReferralKind, ReferralResult, ReferralState
from service.domain.standing import InstalmentState
from service.domain.words import LoanSource


def _phrase(sentence: str) -> str:
    """Return a sentence of the desk as a meaning: without what is filled in, and without its stop."""
    plain = re.sub(r":? \{\w+\}", "", sentence).rstrip(".")
    return plain[0].lower() + plain[1:]


WORDS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    CaseState: {
        CaseState.DRAFT: "the application is being written",
        CaseState.SUBMITTED: "handed in, and waiting to be judged",
        CaseState.INFORMATION_REQUESTED: "documents or members are missing; `evidence.missing` lists them",
        CaseState.IN_REVIEW: "judged, and waiting for a person",
        CaseState.OFFERED: "offers stand",
        CaseState.COUNTERED: "a counter-proposal waits for its answer; offers still stand",
        CaseState.AGREED: "an offer was accepted, and the agreement runs",
        CaseState.BREACHED: "the agreement was not kept",
        CaseState.DECLINED: "the borrower declined the last open offer",
        CaseState.LAPSED: "a deadline passed without an answer",
        CaseState.REJECTED: "the lender rejected the case",
        CaseState.APPEALED: "an appeal waits for its answer",
        CaseState.REFERRED: "handed to mediation, legal aid, debt advice, an ombudsman or a court",
        CaseState.FULFILLED: "the agreement was kept to its end",
        CaseState.WITHDRAWN: "the borrower withdrew",
        CaseState.CLOSED: "ended without an agreement that runs",
    },
    OfferState: {
        OfferState.OPEN: "it can be accepted until it expires",
        OfferState.ACCEPTED: "it became the agreement",
        OfferState.DECLINED: "the borrower declined it",
        OfferState.WITHDRAWN: "the lender took it back, for fraud, a changed balance or changed law",
        OfferState.EXPIRED: "its time passed without an answer",
        OfferState.CLOSED: "another offer was accepted, or the case ended",
    },
    OperationKind: {OperationKind.BACKTEST: "two versions of a policy judge the same cases"},
    OperationState: {
        OperationState.WAITING: "no worker has taken it yet",
        OperationState.RUNNING: "a worker is at it; `done` says how far",
        OperationState.DONE: "`result` says what came of it",
        OperationState.FAILED: "`fault` says why nothing came of it",
    },
    EvidenceState: {
        EvidenceState.REQUIRED: "asked for, and not handed in",
        EvidenceState.RECEIVED: "handed in",
        EvidenceState.VERIFIED: "the lender confirmed that it is what it says",
        EvidenceState.REFUSED: "the lender refused it; it counts as missing",
        EvidenceState.STALE: "too old; it counts as missing",
        EvidenceState.WAIVED: "the lender does without it",
    },
    Outcome: {
        Outcome.APPROVE: "relief can be granted",
        Outcome.REJECT: "no relief can be granted",
        Outcome.MANUAL: "a person must look",
        Outcome.REQUEST_INFORMATION: "something is missing before it can be judged",
    },
    Eligibility: {
        Eligibility.ELIGIBLE: "the programme is open to the loan",
        Eligibility.CONDITIONAL: "a fact or a document is missing; `missing` names it",
        Eligibility.INELIGIBLE: "a rule stands in the way; `reasons` gives rule, fact and threshold",
    },
    Severity: {
        Severity.FATAL: "decides the outcome alone",
        Severity.WARNING: "stands in the way of something",
        Severity.INFORMATIONAL: "worth knowing",
    },
    Level: {
        Level.SYSTEM: "the service itself",
        Level.CASEWORKER: "a caseworker",
        Level.SUPERVISOR: "a supervisor",
        Level.COMMITTEE: "two supervisors",
    },
    DecisionOutcome: {
        DecisionOutcome.APPROVE: "offers may be made",
        DecisionOutcome.REJECT: "the case ends in `rejected`, once the decision is final",
    },
    Confirmation: {
        Confirmation.NOT_NEEDED: "the decision is final",
        Confirmation.PENDING: "a second person must look",
        Confirmation.CONFIRMED: "a second person agreed; the decision is final",
        Confirmation.REFUSED: "a second person did not agree; the decision does not stand",
    },
    AgreementState: {
        AgreementState.AWAITING_SIGNATURES: "somebody has still to sign",
        AgreementState.TRIAL: "trial payments of the new amount go to the original debt; then the agreed terms hold",
        AgreementState.ACTIVE: "the new terms hold",
        AgreementState.FULFILLED: "all was paid, or relief is over and three further instalments were paid",
        AgreementState.BREACHED: "it was not kept",
        AgreementState.CANCELLED: "a supervisor cancelled it, not all signed in time, or a later one took its place",
    },
    InstalmentState: {
        InstalmentState.UPCOMING: "not due yet",
        InstalmentState.DUE: "due and not paid, and still in time",
        InstalmentState.PAID: "paid, but for what the tolerance of the pack leaves out",
        InstalmentState.MISSED: "not paid in time",
    },
    PaymentState: {
        PaymentState.RECEIVED: "it counts",
        PaymentState.REVERSED: "it bounced: everything stands as if it had never come",
    },
    CounterAnswer: {
        CounterAnswer.ACCEPTED: "an offer of exactly these terms stands now",
        CounterAnswer.COUNTERED: "an offer of the nearest plan stands now; `binding` and `diff` say what differs",
        CounterAnswer.WAITING: "a person answers",
        CounterAnswer.REFUSED: "no plan is possible, see `gap`, or a person refused it; the open offers stay open",
    },
    Label: {
        Label.RECOMMENDED: "the lowest total cost of the menu",
        Label.LOWEST_COST: "the least to pay in all",
        Label.LOWEST_PAYMENT: "the least to pay a month",
        Label.SOONEST: "the first to end",
        Label.BALANCED: "best for both sides together; shown to the lender only",
    },
    Step: {step: _phrase(told["en"]) for step, told in STEPS.items()},
    Why: {why: _phrase(told["en"]) for why, told in REASONS.items()},
    LoanSource: {
        LoanSource.LENDER: "the lender vouches for the figures",
        LoanSource.DECLARED: "the figures are the borrower's or a partner's word; offers on them are indicative",
    },
    AppealState: {
        AppealState.OPEN: "it waits for its answer",
        AppealState.DISMISSED: "the decision stands",
        AppealState.ALLOWED: "the borrower won: the case is approved, and that binds",
        AppealState.WITHDRAWN: "the borrower gave it up",
        AppealState.SETTLED: "the borrower accepted an offer meanwhile",
    },
    ReferralKind: {
        ReferralKind.MEDIATION: "somebody helps both sides to agree",
        ReferralKind.LEGAL_AID: "somebody acts for the borrower in law",
        ReferralKind.DEBT_ADVICE: "somebody helps the borrower with all debts",
        ReferralKind.OMBUDSMAN: "somebody independent looks at what the lender did",
        ReferralKind.COURT: "a court decides",
    },
    ReferralState: {
        ReferralState.OPEN: "nobody has said yet what came of it",
        ReferralState.ENDED: "it is over",
    },
    ReferralResult: {
        ReferralResult.AGREED_TERMS: "the parties agreed on terms, which the lender then offers",
        ReferralResult.NO_AGREEMENT: "the parties did not agree",
        ReferralResult.ADVICE_GIVEN: "the borrower was advised",
        ReferralResult.RULING: "somebody decided",
        ReferralResult.NOT_TAKEN_UP: "nobody took it up",
        ReferralResult.WITHDRAWN: "it was given up, or the case was withdrawn",
        ReferralResult.CASE_WENT_ON: "the case went on before anybody said what came of it; it can still be said",
    },
    Side: {
        Side.BORROWER: "borrower, representative or posting partner",
        Side.LENDER: "the lender's desk",
    },
    Role: {
        Role.BORROWER: "who owes the debt",
        Role.REPRESENTATIVE: "who acts for the borrower, as far as the mandate goes",
        Role.PARTNER: "who posts cases: a platform, a debt adviser, a mediator",
        Role.SERVICING: "the lender's core system: vouches for loans, posts payments",
        Role.CASEWORKER: "works the lender's desk",
        Role.SUPERVISOR: "a caseworker who also confirms, cancels and takes offers back",
        Role.POLICY_ADMIN: "looks after policies, and sees no case",
        Role.AUDITOR: "reads everything, and changes nothing",
        Role.SYSTEM: "the service itself",
    },
}


def meanings() -> dict[str, dict[str, str]]:
    """Return what each word means, by the name of its vocabulary; actions by where they lead."""
    said = {kind.__name__: {str(word): meaning for word, meaning in words.items()} for kind, words in WORDS.items()}
    return {**said, CaseAction.__name__: {action.value: _led_by(action) for action in CaseAction}}


def _led_by(action: CaseAction) -> str:
    """Return from which states to which an action leads."""
    targets: dict[str, list[str]] = {}
    for move in MOVES:
        if move.action is action:
            targets.setdefault(move.target or "the state before the appeal", []).append(move.source)
    return "; ".join(f"from {', '.join(sources)} to {target}" for target, sources in targets.items())
