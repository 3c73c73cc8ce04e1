"""What of a case stands in its dossier, as JSON: the same as the API shows the same reader, and nothing more."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from service.api.views.build import (
    application_shown,
    case_view,
    event_view,
    evidence_view,
    offer_view,
)
from service.api.views.build_agreements import agreement_view, payment_view
from service.api.views.deadlines import clock_view, hold_view, information_request_view
from service.api.views.dissent import appeal_view, referral_view
from service.api.views.judged import decision_view, review_view
from service.api.views.messages import message_view
from service.api.views.notices import notice_view
from service.api.views.revealed import is_staff, plan_told
from service.api.views.rounds import round_view, rounds_of
from service.casework.desk import Desk
from service.casework.dossier import Gathered
from service.domain.actors import Actor
from service.storage.documents import plain
from service.storage.tables import AgreementScheduleRow, Row
from service.storage.work import UnitOfWork

Records = dict[str, Any]

STAFFS: Final = frozenset({"by", "made_by", "answered_by", "ended_by", "received_by", "reversed_by", "frozen"})
"""Members of rows without a view of their own that name people at the desk, or repeat what only they see."""


def records_of(gathered: Gathered, work: UnitOfWork, desk: Desk) -> Records:
    """Return what goes into the dossier, by the name of its file, as the reader may see it."""
    file, actor = gathered.file, work.actor
    case = file.case
    rounds = rounds_of(file, gathered.counters)
    return {
        "case": _shown(case_view(work, file, desk)),
        "application": application_shown(file),
        "application-versions": _rows(gathered.versions, actor),
        "loans": [plain(snapshot) for snapshot in file.snapshots],
        "evidence": [_shown(evidence_view(row, case)) for row in file.evidence],
        "information-requests": [_shown(information_request_view(row, case)) for row in gathered.requests],
        "reviews": [_shown(review_view(row, case, actor)) for row in reversed(gathered.reviews)],
        "decisions": [_shown(decision_view(row, case, actor)) for row in reversed(gathered.decisions)],
        "offers": [_shown(offer_view(row, case, work)) for row in reversed(file.offers)],
        "rounds": [_shown(round_view(one, file, work)) for one in reversed(rounds)],
        "agreements": [_shown(agreement_view(agreed, actor)) for agreed in gathered.agreements],
        "schedules": [_schedule(row, actor) for row in gathered.schedules],
        "payments": [
            _shown(payment_view(row, agreed, agreed.now(), actor))
            for agreed in gathered.agreements
            for row in agreed.payments
        ],
        "notices": [_shown(notice_view(row, case)) for row in gathered.notices],
        "messages": [_shown(message_view(row, case, actor)) for row in gathered.messages],
        "appeals": [_shown(appeal_view(row, file, work)) for row in gathered.appeals],
        "referrals": [_shown(referral_view(row, file, work)) for row in gathered.referrals],
        "clocks": [_shown(clock_view(row, case)) for row in gathered.clocks],
        "holds": [_shown(hold_view(row, case)) for row in gathered.holds],
        "events": [_shown(event_view(row, actor)) for row in gathered.events],
    }


def _shown(view: BaseModel) -> Any:
    return view.model_dump(mode="json")


def _schedule(row: AgreementScheduleRow, actor: Actor) -> Records:
    """Show a schedule as it was put in force: its number, why and when, and its loans."""
    told = row.model_dump(mode="json", exclude={"document"})
    return {**told, "loans": plan_told(row.document, actor)["loans"]}


def _rows(rows: Iterable[Row], actor: Actor) -> list[Mapping[str, Any]]:
    """Show rows column by column; who at the desk did what is for the lender's roles."""
    hidden = frozenset() if is_staff(actor) else STAFFS
    return [{name: value for name, value in row.model_dump(mode="json").items() if name not in hidden} for row in rows]
