"""Markdown for pages that are made from packs: tables, sentences in two languages, figures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

Row = Sequence[object]


def table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a table; nothing where it would have no rows."""
    lines = ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    if lines:
        yield "| " + " | ".join(str(title) for title in head) + " |"
        yield "|" + "---|" * len(head)
        yield from lines


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines under a heading; nothing where there are none."""
    found = list(lines)
    if found:
        yield f"## {title}"
        yield ""
        yield from found


def both(text: Mapping[str, str]) -> str:
    """Return a sentence in English, with the Chinese beside it."""
    return f"{text['en']} ({text['zh-CN']})"


def figure(value: object) -> str:
    """Write a figure as a pack does."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal() | int() | str() | date():
            return str(value)
        case Mapping():
            return ", ".join(f"{name} {figure(one)}" for name, one in value.items())
        case Iterable():
            return ", ".join(figure(one) for one in value)
        case _:
            return "-"


def _cell(value: object) -> str:
    return figure(value).replace("|", "\\|").replace("\n", " ")
