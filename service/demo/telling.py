"""Where a case is told step by step, in Chinese with short English captions, and what has come of it."""

from dataclasses import dataclass, field
from typing import Final

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from service.demo.balance import Proofs

INDENT: Final = (0, 0, 0, 3)


class StoryBroke(Exception):
    """The service answered in a way in which the story cannot go on."""


@dataclass(slots=True)
class Telling:
    """The story so far: where it is told, and what has come of it."""

    console: Console
    titles: dict[str, str]
    proofs: Proofs = field(default_factory=Proofs)

    def step(self, number: int, chinese: str, english: str) -> None:
        """Begin a step."""
        self.console.print()
        self.console.print(Text.assemble((f"{number}. {chinese}", "bold cyan"), (f"   {english}", "dim")))

    def say(self, chinese: str, english: str = "") -> None:
        """Say a sentence, with what it means in English below it."""
        self.show(Text(chinese))
        if english:
            self.show(Text(english, style="dim"))

    def show(self, what: RenderableType) -> None:
        """Show something below the step."""
        self.console.print(Padding(what, INDENT, expand=False))

    def expect(self, holds: object, sentence: str) -> None:
        """Break off, with a sentence, where the service did not do what the story needs."""
        if not holds:
            raise StoryBroke(sentence)

    def title(self, programme: str | None) -> str:
        """Return a programme's name."""
        return self.titles.get(programme or "", programme or "—")
