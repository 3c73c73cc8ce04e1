"""Making offers: the menu of the policy, a caseworker's own terms, a preview, and taking an offer back."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from service.casework.authority import held
from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, open_file
from service.casework.moves import policy_of, take
from service.casework.planning import Frame, TermsByLoan, frame_of
from service.casework.plans import menu_of, own_terms, unfeasible
from service.casework.terms_sheet import terms_sheet
from service.domain.access import CaseNotFound, is_lender
from service.domain.actors import Role
from service.domain.errors import NotFound, NotPermitted
from service.domain.lifecycle import CaseAction
from service.domain.offer import NothingFeasible, OfferState, require_open
from service.domain.policy import Level, Policy
from service.domain.words import LoanSource
from service.relief.proposal import Proposal
from service.storage import offers
from service.storage.tables import OfferRow
from service.storage.work import UnitOfWork

WithdrawalGround = Literal["fraud", "changed_balance", "changed_law"]


class OfferNotFound(NotFound):
    """There is no such offer, or the actor may not know of it."""

    code = "offer_not_found"
    title = "No such offer"


class AuthorityExceeded(NotPermitted):
    """The terms give up more than the actor may grant; `level` says who may."""

    code = "authority_exceeded"
    title = "The terms lie above your authority"


async def offer_menu(work: UnitOfWork, file: CaseFile, *, policy: Policy) -> Sequence[OfferRow]:
    """Make the offers of the menu, as the system does after it approved; an empty menu says why and rests."""
    frame = frame_for(work, file, policy)
    menu = menu_of(frame, level=Level.SYSTEM)
    if not menu.offers:
        await work.record(file.case, "menu_empty", limits=unfeasible(menu))
        return []
    return await store_round(work, file, frame, menu.offers, policy=policy)


async def make_offers(
    work: UnitOfWork, *, case_id: UUID, terms: TermsByLoan | None, desk: Desk
) -> tuple[CaseFile, Sequence[OfferRow]]:
    """Make offers as a person: the menu within their authority, or their own terms."""
    file = await open_file(work, case_id)
    policy = policy_of(file, desk)
    require_desk(work)
    frame = frame_for(work, file, policy)
    level = held(file, frame, by=work.actor.role)
    if terms is not None:
        proposal = own_terms(frame, terms)
        require_authority(proposal, level=level)
        return file, await store_round(work, file, frame, [proposal], policy=policy)
    menu = menu_of(frame, level=level)
    if not menu.offers:
        raise NothingFeasible("No plan within the limits fits the budget.", limits=unfeasible(menu))
    return file, await store_round(work, file, frame, menu.offers, policy=policy)


async def preview(
    work: UnitOfWork, *, case_id: UUID, terms: TermsByLoan | None, desk: Desk
) -> tuple[Frame, Sequence[Proposal]]:
    """Work out offers without making them: the same arithmetic, nothing stored."""
    file = await open_file(work, case_id, lock=False)
    require_desk(work)
    frame = frame_for(work, file, policy_of(file, desk))
    if terms is not None:
        return frame, [own_terms(frame, terms)]
    return frame, menu_of(frame, level=held(file, frame, by=work.actor.role)).offers


async def withdraw_offer(
    work: UnitOfWork, *, offer_id: UUID, ground: WithdrawalGround, reason: str
) -> tuple[OfferRow, CaseFile]:
    """Take an open offer back: only for fraud, a changed balance or changed law, and by a supervisor."""
    row, file = await file_of_offer(work, offer_id)
    if work.actor.role is not Role.SUPERVISOR:
        raise NotPermitted("A supervisor takes an offer back.")
    require_open(OfferState(row.state), expires_at=row.expires_at, at=work.now)
    await offers.close(work, row, OfferState.WITHDRAWN, reason=f"{ground}: {reason}")
    await work.record(file.case, "offer_withdrawn", offer=str(row.id), ground=ground)
    return row, file


def require_desk(work: UnitOfWork) -> None:
    """Refuse anybody but the lender's desk."""
    if not is_lender(work.actor):
        raise NotPermitted("The lender makes offers.")


def require_authority(proposal: Proposal, *, level: Level) -> None:
    """Refuse terms above the authority of whoever offers them."""
    if proposal.level.rank > level.rank:
        raise AuthorityExceeded(f"The terms need the authority of a {proposal.level}.", level=proposal.level)


def frame_for(work: UnitOfWork, file: CaseFile, policy: Policy) -> Frame:
    """Return the frame in which plans for this case are made now."""
    return frame_of(file.application, file.snapshots, file.verdict, policy, at=work.now)


async def store_round(
    work: UnitOfWork,
    file: CaseFile,
    frame: Frame,
    proposals: Sequence[Proposal],
    *,
    policy: Policy,
    action: CaseAction | None = CaseAction.MAKE_OFFERS,
) -> list[OfferRow]:
    """Store the offers of one round, and move the case to `offered` unless it is there for another reason."""
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
    if action is not None:
        await take(work, file, action, policy=policy, offers=[str(r.id) for r in rows])
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
