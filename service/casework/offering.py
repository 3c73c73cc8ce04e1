"""Making offers: the menu of the policy, a caseworker's own terms, a preview, and taking an offer back."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from service.casework import clocks
from service.casework.authority import held
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, in_state, open_file
from service.casework.holds import span_of
from service.casework.moves import permit, take
from service.casework.pinning import policy_of
from service.casework.planning import Frame, TermsByLoan, frame_of
from service.casework.plans import grants, impossible, menu_of, moved, own_terms, unfeasible
from service.casework.terms_sheet import terms_sheet
from service.domain.access import CaseNotFound, is_lender
from service.domain.actors import Role
from service.domain.completeness import lacking
from service.domain.decision import AuthorityExceeded
from service.domain.errors import NotFound, NotPermitted, RuleBroken, require_no
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.offer import NothingFeasible, OfferState, extended, require_open
from service.domain.policy import Level, Policy
from service.domain.words import LoanSource
from service.relief.asking import CounterProposal
from service.relief.proposal import Proposal
from service.storage import offers
from service.storage.documents import load
from service.storage.tables import OfferRow, RoundRow
from service.storage.work import UnitOfWork

WithdrawalGround = Literal["fraud", "changed_balance", "changed_law"]


class OfferNotFound(NotFound):
    """There is no such offer, or the actor may not know of it."""

    code = "offer_not_found"
    title = "No such offer"


async def offer_menu(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> Sequence[OfferRow]:
    """Make the offers of the menu, as the system does after it approved; an empty menu says why and rests.

    So does a debt that cannot be worked out: that is a matter for the lender's desk, not for whoever sent a document.
    """
    try:
        frame = frame_for(work, file, policy)
        menu = menu_of(frame, level=Level.SYSTEM)
    except RuleBroken as broken:
        return await _without_menu(work, file, impossible(broken))
    if not menu.offers:
        return await _without_menu(work, file, unfeasible(menu))
    return await store_round(work, file, frame, menu.offers, policy=policy)


async def _without_menu(work: UnitOfWork, file: CaseFile, limits: list[dict[str, Any]]) -> Sequence[OfferRow]:
    await work.record(file.case, "menu_empty", limits=limits)
    file.menu_empty = limits
    return []


async def make_offers(
    work: UnitOfWork, *, case_id: UUID, terms: TermsByLoan | None, desk: Desk
) -> tuple[CaseFile, Sequence[OfferRow]]:
    """Make offers as a person: the menu within their authority, or their own terms.

    Where a counter-proposal waits, they are its answer, and the offers that stand already stand a while longer.
    """
    file = await open_file(work, case_id)
    policy = policy_of(file, desk)
    require_desk(work)
    permit(work, file, CaseAction.MAKE_OFFERS, policy=policy)
    require_no(lacking(file.application))
    frame = frame_for(work, file, policy)
    may = held(file, frame, by=work.actor.role)
    if terms is not None:
        proposals = [own_terms(may.frame, terms)]
        require_authority(proposals[0], level=may.level)
    else:
        menu = menu_of(may.frame, level=may.level)
        if not menu.offers:
            raise NothingFeasible("No plan within the limits fits the budget.", limits=unfeasible(menu))
        proposals = list(menu.offers)
    proposals = [may.as_needed(proposal) for proposal in proposals]
    waiting, standing = await waiting_counter(work, file), file.open_offers(work)
    rows = await store_round(work, file, frame, proposals, policy=policy)
    if waiting is not None:
        asked = load(CounterProposal, waiting.document["asked"])
        granted = next((n for n, proposal in enumerate(proposals) if grants(proposal, asked)), None)
        waiting.answer = "countered" if granted is None else "accepted"
        given = granted or 0
        waiting.document = {
            **waiting.document,
            "offer": str(rows[given].id),
            "diff": [] if granted is not None else moved(frame, proposals[given], asked),
            "answered_by": "lender",
        }
        days = policy.settings.negotiation.offer_days_after_counter
        await let_stand(work, file, standing, days=days, policy=policy)
    return file, rows


async def preview(
    work: UnitOfWork, *, case_id: UUID, terms: TermsByLoan | None, desk: Desk
) -> tuple[Frame, Sequence[Proposal]]:
    """Work out offers without making them: the same arithmetic, nothing stored."""
    file = await open_file(work, case_id, lock=False)
    require_desk(work)
    require_no(lacking(file.application))
    frame = frame_for(work, file, policy_of(file, desk))
    if terms is not None:
        return frame, [own_terms(frame, terms)]
    may = held(file, frame, by=work.actor.role)
    return frame, [may.as_needed(proposal) for proposal in menu_of(may.frame, level=may.level).offers]


async def withdraw_offer(
    work: UnitOfWork, *, offer_id: UUID, ground: WithdrawalGround, reason: str, desk: Desk
) -> tuple[OfferRow, CaseFile]:
    """Take an open offer back: only for fraud, a changed balance or changed law, and by a supervisor."""
    row, file = await file_of_offer(work, offer_id)
    if work.actor.role is not Role.SUPERVISOR:
        raise NotPermitted("A supervisor takes an offer back.")
    require_standing(work, file, row)
    await offers.close(work, row, OfferState.WITHDRAWN, reason=f"{ground}: {reason}")
    await work.record(file.case, "offer_withdrawn", offer=str(row.id), ground=ground)
    await clocks.keep_offers(work, file, policy=policy_of(file, desk))
    return row, file


def require_desk(work: UnitOfWork) -> None:
    """Refuse anybody but the lender's desk."""
    if not is_lender(work.actor):
        raise NotPermitted("The lender makes offers.")


def require_standing(work: UnitOfWork, file: CaseFile, offer: OfferRow) -> None:
    """Refuse an answer to an offer that no longer stands."""
    require_open(OfferState(offer.state), expires_at=offer.expires_at, at=work.now, case=file.state)


async def expire_others(work: UnitOfWork, file: CaseFile, *, but: Sequence[OfferRow]) -> None:
    """Write down which offers have expired: while an answer is owed, time stands still for the others."""
    for offer in file.offers:
        if offer.state == OfferState.OPEN and offer not in but:
            await offers.close(work, offer, OfferState.EXPIRED)


async def let_stand(
    work: UnitOfWork, file: CaseFile, standing: Sequence[OfferRow], *, days: int, policy: Policy
) -> None:
    """Let offers stand for at least so many days after the answer that was owed, as the pack says."""
    for offer in standing:
        offer.expires_at = extended(offer.expires_at, at=work.now, days=days)
    await clocks.keep_offers(work, file, policy=policy)


async def waiting_counter(work: UnitOfWork, file: CaseFile) -> RoundRow | None:
    """Return the counter-proposal that a person has to answer, if one waits."""
    if not in_state(file, CaseState.COUNTERED):
        return None
    return next(r for r in await offers.rounds_of(work.session, file.case.id) if r.answer == "waiting")


def require_authority(proposal: Proposal, *, level: Level) -> None:
    """Refuse terms above the authority of whoever offers them."""
    if proposal.level.rank > level.rank:
        raise AuthorityExceeded(f"The terms need the authority of a {proposal.level}.", level=proposal.level)


def frame_for(work: UnitOfWork, file: CaseFile, policy: Policy) -> Frame:
    """Return the frame in which plans for this case are made now."""
    spans = [span_of(row) for row in file.holds if "interest" in row.scopes]
    holds = [span for span in spans if span.lasted]
    return frame_of(file.application, file.snapshots, file.verdict, policy, at=work.now, interest_holds=holds)


async def store_round(
    work: UnitOfWork,
    file: CaseFile,
    frame: Frame,
    proposals: Sequence[Proposal],
    *,
    policy: Policy,
) -> list[OfferRow]:
    """Store the offers of one round, and move the case to `offered`."""
    number = await offers.next_round(work.session, file.case.id)
    menu = await offers.add_round(work, file.case, number=number, kind="menu")
    rows = [
        await offers.add(
            work,
            file.case,
            round_id=menu.id,
            position=position,
            labels=list(proposal.labels),
            indicative=indicative(work, file, policy),
            document=terms_sheet(frame, proposal, number=number),
            effective_on=frame.effective_on,
            expires_at=frame.expires_at,
            level=proposal.level,
        )
        for position, proposal in enumerate(proposals)
    ]
    file.offers = [*rows, *file.offers]
    await take(work, file, CaseAction.MAKE_OFFERS, policy=policy, offers=[str(r.id) for r in rows])
    return rows


def indicative(work: UnitOfWork, file: CaseFile, policy: Policy) -> bool:
    """Say whether offers can only be indicative: a loan is declared, or the lender's figures are too old."""
    today, oldest = local_day(policy, work.now), policy.settings.negotiation.snapshot_days
    return any(
        s.source is not LoanSource.LENDER or s.loan.as_of is None or (today - s.loan.as_of).days > oldest
        for s in file.snapshots
    )


async def file_of_offer(work: UnitOfWork, offer_id: UUID, *, lock: bool = True) -> tuple[OfferRow, CaseFile]:
    """Read an offer with its case; whoever may not see the case is told that there is no such offer."""
    case_id = await offers.case_of(work.session, offer_id)
    if case_id is None:
        raise OfferNotFound("There is no such offer.")
    try:
        file = await open_file(work, case_id, lock=lock)
    except CaseNotFound:
        raise OfferNotFound("There is no such offer.") from None
    return next(o for o in file.offers if o.id == offer_id), file
