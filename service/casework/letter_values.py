"""What each kind of letter tells, gathered from the case file when the letter is written."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from service.casework.desk import local_day
from service.casework.file import CaseFile
from service.casework.letter_payments import missed_of, paid_under
from service.casework.letter_plans import plan_told
from service.domain.conduct import NoticeKind
from service.domain.offer import OfferState
from service.domain.policy import Eligibility, Policy
from service.storage import agreements, notices
from service.storage.tables import AgreementRow
from service.storage.work import UnitOfWork

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What gives occasion to a letter: something that happened to a case, about a record of it."""

    work: UnitOfWork
    file: CaseFile
    policy: Policy
    what: str
    subject_id: UUID | None = None

    @property
    def today(self) -> date:
        """The day of the letter, in the policy's time zone."""
        return local_day(self.policy, self.work.now)

    async def agreement(self) -> AgreementRow:
        """Return the agreement of the case."""
        known = self.subject_id or self.file.case.agreement_id
        assert known is not None, "such a letter follows an agreement"
        row = await agreements.get(self.work.session, known)
        if row is None and self.file.case.agreement_id is not None:
            row = await agreements.get(self.work.session, self.file.case.agreement_id)
        assert row is not None, "a case names an agreement that is there"
        return row


async def _acknowledgement(on: Occasion) -> Values:
    by_then = [c.due_on for c in on.file.live_clocks if c.document["anchor"] in {"submit", "evidence_complete"}]
    consents = on.file.application.consents
    return {"on": on.today, "automatic": consents.automated_decision, "decide_by": min(by_then, default=None)}


async def _information_request(on: Occasion) -> Values:
    asked = [request for request in on.file.requests if request.state == "open"]
    verdict, notes = on.file.verdict, [request.note for request in asked if request.note]
    return {
        "items": [item for request in asked for item in request.items],
        "questions": [dict(r.text) for r in verdict.reasons if r.code == "FACT_UNKNOWN"] if verdict else [],
        "note": notes[-1] if notes else None,
        "due_on": on.file.case.information_due_on,
        "lapses": on.policy.settings.negotiation.lapse_action == "lapse",
    }


async def _offer(on: Occasion) -> Values:
    made = [o for o in on.file.offers if o.round_id == on.file.offers[0].round_id and o.state == OfferState.OPEN]
    binding = [offer.expires_at for offer in made if not offer.indicative]
    return {
        "offers": [
            plan_told(
                offer.document,
                policy=on.policy,
                labels=list(offer.labels),
                indicative=offer.indicative,
                expires_at=offer.expires_at,
            )
            for offer in made
        ],
        "expires_at": min(binding, default=None),
        "rounds_left": on.file.case.rounds < on.policy.settings.negotiation.rounds,
    }


async def _rejection(on: Occasion) -> Values:
    decision, negotiation = on.file.decision, on.policy.settings.negotiation
    assert decision is not None, "a rejection was decided"
    final_at = decision.confirmed_at or decision.created_at
    appealed = on.file.case.state_before_appeal is not None
    verdict = on.file.verdict
    return {
        "automatic": decision.automatic,
        "reasons": decision.reasons,
        "recourse": [
            dict(p.recourse.text)
            for p in (verdict.programmes if verdict else ())
            if p.eligibility is not Eligibility.ELIGIBLE and p.recourse and p.recourse.possible and p.recourse.text
        ],
        "appeal_until": None if appealed else final_at + timedelta(days=negotiation.appeal_days),
        "appeal_answer_days": negotiation.appeal_answer_days,
    }


async def _appeal_result(on: Occasion) -> Values:
    appeal = await notices.latest_appeal(on.work.session, on.file.case.id)
    open_ = [offer.expires_at for offer in on.file.open_offers(on.work) if not offer.indicative]
    return {
        "allowed": on.what == "allow",
        "comment": appeal.comment if appeal else None,
        "offers_until": _later_than(min(open_, default=None), on.work.now),
    }


def _later_than(moment: datetime | None, now: datetime) -> datetime | None:
    """Return a moment that has not passed yet: while an appeal waited, time stood still for offers."""
    return moment if moment is not None and moment > now else None


async def _agreement(on: Occasion) -> Values:
    row, settings = await on.agreement(), on.policy.settings.agreement
    signed = {signature["party"] for signature in row.signatures}
    zone = on.policy.settings.time_zone
    return {
        "plan": plan_told(row.document, policy=on.policy),
        "parties": _parties(on.file),
        "signatures": [
            {"role": role_of(s["party"]), "name": s["name"], "on": _local(s["at"], zone)} for s in row.signatures
        ],
        "missing": [role_of(p) for p in row.document.get("required_signatures", ()) if p not in signed],
        "grace_days": settings.grace_days,
        "missed_for_breach": settings.missed_for_breach,
        "oldest_days": settings.oldest_days_for_breach,
        "remedy_days": settings.remedy_days,
        "reverts": settings.waivers_on_breach == "revert",
    }


async def _missed(on: Occasion) -> Values:
    row, settings = await on.agreement(), on.policy.settings.agreement
    rows = await missed_of(on.work, row, on=on.today)
    return {
        "missed": rows,
        "lacking": sum(missed["lacking"] for missed in rows),
        "pay_by": row.remedy_due_on or on.today + timedelta(days=settings.remedy_days),
        "missed_for_breach": settings.missed_for_breach,
        "reinstate_months": settings.reinstate_months,
        "reverts": settings.waivers_on_breach == "revert",
    }


async def _discharge(on: Occasion) -> Values:
    row = await on.agreement()
    measures = row.document["measures"]
    return {
        "paid_total": sum(payment.amount for payment in await paid_under(on.work, row)),
        "waived": measures["waived"] + measures["waived_conditional"],
        "settled": all(_ends_at_nothing(loan) for loan in row.document["loans"]),
        "secured": any(s.loan.secured is not None for s in on.file.snapshots),
    }


def _ends_at_nothing(loan: dict[str, Any]) -> bool:
    rows = loan["schedule"]["instalments"]
    return not rows or rows[-1]["outstanding"] == 0


def role_of(party: str) -> str:
    """Return the role of a party that has to sign: `guarantor:user-9` is a guarantor."""
    return party.partition(":")[0]


def _parties(file: CaseFile) -> list[dict[str, Any]]:
    """Return who stands in the agreement besides the lender; a party of several loans once."""
    named = {("borrower", file.application.borrower.name): None}
    for snapshot in file.snapshots:
        named |= {(str(party.role), party.name): None for party in snapshot.loan.parties}
    return [{"role": role, "name": name} for role, name in named]


def _local(moment: str, zone: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()


VALUES: Final[dict[NoticeKind, Callable[[Occasion], Awaitable[Values]]]] = {
    "acknowledgement": _acknowledgement,
    "information_request": _information_request,
    "offer": _offer,
    "rejection": _rejection,
    "appeal_result": _appeal_result,
    "agreement": _agreement,
    "reminder": _missed,
    "remedy_notice": _missed,
    "breach": _missed,
    "discharge": _discharge,
}
"""What each kind of letter is filled with; a kind without values fails to type-check as soon as it is written."""
