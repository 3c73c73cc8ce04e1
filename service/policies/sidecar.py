"""Sidecars: the TOML files that say what a decision graph or a remote policy is called and which pack it rests on."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from service.domain.policy import Reason, Severity
from service.domain.settings import PolicySettings
from service.policies import pack_fields
from service.policies.pack import Pack, PackBroken
from service.policies.pack_problems import codes_twice, problems_of
from service.policies.pack_reading import as_json
from service.policies.pack_shape import Name, PackId, ScopeTable, Version
from service.policies.pack_tables import Sentence, Table, Texts, made

GRAPH_SIDECAR: Final = ".graph.toml"
REMOTE_SIDECAR: Final = ".remote.toml"
SIDECARS: Final = (GRAPH_SIDECAR, REMOTE_SIDECAR)


class HeadTable(Table):
    """What the policy is called, since when it holds, for whom, and which pack has its settings."""

    id: PackId = Field(description="its name; `PARLEY_POLICY` chooses by it")
    version: Version = Field(description="its version; a case stays on the one that first judged it")
    settings: PackId = Field(description="the pack whose evidence, programmes, limits, authority, clocks it uses")
    valid_from: date | None = Field(None, description="the first day on which it judges; left out: the pack's")
    valid_to: Annotated[date | None, AfterValidator(pack_fields.not_before)] = Field(
        None, description="the last day on which it judges; left out: the pack's"
    )
    title: Texts = Field(description="what it is called")
    source: Sentence | None = Field(None, description="the rules that it follows")
    scope: ScopeTable | None = Field(None, description="for whom it is; left out: the pack's")


class ReasonTable(Table):
    """A reason that the policy may give, in the words that people read."""

    code: Name = Field(description="permanent name of the reason")
    severity: Severity = Field(Severity.WARNING, description="how much it weighs")
    text: Texts = Field(description="the reason as people read it")
    source: Sentence = Field(description="article of law, guide, or `our choice`")


class SidecarTable(Table):
    """What every sidecar says."""

    policy: HeadTable
    reasons: tuple[ReasonTable, ...] = ()


T = TypeVar("T", bound=SidecarTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that makes such a policy what it is, as texts; `graph` is empty where it has none."""

    sidecar: str
    pack: str
    graph: str = ""

    @property
    def text(self) -> str:
        """The parts in one document, as it is kept under the digest."""
        parts = {"sidecar": self.sidecar, "pack": self.pack, "graph": self.graph}
        return json.dumps(parts, ensure_ascii=False, sort_keys=True)

    def digest(self, judgement: str) -> str:
        """Hash them together with the version of how they are judged by."""
        return hashlib.sha256(f"{judgement}\n{self.text}".encode()).hexdigest()

    @classmethod
    def of(cls, text: str, *, name: str) -> "Parts":
        """Take a kept document apart again."""
        try:
            document = json.loads(text)
            return cls(sidecar=document["sidecar"], pack=document["pack"], graph=document["graph"])
        except (ValueError, KeyError, TypeError) as error:
            raise PackBroken([f"{name}: was not kept whole"]) from error


def read_text(path: Path) -> str:
    """Read a file as text, or raise `PackBroken`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackBroken([f"{path.name}: cannot be read as UTF-8 text"]) from error


def read_table(kind: type[T], text: str, *, name: str) -> tuple[T | None, list[str]]:
    """Read a sidecar; return it with every problem that it has."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{name}: is not TOML: {error}"]
    twice = [f"{name}: {problem}" for problem in codes_twice({"rules": document.get("reasons")})]
    twice = [problem.replace("rules[", "reasons[") for problem in twice]
    try:
        return kind.model_validate_json(as_json(document)), twice
    except ValidationError as error:
        return None, [f"{name}: {problem}" for problem in problems_of(error)] + twice


def said_in(text: str, *keys: str) -> str | None:
    """Return the text under keys of a sidecar that may have problems, as far as it can be made out."""
    try:
        found: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    for name in keys:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def pack_named(wanted: str, packs: Mapping[str, Pack], *, name: str) -> tuple[Pack | None, list[str]]:
    """Return the pack whose settings a sidecar uses, or the problem that there is none."""
    if wanted in packs:
        return packs[wanted], []
    return None, [f"{name}: policy.settings: there is no pack {wanted} that can be used"]


def reasons_of(table: SidecarTable) -> dict[str, Reason]:
    """Return the reasons of a sidecar by their codes."""
    return {r.code: Reason(code=r.code, severity=r.severity, text=made(r.text), source=r.source) for r in table.reasons}


def settings_of(table: SidecarTable, pack: Pack) -> PolicySettings:
    """Return the pack's settings under the title, the days, the scope and the words of the sidecar."""
    head, changes = table.policy, dict[str, Any]()
    if head.scope is not None:
        changes["products"] = tuple(product.value for product in head.scope.products)
        changes["currencies"] = head.scope.currencies
        changes["borrower_kinds"] = tuple(kind.value for kind in head.scope.borrower_kinds)
    words = {code: reason.text for code, reason in reasons_of(table).items()}
    return replace(
        pack.settings,
        title=made(head.title),
        source=head.source or pack.settings.source,
        valid_from=head.valid_from or pack.settings.valid_from,
        valid_to=head.valid_to or pack.settings.valid_to,
        reason_texts={**pack.settings.reason_texts, **words},
        **changes,
    )


def require_none(problems: Sequence[str]) -> None:
    """Raise `PackBroken` with all problems, if there are any."""
    if problems:
        raise PackBroken(problems)
