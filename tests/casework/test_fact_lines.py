"""Facts are read strictly from lines and rows; whatever is wrong with one is named by its field."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.casework import fact_files
from service.casework.backtesting import CHUNK, LinesRefused
from service.casework.fact_files import FactsFile, open_facts
from service.casework.fact_lines import FACTS, CaseLine, FromJson, FromRow, LineRefused
from service.domain.facts import CaseFacts, Facts, LoanFacts, described
from service.domain.words import BorrowerKind, HardshipReason, Product
from service.storage.documents import dump

TODAY = date(2026, 11, 24)
READ = FromJson(TODAY)
WORDS = {
    "product": st.sampled_from([p.value for p in Product]),
    "borrower_kind": st.sampled_from([k.value for k in BorrowerKind]),
    "hardship_reason": st.sampled_from([r.value for r in HardshipReason]),
    "income_basis": st.sampled_from(["declared", "evidenced", "verified"]),
}
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "money": st.integers(-(10**13), 10**13),
    "count": st.integers(-1000, 1200),
    "ratio": st.decimals(-10, 10, places=6),
    "flag": st.booleans(),
    "word": st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
    "words": st.lists(st.sampled_from(["holiday", "settlement"]), max_size=2).map(tuple),
}
FACT = {fact.name: st.none() | WORDS.get(fact.name, KINDS[fact.kind]) for fact in described()}


def record(cls: type) -> st.SearchStrategy[Any]:
    """Return records of facts of which some are known."""
    return st.fixed_dictionaries({}, optional={f.name: FACT[f.name] for f in fields(cls)}).map(lambda m: cls(**m))


def line(**facts: Any) -> dict[str, Any]:
    """Return a line as it may be written."""
    return {"id": "C-1", "facts": {"case": facts, "loans": {"L-1": {}}}}


def refused(read: Callable[[Any], CaseLine], raw: Any) -> tuple[str, ...]:
    """Return what is wrong with a line."""
    with pytest.raises(LineRefused) as told:
        read(raw)
    return told.value.problems


@given(case=record(CaseFacts), loan=record(LoanFacts))
def test_facts_are_read_as_they_were_written(case: CaseFacts, loan: LoanFacts) -> None:
    """As stored reviews hold them, with what is not known as null."""
    facts = Facts(case=case, loans={"L-1": loan})
    found = READ(json.dumps({"id": "C-1", "on": "2026-11-15", "facts": dump(facts), "columns": {"region": "north"}}))

    assert found == CaseLine(id="C-1", on=date(2026, 11, 15), facts=facts, columns={"region": "north"})


def test_what_is_left_out_is_not_known_and_the_day_is_today() -> None:
    found = READ(json.dumps(line(exposure=5)))

    assert (found.on, found.columns, found.facts.case) == (TODAY, {}, CaseFacts(exposure=5))


BAD: list[tuple[Any, list[str]]] = [
    (line(exposure="5"), ["facts.case.exposure: Input should be a valid integer"]),
    (line(exposure=True), ["facts.case.exposure: Input should be a valid integer"]),
    (line(exposure=10**17), ["facts.case.exposure: Input should be less than or equal to 10000000000000000"]),
    (line(exposure=1.5, secured=1), ["facts.case.exposure: ", "facts.case.secured: Input should be a valid boolean"]),
    (line(annual_rate="NaN"), ["facts.case.annual_rate: Input should be a finite number"]),
    (line(annual_rate="ten"), ["facts.case.annual_rate: Input should be a valid decimal"]),
    (line(product="boat"), ["facts.case.product: Input should be "]),
    (line(no_such_fact=1), ["facts.case.no_such_fact: there is no such fact"]),
    (line(requested_programmes="holiday"), ["facts.case.requested_programmes: Input should be a valid array"]),
    ({**line(), "colour": 1}, ["colour: there is no such member"]),
    ({"id": "C-1"}, ["facts: is missing"]),
    ({**line(), "id": ""}, ["id: String should have at least 1 character"]),
    ({**line(), "on": "2026-02-30"}, ["on: Input should be a valid date"]),
    ({**line(), "columns": {"a": 1}}, ["columns.a: Input should be a valid string"]),
    ({"id": "C-1", "facts": {"case": {}, "loans": {}}}, ["facts.loans: "]),
    ({"id": "C-1", "facts": {"case": {}, "loans": {"L": {"surplus": 1}}}}, ["facts.loans.L.surplus: there is no such"]),
    ([], ["Input should be an object"]),
]


@pytest.mark.parametrize(("raw", "problems"), BAD)
def test_everything_wrong_with_a_line_is_named_by_its_field(raw: Any, problems: list[str]) -> None:
    told = refused(READ, json.dumps(raw))

    assert len(told) == len(problems)
    assert all(one.startswith(start) for one, start in zip(told, problems, strict=True)), told


@pytest.mark.parametrize("raw", (b"{", b"\xff", b'{"id": "\\ud800"}', b'{"id": NaN}', b"1e999"))
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(READ, raw) != ()


def test_a_row_is_a_case_of_one_loan() -> None:
    names = ("id", "on", "exposure", "annual_rate", "secured", "product", "requested_programmes", "surplus", "region")
    row = ["C-1", "2026-11-15", "-5", "0.144", "true", "auto", "holiday settlement", "", "north"]
    found = FromRow(TODAY, names)(row)

    own = {"exposure": -5, "annual_rate": Decimal("0.144"), "secured": True, "product": "auto"}
    case = CaseFacts(**own, requested_programmes=("holiday", "settlement"), loans=1)  # type: ignore[arg-type]
    loan = LoanFacts(**own)  # type: ignore[arg-type]
    assert found == CaseLine(
        id="C-1", on=date(2026, 11, 15), facts=Facts(case=case, loans={"C-1": loan}), columns={"region": "north"}
    )


@pytest.mark.parametrize("text", ("1_000", "1.5", "５", "1e3", "five", '"5"'))
def test_an_amount_in_a_row_is_a_whole_number(text: str) -> None:
    assert refused(FromRow(TODAY, ("id", "exposure")), ["C-1", text]) != ()


@pytest.mark.parametrize(
    ("row", "problems"),
    (
        (["C-1", "x", "yes", "2026-11-31"], ["exposure", "secured", "on"]),
        (["", "1", "true", ""], ["id: is missing"]),
        (["C-1", "1"], ["has 2 cells, and not 4"]),
    ),
)
def test_everything_wrong_with_a_row_is_named_by_its_column(row: list[str], problems: list[str]) -> None:
    told = refused(FromRow(TODAY, ("id", "exposure", "secured", "on")), row)

    assert len(told) == len(problems)
    assert all(one.startswith(start) for one, start in zip(told, problems, strict=True)), told


async def chunks_of(file: FactsFile) -> list[list[tuple[str, Any]]]:
    """Read a file to its end."""
    return [list(chunk) async for chunk in file.chunks()]


async def test_a_file_is_read_in_chunks_and_every_line_has_its_number(tmp_path: Path) -> None:
    path = tmp_path / "facts.ndjson"
    text = json.dumps(line(exposure=1)) + "\n"
    path.write_text(text * CHUNK + "\n" + text, encoding="utf-8")
    file = open_facts(path, today=TODAY, by=())
    found = await chunks_of(file)

    assert [len(chunk) for chunk in found] == [CHUNK, 1]
    assert [found[0][0][0], found[1][0][0]] == ["line 1", f"line {CHUNK + 2}"]
    assert file.at == file.size == path.stat().st_size
    assert file.name == "facts.ndjson"


async def test_a_csv_is_read_with_its_quotes_and_a_mark_before_its_first_name(tmp_path: Path) -> None:
    path = tmp_path / "facts.CSV"
    path.write_text('\ufeffid,exposure,region\nC-1,5,"north\nand east"\nC-2,6,\n', encoding="utf-8")
    file = open_facts(path, today=TODAY, by=("region",))
    [[first, second]] = await chunks_of(file)

    assert (first, second) == (("line 3", ["C-1", "5", "north\nand east"]), ("line 4", ["C-2", "6", ""]))
    assert file.at == file.size
    assert file.reads(second[1]).columns == {"region": ""}


@pytest.mark.parametrize(
    ("head", "problems"),
    (
        ("id,exposur", ["line 1: exposur: is no fact; name it with --by to group the cases by it"]),
        ("exposure,exposure", ["line 1: exposure: stands there twice", "line 1: id: is missing"]),
        ("", ["line 1: id: is missing"]),
        ('id,"x', ["line 1: is no line of column names in UTF-8"]),
    ),
)
def test_a_csv_of_wrong_columns_is_refused_whole(tmp_path: Path, head: str, problems: list[str]) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(head, encoding="utf-8")

    with pytest.raises(LinesRefused) as told:
        open_facts(path, today=TODAY, by=())
    assert told.value.problems == tuple(problems)


@pytest.mark.parametrize(
    ("content", "problem"),
    (
        (b'id,exposure\nC-1,"5', "line 2: unexpected end of data"),
        (b"id,exposure\nC-1,\xff\n", "line 2: is not UTF-8"),
        (b"id,exposure\n" + b"x" * 1000, "line 2: is longer than 500 bytes"),
    ),
)
async def test_a_csv_that_breaks_off_is_named_by_its_line(
    tmp_path: Path, content: bytes, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_files, "LINE_MAX", 500)
    path = tmp_path / "facts.csv"
    path.write_bytes(content)

    with pytest.raises(LinesRefused) as told:
        await chunks_of(open_facts(path, today=TODAY, by=()))
    assert told.value.problems == (problem,)


def test_every_fact_can_be_a_column() -> None:
    assert {fact.name for fact in described()} == FACTS
