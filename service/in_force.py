"""The policies in force in a process, read anew when the database says that the state of one has changed."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Final

from service.casework.desk import Desk
from service.casework.versions import change_state
from service.domain.actors import Actor
from service.domain.application import Application
from service.domain.consulting import Ask
from service.domain.policy import Policy
from service.domain.policy_versions import PolicyState, PolicyVersion, bare, is_of, latest
from service.policies.found import Found, look
from service.policies.kept import read, version_of
from service.policies.registry import PolicyMissing, Registry
from service.storage import policies
from service.storage.engine import Database
from service.storage.failures import Unavailable
from service.storage.migrating import is_current
from service.storage.work import UnitOfWork

LOG: Final = logging.getLogger("parley")
FRESH_SECONDS: Final = 1.0
"""How long another process's activation may go unseen here."""

Stamps = frozenset[tuple[str, int, int]]
"""Name, time and size of each file of a folder: what tells that one was changed."""


@dataclass(slots=True, kw_only=True)
class InForce:
    """What judges here. The deployment chose `names`, `folder` holds its own policies, `ask` asks those elsewhere."""

    database: Database
    names: Sequence[str]
    folder: Path | None
    clock: Callable[[], datetime]
    ask: Ask | None = None
    fresh_seconds: float = FRESH_SECONDS
    found: Found = field(init=False)
    registry: Registry = field(init=False)
    fault: str | None = None
    _changes: int | None = None
    _read_at: float = 0.0
    _stamps: Stamps = frozenset()
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Read what there is; a chosen policy of which nothing is kept yet is kept, and active from now on.

        Where migrations are missing there is nothing to keep it in: then it is done once they are there.
        """
        self._stamps, self.found = _stamps(self.folder), look(self.folder)
        if await is_current(self.database):
            await self._settle()
        else:
            self.registry = Registry.of(self.names, self.found)

    def desk(self, *, automatic: bool, index_of: Callable[[str], str] | None = None) -> Desk:
        """Return what a use case is handed."""
        return Desk(
            choose=self._choose,
            pinned=self._pinned,
            beside=self._beside,
            automatic=automatic,
            index_of=index_of,
            ask=self.ask,
        )

    async def freshen(self, *, now: bool = False) -> bool:
        """Read the versions anew if any has changed, and say so; looked for once a second, or at once.

        Where that cannot be done, what judged before goes on: `problems` tells.
        """
        if not now and monotonic() - self._read_at < self.fresh_seconds:
            return False
        async with self._turn:
            self._read_at = monotonic()
            before = self._changes
            try:
                await self._look_for_changes()
            except Unavailable as error:
                LOG.warning("policies: %s", error.detail)
            except PolicyMissing as error:
                self.fault = str(error)
                LOG.error("policies: %s", self.fault)  # noqa: TRY400  # the sentence says it all
            return self._changes != before

    async def _look_for_changes(self) -> None:
        if self._changes is None:
            if await is_current(self.database):
                await self._settle()
            return
        async with self.database.glancing() as session:
            changes = await policies.changes(session)
        if changes != self._changes:
            await self._read()

    async def _settle(self) -> None:
        async with self.database.writing() as session:
            work = UnitOfWork(session=session, actor=Actor.system(), clock=self.clock)
            await policies.alone(session)
            for version in _first_versions(self.names, self.found, await policies.all_versions(session)):
                await change_state(work, version, PolicyState.ACTIVE, reason="PARLEY_POLICY names it.")
        await self._read()

    async def _read(self) -> None:
        async with self.database.reading() as session:
            changes, kept = await policies.changes(session), await policies.all_versions(session)
        self.registry, self.fault = Registry.of(self.names, self.found, kept), None
        self._changes, self._read_at = changes, monotonic()

    async def look_again(self) -> None:
        """Read the files again; what they say judges nothing before it is activated."""
        self._stamps, self.found = _stamps(self.folder), await asyncio.to_thread(look, self.folder)
        self.registry = Registry(ordered=self.registry.ordered, found=self.found, kept=self.registry.kept)

    async def look_for_problems(self) -> list[str]:
        """Read the files again if one has changed, and say what is wrong with them."""
        if _stamps(self.folder) != self._stamps:
            await self.look_again()
        return self.problems()

    def problems(self) -> list[str]:
        """Say which packs are broken and what judges in the place of each, and why a change could not be followed."""
        said = [self.fault] if self.fault else []
        for name, sentences in self.found.broken.items():
            active = latest(v for v in self.registry.kept.values() if v.name == name and v.state is PolicyState.ACTIVE)
            said += sentences
            said += [f"{active.id} with the digest {active.digest} stays active."] if active else []
        return said

    @property
    def chosen(self) -> frozenset[str]:
        """The bare names that the deployment judges by."""
        return frozenset(bare(name) for name in self.names)

    async def after(self, work: UnitOfWork) -> Registry:
        """Return what will judge once a transaction that changes versions is committed."""
        return Registry.of(self.names, self.found, await policies.all_versions(work.session))

    async def wanted(self, policy_id: str, *, digest: str | None, to: PolicyState) -> PolicyVersion:
        """Find the version whose state is to be changed, in the files as they are now."""
        await self.look_again()
        return self.registry.meant(policy_id, digest=digest, to=to)

    def _choose(self, application: Application) -> Policy:
        return self.registry.choose(application)

    def _pinned(self, policy_id: str, digest: str, application: Application) -> Policy:
        return self.registry.pinned(policy_id, digest, application)

    def _beside(self, application: Application) -> Sequence[Policy]:
        return self.registry.beside(application)


def _first_versions(names: Sequence[str], found: Found, kept: Sequence[PolicyVersion]) -> Iterator[PolicyVersion]:
    """Yield the chosen policies of which nothing is kept yet, and active texts that are judged otherwise than before.

    The latter happens when a later Parley judges packs in another way: the text is the same, its digest is not.
    """
    registry = Registry.of((), found, kept)
    for name in names:
        version = latest(v for v in kept if is_of(v, name))
        if version is None:
            policy = Registry.of([name], found).ordered[0]
            yield version_of(policy, name=bare(name))
        elif version.state is PolicyState.ACTIVE and registry.by_digest(version.digest) is None:
            again = read(version.kind, version.text, version.id)
            if again is not None:
                yield version_of(again, name=version.name)


def _stamps(folder: Path | None) -> Stamps:
    read = [*folder.glob("*.toml"), *folder.glob("*.json")] if folder else []
    found = ((path, path.stat()) for path in read)
    return frozenset((path.name, told.st_mtime_ns, told.st_size) for path, told in found)
