"""Run every benchmark, one after the other; each prints its figures and the ratios to what it is compared with."""

import runpy
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("*.py")):
    if not path.name.startswith("__"):
        print(f"\n== {path.stem}\n")
        runpy.run_module(f"benchmarks.{path.stem}", run_name="__main__")
