"""What every request meets at the door: keys, versions, who may see, and problems that name everything."""

import asyncio
from uuid import uuid4

from tests.api.stories import LI, post_li
from tests.conftest import Service
from tests.domain.applications import li_json


async def test_the_same_key_is_done_once_and_replayed(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    key = f'"{uuid4()}"'
    first = await service.call(partner, "POST", "/v1/cases", li_json(), Idempotency_Key=key)
    again = await service.call(partner, "POST", "/v1/cases", li_json(), Idempotency_Key=key)
    other = await service.call(partner, "POST", "/v1/cases", {**li_json(), "channel": "phone"}, Idempotency_Key=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert other.headers["content-type"] == "application/problem+json"


async def test_twenty_requests_with_one_key_at_once_have_one_effect(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    key = str(uuid4())
    answers = await asyncio.gather(
        *(service.call(partner, "POST", "/v1/cases", li_json(), Idempotency_Key=key) for _ in range(20))
    )

    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    assert len((await service.call(partner, "GET", "/v1/cases")).json()["items"]) == 1


async def test_a_key_is_needed_and_a_stranger_sees_nothing(service: Service) -> None:
    case = await post_li(service)
    stranger, partner = await service.key("borrower", "somebody"), await service.key("partner", vouches=True)

    missing = await service.http.post("/v1/cases", json={}, headers={"Authorization": f"Bearer {partner}"})
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    assert (await service.http.get("/v1/cases")).status_code == 401
    assert (await service.call(stranger, "GET", f"/v1/cases/{case['id']}")).status_code == 404
    assert (await service.call(stranger, "GET", "/v1/cases")).json()["items"] == []


async def test_a_broken_body_names_every_member_and_stores_nothing(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    body = {**li_json(), "nonsense": 1}
    body["loans"] = [{**body["loans"][0], "annual_rate": "abc", "overdue": {"principal": 99999999999, "interest": 0}}]
    body["budget"] = {**body["budget"], "expenses": [{"kind": "food", "monthly": -1}]}
    answer = await service.call(partner, "POST", "/v1/cases", body)

    assert answer.status_code == 422
    pointers = {e["pointer"] for e in answer.json()["errors"]}
    wanted = {"/nonsense", "/loans/0/annual_rate", "/loans/0/overdue/principal", "/budget/expenses/0/monthly"}
    assert wanted <= pointers
    assert (await service.call(partner, "GET", "/v1/cases")).json()["items"] == []


async def test_a_change_names_its_version(service: Service) -> None:
    case = await post_li(service)
    partner, path = await service.key("partner", vouches=True), f"/v1/cases/{case['id']}/application"
    patch = {"request": {"months": 40}}

    assert (await service.call(partner, "PATCH", path, patch)).status_code == 428
    assert (await service.call(partner, "PATCH", path, patch, If_Match='"1"')).status_code == 412
    changed = await service.call(partner, "PATCH", path, patch, If_Match=f'"{case["version"]}"')
    assert changed.status_code == 200, changed.text
    assert changed.json()["application"]["request"]["months"] == 40
    assert changed.json()["application_version"] == 2
    tag = changed.headers["etag"]
    assert (await service.call(partner, "GET", f"/v1/cases/{case['id']}", If_None_Match=tag)).status_code == 304


async def test_one_case_at_a_time_for_a_loan_until_it_ends(service: Service) -> None:
    case = await post_li(service)
    partner, li = await service.key("partner", vouches=True), await service.key("borrower", LI)
    second = {**li_json(), "reference": "another"}
    clash = await service.call(partner, "POST", "/v1/cases", second)
    assert (clash.status_code, clash.json()["code"]) == (409, "loan_in_negotiation")

    withdrawn = await service.call(li, "POST", f"/v1/cases/{case['id']}/withdraw", {})
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await service.call(partner, "POST", "/v1/cases", second)).status_code == 201
    again = await service.call(li, "POST", f"/v1/cases/{case['id']}/withdraw", {})
    assert (again.status_code, again.json()["allowed"]) == (409, [])


async def test_every_unusual_body_gets_a_4xx(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    bodies = (b"{", b'{"a":1,"a":2}', b'{"currency":"\\ud800"}', b'{"currency":"CN\\u0000"}', b"\xff", b"[1e999999]")
    for raw in bodies:
        answer = await service.http.post(
            "/v1/cases",
            content=raw,
            headers={
                "Authorization": f"Bearer {partner}",
                "Idempotency-Key": str(uuid4()),
                "Content-Type": "application/json",
            },
        )
        assert 400 <= answer.status_code < 500, (raw, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_can_be_done_next_is_said_with_reasons(service: Service) -> None:
    case = await post_li(service)
    li = await service.key("borrower", LI)
    items = (await service.call(li, "GET", f"/v1/cases/{case['id']}/actions")).json()["items"]

    by_action = {item["action"]: item for item in items}
    assert by_action["withdraw"]["allowed"]
    assert not by_action["provide_information"]["allowed"]
    assert "missing" in by_action["provide_information"]["why_not"]


async def test_programmes_are_public_and_the_service_is_ready(service: Service) -> None:
    programmes = await service.http.get("/v1/programmes")
    assert programmes.json()["items"][0]["programmes"]
    assert (await service.http.get("/livez")).json() == {"status": "ok"}
    assert (await service.http.get("/readyz")).status_code == 200
    docs = await service.http.get("/docs")
    assert "static/swagger-ui/swagger-ui.css" in docs.text
    assert (await service.http.get("/static/swagger-ui/swagger-ui.css")).status_code == 200
