"""The resource `agreements`."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.etags import IfNoneMatch, tag
from service.api.transaction import Reading, Transactional
from service.api.views.build import agreement_view, schedules_view
from service.api.views.offers import AgreementView, SchedulesView
from service.casework import agreements

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=Transactional)


@router.get("/{agreement_id}")
async def get_agreement(
    agreement_id: UUID, work: Reading, response: Response, if_none_match: IfNoneMatch = None
) -> AgreementView:
    """Read an agreement: its state, terms and signatures."""
    row, file = await agreements.read(work, agreement_id=agreement_id)
    return tag(response, agreement_view(row, file.case, work.actor), if_none_match=if_none_match)


@router.get("/{agreement_id}/schedule")
async def get_agreement_schedule(agreement_id: UUID, work: Reading) -> SchedulesView:
    """Read the schedules of an agreement, and the total by due date."""
    row, _ = await agreements.read(work, agreement_id=agreement_id)
    return schedules_view(row.document)
