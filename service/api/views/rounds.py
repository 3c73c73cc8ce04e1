"""Building the views of rounds: menus, counter-proposals and their answers, and who moved."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from service.api.views.build import binding_views, offer_view
from service.api.views.offers import CounterAnswer, CounterView, RoundKind, RoundView
from service.casework.file import CaseFile
from service.casework.negotiating import Answered
from service.domain.actors import Actor
from service.storage.tables import OfferRow
from service.storage.work import UnitOfWork


def counter_view(answered: Answered, work: UnitOfWork) -> CounterView:
    """Show a counter-proposal with its answer; what only the lender may know is left out for the others."""
    round_, file = answered.round, answered.file
    answer = round_.document
    return CounterView(
        id=round_.id,
        version=file.case.version,
        created_at=round_.created_at,
        case_id=file.case.id,
        round=round_.number,
        asked=answer["asked"],
        answer=CounterAnswer(round_.answer or "waiting"),
        offer=offer_view(answered.offer, file.case, work) if answered.offer else None,
        binding=binding_views(answer.get("binding", []), work.actor),
        diff=answer.get("diff", []),
        gap=answer.get("gap"),
        reason=answer.get("reason"),
        answered_by=answer.get("answered_by"),
    )


def rounds_of(file: CaseFile, counters: Sequence[Answered]) -> list[Answered | list[OfferRow]]:
    """Return the rounds of a negotiation, newest first; an offer that answers a counter-proposal is of its round."""
    answers = {counter.offer.id for counter in counters if counter.offer}
    menus: dict[UUID, list[OfferRow]] = {}
    for offer in file.offers:
        if offer.id not in answers:
            menus.setdefault(offer.round_id, []).append(offer)
    return sorted([*counters, *menus.values()], key=_number_of, reverse=True)


def id_of_round(one: Answered | list[OfferRow]) -> UUID:
    """Return the id of a round."""
    return one[0].round_id if isinstance(one, list) else one.round.id


def round_view(one: Answered | list[OfferRow], file: CaseFile, work: UnitOfWork) -> RoundView:
    """Show one round of a negotiation."""
    return RoundView(
        id=id_of_round(one),
        version=file.case.version,
        created_at=one[0].created_at if isinstance(one, list) else one.round.created_at,
        case_id=file.case.id,
        round=_number_of(one),
        kind=RoundKind.MENU if isinstance(one, list) else RoundKind.COUNTER,
        by=_moved_by(one),
        menu=[offer_view(row, file.case, work) for row in one] if isinstance(one, list) else [],
        counter_proposal=None if isinstance(one, list) else counter_view(one, work),
    )


def _moved_by(one: Answered | list[OfferRow]) -> Literal["borrower", "lender", "system"]:
    if not isinstance(one, list):
        return "borrower"
    return "system" if one[0].made_by == Actor.system().identity else "lender"


def _number_of(one: Answered | list[OfferRow]) -> int:
    return int(one[0].document["round"]) if isinstance(one, list) else one.round.number
