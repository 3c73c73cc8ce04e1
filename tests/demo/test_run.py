"""The whole demo: 54 real loans and Li's story, with a server of its own, into a file as into a terminal."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from service import cli_policies, cli_records
from service.demo import run as demo
from service.demo.balance import Proofs
from service.demo.run import KeyWanted, Played
from service.demo.telling import Telling
from service.settings import Settings
from tests.demo.accounts import NO_PLAN, account, rejected


async def played(data: Path, console: Console) -> Played:
    """Play the demo over an empty folder, today."""

    async def make_keys(wanted: Sequence[KeyWanted]) -> Sequence[str]:
        return await cli_records.create_keys(Settings.of(data=data), wanted)

    async def replay() -> tuple[bool, str]:
        replayed = await cli_policies.replay_now(Settings.of(data=data))
        return replayed.well, replayed.said()

    today = datetime.now(UTC).date()
    return await demo.run(console, data=data, today=today, make_keys=make_keys, replay=replay)


async def test_all_54_cases_come_to_an_end_and_show_what_the_service_is_for(tmp_path: Path) -> None:
    """Many agree, by several programmes; some counter, some settle, some are rejected with grounds, some decline."""
    into = StringIO()
    done = await played(tmp_path, Console(file=into, width=100, highlight=False))
    cases, text = done.accounts, into.getvalue()

    assert [case.fault for case in cases] == [None] * 54
    assert done.well
    states, agreed = Counter(case.state for case in cases), [c for c in cases if c.state == "agreed"]
    assert states["agreed"] >= 27
    assert 5 <= states["rejected"] <= 22
    assert states["declined"] >= 2
    assert len({case.programme for case in agreed}) >= 5
    assert sum(case.took == "recommended" for case in agreed) >= 20
    assert {case.granted_by for case in agreed} == {"system", "two supervisors"}
    assert {"accepted", "countered"} <= {case.countered for case in cases}
    for case in cases:
        assert case.uploads == 2
        assert case.state != "rejected" or any(r["threshold"] for r in case.reasons)
    assert all(
        said in text for said in ("54 of 54 negotiated", "54 of 54 cases came", "¥3,934.90", "What they come to")
    )
    [again] = re.findall(r"All reviews judged again from what is stored: (\d+) of (\d+) identical\.", text)
    assert again[0] == again[1]
    assert int(again[0]) > 54
    assert all(case.reference in text for case in cases)
    assert max(Console(width=200).render_str(line).cell_len for line in text.splitlines()) <= 100
    assert done.caseworker_key.startswith("plk_")


@pytest.mark.parametrize(
    ("fault", "wrong", "well"),
    ((None, {}, True), ("The case rests in draft.", {}, False), (None, {"offer": ["L-1: out by 1."]}, False)),
)
def test_it_is_well_only_when_every_case_ended_and_every_plan_balances(
    fault: str | None, wrong: dict[str, list[str]], *, well: bool
) -> None:
    into = StringIO()
    console = Console(file=into, width=100)
    cases = [account(proofs=Proofs(checked={"offer"}, wrong=wrong)), rejected(NO_PLAN, fault=fault)]

    assert demo._conclude(console, cases, Telling(console, {}), replayed="2 of 2 identical", seconds=1.0) is well
    for said in (fault, *(sentence for found in wrong.values() for sentence in found)):
        assert said is None or said in into.getvalue()


def test_without_a_rejection_none_is_explained() -> None:
    into = StringIO()
    demo._report(Console(file=into, width=100), [account()])

    assert "Why a case was rejected" not in into.getvalue()
