"""The case file: a case with all that a use case looks at, read in a fixed number of statements."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from service.domain.access import APPLICANTS, CaseNotFound, Parties, require_visible
from service.domain.appeal import ANSWERED
from service.domain.application import Application, Representative
from service.domain.clocks import LIVE
from service.domain.completeness import lacking
from service.domain.decision import FINAL, Confirmation, DecisionOutcome
from service.domain.errors import Conflict
from service.domain.evidence import EvidenceState
from service.domain.guards import Situation
from service.domain.lifecycle import TERMINAL, CaseAction, CaseState, moves_from
from service.domain.loans import Snapshot
from service.domain.offer import OfferState, effective_state
from service.domain.person import join
from service.domain.policy import Eligibility, Verdict
from service.domain.settings import PolicySettings
from service.storage import (
    agreements,
    appeals,
    applications,
    cases,
    clocks,
    decisions,
    events,
    evidence,
    holds,
    information,
    messages,
    offers,
    reviews,
)
from service.storage.tables import (
    AgreementRow,
    AppealRow,
    CaseRow,
    ClockRow,
    DecisionRow,
    EvidenceRow,
    HoldRow,
    InformationRequestRow,
    OfferRow,
    ReviewRow,
)
from service.storage.work import UnitOfWork

MANDATE = "mandate"
"""The kind of evidence that shows a representative's mandate, where the application does not name the document."""


class CaseEnded(Conflict):
    """The case has come to its end; nothing is added to it."""

    code = "case_ended"
    title = "The case has ended"


@dataclass(slots=True, kw_only=True)
class CaseFile:
    """A case as it lies on the desk today; what a deed changes is changed here too."""

    case: CaseRow
    application: Application
    snapshots: tuple[Snapshot, ...]
    today: date
    evidence: list[EvidenceRow] = field(default_factory=list)
    review: ReviewRow | None = None
    decision: DecisionRow | None = None
    offers: list[OfferRow] = field(default_factory=list)
    agreements: list[AgreementRow] = field(default_factory=list)
    clocks: list[ClockRow] = field(default_factory=list)
    requests: list[InformationRequestRow] = field(default_factory=list)
    holds: list[HoldRow] = field(default_factory=list)
    appeals: list[AppealRow] = field(default_factory=list)
    menu_empty: list[dict[str, Any]] | None = None
    took_part: frozenset[str] = frozenset()
    unread: int = 0

    @property
    def live_clocks(self) -> list[ClockRow]:
        """The clocks that run or are paused."""
        return [clock for clock in self.clocks if clock.state in LIVE]

    @property
    def state(self) -> CaseState:
        """Where the case stands."""
        return CaseState(self.case.state)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the latest review."""
        return reviews.verdict_of(self.review) if self.review else None

    @property
    def representative(self) -> Representative | None:
        """Who acts for the borrower; nobody any more after the last day of the mandate."""
        named = self.application.borrower.representative
        return None if named is None or (named.until is not None and named.until < self.today) else named

    @property
    def parties(self) -> Parties:
        """The identities that have to do with the case."""
        acting = self.representative
        if acting is None:
            return Parties(posted_by=self.case.posted_by, borrower_subject=self.case.borrower_subject)
        verified = [e for e in self.evidence if e.state == EvidenceState.VERIFIED]
        return Parties(
            posted_by=self.case.posted_by,
            borrower_subject=self.case.borrower_subject,
            representative_subject=acting.subject,
            representative_scope=acting.scope,
            mandates_from=frozenset(
                e.uploaded_by for e in verified if e.kind == MANDATE or str(e.id) == acting.mandate_evidence
            ),
        )

    def open_offers(self, work: UnitOfWork) -> list[OfferRow]:
        """Return the offers that stand at this moment."""
        return [o for o in self.offers if self.state_of(o, work) is OfferState.OPEN]

    def state_of(self, offer: OfferRow, work: UnitOfWork) -> OfferState:
        """Return where an offer stands at this moment."""
        return effective_state(OfferState(offer.state), expires_at=offer.expires_at, at=work.now, case=self.state)


async def open_file(work: UnitOfWork, case_id: UUID, *, lock: bool = True) -> CaseFile:
    """Read a case that the actor may see; a writing use case locks it first."""
    file = await read_file(work, case_id, lock=lock)
    roles = require_visible(file.parties, work.actor)
    if file.case.messages and roles & APPLICANTS:
        file.unread = (await messages.unread(work.session, [case_id], reader=work.actor))[case_id]
    return file


async def read_file(work: UnitOfWork, case_id: UUID, *, lock: bool = True) -> CaseFile:
    """Read a case for somebody whose right to what they ask for is looked at elsewhere."""
    case = await (cases.lock if lock else cases.get)(work.session, case_id)
    if case is None:
        raise CaseNotFound("There is no such case.")
    nameless, person = await applications.of_case(work.session, case)
    application = join(nameless, person)
    loans = {loan.id: loan for loan in application.loans}
    kept = await applications.snapshots_of(work.session, case.id)
    snapshots = tuple(Snapshot(loan=loans[s.loan.id], source=s.source) for s in kept)
    file = CaseFile(
        case=case,
        application=application,
        snapshots=snapshots,
        today=work.now.date(),
        evidence=await evidence.of_case(work.session, case.id),
        review=await reviews.latest(work.session, case),
        decision=await decisions.latest(work.session, case),
        offers=await offers.of_case(work.session, case.id),
        agreements=list(await agreements.about_loans(work.session, [s.loan.id for s in snapshots])),
        clocks=await clocks.live_of(work.session, case.id) if lock else [],
        requests=await information.of_case(work.session, case.id) if case.information_due_on else [],
        holds=await holds.of_case(work.session, case.id) if case.holds else [],
    )
    if in_state(file, CaseState.IN_REVIEW) and approved(file):
        told = await events.last_of_type(work.session, case.id, "menu_empty")
        file.menu_empty = told.particulars["limits"] if told else None
    if in_state(file, CaseState.APPEALED):
        await read_who_took_part(work, file)
    return file


async def read_who_took_part(work: UnitOfWork, file: CaseFile) -> None:
    """Read who decided in this case, on an earlier appeal too, confirmed or made offers: somebody else answers."""
    file.appeals = await appeals.of_case(work.session, file.case.id)
    made = await decisions.of_case(work.session, file.case.id)
    confirmed = {decision.confirmed_by for decision in made if decision.confirmed_by is not None}
    answered = {row.answered_by for row in file.appeals if row.answered_by and row.state in ANSWERED}
    decided = {decision.decided_by for decision in made}
    file.took_part = frozenset(confirmed | answered | decided | {offer.made_by for offer in file.offers})


def require_running(file: CaseFile) -> None:
    """Refuse to add anything to a case that has come to its end."""
    if in_state(file, *TERMINAL):
        raise CaseEnded(f"The case is {file.state}.", state=file.state, allowed=legal_moves(file))


def situation(
    file: CaseFile,
    work: UnitOfWork,
    *,
    settings: PolicySettings,
    evidence_missing: int,
    answering: UUID | None = None,
) -> Situation:
    """Gather what the guards of moves look at; `answering` is the offer that is being answered."""
    decision, case, open_ = file.decision, file.case, file.open_offers(work)
    others = [o for o in open_ if o.id != answering] if answering else open_[1:]
    return Situation(
        application_problems=sum(1 for _ in lacking(file.application)),
        evidence_missing=evidence_missing,
        final_approval=approved(file),
        final_rejection=_rejected(file),
        new_version=file.review is None or case.application_version > file.review.application_version,
        open_offers=len(open_),
        binding_offers=sum(not o.indicative for o in open_),
        other_open_offers=len(others),
        rounds_used=case.rounds,
        rounds_allowed=settings.negotiation.rounds,
        something_refused=_something_refused(file) and case.state_before_appeal is None,
        appealed_before=case.state_before_appeal is not None,
        appeal_window_open=_appeal_window_open(file, work, days=settings.negotiation.appeal_days),
        rejection_automatic=decision is not None and decision.automatic,
        took_part=work.actor.identity in file.took_part,
    )


def approved(file: CaseFile) -> bool:
    """Say whether the case is approved, and nobody has to confirm it any more."""
    return _final(file) is DecisionOutcome.APPROVE


def _rejected(file: CaseFile) -> bool:
    return _final(file) is DecisionOutcome.REJECT


def bound_by_appeal(file: CaseFile) -> bool:
    """Say whether the case is approved on appeal: nothing but a new application, or a second person, undoes that."""
    decision = file.decision
    return (
        decision is not None
        and decision.appeal_id is not None
        and decision.outcome == DecisionOutcome.APPROVE
        and decision.confirmation != Confirmation.REFUSED
    )


def _final(file: CaseFile) -> DecisionOutcome | None:
    decision = file.decision
    if decision is None or Confirmation(decision.confirmation) not in FINAL:
        return None
    return DecisionOutcome(decision.outcome)


def _appeal_window_open(file: CaseFile, work: UnitOfWork, *, days: int) -> bool:
    """Say whether a rejection may still be appealed: counted from when it became final."""
    decision = file.decision
    if decision is None or not _rejected(file):
        return False
    return work.now < (decision.confirmed_at or decision.created_at) + timedelta(days=days)


def _something_refused(file: CaseFile) -> bool:
    verdict = file.verdict
    return _rejected(file) or (
        verdict is not None and any(p.eligibility is Eligibility.INELIGIBLE for p in verdict.programmes)
    )


def legal_moves(file: CaseFile) -> list[CaseAction]:
    """Return the moves that leave the case's state, by anybody."""
    return sorted(move.action for move in moves_from(file.state))


def in_state(file: CaseFile, *states: CaseState) -> bool:
    """Say whether the case is in one of these states."""
    return file.state in states
