"""The resource `evidence`: documents that support an application."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response, status
from fastapi.responses import StreamingResponse

from service.api.bodies.deeds import EmptyBody, RefusalBody, ReuseBody, WaiverBody
from service.api.bodies_in import FIELD_MAX
from service.api.cursor import PageOf
from service.api.digests import HEADER, content_digest
from service.api.errors import LENDERS, SEEN
from service.api.parts import DeskOf, FilesOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, UploadOf, Work, refuses
from service.api.views.build import evidence_view, reusable_view
from service.api.views.cases import EvidenceView, ReusableView
from service.api.views.records import Page
from service.casework import evidence, reading, reusing
from service.casework.evidence import EvidenceNotFound, EvidenceRefusedHere, EvidenceSettled
from service.casework.file import CaseEnded
from service.domain.access import MandateNeeded
from service.storage.files import SIGNATURES, FileEmpty

router = APIRouter(prefix="/v1/cases/{case_id}/evidence", tags=["evidence"], route_class=Transactional)

UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "file"],
                    "additionalProperties": False,
                    "properties": {
                        "kind": {
                            "type": "string",
                            "maxLength": FIELD_MAX["kind"],
                            "description": "One of the kinds in `evidence.missing`, or another that supports the case.",
                        },
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "PDF, JPEG or PNG by its content, at most 20 MB.",
                        },
                        "loan_id": {
                            "type": "string",
                            "maxLength": FIELD_MAX["loan_id"],
                            "description": "Where the document is about one loan.",
                        },
                        "note": {"type": "string", "maxLength": FIELD_MAX["note"]},
                    },
                },
                "examples": {
                    "bank statements": {
                        "summary": "bank statements",
                        "value": {"kind": "bank_statements", "file": "statements.pdf", "note": "August to October"},
                    }
                },
            }
        },
    }
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in SIGNATURES.values()
        }
    }
}


@router.post("", status_code=status.HTTP_201_CREATED, openapi_extra=UPLOAD)
@refuses(*LENDERS, MandateNeeded, CaseEnded, EvidenceRefusedHere, FileEmpty)
async def post_evidence(case_id: UUID, upload: UploadOf, work: Work, desk: DeskOf, response: Response) -> EvidenceView:
    """Hand in a document; the one that completes the list sends the case on in this request."""
    description = evidence.Description(
        kind=upload.fields["kind"].strip(),
        loan_id=upload.fields.get("loan_id") or None,
        note=upload.fields.get("note") or None,
        file_name=upload.file_name,
    )
    file, row = await evidence.receive(work, case_id=case_id, description=description, stored=upload.stored, desk=desk)
    response.headers["Location"] = f"/v1/cases/{case_id}/evidence/{row.id}/content"
    return evidence_view(row, file.case)


@router.get("")
@refuses(*SEEN)
async def list_evidence(case_id: UUID, work: Reading, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[EvidenceView]:
    """List the documents of a case, and what was waived, oldest first."""
    file = await reading.open_file(work, case_id, lock=False)
    rows, further = page.cut(file.evidence, limit=limit, name=lambda row: row.id)
    return Page(items=[evidence_view(row, file.case) for row in rows], next=further)


@router.get("/reusable")
@refuses(*LENDERS)
async def list_reusable(
    case_id: UUID, work: Reading, desk: DeskOf, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[ReusableView]:
    """List documents of the same borrower's other cases that can be used again, newest first (the lender).

    The borrower is known by a keyed hash of their identity; at most the newest hundred are proposed. What was refused,
    what this case has already, and health evidence without consent are left out.
    """
    found = await reusing.reusable(work, case_id=case_id, desk=desk)
    shown, further = page.cut(found, limit=limit, name=lambda one: one.row.id)
    return Page(items=[reusable_view(one) for one in shown], next=further)


@router.post("/reuse", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, EvidenceNotFound, CaseEnded, EvidenceRefusedHere)
async def reuse_evidence(
    case_id: UUID, body: ReuseBody, work: Work, desk: DeskOf, files: FilesOf, response: Response
) -> EvidenceView:
    """Use a document of an earlier case again (the lender): its file is copied, and it is as old as it was there.

    It counts as received; the partner who posted this case does not read it. It completes the list as an upload does.
    """
    file, row = await reusing.reuse(
        work, case_id=case_id, evidence_id=UUID(body.evidence_id), loan_id=body.loan_id, files=files, desk=desk
    )
    response.headers["Location"] = f"/v1/cases/{case_id}/evidence/{row.id}/content"
    return evidence_view(row, file.case)


@router.get("/{evidence_id}/content", response_class=StreamingResponse, responses=FILE)
@refuses(*LENDERS, EvidenceNotFound)
async def get_content(case_id: UUID, evidence_id: UUID, work: Reading, files: FilesOf) -> StreamingResponse:
    """Download a document, as an attachment only."""
    row = await evidence.read_content(work, case_id=case_id, evidence_id=evidence_id)
    name = quote(row.file_name or f"{row.kind}", safe="")
    return StreamingResponse(
        await files.read(row.storage_key or ""),
        media_type=row.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Length": str(row.size),
            HEADER: content_digest(bytes.fromhex(row.sha256 or "")),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


@router.post("/{evidence_id}/verify")
@refuses(*LENDERS, EvidenceNotFound, CaseEnded, EvidenceSettled)
async def verify_evidence(case_id: UUID, evidence_id: UUID, body: EmptyBody, work: Work, desk: DeskOf) -> EvidenceView:
    """Confirm that a document is what it says (the lender)."""
    file, row = await evidence.verify(work, case_id=case_id, evidence_id=evidence_id, desk=desk)
    return evidence_view(row, file.case)


@router.post("/{evidence_id}/refuse")
@refuses(*LENDERS, EvidenceNotFound, CaseEnded, EvidenceSettled)
async def refuse_evidence(
    case_id: UUID, evidence_id: UUID, body: RefusalBody, work: Work, desk: DeskOf
) -> EvidenceView:
    """Refuse a document with the reason; it counts as missing again (the lender)."""
    file, row = await evidence.refuse(work, case_id=case_id, evidence_id=evidence_id, reason=body.reason, desk=desk)
    return evidence_view(row, file.case)


@router.post("/waive", status_code=status.HTTP_201_CREATED)
@refuses(*LENDERS, CaseEnded, EvidenceRefusedHere)
async def waive_evidence(case_id: UUID, body: WaiverBody, work: Work, desk: DeskOf) -> EvidenceView:
    """Do without a required document; the reason is kept (the lender)."""
    file, row = await evidence.waive(
        work, case_id=case_id, kind=body.kind, loan_id=body.loan_id, reason=body.reason, desk=desk
    )
    return evidence_view(row, file.case)
