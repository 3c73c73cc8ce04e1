"""Cases judged by a decision graph or by a remote policy: kept, replayed, and never decided by a fault."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from service.app import worker_of
from service.casework.replaying import Replayed, replay
from service.policies.found import look
from service.policies.registry import PolicyMissing, Registry
from service.settings import Settings
from service.storage import policies
from service.storage.tables import ReviewRow
from tests.casework.people import OTHER, REJECTED, People, pack, running
from tests.conftest import Clock, Service
from tests.domain.applications import li_loan_json
from tests.policies.graphs import copy_careful, drawn, expressions, write_small
from tests.policies.opa import APPROVES, Json, Opa, endless, hanging_up, send, serving, silent, write_remote

REJECTS: Json = {"outcome": "reject", "reasons": [{"code": "SCORE_TOO_LOW"}]}
CLOSED_AT_ONCE = "[endpoint.breaker]\nfaults = 1\nseconds = 3600\n"
Deploy = Callable[..., Settings]


@pytest.fixture
def opa() -> Iterator[Opa]:
    with serving() as running_:
        yield running_


@pytest.fixture
def deploy(migrated_url: str, tmp_path: Path) -> Deploy:
    """Return a way to settle a deployment whose packs stand in a folder of its own."""
    folder = tmp_path / "packs"
    folder.mkdir()

    def settled(*names: str, **more: Any) -> Settings:
        return Settings(data=tmp_path, database=migrated_url, policy=names, packs=folder, **more)

    return settled


@asynccontextmanager
async def people_of(settings: Settings, clock: Clock) -> AsyncIterator[People]:
    async with running(settings, clock) as service:
        yield People(service=service)


def folder_of(settings: Settings) -> Path:
    assert settings.packs is not None
    return settings.packs


@pytest.fixture
async def people(deploy: Deploy, opa: Opa, clock: Clock) -> AsyncIterator[People]:
    """Return the people around a case that a remote policy judges."""
    settings = deploy("elsewhere")
    write_remote(folder_of(settings), opa.url, "deadline = 10")
    async with people_of(settings, clock) as found:
        yield found


async def replayed(people: People, settings: Settings) -> Replayed:
    """Judge again all that the service has judged, as another process would."""
    database = people.service.app.state.parts.database
    async with database.reading() as session:
        kept = await policies.all_versions(session)
    return await replay(database, Registry.of((), look(settings.packs), kept).judged_by)


def settings_of(people: People, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, packs=people.service.app.state.parts.in_force.folder)


async def rows(people: People) -> list[ReviewRow]:
    """Return the stored reviews of the case, oldest first."""
    async with people.service.app.state.parts.database.reading() as session:
        found = (await session.execute(text("SELECT id FROM reviews ORDER BY id"))).scalars().all()
        every = [await session.get_one(ReviewRow, UUID(str(one))) for one in found]
    return [row for row in every if str(row.case_id) == people.case["id"]]


def faults(people: People) -> list[str]:
    """Return the faults in the trace of the latest review."""
    return [line["fault"] for line in people.case["review"]["verdict"]["trace"] if line["fault"]]


async def test_a_graph_judges_cases_is_kept_and_gives_the_same_again(
    deploy: Deploy, clock: Clock, tmp_path: Path
) -> None:
    settings = deploy("careful")
    copy_careful(folder_of(settings))
    async with people_of(settings, clock) as people:
        await people.offered()
        assert people.case["policy"]["id"] == "careful@2026.1"
        assert people.case["decision"]["automatic"] is True
        first = people.case["policy"]
        found = (await people.ask("auditor", "GET", "/v1/policies/careful")).json()
        assert (found["kind"], found["state"], found["judges"]) == ("graph", "active", True)
        assert [v["kind"] for v in found["versions"]] == ["graph"]
        await people.post(loans=[li_loan_json(id="L-2", days_past_due=200)])
        await people.hand_in_all()
        assert (people.state, people.case["review"]["verdict"]["reasons"][0]["code"]) == ("in_review", "LONG_OVERDUE")
        await people.do("wu", "decisions", {"outcome": "reject", "reasons": ["LONG_OVERDUE"], "comment": None})

        copy_careful(folder_of(settings), ('version = "2026.1"', 'version = "2026.2"'))
        changed = await people.do("risk", "/v1/policies/careful/activate", {"reason": "New."})
        assert (changed["id"], changed["digest"] == first["digest"]) == ("careful@2026.2", False)
        total = (await replayed(people, settings)).total
        for file in folder_of(settings).iterdir():
            file.unlink()
        assert (await replayed(people, settings)).said() == f"{total} of {total} identical"


async def test_a_graph_rejects_with_recourse_and_the_words_of_its_sidecar(deploy: Deploy, clock: Clock) -> None:
    settings = deploy("careful")
    copy_careful(folder_of(settings))
    async with people_of(settings, clock) as people:
        await people.post(**REJECTED)
        assert people.state == "rejected"
        [reason] = people.case["decision"]["reasons"]
        assert (reason["code"], reason["source"]) == ("NO_HARDSHIP", "our choice")
        assert reason["text"]["zh-CN"] == "仍有能力按约还款。"
        closed = [p for p in people.case["review"]["verdict"]["programmes"] if p["eligibility"] != "eligible"]
        assert closed
        assert all(p["recourse"] is not None for p in closed)


async def test_a_broken_graph_or_sidecar_takes_nothings_place_and_readyz_says_so(deploy: Deploy, clock: Clock) -> None:
    settings = deploy("careful", "elsewhere")
    copy_careful(folder_of(settings))
    remote = write_remote(folder_of(settings), "http://127.0.0.1:1")
    async with people_of(settings, clock) as people:
        digests = {p["id"]: p["digest"] for p in await people.read("/v1/policies", "risk")}
        drawing = folder_of(settings) / "careful.jdm.json"
        drawing.write_text(drawing.read_text().replace("case.days_past_due", "case.lateness"))
        remote.write_text(remote.read_text().replace("http:", "ftp:"))
        stays = "{0} with the digest {1} stays active."
        answer = await people.service.http.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["policies"] == [
            "careful.jdm.json: node Reasons (why): inputs[0].field: unknown fact lateness",
            stays.format("careful@2026.1", digests["careful@2026.1"]),
            "elsewhere.remote.toml: endpoint.url: is an http or https address",
            stays.format("elsewhere@2026.1", digests["elsewhere@2026.1"]),
        ]
        for name in ("careful", "elsewhere"):
            refused = await people.ask("risk", "POST", f"/v1/policies/{name}/activate", {})
            assert (refused.status_code, refused.json()["code"]) == (422, "policy_broken")
        await people.post()
        assert people.case["policy"]["digest"] == digests["careful@2026.1"]


async def test_a_graph_that_fails_on_a_case_is_a_matter_for_a_person(deploy: Deploy, clock: Clock) -> None:
    settings = deploy("small")
    write_small(folder_of(settings), drawn(expressions(outcome="case.currency * 2")))
    async with people_of(settings, clock) as people:
        await people.post()
        assert (people.state, people.case["decision"]) == ("in_review", None)
        assert "Failed to evaluate" in faults(people)[0]


async def test_a_deployment_that_names_a_broken_graph_does_not_start(deploy: Deploy, clock: Clock) -> None:
    settings = deploy("small")
    write_small(folder_of(settings), drawn(expressions(outcome="case.shoe_size")))
    with pytest.raises(PolicyMissing, match=r"small\.jdm\.json: node Says \(x\): .* unknown fact shoe_size"):
        async with people_of(settings, clock):
            pass


async def test_a_remote_policy_is_asked_wherever_a_case_is_judged(people: People, opa: Opa, tmp_path: Path) -> None:
    async def asked(deed: Awaitable[object]) -> None:
        before = len(opa.asked)
        await deed
        assert len(opa.asked) > before, deed
        await people.look()
        assert people.case["review"]["verdict"]["policy"] == "elsewhere@2026.1"
        row = (await rows(people))[-1]
        assert row.answer is not None
        assert row.facts["case"]["exposure"] == opa.asked[-1]["input"]["case"]["exposure"]
        assert row.facts["case"]["evidence_missing"] == opa.asked[-1]["input"]["case"]["evidence_missing"]

    await asked(people.post())
    assert people.state == "information_requested"
    await asked(people.do("wu", "reviews"))
    await asked(people.hand_in_all())
    if people.state != "offered":
        await asked(people.do("wu", "reviews"))
    assert people.state == "offered"
    assert people.case["decision"]["automatic"] is True
    await asked(people.do("li", "amend", {"request": {"months": 40}}))
    document = (await people.read("evidence"))[0]["id"]
    opa.says({"outcome": "manual", "reasons": [{"code": "SCORE_TOO_LOW"}]})
    await asked(people.do("li", "amend", {"request": {"months": 41}}))
    assert people.state == "in_review"
    await asked(people.do("wu", f"evidence/{document}/verify"))
    loan = people.case["application"]["loans"][0]["id"]
    await asked(people.do("wu", "loans", {"loans": [li_loan_json(id=loan, days_past_due=46)]}, "PUT"))
    await asked(people.do("wu", "flags", {"adviser_engaged": True}, "PATCH"))
    opa.says(REJECTS)
    await asked(people.do("wu", "reviews"))
    assert people.state == "rejected"
    result = await replayed(people, settings_of(people, tmp_path))
    assert result.well
    assert result.total == result.identical == result.recorded == len(await rows(people))
    assert result.said().endswith("of them recorded answers of a remote policy")


async def test_an_assessment_asks_too_and_offers_what_it_opens(people: People, opa: Opa) -> None:
    await people.post(submit=False)
    body = people.case["application"]
    for loan in body["loans"]:
        del loan["source"]
    found = await people.ask("partner", "POST", "/v1/assessments", body)

    assert found.status_code == 200, found.text
    assert found.json()["verdict"]["policy"] == "elsewhere@2026.1"
    assert found.json()["menu"]
    assert len(opa.asked) == 1
    assert all(one["recourse"] is None for one in found.json()["recourse"])


async def test_a_clock_that_runs_out_asks_too(deploy: Deploy, opa: Opa, clock: Clock) -> None:
    settings = deploy("elsewhere")
    pack(folder_of(settings), ("information_days = 30", 'information_days = 30\nlapse_action = "decide"'))
    write_remote(folder_of(settings), opa.url, "", ('settings = "standard"', 'settings = "own"'))
    async with people_of(settings, clock) as people:
        await people.post()
        opa.says(REJECTS)
        before = len(opa.asked)
        clock.advance(days=31)
        assert await worker_of(people.service.app).sweep() == 1
        await people.look()
        assert (people.state, len(opa.asked)) == ("rejected", before + 1)
        assert people.case["decision"]["reasons"][0]["code"] == "SCORE_TOO_LOW"


async def test_a_shadow_elsewhere_is_asked_beside_and_nothing_follows(deploy: Deploy, opa: Opa, clock: Clock) -> None:
    settings = deploy("standard")
    write_remote(folder_of(settings), opa.url)
    opa.says(REJECTS)
    async with people_of(settings, clock) as people:
        await people.do("risk", "/v1/policies/elsewhere/shadow", {"reason": "To see."})
        await people.offered()
        assert people.case["policy"]["id"].startswith("standard@")
        [*_, latest] = await people.read("/v1/policies/elsewhere/differences", "risk")
        assert (latest["active"]["outcome"], latest["shadow"]["outcome"]) != ("reject", "approve")
        kinds = {(row.kind, row.answer is not None) for row in await rows(people)}
        assert kinds == {("active", False), ("shadow", True)}
        assert (await replayed(people, settings)).well


@pytest.mark.parametrize(
    ("answer", "fault"),
    (
        (lambda to, _: send(to, {}, status=500), "it answered with the status 500"),
        (lambda to, _: send(to, b"<html>"), "the answer is no JSON"),
        (lambda to, _: send(to, {"result": {"outcome": "yes"}}), "the answer is not as agreed at outcome: enum"),
        (endless, "its answer is larger than 100000 bytes"),
        (hanging_up, "it cannot be reached: RemoteProtocolError"),
    ),
)
async def test_a_remote_policy_that_fails_is_a_matter_for_a_person(
    people: People, opa: Opa, tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler, Json], None], fault: str
) -> None:
    opa.answer = answer
    await people.post()

    assert (people.state, people.case["decision"]) == ("in_review", None)
    assert people.case["review"]["verdict"]["outcome"] == "manual"
    assert faults(people) == [fault]
    assert [row.answer for row in await rows(people)] == [{"result": None, "fault": fault}]
    assert (await replayed(people, settings_of(people, tmp_path))).well
    opa.says(APPROVES)
    await people.do("wu", "reviews")
    assert faults(people) == []


async def test_a_breaker_keeps_waits_away_from_the_next_case(deploy: Deploy, opa: Opa, clock: Clock) -> None:
    settings = deploy("elsewhere")
    write_remote(folder_of(settings), opa.url, "deadline = 0.2\n" + CLOSED_AT_ONCE)
    opa.answer = silent(opa)
    async with people_of(settings, clock) as people:
        await people.post()
        assert faults(people) == ["it did not answer within 0.2 s"]
        await people.do("wu", "reviews")
        assert faults(people) == ["it is not asked for a while, because it failed several times in a row"]
        assert len(opa.asked) == 1


async def test_nothing_is_open_and_nobody_waits_while_the_policy_is_asked(people: People, opa: Opa) -> None:
    await people.post()
    opa.reached.clear()
    opa.answer = lambda to, _: send(to, {"result": APPROVES}) if opa.free.wait() else None
    review = asyncio.create_task(people.ask("wu", "POST", "reviews", {}))
    assert await asyncio.to_thread(opa.reached.wait, 10)
    database = people.service.app.state.parts.database

    assert [pool.checkedout() for pool in (database.engine.pool, database._readers.pool)] == [0, 0]
    other = await people.ask("wu", "POST", "assign", {"assignee": "wu"})
    assert (other.status_code, review.done()) == (200, False)
    opa.free.set()
    answer = await review
    assert answer.status_code == 201, answer.text


async def changing(service: Service, people: People) -> Callable[[int], Awaitable[httpx.Response]]:
    """Return a deed that changes the facts of the case without judging it: somebody else's, at the same moment."""
    key = await service.key("caseworker", "ren")

    async def change(days: int) -> httpx.Response:
        body = {"loans": [li_loan_json(id=people.case["application"]["loans"][0]["id"], days_past_due=days)]}
        return await service.call(key, "PUT", f"{people.path}/loans", body, If_Match="*")

    return change


@pytest.mark.parametrize(("times", "outcome"), ((1, "answered"), (2, "answered"), (9, "fault")))
async def test_the_facts_that_were_judged_are_those_that_were_asked_about(
    deploy: Deploy, opa: Opa, clock: Clock, times: int, outcome: str
) -> None:
    """Where they change between asking and locking it is asked again, and not for ever."""
    settings = deploy("elsewhere", automatic=False)
    write_remote(folder_of(settings), opa.url, "deadline = 10")
    async with people_of(settings, clock) as people:
        await people.post()
        change, loop, left = await changing(people.service, people), asyncio.get_running_loop(), [times]

        def answer(to: BaseHTTPRequestHandler, _asked: Json) -> None:
            if left[0]:
                left[0] -= 1
                done = asyncio.run_coroutine_threadsafe(_as_response(change(100 + left[0])), loop).result(10)
                assert done.status_code == 200, done.text
            send(to, {"result": APPROVES})

        opa.answer = answer
        answered = await people.ask("wu", "POST", "reviews", {})
        assert answered.status_code == 201, answered.text
        await people.look()
        last = (await rows(people))[-1]
        told = [asked["input"]["case"]["days_past_due"] for asked in opa.asked]
        assert len(told) == min(times + 1, 3)
        if outcome == "answered":
            assert (faults(people), last.facts["case"]["days_past_due"]) == ([], told[-1])
        else:
            assert faults(people) == ["the facts changed each time while it was asked"]
            assert people.case["review"]["verdict"]["outcome"] == "manual"
        assert (await replayed(people, settings)).well


async def _as_response(deed: Awaitable[httpx.Response]) -> httpx.Response:
    return await deed


async def test_a_request_sent_twice_at_once_is_done_once(people: People, opa: Opa) -> None:
    """The claim of its key is undone with the rest while the policy is asked; whoever comes second gets the answer."""
    await people.post()
    count, tasks = len(await rows(people)), []
    opa.answer = lambda to, _: send(to, {"result": APPROVES}) if opa.free.wait() else None
    for _ in range(2):
        opa.reached.clear()
        tasks.append(asyncio.create_task(people.ask("wu", "POST", "reviews", {}, Idempotency_Key="same")))
        assert await asyncio.to_thread(opa.reached.wait, 10)
    opa.free.set()
    first, second = await asyncio.gather(*tasks)
    answers = sorted((first, second), key=lambda a: a.status_code)
    assert answers[0].status_code == 201
    if answers[1].status_code == 201:
        assert answers[0].content == answers[1].content
    else:
        assert answers[1].status_code == 409
    assert len(await rows(people)) == count + 1


async def test_a_case_that_a_person_decides_under_a_remote_policy_goes_on_without_asking(
    people: People, opa: Opa
) -> None:
    opa.says({"outcome": "manual", "programmes": APPROVES["programmes"]})
    await people.post()
    await people.hand_in_all()
    if people.state != "in_review":
        await people.do("wu", "reviews")
    assert people.state == "in_review"
    before = len(opa.asked)
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    await people.do("wu", "offers")
    assert (people.state, len(opa.asked)) == ("offered", before)


async def test_a_recorded_answer_under_a_digest_that_is_gone_or_is_no_remote_policys_is_told(
    people: People, opa: Opa, tmp_path: Path
) -> None:
    await people.post()
    parts = people.service.app.state.parts
    standard = look(None).known["standard"].digest
    for digest, told in (
        ("gone", "the digest gone is no longer there"),
        (standard, "it keeps the answer of a remote policy, and what has its digest is none"),
    ):
        async with parts.database.writing() as session:
            for row in await rows(people):
                (await session.get_one(ReviewRow, row.id)).digest = digest
        result = await replayed(people, settings_of(people, tmp_path))
        assert (result.identical, len(result.wrong)) == (0, result.total)
        assert result.wrong[0].endswith(told)
