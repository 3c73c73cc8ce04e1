"""The command that writes facts of loans, real ones or drawn ones, for backtests to read."""

import json
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from service.demo.facts import columns_of, facts_of
from service.demo.population import drawn
from service.demo.rows import Row, rows
from service.storage.documents import dump

CHUNK: Final = 1000


def write_facts(
    *,
    count: Annotated[
        int | None,
        typer.Option(min=1, max=100_000_000, help="Draw so many loans, instead of the real ones of the demo."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same loans.")] = 1,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day as of which facts hold; today if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="A file; standard output if left out.")] = None,
) -> None:
    """Write facts as NDJSON for `parley policy backtest`: of the demo's 54 real loans, or of as many drawn ones."""
    day = on.date() if on is not None else datetime.now(UTC).date()
    with _written(out) as file:
        if count is None:
            file.writelines(map(_Line(day), rows()))
            return
        for text in _drawn(count, seed=seed, on=day):
            file.write(text)


@dataclass(frozen=True, slots=True)
class _Line:
    """Writes a loan as a line; what is not known is left out of it."""

    on: date

    def __call__(self, row: Row) -> str:
        told: dict[str, Any] = dump(facts_of(row, today=self.on))
        loans = {loan_id: _known(loan) for loan_id, loan in told["loans"].items()}
        line = {
            "id": f"LC-{row.number}",
            "on": self.on.isoformat(),
            "columns": columns_of(row),
            "facts": {"case": _known(told["case"]), "loans": loans},
        }
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class _Draws:
    """Draws loans by their numbers, in another process if need be, and writes them."""

    seed: int
    line: _Line

    def __call__(self, numbers: Sequence[int]) -> str:
        return "".join(map(self.line, drawn(numbers, seed=self.seed)))


def _drawn(count: int, *, seed: int, on: date) -> Iterator[str]:
    """Yield the lines of so many drawn loans, made on all processors and in the order of their numbers."""
    draws = _Draws(seed, _Line(on))
    console = Console(stderr=True)
    chunks = [range(first, min(first + CHUNK, count + 1)) for first in range(1, count + 1, CHUNK)]
    if len(chunks) == 1:
        yield draws(chunks[0])
        return
    with (
        ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        bar = progress.add_task("drawing", total=count)
        # A few at a time: all at once would hold as many lines as were made before they are written.
        for first in range(0, len(chunks), 64):
            for text in pool.map(draws, chunks[first : first + 64]):
                yield text
                progress.advance(bar, CHUNK)


def _known(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


@contextmanager
def _written(path: Path | None) -> Iterator[TextIO]:
    """Open a file, or standard output; a file is only there under its name once it is whole."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
