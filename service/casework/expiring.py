"""What is done when a clock has run out, without anybody calling: offers expire, requests lapse, matters escalate."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.casework import clocks, ending, holds
from service.casework.agreed import Agreed, of_file
from service.casework.desk import Desk
from service.casework.file import CaseFile, in_state, open_file
from service.casework.looking import look
from service.casework.moves import take
from service.casework.pinning import policy_of
from service.casework.reviewing import judge_what_is_there, review_as_system
from service.domain.agreement import AgreementState
from service.domain.clocks import ClockState, EndAction
from service.domain.holds import HoldState
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.offer import OfferState
from service.domain.policy import Policy
from service.storage import clocks as clock_rows
from service.storage import offers
from service.storage.tables import ClockRow
from service.storage.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RanOut:
    """A clock that has run out, on the file of its locked case."""

    work: UnitOfWork
    file: CaseFile
    clock: ClockRow
    policy: Policy
    desk: Desk


End = Callable[[RanOut], Awaitable[None]]

LAPSING: Final = (CaseState.DRAFT, CaseState.INFORMATION_REQUESTED, CaseState.OFFERED)
CLOSING: Final = (CaseState.DECLINED, CaseState.LAPSED, CaseState.REJECTED)


async def expire(work: UnitOfWork, *, case_id: UUID, clock_id: UUID, desk: Desk) -> bool:
    """Do what the end of a clock asks for, unless it was met or moved before the case could be locked."""
    file = await open_file(work, case_id)
    clock = next((c for c in file.clocks if c.id == clock_id), None)
    if clock is None or clock.state != ClockState.RUNNING or clock.due_at > work.now:
        return False
    policy = policy_of(file, desk)
    clock_rows.end(work, clock, ClockState.EXPIRED)
    await work.record(file.case, "clock_expired", clock=str(clock.id), code=clock.code, action=clock.end_action)
    await _ENDS[EndAction(clock.end_action)](RanOut(work=work, file=file, clock=clock, policy=policy, desk=desk))
    clocks.note_next(file)
    return True


async def _tell(ran: RanOut) -> None:
    """Do nothing more: the event is all that this end asks for."""


async def _escalate(ran: RanOut) -> None:
    await ran.work.record(ran.file.case, "escalated", code=ran.clock.code)


async def _lapse(ran: RanOut) -> None:
    if in_state(ran.file, *LAPSING):
        await take(ran.work, ran.file, CaseAction.LAPSE, policy=ran.policy, code=ran.clock.code)


async def _decide(ran: RanOut) -> None:
    """Judge on what is there; where that decides nothing, as nothing more will come, a person has to."""
    if in_state(ran.file, CaseState.SUBMITTED, CaseState.INFORMATION_REQUESTED):
        await judge_what_is_there(ran.work, ran.file, policy=ran.policy, desk=ran.desk)
    if in_state(ran.file, CaseState.IN_REVIEW):
        await _escalate(ran)


async def _close(ran: RanOut) -> None:
    if in_state(ran.file, *CLOSING):
        await take(ran.work, ran.file, CaseAction.CLOSE, policy=ran.policy, reason=ran.clock.code)


async def _expire_offer(ran: RanOut) -> None:
    """Let an offer expire; the last one that was open takes the case along."""
    offer = next((o for o in ran.file.offers if o.id == ran.clock.subject_id and o.state == OfferState.OPEN), None)
    if offer is None:
        return
    await offers.close(ran.work, offer, OfferState.EXPIRED)
    await ran.work.record(ran.file.case, "offer_expired", offer=str(offer.id))
    if in_state(ran.file, CaseState.OFFERED) and not ran.file.open_offers(ran.work):
        await take(ran.work, ran.file, CaseAction.LAPSE, policy=ran.policy, offer=str(offer.id))


async def _end_hold(ran: RanOut) -> None:
    for hold in ran.file.holds:
        if hold.id == ran.clock.subject_id and hold.state == HoldState.RUNNING:
            await holds.end(ran.work, ran.file, hold, on=ran.clock.due_on, why=ran.clock.code)
            if holds.is_moratorium(ran.policy, hold.reason):
                await review_as_system(ran.work, ran.file, desk=ran.desk)


async def _look_at_payments(ran: RanOut) -> None:
    await look(ran.work, await _agreed(ran))


async def _review_relief(ran: RanOut) -> None:
    await ending.review_relief(ran.work, await _agreed(ran))


async def _lapse_agreement(ran: RanOut) -> None:
    agreed = await _agreed(ran)
    if agreed.state is AgreementState.AWAITING_SIGNATURES:
        await ending.end(ran.work, agreed, reason=ran.clock.code)


async def _agreed(ran: RanOut) -> Agreed:
    assert ran.clock.subject_id is not None, "the clock of an agreement says which"
    return await of_file(ran.work, ran.file, ran.clock.subject_id, policy=ran.policy)


_ENDS: Final[dict[EndAction, End]] = {
    EndAction.EVENT: _tell,
    EndAction.ESCALATE: _escalate,
    EndAction.LAPSE: _lapse,
    EndAction.DECIDE: _decide,
    EndAction.CLOSE: _close,
    EndAction.EXPIRE_OFFER: _expire_offer,
    EndAction.END_HOLD: _end_hold,
    EndAction.LOOK_AT_PAYMENTS: _look_at_payments,
    EndAction.REVIEW_RELIEF: _review_relief,
    EndAction.LAPSE_AGREEMENT: _lapse_agreement,
}
