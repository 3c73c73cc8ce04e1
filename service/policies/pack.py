"""A policy pack: a policy written as data, judged by compiled conditions."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar, Final

from service.domain.answers import Answer
from service.domain.facts import Facts
from service.domain.policy import Verdict
from service.domain.settings import PolicySettings
from service.policies.judging import judge
from service.policies.pack_reading import PackBroken, read_pack
from service.policies.rules import Rulebook
from service.policies.swift import Swift

JUDGEMENT: Final = "2"
"""The version of how packs are judged; it is part of every digest, because it can change answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that was read without problems; it implements `Policy`."""

    kind: ClassVar[str] = "pack"

    book: Rulebook
    digest: str
    text: str
    swift: Swift = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "swift", Swift(self.book))

    @property
    def id(self) -> str:
        """Name and version."""
        return self.book.id

    @property
    def name(self) -> str:
        """The name without the version."""
        return self.id.partition("@")[0]

    @property
    def settings(self) -> PolicySettings:
        """All figures that are not the verdict itself."""
        return self.book.settings

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Judge the facts as of a local day; the same facts give the same verdict on every day it is in force."""
        return judge(self.book, facts, on=on, digest=self.digest)

    def answer(self, facts: Facts, *, on: date) -> Answer:
        """Answer in short, without trace and texts: the same as `judge`, and much faster."""
        return self.swift.answer(facts, on=on)


def load_pack(path: Path) -> Pack:
    """Read a pack from a file; raise `PackBroken` with every problem at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackBroken([f"{path.name}: cannot be read as UTF-8 text"]) from error
    return pack_of(text, name=path.name)


def pack_of(text: str, *, name: str) -> Pack:
    """Read a pack from its text; `name` stands before each problem."""
    digest = hashlib.sha256(f"{JUDGEMENT}\n{text}".encode()).hexdigest()
    return Pack(book=read_pack(text, name=name), digest=digest, text=text)


__all__ = ["Pack", "PackBroken", "load_pack", "pack_of"]
