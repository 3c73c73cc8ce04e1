"""The commands on policy versions: activating, listing, and judging again."""

import asyncio
import os
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import col

from service.casework.judging import verdict_on
from service.domain.policy import ReviewKind
from service.policies.found import look
from service.storage import policies, reviews
from service.storage.engine import connect
from service.storage.tables import PolicyVersionRow
from tests.casework.people import pack
from tests.commands import Ended, Parley
from tests.policies.graphs import copy_careful
from tests.policies.opa import write_remote
from tests.policies.samples import facts
from tests.storage.records import add_case, work_of


@pytest.fixture
def own(parley: Parley, kind: str, database_url: str, tmp_path: Path) -> Parley:
    """Return the command in a deployment with a pack of its own, on a database of either kind."""
    pack(tmp_path / "packs")
    for name, value in (("DATABASE", database_url), ("PACKS", str(tmp_path / "packs")), ("POLICY", "own")):
        parley.monkeypatch.setenv(f"PARLEY_{name}", value)
    if kind == "postgresql":
        assert parley("migrate").code == 0
    return parley


def listed(parley: Parley) -> dict[str, list[str]]:
    """Return state and place of each version of our own pack, by id."""
    lines = [line.split() for line in parley("policy", "list").out.splitlines()]
    assert lines[0] == ["POLICY", "STATE", "JUDGES", "PRODUCTS", "DIGEST"]
    return {line[0]: line[1:3] for line in lines if line[0].startswith("own@")}


def test_a_name_or_a_file_is_activated_and_the_one_before_is_retired(own: Parley, tmp_path: Path) -> None:
    assert listed(own) == {"own@2026.1": ["draft", "1"]}
    first = own("policy", "activate", "own", "--reason", "The first.")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("own@2026.1 with the digest ")
    assert first.out.endswith(" is active.\n")
    assert own("policy", "activate", "own") == first
    pack(tmp_path / "elsewhere", ('version = "2026.1"', 'version = "2026.2"'))
    file = str(tmp_path / "elsewhere" / "own.toml")

    assert own("policy", "activate", file, "--as", "shadow").out.endswith(" is shadow.\n")
    assert listed(own) == {"own@2026.1": ["active", "1"], "own@2026.2": ["shadow", "-"]}
    assert own("policy", "activate", file).code == 0
    assert listed(own) == {"own@2026.1": ["retired", "-"], "own@2026.2": ["active", "1"]}
    kept = own("policy", "activate", "own", "--as", "retired")
    assert kept == Ended(1, "", "parley: own@2026.2 judges new cases. Activate another version first.\n")
    assert own("policy", "activate", "nobody") == Ended(1, "", "parley: There is no such policy.\n")
    assert asyncio.run(_changes()) == ["draft active", "draft shadow", "active retired", "shadow active"]


def test_a_broken_file_is_told_whole_and_nothing_changes(own: Parley, tmp_path: Path) -> None:
    assert own("policy", "activate", "own").code == 0
    before = listed(own)
    file = tmp_path / "packs" / "own.toml"
    file.write_text(file.read_text() + "\n[colour]\n[shade]\n")
    said = "own.toml: colour: there is no such key\nown.toml: shade: there is no such key\n"

    for named in ("own", "own@2026.1", str(file)):
        assert own("policy", "activate", named) == Ended(1, "", said)
    assert listed(own) == before
    assert own("policy", "list").err == said
    assert own("policy", "activate", str(tmp_path / "nowhere.toml")).code == 1


def test_replay_says_how_many_are_identical_and_fails_where_a_version_is_gone(own: Parley) -> None:
    assert own("policy", "replay") == Ended(0, "0 of 0 identical\n", "")
    own("policy", "activate", "own")
    asyncio.run(_judged(own.data.parent / "packs"))
    (own.data.parent / "packs" / "own.toml").unlink()

    assert own("policy", "replay") == Ended(0, "2 of 2 identical\n", "")
    assert own("policy", "replay", "--policy", "own@2026.1").out == "2 of 2 identical\n"
    assert own("policy", "replay", "--policy", "standard").out == "0 of 0 identical\n"
    asyncio.run(_forgotten())
    ended = own("policy", "replay")
    assert (ended.code, ended.out) == (1, "0 of 2 identical\n")
    assert [line.rpartition(" ")[0].split(": ")[1].split()[0] for line in ended.err.splitlines()] == ["the", "the"]
    assert ended.err.count("is no longer there") == 2


async def _changes() -> list[str]:
    database = connect(os.environ["PARLEY_DATABASE"])
    async with database.reading() as session:
        found = [f"{event.before} {event.after}" for event in await policies.events_of(session, "own")]
        assert {event.reason for event in await policies.events_of(session, "own")} == {"The first.", None}
    await database.dispose()
    return found


async def _judged(packs: Path) -> None:
    """Keep a review of a case, and the same once more as a shadow's."""
    own = look(packs).known["own"]
    on = date(2026, 11, 15)
    database = connect(os.environ["PARLEY_DATABASE"])
    async with database.writing() as session:
        case = await add_case(work := work_of(session))
        for kind in ReviewKind:
            verdict = verdict_on(facts(), own, on=on)
            await reviews.add(work, case, facts(), verdict, on=on, kind=kind)
    await database.dispose()


async def _forgotten() -> None:
    database = connect(os.environ["PARLEY_DATABASE"])
    async with database.writing() as session:
        await session.execute(delete(PolicyVersionRow).where(col(PolicyVersionRow.name) == "own"))
    await database.dispose()


def test_graphs_and_remote_policies_are_checked_and_activated_by_their_sidecars(own: Parley, tmp_path: Path) -> None:
    drawing = copy_careful(tmp_path / "elsewhere")
    sidecar = write_remote(tmp_path / "elsewhere", "http://127.0.0.1:1")
    for path, policy in ((drawing, "careful@2026.1"), (sidecar, "elsewhere@2026.1")):
        assert own("policy", "check", str(path)) == Ended(0, f"{path}: {policy}, no problems\n", "")
        assert own("policy", "activate", str(path), "--as", "shadow").out.endswith(" is shadow.\n")
        told = own("policy", "describe", str(path))
        assert told == Ended(1, "", f"{path.name}: is no pack; it uses the settings of one\n")
    graph = tmp_path / "elsewhere" / "careful.jdm.json"
    told = own("policy", "check", str(graph))
    assert (told.code, told.err) == (
        1,
        "careful.jdm.json: a graph is read by its sidecar, whose name ends with .graph.toml\n",
    )
    graph.write_text(graph.read_text().replace("case.days_past_due", "case.lateness"))
    problem = "careful.jdm.json: node Reasons (why): inputs[0].field: unknown fact lateness\n"
    assert own("policy", "check", str(drawing)) == Ended(1, "", problem)
    assert own("policy", "activate", str(drawing)) == Ended(1, "", problem)
    assert own("policy", "replay").out == "0 of 0 identical\n"
