"""Cases are judged by both versions in as many processes as there are, with the same result as in one."""

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.casework import backtesting
from service.casework.backtesting import Backtest, LinesRefused, Part, WorkersLost, backtest, group_of
from service.casework.fact_lines import CaseLine, FromJson, Line
from service.domain.backtest import Tally
from service.domain.facts import CaseFacts, Facts
from service.domain.policy import Policy
from service.domain.policy_versions import PolicyVersionMissing
from service.policies.kept import version_of
from service.policies.remade import Remade
from service.policies.scope import Scoped
from service.storage.documents import dump
from tests.policies.samples import ON, PROGRAMME, facts, needs, rule, small

OLD = small(PROGRAMME, needs("LATE", "days_past_due >= 30"), rule("POOR", "surplus < 0", 'outcome = "manual"'))
NEW = small(PROGRAMME, needs("LATE", "days_past_due >= 60"), rule("POOR", "surplus < 0", 'outcome = "manual"'))


def wanted(*by: str) -> Backtest:
    """Return a comparison of both packs."""
    old, new = (Remade.of(version_of(pack, name="small"), packs=None) for pack in (OLD, NEW))
    return Backtest(old=old, new=new, reads=FromJson(ON), by=by)


def line(n: int, **changes: Any) -> Line:
    """Return a case, late by so many days."""
    told = {"id": f"C-{n}", "facts": dump(facts(days_past_due=n % 90, surplus=100 - n % 102, **changes))}
    return f"line {n}", json.dumps({**told, "columns": {"third": str(n % 3)}})


async def some(count: int, *, chunk: int = 50, bad: Sequence[int] = ()) -> AsyncIterator[Sequence[Line]]:
    """Yield cases in chunks; those that are bad are no JSON."""
    for first in range(0, count, chunk):
        yield [(f"line {n}", "{") if n in bad else line(n) for n in range(first, min(first + chunk, count))]


async def judged(count: int, *, processes: int, **how: Any) -> tuple[Tally, list[Part]]:
    """Judge so many cases."""
    parts: list[Part] = []
    tally = await backtest(wanted("third", "vouched"), some(count, **how), told=parts.append, processes=processes)
    return tally, parts


async def test_several_processes_find_what_one_finds_in_the_order_of_the_cases() -> None:
    one, first = await judged(400, processes=1)
    two, second = await judged(400, processes=2)

    assert one == two
    assert one.all.cases == 400
    assert sum(part.read for part in second) == 400
    changed = [change.id for part in first for change in part.changed]
    assert (
        changed
        == [change.id for part in second for change in part.changed]
        == [f"C-{n}" for n in range(400) if 30 <= n % 90 < 60 and 100 - n % 102 >= 0]
    )
    assert one.gained == {"LATE": len(changed), "NO_PROGRAMME": len(changed)}
    assert set(one.columns["third"]) == {"0", "1", "2"}
    assert set(one.columns["vouched"]) == {"yes"}


@pytest.mark.parametrize("count", (0, 3, 50))
async def test_few_cases_start_no_process(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "ProcessPoolExecutor", None)
    tally, _ = await judged(count, processes=2)

    assert tally.all.cases == count


@pytest.mark.parametrize("processes", (1, 2))
async def test_lines_that_cannot_be_read_are_named_and_nothing_is_told(processes: int) -> None:
    parts: list[Part] = []
    with pytest.raises(LinesRefused) as refused:
        await backtest(wanted(), some(200, bad=(7, 120)), told=parts.append, processes=processes)

    assert [problem.partition(": ")[0] for problem in refused.value.problems] == ["line 7", "line 120"]
    assert parts == []


async def test_not_more_than_some_are_named() -> None:
    with pytest.raises(LinesRefused) as refused:
        await judged(1000, processes=1, bad=range(1000))
    assert len(refused.value.problems) == backtesting.PROBLEMS_MAX


class Kills:
    """A policy that ends the process that makes it, unless that is the one it is named for."""

    def __init__(self, spared: int) -> None:
        self.spared = spared

    def __call__(self) -> Policy:
        if os.getpid() != self.spared:
            os.kill(os.getpid(), signal.SIGKILL)
        return Scoped(policy=OLD)


async def test_a_process_that_is_killed_is_told_and_nothing_hangs() -> None:
    broken = replace(wanted(), new=Kills(os.getpid()))

    with pytest.raises(WorkersLost, match="A process that judged cases was ended"):
        await backtest(broken, some(400), told=lambda _: None, processes=2)


class Parent:
    """The process that started another one, as that one knows it."""

    def __init__(self) -> None:
        self.gone = threading.Event()

    def join(self) -> None:
        self.gone.wait(10)


def test_a_process_gets_ready_once_and_ends_with_the_one_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run here: what other processes do is seen from outside only."""
    parent, ended = Parent(), threading.Event()
    monkeypatch.setattr(backtesting, "_MADE", [])
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent)
    monkeypatch.setattr(os, "_exit", lambda code: ended.set() if code == 1 else None)
    backtesting._begin(wanted())

    assert backtesting._judge([line(40), line(41)]).tally.all.cases == 2
    assert not ended.is_set()
    parent.gone.set()
    assert ended.wait(10)


async def test_a_version_of_another_digest_is_not_taken_for_it() -> None:
    gone = replace(Remade.of(version_of(OLD, name="small"), packs=None), digest="0" * 64)

    with pytest.raises(PolicyVersionMissing, match="small@1 with the digest 000"):
        await backtest(replace(wanted(), old=gone), some(3), told=lambda _: None)


@pytest.mark.parametrize(
    ("column", "group"),
    (
        ("vulnerable", "yes"),
        ("insolvent", "no"),
        ("dependants", "2"),
        ("product", "auto"),
        ("hardship_reason", ""),
        ("requested_programmes", "holiday, settlement"),
        ("region", "north"),
        ("currency", "as the file says"),
        ("no_such", ""),
    ),
)
def test_a_case_is_in_the_group_of_its_column_or_of_its_fact(column: str, group: str) -> None:
    case = CaseFacts(
        vulnerable=True, insolvent=False, dependants=2, product="auto", currency="CNY",
        requested_programmes=("holiday", "settlement"),
    )  # fmt: skip
    columns = {"region": "north", "currency": "as the file says"}
    told = CaseLine(id="C", on=date(2026, 1, 1), facts=Facts(case=case, loans={}), columns=columns)

    assert group_of(column, told) == group
