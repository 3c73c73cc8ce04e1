"""Holds on a case: what begins and ends them by itself, and what whoever collects is told."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from service.casework import clocks
from service.casework.desk import local_day
from service.casework.file import CaseFile, in_state, open_file
from service.domain.clocks import ClockState, EndAction
from service.domain.conduct import HoldRule
from service.domain.holds import REFUSING, REOPENING, EndRule, HoldState, Span, again_on, begins, ended_by, last_day
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.policy import Policy
from service.storage import holds
from service.storage.tables import HoldRow
from service.storage.work import UnitOfWork

TITLE: Final = {"en": "A hold ends", "zh-CN": "暂缓措施到期"}
ANSWERED: Final = (CaseState.REJECTED, CaseState.DECLINED, CaseState.LAPSED)


async def follow(work: UnitOfWork, file: CaseFile, what: str, *, policy: Policy) -> None:
    """End the holds that something ends, and set those that the pack begins with it; none outlives its case."""
    running = running_of(file)
    today = local_day(policy, work.now)
    for hold in running:
        if in_state(file, *TERMINAL):
            await end(work, file, hold, on=today, why=what)
        else:
            await _turn(work, file, hold, what, policy=policy, on=today)
    if in_state(file, *TERMINAL):
        return
    for code, rule in policy.settings.holds.items():
        if begins(rule, what) and not any(h.reason == code for h in running):
            first = await first_day(work, file, code, rule, on=today)
            if first is None:
                await begin(work, file, code, rule, policy=policy, on=today)
            else:
                await work.record(file.case, "hold_not_set", reason=code, again_on=first)


async def _turn(work: UnitOfWork, file: CaseFile, hold: HoldRow, what: str, *, policy: Policy, on: date) -> None:
    """End a hold by a deed, at once or after so many days; or let it go on, because an answer is waited for again."""
    rule = policy.settings.holds.get(hold.reason)
    if rule is not None and rule.until == "decision" and what in REOPENING:
        if hold.end_rule == EndRule.LENGTH:
            clocks.stop_about(work, file, hold.id, ClockState.CANCELLED)
            hold.end_rule = EndRule.DECISION
            await change(work, file, hold, ends_on=None, why=what, policy=policy)
        return
    if what in REFUSING and not in_state(file, *ANSWERED):
        return  # an appeal against a part of the answer: what was offered stands
    last = ended_by(EndRule(hold.end_rule), what, length=rule.length if rule else None, on=on)
    if last is not None and last <= on:
        await end(work, file, hold, on=last, why=what)
    elif last is not None:
        hold.end_rule = EndRule.LENGTH
        await change(work, file, hold, ends_on=last, why=what, policy=policy)


async def end(work: UnitOfWork, file: CaseFile, hold: HoldRow, *, on: date, why: str) -> None:
    """End a hold, and tell whoever collects that they may go on."""
    hold.state, hold.ended_on, hold.ended_by = HoldState.ENDED, on, work.actor.identity
    hold.ends_on = on
    clocks.stop_about(work, file, hold.id, ClockState.CANCELLED)
    await work.record(file.case, "hold_ended", hold=str(hold.id), scopes=hold.scopes, on=on, why=why)


async def change(
    work: UnitOfWork, file: CaseFile, hold: HoldRow, *, ends_on: date | None, why: str, policy: Policy
) -> None:
    """Have a hold end on another day, or on none that is known yet, and tell whoever collects."""
    hold.ends_on = ends_on
    await work.record(
        file.case, "hold_changed", hold=str(hold.id), scopes=hold.scopes, starts_on=hold.starts_on, ends_on=ends_on,
        why=why,
    )  # fmt: skip
    await _watch(work, file, hold, policy=policy)


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, Sequence[HoldRow]]:
    """Read the holds of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, file.holds


def is_moratorium(policy: Policy, reason: str) -> bool:
    """Say whether a hold is a moratorium, about which rules of the policy may have something to say."""
    rule = policy.settings.holds.get(reason)
    return rule is not None and rule.anchor == "moratorium"


def running_of(file: CaseFile) -> list[HoldRow]:
    """Return the holds of a case that have not ended."""
    return [hold for hold in file.holds if hold.state == HoldState.RUNNING]


def span_of(row: HoldRow) -> Span:
    """Return the days of a hold."""
    return Span(starts_on=row.starts_on, ends_on=row.ended_on or row.ends_on, scopes=frozenset(row.scopes))


async def first_day(work: UnitOfWork, file: CaseFile, code: str, rule: HoldRule, *, on: date) -> date | None:
    """Return from when such a hold may begin again; every case about the same loans counts, not this one alone."""
    if rule.once_in_months is None:
        return None
    earlier = await holds.of_loans(work.session, [s.loan.id for s in file.snapshots])
    return again_on(rule, (span_of(row) for row in earlier if row.reason == code), starts_on=on)


async def begin(
    work: UnitOfWork,
    file: CaseFile,
    code: str,
    rule: HoldRule,
    *,
    policy: Policy,
    on: date,
    ends_on: date | None = None,
) -> HoldRow:
    """Set a hold of the pack; it ends when the pack says, or sooner where a day is given."""
    row = await holds.add(
        work, file.case, scopes=list(rule.scopes), reason=code, starts_on=on, ends_on=ends_on or last_day(rule, on),
        end_rule=rule.until, source=rule.source,
    )  # fmt: skip
    await tell(work, file, row, policy=policy)
    return row


async def tell(work: UnitOfWork, file: CaseFile, row: HoldRow, *, policy: Policy) -> None:
    """Tell whoever collects of a hold, and have its end watched; a person's own words are for nobody else."""
    file.holds.append(row)
    named = row.reason if row.reason in policy.settings.holds else None
    await work.record(
        file.case, "hold_set", hold=str(row.id), scopes=row.scopes, starts_on=row.starts_on, ends_on=row.ends_on,
        reason=named,
    )  # fmt: skip
    await _watch(work, file, row, policy=policy)


async def _watch(work: UnitOfWork, file: CaseFile, row: HoldRow, *, policy: Policy) -> None:
    """Have a clock end the hold on its last day."""
    if row.ends_on is not None:
        await clocks.start_own(
            work, file, "hold", EndAction.END_HOLD, policy=policy, due_on=row.ends_on, title=TITLE, subject_id=row.id
        )
