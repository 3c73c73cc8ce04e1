"""How many cases a backtest judges in a second, on one processor and on all, against a plain loop over `judge`.

Run it with `python -m benchmarks.backtest [CASES]`. Facts of drawn loans are read from a file of NDJSON and judged by
the standard pack and by a copy with another threshold; outcomes, reasons, programmes, relief cost and four groupings
are counted. The plain loop reads the same lines with the standard library and the storage codec, and judges with trace.
On one core time is the processor's own, so that other load counts less; whole backtests are timed by the clock.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from service.casework.backtesting import Backtest, backtest
from service.casework.fact_files import open_facts
from service.casework.fact_lines import FromJson, Line
from service.cli_facts import write_facts
from service.domain.facts import Facts
from service.policies.found import shipped_packs
from service.policies.kept import version_of
from service.policies.pack import Pack, pack_of
from service.policies.remade import Remade
from service.storage.documents import load

ON: Final = date(2026, 11, 24)
BY: Final = ("product", "hardship_reason", "grade", "home")
BAR: Final = 10_000
PLAIN: Final = 2_000
ROUNDS: Final = 3


def packs() -> tuple[Pack, Pack]:
    """Return the standard pack, and a copy with another threshold."""
    old = shipped_packs()["standard"]
    return old, pack_of(old.text.replace('"surplus > 0"\n', '"surplus > 0.5 * contractual_payment"\n'), name="new")


def wanted() -> Backtest:
    """Return what is compared."""
    old, new = (Remade.of(version_of(pack, name=pack.name), packs=None) for pack in packs())
    return Backtest(old=old, new=new, reads=FromJson(ON), by=BY)


OLD, NEW = packs()
JUDGING: Final = wanted().made()


def plain(lines: Sequence[bytes]) -> Counter[tuple[str, str]]:
    """Judge cases one after the other by both packs, with all that a verdict holds."""
    moves: Counter[tuple[str, str]] = Counter()
    for line in lines:
        facts = load(Facts, json.loads(line)["facts"])
        moves[OLD.judge(facts, on=ON).outcome, NEW.judge(facts, on=ON).outcome] += 1
    return moves


def on_one(lines: Sequence[bytes]) -> Counter[tuple[str, str]]:
    """Judge cases as a backtest does in one of its processes."""
    numbered = [(str(n), line) for n, line in enumerate(lines)]
    return Counter(JUDGING.of(numbered).tally.all.moves)


async def on_all(path: Path, processes: int) -> tuple[float, int]:
    """Run a whole backtest from a file; return the seconds from the second chunk on, when the processes are up."""
    file, began, cases = open_facts(path, today=ON, by=BY), [0.0], [0]

    async def chunks() -> AsyncIterator[Sequence[Line]]:
        async for chunk in file.chunks():
            yield chunk

    def told(part: object) -> None:
        if not began[0]:
            began[0] = perf_counter()
        else:
            cases[0] += part.read  # type: ignore[attr-defined]

    await backtest(wanted(), chunks(), told=told, processes=processes)
    return perf_counter() - began[0], cases[0]


def rate(work: Callable[[Sequence[bytes]], object], lines: Sequence[bytes]) -> float:
    """Return how many cases a second of processor time is enough for: the best of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = process_time()
        work(lines)
        taken.append(process_time() - began)
    return len(lines) / min(taken)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.ndjson"
        write_facts(count=count, seed=1, out=path)
        with path.open("rb") as file:
            lines = list(islice(file, 10_000))
        assert plain(lines[:PLAIN]) == on_one(lines[:PLAIN]), "both ways must say the same"
        slow, quick = rate(plain, lines[:PLAIN]), rate(on_one, lines)
        print(f"plain loop over judge, both packs: {slow:,.0f} cases a second of one core")
        print(f"backtest, one core: {quick:,.0f} cases a second ({quick / slow:.1f} times); the bar is {BAR:,}")
        for processes in (1, os.cpu_count() or 1):
            seconds, cases = asyncio.run(on_all(path, processes))
            name = f"whole backtest of {count:,} cases, {processes} processes"
            print(f"{name}: {cases / seconds:,.0f} cases a second by the clock")
    if quick < BAR:
        raise SystemExit(f"{quick:,.0f} cases a second are under the bar of {BAR:,}.")


if __name__ == "__main__":
    main()
