"""A letter as an answer: the HTML as it was sent, or the same text as a PDF."""

import asyncio
import base64
import hashlib
from typing import Annotated, Any, Final, Literal

from fastapi import Header, Query, Response

from service.notices.pdf import pdf_of
from service.storage.tables import NoticeRow

HTML: Final = "text/html"
PDF: Final = "application/pdf"
AS_LETTER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The letter.",
        "content": {
            HTML: {"schema": {"type": "string"}},
            PDF: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

Format = Annotated[
    Literal["html", "pdf"] | None,
    Query(description="Without it, the media type that `Accept` asks for decides; HTML where it leaves that open."),
]
Accepted = Annotated[str, Header(alias="Accept", include_in_schema=False)]


async def answer_with(row: NoticeRow, *, wanted: Literal["html", "pdf"] | None, accept: str) -> Response:
    """Answer with a letter in the format that was asked for."""
    if wanted is None:
        wanted = "pdf" if PDF in accept and HTML not in accept else "html"
    headers = {"Content-Language": row.locale, "X-Content-SHA256": row.sha256}
    if wanted == "html":
        headers["Content-Security-Policy"] = _policy(row.html)
        return Response(row.html, media_type=HTML, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{row.kind}-{row.id}.pdf"'
    # Setting takes some milliseconds of a core: other requests go on meanwhile.
    content = await asyncio.to_thread(pdf_of, row.html, at=row.created_at)
    return Response(content, media_type=PDF, headers=headers)


def _policy(html: str) -> str:
    """Return what a browser may do with a letter: show it in its own style, and nothing else at all."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; sandbox"
    )
