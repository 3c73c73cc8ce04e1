"""The case file: a case with all that a use case looks at, read in a fixed number of statements."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from service.domain.access import CaseNotFound, Parties, require_visible
from service.domain.actors import Actor, Role
from service.domain.application import Application
from service.domain.clocks import LIVE
from service.domain.completeness import lacking
from service.domain.decision import FINAL, Confirmation, DecisionOutcome
from service.domain.evidence import EvidenceState, Item
from service.domain.guards import Situation
from service.domain.lifecycle import CaseState
from service.domain.loans import Snapshot
from service.domain.offer import OfferState, effective_state
from service.domain.person import join
from service.domain.policy import Eligibility, Verdict
from service.domain.settings import PolicySettings
from service.domain.words import RepresentativeScope
from service.storage import applications, cases, clocks, decisions, evidence, offers, reviews
from service.storage.tables import CaseRow, ClockRow, DecisionRow, EvidenceRow, OfferRow, ReviewRow
from service.storage.work import UnitOfWork


@dataclass(slots=True, kw_only=True)
class CaseFile:
    """A case as it lies on the desk; what a deed changes is changed here too."""

    case: CaseRow
    application: Application
    snapshots: tuple[Snapshot, ...]
    evidence: list[EvidenceRow] = field(default_factory=list)
    review: ReviewRow | None = None
    decision: DecisionRow | None = None
    offers: list[OfferRow] = field(default_factory=list)
    clocks: list[ClockRow] = field(default_factory=list)

    @property
    def live_clocks(self) -> list[ClockRow]:
        """The clocks that run or are paused."""
        return [clock for clock in self.clocks if clock.state in LIVE]

    @property
    def items(self) -> tuple[Item, ...]:
        """The documents and waivers, as the rules see them."""
        return tuple(
            Item(kind=e.kind, loan_id=e.loan_id, state=EvidenceState(e.state), at=e.created_at) for e in self.evidence
        )

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the latest review."""
        return reviews.verdict_of(self.review) if self.review else None

    @property
    def parties(self) -> Parties:
        """The identities that have to do with the case."""
        representative = self.application.borrower.representative
        return Parties(
            posted_by=self.case.posted_by,
            borrower_subject=self.case.borrower_subject,
            representative_subject=representative.subject if representative else None,
            representative_scope=RepresentativeScope(representative.scope) if representative else None,
            mandate_verified=any(e.kind == "mandate" and e.state == EvidenceState.VERIFIED for e in self.evidence),
        )

    def open_offers(self, work: UnitOfWork) -> list[OfferRow]:
        """Return the offers that can be accepted at this moment."""
        return [
            o
            for o in self.offers
            if effective_state(OfferState(o.state), expires_at=o.expires_at, at=work.now) is OfferState.OPEN
        ]


async def open_file(work: UnitOfWork, case_id: UUID, *, lock: bool = True) -> CaseFile:
    """Read a case that the actor may see; a writing use case locks it first."""
    case = await (cases.lock if lock else cases.get)(work.session, case_id)
    if case is None:
        raise CaseNotFound("There is no such case.")
    application, person = await applications.of_case(work.session, case)
    file = CaseFile(
        case=case,
        application=join(application, person),
        snapshots=await applications.snapshots_of(work.session, case.id),
        evidence=await evidence.of_case(work.session, case.id),
        review=await reviews.latest(work.session, case),
        decision=await decisions.latest(work.session, case),
        offers=await offers.of_case(work.session, case.id),
        clocks=await clocks.live_of(work.session, case.id) if lock else [],
    )
    require_visible(file.parties, work.actor)
    return file


def situation(
    file: CaseFile,
    work: UnitOfWork,
    *,
    settings: PolicySettings,
    evidence_missing: int,
    answering: UUID | None = None,
) -> Situation:
    """Gather what the guards of moves look at."""
    decision, case, verdict = file.decision, file.case, file.verdict
    final = decision is not None and Confirmation(decision.confirmation) in FINAL
    rejected = decision is not None and decision.outcome == DecisionOutcome.REJECT
    window = timedelta(days=settings.negotiation.appeal_days)
    return Situation(
        application_problems=sum(1 for _ in lacking(file.application)),
        evidence_missing=evidence_missing,
        final_approval=final and not rejected,
        final_rejection=final and rejected,
        new_version=file.review is None or case.application_version > file.review.application_version,
        open_offers=len(file.open_offers(work)),
        rounds_used=case.rounds,
        rounds_allowed=settings.negotiation.rounds,
        something_refused=_something_refused(verdict, rejected=rejected),
        appealed_before=case.state_before_appeal is not None,
        appeal_window_open=decision is not None and rejected and work.now < decision.created_at + window,
        rejection_automatic=decision is not None and decision.automatic,
        took_part=_took_part(file, work.actor),
        answering_last_offer=not [o for o in file.open_offers(work) if o.id != answering],
    )


def _something_refused(verdict: Verdict | None, *, rejected: bool) -> bool:
    return rejected or (
        verdict is not None and any(p.eligibility is Eligibility.INELIGIBLE for p in verdict.programmes)
    )


def _took_part(file: CaseFile, actor: Actor) -> bool:
    """Say whether the actor decided, confirmed or made offers."""
    if actor.role is Role.SYSTEM:
        return False
    decision = file.decision
    decided = decision is not None and actor.identity in {decision.decided_by, decision.confirmed_by}
    return decided or any(o.made_by == actor.identity for o in file.offers)


def in_state(file: CaseFile, *states: CaseState) -> bool:
    """Say whether the case is in one of these states."""
    return CaseState(file.case.state) in states
