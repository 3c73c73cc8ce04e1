"""Reads golden scenarios: tables of facts and of what a pack makes of them, written to be read by people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from service.domain.facts import Facts, described
from service.domain.policy import Eligibility, ProgrammeVerdict, Verdict
from tests.policies.samples import some_facts

FOLDER: Final = Path(__file__).parent / "scenarios"
KINDS: Final = {fact.name: fact.kind for fact in described()}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row: what differs from the facts above the table, and what should come of it."""

    name: str
    changes: dict[str, Any]
    outcome: str
    programmes: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Scenarios:
    """One file: the pack, the day, the facts that every row starts from, and the rows."""

    pack: str
    on: date
    facts: dict[str, Any]
    rows: tuple[Scenario, ...]

    def facts_of(self, row: Scenario) -> Facts:
        """Return the facts of a row."""
        return some_facts(**{**self.facts, **row.changes})


def scenarios() -> Iterator[Scenarios]:
    """Yield the scenarios of every pack that has some."""
    for path in sorted(FOLDER.glob("*.md")):
        yield read(path)


def read(path: Path) -> Scenarios:
    """Read the scenarios of one pack."""
    text = path.read_text(encoding="utf-8")
    tables = [_rows(part) for part in text.split("\n\n") if part.startswith("|")]
    [day] = [word.strip(":.,") for word in text.split() if word.startswith("20") and word.count("-") == 2]
    start = {name.strip("`"): _value(name.strip("`"), value) for name, value in tables[0]}
    rows = [Scenario(name, _changes(facts), *rest) for name, facts, *rest in tables[1]]
    return Scenarios(path.stem, date.fromisoformat(day), start, tuple(rows))


def programmes_of(verdict: Verdict) -> str:
    """Write what a verdict says of the programmes: open, open if (what is missing), or struck out (why not)."""
    return ", ".join(_told(answer) for answer in verdict.programmes)


def reasons_of(verdict: Verdict) -> str:
    """Write the codes of the reasons of a verdict; an unknown or missing fact is named."""
    names = {"FACT_UNKNOWN", "EVIDENCE_MISSING"}
    return ", ".join(f"{r.code} ({r.fact})" if r.code in names else r.code for r in verdict.reasons)


def _told(answer: ProgrammeVerdict) -> str:
    match answer.eligibility:
        case Eligibility.ELIGIBLE:
            return answer.code
        case Eligibility.CONDITIONAL:
            return f"{answer.code}? ({', '.join(answer.missing)})"
        case Eligibility.INELIGIBLE:
            return f"~~{answer.code}~~ ({', '.join(reason.code for reason in answer.reasons)})"


def _rows(table: str) -> list[list[str]]:
    """Return the cells of a table without its head."""
    lines = [line for line in table.strip().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _changes(cell: str) -> dict[str, Any]:
    pairs = [pair.split("=") for pair in cell.replace("`", "").split(";") if pair.strip()]
    return {name.strip(): _value(name.strip(), value.strip()) for name, value in pairs}


def _value(name: str, text: str) -> Any:
    """Read a value as its fact is: figures may have spaces between thousands, and `unknown` is unknown."""
    if text == "unknown":
        return None
    match KINDS[name]:
        case "money" | "count":
            return int(text.replace(" ", ""))
        case "ratio":
            return Decimal(text)
        case "flag":
            return {"yes": True, "no": False}[text]
        case "words":
            return tuple(text.split())
        case _:
            return text
