"""What is written about packs is what the definitions say, and the guide's own commands and packs work."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from service.cli_policies import app
from service.policies.describing import page
from service.policies.pack import Pack, pack_of
from service.policies.pack_schema import pack_schema
from service.policies.registry import shipped_packs
from tests.policies.documents import DOCS, GUIDE, documents
from tests.policies.samples import HEAD, PROGRAMME, needs, rule, small
from tests.policies.test_pack_reading import EVERY_KEY

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "service" / "policies" / "packs"
DOCUMENTS = dict(documents())
VALIDATOR = jsonschema.Draft202012Validator(pack_schema())


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the guide in one language, without the indent of a list."""
    text = GUIDE.read_text(encoding="utf-8")
    return [re.sub(r"(?m)^ {3}", "", found) for found in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)]


def as_json(text: str) -> Any:
    """Return a pack as an editor hands it to a schema: days as text."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_generated_document_is_current(path: Path) -> None:
    """`make docs` writes it anew."""
    assert path.read_text(encoding="utf-8") == DOCUMENTS[path]


def test_every_shipped_pack_has_a_page_and_no_page_is_of_a_pack_that_is_gone() -> None:
    assert {path.stem for path in (DOCS / "policies").glob("*.md")} == set(shipped_packs())


def test_the_small_pack_of_the_guide_is_a_pack() -> None:
    [text] = [block for block in blocks("toml") if "[policy]" in block]

    assert pack_of(text, name="guide").id == "small@1"
    assert list(VALIDATOR.iter_errors(as_json(text))) == []


def test_the_commands_print_the_page_and_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "mine.toml"
    pack.write_text(HEAD + rule("NEVER", "vouched and not vouched"), encoding="utf-8")

    app(["describe", str(pack)], standalone_mode=False)
    assert capsys.readouterr().out == page(small(rule("NEVER", "vouched and not vouched")).book)
    app(["schema"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == pack_schema()
    app(["check", str(pack)], standalone_mode=False)
    assert capsys.readouterr().out.splitlines() == [
        f"{pack}: small@1, no problems",
        "mine.toml: rules[0].when: no sample reaches NEVER",
    ]


def test_the_commands_of_the_guide_change_a_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy, check, *_ = blocks("sh")
    (tmp_path / "service").symlink_to(ROOT / "service")
    subprocess.run(["/bin/bash", "-euc", copy], cwd=tmp_path, check=True)
    changed = tmp_path / "packs" / "standard.toml"

    assert check.strip() == ".venv/bin/parley policy check packs/standard.toml"
    app(["check", str(changed)], standalone_mode=False)
    assert capsys.readouterr().out == f"{changed}: standard@2026.1.mybank, no problems\n"
    assert "`packs/standard.toml: standard@2026.1.mybank, no problems`" in GUIDE.read_text(encoding="utf-8")
    [condition] = [
        one.when.text
        for one in pack_of(changed.read_text(encoding="utf-8"), name="p").book.eligible_when["settlement"]
        if one.code == "LONG_IN_ARREARS"
    ]
    assert condition == "days_past_due >= 120"


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.glob("*.toml")))
def test_a_shipped_pack_keeps_to_the_schema(name: str) -> None:
    assert list(VALIDATOR.iter_errors(as_json((SHIPPED / name).read_text(encoding="utf-8")))) == []


def test_the_schema_is_one_and_lets_every_key_pass() -> None:
    jsonschema.Draft202012Validator.check_schema(pack_schema())

    assert list(VALIDATOR.iter_errors(as_json(EVERY_KEY))) == []


@pytest.mark.parametrize(
    ("text", "where"),
    (
        ("", "$"),
        (f"colour = 3\n{HEAD}", "$"),
        (f"{HEAD}id2 = 3", "$.policy"),
        (f"rules = [{{ code = 'A' }}]\n{HEAD}", "$.rules[0]"),
        (f"unnamed_overdue = 'forget'\n{HEAD}", "$.unnamed_overdue"),
        (f"legal_cap = 11\n{HEAD}", "$.legal_cap"),
        (f"menu = {{ offers = 0 }}\n{HEAD}", "$.menu.offers"),
        (f"menu = {{ offers = 1.5 }}\n{HEAD}", "$.menu.offers"),
        (f"authority = {{ boss = {{}} }}\n{HEAD}", "$.authority"),
        (HEAD + PROGRAMME.replace('kind = "term"', 'kind = "wish"'), "$.programmes[0].instruments[0]"),
        (HEAD + PROGRAMME.replace("step = 6", "step = 'six'"), "$.programmes[0].instruments[0]"),
        (HEAD + PROGRAMME.replace("instalments =", "months ="), "$.programmes[0].instruments[0]"),
    ),
)
def test_the_schema_refuses_what_reading_refuses(text: str, where: str) -> None:
    """An editor shows it while it is typed."""
    assert where in {error.json_path for error in VALIDATOR.iter_errors(as_json(text))}


@pytest.fixture(scope="module")
def everything() -> Pack:
    """Return a pack with every key."""
    return pack_of(EVERY_KEY, name="every.toml")


@pytest.mark.parametrize(
    "line",
    (
        "# Small (小)",
        "`small@1`: a test. In force from 2026-01-01 to 2030-12-31; its days are those of Asia/Shanghai.",
        "| auto | CNY | person | CN |",
        "| proof | `overdue > amount.little` | 90 days | verified | W (为) | guide |",
        "| R | `overdue > amount.little` | fatal: rejected (each loan) | Why. (原因。) | a test |",
        "| M | `insolvent` | a person looks | Why. (原因。) | a test |",
        "| I | `vouched` | is told | Why. (原因。) | a test |",
        "## Programme `waived`: Longer (延长)",
        "| `surplus > 0` | N: Why. (原因。) | a test |",
        "| waive | component interest, fraction 0.5 or 1 |",
        "| waived_interest_max | 1 |",
        "Steps are taken in this order until payment_cut 0.2 is reached. Source: guide.",
        "| capitalise | interest | - | - | - | - | - | <= |",
        "| rate | - | 0.00125 | 0.02 | - | - | loan_to_value > 0.5 | < |",
        "| `legal_cap` | 0.24 | the highest annual rate of interest, penalty and fees together | court practice |",
        "| `unnamed_overdue` | first | what becomes of arrears that no instrument names | default |",
        "| `authority.system.waived_max` | 0.05 | the most it may waive, as a part of the exposure | ours |",
        "| CNY | 5000 |",
        "| CNY | 3 | 2 | 1 |",
        "| answer | Answer (答) | submit | 15 business, beginning_with | start_on_complete | escalate | s |",
        "| quiet | Quiet (静) | contact | accept | performing | - | 0 | - | art. 70 |",
        "| agreement | C | T (文) | art. 70 |",
        "| rejection | X | T (文) | s |",
    ),
)
def test_the_page_of_a_pack_says_all_of_it(everything: Pack, line: str) -> None:
    assert line in page(everything.book).splitlines()


def test_the_page_lists_what_the_lender_has_still_to_confirm() -> None:
    text = page(
        small(
            "[menu]\nrecovery = 0.3\nsource.recovery = 'a guess; calibrate'",
            rule("A", "vouched | secured".replace("|", "or")).replace("a test", "practice (from memory)"),
            PROGRAMME,
            needs("B", "surplus > 0").replace("a test", "no source"),
        ).book
    )

    assert text.partition("## To be confirmed by the lender\n\n")[2] == (
        "* `menu.recovery`: a guess; calibrate\n* `A`: practice (from memory)\n* `longer.B`: no source\n"
    )


def test_the_page_of_a_bare_pack_has_no_empty_tables() -> None:
    assert [line for line in page(small().book).splitlines() if line.startswith("##")] == ["## For whom"]
    assert "open when" not in page(small(PROGRAMME).book)


def test_what_would_break_a_table_is_written_so_that_it_does_not() -> None:
    text = page(small(rule("A", "vouched").replace("Why.", "Either | or.\\nBoth.")).book)

    assert "Either \\| or. Both. (原因。)" in text
