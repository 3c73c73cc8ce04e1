"""Asking the borrower for more: what, why and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from service.casework import clocks
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, in_state, open_file
from service.casework.following import happened
from service.casework.judging import facts_of, required_items
from service.casework.moves import matter, permit, take
from service.casework.pinning import policy_of
from service.domain.access import is_lender
from service.domain.errors import NotPermitted, Problem, RuleBroken
from service.domain.evidence import SATISFIES, RequiredItem, check
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Policy
from service.storage import information
from service.storage.tables import InformationRequestRow
from service.storage.work import UnitOfWork

LEAST_DAYS: Final = 7
"""A request never gives less time: comment 41(k)(2)(ii)-3 to 12 CFR 1024.41."""

MOST_DAYS: Final = 90
"""Nor more: what was handed in first would be stale by then (our choice)."""


class AskedInVain(RuleBroken):
    """The request asks for what is there already, or gives too little time."""

    code = "asked_in_vain"
    title = "This cannot be asked for so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One item that is asked for, with the reason in the words of whoever asks."""

    kind: str
    loan_id: str | None
    why: str


async def request_information(
    work: UnitOfWork,
    *,
    case_id: UUID,
    items: Sequence[Asked],
    note: str | None,
    due_on: date | None,
    desk: Desk,
) -> tuple[CaseFile, InformationRequestRow]:
    """Ask for documents as a person; what is valid already is not asked for again."""
    file = await open_file(work, case_id)
    if not is_lender(work.actor):
        raise NotPermitted("The lender asks for information.")
    policy = policy_of(file, desk)
    asks_again = in_state(file, CaseState.INFORMATION_REQUESTED)
    if not asks_again:
        permit(work, file, CaseAction.REQUEST_INFORMATION, policy=policy)
    today = local_day(policy, work.now)
    last = due_on or today + timedelta(days=policy.settings.negotiation.information_days)
    _require_sensible(file, items, policy=policy, today=today, due_on=last)
    asked = [{"kind": i.kind, "loan_id": i.loan_id, "why": {_locale(file): i.why}} for i in items]
    row = await information.add(work, file.case, items=asked, note=note, due_on=last)
    file.requests.append(row)
    # Nobody is hurried by a second request: what was given for the first is kept.
    file.case.information_due_on = max(last, file.case.information_due_on or last)
    if asks_again:
        clocks.keep_information(file, policy=policy)
        kinds = [i.kind for i in items]
        await work.record(file.case, "information_asked_for", request=str(row.id), missing=kinds, due_on=last)
        await happened(work, file, "information_asked_for", policy=policy, subject_id=row.id)
    else:
        kinds = [i.kind for i in items]
        await take(
            work, file, CaseAction.REQUEST_INFORMATION, policy=policy, request=str(row.id), missing=kinds, due_on=last
        )
    return file, row


async def requests_of(work: UnitOfWork, file: CaseFile) -> Sequence[InformationRequestRow]:
    """Read the requests of a case, oldest first."""
    return await information.of_case(work.session, file.case.id)


def _require_sensible(file: CaseFile, items: Sequence[Asked], *, policy: Policy, today: date, due_on: date) -> None:
    """Refuse to ask for what is received, verified or waived and fresh, and to give too little time, or too much."""
    there, loans = _there(file, items, policy=policy, today=today), {s.loan.id for s in file.snapshots}
    problems, seen = [], set()
    for i, item in enumerate(items):
        if there[i]:
            problems.append(Problem(f"/items/{i}/kind", "already_valid", "This was handed in and is still valid."))
        if (item.kind, item.loan_id) in seen:
            problems.append(Problem(f"/items/{i}/kind", "asked_twice", "The same item stands in the list twice."))
        seen.add((item.kind, item.loan_id))
        if item.loan_id is not None and item.loan_id not in loans:
            problems.append(Problem(f"/items/{i}/loan_id", "loan_unknown", "The case has no such loan."))
    if due_on < today + timedelta(days=LEAST_DAYS):
        problems.append(Problem("/due_on", "too_soon", f"A request gives at least {LEAST_DAYS} days."))
    if due_on > today + timedelta(days=MOST_DAYS):
        problems.append(Problem("/due_on", "too_late", f"A request gives at most {MOST_DAYS} days."))
    if problems:
        raise AskedInVain("This cannot be asked for so.", problems)


def _there(file: CaseFile, items: Sequence[Asked], *, policy: Policy, today: date) -> list[bool]:
    """Say of each item whether it is received, verified or waived: as fresh as the policy wants such a document."""
    judged = matter(file, policy)
    required = required_items(policy.settings, facts_of(judged, policy.settings, on=today)[0])
    fresh = {item.kind: item.fresh_days for item in required}
    wanted = [
        RequiredItem(kind=i.kind, loan_id=i.loan_id, why={}, source="", fresh_days=fresh.get(i.kind)) for i in items
    ]
    return [one.state in SATISFIES for one in check(wanted, judged.items, on=today)]


def _locale(file: CaseFile) -> str:
    return file.application.borrower.locale
