"""The commands of backtests: what docs/backtests.md says they do, and what they refuse."""

import csv
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.casework.fact_lines import FromJson
from service.demo.facts import facts_of
from service.demo.rows import rows
from service.policies.found import shipped_packs
from service.policies.pack import pack_of
from tests.casework.people import pack
from tests.commands import Ended, Parley

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "backtests.md"
STRICTER = ('"surplus > 0"', '"surplus > 0.5 * contractual_payment"')


@pytest.fixture
def loans(parley: Parley, tmp_path: Path) -> Path:
    """Return a file of the facts of the real loans."""
    path = tmp_path / "loans.ndjson"
    assert parley("policy", "facts", "--out", str(path)) == Ended(0, "", "")
    return path


@pytest.fixture
def stricter(tmp_path: Path) -> str:
    """Return the file of a pack with another threshold."""
    pack(tmp_path / "packs", ('version = "2026.1"', 'version = "2026.2"'), STRICTER)
    return str(tmp_path / "packs" / "own.toml")


def test_the_three_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    """Pasted into bash in a clone, with a browser that only says what it was asked to open."""
    [block] = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    commands = [line for line in block.splitlines() if not line.startswith("#")]
    told = [line.removeprefix("# → ") for line in block.splitlines() if line.startswith("# → ")]
    (tmp_path / "service").symlink_to(ROOT / "service")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    search = os.pathsep.join((str(Path(sys.executable).parent), kept["PATH"]))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],  # noqa: S607
        cwd=tmp_path, env={**kept, "PATH": search, "BROWSER": "echo opened %s"}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert len(commands) == 3
    lines = done.stdout.splitlines()
    assert [line for line in lines if line in told] == told
    assert f"opened {(tmp_path / 'report.html').as_uri()}" in lines
    assert "<h1>standard@2026.2" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("today", (date(2026, 1, 31), date(2026, 2, 28), date(2027, 7, 1), date(2028, 2, 29)))
def test_what_the_page_says_of_the_real_loans_is_so_on_every_day(today: date) -> None:
    text = shipped_packs()["standard"].text
    old, new = (pack_of(t, name="standard.toml") for t in (text, text.replace(STRICTER[0] + "\n", STRICTER[1] + "\n")))
    facts = [facts_of(row, today=today) for row in rows()]
    outcomes = [(old.answer(f, on=today).outcome.value, new.answer(f, on=today).outcome.value) for f in facts]

    assert outcomes.count(("approve", "reject")) == 9
    assert outcomes.count(("approve", "approve")) == 40


def test_the_line_that_the_page_shows_can_be_read() -> None:
    [shown] = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = FromJson(date(2026, 11, 24))(shown)

    assert (found.id, found.on, dict(found.columns)) == ("C-1", date(2026, 11, 15), {"region": "north"})
    assert found.facts.loans["L-001"].days_past_due == 45


def test_figures_report_and_changes_say_the_same(parley: Parley, loans: Path, stricter: str, tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("json", "html", "csv")}
    done = parley(
        "policy", "backtest", stricter, "--against", "standard", "--facts", str(loans), "--by", "grade", "--by", "home",
        "--json", str(files["json"]), "--html", str(files["html"]), "--changes", str(files["csv"]),
    )  # fmt: skip
    figures: dict[str, Any] = json.loads(files["json"].read_text(encoding="utf-8"))
    with files["csv"].open(encoding="utf-8", newline="") as file:
        changes = list(csv.DictReader(file))

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "own@2026.2 against standard@2026.1: 54 cases, 9 change"
    assert figures["source"] == "loans.ndjson"
    assert [case["id"] for case in figures["changed"]["cases"]] == [change["id"] for change in changes]
    assert len(changes) == figures["changed"]["count"] == 9
    assert changes[0]["gained"].split() == figures["changed"]["cases"][0]["gained"]
    assert [segment["column"] for segment in figures["segments"]] == ["product", "hardship_reason", "grade", "home"]
    assert figures["total"]["relief_cost"][0]["currency"] == "USD"
    page = files["html"].read_text(encoding="utf-8")
    assert all(change["id"] in page for change in changes)


def test_several_processes_and_a_csv_give_the_same(parley: Parley, loans: Path, stricter: str, tmp_path: Path) -> None:
    """Facts that a CSV can hold: one loan in each row."""
    lines = [json.loads(line) for line in loans.read_text(encoding="utf-8").splitlines()]
    names = sorted({name for line in lines for name in line["facts"]["case"]} - {"requested_programmes"})
    table = tmp_path / "loans.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "on", "grade", *names])
        for line in lines:
            case = line["facts"]["case"]
            cells = [json.dumps(case[n]).strip('"') if n in case else "" for n in names]
            writer.writerow([line["id"], line["on"], line["columns"]["grade"], *cells])
    many = tmp_path / "many.ndjson"
    many.write_text(loans.read_text(encoding="utf-8") * 30, encoding="utf-8")
    ask = ("policy", "backtest", stricter, "--against", "standard", "--by", "grade", "--facts")

    assert parley(*ask, str(table)) == parley(*ask, str(loans))
    assert parley(*ask, str(many), "--processes", "2") == parley(*ask, str(many), "--processes", "1")


def test_bad_lines_are_named_and_nothing_is_written(parley: Parley, loans: Path, tmp_path: Path) -> None:
    lines = loans.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace('"exposure":', '"exposur":', 1)
    lines[7] = "{"
    loans.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    done = parley(
        "policy", "backtest", "standard", "--against", "standard", "--facts", str(loans),
        "--json", str(out), "--html", str(out), "--changes", str(out),
    )  # fmt: skip

    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[:1] == ["line 4: facts.case.exposur: there is no such fact"]
    assert done.err.splitlines()[-1].startswith("line 8: Invalid JSON")
    assert not out.exists()
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    (
        (("standard", "--against", "nobody", "--facts", "{loans}"), 1, "parley: There is no policy nobody."),
        (("nowhere.toml", "--against", "standard", "--facts", "{loans}"), 1, "nowhere.toml: cannot be read"),
        (("standard", "--against", "standard"), 2, "give one of both"),
        (("standard", "--against", "standard", "--stored", "--facts", "{loans}"), 2, "give one of both"),
        (("standard", "--against", "standard", "--facts", "nowhere"), 2, "there is no file nowhere"),
        (("standard", "--against", "standard", "--facts", "{loans}", "--open"), 2, "no report without --html"),
        (("standard", "--against", "standard", "--facts", "{loans}", "--by", "shoe_size"), 1, "--by shoe_size: is no"),
        (("standard", "--against", "standard", "--stored", "--by", "grade"), 1, "--by grade: is no fact"),
    ),
)
def test_what_cannot_be_done_is_said(
    parley: Parley, loans: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = parley("policy", "backtest", *(a.format(loans=loans) for a in arguments))

    assert done.code == code
    assert said in " ".join(done.err.split()), done.err
    assert done.out == ""


def test_a_column_of_too_many_values_is_named(parley: Parley, loans: Path, tmp_path: Path) -> None:
    line = json.loads(loans.read_text(encoding="utf-8").splitlines()[0])
    texts = [json.dumps({**line, "columns": {"name": f"N-{n}"}}) for n in range(201)]
    loans.write_text("\n".join(texts), encoding="utf-8")
    ask = ("policy", "backtest", "standard", "--against", "standard", "--facts", str(loans), "--by", "name")

    assert parley(*ask) == Ended(
        1, "", "parley: name has more than 200 different values: it does not divide the cases into groups.\n"
    )
    assert list(tmp_path.glob("*.json")) == []


def test_stored_cases_are_none_in_a_new_deployment(parley: Parley) -> None:
    done = parley("policy", "backtest", "cn-small-business", "--against", "standard", "--stored")

    assert done.out == "cn-small-business@2026.1 against standard@2026.1: 0 cases, 0 change\napproved: 0 → 0\n"


def test_drawn_facts_are_the_same_for_the_same_seed_and_can_be_backtested(parley: Parley, tmp_path: Path) -> None:
    """More than one process draws them, and more than one judges."""
    paths = [tmp_path / name for name in ("one", "two", "other")]
    for path, seed in zip(paths, ("5", "5", "6"), strict=True):
        count = "1100" if seed == "5" else "20"
        assert parley("policy", "facts", "--count", count, "--seed", seed, "--out", str(path)).code == 0
    first, second, other = (path.read_text(encoding="utf-8").splitlines() for path in paths)

    assert first == second
    assert len(first) == 1100
    assert first[:20] != other
    done = parley("policy", "backtest", "standard", "--against", "standard", "--facts", str(paths[0]))
    assert done.out.startswith("standard@2026.1 against standard@2026.1: 1,100 cases, 0 change\n")
    written = parley("policy", "facts", "--count", "3", "--seed", "5", "--on", "2026-11-24").out.splitlines()
    assert [json.loads(line)["id"] for line in written] == ["LC-1", "LC-2", "LC-3"]
