"""Print how many golden vectors pass, by source: `python -m tests.golden.report`."""

import importlib
import pkgutil
import sys
from collections import Counter
from pathlib import Path

from tests.golden.registry import CHECKERS
from tests.golden.vectors import Vector, load


def find_checkers() -> None:
    """Import every module of this folder that registers checkers."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("check_") or module.name.endswith("_vectors"):
            importlib.import_module(f"tests.golden.{module.name}")


def publisher(vector: Vector) -> str:
    """Return who published a vector, without the particulars of the example."""
    return vector.source.split(",")[0].split(";")[0].split("(")[0].strip()


def main() -> int:
    """Print the table, every difference, and answer 1 if there is any."""
    find_checkers()
    total, passed, unchecked = Counter[str](), Counter[str](), Counter[str]()
    for vector in load():
        source = publisher(vector)
        total[source] += 1
        checker = CHECKERS.get(vector.kind)
        if checker is None:
            unchecked[source] += 1
            continue
        found = checker(vector)
        passed[source] += not found
        for line in found:
            sys.stdout.write(f"{vector.id}: {line}\n")
    sys.stdout.write(f"{'passed':>6} {'of':>4}  source\n")
    for source in sorted(total):
        missing = f" ({unchecked[source]} not checked)" if unchecked[source] else ""
        sys.stdout.write(f"{passed[source]:>6} {total[source]:>4}  {source}{missing}\n")
    sys.stdout.write(f"{passed.total():>6} {total.total():>4}  all ({unchecked.total()} not checked)\n")
    return 0 if passed.total() + unchecked.total() == total.total() else 1


if __name__ == "__main__":
    sys.exit(main())
