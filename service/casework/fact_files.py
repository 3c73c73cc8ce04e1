"""Files of facts, read as they come: NDJSON or CSV, a chunk at a time, however large they are."""

import csv
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

from service.casework.backtesting import CHUNK, LinesRefused
from service.casework.fact_lines import FACTS, FromJson, FromRow, Line, Reads

LINE_MAX: Final = 1_000_000
"""Bytes of a line of NDJSON; a longer one is none."""
OWN_COLUMNS: Final = frozenset({"id", "on"})


STANDARD_INPUT: Final = Path("-")


@dataclass(slots=True, kw_only=True)
class FactsFile:
    """A file of facts, or standard input; `at` says how many of its bytes were read."""

    path: Path
    reads: Reads
    at: int = 0

    @property
    def name(self) -> str:
        """What it is called."""
        return "standard input" if self.path == STANDARD_INPUT else self.path.name

    @property
    def size(self) -> int | None:
        """How many bytes it has; nobody knows of standard input."""
        return None if self.path == STANDARD_INPUT else self.path.stat().st_size

    async def chunks(self) -> AsyncIterator[Sequence[Line]]:
        """Yield its lines, so many at a time."""
        chunk: list[Line] = []
        for line in self._rows() if isinstance(self.reads, FromRow) else self._lines():
            chunk.append(line)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _lines(self) -> Iterator[Line]:
        for number, line in self._counted():
            if line.strip():
                yield f"line {number}", line

    def _rows(self) -> Iterator[Line]:
        rows = csv.reader((line.decode("utf-8") for _, line in self._counted()), strict=True)
        try:
            next(rows)
            for row in rows:
                yield f"line {rows.line_num}", row
        except csv.Error as error:
            raise LinesRefused([f"line {rows.line_num}: {error}"]) from None
        except UnicodeDecodeError:
            raise LinesRefused([f"line {rows.line_num + 1}: is not UTF-8"]) from None

    def _counted(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines with their numbers, and keep count of the bytes."""
        with _opened(self.path) as file:
            number = 0
            while line := file.readline(LINE_MAX):
                number += 1
                self.at += len(line)
                if len(line) == LINE_MAX:
                    raise LinesRefused([f"line {number}: is longer than {LINE_MAX:,} bytes"])
                yield number, line


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else path.open("rb")


def open_facts(path: Path, *, today: date, by: Collection[str]) -> FactsFile:
    """Open a file; a CSV by the name of its suffix, whose columns are facts or those that cases are grouped by."""
    if path.suffix.lower() != ".csv":
        return FactsFile(path=path, reads=FromJson(today))
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(LINE_MAX), b"")
            names = tuple(next(csv.reader((line.decode("utf-8-sig") for line in lines), strict=True), ()))
    except (csv.Error, UnicodeDecodeError):
        raise LinesRefused(["line 1: is no line of column names in UTF-8"]) from None
    problems = [f"line 1: {name}: stands there twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    problems += [] if "id" in names else ["line 1: id: is missing"]
    problems += [
        f"line 1: {name}: is no fact; name it with --by to group the cases by it"
        for name in names
        if name not in FACTS | OWN_COLUMNS and name not in by
    ]
    if problems:
        raise LinesRefused(problems)
    return FactsFile(path=path, reads=FromRow(today, names))
