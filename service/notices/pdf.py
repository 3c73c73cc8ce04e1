"""A stored letter as a PDF: the same text, paged, with its font embedded; the same letter gives the same file."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from service.notices.marks import Read, read

FOLDER: Final = Path(__file__).parent
FONTS: Final = FOLDER / "fonts"
STANDARD: Final = "ua-1"
"""PDF/UA-1: tagged, with title and language, so that a screen reader reads it in order."""


def pdf_of(html: str, *, at: datetime) -> bytes:
    """Set a stored letter; `at` is when it was sent, to the second the only moment that the file tells."""
    found = read(html)
    made = typst.compile(
        FOLDER / "letter.typ",
        root=FOLDER,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(_shown(found), ensure_ascii=False)},
        pdf_standards=STANDARD,
        timestamp=at.replace(microsecond=0),
    )
    assert isinstance(made, bytes), "one document is one file"
    return made


def _shown(found: Read) -> dict[str, Any]:
    language, _, region = found.language.partition("-")
    shown: dict[str, Any] = _printable({
        "lang": language,
        "region": region or None,
        "title": found.title,
        "lender": found.lender,
        "reference": found.reference,
        "blocks": found.blocks,
    })  # fmt: skip
    return shown


def _printable(value: Any) -> Any:
    """Return a value in which every character can be printed."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _printable(inner) for name, inner in value.items()}
    return [_printable(inner) for inner in value] if isinstance(value, list) else value


def printable(text: str) -> str:
    """Put the number of a character in brackets where the font has no picture of it: a rare name does not vanish."""
    known = covered()
    if all(ord(character) in known for character in text):
        return text
    return "".join(c if ord(c) in known else f"〔U+{ord(c):04X}〕" for c in text)


@cache
def covered() -> frozenset[int]:
    """Return the characters that the font has a picture of."""
    ranges = (FONTS / "covered.txt").read_text(encoding="ascii").split()
    pairs = (entry.partition("-") for entry in ranges)
    return frozenset(n for first, _, last in pairs for n in range(int(first, 16), int(last or first, 16) + 1))
