"""Holds on a case: set by the pack or by a person, ended by their rule, and told to whoever collects."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from service.casework import clocks
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, open_file, require_running
from service.casework.pinning import policy_of
from service.domain.access import is_lender
from service.domain.actors import Role
from service.domain.clocks import ClockState, EndAction
from service.domain.conduct import HoldRule
from service.domain.errors import Conflict, NotFound, NotPermitted
from service.domain.holds import (
    PERFORMING_AGAIN,
    EndRule,
    HoldState,
    HoldTooSoon,
    Span,
    again_on,
    ended_by,
    goes_on_after,
    last_day,
    require_sensible,
)
from service.domain.policy import Policy
from service.storage import holds
from service.storage.tables import HoldRow
from service.storage.work import UnitOfWork

SETTERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.PARTNER, Role.SYSTEM})
"""Who sets a hold: the lender, and a debt adviser for the client whose case they posted (a moratorium)."""

TITLE = {"en": "A hold ends", "zh-CN": "暂缓措施到期"}


class HoldNotFound(NotFound):
    """The case has no such hold."""

    code = "hold_not_found"
    title = "No such hold"


class HoldEnded(Conflict):
    """The hold has ended already."""

    code = "hold_ended"
    title = "The hold has ended"


async def follow(work: UnitOfWork, file: CaseFile, what: str, *, policy: Policy) -> None:
    """End the holds that something ends, and set those that the pack begins with it."""
    running = [hold for hold in file.holds if hold.state == HoldState.RUNNING]
    today = local_day(policy, work.now)
    for hold in running:
        rule = policy.settings.holds.get(hold.reason)
        if rule is not None and goes_on_after(rule, what):
            hold.ends_on, hold.end_rule = None, EndRule.DECISION
            clocks.stop_about(work, file, hold.id, ClockState.CANCELLED)
        last = ended_by(EndRule(hold.end_rule), what, length=rule.length if rule else None, on=today)
        if last is not None and last <= today:
            await end(work, file, hold, on=last, why=what)
        elif last is not None:
            hold.ends_on, hold.end_rule = last, EndRule.LENGTH
            await _watch(work, file, hold, policy=policy)
    for code, rule in policy.settings.holds.items():
        if _begins(file, code, rule, what) and not any(h.reason == code for h in running):
            first = await _again_on(work, file, code, rule, on=today)
            if first is None:
                await _begin(work, file, code, rule, policy=policy, on=today)
            else:
                await work.record(file.case, "hold_not_set", reason=code, again_on=first)


def _begins(file: CaseFile, code: str, rule: HoldRule, what: str) -> bool:
    """Say whether something begins a hold: its anchor, or that an agreement is kept again during which it ran."""
    ran = rule.until == "performing" and any(hold.reason == code for hold in file.holds)
    return rule.anchor == what or (ran and what in PERFORMING_AGAIN)


async def set_hold(
    work: UnitOfWork,
    *,
    case_id: UUID,
    scopes: Sequence[str],
    reason: str,
    starts_on: date | None,
    ends_on: date | None,
    desk: Desk,
) -> tuple[CaseFile, HoldRow]:
    """Set a hold; one that the pack names under `reason` has the pack's scopes, length and caps."""
    file = await open_file(work, case_id)
    if work.actor.role not in SETTERS:
        raise NotPermitted("The lender, or the partner who posted the case, sets holds.")
    require_running(file)
    policy = policy_of(file, desk)
    today = local_day(policy, work.now)
    rule = policy.settings.holds.get(reason)
    if rule is not None and not scopes:
        start = starts_on or today
        first = await _again_on(work, file, reason, rule, on=start)
        if first is not None:
            raise HoldTooSoon(f"Such a hold may begin again on {first.isoformat()}.", again_on=first.isoformat())
        return file, await _begin(work, file, reason, rule, policy=policy, on=start)
    if rule is None and not is_lender(work.actor):
        raise NotPermitted("A partner sets the holds that the pack names.")
    start = starts_on or today
    require_sensible(scopes=scopes, starts_on=start, ends_on=ends_on, today=today)
    row = await holds.add(
        work, file.case, scopes=sorted(set(scopes)), reason=reason, starts_on=start, ends_on=ends_on,
        end_rule=EndRule.LENGTH, source="set by a person",
    )  # fmt: skip
    await _tell(work, file, row, policy=policy)
    return file, row


async def end_hold(work: UnitOfWork, *, case_id: UUID, hold_id: UUID, desk: Desk) -> tuple[CaseFile, HoldRow]:
    """End a hold before its time (the lender)."""
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender ends holds.")
    row = next((hold for hold in file.holds if hold.id == hold_id), None)
    if row is None:
        raise HoldNotFound("The case has no such hold.")
    if row.state != HoldState.RUNNING:
        raise HoldEnded("The hold has ended already.")
    await end(work, file, row, on=local_day(policy_of(file, desk), work.now), why="ended by a person")
    return file, row


async def end(work: UnitOfWork, file: CaseFile, hold: HoldRow, *, on: date, why: str) -> None:
    """End a hold, and tell whoever collects that they may go on."""
    hold.state, hold.ended_on, hold.ended_by = HoldState.ENDED, on, work.actor.identity
    hold.ends_on = on
    clocks.stop_about(work, file, hold.id, ClockState.CANCELLED)
    await work.record(file.case, "hold_ended", hold=str(hold.id), scopes=hold.scopes, on=on, why=why)


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[HoldRow]]:
    """Read the holds of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, file.holds


def span_of(row: HoldRow) -> Span:
    """Return the days of a hold."""
    return Span(starts_on=row.starts_on, ends_on=row.ended_on or row.ends_on, scopes=frozenset(row.scopes))


async def _again_on(work: UnitOfWork, file: CaseFile, code: str, rule: HoldRule, *, on: date) -> date | None:
    """Look at every case about the same loans: a new case does not make a hold come sooner."""
    if rule.once_in_months is None:
        return None
    earlier = await holds.of_loans(work.session, [s.loan.id for s in file.snapshots])
    return again_on(rule, (span_of(row) for row in earlier if row.reason == code), starts_on=on)


async def _begin(work: UnitOfWork, file: CaseFile, code: str, rule: HoldRule, *, policy: Policy, on: date) -> HoldRow:
    row = await holds.add(
        work, file.case, scopes=list(rule.scopes), reason=code, starts_on=on, ends_on=last_day(rule, on),
        end_rule=rule.until, source=rule.source,
    )  # fmt: skip
    await _tell(work, file, row, policy=policy)
    return row


async def _tell(work: UnitOfWork, file: CaseFile, row: HoldRow, *, policy: Policy) -> None:
    file.holds.append(row)
    await work.record(
        file.case, "hold_set", hold=str(row.id), scopes=row.scopes, starts_on=row.starts_on, ends_on=row.ends_on,
        reason=row.reason,
    )  # fmt: skip
    await _watch(work, file, row, policy=policy)


async def _watch(work: UnitOfWork, file: CaseFile, row: HoldRow, *, policy: Policy) -> None:
    """Have a clock end the hold on its last day."""
    if row.ends_on is not None:
        await clocks.start_own(
            work, file, "hold", EndAction.END_HOLD, policy=policy, due_on=row.ends_on, title=TITLE, subject_id=row.id
        )
