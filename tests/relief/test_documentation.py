"""docs/relief.md shows what the code works out, and names every instrument and every refusal."""

import re
from typing import Final

import pytest

from service.domain.errors import RuleBroken
from service.relief import (
    arrangement,
    bringing_forward,
    calendars,
    debt,
    easing,
    layout,
    plan,
    plan_rates,
    settling,
    terms,
)
from service.relief.instruments import ORDER
from tests.relief.worked_examples import BLOCK, BLOCKS, DOCUMENT, TERMS, rewritten

TEXT: Final = DOCUMENT.read_text(encoding="utf-8")
MODULES: Final = (arrangement, bringing_forward, calendars, debt, easing, layout, plan, plan_rates, settling, terms)
REFUSALS: Final = sorted(
    {
        error.code
        for module in MODULES
        for error in vars(module).values()
        if isinstance(error, type) and issubclass(error, RuleBroken) and error is not RuleBroken
    }
)


@pytest.mark.parametrize("name", BLOCKS)
def test_every_worked_block_is_what_the_code_works_out(name: str) -> None:
    """`python -m tests.relief.worked_examples` writes them anew."""
    shown = [block[0] for block in BLOCK.finditer(TEXT) if block[1] == name]

    assert shown == [f"{name} -->\n\n{BLOCKS[name]()}\n\n"]


def test_no_other_block_is_left() -> None:
    assert rewritten(TEXT) == TEXT
    assert TEXT.count("<!-- worked: ") == len(BLOCKS)


@pytest.mark.parametrize("kind", ORDER)
def test_every_instrument_has_a_section_with_a_worked_example(kind: str) -> None:
    assert f"### {kind}\n" in TEXT
    assert [instrument.kind for instrument in TERMS[kind] if instrument.kind == kind]
    assert f"<!-- worked: {kind} -->" in TEXT.split(f"### {kind}\n")[1].split("\n##")[0]


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_explained(code: str) -> None:
    assert f"| `{code}` |" in TEXT


def test_no_refusal_is_explained_that_there_is_not() -> None:
    explained = re.findall(r"^\| `([a-z_]+)` \| ", TEXT.split("## What is refused")[1], re.MULTILINE)

    assert sorted(explained) == REFUSALS
