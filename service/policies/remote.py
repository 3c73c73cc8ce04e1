"""A remote policy: a service in the form of OPA's data API judges, and a sidecar says where it is and what it means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo

from service.domain.consulting import Answer
from service.domain.facts import Facts
from service.domain.policy import Reason, Verdict
from service.domain.settings import PolicySettings
from service.policies.answers import Answering, Nonsense, given, verdict_of, verdict_on_fault
from service.policies.pack import Pack, PackBroken, pack_of
from service.policies.pack_tables import Table
from service.policies.several import several
from service.policies.sidecar import (
    Parts,
    SidecarTable,
    pack_named,
    read_table,
    read_text,
    reasons_of,
    require_none,
    settings_of,
)
from service.policies.told_facts import told_elsewhere

JUDGEMENT: Final = "remote 1"
"""The version of how answers are judged by; it is part of every digest, because it can change verdicts."""
CANNOT_ASK: Final = "nobody can be asked here"


def _address(url: str) -> str:
    """Return an address that is one, and holds nothing that belongs elsewhere."""
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        raise several([("", "is an http or https address")]) from None
    if not known or parts.scheme not in {"http", "https"}:
        raise several([("", "is an http or https address")])
    if parts.username is not None or parts.query or parts.fragment:
        raise several([("", "has no password, no query and no fragment; a token has its own key")])
    return url.rstrip("/")


def _path(path: str) -> str:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise several([("", "is names with strokes between them, as parley/decision")])
    return path


def _variable(name: str, info: ValidationInfo) -> str:
    """Return the name of an environment variable that is not ours; a token is not sent where anybody can read it."""
    url = urlsplit(info.data.get("url", ""))
    if name.startswith("PARLEY_"):
        raise several([("", "does not begin with PARLEY_, which are settings of the service")])
    if url.scheme == "http" and not _is_here(url.hostname or ""):
        raise several([("", "needs an https address: on http anybody on the way could read the token")])
    return name


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _file(path: str) -> str:
    if not Path(path).is_absolute():
        raise several([("", "is the whole path of a file")])
    return path


class BreakerTable(Table):
    """When a policy that fails again and again is left alone for a while."""

    faults: Annotated[int, Field(ge=1, le=1000)] = Field(5, description="so many faults in a row, and it is not asked")
    seconds: Annotated[int, Field(ge=1, le=86_400)] = Field(30, description="for so long; then one question tries it")


class EndpointTable(Table):
    """Where the policy is, and how long and how much its answer may be."""

    url: Annotated[str, Field(max_length=2000), AfterValidator(_address)] = Field(description="the server's address")
    path: Annotated[str, Field(pattern="^[A-Za-z0-9_./-]{1,500}$"), AfterValidator(_path)] = Field(
        description="of the decision, below /v1/data/"
    )
    deadline: Annotated[Decimal, Field(gt=0, le=10)] = Field(
        Decimal(2), description="seconds that the whole exchange may take"
    )
    size_max: Annotated[int, Field(ge=100, le=10_000_000)] = Field(100_000, description="bytes an answer may have")
    token_from: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$"), AfterValidator(_variable)] | None = Field(
        None, description="the environment variable that holds a bearer token"
    )
    ca_file: Annotated[str, AfterValidator(_file)] | None = Field(
        None, description="certificates that are trusted in place of the system's"
    )
    breaker: BreakerTable = Field(BreakerTable(), description="when it is left alone")


class RemoteTable(SidecarTable):
    """The sidecar of a remote policy."""

    endpoint: EndpointTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePolicy:
    """A policy that is asked elsewhere; what is pure of it is here: the question, and the verdict on an answer."""

    kind: ClassVar[str] = "remote"

    id: str
    digest: str
    text: str
    settings: PolicySettings
    reasons: Mapping[str, Reason]
    endpoint: EndpointTable

    @property
    def name(self) -> str:
        """The name without the version."""
        return self.id.partition("@")[0]

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Hand the case to a person: whoever only judges cannot ask."""
        return self.heard(Answer(fault=CANNOT_ASK), facts, on=on)

    def question(self, facts: Facts, *, on: date) -> str:
        """Return the body of the request; what may never count against a borrower is not told."""
        return f'{{"input":{told_elsewhere(facts, self.settings, on=on)}}}'

    def heard(self, answer: Answer, facts: Facts, *, on: date) -> Verdict:
        """Make a verdict of an answer; without a usable one the case is for a person, with the fault in the trace."""
        who = Answering(id=self.id, digest=self.digest, settings=self.settings, reasons=self.reasons, kind=self.kind)
        if answer.result is None:
            return verdict_on_fault(who, answer.fault or "it did not answer")
        try:
            said = given(json.dumps(answer.result))
        except Nonsense as nonsense:
            return verdict_on_fault(who, str(nonsense))
        return verdict_of(who, said, facts, on=on)


def load_remote(path: Path, packs: Mapping[str, Pack]) -> RemotePolicy:
    """Read a remote policy by its sidecar; raise `PackBroken` with every problem at once."""
    sidecar = read_text(path)
    table, problems = read_table(RemoteTable, sidecar, name=path.name)
    if table is None:
        raise PackBroken(problems)
    pack, lacking = pack_named(table.policy.settings, packs, name=path.name)
    require_none([*problems, *lacking])
    assert pack is not None
    return _made(table, Parts(sidecar=sidecar, pack=pack.text), pack)


def remote_of(text: str, name: str) -> RemotePolicy:
    """Make a remote policy again of the text under which it was kept."""
    parts = Parts.of(text, name=name)
    table, problems = read_table(RemoteTable, parts.sidecar, name=name)
    require_none(problems)
    assert table is not None
    return _made(table, parts, pack_of(parts.pack, name=name))


def _made(table: RemoteTable, parts: Parts, pack: Pack) -> RemotePolicy:
    return RemotePolicy(
        id=f"{table.policy.id}@{table.policy.version}",
        digest=parts.digest(JUDGEMENT),
        text=parts.text,
        settings=settings_of(table, pack),
        reasons=reasons_of(table),
        endpoint=table.endpoint,
    )
