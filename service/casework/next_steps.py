"""The recommended next step of a case on the desk, in the words of the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, situation
from service.casework.offering import indicative
from service.casework.pinning import policy_of
from service.casework.story import agreement_of, evidence_in_words, listed
from service.casework.wording import day_in_words
from service.domain.agreement import AgreementState
from service.domain.appeal import AppealState
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.evidence import Checked, EvidenceState, missing, unverified
from service.domain.holds import HoldState
from service.domain.lifecycle import CaseState
from service.domain.locales import LOCALES, Locale
from service.domain.next_step import NextStep, Request, Standing, next_step
from service.domain.next_step_words import LEVELS, NO_CONTACT, REASONS, STEPS, UNTIL
from service.domain.policy import Level, Policy
from service.storage.work import UnitOfWork

WINDOWS: Final = frozenset({CaseState.DECLINED, CaseState.LAPSED, CaseState.REJECTED})
"""States that a borrower may come back from, while the case's own deadline runs."""

INSTANT: Final = timedelta(microseconds=1)
"""A deadline is the moment at which its last day is over: an instant before, it is still that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """A step with its reason, as sentences per language, and the request that takes it."""

    step: NextStep
    request: Request | None
    text: dict[str, str]
    because: dict[str, str]


def recommend(work: UnitOfWork, file: CaseFile, checked: Sequence[Checked], *, desk: Desk) -> Recommended | None:
    """Say what the desk should do next with a case whose evidence was checked; nothing of it is stored."""
    step = next_step(standing(work, file, checked, policy=policy_of(file, desk)))
    if step is None:
        return None
    return Recommended(
        step=step,
        request=None if step.request is None else (step.request[0], _filled(step.request[1], file, step)),
        text={locale: _text(step, locale) for locale in LOCALES},
        because={locale: _because(step, locale) for locale in LOCALES},
    )


def standing(work: UnitOfWork, file: CaseFile, checked: Sequence[Checked], *, policy: Policy) -> Standing:
    """Return where a case stands, as far as the recommendation looks at it."""
    case, verdict, decision, agreement = file.case, file.verdict, file.decision, agreement_of(file)
    rejected = decision is not None and decision.outcome == DecisionOutcome.REJECT
    now = situation(file, work, settings=policy.settings, evidence_missing=0)
    return Standing(
        state=file.state,
        missing=tuple(item.kind for item in missing(checked)),
        unverified=tuple(item.kind for item in unverified(checked)),
        vouched=not indicative(work, file, policy),
        consents=file.application.consents.automated_decision,
        outcome=verdict.outcome if verdict else None,
        level=Level(decision.level) if decision else verdict.level if verdict else Level.SYSTEM,
        reasons=tuple(reason.text for reason in verdict.reasons) if verdict else (),
        decision=DecisionOutcome(decision.outcome) if decision else None,
        confirmation=Confirmation(decision.confirmation) if decision else None,
        asked_for_person=rejected and decision is not None and decision.automatic,
        appeal_allowed=rejected and case.state_before_appeal is not None,
        open_offers=now.open_offers,
        no_plan=file.menu_empty is not None,
        agreement=AgreementState(agreement.state) if agreement else None,
        window_open=now.appeal_window_open or (file.state in WINDOWS and case.next_due_at is not None),
        until=local_day(policy, case.next_due_at - INSTANT) if case.next_due_at else None,
        no_contact=any("contact" in hold.scopes for hold in file.holds if hold.state == HoldState.RUNNING),
    )


def _filled(path: str, file: CaseFile, step: NextStep) -> str:
    """Fill in the ids that the file knows; what stays in braces is to be looked up."""
    waiting = next((e for e in file.evidence if e.kind in step.kinds and e.state == EvidenceState.RECEIVED), None)
    appeal = next((a for a in file.appeals if a.state == AppealState.OPEN), None)
    ids: dict[str, UUID | None] = {
        "appeal_id": appeal.id if appeal else None,
        "case_id": file.case.id,
        "decision_id": file.case.decision_id,
        "agreement_id": file.case.agreement_id,
        "evidence_id": waiting.id if waiting else None,
    }
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", str(value)) if value else path
    return path


def _text(step: NextStep, locale: Locale) -> str:
    said = STEPS[step.step][locale]
    return _joined([said, NO_CONTACT[locale]] if step.no_contact else [said], locale)


def _because(step: NextStep, locale: Locale) -> str:
    reasons = dict.fromkeys(r.get(locale) or r.get("en", "") for r in step.reasons)
    said = REASONS[step.why][locale].format(
        kinds=listed([evidence_in_words(kind, locale) for kind in step.kinds], locale),
        level=LEVELS[step.level or Level.SYSTEM][locale],
        reasons=_joined([reason for reason in reasons if reason], locale),
    )
    parts = [said.strip()]
    if step.until is not None:
        parts.append(UNTIL[locale].format(day=day_in_words(step.until, locale)))
    return _joined(parts, locale)


def _joined(sentences: list[str], locale: Locale) -> str:
    return ("" if locale == "zh-CN" else " ").join(sentences)
