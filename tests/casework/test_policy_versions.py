"""Versions of a policy: activated, kept, judged by as long as a case lives, compared in the shadow, given again."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete
from sqlmodel import col

from service.casework.replaying import Replayed, replay
from service.policies.found import look
from service.policies.registry import Registry
from service.settings import Settings
from service.storage import policies
from service.storage.tables import PolicyVersionRow, ReviewRow
from tests.casework.people import MANUAL, OTHER, People, pack, running
from tests.conftest import Clock

Json = dict[str, Any]

STRICT = ("breaches_24m >= 2", "breaches_24m >= 1")
TWICE = ('version = "2026.1"', 'version = "2026.2"')


@pytest.fixture
def deployment(migrated_url: str, tmp_path: Path) -> Settings:
    """Return a deployment with a pack of its own."""
    folder = tmp_path / "packs"
    return Settings(data=tmp_path, database=migrated_url, policy=pack(folder), packs=folder)


def folder_of(settings: Settings) -> Path:
    """Return the folder of the packs."""
    assert settings.packs is not None
    return settings.packs


async def shown(people: People, policy: str = "own", who: str = "risk") -> Json:
    """Read a policy."""
    answer = await people.ask(who, "GET", f"/v1/policies/{policy}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def replayed(people: People, settings: Settings, *, policy: str | None = None) -> Replayed:
    """Judge again all that the service has judged, as another process would."""
    database = people.service.app.state.parts.database
    async with database.reading() as session:
        kept = await policies.all_versions(session)
    return await replay(database, Registry.of((), look(settings.packs), kept).judged_by, policy=policy)


async def test_the_policy_that_a_deployment_names_is_active_from_its_first_start(
    deployment: Settings, clock: Clock
) -> None:
    for _ in range(2):
        async with running(deployment, clock) as service:
            people = People(service=service)
            found = await shown(people)
            changes = (await people.ask("auditor", "GET", "/v1/policies/own/changes")).json()["items"]

            assert (found["id"], found["state"], found["judges"]) == ("own@2026.1", "active", True)
            assert [(v["state"], v["created_by"], v["usable"]) for v in found["versions"]] == [
                ("active", "system", True)
            ]
            assert [(c["before"], c["after"], c["actor"]) for c in changes] == [("draft", "active", "system")]


async def test_a_case_stays_on_its_version_until_a_caseworker_moves_it(deployment: Settings, clock: Clock) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        await people.post()
        first = people.case["policy"]

        pack(folder_of(deployment), TWICE, ("information_days = 30", "information_days = 21"))
        activated = await people.do("risk", "/v1/policies/own/activate", {"reason": "Shorter."})
        assert (activated["id"], activated["state"], activated["judges"]) == ("own@2026.2", "active", True)
        assert {v["id"]: v["state"] for v in activated["versions"]} == {"own@2026.1": "retired", "own@2026.2": "active"}

        await people.do("wu", "reviews")
        assert people.case["policy"] == first
        assert await people.refused("li", "policy", {"reason": "x"}) == (403, "not_permitted")
        assert await people.refused("wu", "policy", {}) == (422, "invalid")
        reviews = len(await people.read("reviews"))
        await people.do("wu", "policy", {"reason": "In the borrower's favour."})
        assert people.case["policy"] == {"id": "own@2026.2", "digest": activated["digest"]}
        assert people.case["review"]["verdict"]["digest"] == activated["digest"]
        assert len(await people.read("reviews")) == reviews + 1
        [moved] = await people.events("policy_moved")
        assert moved["particulars"]["reason"] == "In the borrower's favour."
        assert moved["particulars"]["before"]["digest"] == first["digest"]

        await people.do("wu", "policy", {"reason": "Again."})
        assert len(await people.events("policy_moved")) == 1
    async with running(deployment, clock) as service:
        later = People(service=service, case=people.case)
        await later.do("wu", "reviews")
        assert (await replayed(later, deployment)).said() == "4 of 4 identical"


@pytest.mark.parametrize("state", ("offered", "agreed", "rejected"))
async def test_a_case_that_is_answered_is_moved_and_judged_and_nothing_follows(
    deployment: Settings, clock: Clock, state: str
) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        if state == "rejected":
            await people.manual()
            await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
        elif state == "agreed":
            await people.agreed()
        else:
            await people.offered()
        await people.look()
        decision = people.case["decision"]["id"]
        pack(folder_of(deployment), TWICE)
        await people.do("risk", "/v1/policies/own/activate")
        await people.do("wu", "policy", {"reason": "All at once."})

        assert (people.state, people.case["decision"]["id"]) == (state, decision)
        assert people.case["review"]["verdict"]["policy"] == "own@2026.2"


async def test_a_case_that_nobody_has_judged_is_on_no_version_yet(people: People) -> None:
    await people.post(submit=False)
    await people.do("wu", "policy", {"reason": "Why not."})

    assert people.case["policy"] is None
    assert await people.events("policy_moved") == []


async def test_a_case_is_judged_by_the_kept_text_whatever_became_of_the_file(
    deployment: Settings, clock: Clock
) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        await people.post()
        pinned = people.case["policy"]
    file = folder_of(deployment) / "own.toml"
    for change in ("\n# a remark\n", "\n[colour]\n", None):
        if change:
            file.write_text(file.read_text() + change)
        else:
            file.unlink()
        async with running(deployment, clock) as service:
            again = People(service=service, case=people.case)
            await again.do("wu", "reviews")
            assert again.case["policy"] == pinned
            assert again.case["review"]["verdict"]["digest"] == pinned["digest"]
            assert (await replayed(again, deployment)).well


async def test_a_broken_pack_takes_nothings_place_and_readyz_says_so(deployment: Settings, clock: Clock) -> None:
    file = folder_of(deployment) / "own.toml"
    whole = file.read_text()
    async with running(deployment, clock) as service:
        people = People(service=service)
        before = await shown(people)
        assert (await service.http.get("/readyz")).json() == {"status": "ok"}
        file.write_text(whole + "\n[colour]\n[menu.shade]\n")
        said = ["own.toml: menu.shade: there is no such key", "own.toml: colour: there is no such key"]

        for name in ("own", "own@2026.1"):
            for deed in ("activate", "shadow"):
                answer = await people.ask("risk", "POST", f"/v1/policies/{name}/{deed}", {})
                assert (answer.status_code, answer.json()["code"]) == (422, "policy_broken")
                assert [e["detail"] for e in answer.json()["errors"]] == said
        answer = await service.http.get("/readyz")
        stays = f"own@2026.1 with the digest {before['digest']} stays active."
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "policies": [*said, stays]})
        assert await shown(people) == before
    async with running(deployment, clock) as service:
        people = People(service=service)
        await people.post()
        assert people.case["policy"]["digest"] == before["digest"]
        assert (await service.http.get("/readyz")).json()["policies"] == [*said, stays]
        file.write_text(whole)
        assert (await service.http.get("/readyz")).json() == {"status": "ok"}


async def test_a_version_that_is_gone_is_an_error_with_a_code_and_the_case_can_be_moved(
    deployment: Settings, clock: Clock
) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        await people.post()
        pack(folder_of(deployment), TWICE)
        await people.do("risk", "/v1/policies/own/activate")
        parts = service.app.state.parts
        async with parts.database.writing() as session:
            await session.execute(delete(PolicyVersionRow).where(col(PolicyVersionRow.id) == "own@2026.1"))
        answer = await people.ask("risk", "POST", "/v1/policies/standard/activate", {})
        assert answer.status_code == 200

        for who, method, path in (("wu", "GET", ""), ("wu", "POST", "reviews"), ("li", "POST", "withdraw")):
            answer = await people.ask(who, method, path, {} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (409, "policy_version_missing"), path
        assert (await people.ask("wu", "GET", "/v1/cases")).status_code == 200
        wrong = await replayed(people, deployment)
        assert (wrong.total, wrong.identical, len(wrong.wrong)) == (1, 0, 1)
        assert wrong.wrong[0].endswith("is no longer there")
        assert (await people.ask("wu", "POST", "policy", {"reason": "Its text is lost."})).status_code == 200
        await people.look()
        assert people.case["policy"]["id"] == "own@2026.2"


async def test_a_shadow_judges_beside_and_nothing_follows_from_it(deployment: Settings, clock: Clock) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        pack(folder_of(deployment), TWICE, STRICT)
        answer = await people.do("risk", "/v1/policies/own@2026.2/shadow", {"reason": "To see."})
        assert (answer["id"], answer["state"], answer["judges"]) == ("own@2026.2", "shadow", False)
        once = [{**MANUAL["loans"][0]["previous_reliefs"][0]}]
        await people.offered(loans=[{**MANUAL["loans"][0], "previous_reliefs": once}])

        assert people.case["policy"]["id"] == "own@2026.1"
        for who in ("li", "partner", "wu", "auditor"):
            assert {r["verdict"]["policy"] for r in await people.read("reviews", who)} == {"own@2026.1"}
        assert "own@2026.2" not in str(await people.events())
        found = await people.read("/v1/policies/own@2026.2/differences", "risk")
        latest = found[0]
        assert latest["case_id"] == people.case["id"]
        assert latest["review_id"] == people.case["review"]["id"]
        assert (latest["active"]["outcome"], latest["shadow"]["outcome"]) == ("approve", "manual")
        assert "outcome" in latest["differs"]
        assert set(latest["shadow"]["reasons"]) > set(latest["active"]["reasons"])
        assert await people.read("/v1/policies/own/differences?limit=100", "wu") == found
        assert await people.read("/v1/policies/own@2026.1/differences", "auditor") == []
        pages, path = [], "/v1/policies/own/differences?limit=1"
        page = (await people.ask("risk", "GET", path)).json()
        while page["next"]:
            pages += page["items"]
            page = (await people.ask("risk", "GET", f"{path}&cursor={page['next']}")).json()
        assert [*pages, *page["items"]] == found
        for who in ("li", "partner", "servicing"):
            assert (await people.ask(who, "GET", "/v1/policies/own/differences")).status_code == 403
        both = await replayed(people, deployment)
        assert (both.well, both.total) == (True, 2 * (await replayed(people, deployment, policy="own@2026.1")).total)

        await people.do("risk", "/v1/policies/own@2026.2/retire")
        total = both.total
        await people.post(loans=[{**MANUAL["loans"][0], "id": "L-9"}])
        assert (await replayed(people, deployment)).total == total + 1


async def test_states_are_changed_by_policy_admins_once_and_the_active_one_that_judges_stays(people: People) -> None:
    for deed in ("activate", "shadow", "retire"):
        for who in ("wu", "zhao", "auditor"):
            assert await people.refused(who, f"/v1/policies/standard/{deed}") == (403, "not_permitted")
        for who in ("li", "partner", "servicing"):
            assert await people.refused(who, f"/v1/policies/standard/{deed}") == (404, "policy_not_found")
        assert await people.refused("risk", f"/v1/policies/nobody/{deed}") == (404, "policy_not_found")
    for deed in ("retire", "shadow"):
        assert await people.refused("risk", f"/v1/policies/standard/{deed}") == (409, "policy_in_use")
    other = next(p for p in await people.read("/v1/policies", "risk") if p["state"] == "draft")
    assert await people.refused("risk", f"/v1/policies/{other['id']}/retire") == (404, "policy_not_found")
    path = f"/v1/policies/{other['id']}"
    for deed, state in (("shadow", "shadow"), ("activate", "active"), ("retire", "retired"), ("activate", "active")):
        for _ in range(2):
            answer = await people.do("risk", f"{path}/{deed}", {"digest": other["digest"], "reason": deed})
            assert (answer["state"], answer["judges"]) == (state, False)
    changes = (await people.ask("risk", "GET", f"{path}/changes")).json()["items"]
    assert [c["after"] for c in changes] == ["shadow", "active", "retired", "active"]
    assert {(c["actor"], c["policy"]) for c in changes} == {("risk", other["id"])}
    assert await people.refused("risk", f"{path}/activate", {"digest": "0" * 64}) == (404, "policy_not_found")


async def test_another_process_follows_and_knows_the_version_of_a_case_at_once(
    deployment: Settings, clock: Clock
) -> None:
    async with running(deployment, clock) as one, running(deployment, clock) as other:
        people, elsewhere = People(service=one), People(service=other)
        assert (await shown(elsewhere))["id"] == "own@2026.1"
        pack(folder_of(deployment), TWICE)
        await people.do("risk", "/v1/policies/own/activate")
        await people.post()
        elsewhere.case = people.case

        await elsewhere.do("wu", "reviews")
        assert elsewhere.case["policy"]["id"] == "own@2026.2"
        assert (await shown(elsewhere))["id"] == "own@2026.2"
        await other.app.state.parts.in_force.freshen(now=True)
        assert [p["policy"] for p in await elsewhere.read("/v1/programmes")] == ["own@2026.2"]


async def test_assessments_and_programmes_answer_from_the_active_version(deployment: Settings, clock: Clock) -> None:
    async with running(deployment, clock) as service:
        people = People(service=service)
        await people.post(submit=False)
        body = people.case["application"]
        for loan in body["loans"]:
            del loan["source"]
        pack(folder_of(deployment), TWICE)

        async def answered() -> tuple[str, str]:
            found = (await people.ask("partner", "POST", "/v1/assessments", body)).json()
            return found["verdict"]["policy"], (await people.read("/v1/programmes"))[0]["policy"]

        assert await answered() == ("own@2026.1", "own@2026.1")
        await people.do("risk", "/v1/policies/own/activate")
        assert await answered() == ("own@2026.2", "own@2026.2")


async def test_replay_names_what_differs(people: People, tmp_path: Path) -> None:
    await people.offered()
    settings = Settings(data=tmp_path)
    assert (await replayed(people, settings)).well
    database = people.service.app.state.parts.database
    row_id = people.case["review"]["id"]
    async with database.writing() as session:
        row = await session.get_one(ReviewRow, UUID(row_id))
        row.verdict = {**row.verdict, "outcome": "reject", "more": 1}
    found = await replayed(people, settings)

    assert found.identical == found.total - 1
    assert found.wrong == [f"review {row_id} of case {people.case['id']}, standard@2026.1: differs in /outcome, /more"]
    assert (await replayed(people, settings, policy="stand")).total == 0
