"""The resource `agreements`: signing them, reading how they are kept, their payoff figure, and their end."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.api.bodies.agreements import CancellationBody, ReinstatementBody, SigningBody
from service.api.bodies.figures import DayWithin
from service.api.errors import MOVES
from service.api.etags import etag
from service.api.letters import AS_LETTER, Accepted, Format, answer_with
from service.api.parts import DeskOf
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.agreements import AgreementView, KeptSchedulesView, PayoffView
from service.api.views.build_agreements import agreement_view, kept_schedules_view, payoff_view
from service.casework import ending, paying_off, signing
from service.casework.agreed import Agreed, AgreementNotFound, AgreementNotRunning
from service.casework.agreement_document import DocumentNotMade, document
from service.casework.ending import ReinstatementRefused
from service.casework.paying_off import DayNotUsable
from service.casework.signing import AlreadySigned, PartyUnclear
from service.domain.errors import NotPermitted

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=Transactional)
Day = Annotated[DayWithin | None, Query(description="Any day from the agreement on; today, if not given.")]


@router.get("/{agreement_id}")
@refuses(AgreementNotFound)
async def get_agreement(agreement_id: UUID, work: Reading, desk: DeskOf, response: Response) -> AgreementView:
    """Read an agreement: its terms and schedules in force, who signed, and how it is kept.

    Whoever has to sign it reads it too, and nothing else of the case.
    """
    agreed = await signing.open_signed(work, agreement_id, desk=desk, lock=False)
    response.headers["ETag"] = tag(agreed)
    return agreement_view(agreed, work.actor)


@router.get("/{agreement_id}/schedule")
@refuses(AgreementNotFound)
async def get_agreement_schedule(agreement_id: UUID, work: Reading, desk: DeskOf) -> KeptSchedulesView:
    """Read the schedules in force with what has been paid and what is missing, and the total by due date.

    In a trial these are the trial payments.
    """
    return kept_schedules_view(await signing.open_signed(work, agreement_id, desk=desk, lock=False))


@router.get("/{agreement_id}/document", response_class=Response, responses=AS_LETTER)
@refuses(AgreementNotFound, DocumentNotMade)
async def get_agreement_document(
    agreement_id: UUID,
    work: Reading,
    desk: DeskOf,
    accept: Accepted = "",
    format: Format = None,  # noqa: A002 - the name of the parameter
) -> Response:
    """Read the agreement as a document, as it was made at the last signature: HTML, or the same text as a PDF."""
    row = await document(work, agreement_id=agreement_id, desk=desk)
    return await answer_with(row, wanted=format, accept=accept)


@router.get("/{agreement_id}/payoff")
@refuses(AgreementNotFound, AgreementNotRunning, DayNotUsable)
async def get_payoff(agreement_id: UUID, work: Reading, desk: DeskOf, on: Day = None) -> PayoffView:
    """Read what pays the agreement off on a day, by component, with interest to that very day."""
    return payoff_view(await paying_off.read_payoff(work, agreement_id=agreement_id, on=on, desk=desk))


@router.post("/{agreement_id}/sign")
@refuses(AgreementNotFound, AgreementNotRunning, NotPermitted, AlreadySigned, PartyUnclear)
async def sign_agreement(agreement_id: UUID, body: SigningBody, work: Work, desk: DeskOf) -> AgreementView:
    """Sign an agreement that waits for it: the last signature puts it in force.

    Co-borrowers and guarantors sign for themselves; the desk for the lender, and for who never signs in.
    """
    agreed = await signing.sign(
        work,
        agreement_id=agreement_id,
        name=body.signature.name,
        method=body.signature.method,
        party=body.party,
        desk=desk,
    )
    return agreement_view(agreed, work.actor)


@router.post("/{agreement_id}/reinstate")
@refuses(AgreementNotFound, *MOVES[1:], AgreementNotRunning, ReinstatementRefused)
async def reinstate_agreement(agreement_id: UUID, body: ReinstatementBody, work: Work, desk: DeskOf) -> AgreementView:
    """Take a breached agreement up again, once everything that fell due has been paid.

    The pack says how often, and how many months must lie between two times.
    """
    agreed = await ending.reinstate(work, agreement_id=agreement_id, comment=body.comment, desk=desk)
    return agreement_view(agreed, work.actor)


@router.post("/{agreement_id}/cancel")
@refuses(AgreementNotFound, *MOVES[1:], AgreementNotRunning)
async def cancel_agreement(agreement_id: UUID, body: CancellationBody, work: Work, desk: DeskOf) -> AgreementView:
    """Cancel an agreement and close its case (a supervisor, with a reason)."""
    agreed = await ending.cancel(work, agreement_id=agreement_id, reason=body.reason, desk=desk)
    return agreement_view(agreed, work.actor)


def tag(agreed: Agreed) -> str:
    """Return the tag of an agreement: what is due and missing changes with the day alone."""
    day: date = min(agreed.today, agreed.row.ended_on or agreed.today)
    return etag(agreed.file.case.version, aged=f"{day:%Y%m%d}")
