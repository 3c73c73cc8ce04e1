"""The agreement as a document, as it was made at the last signature."""

from uuid import UUID

from service.casework.desk import Desk
from service.casework.signing import open_signed
from service.domain.errors import NotFound
from service.storage import notices
from service.storage.tables import NoticeRow
from service.storage.work import UnitOfWork


class DocumentNotMade(NotFound):
    """Not everybody has signed, or the agreement was made before agreements were written as documents."""

    code = "document_not_made"
    title = "There is no document of this agreement"


async def document(work: UnitOfWork, *, agreement_id: UUID, desk: Desk) -> NoticeRow:
    """Read the document of an agreement, as whoever may read the agreement."""
    agreed = await open_signed(work, agreement_id, desk=desk, lock=False)
    made = await notices.latest_about(work.session, agreed.file.case.id, kind="agreement", subject_id=agreed.row.id)
    if made is None:
        raise DocumentNotMade("There is no document of this agreement.")
    return made
