"""What each kind of letter tells, gathered from the case file when the letter is written."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from service.casework.agreed import Agreed, of_file
from service.casework.desk import local_day
from service.casework.file import CaseFile
from service.casework.letter_payments import is_settled, paid_in_all, reminded_of, unpaid
from service.casework.letter_plans import plan_told
from service.domain.conduct import NoticeKind
from service.domain.facts import FLAGS
from service.domain.offer import OfferState, extended
from service.domain.policy import FACT_UNKNOWN, Eligibility, Policy, Verdict
from service.storage import agreements, decisions
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

    @property
    def is_first(self) -> bool:
        """Whether the agreement of the case is being made by this very request, so that nothing was sent before."""
        return any(isinstance(row, AgreementRow) for row in self.work.session.new)

    async def agreement(self) -> AgreementRow:
        """Return the agreement of the case."""
        known = self.file.case.agreement_id
        row = await agreements.get(self.work.session, known) if known else None
        assert row is not None, "such a letter follows an agreement"
        return row

    async def agreed(self) -> Agreed:
        """Return the agreement with its payments."""
        row = await self.agreement()
        return await of_file(self.work, self.file, row.id, policy=self.policy)


async def _plan_of(on: Occasion, row: AgreementRow) -> dict[str, Any]:
    """Return the document that holds: that of the offer, or the one worked out anew when a trial had been passed."""
    if row in on.work.session.new or not on.policy.settings.agreement.trial_payments:
        return row.document
    return (await on.agreed()).basis


async def _acknowledgement(on: Occasion) -> Values:
    by_then = [c.due_on for c in on.file.live_clocks if c.document["anchor"] in {"submit", "evidence_complete"}]
    consents = on.file.application.consents
    return {"on": on.today, "automatic": consents.automated_decision, "decide_by": min(by_then, default=None)}


async def _information_request(on: Occasion) -> Values:
    asked = [request for request in on.file.requests if request.state == "open"]
    verdict, notes = on.file.verdict, [request.note for request in asked if request.note]
    return {
        "items": [item for request in asked for item in request.items],
        "questions": _questions(verdict) if verdict else [],
        "note": notes[-1] if notes else None,
        "due_on": on.file.case.information_due_on,
        "lapses": on.policy.settings.negotiation.lapse_action == "lapse",
    }


def _questions(verdict: Verdict) -> list[dict[str, str]]:
    """Return what the borrower can tell us; what only the lender knows they are not asked."""
    asked = [reason for reason in verdict.reasons if reason.code == FACT_UNKNOWN and reason.fact not in FLAGS]
    return [dict(reason.text) for reason in asked]


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
    programmes = on.file.verdict.programmes if on.file.verdict else ()
    looked_for = [p.recourse for p in programmes if p.eligibility is not Eligibility.ELIGIBLE and p.recourse]
    return {
        "automatic": decision.automatic,
        "reasons": decision.reasons,
        "comment": decisions.comment_told(decision),
        "recourse": [dict(found.text) for found in looked_for if found.possible and found.text],
        "no_recourse": bool(looked_for) and not any(found.possible for found in looked_for),
        "appeal_until": None if appealed else final_at + timedelta(days=negotiation.appeal_days),
        "appeal_answer_days": negotiation.appeal_answer_days,
    }


async def _appeal_result(on: Occasion) -> Values:
    appeal = next((row for row in on.file.appeals if row.id == on.subject_id), None)
    days = on.policy.settings.negotiation.offer_days_after_appeal
    standing = [offer.expires_at for offer in on.file.offers if offer.state == OfferState.OPEN and not offer.indicative]
    until = [extended(expires_at, at=on.work.now, days=days) for expires_at in standing]
    return {
        "allowed": on.what == "allow",
        "comment": appeal.comment if appeal else None,
        "offers_until": min(until, default=None),
    }


async def _agreement(on: Occasion) -> Values:
    row, settings = await on.agreement(), on.policy.settings.agreement
    signed = {signature["party"] for signature in row.signatures}
    zone = on.policy.settings.time_zone
    return {
        "plan": plan_told(await _plan_of(on, row), policy=on.policy),
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


async def _reminder(on: Occasion) -> Values:
    standing = (await on.agreed()).on(on.today).standing
    rows = reminded_of(standing)
    return {
        **_arrears(on, rows),
        "is_late": any(row["due_on"] < on.today for row in rows),
        "missed_for_breach": on.policy.settings.agreement.missed_for_breach,
    }


async def _missed(on: Occasion) -> Values:
    agreed, settings = await on.agreed(), on.policy.settings.agreement
    return {
        **_arrears(on, unpaid(agreed.on(on.today).standing)),
        "pay_by": agreed.row.remedy_due_on or on.today + timedelta(days=settings.remedy_days),
        "reinstate_months": settings.reinstate_months,
    }


def _arrears(on: Occasion, rows: list[dict[str, Any]]) -> Values:
    return {
        "missed": rows,
        "lacking": sum(row["lacking"] for row in rows),
        "reverts": on.policy.settings.agreement.waivers_on_breach == "revert",
    }


async def _discharge(on: Occasion) -> Values:
    agreed = await on.agreed()
    measures = agreed.basis["measures"]
    return {
        "paid_total": paid_in_all(agreed),
        "waived": measures["waived"] + measures["waived_conditional"],
        "settled": is_settled(agreed),
        "secured": any(s.loan.secured is not None for s in on.file.snapshots),
    }


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
    "reminder": _reminder,
    "remedy_notice": _missed,
    "breach": _missed,
    "discharge": _discharge,
}
"""What each kind of letter is filled with; a kind without values fails to type-check as soon as it is written."""
