"""Reviewing a case: the policy judges it, the answer is kept, and what follows from it is done."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from service.casework.deciding import decide_by_system
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, bound_by_appeal, in_state, legal_moves, open_file
from service.casework.judging import Judgement, judge
from service.casework.moves import matter, take
from service.casework.offering import offer_menu
from service.casework.pinning import policy_of
from service.domain.access import is_lender
from service.domain.completeness import lacking
from service.domain.decision import DecisionOutcome
from service.domain.errors import Conflict, NotPermitted, require_no
from service.domain.facts import FLAGS
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import FACT_UNKNOWN, Level, Outcome, Policy, ReviewKind
from service.storage import information, reviews
from service.storage.documents import plain
from service.storage.tables import ReviewRow
from service.storage.work import UnitOfWork

REVIEWABLE: Final = (CaseState.SUBMITTED, CaseState.INFORMATION_REQUESTED, CaseState.IN_REVIEW)


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
        sentence = f"A case that is {file.state} is not reviewed."
        raise NotReviewable(sentence, state=file.state, allowed=legal_moves(file))
    require_no(lacking(file.application))
    policy = policy_of(file, desk)
    if not in_state(file, CaseState.IN_REVIEW):
        await take(work, file, CaseAction.START_REVIEW, policy=policy)
    return file, await judge_and_follow(work, file, policy=policy, desk=desk)


async def review_as_system(work: UnitOfWork, file: CaseFile, *, desk: Desk) -> ReviewRow | None:
    """Judge a case after something new arrived, when the deployment works by itself and there is enough to judge."""
    if not desk.automatic or not in_state(file, *REVIEWABLE) or any(lacking(file.application)):
        return None
    system = work.as_system(caused_by=work.cause)
    return await judge_and_follow(system, file, policy=policy_of(file, desk), desk=desk)


def asks_for_facts_only(file: CaseFile) -> bool:
    """Say whether no document was asked for: the latest review found all there and asked for a fact."""
    if any(request.state == "open" and request.items for request in file.requests):
        return False
    return file.review is not None and reviews.facts_of(file.review).case.evidence_missing == 0


async def judge_what_is_there(work: UnitOfWork, file: CaseFile, *, policy: Policy, desk: Desk) -> ReviewRow:
    """Judge a case whose time for information is over; what is still missing is not asked for again."""
    await take(work, file, CaseAction.START_REVIEW, policy=policy)
    return await judge_and_follow(work, file, policy=policy, desk=desk, asking=False)


async def judge_and_follow(
    work: UnitOfWork, file: CaseFile, *, policy: Policy, desk: Desk, asking: bool = True
) -> ReviewRow:
    """Judge a case by a policy, to which it is pinned from then on, and do what follows from the verdict."""
    row, judgement = await judge_only(work, file, policy=policy, desk=desk)
    if file.decision is not None and file.decision.automatic and file.decision.outcome == DecisionOutcome.APPROVE:
        file.decision = file.case.decision_id = None  # what the system approved rested on the review before
    system = work.as_system(caused_by=work.cause)
    asks = judgement.verdict.outcome is Outcome.REQUEST_INFORMATION and desk.automatic and asking
    if asks and not bound_by_appeal(file) and not _only_the_desk_knows(judgement):
        await _request(system, file, judgement, policy=policy)
    else:
        await _follow(system, file, judgement, policy=policy, automatic=desk.automatic)
    if not in_state(file, CaseState.INFORMATION_REQUESTED):
        file.case.information_due_on = None
    return row


def _only_the_desk_knows(judgement: Judgement) -> bool:
    """Say whether nothing is missing but facts that the lender sets: the borrower is not asked for those."""
    unknown = [reason.fact for reason in judgement.verdict.reasons if reason.code == FACT_UNKNOWN]
    return not judgement.missing and bool(unknown) and FLAGS.issuperset(unknown)


async def judge_only(work: UnitOfWork, file: CaseFile, *, policy: Policy, desk: Desk) -> tuple[ReviewRow, Judgement]:
    """Judge a case by a policy, and by the shadow versions beside it, of which only the answers are kept."""
    today = local_day(policy, work.now)
    judgement = judge(matter(file, policy), policy, on=today, answers=desk.answers)
    row = await reviews.add(work, file.case, judgement.facts, judgement.verdict, on=today, answer=judgement.answer)
    for shadow in desk.beside(file.application):
        if shadow.digest != policy.digest:
            day = local_day(shadow, work.now)
            other = judge(matter(file, shadow), shadow, on=day, answers=desk.answers)
            await reviews.add(
                work, file.case, other.facts, other.verdict, on=day, kind=ReviewKind.SHADOW, answer=other.answer
            )
    file.review, file.menu_empty = row, None
    file.case.policy_id, file.case.policy_digest, file.case.review_id = policy.id, policy.digest, row.id
    await work.record(file.case, "reviewed", review=str(row.id), outcome=judgement.verdict.outcome)
    return row, judgement


async def _follow(work: UnitOfWork, file: CaseFile, judgement: Judgement, *, policy: Policy, automatic: bool) -> None:
    """Do what the verdict does to the case (design section 4, "What a verdict does").

    A decision that stands here was a person's, or is a rejection that a person has been asked to look at again: such
    a case is advised on, and not decided by the system.
    """
    outcome, consented = judgement.verdict.outcome, file.application.consents.automated_decision
    if not in_state(file, CaseState.IN_REVIEW):
        await take(work, file, CaseAction.START_REVIEW, policy=policy)
    if not automatic or not consented or file.decision is not None:
        return
    if outcome is Outcome.REJECT:
        await decide_by_system(work, file, DecisionOutcome.REJECT, judgement, policy=policy)
    elif outcome is Outcome.APPROVE and judgement.verdict.level is Level.SYSTEM:
        await decide_by_system(work, file, DecisionOutcome.APPROVE, judgement, policy=policy)
        await offer_menu(work, file, policy=policy)


async def _request(work: UnitOfWork, file: CaseFile, judgement: Judgement, *, policy: Policy) -> None:
    """Ask for what is missing; where a request already runs its clock does not start anew."""
    if in_state(file, CaseState.INFORMATION_REQUESTED):
        return
    today, due_on = local_day(policy, work.now), file.case.information_due_on
    if due_on is None or due_on < today:
        due_on = today + timedelta(days=policy.settings.negotiation.information_days)
    file.case.information_due_on = due_on
    if judgement.missing:
        items = [plain({"kind": i.kind, "loan_id": i.loan_id, "why": i.why}) for i in judgement.missing]
        file.requests.append(await information.add(work, file.case, items=items, note=None, due_on=due_on))
    await take(
        work,
        file,
        CaseAction.REQUEST_INFORMATION,
        policy=policy,
        missing=[item.kind for item in judgement.missing],
        unknown=[reason.fact for reason in judgement.verdict.reasons if reason.code == FACT_UNKNOWN],
        due_on=due_on,
    )
