"""Documents of an earlier case of the same borrower: proposed to the lender, copied, and as old as they are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from service.app import create_app
from service.settings import Settings
from tests.api.stories import PDF
from tests.casework.people import People
from tests.conftest import Clock, Service
from tests.domain.applications import li_json, li_loan_json
from tests.s3 import S3


def another(number: int, **borrower: Any) -> dict[str, Any]:
    """Return changes by which a case of the same borrower is about another loan."""
    return {"loans": [li_loan_json(id=f"L-{number:03}")], "borrower": {**li_json()["borrower"], **borrower}}


async def earlier(people: People) -> str:
    """Have Li hand in both documents in a first case, withdraw it, and post a second one three weeks later."""
    await people.offered()
    first = str(people.case["id"])
    await people.do("li", "withdraw")
    people.clock.advance(days=20)
    await people.post("other partner", **another(2))
    return first


async def reusable(people: People, who: str = "wu") -> list[dict[str, Any]]:
    """Read what is proposed."""
    return await people.read("evidence/reusable", who)


async def test_two_papers_make_the_list_complete_without_the_borrower_sending_anything(people: People) -> None:
    await people.post()
    key = await people.service.key("borrower", "user-481")
    for kind in ("bank_statements", "hardship_proof"):
        answer = await people.service.http.post(
            f"{people.path}/evidence",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
            data={"kind": kind},
            files={"file": (f"{kind}.pdf", PDF + kind.encode(), "application/pdf")},
        )
        assert answer.status_code == 201
    first = people.case["id"]
    await people.do("li", "withdraw")
    people.clock.advance(days=20)
    await people.post("other partner", **another(2))
    proposed = {e["kind"]: e for e in await reusable(people)}
    assert set(proposed) == {"bank_statements", "hardship_proof"}
    assert all(e["needed"] and e["case_id"] == first for e in proposed.values())

    row = await people.do("wu", "evidence/reuse", {"evidence_id": proposed["bank_statements"]["id"]})
    assert (row["state"], row["reused"], row["kind"]) == ("received", True, "bank_statements")
    assert row["handed_in_at"] == proposed["bank_statements"]["created_at"]
    assert row["sha256"] == proposed["bank_statements"]["sha256"]
    assert [m["kind"] for m in people.case["evidence"]["missing"]] == ["hardship_proof"]
    assert {e["kind"] for e in await reusable(people)} == {"hardship_proof"}
    await people.do("wu", "evidence/reuse", {"evidence_id": proposed["hardship_proof"]["id"]})
    assert people.state == "offered"
    assert [e["particulars"]["kind"] for e in await people.events("evidence_reused")] == [
        "bank_statements",
        "hardship_proof",
    ]
    assert await reusable(people) == []


async def test_the_copy_outlives_the_first_file_and_is_read_by_the_borrower_and_the_lender(people: People) -> None:
    """Not by the partner who posted this case: it was never handed the paper."""
    await earlier(people)
    proposed = (await reusable(people))[0]
    row = await people.do("wu", "evidence/reuse", {"evidence_id": proposed["id"]})
    files = people.service.app.state.parts.files
    async with people.service.app.state.parts.database.reading() as session:
        keys = (await session.execute(text("SELECT storage_key FROM evidence"))).scalars().all()
    assert len(set(keys)) == 3
    for key in {path.name for path in files.folder.iterdir()} - set(keys):
        raise AssertionError(key)
    for who, status in (("li", 200), ("wu", 200), ("auditor", 200), ("other partner", 403), ("partner", 404)):
        answer = await people.ask(who, "GET", f"evidence/{row['id']}/content")
        assert answer.status_code == status, who
        assert status != 200 or answer.content == PDF
    first = await people.ask("partner", "GET", f"/v1/cases/{proposed['case_id']}/evidence/{proposed['id']}/content")
    assert first.status_code == 200


@pytest.mark.parametrize(("days", "missing"), ((70, False), (71, True)))
async def test_a_document_that_is_used_again_is_no_younger_for_it(people: People, days: int, missing: bool) -> None:
    """Fresh for ninety days since it was handed in, which was twenty days before the second case."""
    await earlier(people)
    proposed = (await reusable(people))[0]
    await people.do("wu", "evidence/reuse", {"evidence_id": proposed["id"]})
    people.clock.advance(days=days)
    await people.look()

    kinds = [m["kind"] for m in people.case["evidence"]["missing"]]
    assert (proposed["kind"] in kinds) is missing


async def test_only_the_lender_hears_of_other_cases(people: People) -> None:
    await earlier(people)
    proposed = (await reusable(people, "auditor"))[0]
    body = {"evidence_id": proposed["id"]}
    for who in ("li", "other partner", "servicing"):
        assert (await people.ask(who, "GET", "evidence/reusable")).json()["code"] == "not_permitted", who
        assert await people.refused(who, "evidence/reuse", body) == (403, "not_permitted")
    assert await people.refused("auditor", "evidence/reuse", body) == (403, "not_permitted")
    assert (await people.ask("partner", "GET", "evidence/reusable")).status_code == 404
    assert "earlier" not in str(await people.read("events?limit=100", "li"))


@pytest.mark.parametrize(
    ("borrower", "found"),
    (
        ({}, True),
        ({"identity": {"type": "cn_resident_id", "number": " 11010519491231002x "}}, True),
        ({"identity": {"type": "cn_resident_id", "number": "１１０１０５－19491231-002X"}}, True),
        ({"subject": "user-9"}, True),
        ({"identity": {"type": "passport", "number": "11010519491231002X"}}, False),
        ({"identity": {"type": "cn_resident_id", "number": "110105194912310011"}}, False),
        ({"identity": None}, False),
    ),
)
async def test_a_borrower_is_known_by_their_identity_however_it_is_written(
    people: People, borrower: dict[str, Any], found: bool
) -> None:
    """And by nothing else: not by how they sign in."""
    await people.offered()
    await people.post("other partner", **another(2, **borrower))

    assert bool(await reusable(people)) is found
    async with people.service.app.state.parts.database.reading() as session:
        indexes = (await session.execute(text("SELECT identity_index FROM cases"))).scalars().all()
    assert all(index is None or (len(index) == 64 and "11010519491231002" not in index) for index in indexes)


async def test_an_identity_that_is_told_later_counts_from_then_on(people: People) -> None:
    await people.offered()
    await people.post("other partner", **another(2, identity=None))
    assert await reusable(people) == []
    change = {"borrower": {"identity": {"type": "cn_resident_id", "number": "11010519491231002X"}}}
    await people.do("other partner", "application", change, "PATCH")
    assert {e["kind"] for e in await reusable(people)} == {"bank_statements", "hardship_proof"}
    await people.do("other partner", "application", {"borrower": {"identity": None}}, "PATCH")
    assert await reusable(people) == []


async def test_what_cannot_be_used_again_is_refused_by_name(people: People) -> None:
    await earlier(people)
    proposed = (await reusable(people))[0]
    body = {"evidence_id": proposed["id"]}
    for unknown in (str(uuid4()), str(UUID(int=0))):
        assert await people.refused("wu", "evidence/reuse", {"evidence_id": unknown}) == (404, "evidence_not_found")
    for odd in ("x", "", None, 7):
        assert (await people.ask("wu", "POST", "evidence/reuse", {"evidence_id": odd})).status_code == 422
    assert await people.refused("wu", "evidence/reuse", {**body, "loan_id": "L-9"}) == (422, "evidence_not_accepted")
    await people.do("wu", "evidence/reuse", body)
    assert await people.refused("wu", "evidence/reuse", body) == (404, "evidence_not_found")
    await people.do("li", "withdraw")
    assert await people.refused("wu", "evidence/reuse", body) == (409, "case_ended")


async def test_refused_papers_and_health_papers_without_consent_are_not_proposed(people: People) -> None:
    await people.post()
    sick = await people.upload("medical_certificate")
    await people.do("li", "withdraw")
    silent = {"data_processing": True, "automated_decision": True, "sensitive_data": False}
    body = another(2, vulnerabilities=[])
    await people.post("other partner", **body, consents=silent)
    assert await reusable(people) == []
    refused = await people.refused("wu", "evidence/reuse", {"evidence_id": sick["id"]})
    assert refused == (404, "evidence_not_found")
    await people.do("li", "withdraw")
    await people.post("other partner", **another(3))
    proposed = (await reusable(people))[0]
    assert (proposed["kind"], proposed["needed"]) == ("medical_certificate", False)


@pytest.fixture
async def in_bucket(migrated_url: str, tmp_path: Path, clock: Clock, s3: S3) -> AsyncIterator[People]:
    """Run the service with its evidence in a bucket."""
    bucket = s3.new_bucket()
    settings = Settings(
        data=tmp_path,
        database=migrated_url,
        evidence=bucket.address,
        evidence_endpoint=bucket.endpoint,
        evidence_key_id=bucket.key_id,
        evidence_secret=bucket.secret,
    )
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            yield People(service=Service(app=app, http=http, clock=clock))


async def test_evidence_in_a_bucket_is_handed_in_read_and_used_again(in_bucket: People, tmp_path: Path) -> None:
    people = in_bucket
    await earlier(people)
    proposed = (await reusable(people))[0]
    row = await people.do("wu", "evidence/reuse", {"evidence_id": proposed["id"]})

    assert (await people.ask("li", "GET", f"evidence/{row['id']}/content")).content == PDF
    assert not (tmp_path / "evidence").exists()
