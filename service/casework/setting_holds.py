"""Setting and ending holds by hand: in a person's words, or by the name that the pack gives them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from service.casework import clocks
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, open_file, require_running
from service.casework.holds import begin, change, end, first_day, is_moratorium, tell
from service.casework.pinning import policy_of
from service.casework.reviewing import review_as_system
from service.domain.access import is_lender
from service.domain.actors import Role
from service.domain.conduct import HoldRule
from service.domain.errors import Conflict, NotFound, NotPermitted
from service.domain.holds import (
    TOLD_BY_OTHERS,
    EndRule,
    HoldNotRenewable,
    HoldState,
    HoldTooSoon,
    last_day,
    require_of_pack,
    require_sensible,
)
from service.domain.policy import Policy
from service.storage import holds
from service.storage.tables import HoldRow
from service.storage.work import UnitOfWork

SETTERS: Final = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.PARTNER, Role.SYSTEM})
"""Who sets a hold: the lender, and a debt adviser for the client whose case they posted (a moratorium)."""
MORATORIUM: Final = "moratorium"


class HoldNotFound(NotFound):
    """The case has no such hold."""

    code = "hold_not_found"
    title = "No such hold"


class HoldEnded(Conflict):
    """The hold has ended already."""

    code = "hold_ended"
    title = "The hold has ended"


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
    rule = policy_of(file, desk).settings.holds.get(reason)
    _require_setter(work, rule)
    require_running(file)
    policy = policy_of(file, desk)
    today = local_day(policy, work.now)
    start = starts_on or today
    if rule is not None:
        require_of_pack(rule, scopes=scopes, starts_on=start, ends_on=ends_on)
        last = ends_on or last_day(rule, start)
        require_sensible(scopes=rule.scopes, starts_on=start, ends_on=last, today=today)
        row = await _set_of_pack(work, file, reason, rule, starts_on=start, ends_on=ends_on, policy=policy)
    else:
        require_sensible(scopes=scopes, starts_on=start, ends_on=ends_on, today=today)
        row = await holds.add(
            work, file.case, scopes=sorted(set(scopes)), reason=reason, starts_on=start, ends_on=ends_on,
            end_rule=EndRule.LENGTH, source="set by a person",
        )  # fmt: skip
        await tell(work, file, row, policy=policy)
    if is_moratorium(policy, reason):
        await clocks.follow(work, file, MORATORIUM, policy=policy, subject_id=row.id, on=start)
        await review_as_system(work, file, desk=desk)
    return file, row


async def end_hold(work: UnitOfWork, *, case_id: UUID, hold_id: UUID, desk: Desk) -> tuple[CaseFile, HoldRow]:
    """End a hold before its time (the lender); one that waits for a person's word goes on for its length from then."""
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender ends holds.")
    row = next((hold for hold in file.holds if hold.id == hold_id), None)
    if row is None:
        raise HoldNotFound("The case has no such hold.")
    if row.state != HoldState.RUNNING:
        raise HoldEnded("The hold has ended already.")
    policy = policy_of(file, desk)
    rule, today = policy.settings.holds.get(row.reason), local_day(policy, work.now)
    if rule is not None and rule.length and row.end_rule == EndRule.PERSON:
        row.end_rule = EndRule.LENGTH
        last = max(today, row.starts_on) + timedelta(days=rule.length)
        await change(work, file, row, ends_on=last, why=BY_A_PERSON, policy=policy)
        return file, row
    await end(work, file, row, on=today, why=BY_A_PERSON)
    if is_moratorium(policy, row.reason):
        await review_as_system(work, file, desk=desk)
    return file, row


BY_A_PERSON: Final = "ended by a person"


def _require_setter(work: UnitOfWork, rule: HoldRule | None) -> None:
    if work.actor.role not in SETTERS:
        raise NotPermitted("The lender, or the partner who posted the case, sets holds.")
    if not is_lender(work.actor) and (rule is None or rule.anchor not in TOLD_BY_OTHERS):
        raise NotPermitted("A partner sets the holds of the pack that follow a moratorium or a debt adviser's work.")


async def _set_of_pack(
    work: UnitOfWork,
    file: CaseFile,
    code: str,
    rule: HoldRule,
    *,
    starts_on: date,
    ends_on: date | None,
    policy: Policy,
) -> HoldRow:
    """Set a hold of the pack, or renew the one that runs: for its length once more, as often as the pack allows."""
    first = await first_day(work, file, code, rule, on=starts_on)
    if first is not None:
        raise HoldTooSoon(f"Such a hold may begin again on {first.isoformat()}.", again_on=first.isoformat())
    had = [hold for hold in file.holds if hold.reason == code]
    running = [hold for hold in had if hold.state == HoldState.RUNNING]
    ends = [hold.ends_on for hold in running]
    if (running and (None in ends or not rule.renewals)) or (rule.renewals and len(had) > rule.renewals):
        raise HoldNotRenewable("The case had such a hold as often as the pack allows.", renewals=rule.renewals)
    start = max((last + timedelta(days=1) for last in ends if last is not None), default=starts_on)
    require_of_pack(rule, scopes=(), starts_on=start, ends_on=ends_on)
    require_sensible(scopes=rule.scopes, starts_on=start, ends_on=ends_on, today=start)
    return await begin(work, file, code, rule, policy=policy, on=start, ends_on=ends_on)
