"""Notices as clients read them: what a letter is; its text is read as HTML or PDF."""

from uuid import UUID

from pydantic import Field

from service.api.views.records import Record
from service.domain.conduct import NoticeKind
from service.storage.tables import CaseRow, NoticeRow


class NoticeView(Record):
    """A letter as it was sent; it never changes."""

    case_id: UUID
    kind: NoticeKind
    locale: str = Field(description="The locale it is written in.", examples=["zh-CN"])
    title: str
    recipient: str = Field(
        description="`borrower`, `representative`, or a party of a loan by role and identity.", examples=["borrower"]
    )
    subject_id: UUID | None = Field(description="The decision, round of offers or agreement that it is about.")
    sha256: str = Field(description="Hash of its HTML in UTF-8; the event `notice_sent` has the same.")


def notice_view(row: NoticeRow, case: CaseRow) -> NoticeView:
    """Show a letter, without its text."""
    return NoticeView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        kind=row.kind,  # type: ignore[arg-type]  # checked by the view
        locale=row.locale,
        title=row.title,
        recipient=row.recipient,
        subject_id=row.subject_id,
        sha256=row.sha256,
    )
