"""Backtests over HTTP: ordered, done by a worker, read as figures and as a page; or refused."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from service.delivery import operations as delivering
from service.storage import operations
from service.storage.statements import NowInSeconds
from service.storage.tables import OperationRow, ReviewRow
from tests.api.description import as_described
from tests.api.scenes import waiting
from tests.api.stories import operator
from tests.casework.conftest import WithPack
from tests.casework.people import pack
from tests.conftest import Service


@pytest.fixture
def service(service: Service) -> Service:
    """Return the running service, which answers as it is described or fails the test."""
    service.http.event_hooks["response"].append(as_described)
    return service


ORDER: dict[str, Any] = {"new": "cn-small-business", "old": "standard"}


async def ordered(service: Service, **changes: Any) -> dict[str, Any]:
    """Order a backtest, and return the operation."""
    key = await service.key("policy_admin")
    answer = await service.call(key, "POST", "/v1/backtests", {**ORDER, **changes})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/operations/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


async def seen(service: Service, operation: dict[str, Any], end: str = "") -> Any:
    """Read an operation, or something of it."""
    path = f"/v1/operations/{operation['id']}{end}"
    return await service.call(await service.key("policy_admin"), "GET", path)


async def changed(service: Service, **values: Any) -> None:
    """Change all operations behind the service's back."""
    async with service.app.state.parts.database.writing() as session:
        await session.execute(update(OperationRow).values(**values))


async def test_a_backtest_is_ordered_done_and_told(service: Service) -> None:
    """Li's case three times: documents are missing under both policies, and one of them asks for more."""
    cases = [await waiting(service) for _ in range(3)]
    first = await ordered(service, by=["dependants", "channel"])
    assert (first["state"], first["done"], first["total"], first["result"]) == ("waiting", 0, None, None)
    assert first["request"]["by"] == ["product", "hardship_reason", "dependants", "channel"]
    waits = await seen(service, first, "/report")
    assert (waits.status_code, waits.json()["code"], waits.json()["state"]) == (409, "operation_not_done", "waiting")

    assert await operator(service).turn()
    assert not await operator(service).turn()

    done = (await seen(service, first)).json()
    assert (done["state"], done["done"], done["total"], done["fault"]) == ("done", 3, 3, None)
    assert done["result"] == {"cases": 3, "changed": 0, "old_approved": 0, "new_approved": 0}
    assert done["version"] > first["version"]
    report = (await seen(service, first, "/report")).json()
    assert report["cases"] == 3
    assert [move for move in report["outcomes"] if move["cases"]] == [
        {"old": "request_information", "new": "request_information", "cases": 3}
    ]
    groups = {s["column"]: [(g["group"], g["cases"]) for g in s["groups"]] for s in report["segments"]}
    assert groups["dependants"] == [("2", 3)]
    assert groups["channel"] == [("partner", 3)]
    page = await seen(service, first, "/report.html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "sandbox" in page.headers["content-security-policy"]
    assert "cn-small-business@2026.1" in page.text
    assert len(cases) == 3


async def test_outcomes_that_change_are_listed_with_their_cases(with_pack: WithPack, tmp_path: Path) -> None:
    """The pack of the deployment is changed in its file: that version need not be activated to be looked at."""
    async with with_pack() as people:
        await people.post()
        folder = tmp_path / "packs"
        pack(folder, ('version = "2026.1"', 'version = "2026.2"'), ('when = "exposure <= 0"', 'when = "exposure > 0"'))
        service = people.service
        order = await ordered(service, new="own@2026.2", old="own")
        assert await operator(service).turn()

        report = (await seen(service, order, "/report")).json()
        assert report["changed"]["count"] == report["changed"]["listed"] == 1
        assert report["changed"]["cases"] == [
            {
                "id": people.case["id"],
                "old": "request_information",
                "new": "reject",
                "gained": ["NOTHING_OWED"],
                "lost": ["EVIDENCE_MISSING"],
            }
        ]
        assert report["new"]["id"] == "own@2026.2"
        versions = (await service.call(await service.key("policy_admin"), "GET", "/v1/policies/own")).json()["versions"]
        assert [(v["id"], v["state"]) for v in versions] == [("own@2026.2", "draft"), ("own@2026.1", "active")]
        assert versions[0]["created_at"] is None


async def test_the_period_is_that_of_the_last_review(service: Service) -> None:
    await waiting(service)
    service.clock.advance(days=2)
    await waiting(service)
    for period, expected in (
        ({"from": "2026-11-16"}, 1),
        ({"to": "2026-11-16"}, 1),
        ({"from": "2026-11-15", "to": "2026-11-17"}, 2),
        ({"to": "2026-11-14"}, 0),
    ):
        order = await ordered(service, **period)
        assert await operator(service).turn()
        assert (await seen(service, order)).json()["result"]["cases"] == expected, period


async def test_cases_posted_after_the_order_are_not_in_it(service: Service) -> None:
    await waiting(service)
    order = await ordered(service)
    service.clock.advance(minutes=1)
    await waiting(service)
    assert await operator(service).turn()

    assert (await seen(service, order)).json()["result"]["cases"] == 1


REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"new": "nobody"}, 404, "policy_not_found"),
    ({"old": "standard@1999"}, 404, "policy_not_found"),
    ({"new_digest": "0" * 64}, 404, "policy_not_found"),
    ({"by": ["no_such_column"]}, 422, "unknown_column"),
    ({"by": ["product"] * 11}, 422, "too_many"),
    ({"from": "2026-11-02", "to": "2026-11-01"}, 422, "period_reversed"),
    ({"from": "yesterday"}, 422, "date_malformed"),
    ({"new_digest": "x"}, 422, "malformed"),
    ({"colour": "red"}, 422, "unknown_member"),
    ({"new": None}, 422, "not_text"),
)


async def test_an_order_that_cannot_be_is_refused_and_nothing_is_kept(service: Service) -> None:
    key = await service.key("policy_admin")
    for change, status, code in REFUSED:
        answer = await service.call(key, "POST", "/v1/backtests", {**ORDER, **change})
        told = answer.json()
        assert answer.status_code == status, told
        assert code in {told["code"], *(problem["code"] for problem in told.get("errors", ()))}, told
    assert not await operator(service).turn()
    nobody = await seen(service, {"id": str(uuid4())})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "operation_not_found")


async def test_the_same_order_is_given_once(service: Service) -> None:
    key, same = await service.key("policy_admin"), str(uuid4())
    first, again = [await service.call(key, "POST", "/v1/backtests", ORDER, Idempotency_Key=same) for _ in range(2)]

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await operator(service).turn()
    assert not await operator(service).turn()


async def test_two_workers_at_once_do_each_operation_once(service: Service) -> None:
    orders = [await ordered(service) for _ in range(4)]
    turns = await asyncio.gather(*(operator(service).turn() for _ in range(6)))

    assert sorted(turns) == [False, False, True, True, True, True]
    assert {(await seen(service, order)).json()["state"] for order in orders} == {"done"}


async def test_what_a_lost_worker_held_is_done_by_another(service: Service) -> None:
    """As long as the lease runs nobody else takes it; then somebody does, and the first can no longer write."""
    await waiting(service)
    order = await ordered(service)
    database = service.app.state.parts.database
    async with database.writing() as session:
        lost = await operations.take(session, token="lost", seconds=60)
    assert lost is not None
    assert not await operator(service).turn()
    await changed(service, leased_until=NowInSeconds() - 1)

    assert await operator(service).turn()
    done = (await seen(service, order)).json()
    assert done["state"] == "done"
    async with database.writing() as session:
        assert not await operations.keep(session, lost, done=1, total=1, seconds=60)
        assert not await operations.end(session, lost, at=service.clock(), done=1, result={})
        assert not await operations.fail(session, lost, at=service.clock(), fault="Lost.")
        assert not await operations.let_go(session, lost)
    assert (await seen(service, order)).json() == done


async def test_a_worker_that_is_told_to_stop_leaves_it_to_the_next(service: Service) -> None:
    order = await ordered(service)
    stopping: asyncio.Task[bool] = asyncio.create_task(asyncio.Event().wait())
    stopping.cancel()
    await asyncio.wait({stopping})

    assert await operator(service).turn(stopping)
    left = (await seen(service, order)).json()
    if left["state"] == "waiting":  # it was not done before it was told
        assert await operator(service).turn()
    assert (await seen(service, order)).json()["state"] == "done"


async def test_an_operation_that_ends_its_workers_is_given_up(service: Service) -> None:
    order = await ordered(service)
    await changed(service, attempts=delivering.ATTEMPTS_MAX)

    assert await operator(service).turn()
    failed = (await seen(service, order)).json()
    assert (failed["state"], failed["result"]) == ("failed", None)
    assert failed["fault"] == "It was begun 3 times, and no worker came to its end."
    assert (await seen(service, order, "/report.html")).json()["state"] == "failed"


async def test_facts_that_cannot_be_read_are_named_and_nothing_is_reported(service: Service) -> None:
    case = await waiting(service)
    async with service.app.state.parts.database.writing() as session:
        facts = {"case": {"exposure": "many"}, "loans": {"L": {}}}
        await session.execute(update(ReviewRow).values(facts=facts))
    order = await ordered(service)

    assert await operator(service).turn()
    failed = (await seen(service, order)).json()
    assert failed["state"] == "failed"
    assert failed["fault"] == f"case {case['id']}: facts.case.exposure: Input should be a valid integer"


async def test_a_column_of_too_many_groups_fails_with_its_name(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.domain.backtest.GROUPS_MAX", 1)
    await waiting(service)
    await waiting(service, channel="branch")
    order = await ordered(service, by=["channel"])

    assert await operator(service).turn()
    fault = (await seen(service, order)).json()["fault"]
    assert fault == "channel has more than 1 different values: it does not divide the cases into groups."


async def test_a_version_that_is_gone_fails_the_operation(service: Service) -> None:
    order = await ordered(service)
    gone = {"id": "gone@1", "digest": "0" * 64, "name": "gone", "kind": "python", "text": "gone.Policy"}
    async with service.app.state.parts.database.writing() as session:
        row = await operations.get(session, UUID(order["id"]))
        assert row is not None
        row.request = {**row.request, "new": gone}

    assert await operator(service).turn()
    assert (await seen(service, order)).json()["fault"].startswith("gone@1 with the digest 000")


async def test_the_worker_runs_until_it_is_told_to_stop(service: Service) -> None:
    order = await ordered(service)
    stop = asyncio.Event()
    working = asyncio.create_task(operator(service, every_seconds=0.01).run(stop))
    while (await seen(service, order)).json()["state"] != "done":
        assert not working.done()
    stop.set()

    await asyncio.wait_for(working, 10)
