"""Reading what a request brings, to its end and within limits, before anything is opened for it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.api.limits import bounded
from service.api.parts import Parts
from service.api.problems import BodyTooLarge, InputRefused, MalformedBody, MediaTypeRefused
from service.api.strict_json import parse, require_json, require_visible
from service.domain.errors import Problem
from service.storage.files import FILE_MAX, FileTooLarge, FileTypeUnknown, StoredFile

PIECE: Final = 64 * 1024
FILE_NAME_MAX: Final = 255
FIELDS: Final = frozenset({"kind", "loan_id", "note"})
FIELD_MAX: Final = {"kind": 100, "loan_id": 100, "note": 4000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was stored, and what was said with it."""

    stored: StoredFile
    fields: Mapping[str, str]
    file_name: str | None


async def read_json(request: Request, parts: Parts) -> Any:
    """Return the document of a body, and keep it for the route; an empty body counts as an empty object."""
    limits = parts.limits
    receive = bounded(request, bytes_max=limits.json_bytes, seconds=limits.body_seconds)
    pieces, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedBody("The connection ended before the body did.")
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    raw = b"".join(pieces)
    if raw:
        require_json(request.headers.get("content-type"), request.headers.get("content-encoding"))
    else:
        raw = b"{}"
        request.scope["headers"] = [
            *((n, v) for n, v in request.scope["headers"] if n != b"content-type"),
            (b"content-type", b"application/json"),
        ]
    document = parse(raw)
    request._body = raw  # noqa: SLF001
    return document


async def read_upload(request: Request, parts: Parts) -> Upload:
    """Store the one file of a multipart body as it arrives, and return it with the fields."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise MediaTypeRefused(
            "Evidence is uploaded as multipart/form-data.", headers={"Accept": "multipart/form-data"}
        )
    limits = parts.limits
    receive = bounded(request, bytes_max=limits.upload_bytes, seconds=limits.upload_seconds)
    stream = Request(request.scope, receive).stream()
    try:
        form = await MultiPartParser(request.headers, stream, max_files=1, max_fields=10).parse()
    except MultiPartException as error:
        raise MalformedBody("The multipart body is malformed.") from error
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    file = form.get("file")
    problems = [Problem(f"/{n}", "unknown_member", "There is no such field.") for n in sorted(set(fields) - FIELDS)]
    problems += [
        Problem(f"/{n}", "too_long", f"At most {most} characters are allowed.")
        for n, most in FIELD_MAX.items()
        if len(fields.get(n, "")) > most
    ]
    if not fields.get("kind", "").strip():
        problems.append(Problem("/kind", "missing", "The kind of document is needed."))
    if not isinstance(file, UploadFile):
        problems.append(Problem("/file", "missing", "The file is needed."))
    if problems or not isinstance(file, UploadFile):
        raise InputRefused("The upload is not complete.", problems)
    require_visible(fields.items())
    return Upload(stored=await _kept(file, parts), fields=fields, file_name=_shown_name(file.filename))


async def _kept(file: UploadFile, parts: Parts) -> StoredFile:
    try:
        return await parts.files.keep(_pieces(file))
    except FileTooLarge:
        raise BodyTooLarge(f"A file is at most {FILE_MAX} bytes.") from None
    except FileTypeUnknown:
        raise MediaTypeRefused("A file is a PDF, a JPEG or a PNG; its content is none of them.") from None
    finally:
        await file.close()


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def _shown_name(name: str | None) -> str | None:
    """Return the last part of a file name, cleaned, for people; it is never used to store anything."""
    if not name:
        return None
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:FILE_NAME_MAX] or None
