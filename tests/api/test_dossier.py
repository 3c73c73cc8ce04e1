"""The dossier: whole, checked, the same for the same case, told to each as the API tells it, and never in memory."""

import asyncio
import hashlib
import io
import json
import subprocess
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from service.domain.agreement import AgreementState
from service.storage.files import CHUNK
from service.storage.tables import EvidenceRow, ReferralRow
from tests.api.stories import LI, PDF, offered, upload
from tests.api.test_access import lenders_affairs
from tests.conftest import Service

MEGABYTE = 1024 * 1024


async def dossier(service: Service, case_id: str, key: str) -> zipfile.ZipFile:
    """Return the dossier of a case, every file of it checked against its own sums."""
    answer = await service.call(key, "GET", f"/v1/cases/{case_id}/dossier")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    sums: dict[str, str] = {}
    for line in found.read("SHA256SUMS").decode().splitlines():
        sha256, name = line.split("  ", 1)
        sums[name] = sha256
    assert set(found.namelist()) == {*sums, "SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256(found.read(name)).hexdigest() == sha256
    return found


def data(archive: zipfile.ZipFile, name: str) -> Any:
    """Return a record of a dossier."""
    return json.loads(archive.read(f"data/{name}.json"))


async def told(service: Service) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell a case from submission to payments, with messages, an appeal and a referral; return it and its agreement."""
    case, offers = await offered(service)
    li, at = await service.key("borrower", LI), f"/v1/cases/{case['id']}"
    await done(service, li, f"{at}/messages", {"text": "您好 <b>!</b>"})
    appeal = await done(service, li, f"{at}/appeals", {"grounds": "The rent is higher."})
    answered = {"comment": "So it is."}
    await done(service, await service.key("caseworker", "desk-9"), f"/v1/appeals/{appeal['id']}/dismiss", answered)
    signed = {"signature": {"name": "李某", "method": "typed"}}
    agreement = await done(service, li, f"/v1/offers/{offers[0]['id']}/accept", signed)
    payment = {"external_id": "P-1", "paid_on": f"{service.clock():%Y-%m-%d}", "amount": 100000}
    await done(service, await service.key("servicing"), f"/v1/agreements/{agreement['id']}/payments", payment)
    async with service.app.state.parts.database.writing() as session:  # one that came before all of this
        session.add(
            ReferralRow(case_id=UUID(case["id"]), kind="mediation", note="To the court's mediator.",
                        made_by="desk-7", created_at=service.clock())
        )  # fmt: skip
    return case, agreement


async def done(service: Service, key: str, path: str, body: Any) -> Any:
    """Do something that works."""
    answer = await service.call(key, "POST", path, body)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_dossier_has_everything_and_is_read_without_the_service(service: Service, tmp_path: Path) -> None:
    case, agreement = await told(service)
    desk = await service.key("caseworker")
    archive = await dossier(service, case["id"], desk)
    at = f"/v1/cases/{case['id']}"

    async def items(path: str) -> Any:
        return (await service.call(desk, "GET", f"{at}/{path}?limit=100")).json()["items"]

    assert data(archive, "case") == (await service.call(desk, "GET", at)).json()
    assert data(archive, "events") == await items("events")
    assert sorted(data(archive, "offers"), key=str) == sorted(await items("offers"), key=str)
    assert data(archive, "rounds") == list(reversed(await items("rounds")))
    assert data(archive, "reviews") == list(reversed(await items("reviews")))
    assert data(archive, "decisions") == list(reversed(await items("decisions")))
    assert data(archive, "evidence") == await items("evidence")
    assert data(archive, "notices") == await items("notices")
    assert data(archive, "clocks") == await items("clocks")
    (kept,) = data(archive, "agreements")
    assert kept == (await service.call(desk, "GET", f"/v1/agreements/{agreement['id']}")).json()
    assert data(archive, "reviews")[-1]["verdict"]["trace"]
    assert [v["number"] for v in data(archive, "application-versions")] == [1]
    assert data(archive, "payments")[0]["amount"] == 100000
    assert data(archive, "messages")[0]["text"] == "您好 <b>!</b>"
    assert data(archive, "appeals")[0]["comment"] == "So it is."
    assert data(archive, "referrals")[0]["kind"] == "mediation"
    assert kept["state"] == AgreementState.ACTIVE
    letters = [name for name in archive.namelist() if name.startswith("notices/")]
    assert [hashlib.sha256(archive.read(n)).hexdigest() for n in letters] == [
        n["sha256"] for n in await items("notices")
    ]
    documents = [name for name in archive.namelist() if name.startswith("evidence/")]
    assert [archive.read(name) for name in documents] == [PDF, PDF]
    page = archive.read("index.html").decode()
    assert all(f'href="{name}"' in page for name in archive.namelist() if "/" in name)
    assert "您好 &lt;b&gt;!&lt;/b&gt;" in page
    archive.extractall(tmp_path)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)  # noqa: S607, ASYNC221


async def test_the_manifest_says_what_the_dossier_is_and_for_whom(service: Service) -> None:
    case, _ = await told(service)
    desk, li = await service.key("auditor"), await service.key("borrower", LI)
    archive = await dossier(service, case["id"], li)
    manifest = json.loads(archive.read("manifest.json"))
    events = data(archive, "events")

    assert manifest["format"] == "parley-dossier/1"
    assert (manifest["case_id"], manifest["reference"]) == (case["id"], case["reference"])
    assert manifest["last_event_hash"] == events[-1]["hash"]
    assert (manifest["made_for"], manifest["redacted"], manifest["problems"]) == ("borrower", True, [])
    assert {f["path"] for f in manifest["files"]} | {"manifest.json", "SHA256SUMS"} == set(archive.namelist())
    assert all(f["size"] == archive.getinfo(f["path"]).file_size for f in manifest["files"])
    whole = json.loads((await dossier(service, case["id"], desk)).read("manifest.json"))
    assert (whole["made_for"], whole["redacted"]) == ("auditor", False)


@pytest.mark.parametrize("role", ("borrower", "partner"))
async def test_the_borrowers_side_gets_nothing_that_is_the_lenders_alone(service: Service, role: str) -> None:
    case, _ = await told(service)
    key = await service.key(role, LI if role == "borrower" else None, vouches=role == "partner")
    archive = await dossier(service, case["id"], key)
    names = [name for name in archive.namelist() if name.startswith("data/")]

    for name in names:
        assert lenders_affairs(json.loads(archive.read(name))) == set(), name
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"desk-9" not in everything
    assert b"desk-7" not in everything
    assert lenders_affairs(data(await dossier(service, case["id"], await service.key("supervisor")), "reviews"))


async def test_an_unchanged_case_gives_the_same_file(service: Service) -> None:
    case, _ = await told(service)
    desk, path = await service.key("caseworker"), f"/v1/cases/{case['id']}/dossier"
    first = (await service.call(desk, "GET", path)).content
    service.clock.advance(hours=3)

    assert (await service.call(desk, "GET", path)).content == first
    await upload(service, await service.key("borrower", LI), case["id"], "other")
    assert (await service.call(desk, "GET", path)).content != first


async def test_a_file_that_is_not_what_was_handed_in_is_named_and_left_out(service: Service) -> None:
    case, _ = await offered(service)
    desk, folder = await service.key("caseworker"), service.app.state.parts.files.folder
    first, second = sorted(path for path in folder.rglob("*") if path.is_file())
    first.write_bytes(PDF + b"more")
    second.unlink()
    archive = await dossier(service, case["id"], desk)
    problems = json.loads(archive.read("manifest.json"))["problems"]

    assert sorted(p["problem"] for p in problems) == ["another_content", "missing"]
    assert {p["evidence_id"] for p in problems} == {e["id"] for e in data(archive, "evidence")}
    assert not [name for name in archive.namelist() if name.startswith("evidence/")]
    assert all(p["path"] in archive.read("index.html").decode() for p in problems)


async def test_what_people_call_a_document_names_no_other_folder(service: Service) -> None:
    case, _ = await offered(service)
    li = await service.key("borrower", LI)
    for kind in ("../../etc/passwd", "材料", "a\\b:c"):
        assert (await upload(service, li, case["id"], kind)).status_code == 201
    names = (await dossier(service, case["id"], li)).namelist()

    assert [n.split("/", 1)[1] for n in names if n.startswith("evidence/")][-3:] == [
        "003-etc-passwd.pdf", "004-other.pdf", "005-a-b-c.pdf",
    ]  # fmt: skip
    assert all(".." not in name and name.isascii() and not name.startswith("/") for name in names)


async def _large(service: Service, case_id: str, *, files: int, size: int) -> None:
    """Add large documents to a case without sending them over HTTP."""
    parts = service.app.state.parts

    async def content(seed: int) -> AsyncIterator[bytes]:
        yield PDF
        for n in range(size // CHUNK):
            yield bytes([seed]) + n.to_bytes(4) * (CHUNK // 4)

    for seed in range(files):
        stored = await parts.files.keep(content(seed))
        async with parts.database.writing() as session:
            session.add(
                EvidenceRow(case_id=UUID(case_id), kind="statements", state="received", media_type=stored.media_type,
                            size=stored.size, sha256=stored.sha256, storage_key=stored.key, uploaded_by=LI,
                            created_at=service.clock())
            )  # fmt: skip


async def _sent(service: Service, key: str, path: str) -> tuple[int, int]:
    """Send a request straight to the service, and return how much came and the most memory that was held meanwhile."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "server": ("parley", 80),
        "client": ("test", 1), "headers": [(b"authorization", f"Bearer {key}".encode())],
    }  # fmt: skip
    came, asked = 0, asyncio.Event()

    async def receive() -> dict[str, Any]:
        if asked.is_set():
            await asyncio.Event().wait()  # the client stays, and says no more
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal came
        came += len(message.get("body", b""))

    tracemalloc.start()
    try:
        await service.app(scope, receive, send)
        return came, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_memory_does_not_grow_with_the_documents(service: Service) -> None:
    """What is held is a few pieces of a file, whatever the size of all of them."""
    case, _ = await offered(service)
    desk, path = await service.key("caseworker"), f"/v1/cases/{case['id']}/dossier"
    small, without = await _sent(service, desk, path)
    await _large(service, case["id"], files=3, size=16 * MEGABYTE)
    large, held = await _sent(service, desk, path)

    assert large - small > 47 * MEGABYTE
    assert held - without < 12 * MEGABYTE


async def test_a_dossier_is_for_those_who_have_to_do_with_the_case(service: Service) -> None:
    case, _ = await offered(service)
    path = f"/v1/cases/{case['id']}/dossier"
    for role, subject, status in (
        ("borrower", "user-9", 404), ("partner", "another-platform", 404), ("servicing", None, 403),
        ("policy_admin", None, 404), ("supervisor", None, 200), ("auditor", None, 200), ("borrower", LI, 200),
    ):  # fmt: skip
        answer = await service.call(await service.key(role, subject), "GET", path)
        assert answer.status_code == status, role
    unknown = await service.call(await service.key("caseworker"), "GET", f"/v1/cases/{uuid4()}/dossier")
    assert unknown.json()["code"] == "case_not_found"
