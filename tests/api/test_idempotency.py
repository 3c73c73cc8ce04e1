"""A request with a key is done once: whatever is sent again, whoever sends it, and however often at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from service.api.problem_kinds import answers_with_record
from service.settings import Settings
from tests.api.description import NEED_KEY, NOBODY, OPERATIONS, Operation
from tests.api.running import running, share, stored
from tests.api.scenes import SCENES, Scene, scene
from tests.conftest import Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERY_OPERATION = pytest.mark.parametrize("operation", NEED_KEY, ids=lambda o: o.name)
KEPT = ("content-type", "etag", "location")


def same(first: httpx.Response, again: httpx.Response) -> bool:
    """Say whether an answer is the first one, given again."""
    return (
        (again.status_code, again.content) == (first.status_code, first.content)
        and {n: first.headers.get(n) for n in KEPT} == {n: again.headers.get(n) for n in KEPT}
        and again.headers.get("idempotent-replayed") == "true"
        and "idempotent-replayed" not in first.headers
    )


def other_body(scene: Scene) -> Scene:
    """Return the same request with something else in it."""
    return replace(scene, body={**scene.body, "note": "September"} if scene.file else {"nonsense": 1})


async def test_every_operation_that_creates_or_decides_needs_a_key_and_has_a_scene() -> None:
    """Assessments and previews store nothing, so they need none."""
    posts = {o.name for o in OPERATIONS if o.method == "POST"}
    assert posts - {o.name for o in NEED_KEY} >= {"post_assessment", "preview_offers"}
    assert {o.name for o in NEED_KEY} == set(SCENES)


@EVERY_OPERATION
async def test_without_a_key_it_is_400(shared: Service, operation: Operation) -> None:
    headers = {"Authorization": f"Bearer {await shared.key('supervisor')}"}
    answer = await shared.http.post(operation.address(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


NO_KEYS = (
    "", " ", '""', '"', '"a', 'a"b"', '"a"b"', '"a\\b"', "a b", '"a b"', "x" * 256, '"' + "x" * 256 + '"', "a\tb",
    "\x7f", "ключ", "é", '"é"',
)  # fmt: skip


@EVERY_OPERATION
async def test_a_key_that_is_none_is_400(shared: Service, operation: Operation) -> None:
    bearer = ("Authorization", f"Bearer {await shared.key('supervisor')}")
    for wrong in share(shared, NO_KEYS, of=operation.name):
        headers = [bearer, ("Idempotency-Key", wrong.encode())]
        answer = await shared.http.post(operation.address(), headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed"), wrong
    two = [bearer, ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    answer = await shared.http.post(operation.address(), headers=two)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restarted(kept_settings: Settings, shared: Service) -> AsyncIterator[Service]:
    """Return the service as another process runs it on the same database."""
    async with running(kept_settings) as service:
        yield service


@EVERY_OPERATION
async def test_a_request_is_done_once_and_its_answer_given_again(
    shared: Service, restarted: Service, operation: Operation
) -> None:
    """Not before it was done, to nobody else, for nothing else, and in every spelling of the key and the body."""
    what, key = await scene(shared, operation.name), str(uuid4())
    before = await stored(shared)
    never = {"If-Match": '"999999"'}
    refused = await other_body(what).play(shared, key, **(never if what.file else {}))
    stale = await what.play(shared, key, **never)
    assert (refused.status_code, stale.status_code) == (412 if what.file else 422, 412), refused.text
    assert await stored(shared) == before, "a refusal leaves the key free"

    first = await what.play(shared, key)
    assert first.is_success, first.text
    if answers_with_record(operation.route):
        assert first.headers["etag"] == f'"{first.json()["version"]}"'
    after = await stored(shared)

    turned = replace(what, body=dict(reversed(what.body.items())))
    for again in (
        await what.play(shared, key),
        await turned.play(shared, f'"{key}"'),
        await what.play(shared, f" {key} "),
        await what.play(restarted, key),
    ):
        assert same(first, again), again.text
    elsewhere = replace(what, ids=dict.fromkeys(what.ids, NOBODY))
    for other in [other_body(what), *([elsewhere] if what.ids else [])]:
        answer = await other.play(shared, key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused"), answer.text
    stranger = await replace(what, key=await shared.key("partner", "another-platform")).play(shared, key)
    expected = 403 if operation.name == "post_backtest" else 404 if what.ids else 409
    assert stranger.status_code == expected, stranger.text
    assert "idempotent-replayed" not in stranger.headers
    assert await stored(shared) == after


@EVERY_OPERATION
async def test_five_at_once_have_one_effect(shared: Service, operation: Operation) -> None:
    """On SQLite the others wait and get the first answer; on PostgreSQL they may be told to ask again."""
    what, key = await scene(shared, operation.name), str(uuid4())
    answers = await asyncio.gather(*(what.play(shared, key) for _ in range(5)))
    after = await stored(shared)

    first = [a for a in answers if a.is_success and "idempotent-replayed" not in a.headers]
    running_still = [a for a in answers if a.status_code == 409]
    replayed = [a for a in answers if a.is_success and "idempotent-replayed" in a.headers]
    assert (len(first), len(first) + len(running_still) + len(replayed)) == (1, 5), [a.text for a in answers]
    assert all(same(first[0], again) for again in replayed)
    assert all((a.json()["code"], a.headers["retry-after"]) == ("request_running", "1") for a in running_still)
    if shared.app.state.parts.database.is_sqlite:
        assert not running_still
    assert same(first[0], await what.play(shared, key))
    assert await stored(shared) == after


async def test_an_upload_is_known_by_its_fields_and_its_content(shared: Service) -> None:
    """The name of the file does not matter; what was said with it, and every byte of it, does."""
    what, key = await scene(shared, "post_evidence"), str(uuid4())
    first = await what.play(shared, key)
    files = (await stored(shared))["files"]
    renamed = await shared.http.post(
        what.path,
        data=what.body,
        files={"file": ("another name.pdf", what.file or b"", "application/octet-stream")},
        headers={"Authorization": f"Bearer {what.key}", "Idempotency-Key": key},
    )
    assert same(first, renamed)
    changes: tuple[dict[str, Any], ...] = (
        {"file": (what.file or b"") + b" "},
        {"body": {**what.body, "note": "September"}},
        {"body": {"kind": what.body["kind"]}},
    )
    for change in changes:
        assert (await replace(what, **change).play(shared, key)).json()["code"] == "idempotency_key_reused"
    assert (await stored(shared))["files"] == files


async def test_a_change_with_a_key_is_done_once_too(shared: Service) -> None:
    """PATCH and PUT need none; one that is sent is kept to."""
    what, key = await scene(shared, "withdraw_case"), str(uuid4())
    path = f"/v1/cases/{what.ids['case_id']}/application"
    patch = {"request": {"months": 40}}
    first = await shared.call(what.key, "PATCH", path, patch, If_Match="*", Idempotency_Key=key)
    again = await shared.call(what.key, "PATCH", path, patch, If_Match="*", Idempotency_Key=key)
    assert first.status_code == 200
    assert same(first, again)
    assert first.json()["application_version"] == 2
