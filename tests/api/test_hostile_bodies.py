"""Whatever is sent as a body is answered with a 4xx that names what is wrong, stores nothing and repeats nothing."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from service.api.examples import REQUESTS
from tests.api.description import WITH_BODY, Operation
from tests.api.hostile import MARK, RAW, Vector, damaged
from tests.api.running import share, stored
from tests.api.stories import offered
from tests.conftest import Service
from tests.domain.applications import li_loan_json

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERY_OPERATION = pytest.mark.parametrize("operation", WITH_BODY, ids=lambda o: o.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(shared: Service) -> dict[str, str]:
    """Return the ids of a case that waits for an answer to its offers."""
    case, offers = await offered(shared, loans=[li_loan_json(id="L-900")])
    listed = await shared.call(await shared.key("caseworker"), "GET", f"/v1/cases/{case['id']}/evidence")
    return {
        "case_id": case["id"],
        "offer_id": offers[0]["id"],
        "evidence_id": listed.json()["items"][0]["id"],
        "decision_id": case["decision"]["id"],
    }


async def send(
    service: Service, operation: Operation, ids: dict[str, str], raw: bytes, **headers: str
) -> httpx.Response:
    """Send a body as somebody who may do most; a version that is never reached keeps all of it from being kept."""
    key = await service.key("partner" if operation.name == "post_case" else "supervisor", vouches=True)
    given = {
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": str(uuid4()),
        "If-Match": '"999999"',
        "Content-Type": "application/json",
        **headers,
    }
    sent = {name: value for name, value in given.items() if value}
    return await service.http.request(operation.method, operation.address(**ids), content=raw, headers=sent)


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem of an answer, which repeats nothing."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert MARK not in answer.text
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    return found


def as_told(answer: httpx.Response, vector: Vector) -> bool:
    """Say whether a body was refused as it is told."""
    problem = problem_of(answer)
    errors = {(e["pointer"], e["code"]) for e in problem.get("errors", ())}
    pointed = vector.member is None or any(
        vector.pointer in {None, pointer} and code == vector.member for pointer, code in errors
    )
    return (problem["status"], problem["code"]) == (vector.status, vector.code) and pointed


@EVERY_OPERATION
async def test_a_body_that_is_wrong_as_such_gets_one_answer_everywhere(
    shared: Service, ids: dict[str, str], operation: Operation
) -> None:
    before = await stored(shared)
    chosen = share(shared, tuple(RAW.items()), of=operation.name)
    answers = {name: await send(shared, operation, ids, vector.raw, **{"If-Match": "*"}) for name, vector in chosen}

    assert {name: answer.text for name, answer in answers.items() if not as_told(answer, RAW[name])} == {}
    assert await stored(shared) == before


@pytest.mark.parametrize("operation", [o for o in WITH_BODY if any(REQUESTS[o.name].values())], ids=lambda o: o.name)
async def test_whatever_stands_in_the_place_of_a_member_is_no_fault_and_stores_nothing(
    shared: Service, ids: dict[str, str], operation: Operation
) -> None:
    before = await stored(shared)
    body = next(iter(REQUESTS[operation.name].values()))
    for said, document in share(shared, tuple(damaged(body)), of=operation.name):
        answer = await send(shared, operation, ids, httpx.Request("POST", "http://x", json=document).content)
        assert answer.status_code in {200, 403, 404, 412, 422}, f"{said}: {answer.text}"
        assert answer.status_code != 200 or not operation.route.needs_key, said
        if answer.status_code >= 400:
            problem_of(answer)

    assert await stored(shared) == before


def types_refused(operation: Operation) -> Iterator[dict[str, str]]:
    """Yield the headers of bodies that are of another type, or written otherwise."""
    for kind in (
        "", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/json; charset=utf-16", "application/json; charset=utf-7", "application/json, text/plain",
        "application/xml", "application/jsonp", "json", "application/vnd.api+json",
    ):  # fmt: skip
        yield {"Content-Type": kind}
    yield from ({"Content-Encoding": coding} for coding in ("gzip", "br", "gzip, identity"))
    if operation.method != "PATCH":
        yield {"Content-Type": "application/merge-patch+json"}


@EVERY_OPERATION
async def test_a_body_of_another_type_is_415_and_says_which_one_is_taken(
    shared: Service, ids: dict[str, str], operation: Operation
) -> None:
    for headers in share(shared, tuple(types_refused(operation)), of=operation.name):
        answer = await send(shared, operation, ids, b'{"a": 1}', **headers)
        assert (answer.status_code, problem_of(answer)["code"]) == (415, "media_type_refused"), headers
        assert {"accept", "accept-patch", "accept-encoding"} & set(answer.headers), headers


@EVERY_OPERATION
async def test_a_body_above_the_cap_is_413_whether_it_says_so_or_not(
    shared: Service, ids: dict[str, str], operation: Operation
) -> None:
    limit = shared.app.state.parts.limits.json_bytes

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(limit // 65536 + 2):
            yield b" " * 65536

    key = await shared.key("supervisor")
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k", "If-Match": "*"}
    address = operation.address(**ids)
    said = await shared.http.request(operation.method, address, content=b" " * (limit + 1), headers=headers)
    chunked = await shared.http.request(operation.method, address, content=pieces(), headers=headers)

    for answer in (said, chunked):
        assert (answer.status_code, problem_of(answer)["code"]) == (413, "body_too_large")
        assert answer.headers["connection"] == "close"
