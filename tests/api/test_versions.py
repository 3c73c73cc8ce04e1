"""Versions: every record is tagged with its own, a change names one, and a read need not be sent again."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.api.etags import NEEDS_VERSION
from service.api.problem_kinds import answers_with_record
from service.api.transaction import Opens
from tests.api.description import OPERATIONS, Operation
from tests.api.running import share, stored
from tests.api.scenes import SCENES, Scene, offered, scene, waiting
from tests.api.stories import LI, backtested
from tests.conftest import Service
from tests.domain.applications import li_loan_json

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORDS = tuple(o for o in OPERATIONS if answers_with_record(o.route))
READ = tuple(o for o in RECORDS if o.method == "GET")
CHANGES = tuple(o for o in OPERATIONS if o.method in NEEDS_VERSION)
ON_RECORDS = tuple(o for o in OPERATIONS if o.route.opens is Opens.WRITING and "{" in o.route.path)


async def change(service: Service, operation: Operation) -> Scene:
    """Set the scene of an operation that changes a record without a key."""
    case = await waiting(service)
    bodies: dict[str, Any] = {
        "patch_application": {"request": {"months": 40}},
        "put_loans": {"loans": [li_loan_json(id=case["application"]["loans"][0]["id"], days_past_due=46)]},
        "set_flags": {"adviser_engaged": True},
    }
    key = await service.key("caseworker")
    return Scene(operation=operation, key=key, body=bodies[operation.name], ids={"case_id": case["id"]})


async def any_scene(service: Service, operation: Operation) -> Scene:
    """Set the scene of any operation that writes."""
    return await (scene(service, operation.name) if operation.name in SCENES else change(service, operation))


async def send(service: Service, what: Scene, **headers: str) -> httpx.Response:
    """Send a change, without the key that it does not need."""
    sent = {"Authorization": f"Bearer {what.key}", **headers}
    return await service.http.request(what.operation.method, what.path, json=what.body, headers=sent)


async def test_there_is_something_to_test() -> None:
    assert {o.name for o in READ} == {"get_case", "get_offer", "get_agreement", "get_operation", "get_notice"}
    assert {o.name for o in CHANGES} == {"patch_application", "put_loans", "set_flags"}


async def agreed(service: Service) -> dict[str, str]:
    """Return the ids of a case with an agreement."""
    case, offers = await offered(service)
    li = await service.key("borrower", LI)
    signed = {"signature": {"name": "李某", "method": "typed"}}
    agreement = (await service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", signed)).json()
    notices = (await service.call(li, "GET", f"/v1/cases/{case['id']}/notices")).json()["items"]
    return {
        "case_id": case["id"],
        "offer_id": offers[0]["id"],
        "agreement_id": agreement["id"],
        "notice_id": notices[0]["id"],
    }


@pytest.mark.parametrize("operation", READ, ids=lambda o: o.name)
async def test_a_record_that_is_read_need_not_be_sent_again(shared: Service, operation: Operation) -> None:
    if operation.name == "get_operation":
        path, li = operation.address(operation_id=(await backtested(shared))["id"]), await shared.key("policy_admin")
    else:
        path, li = operation.address(**await agreed(shared)), await shared.key("borrower", LI)
    first = await shared.call(li, "GET", path)
    tag = first.headers["etag"]
    assert tag == f'"{first.json()["version"]}"'
    for names_it in (tag, f"W/{tag}", "*", f'"0", {tag}', f'W/"x", W/{tag}'):
        again = await shared.call(li, "GET", path, If_None_Match=names_it)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), names_it
        assert (again.headers["cache-control"], again.headers["vary"]) == ("no-store", "Authorization")
    for does_not in ('"0"', 'W/"0"', tag.strip('"'), '"', ""):
        assert (await shared.call(li, "GET", path, If_None_Match=does_not)).status_code == 200, does_not
    assert (await shared.call(li, "GET", path, If_Match=tag)).status_code == 200
    assert (await shared.call(li, "GET", path, If_Match="*")).status_code == 200
    assert (await shared.call(li, "GET", path, If_Match='"0"')).status_code == 412


@pytest.mark.parametrize("operation", CHANGES, ids=lambda o: o.name)
async def test_a_change_names_the_version_that_it_changes(shared: Service, operation: Operation) -> None:
    what = await change(shared, operation)
    before = await stored(shared)
    without = await send(shared, what)
    assert (without.status_code, without.json()["code"]) == (428, "version_needed")
    assert await stored(shared) == before

    version = (await shared.call(what.key, "GET", f"/v1/cases/{what.ids['case_id']}")).json()["version"]
    done = await send(shared, what, **{"If-Match": f'"0", "{version}"'})
    assert done.status_code == 200, done.text
    assert done.json()["version"] > version
    assert done.headers["etag"] == f'"{done.json()["version"]}"'
    late = await send(shared, what, **{"If-Match": f'"{version}"'})
    assert (late.status_code, late.json()["code"]) == (412, "version_changed")
    assert (await send(shared, what, **{"If-Match": "*"})).status_code == 200


STALE = ('"0"', '"999999"', 'W/"{version}"', "{version}", '"{version}', '"{version}" x', '""', '"*"', "W/*", "")


@pytest.mark.parametrize("operation", ON_RECORDS, ids=lambda o: o.name)
async def test_a_stale_version_is_412_wherever_it_is_sent(shared: Service, operation: Operation) -> None:
    """A weak tag never counts for a change, and nothing that is no tag does."""
    what = await any_scene(shared, operation)
    desk = await shared.key("supervisor")
    if "policy_id" in what.ids:
        path = f"/v1/policies/{what.ids['policy_id']}/changes?limit=100"
        version = len((await shared.call(desk, "GET", path)).json()["items"])
    else:
        version = (await shared.call(desk, "GET", "/v1/cases?limit=1")).json()["items"][0]["version"]
    before = await stored(shared)
    for stale in share(shared, STALE, of=operation.name):
        answer = await what.play(shared, str(uuid4()), **{"If-Match": stale.format(version=version)})
        assert (answer.status_code, answer.json()["code"]) == (412, "version_changed"), (stale, answer.text)
    assert await stored(shared) == before
    assert (await what.play(shared, str(uuid4()), **{"If-Match": f'"{version}"'})).is_success


async def test_a_record_that_is_not_there_has_no_version(shared: Service) -> None:
    """`*` asks for one that is there: a case that would be made is not."""
    what = await scene(shared, "post_case")
    before = await stored(shared)
    assert (await what.play(shared, str(uuid4()), **{"If-Match": "*"})).status_code == 412
    assert await stored(shared) == before


async def test_a_stale_version_does_not_tell_whether_a_record_is_there(shared: Service) -> None:
    what = await change(shared, CHANGES[0])
    stranger = await shared.key("borrower", "somebody")
    answer = await shared.call(stranger, what.operation.method, what.path, what.body, If_Match='"0"')
    assert answer.status_code == 404


async def test_what_time_alone_has_changed_is_sent_again(shared: Service) -> None:
    """An offer expires, and a document grows stale, without an event: the version stays, and the tag does not.

    This test is the last one here, because time does not come back.
    """
    _, offers = await offered(shared)
    li, path = await shared.key("borrower", LI), f"/v1/offers/{offers[0]['id']}"
    case_path = f"/v1/cases/{offers[0]['case_id']}"
    fresh, case = await shared.call(li, "GET", path), await shared.call(li, "GET", case_path)
    shared.clock.advance(days=100)
    expired = await shared.call(li, "GET", path, If_None_Match=fresh.headers["etag"])
    stale = await shared.call(li, "GET", case_path, If_None_Match=case.headers["etag"])

    assert (expired.status_code, expired.json()["state"]) == (200, "expired")
    assert (stale.status_code, len(stale.json()["evidence"]["missing"])) == (200, 2)
    assert (expired.json()["version"], stale.json()["version"]) == (fresh.json()["version"], case.json()["version"])
    again = await shared.call(li, "GET", path, If_None_Match=expired.headers["etag"])
    assert again.status_code == 304
    patch = {"request": {"months": 40}}
    late = await shared.call(li, "POST", f"{case_path}/amend", patch, If_Match=stale.headers["etag"])
    assert late.status_code == 200, late.text
