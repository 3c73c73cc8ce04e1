"""Reviewing a case: the policy judges it, the answer is kept, and what follows from it is done."""

from datetime import timedelta
from uuid import UUID

from service.casework.deciding import decide_by_system
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, in_state, open_file
from service.casework.judging import Judgement, judge
from service.casework.moves import matter, take
from service.casework.offering import offer_menu
from service.casework.pinning import policy_of
from service.domain.access import is_lender
from service.domain.decision import DecisionOutcome
from service.domain.errors import Conflict, NotPermitted
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Level, Outcome, Policy
from service.storage import reviews
from service.storage.tables import ReviewRow
from service.storage.work import UnitOfWork

REVIEWABLE = (CaseState.SUBMITTED, CaseState.INFORMATION_REQUESTED, CaseState.IN_REVIEW)


class NotReviewable(Conflict):
    """The case is in a state in which it is not judged."""

    code = "not_reviewable"
    title = "The case cannot be reviewed now"


async def review(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> tuple[CaseFile, ReviewRow]:
    """Judge a case that somebody asks to be judged, and do what follows."""
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender asks for reviews.")
    if not in_state(file, *REVIEWABLE):
        raise NotReviewable(f"A case that is {file.case.state} is not reviewed.", state=file.case.state)
    policy = policy_of(file, desk)
    if not in_state(file, CaseState.IN_REVIEW):
        await take(work, file, CaseAction.START_REVIEW, policy=policy)
    return file, await _judge_and_follow(work, file, policy=policy, automatic=desk.automatic)


async def review_as_system(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> ReviewRow | None:
    """Judge a case after something new arrived, when the deployment works by itself."""
    if not desk.automatic or not in_state(file, *REVIEWABLE):
        return None
    system = work.as_system(caused_by=work.cause)
    policy = policy_of(file, desk)
    return await _judge_and_follow(system, file, policy=policy, automatic=True)


async def judge_what_is_there(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> ReviewRow:
    """Judge a case whose time for information is over; what is still missing is not asked for again."""
    await take(work, file, CaseAction.START_REVIEW, policy=policy)
    return await _judge_and_follow(work, file, policy=policy, automatic=True, asking=False)


async def _judge_and_follow(
    work: UnitOfWork, file: CaseFile, *, policy: Policy, automatic: bool, asking: bool = True
) -> ReviewRow:
    judgement = judge(matter(file), policy, on=local_day(policy, work.now))
    row = await reviews.add(work, file.case, judgement.facts, judgement.verdict, on=local_day(policy, work.now))
    file.review = row
    file.case.policy_id, file.case.policy_digest, file.case.review_id = policy.id, policy.digest, row.id
    await work.record(file.case, "reviewed", review=str(row.id), outcome=judgement.verdict.outcome)
    system = work.as_system(caused_by=work.cause)
    if judgement.verdict.outcome is Outcome.REQUEST_INFORMATION and automatic and asking:
        await _request(system, file, judgement, policy=policy)
    else:
        await _follow(system, file, judgement, policy=policy, automatic=automatic)
    return row


async def _follow(work: UnitOfWork, file: CaseFile, judgement: Judgement, *, policy: Policy, automatic: bool) -> None:
    """Do what the verdict does to the case (design section 4, "What a verdict does")."""
    outcome, consented = judgement.verdict.outcome, file.application.consents.automated_decision
    if not in_state(file, CaseState.IN_REVIEW):
        await take(work, file, CaseAction.START_REVIEW, policy=policy)
    if not automatic or not consented:
        return
    if outcome is Outcome.REJECT:
        await decide_by_system(work, file, DecisionOutcome.REJECT, judgement, policy=policy)
    elif outcome is Outcome.APPROVE and judgement.verdict.level is Level.SYSTEM:
        await decide_by_system(work, file, DecisionOutcome.APPROVE, judgement, policy=policy)
        await offer_menu(work, file, policy=policy)


async def _request(work: UnitOfWork, file: CaseFile, judgement: Judgement, *, policy: Policy) -> None:
    """Ask for what is missing; a request that already runs is left alone, its clock does not restart."""
    if in_state(file, CaseState.INFORMATION_REQUESTED):
        return
    missing = [item.kind for item in judgement.missing]
    days = policy.settings.negotiation.information_days
    file.case.information_due_on = local_day(policy, work.now) + timedelta(days=days)
    await take(work, file, CaseAction.REQUEST_INFORMATION, policy=policy, missing=missing)
