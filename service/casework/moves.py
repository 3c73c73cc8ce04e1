"""Taking a move: the table says whether it exists, the guard whether it may be taken now, the unit of work does it."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from service.casework import clocks
from service.casework.desk import Desk, local_day
from service.casework.earlier_relief import reliefs_in
from service.casework.file import CaseFile, in_state, situation
from service.casework.following import happened
from service.casework.holds import is_moratorium
from service.casework.judging import Matter, facts_of
from service.domain.access import move_for
from service.domain.actors import Role
from service.domain.appeal import AppealState
from service.domain.evidence import EvidenceState, Item, RequiredItem, missing
from service.domain.guards import require
from service.domain.holds import HoldState
from service.domain.lifecycle import TERMINAL, CaseAction, CaseState
from service.domain.offer import OfferState
from service.domain.policy import Level, Outcome, Policy
from service.domain.referral import ReferralResult, ReferralState
from service.storage import appeals, offers, referrals
from service.storage.work import UnitOfWork

SUBMITTING: Final = frozenset({CaseAction.SUBMIT, CaseAction.AMEND, CaseAction.REOPEN})
"""Moves by which an application comes in."""
APPLYING_ANEW: Final = frozenset({CaseAction.AMEND, CaseAction.REOPEN})
"""Moves after which the case is decided afresh: what was decided before stays in its history."""
ANSWERING: Final = frozenset({CaseAction.MAKE_OFFERS, CaseAction.REFUSE_COUNTER})
"""Moves by which the lender answers a counter-proposal."""


async def take(
    work: UnitOfWork,
    file: CaseFile,
    action: CaseAction,
    *,
    policy: Policy,
    answering: UUID | None = None,
    subject_id: UUID | None = None,
    **particulars: Any,
) -> None:
    """Take a move for the actor of this unit of work, if its row and its guard allow it.

    `subject_id` is the record that the move is about, where there is one: the appeal, the referral.
    """
    reason_given = bool(particulars.get("reason"))
    role = permit(work, file, action, policy=policy, answering=answering, reason_given=reason_given)
    before = file.state
    await work.move(file.case, action, role=role, **particulars)
    if before is CaseState.COUNTERED and action not in ANSWERING:
        await _leave_unanswered(work, file, action)
    if before is CaseState.APPEALED and action is CaseAction.ACCEPT:
        await _settle_appeal(work, file, policy=policy)
    if before is CaseState.REFERRED:
        await _end_referrals(work, file, action)
    if action in APPLYING_ANEW:
        file.decision = file.case.decision_id = file.case.state_before_appeal = None
    if not in_state(file, CaseState.INFORMATION_REQUESTED) and action is not CaseAction.START_REVIEW:
        file.case.information_due_on = None
    if in_state(file, *TERMINAL):
        await close_offers(work, file)
    await happened(work, file, action, policy=policy, subject_id=subject_id)
    if action in SUBMITTING and clocks.looks_for_documents(policy):
        if evidence_missing(work, file, policy):
            clocks.wait_for_documents(file, on=local_day(policy, work.now))
        else:
            await happened(work, file, clocks.COMPLETE, policy=policy)


def permit(
    work: UnitOfWork,
    file: CaseFile,
    action: CaseAction,
    *,
    policy: Policy,
    answering: UUID | None = None,
    reason_given: bool = False,
) -> Role:
    """Return the role in which the actor may take a move now, or say why they may not; nothing is changed."""
    move, role = move_for(file.state, action, parties=file.parties, actor=work.actor)
    if move.guard is not None:
        lacking = evidence_missing(work, file, policy) if move.guard == "nothing_missing" else 0
        seen = situation(file, work, settings=policy.settings, evidence_missing=lacking, answering=answering)
        require(move.guard, replace(seen, reason_given=reason_given))
    return role


async def close_offers(work: UnitOfWork, file: CaseFile) -> None:
    """Write down that no offer stands any more: each has expired, or is closed with the matter."""
    for offer in file.offers:
        if offer.state == OfferState.OPEN:
            over = file.state_of(offer, work) is OfferState.EXPIRED
            await offers.close(work, offer, OfferState.EXPIRED if over else OfferState.CLOSED)


async def _settle_appeal(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> None:
    """End the appeal that waits for an answer, because the borrower accepted an offer meanwhile."""
    appeal = next(one for one in file.appeals if one.state == AppealState.OPEN)
    appeals.end(work, appeal, AppealState.SETTLED)
    await work.record(file.case, "appeal_settled", appeal=str(appeal.id))
    await happened(work, file, "appeal_settled", policy=policy, subject_id=appeal.id)


async def _end_referrals(work: UnitOfWork, file: CaseFile, action: CaseAction) -> None:
    """End the referral that nobody told the result of, because the case went on; it can still be told."""
    result = ReferralResult.WITHDRAWN if action is CaseAction.WITHDRAW else ReferralResult.CASE_WENT_ON
    for referral in await referrals.of_case(work.session, file.case.id):
        if referral.state == ReferralState.OPEN:
            referrals.end(work, referral, result)
            await work.record(file.case, "referral_ended", referral=str(referral.id), result=result)


async def _leave_unanswered(work: UnitOfWork, file: CaseFile, action: CaseAction) -> None:
    """Close the counter-proposal that nobody will answer any more, because the case went another way."""
    for round_ in await offers.rounds_of(work.session, file.case.id):
        if round_.answer == "waiting":
            round_.answer = "refused"
            round_.document = {**round_.document, "reason": f"The case went on without an answer: {action}."}


def evidence_missing(work: UnitOfWork, file: CaseFile, policy: Policy) -> int:
    """Count the required items of evidence that are missing today."""
    _, checked = facts_of(matter(file, policy), policy.settings, on=local_day(policy, work.now))
    return len(missing(checked))


def matter(file: CaseFile, policy: Policy) -> Matter:
    """Return what is judged of a case file; moments become days of the policy's time zone."""
    zone = ZoneInfo(policy.settings.time_zone)
    return Matter(
        application=file.application,
        snapshots=file.snapshots,
        items=[
            Item(
                kind=row.kind,
                loan_id=row.loan_id,
                state=EvidenceState(row.state),
                on=(row.handed_in_at or row.created_at).astimezone(zone).date(),
            )
            for row in file.evidence
        ],
        flags=file.case.flags | _moratorium(file, policy),
        own_reliefs=reliefs_in(file.agreements, zone),
        asked=[
            RequiredItem(kind=item["kind"], loan_id=item["loan_id"], why=item["why"], source="asked for by a person")
            for request in file.requests
            if request.state == "open"
            for item in request.items
        ],
    )


def _moratorium(file: CaseFile, policy: Policy) -> dict[str, bool]:
    """Return the flag that a moratorium runs, where a hold says so; there may be none where the flag was set."""
    runs = any(hold.state == HoldState.RUNNING and is_moratorium(policy, hold.reason) for hold in file.holds)
    return {"moratorium_active": True} if runs else {}


def system_acts(file: CaseFile, desk: Desk) -> bool:
    """Say whether the service may answer by itself: it works automatically, the borrower let it, and it approved.

    Where a person had to look, or the case lies above the system's authority, a person answers.
    """
    verdict = file.verdict
    approves = verdict is not None and (verdict.outcome, verdict.level) == (Outcome.APPROVE, Level.SYSTEM)
    return desk.automatic and file.application.consents.automated_decision and approves
