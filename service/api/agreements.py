"""The resource `agreements`."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.letters import AS_LETTER, Accepted, Format, answer_with
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.build import agreement_view, schedules_view
from service.api.views.offers import AgreementView, SchedulesView
from service.casework import agreements
from service.casework.agreements import AgreementNotFound, DocumentNotMade

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=Transactional)


@router.get("/{agreement_id}")
@refuses(AgreementNotFound)
async def get_agreement(agreement_id: UUID, work: Reading) -> AgreementView:
    """Read an agreement: its state, terms and signatures."""
    row, file = await agreements.read(work, agreement_id=agreement_id)
    return agreement_view(row, file.case, work.actor)


@router.get("/{agreement_id}/schedule")
@refuses(AgreementNotFound)
async def get_agreement_schedule(agreement_id: UUID, work: Reading) -> SchedulesView:
    """Read the schedules of an agreement, and the total by due date."""
    row, _ = await agreements.read(work, agreement_id=agreement_id)
    return schedules_view(row.document)


@router.get("/{agreement_id}/document", response_class=Response, responses=AS_LETTER)
@refuses(AgreementNotFound, DocumentNotMade)
async def get_agreement_document(
    agreement_id: UUID,
    work: Reading,
    accept: Accepted = "",
    format: Format = None,  # noqa: A002 - the name of the parameter
) -> Response:
    """Read the agreement as a document, as it was made at the last signature: HTML, or the same text as a PDF."""
    row = await agreements.document(work, agreement_id=agreement_id)
    return await answer_with(row, wanted=format, accept=accept)
