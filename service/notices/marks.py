"""Reading a stored letter back into blocks: the marks that templates use, and no others."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

Run = dict[str, str]
Block = dict[str, Any]

BLOCKS: Final = frozenset({"h1", "h2", "h3", "p"})
PARTS: Final = {"thead": "head", "tbody": "body", "tfoot": "foot"}
KNOWN: Final = (
    BLOCKS
    | PARTS.keys()
    | {"html", "head", "meta", "style", "title", "body", "main", "header", "strong", "br", "ul", "li", "dl", "dt", "dd"}
    | {"table", "tr", "th", "td"}
)


class MarkUnknown(Exception):
    """A letter has a mark that cannot be set in print; nothing of it is left out silently."""


@dataclass(slots=True)
class Read:
    """What was read of a letter."""

    language: str = ""
    title: str = ""
    blocks: list[Block] = field(default_factory=list)

    @property
    def lender(self) -> str:
        """Return the name at the head of the letter."""
        return next((text_of(block["runs"]) for block in self.blocks if block["kind"] == "lender"), "")

    @property
    def reference(self) -> str:
        """Return what the first of the particulars says: the reference of the case."""
        pairs: list[list[list[Run]]] = next((block["pairs"] for block in self.blocks if block["kind"] == "pairs"), [])
        return text_of(pairs[0][1]) if pairs else ""


def read(html: str) -> Read:
    """Return the blocks of a letter, in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


def text_of(runs: list[Run]) -> str:
    """Return the text of some runs; a break is a blank."""
    return "".join(run["text"] or " " for run in runs)


class _Reader(HTMLParser):
    """Collects runs of text in the innermost place that takes them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Read()
        self._runs: list[Run] | None = None
        self._strong = False
        self._part = "body"
        self._skipping: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a row or a cell."""
        if tag not in KNOWN:
            raise MarkUnknown(f"<{tag}> cannot be set in print.")
        said = dict(attrs)
        if tag == "html":
            self.found.language = said.get("lang") or ""
        elif tag in {"style", "title"}:
            self._skipping = tag
        elif tag in BLOCKS:
            named = said.get("class")
            self._open({"kind": named if named in {"lender", "closing"} else tag, "runs": []})
        elif tag == "ul":
            self.found.blocks.append({"kind": "list", "items": []})
        elif tag == "dl":
            self.found.blocks.append({"kind": "pairs", "pairs": []})
        elif tag == "table":
            self.found.blocks.append({"kind": "table", "head": [], "body": [], "foot": []})
        elif tag in PARTS:
            self._part = PARTS[tag]
        else:
            self._inside(tag, said)

    def _inside(self, tag: str, said: dict[str, str | None]) -> None:
        block = self.found.blocks[-1] if self.found.blocks else {}
        if tag == "li":
            self._runs = []
            block["items"].append(self._runs)
        elif tag in {"dt", "dd"}:
            self._runs = []
            block["pairs"].append([self._runs]) if tag == "dt" else block["pairs"][-1].append(self._runs)
        elif tag == "tr":
            block[self._part].append([])
        elif tag in {"th", "td"}:
            self._runs = []
            cell = {"runs": self._runs, "number": said.get("class") == "n", "heading": tag == "th"}
            block[self._part][-1].append(cell)
        elif tag == "strong":
            self._strong = True
        elif tag == "br" and self._runs is not None:
            self._runs.append({"kind": "break", "text": ""})

    def _open(self, block: Block) -> None:
        self._runs = block["runs"]
        self.found.blocks.append(block)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened; text between blocks is white space."""
        if tag == self._skipping:
            self._skipping = None
        elif tag == "strong":
            self._strong = False
        elif tag in BLOCKS or tag in {"li", "dt", "dd", "th", "td"}:
            self._runs = None

    def handle_data(self, data: str) -> None:
        """Take text where a block is open; in print, as on a screen, white space counts once."""
        if self._skipping == "title":
            self.found.title += data
        if self._skipping is not None or self._runs is None:
            if self._skipping is None and data.strip():
                raise MarkUnknown("There is text outside of any block.")
            return
        text = " ".join(data.split("\n"))
        if text:
            self._runs.append({"kind": "strong" if self._strong else "text", "text": text})
