"""Judging very many cases by two versions of a policy, on all processors, and counting what differs."""

import asyncio
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Final

from service.casework.fact_lines import CaseLine, Line, LineRefused, Reads
from service.domain.answers import answer_of
from service.domain.backtest import UNKNOWN, Changed, Compared, Said, Tally
from service.domain.policy import Policy
from service.domain.relief_cost import Waivable, relief_cost, waivable

CHUNK: Final = 500
"""How many cases are judged at a time."""
AHEAD: Final = 3
"""How many chunks are read ahead for each process: what is held in memory is bounded by it, not by the cases."""
PROBLEMS_MAX: Final = 20
"""How many lines that cannot be read are named before the rest is given up."""

MakesPolicy = Callable[[], Policy]
"""Makes a policy anew; a plain value, so that it can be sent to another process."""


class LinesRefused(Exception):
    """Lines that are not the facts of a case; nothing is reported of the others."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class WorkersLost(Exception):
    """A process that judged was ended from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What is to be done: which two versions, how cases are read, and by which columns they are grouped."""

    old: MakesPolicy
    new: MakesPolicy
    reads: Reads
    by: tuple[str, ...]

    def made(self) -> "Judging":
        """Make the policies; a process does it once."""
        old, new = self.old(), self.new()
        return Judging(
            backtest=self,
            old=old,
            new=new,
            old_waivable=waivable(old.settings.programmes),
            new_waivable=waivable(new.settings.programmes),
        )


@dataclass(slots=True, kw_only=True)
class Part:
    """What came of one chunk."""

    tally: Tally = field(default_factory=Tally)
    changed: list[Changed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Both versions, ready to judge."""

    backtest: Backtest
    old: Policy
    new: Policy
    old_waivable: Mapping[str, Waivable]
    new_waivable: Mapping[str, Waivable]

    def of(self, chunk: Sequence[Line]) -> Part:
        """Judge a chunk of cases by both."""
        part = Part(read=len(chunk))
        for place, raw in chunk:
            try:
                compared = self._compared(self.backtest.reads(raw))
            except LineRefused as refused:
                part.problems += [f"{place}: {problem}" for problem in refused.problems]
                continue
            part.tally.add(compared)
            if compared.changed:
                part.changed.append(Changed.of(compared))
        return part

    def _compared(self, line: CaseLine) -> Compared:
        facts = line.facts
        return Compared(
            id=line.id,
            on=line.on,
            currency=facts.case.currency,
            groups={column: group_of(column, line) for column in self.backtest.by},
            old=_said(self.old, line, self.old_waivable),
            new=_said(self.new, line, self.new_waivable),
        )


def _said(policy: Policy, line: CaseLine, by_programme: Mapping[str, Waivable]) -> Said:
    answer = answer_of(policy, line.facts, on=line.on)
    return Said(answer=answer, cost=relief_cost(answer, line.facts, by_programme))


def group_of(column: str, line: CaseLine) -> str:
    """Return the group of a case: what its own column says, else the fact of that name."""
    own = line.columns.get(column)
    if own is not None:
        return own
    return _word(getattr(line.facts.case, column, None))


def _word(value: object) -> str:
    """Write a fact as the name of a group."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


Told = Callable[[Part], None]
"""Is told of each part in the order of the cases: for progress, and to write down what changed."""


async def backtest(
    wanted: Backtest, chunks: AsyncIterator[Sequence[Line]], *, told: Told, processes: int | None = None
) -> Tally:
    """Judge all chunks; raise `LinesRefused` where any line could not be read.

    Where there is one chunk at most no other process is started for it.
    """
    tally, problems = Tally(), list[str]()
    async for part in _parts(wanted, chunks, processes=processes or os.cpu_count() or 1):
        problems += part.problems
        if len(problems) >= PROBLEMS_MAX:
            break
        if not problems:
            tally.merge(part.tally)
            told(part)
    if problems:
        raise LinesRefused(problems[:PROBLEMS_MAX])
    return tally


async def _parts(wanted: Backtest, chunks: AsyncIterator[Sequence[Line]], *, processes: int) -> AsyncIterator[Part]:
    """Yield what came of each chunk, in their order."""
    judging = await asyncio.to_thread(wanted.made)
    first = await anext(chunks, None)
    second = await anext(chunks, None)
    if first is None:
        return
    if second is None or processes == 1:
        for chunk in (first, second) if second is not None else (first,):
            yield await asyncio.to_thread(judging.of, chunk)
        async for chunk in chunks:
            yield await asyncio.to_thread(judging.of, chunk)
        return
    # Spawned, for a copy of a process that has threads may hang.
    pool = ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(wanted,)
    )
    try:
        async for part in _in_turn(pool, (first, second), chunks, ahead=processes * AHEAD):
            yield part
    except BrokenProcessPool:
        raise WorkersLost("A process that judged cases was ended.") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _in_turn(
    pool: ProcessPoolExecutor, begun: Sequence[Sequence[Line]], chunks: AsyncIterator[Sequence[Line]], *, ahead: int
) -> AsyncIterator[Part]:
    loop = asyncio.get_running_loop()
    under_way: deque[asyncio.Future[Part]] = deque(loop.run_in_executor(pool, _judge, chunk) for chunk in begun)
    async for chunk in chunks:
        under_way.append(loop.run_in_executor(pool, _judge, chunk))
        if len(under_way) >= ahead:
            yield await under_way.popleft()
    while under_way:
        yield await under_way.popleft()


_MADE: list[Judging] = []
"""What this process judges by, once it has begun."""


def _begin(wanted: Backtest) -> None:
    """Get ready to judge in a process of our own, which ends with the one that started it, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _MADE.append(wanted.made())


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _judge(chunk: Sequence[Line]) -> Part:
    [judging] = _MADE
    return judging.of(chunk)
