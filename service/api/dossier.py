"""The resource `dossier`: a whole case as one file that is readable without this service."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from service.api.archive import Dossier, archive, prepared
from service.api.errors import LENDERS
from service.api.parts import DeskOf, FilesOf
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.dossier import records_of
from service.api.views.revealed import is_staff
from service.casework.dossier import gather

ZIP: Final = "application/zip"
AS_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The dossier.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(prefix="/v1/cases/{case_id}/dossier", tags=["cases"], route_class=Transactional)


@router.get("", response_class=StreamingResponse, responses=AS_ZIP)
@refuses(*LENDERS)
async def get_dossier(case_id: UUID, work: Reading, desk: DeskOf, files: FilesOf) -> StreamingResponse:
    """Export everything that is kept of a case, as far as you may see it, as one ZIP.

    Its `index.html` needs nothing but a browser; `manifest.json` and `SHA256SUMS` prove every file. A document whose
    stored file is not the one that was handed in is left out, and named in the manifest.
    """
    gathered = await gather(work, case_id=case_id, desk=desk)
    dossier = Dossier(
        gathered=gathered,
        records=records_of(gathered, work, desk),
        reader=str(work.actor.role),
        redacted=not is_staff(work.actor),
        files=files,
    )
    headers = {"Content-Disposition": f'attachment; filename="dossier-{case_id}.zip"'}
    return StreamingResponse(archive(dossier, await prepared(dossier)), media_type=ZIP, headers=headers)
