"""The clocks of a case: started, held up and met by what happens to it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from service.casework.calendar import business_days
from service.casework.desk import local_day
from service.casework.file import CaseFile, in_state, open_file
from service.domain.clocks import (
    ANCHORED_AT,
    WAITS_FOR_DOCUMENTS,
    ClockPlan,
    ClockState,
    EndAction,
    begins_anew,
    due_day,
    end_of_day,
    own_plans,
    plan_of,
    resumed_due_day,
)
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.offer import EXPIRY_WAITS, OfferState
from service.domain.policy import Policy
from service.storage import clocks
from service.storage.documents import dump, load
from service.storage.tables import CaseRow, ClockRow
from service.storage.work import UnitOfWork

INFORMATION: Final = "information"
COMPLETE: Final = "evidence_complete"
OFFER_TITLE: Final = {"en": "The offer stands until then", "zh-CN": "方案有效期"}


COMPLETING: Final = frozenset({"provide_information", "evidence_complete"})


NEW_OFFERS: Final = ClockPlan(
    code="new_offers",
    title={"en": "New offers are due", "zh-CN": "须重新提出方案"},
    length=7,
    action=EndAction.ESCALATE,
    anchor="offers_taken_back",
    source="our choice: a week, after the lender took back the last offer or closed it on other figures",
    met_by=("make_offers", "amend", "appeal", "refer"),
)


async def follow(
    work: UnitOfWork,
    file: CaseFile,
    what: str,
    *,
    policy: Policy,
    subject_id: UUID | None = None,
    on: date | None = None,
) -> None:
    """Do with the clocks of a case what something that happened asks for: meet, hold up, let go on, start.

    `on` is the local day on which it happened, where that is not today. No clock outlives its case.
    """
    day = on or local_day(policy, work.now)
    over = in_state(file, *TERMINAL)
    for clock in file.live_clocks:
        if over:
            clocks.end(work, clock, ClockState.CANCELLED)
        elif what in _plan(clock).waits_for:
            clocks.end(work, clock, ClockState.MET)
        elif what == "request_information":
            _hold_up(clock, on=day)
        elif what in COMPLETING or what == "start_review":
            _go_on(clock, policy=policy, on=day, complete=what in COMPLETING)
    anchor = ANCHORED_AT.get(what, what)
    for plan in plans_of(policy):
        if plan.anchor == anchor and not over and not _runs(file, plan):
            await start(work, file, plan, policy=policy, on=day, subject_id=subject_id)
    note_next(file)


def wait_for_documents(file: CaseFile, *, on: date) -> None:
    """Hold up the clocks that start with a complete file, where it is not."""
    for clock in file.live_clocks:
        if _plan(clock).mode == "start_on_complete":
            _hold_up(clock, on=on)
    note_next(file)


def looks_for_documents(policy: Policy) -> bool:
    """Say whether anything of a policy hangs on when a file is complete."""
    settings = policy.settings
    return any(rule.anchor == COMPLETE or rule.mode == "start_on_complete" for rule in settings.clocks) or any(
        hold.anchor == COMPLETE for hold in settings.holds.values()
    )


def plans_of(policy: Policy) -> tuple[ClockPlan, ...]:
    """Return the clocks of a policy: its own, and those every case has unless the policy has one of that name."""
    settings = policy.settings
    theirs = tuple(plan_of(rule) for rule in settings.clocks)
    named = {plan.code for plan in theirs}
    return theirs + tuple(p for p in own_plans(settings.negotiation, settings.agreement) if p.code not in named)


async def start(
    work: UnitOfWork,
    file: CaseFile,
    plan: ClockPlan,
    *,
    policy: Policy,
    on: date,
    subject_id: UUID | None = None,
    due_on: date | None = None,
) -> ClockRow:
    """Start a clock on a local day; `due_on` overrides what its length gives."""
    settings = policy.settings
    last = due_on or due_day(plan, on, is_business_day=business_days(settings.country))
    row = await clocks.add(
        work,
        file.case,
        code=plan.code,
        subject_id=subject_id,
        anchored_on=on,
        due_on=last,
        due_at=end_of_day(last, settings.time_zone),
        end_action=plan.action,
        document=dump(plan),
    )
    file.clocks.append(row)
    if plan.mode == "start_on_complete" and in_state(file, CaseState.INFORMATION_REQUESTED):
        _hold_up(row, on=on)
    return row


async def start_own(
    work: UnitOfWork,
    file: CaseFile,
    code: str,
    action: EndAction,
    *,
    policy: Policy,
    due_on: date,
    title: dict[str, str],
    subject_id: UUID | None = None,
) -> ClockRow:
    """Start a clock that ends on a given day: of an offer, an agreement or a hold."""
    today = local_day(policy, work.now)
    plan = ClockPlan(
        code=code,
        title=title,
        length=max(0, (due_on - today).days),
        action=action,
        anchor=code,
        source="the terms themselves",
    )
    row = await start(work, file, plan, policy=policy, on=today, subject_id=subject_id, due_on=due_on)
    note_next(file)
    return row


def stop_about(work: UnitOfWork, file: CaseFile, subject_id: UUID, state: ClockState = ClockState.MET) -> None:
    """End the clocks of one offer, agreement or hold."""
    for clock in file.live_clocks:
        if clock.subject_id == subject_id:
            clocks.end(work, clock, state)
    note_next(file)


async def keep_offers(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> None:
    """Have each open offer watched until it expires, held up while the borrower is owed an answer.

    Where the lender let none stand, it is the lender who is waited for.
    """
    waits = CaseState(file.case.state) in EXPIRY_WAITS
    watched = {clock.subject_id: clock for clock in file.live_clocks if clock.end_action == EndAction.EXPIRE_OFFER}
    for offer in file.offers:
        clock = watched.get(offer.id)
        if offer.state != OfferState.OPEN:
            if clock is not None:
                clocks.end(work, clock, ClockState.MET)
            continue
        if clock is None:
            due_on = local_day(policy, offer.expires_at)
            clock = await start_own(
                work, file, "offer", EndAction.EXPIRE_OFFER, policy=policy, due_on=due_on, title=OFFER_TITLE,
                subject_id=offer.id,
            )  # fmt: skip
        clock.due_at, clock.due_on = offer.expires_at, local_day(policy, offer.expires_at)
        clock.state = ClockState.PAUSED if waits else ClockState.RUNNING
    none_left = all(offer.state != OfferState.OPEN for offer in file.offers)
    if in_state(file, CaseState.OFFERED) and none_left and not _runs(file, NEW_OFFERS):
        await start(work, file, NEW_OFFERS, policy=policy, on=local_day(policy, work.now))
    note_next(file)


def keep_information(file: CaseFile, *, policy: Policy) -> None:
    """Have the borrower's time for information end on the day that was named to them."""
    due_on = file.case.information_due_on
    for clock in file.live_clocks:
        if clock.code == INFORMATION and due_on is not None:
            clock.due_on, clock.due_at = due_on, end_of_day(due_on, policy.settings.time_zone)
    note_next(file)


def note_next(file: CaseFile) -> None:
    """Copy the next deadline into the case, by which worklists are sorted."""
    running = [clock.due_at for clock in file.live_clocks if clock.state == ClockState.RUNNING]
    file.case.next_due_at = min(running, default=None)


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[ClockRow]]:
    """Read the clocks of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, await clocks.of_case(work.session, case_id)


def _plan(clock: ClockRow) -> ClockPlan:
    return load(ClockPlan, clock.document)


def _runs(file: CaseFile, plan: ClockPlan) -> bool:
    """Say whether this clock runs already: an incomplete file never restarts one silently."""
    return any(clock.code == plan.code for clock in file.live_clocks)


def _hold_up(clock: ClockRow, *, on: date) -> None:
    if clock.state == ClockState.RUNNING and _plan(clock).anchor in WAITS_FOR_DOCUMENTS:
        clock.state, clock.paused_on = ClockState.PAUSED, on


def _go_on(clock: ClockRow, *, policy: Policy, on: date, complete: bool) -> None:
    if clock.state != ClockState.PAUSED or clock.paused_on is None:
        return
    plan, settings = _plan(clock), policy.settings
    is_business_day = business_days(settings.country)
    ran = clock.paused_days > 0 or clock.paused_on > clock.anchored_on
    if begins_anew(plan, complete=complete, ran=ran):
        clock.anchored_on = on
        clock.due_on = due_day(plan, on, is_business_day=is_business_day)
    else:
        clock.due_on = resumed_due_day(
            plan, due_on=clock.due_on, paused_on=clock.paused_on, resumed_on=on, is_business_day=is_business_day
        )
    clock.paused_days += (on - clock.paused_on).days
    clock.due_at = end_of_day(clock.due_on, settings.time_zone)
    clock.state, clock.paused_on = ClockState.RUNNING, None


async def worklist(
    work: UnitOfWork, *, due_before: datetime | None, limit: int, after: object
) -> Sequence[tuple[ClockRow, CaseRow]]:
    """Read the running deadlines of the cases that the actor may see, the next one first."""
    place = None
    if isinstance(after, str):
        moment, _, clock_id = after.partition(" ")
        place = clocks.WorklistPlace(datetime.fromisoformat(moment), UUID(clock_id))
    return await clocks.worklist(work.session, visible_to=work.actor, due_before=due_before, limit=limit, after=place)


def place_of(clock: ClockRow) -> str:
    """Return where a worklist goes on after a clock."""
    return f"{clock.due_at.isoformat()} {clock.id}"
