"""The borrower's answers: accepting an offer, declining it, and countering it with terms of their own."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from service.casework.agreed import Agreed
from service.casework.agreements import begin
from service.casework.clocks import keep_offers
from service.casework.desk import Desk
from service.casework.file import CaseFile, open_file
from service.casework.moves import close_offers, permit, system_acts, take
from service.casework.offering import (
    expire_others,
    file_of_offer,
    frame_for,
    let_stand,
    require_desk,
    require_standing,
    store_round,
    waiting_counter,
)
from service.casework.pinning import policy_of
from service.casework.planning import Frame
from service.casework.plans import answer_counter, own_terms
from service.casework.terms_sheet import answer_sheet, asked_sheet, terms_in
from service.domain.access import CaseNotFound, move_for
from service.domain.agreement import Signature
from service.domain.errors import Conflict, NotFound, RuleBroken
from service.domain.lifecycle import CaseAction, MoveNotAllowed
from service.domain.offer import OfferState, require_binding
from service.domain.policy import Level, Policy
from service.relief.asking import CounterProposal, asked_of
from service.relief.proposal import Proposal
from service.storage import offers
from service.storage.tables import OfferRow, RoundRow
from service.storage.work import UnitOfWork

WAITING: Final = "waiting"


class CounterAnswered(Conflict):
    """The counter-proposal has its answer."""

    code = "counter_proposal_answered"
    title = "The counter-proposal was answered"


class CounterNotFound(NotFound):
    """There is no such counter-proposal, or the actor may not know of it."""

    code = "counter_proposal_not_found"
    title = "No such counter-proposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A counter-proposal with its answer, and the offer that stands now because of it."""

    file: CaseFile
    round: RoundRow
    offer: OfferRow | None


async def accept(work: UnitOfWork, *, offer_id: UUID, signature: Signature, desk: Desk) -> Agreed:
    """Accept an open, binding offer; the agreement starts from its schedule. This is the one way to `agreed`."""
    row, file = await file_of_offer(work, offer_id)
    policy = policy_of(file, desk)
    _require_answerable(work, file, row, CaseAction.ACCEPT)
    require_binding(indicative=row.indicative)
    await take(work, file, CaseAction.ACCEPT, policy=policy, offer=str(row.id))
    await offers.close(work, row, OfferState.ACCEPTED)
    await close_offers(work, file)
    await keep_offers(work, file, policy=policy)
    return await begin(work, file, row, signature, policy=policy, desk=desk)


async def decline(work: UnitOfWork, *, offer_id: UUID, reason: str | None, desk: Desk) -> tuple[OfferRow, CaseFile]:
    """Decline one offer; the case moves when it was the last open one."""
    row, file = await file_of_offer(work, offer_id)
    _require_answerable(work, file, row, CaseAction.DECLINE)
    move_for(file.state, CaseAction.DECLINE, parties=file.parties, actor=work.actor)
    policy = policy_of(file, desk)
    if any(o.id != row.id for o in file.open_offers(work)):
        await work.record(file.case, "offer_declined", offer=str(row.id))
    else:
        await take(work, file, CaseAction.DECLINE, policy=policy, answering=row.id, offer=str(row.id))
    await offers.close(work, row, OfferState.DECLINED, reason=reason)
    await keep_offers(work, file, policy=policy)
    return row, file


async def counter(work: UnitOfWork, *, case_id: UUID, asked: CounterProposal, desk: Desk) -> Answered:
    """Answer what the borrower would accept: an offer of exactly that, the nearest plan, or what is missing.

    Where the service may not answer by itself, the counter-proposal waits for a person; the offers that stand keep
    standing until a week after the answer.
    """
    file = await open_file(work, case_id)
    policy = policy_of(file, desk)
    standing = file.open_offers(work)
    asked_of(asked, months=None)
    await take(work, file, CaseAction.COUNTER, policy=policy, asked=asked_sheet(asked))
    file.case.rounds += 1
    await expire_others(work, file, but=standing)
    number = await offers.next_round(work.session, file.case.id)
    said = {"asked": asked_sheet(asked)}
    round_ = await offers.add_round(work, file.case, number=number, kind="counter", document=said, answer=WAITING)
    offer = None
    if system_acts(file, desk):
        offer = await _answer(work.as_system(caused_by=work.cause), file, round_, asked, policy=policy)
    await let_stand(work, file, standing, days=_days(policy), policy=policy)
    return Answered(file=file, round=round_, offer=offer)


async def refuse_counter(work: UnitOfWork, *, counter_id: UUID, reason: str, desk: Desk) -> Answered:
    """Refuse, as a person, a counter-proposal that waits; the open offers stay open for at least a week more."""
    file = await _file_of_counter(work, counter_id)
    require_desk(work)
    policy = policy_of(file, desk)
    permit(work, file, CaseAction.REFUSE_COUNTER, policy=policy)
    round_, standing = await waiting_counter(work, file), file.open_offers(work)
    if round_ is None or round_.id != counter_id:
        raise CounterAnswered("The counter-proposal was answered; another one waits.")
    await take(work, file, CaseAction.REFUSE_COUNTER, policy=policy, counter_proposal=str(counter_id))
    round_.answer = "refused"
    round_.document = {**round_.document, "reason": reason, "answered_by": "lender"}
    await let_stand(work, file, standing, days=_days(policy), policy=policy)
    return Answered(file=file, round=round_, offer=None)


async def rounds(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, list[Answered]]:
    """Read a case with its menus, and its counter-proposals with their answers, newest first."""
    file = await open_file(work, case_id, lock=False)
    by_id = {str(o.id): o for o in file.offers}
    found = [r for r in await offers.rounds_of(work.session, case_id) if r.kind == "counter"]
    return file, [Answered(file=file, round=r, offer=by_id.get(r.document.get("offer", ""))) for r in reversed(found)]


async def _answer(
    work: UnitOfWork, file: CaseFile, round_: RoundRow, asked: CounterProposal, *, policy: Policy
) -> OfferRow | None:
    """Answer by the rules of the pack; an answer with a plan is an offer that stands now.

    Where the debts cannot be worked out any more, as the lender now tells them, the answer is left to a person.
    """
    try:
        frame = frame_for(work, file, policy)
        answer = answer_counter(frame, asked, last=_last(frame, file), level=Level.SYSTEM)
    except RuleBroken:
        return None
    document: dict[str, Any] = {"asked": asked_sheet(asked), **answer_sheet(answer), "answered_by": "system"}
    offer = None
    if answer.proposal is not None:
        (offer,) = await store_round(work, file, frame, [answer.proposal], policy=policy)
        document["offer"] = str(offer.id)
    else:
        await take(work, file, CaseAction.REFUSE_COUNTER, policy=policy, counter_proposal=str(round_.id))
    round_.answer, round_.document = answer.answer, document
    return offer


def _require_answerable(work: UnitOfWork, file: CaseFile, offer: OfferRow, action: CaseAction) -> None:
    """Refuse whoever may not answer; then an offer that no longer stands, which says more than the case's state."""
    with suppress(MoveNotAllowed):
        move_for(file.state, action, parties=file.parties, actor=work.actor)
    require_standing(work, file, offer)


async def _file_of_counter(work: UnitOfWork, counter_id: UUID) -> CaseFile:
    """Open the case of a counter-proposal; whoever may not see the case is told that there is none."""
    case_id = await offers.case_of_round(work.session, counter_id)
    try:
        file = await open_file(work, case_id) if case_id else None
    except CaseNotFound:
        file = None
    if file is None:
        raise CounterNotFound("There is no such counter-proposal.")
    return file


def _days(policy: Policy) -> int:
    return policy.settings.negotiation.offer_days_after_counter


def _last(frame: Frame, file: CaseFile) -> Proposal | None:
    """Work the latest offer out again in this frame: what the borrower has been offered so far.

    On other figures than it was made on it may no longer be possible; then nothing was offered that could be eased.
    """
    try:
        return own_terms(frame, terms_in(file.offers[0].document))
    except RuleBroken:
        return None
