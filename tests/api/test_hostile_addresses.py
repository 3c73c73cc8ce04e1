"""Addresses, queries, methods and headers as clients, scanners and attackers write them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.description import NOBODY, OPERATIONS, Operation
from tests.api.hostile import MARK
from tests.api.running import stored
from tests.conftest import Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
LISTS = tuple(o for o in OPERATIONS if o.method == "GET" and "limit" in str(o.described.get("parameters")))
WITH_IDS = tuple(o for o in OPERATIONS if "{" in o.route.path and not o.route.takes_file)
NO_IDS = (
    "1", "0", "-1", "9223372036854775808", "None", "null", "undefined", "x" * 3000, "%00", "..%2f..%2fetc%2fpasswd",
    "%e2%80%ae", "%ff", "0193c3a0-7c00-7000-8000-00000000000", "0193c3a0-7c00-7000-8000-0000000000000", "' OR 1=1 --",
    "{case_id}", "%F0%9F%92%A9", "0193c3a0%2D7c00-7000-8000-00000000000g", "*", "'; DROP TABLE cases; --",
)  # fmt: skip


async def call(service: Service, operation: Operation, path: str, **headers: str) -> httpx.Response:
    """Send what an operation needs, to some address."""
    needed = {
        "Idempotency-Key": str(uuid4()),
        "If-Match": "*",
        "Authorization": f"Bearer {await service.key('supervisor')}",
    }
    return await service.http.request(operation.method, path, headers={**needed, **headers})


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem of an answer, which repeats nothing and can be asked about."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert MARK not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["instance"]
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda o: o.name)
async def test_an_id_that_is_none_is_404(shared: Service, operation: Operation) -> None:
    for name in operation.route.param_convertors:
        for wrong in NO_IDS:
            answer = await call(shared, operation, operation.address(**{name: wrong}))
            assert (answer.status_code, problem_of(answer)["status"]) == (404, 404), wrong


@EVERY_OPERATION
async def test_an_unknown_parameter_is_422_and_named(shared: Service, operation: Operation) -> None:
    answer = await call(shared, operation, f"{operation.address()}?nonsense={MARK}&also=1&also=2")
    assert answer.status_code == 422
    named = {(e["pointer"], e["code"]) for e in problem_of(answer)["errors"]}
    assert named == {("/query/nonsense", "unknown_parameter"), ("/query/also", "unknown_parameter")}


NO_LIMITS = (
    "0", "-1", "101", "1000000", "9223372036854775808", "9" * 400, "1_0", "１０", "%2B10", "+10", "10.0", "1e1", "0x10",
    "", "true", "None", "nan", "10;", "%00", "٣",
)  # fmt: skip
NO_CURSORS = (
    "", "x", "AAAA", "é", "%00", "=" * 10, "A" * 400, "A" * 401, "bnVsbA", "eyJpZCI6MX0", "../..", "%E2%80%AE",
)  # fmt: skip


@pytest.mark.parametrize("operation", LISTS, ids=lambda o: o.name)
async def test_a_limit_is_a_plain_number_from_1_to_100(shared: Service, operation: Operation) -> None:
    path = operation.address()
    for wrong in NO_LIMITS:
        answer = await call(shared, operation, f"{path}?limit={wrong}")
        assert answer.status_code == 422, wrong
        assert [e["pointer"] for e in problem_of(answer)["errors"]] == ["/query/limit"], wrong
    twice = await call(shared, operation, f"{path}?limit=100&limit=1")
    assert [e["code"] for e in problem_of(twice)["errors"]] == ["given_twice"]
    for right in ("1", "100"):
        assert (await call(shared, operation, f"{path}?limit={right}")).status_code in {200, 404}


@pytest.mark.parametrize("operation", LISTS, ids=lambda o: o.name)
async def test_a_cursor_that_is_none_is_422(shared: Service, operation: Operation) -> None:
    path = operation.address()
    for wrong in NO_CURSORS:
        answer = await call(shared, operation, f"{path}?cursor={wrong}")
        assert answer.status_code == 422, wrong
        assert [e["pointer"] for e in problem_of(answer)["errors"]] == ["/query/cursor"], wrong


async def test_a_cursor_is_good_for_its_own_list_only(shared: Service) -> None:
    partner = await shared.key("partner", vouches=True)
    for _ in range(3):
        draft = {"currency": "CNY", "reference": str(uuid4())}
        assert (await shared.call(partner, "POST", "/v1/cases", draft)).status_code == 201
    first = (await shared.call(partner, "GET", "/v1/cases?limit=2")).json()
    cursor = first["next"]

    second = (await shared.call(partner, "GET", f"/v1/cases?limit=2&cursor={cursor}")).json()
    assert len({item["id"] for item in [*first["items"], *second["items"]]}) == 3
    assert second["next"] is None
    case = first["items"][0]["id"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for path in (
        f"/v1/cases?state=draft&cursor={cursor}",
        f"/v1/cases?cursor={flipped}",
        f"/v1/cases/{case}/evidence?cursor={cursor}",
        f"/v1/cases/{case}/events?cursor={cursor}",
        f"/v1/programmes?cursor={cursor}",
    ):
        assert (await shared.call(partner, "GET", path)).status_code == 422, path


SEARCHES = {
    "state": ("", "DRAFT", "drafty", "draft,offered", "%00", MARK),
    "reason": ("", "sad", "ILLNESS", MARK),
    "reference": ("%00", "x" * 101, "%E2%80%AE", "%1B"),
    "borrower": ("%00", "x" * 201),
    "loan": ("%00", "x" * 101),
    "assignee": ("%00", "x" * 201),
    "created_from": (
        "", "2026", "2026-13-01", "2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-1",
        "1700000000", "2026-11-15T00:00:00", "2026-11-15T00:00:00Z", "2026-11-15%00", "２０２６-11-15", "today", "NaN",
    ),
    "created_to": ("9999-12-31", "0001-01-01", "1", "2026-11-15T09:00:00+99:99", "2201-01-01", "1899-12-31"),
}  # fmt: skip


@pytest.mark.parametrize("parameter", SEARCHES)
async def test_what_cannot_be_searched_for_is_422_and_named(shared: Service, parameter: str) -> None:
    key = await shared.key("supervisor")
    for wrong in SEARCHES[parameter]:
        answer = await shared.call(key, "GET", f"/v1/cases?{parameter}={wrong}")
        assert answer.status_code == 422, wrong
        assert problem_of(answer)["errors"][0]["pointer"].startswith(f"/query/{parameter}"), wrong


async def test_a_worklist_ends_on_a_day_that_is_known(shared: Service) -> None:
    key = await shared.key("supervisor")
    for wrong in SEARCHES["created_from"]:
        answer = await shared.call(key, "GET", f"/v1/clocks?due_before={wrong}")
        assert answer.status_code == 422, wrong
        assert problem_of(answer)["errors"][0]["pointer"].startswith("/query/due_before"), wrong


async def test_what_can_be_searched_for_is_found_or_not(shared: Service) -> None:
    """Texts that are parts of a query language elsewhere are texts here; the years that are known have ends."""
    key = await shared.key("supervisor")
    for right in (
        "reference=' OR '1'='1", "loan=%25", "borrower=_", "reference=李某", "created_to=2200-01-01",
        "created_from=1900-01-01", "state=draft&state=draft&state=closed", "assignee=; DROP TABLE cases",
    ):  # fmt: skip
        answer = await shared.call(key, "GET", f"/v1/cases?{right}")
        assert answer.status_code == 200, right
    assert len((await shared.call(key, "GET", "/v1/cases?reference=%25")).json()["items"]) == 0


@EVERY_OPERATION
async def test_another_method_is_405_with_those_that_are_taken(shared: Service, operation: Operation) -> None:
    taken = {o.method for o in OPERATIONS if o.route.path_regex.match(operation.address())}
    taken |= {"HEAD"} if "GET" in taken else set()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"):
        if method.upper() in taken:
            continue
        answer = await shared.http.request(method, operation.address())
        assert answer.status_code == 405, method
        assert set(answer.headers["allow"].split(", ")) == taken
        assert method == "HEAD" or problem_of(answer)["code"] == "method_not_allowed"


async def test_a_method_in_a_header_is_not_taken_for_one(shared: Service) -> None:
    key = await shared.key("supervisor")
    answer = await shared.call(key, "GET", f"/v1/cases/{NOBODY}", X_HTTP_Method_Override="DELETE")
    assert answer.status_code == 404


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "GET"], ids=lambda o: o.name)
async def test_head_is_get_without_the_body(shared: Service, operation: Operation) -> None:
    path = operation.address()
    get, head = (
        await call(shared, operation, path),
        await shared.http.request(
            "HEAD", path, headers={"Authorization": f"Bearer {await shared.key('supervisor')}", "If-Match": "*"}
        ),
    )
    same = {"content-type", "content-length", "cache-control", "vary", "etag", "content-security-policy"}
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert {n: v for n, v in head.headers.items() if n in same} == {n: v for n, v in get.headers.items() if n in same}


@pytest.mark.parametrize(
    "path",
    ("/", "/v1", "/v1/", "/v1/cases/", "/V1/cases", "/v1//cases", "/v2/cases", "/v1/cases/%2e%2e/policies", "/static/",
     "/static/../app.py", "/static/%2e%2e/app.py", "/static/swagger-ui", "/.env", "/docs/", "/openapi.json/", "/%00",
     "/v1/cases;x=1", f"/v1/offers/{NOBODY}/", "/redoc"),
)  # fmt: skip
async def test_an_address_that_is_none_is_404_and_leads_nowhere_else(shared: Service, path: str) -> None:
    answer = await shared.http.get(path, headers={"Authorization": f"Bearer {await shared.key('supervisor')}"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    problem_of(answer)


OURS = {"alembic_version", "policy_versions", "policy_events"}
"""What the service itself wrote when it started."""


async def test_nothing_of_all_this_was_stored(shared: Service) -> None:
    """But the drafts that a cursor was tried on."""
    rows = await stored(shared)
    assert {name: count for name, count in rows.items() if count and name not in OURS} == {
        "cases": 3, "persons": 3, "application_versions": 3, "clocks": 3, "events": 3, "idempotency_records": 3,
    }  # fmt: skip
