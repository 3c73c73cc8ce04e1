"""`Content-Digest`: a body or a file that is not what its digest says is refused, and answers carry theirs."""

import base64
import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.digests import HEADER, DigestWrong, Expected, content_digest
from tests.api.running import files_in
from tests.api.stories import LI, PDF, post_li, upload
from tests.conftest import Service
from tests.domain.applications import li_json


def digest(content: bytes, name: str = "sha256") -> str:
    """Write the digest of some content as the header does."""
    return f":{base64.b64encode(hashlib.new(name, content).digest()).decode()}:"


def accepts(header: str, content: bytes) -> bool:
    """Say whether content is taken under a header."""
    try:
        expected = Expected({HEADER.lower(): header})
        expected.take(content[:3])
        expected.take(content[3:])
        expected.require()
    except DigestWrong:
        return False
    return True


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_content_is_taken_under_its_own_digest_only(content: bytes, other: bytes) -> None:
    for header in (
        content_digest(hashlib.sha256(content).digest()),
        f"sha-512={digest(content, 'sha512')}",
        f"sha-256={digest(content)}, sha-512={digest(content, 'sha512')}",
        f" SHA-256={digest(content)} ; a=1,md5=:aaaa:",
    ):
        assert accepts(header, content)
        assert accepts(header, other) is (other == content)


@pytest.mark.parametrize(
    "header",
    (
        "",
        ",",
        "sha-256",
        "sha-256=",
        "sha-256=abc",
        "sha-256=:a:",
        "sha-256=:%%%%:",
        "=:aaaa:",
        "x" * 2000,
        "sha-256=:",
    ),
)
def test_a_header_that_cannot_be_read_is_refused(header: str) -> None:
    assert not accepts(header, b"")


def test_both_digests_have_to_be_right_and_an_algorithm_that_nobody_knows_says_nothing() -> None:
    assert not accepts(f"sha-256={digest(b'a')}, sha-512={digest(b'b', 'sha512')}", b"a")
    assert accepts("md5=:aaaa:", b"anything")


async def form(service: Service, case_id: str, headers: dict[str, str], part: dict[str, str]) -> httpx.Response:
    """Hand in a document with headers of the request and of the part that holds the file."""
    key = await service.key("borrower", LI)
    file = ("a.pdf", PDF, "application/pdf", part)
    built = service.http.build_request(
        "POST",
        f"/v1/cases/{case_id}/evidence",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
        data={"kind": "bank_statements"},
        files={"file": file},
    )
    content = await built.aread()
    told = {name: value.replace("<body>", digest(content)) for name, value in headers.items()}
    built.headers.update(told)
    return await service.http.send(built)


async def test_an_upload_is_taken_when_its_digests_are_right(service: Service) -> None:
    """That of the whole form, as RFC 9530 has it, and that of the part with the file."""
    case = await post_li(service)
    ways: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({HEADER: "sha-256=<body>"}, {}),
        ({}, {HEADER: f"sha-256={digest(PDF)}"}),
        ({HEADER: "sha-256=<body>"}, {HEADER: f"sha-256={digest(PDF)}"}),
    )
    for headers, part in ways:
        answer = await form(service, case["id"], headers, part)
        assert answer.status_code == 201, answer.text
        assert answer.json()["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert answer.headers[HEADER] == f"sha-256={digest(answer.content)}"


async def test_an_upload_that_is_not_what_its_digest_says_is_refused_and_not_kept(service: Service) -> None:
    case = await post_li(service)
    ways: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({HEADER: f"sha-256={digest(b'other')}"}, {}),
        ({}, {HEADER: f"sha-256={digest(b'other')}"}),
        ({HEADER: "sha-256=<body>"}, {HEADER: f"sha-512={digest(b'other', 'sha512')}"}),
        ({HEADER: "sha-256=:?:"}, {}),
    )
    for headers, part in ways:
        answer = await form(service, case["id"], headers, part)
        assert (answer.status_code, answer.json()["code"]) == (400, "digest_mismatch")
    assert files_in(service.app.state.parts.files.folder) == []
    li = await service.key("borrower", LI)
    assert (await service.call(li, "GET", f"/v1/cases/{case['id']}/evidence")).json()["items"] == []


async def test_a_download_carries_the_digest_of_the_file(service: Service) -> None:
    case, li = await post_li(service), await service.key("borrower", LI)
    row = (await upload(service, li, case["id"], "bank_statements")).json()
    answer = await service.call(li, "GET", f"/v1/cases/{case['id']}/evidence/{row['id']}/content")

    assert answer.content == PDF
    assert answer.headers[HEADER] == f"sha-256={digest(PDF)}"


async def test_a_document_is_held_to_its_digest_too(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    body: dict[str, Any] = {**li_json(), "reference": None}
    refused = await service.call(partner, "POST", "/v1/cases", body, Content_Digest=f"sha-256={digest(b'{}')}")
    assert (refused.status_code, refused.json()["code"]) == (400, "digest_mismatch")
    assert (await service.call(partner, "GET", "/v1/cases")).json()["items"] == []
