"""A policy pack: a policy written as data, judged by compiled conditions."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from service.domain.facts import Facts
from service.domain.policy import Verdict
from service.domain.settings import PolicySettings
from service.policies.judging import Rule, judge
from service.policies.pack_reading import PackBroken, read_pack

JUDGEMENT: Final = "1"
"""The version of how packs are judged; it is part of every digest, because it can change answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that was read without problems; it implements `Policy`."""

    id: str
    digest: str
    settings: PolicySettings
    rules: tuple[Rule, ...] = ()
    eligible_when: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name without the version."""
        return self.id.partition("@")[0]

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        """Judge the facts; the same facts give the same verdict."""
        return judge(self, facts)


def load_pack(path: Path) -> Pack:
    """Read a pack from a file; raise `PackBroken` with every problem at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackBroken([f"{path.name}: cannot be read as UTF-8 text"]) from error
    return pack_of(text, name=path.name)


def pack_of(text: str, *, name: str) -> Pack:
    """Read a pack from its text; `name` stands before each problem."""
    read = read_pack(text, name=name)
    digest = hashlib.sha256(f"{JUDGEMENT}\n{text}".encode()).hexdigest()
    return Pack(id=read.id, digest=digest, settings=read.settings, rules=read.rules, eligible_when=read.eligible_when)


__all__ = ["Pack", "PackBroken", "load_pack", "pack_of"]
