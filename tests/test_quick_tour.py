"""The tours in README.md and docs/quick-tour.md do what they say, pasted into bash, against a running service."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.demo import li
from service.demo.server import running
from tests.domain.applications import LI_DAY

ROOT = Path(__file__).parent.parent
TOURS = ("README.md", "docs/quick-tour.md")
START = "make run &"
SECONDS = 120


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def told(block: str) -> list[str]:
    """Return the lines that a block is said to print, in order."""
    return [line.removeprefix("# → ") for line in block.splitlines() if line.startswith("# → ")]


def pasted(script: list[str], *, address: str, data: Path, where: Path) -> list[list[str]]:
    """Run blocks one after the other in one bash, and return the lines that each printed."""
    mark = "----8<----"
    text = f"\necho '{mark}'\n".join(script)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    search = os.pathsep.join((str(Path(sys.executable).parent), kept["PATH"]))
    environment = {**kept, "PATH": search, "PYTHONPATH": str(ROOT), "PARLEY_DATA": str(data), "BASE": address}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],  # noqa: S607
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [part.splitlines() for part in done.stdout.split(mark + "\n")]


@pytest.mark.parametrize("page", TOURS)
async def test_every_block_of_a_tour_does_what_it_says(page: str, tmp_path: Path) -> None:
    """From nothing to an agreement; what is said to be printed is printed, in that order."""
    data, where = tmp_path / "data", tmp_path / "where"
    data.mkdir()
    where.mkdir()
    tour = [block for block in blocks(page, "sh") if not block.startswith("make ")]
    async with running(data) as server:
        printed = pasted(tour, address=server.address, data=data, where=where)

    assert sum(len(told(block)) for block in tour) > 5
    for block, lines in zip(tour, printed, strict=True):
        left = iter(lines)
        for expected in told(block):
            assert expected in left, f"{expected!r} is not among {lines}"


@pytest.mark.parametrize("page", TOURS)
def test_a_tour_starts_the_service_as_make_does(page: str) -> None:
    assert START in [line.partition("#")[0].strip() for block in blocks(page, "sh") for line in block.splitlines()]
    planned = subprocess.run(
        ["make", "--dry-run", "run", "PORT=8123"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip

    assert "parley serve --host 127.0.0.1 --port 8123" in planned.stdout


def test_the_application_that_is_shown_is_lis() -> None:
    """Member by member; what is left out is left out, and nothing else differs."""
    (shown,) = (json.loads(block) for block in blocks("docs/quick-tour.md", "json"))

    assert_part_of(shown, li.application(LI_DAY))


def assert_part_of(shown: Any, whole: Any) -> None:
    """Assert that each member that is shown has the value that it has."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_part_of(value, whole[name])
    elif isinstance(shown, list):
        assert len(shown) == len(whole)
        for one, other in zip(shown, whole, strict=True):
            assert_part_of(one, other)
    else:
        assert shown == whole


PAGES = ("README.md", "docs/quick-tour.md", *(f"docs/decisions/{p.name}" for p in (ROOT / "docs/decisions").iterdir()))


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_points_at_is_there(page: str) -> None:
    """Links to other pages, and files that are named."""
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = [to for to in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in to]
    named = re.findall(r"`((?:service|docs|tests|openapi)/[\w./-]+\.\w+)`", text)

    for to in linked:
        assert ((ROOT / page).parent / to).exists(), f"{page} points at {to}"
    for name in named:
        assert (ROOT / name).exists(), f"{page} names {name}"


def test_every_decision_has_a_number_of_its_own() -> None:
    """The number of the file is that of its heading."""
    names = sorted(path.name for path in (ROOT / "docs/decisions").iterdir())

    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]
    for name in names:
        heading = (ROOT / "docs/decisions" / name).read_text(encoding="utf-8").splitlines()[0]
        assert heading.startswith(f"# {int(name[:4])}. ")
