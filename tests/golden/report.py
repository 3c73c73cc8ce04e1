"""Print how many golden vectors pass, by source, in the arithmetic and over HTTP: `python -m tests.golden.report`."""

import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.calculators import Calculators, running
from tests.golden.over_http import trial_of
from tests.golden.registry import CHECKERS
from tests.golden.vectors import Vector, load


def find_checkers() -> None:
    """Import every module of this folder that registers checkers."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith(("check_", "over_http")):
            importlib.import_module(f"tests.golden.{module.name}")


def publisher(vector: Vector) -> str:
    """Return who published a vector, without the particulars of the example."""
    return vector.source.split(",")[0].split(";")[0].split("(")[0].strip()


def report(vectors: Sequence[Vector]) -> int:
    """Print every difference and the table, and answer 1 if a vector does not pass or nothing checks it."""
    find_checkers()
    total, passed, asked, answered = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    with running() as calculators:
        for vector in vectors:
            source = publisher(vector)
            total[source] += 1
            passed[source] += _passes(vector)
            if vector.kind in CHECKERS and trial_of(vector) is not None:
                asked[source] += 1
                answered[source] += _passes_over_http(vector, calculators)
    sys.stdout.write(f"{'passed':>6} {'of':>4}  {'over HTTP':>9} {'of':>4}  source\n")
    for source in sorted(total):
        sys.stdout.write(_line(total[source], passed[source], asked[source], answered[source], source))
    sys.stdout.write(_line(total.total(), passed.total(), asked.total(), answered.total(), "all"))
    return 0 if (passed.total(), answered.total()) == (total.total(), asked.total()) else 1


def main() -> int:
    """Report on all vectors."""
    return report(load())


def _passes(vector: Vector) -> bool:
    checker = CHECKERS.get(vector.kind)
    found = checker(vector) if checker else [f"nothing checks {vector.kind}"]
    for line in found:
        sys.stdout.write(f"{vector.id}: {line}\n")
    return not found


def _passes_over_http(vector: Vector, calculators: Calculators) -> bool:
    trial = trial_of(vector)
    found = trial(vector, calculators) if trial else []
    for line in found:
        sys.stdout.write(f"{vector.id} over HTTP: {line}\n")
    return not found


def _line(total: int, passed: int, asked: int, answered: int, source: str) -> str:
    return f"{passed:>6} {total:>4}  {answered:>9} {asked:>4}  {source}\n"


if __name__ == "__main__":
    sys.exit(main())
