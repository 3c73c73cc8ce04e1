"""Reading what a request brings, to its end and within limits, before anything is opened for it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service.api.bodies.faults import invalid, pointer
from service.api.digests import DigestWrong, Expected
from service.api.limits import bounded
from service.api.parts import Parts
from service.api.problems import BodyTooLarge, MalformedBody, MediaTypeRefused
from service.api.strict_json import JSON, MERGE_PATCH, is_visible, normal, parse, require_type
from service.domain.errors import Problem
from service.storage.files import FILE_MAX, FileTooLarge, FileTypeUnknown, StoredFile

PIECE: Final = 64 * 1024
FILE_NAME_MAX: Final = 255
FORM: Final = "multipart/form-data"
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
    promised = Expected(request.headers)
    receive = bounded(request, bytes_max=limits.json_bytes, seconds=limits.body_seconds)
    try:
        raw = b"".join([piece async for piece in Request(request.scope, receive).stream()])
        promised.take(raw)
        promised.require()
    except ClientDisconnect:
        raise MalformedBody("The connection ended before the body did.") from None
    scope = request.scope
    if raw:
        taken = (MERGE_PATCH, JSON) if request.method == "PATCH" else (JSON,)
        require_type(request.headers.get("content-type"), request.headers.get("content-encoding"), taken=taken)
    else:
        # FastAPI reads no JSON from a body that does not say that it is.
        others = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        raw, scope = b"{}", {**scope, "headers": [*others, (b"content-type", b"application/json")]}
    return JsonRead(scope, receive, raw=raw, document=parse(raw))


async def read_upload(request: Request, parts: Parts) -> Upload:
    """Store the one file of a multipart body as it arrives, and return it with the fields."""
    require_type(request.headers.get("content-type"), request.headers.get("content-encoding"), taken=(FORM,))
    limits = parts.limits
    receive = bounded(request, bytes_max=limits.upload_bytes, seconds=limits.upload_seconds)
    promised = Expected(request.headers)
    stream = promised.of(Request(request.scope, receive).stream())
    try:
        form = await _FormReader(request.headers, stream, max_files=1, max_fields=10).parse()
    except MultiPartException:
        raise MalformedBody("The multipart body is malformed.") from None
    except ClientDisconnect:
        raise MalformedBody("The connection ended before the body did.") from None
    try:
        promised.require()
        problems = list(_problems(form))
        if problems:
            raise invalid(problems)
        file = form["file"]
        assert isinstance(file, UploadFile)
        fields = {name: normal(value) for name, value in form.items() if isinstance(value, str)}
        return Upload(stored=await _kept(file, parts), fields=fields, file_name=shown_name(file.filename))
    finally:
        await form.close()


class _FormReader(MultiPartParser):
    """Starlette's parser, which reads text that is not UTF-8 as if it were Latin-1."""

    def on_part_end(self) -> None:
        """Refuse a field that is not UTF-8."""
        if self._current_part.file is None:
            try:
                self._current_part.data.decode("utf-8")
            except UnicodeDecodeError:
                raise MultiPartException("A field is not UTF-8.") from None
        super().on_part_end()


def _problems(form: FormData) -> Iterator[Problem]:
    """Yield what is wrong with a form: its fields, what is said in them, and whether there is a file."""
    given = [name for name, _ in form.multi_items()]
    for name in dict.fromkeys(given):
        if name not in FIELD_MAX and name != "file":
            yield Problem(pointer([name]), "unknown_member", "There is no such field.")
        elif given.count(name) > 1:
            yield Problem(pointer([name]), "given_twice", "The field may be given once.")
    if not isinstance(form.get("file"), UploadFile):
        yield Problem("/file", "missing", "The file is needed.")
    for name, most in FIELD_MAX.items():
        yield from _wrong_with(name, form.get(name), most=most)


def _wrong_with(name: str, value: UploadFile | str | None, *, most: int) -> Iterator[Problem]:
    """Yield what is wrong with one text of a form."""
    if isinstance(value, UploadFile):
        yield Problem(f"/{name}", "not_text", "Text is expected.")
    elif value is not None and len(value) > most:
        yield Problem(f"/{name}", "too_long", f"At most {most} characters are allowed.")
    elif value is not None and not is_visible(value):
        yield Problem(f"/{name}", "hidden_character", "The text holds characters that cannot be stored.")
    elif name == "kind" and not (value or "").strip():
        yield Problem("/kind", "missing", "The kind of document is needed.")


async def _kept(file: UploadFile, parts: Parts) -> StoredFile:
    """Store a file; the part of a form that holds it may have a digest of its own."""
    promised = Expected(file.headers)
    try:
        stored = await parts.files.keep(promised.of(_pieces(file)))
    except FileTooLarge:
        raise BodyTooLarge(f"A file is at most {FILE_MAX} bytes.") from None
    except FileTypeUnknown:
        raise MediaTypeRefused("A file is a PDF, a JPEG or a PNG; its content is none of them.") from None
    try:
        promised.require(where="The file")
    except DigestWrong:
        await parts.files.discard(stored.key)
        raise
    return stored


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece


def shown_name(name: str | None) -> str | None:
    """Return the last part of a file name, cleaned, for people; it is never used to store anything."""
    last = normal(name or "").replace("\\", "/").rpartition("/")[2]
    cleaned = "".join(c for c in last if c.isprintable() and is_visible(c)).strip(". ")
    return cleaned[-FILE_NAME_MAX:] or None
