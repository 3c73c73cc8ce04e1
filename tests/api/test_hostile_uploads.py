"""Uploads as browsers, broken clients and attackers send them."""

from typing import Any, NamedTuple
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from service.storage.files import FILE_MAX
from tests.api.description import NOBODY
from tests.api.hostile import MARK
from tests.api.running import stored
from tests.api.stories import PDF, post_li
from tests.conftest import Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDGE = "edge"


class Field(NamedTuple):
    """One part of a form; a part with a file name is a file."""

    name: bytes
    content: bytes
    file_name: bytes | None = None


KIND, FILE = Field(b"kind", b"bank_statements"), Field(b"file", PDF, b"a.pdf")


def form(*fields: Field, end: bool = True) -> bytes:
    """Write a form as it is sent."""
    parts = []
    for field in fields:
        named = b'; filename="' + field.file_name + b'"' if field.file_name is not None else b""
        head = b'--edge\r\nContent-Disposition: form-data; name="' + field.name + b'"' + named + b"\r\n\r\n"
        parts.append(head + field.content + b"\r\n")
    return b"".join(parts) + (b"--edge--\r\n" if end else b"")


class Upload(NamedTuple):
    """A body, and what it is answered with."""

    raw: bytes
    status: int
    code: str
    problems: tuple[tuple[str, str], ...] = ()


def invalid(raw: bytes, *problems: tuple[str, str]) -> Upload:
    """Return an upload of which these members are wrong."""
    return Upload(raw, 422, "invalid", problems)


MISSING = (("/file", "missing"), ("/kind", "missing"))
UPLOADS = {
    "nothing": Upload(b"", 422, "invalid", MISSING),
    "no part": Upload(b"--edge--\r\n", 422, "invalid", MISSING),
    "something else": Upload(MARK.encode() * 10, 400, "malformed_body"),
    "JSON": Upload(b'{"kind": "x"}', 400, "malformed_body"),
    "a part without a name": Upload(
        b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n", 400, "malformed_body"
    ),
    "a part without a head": Upload(b"--edge\r\n\r\nx\r\n--edge--\r\n", 400, "malformed_body"),
    "no file": invalid(form(KIND), ("/file", "missing")),
    "a file that is a text": invalid(form(KIND, Field(b"file", PDF)), ("/file", "missing")),
    "no kind": invalid(form(FILE), ("/kind", "missing")),
    "a blank kind": invalid(form(Field(b"kind", b" \t "), FILE), ("/kind", "missing")),
    "a kind that is a file": invalid(form(Field(b"kind", b"x", b"x.txt"), KIND), ("/kind", "given_twice"),
                                     ("/file", "missing")),
    "a kind twice": invalid(form(KIND, KIND, FILE), ("/kind", "given_twice")),
    "two files": Upload(form(KIND, FILE, FILE), 400, "malformed_body"),
    "a long kind": invalid(form(Field(b"kind", b"x" * 101), FILE), ("/kind", "too_long")),
    "a long note": invalid(form(KIND, FILE, Field(b"note", MARK.encode() * 400)), ("/note", "too_long")),
    "an endless note": Upload(form(KIND, FILE, Field(b"note", b"x" * (1024 * 1024 + 1))), 400, "malformed_body"),
    "a hundred fields": Upload(form(KIND, FILE, *[Field(b"n%d" % i, b"x") for i in range(100)]), 400, "malformed_body"),
    "an unknown field": invalid(form(KIND, FILE, Field(b"state", MARK.encode())), ("/state", "unknown_member")),
    "an unknown file": invalid(form(KIND, Field(b"document", PDF, b"a.pdf")), ("/document", "unknown_member"),
                               ("/file", "missing")),
    "NUL in a kind": invalid(form(Field(b"kind", b"bank\\x00" + b"\0"), FILE), ("/kind", "hidden_character")),
    "a turned note": invalid(form(KIND, FILE, Field(b"note", "\u202e".encode())), ("/note", "hidden_character")),
    "a note in Latin-1": Upload(form(KIND, FILE, Field(b"note", b"\xe9")), 400, "malformed_body"),
    "a surrogate in a note": Upload(form(KIND, FILE, Field(b"note", b"\xed\xa0\x80")), 400, "malformed_body"),
    "a loan that is not there": Upload(form(KIND, FILE, Field(b"loan_id", MARK.encode())), 422,
                                       "evidence_not_accepted", (("/loan_id", "loan_unknown"),)),
    "an empty file": Upload(form(KIND, Field(b"file", b"", b"a.pdf")), 422, "file_empty", (("/file", "file_empty"),)),
    "a text called PDF": Upload(form(KIND, Field(b"file", MARK.encode(), b"a.pdf")), 415, "media_type_refused"),
    "a page": Upload(form(KIND, Field(b"file", b"<!doctype html>%PDF-1.4", b"a.pdf")), 415, "media_type_refused"),
    "a picture of another kind": Upload(form(KIND, Field(b"file", b"GIF89a" + PDF, b"a.gif")), 415,
                                        "media_type_refused"),
    "an archive": Upload(form(KIND, Field(b"file", b"PK\x03\x04", b"a.zip")), 415, "media_type_refused"),
    "four bytes of a PDF": Upload(form(KIND, Field(b"file", b"%PDF", b"a.pdf")), 415, "media_type_refused"),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def case_id(shared: Service) -> str:
    """Return a case that waits for documents."""
    return str((await post_li(shared))["id"])


async def send(service: Service, case_id: str, raw: Any, **headers: str) -> httpx.Response:
    """Send a form as the partner who posted the case."""
    given = {
        "Authorization": f"Bearer {await service.key('partner', vouches=True)}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": f"multipart/form-data; boundary={EDGE}",
        **headers,
    }
    path = f"/v1/cases/{case_id}/evidence"
    return await service.http.post(path, content=raw, headers={n: v for n, v in given.items() if v})


@pytest.mark.parametrize("name", UPLOADS)
async def test_a_form_that_is_wrong_is_refused_with_all_that_is_wrong(shared: Service, case_id: str, name: str) -> None:
    before, upload = await stored(shared), UPLOADS[name]
    answer = await send(shared, case_id, upload.raw)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (upload.status, upload.code), answer.text
    assert {(e["pointer"], e["code"]) for e in problem.get("errors", ())} == set(upload.problems)
    assert MARK not in answer.text
    assert await stored(shared) == before


OTHER_TYPES = (
    {"Content-Type": ""},
    {"Content-Type": "application/json"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/mixed; boundary=edge"},
    {"Content-Type": "application/pdf"},
    {"Content-Type": "multipart/form-data; boundary=edge; charset=utf-16"},
    {"Content-Type": "multipart/form-data; boundary=edge; charset=undefined"},
    {"Content-Type": "multipart/form-data; boundary=edge; charset=idna"},
    {"Content-Encoding": "gzip"},
)


@pytest.mark.parametrize("headers", OTHER_TYPES, ids=lambda h: next(iter(h.values())) or "none")
async def test_a_form_of_another_type_is_415(shared: Service, case_id: str, headers: dict[str, str]) -> None:
    answer = await send(shared, case_id, form(KIND, FILE), **headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_refused")


async def test_a_form_without_an_edge_is_malformed(shared: Service, case_id: str) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "Multipart/Form-Data; boundary=other"):
        answer = await send(shared, case_id, form(KIND, FILE), **{"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body"), kind


async def test_a_file_above_the_cap_is_413_and_leaves_nothing(shared: Service, case_id: str) -> None:
    before = await stored(shared)
    large = form(KIND, Field(b"file", b"%PDF-" + bytes(FILE_MAX - 4), b"a.pdf"))
    larger = form(KIND, Field(b"file", b"%PDF-" + bytes(FILE_MAX + 100_000), b"a.pdf"))
    for raw in (large, larger):
        answer = await send(shared, case_id, raw)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert await stored(shared) == before


async def test_a_file_for_a_case_that_is_not_there_leaves_nothing(shared: Service, case_id: str) -> None:
    before = await stored(shared)
    stranger = await shared.key("partner", "another-platform")
    for nobody, headers in (
        (NOBODY, {}), ("no-id", {}), ("%00", {}), (case_id, {"Authorization": f"Bearer {stranger}"}),
    ):  # fmt: skip
        answer = await send(shared, nobody, form(KIND, FILE), **headers)
        assert (answer.status_code, answer.json()["status"]) == (404, 404), nobody
    unknown = await send(shared, case_id, form(KIND, FILE), Authorization="Bearer plk_wrong")
    assert unknown.status_code == 401
    assert await stored(shared) == before


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\li\\note.pdf": "note.pdf",
    "a\u202egnp.exe": "agnp.exe",
    "..": None,
    "": None,
    "x" * 400 + ".pdf": "x" * 251 + ".pdf",
    "流水.pdf": "流水.pdf",
    "a;evil=b.pdf": "a;evil=b.pdf",
    "a%22; evil=%22b.pdf": "a%22; evil=%22b.pdf",
}


async def test_a_file_name_is_only_ever_shown(shared: Service, case_id: str) -> None:
    """It is cleaned, names nothing in the store, and cannot break out of a header."""
    partner = await shared.key("partner", vouches=True)
    for given, shown in NAMES.items():
        answer = await send(shared, case_id, form(KIND, Field(b"file", PDF, given.encode())))
        assert answer.status_code == 201, answer.text
        row = answer.json()
        assert row["file_name"] == shown
        content = await shared.call(partner, "GET", f"/v1/cases/{case_id}/evidence/{row['id']}/content")
        assert content.content == PDF
        assert content.headers["content-type"] == "application/pdf"
        assert content.headers["content-length"] == str(len(PDF))
        assert content.headers["x-content-type-options"] == "nosniff"
        assert content.headers["content-security-policy"] == "sandbox; default-src 'none'"
        kind, _, name = content.headers["content-disposition"].partition("; filename*=UTF-8''")
        assert kind == "attachment"
        assert unquote(name) == (row["file_name"] or "bank_statements")
        assert name.isascii()
        assert '"' not in name
        assert ";" not in name


async def test_what_is_said_of_a_file_is_kept_in_one_form(shared: Service, case_id: str) -> None:
    """An e with an accent after it is the one letter é, as in every JSON body."""
    answer = await send(shared, case_id, form(KIND, FILE, Field(b"note", "cafe\u0301".encode())))
    assert answer.json()["note"] == "café"
