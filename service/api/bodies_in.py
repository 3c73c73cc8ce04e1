"""Reading what a request brings, to its end and within limits, before anything is opened for it."""

import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service.api.limits import bounded
from service.api.parts import Parts
from service.api.problems import BodyTooLarge, InputRefused, MalformedBody, MediaTypeRefused
from service.api.strict_json import is_visible, parse, require_json, require_visible
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


class JsonRead(Request):
    """A request whose JSON was read and checked, so that no second parser reads something else in it."""

    def __init__(self, scope: Scope, receive: Receive, *, raw: bytes, document: Any) -> None:
        super().__init__(scope, receive)
        self._raw = raw
        self.document = document

    async def body(self) -> bytes:
        """Return the body."""
        return self._raw

    async def json(self) -> Any:
        """Return the document."""
        return self.document


async def read_json(request: Request, parts: Parts) -> JsonRead:
    """Return the request with its document read; an empty body counts as an empty object."""
    limits = parts.limits
    receive = bounded(request, bytes_max=limits.json_bytes, seconds=limits.body_seconds)
    try:
        raw = b"".join([piece async for piece in Request(request.scope, receive).stream()])
    except ClientDisconnect:
        raise MalformedBody("The connection ended before the body did.") from None
    scope = request.scope
    if raw:
        require_json(request.headers.get("content-type"), request.headers.get("content-encoding"))
    else:
        # FastAPI reads no JSON from a body that does not say that it is.
        others = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        raw, scope = b"{}", {**scope, "headers": [*others, (b"content-type", b"application/json")]}
    return JsonRead(scope, receive, raw=raw, document=parse(raw))


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
    except MultiPartException:
        raise MalformedBody("The multipart body is malformed.") from None
    except ClientDisconnect:
        raise MalformedBody("The connection ended before the body did.") from None
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    file = form.get("file")
    problems = list(_problems(fields))
    if not isinstance(file, UploadFile):
        problems.append(Problem("/file", "missing", "The file is needed."))
        raise InputRefused("The upload is not complete.", problems)
    try:
        if problems:
            raise InputRefused("The upload is not complete.", problems)
        require_visible(fields.items())
        return Upload(stored=await _kept(file, parts), fields=fields, file_name=shown_name(file.filename))
    finally:
        await form.close()


def _problems(fields: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with what was said of a file."""
    for name in sorted(set(fields) - FIELDS):
        yield Problem(f"/{name}", "unknown_member", "There is no such field.")
    for name, most in FIELD_MAX.items():
        if len(fields.get(name, "")) > most:
            yield Problem(f"/{name}", "too_long", f"At most {most} characters are allowed.")
    if not fields.get("kind", "").strip():
        yield Problem("/kind", "missing", "The kind of document is needed.")


async def _kept(file: UploadFile, parts: Parts) -> StoredFile:
    try:
        return await parts.files.keep(_pieces(file))
    except FileTooLarge:
        raise BodyTooLarge(f"A file is at most {FILE_MAX} bytes.") from None
    except FileTypeUnknown:
        raise MediaTypeRefused("A file is a PDF, a JPEG or a PNG; its content is none of them.") from None


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def shown_name(name: str | None) -> str | None:
    """Return the last part of a file name, cleaned, for people; it is never used to store anything."""
    last = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    cleaned = "".join(c for c in last if c.isprintable() and is_visible(c)).strip(". ")
    return cleaned[-FILE_NAME_MAX:] or None
