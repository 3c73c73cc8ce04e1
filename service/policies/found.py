"""What there is to judge by: packs, graphs and remote policies in files, and policies that others installed."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from service.domain.policy import Policy
from service.domain.policy_versions import PolicyVersion
from service.policies import plugins
from service.policies.graph import Graph, load_graph
from service.policies.guarded import Guarded
from service.policies.kept import version_of
from service.policies.pack import Pack, PackBroken, load_pack, pack_of
from service.policies.plugins import PluginBroken
from service.policies.remote import RemotePolicy, load_remote
from service.policies.sidecar import GRAPH_SIDECAR, REMOTE_SIDECAR, SIDECARS

Written = Pack | Graph | RemotePolicy
"""What is in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What can be used, by name; and packs and entry points that cannot, with what is wrong with them."""

    known: Mapping[str, Policy]
    broken: Mapping[str, tuple[str, ...]]
    failing: Mapping[str, str]

    def versions(self) -> Iterator[PolicyVersion]:
        """Yield what can be used as drafts: versions that nobody has activated yet."""
        for name, policy in self.known.items():
            yield version_of(policy, name=name)

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong with any of the packs."""
        return [sentence for sentences in self.broken.values() for sentence in sentences]


def look(packs_folder: Path | None) -> Found:
    """Read all packs and make the policies of all entry points; whatever is broken is told, and left out."""
    own, broken = own_packs(packs_folder)
    packs = {**shipped_packs(), **own}
    for name in broken:
        packs.pop(name, None)  # a broken pack of the deployment stood in for the shipped one of its name
    known: dict[str, Policy] = {n: guarded(p) for n, p in packs.items()}
    others, wrong = _with_sidecars(packs_folder, packs)
    known |= {name: guarded(policy) for name, policy in others.items()}
    broken |= {name: (*broken.get(name, ()), *problems) for name, problems in wrong.items()}
    failing: dict[str, str] = {}
    for name, point in plugins.installed().items():
        try:
            known[name] = plugins.policy_of(point, packs)
        except PluginBroken as error:
            failing[name] = str(error)
    return Found(known=known, broken=broken, failing=failing)


def guarded(policy: Written) -> Policy:
    """Return what judges by a file so that nothing in it can do harm."""
    if isinstance(policy, RemotePolicy):
        return policy  # nothing of it runs here
    return Guarded(policy=policy, digest=policy.digest, foreign=False)


def written(path: Path, packs: Mapping[str, Pack]) -> Written:
    """Read the policy of a file: a pack, or a graph or remote policy by its sidecar; raise `PackBroken` with it all."""
    if path.name.endswith(GRAPH_SIDECAR):
        return load_graph(path, packs)
    if path.name.endswith(REMOTE_SIDECAR):
        return load_remote(path, packs)
    if path.suffix == ".json":
        raise PackBroken([f"{path.name}: a graph is read by its sidecar, whose name ends with {GRAPH_SIDECAR}"])
    return load_pack(path)


def packs_beside(path: Path) -> dict[str, Pack]:
    """Return the packs that a sidecar may name: those of its folder, and those that are shipped."""
    return {**shipped_packs(), **own_packs(path.parent)[0]}


def _with_sidecars(
    folder: Path | None, packs: Mapping[str, Pack]
) -> tuple[dict[str, Written], dict[str, tuple[str, ...]]]:
    """Return the graphs and remote policies of the folder, and the problems of those that are broken."""
    found: dict[str, Written] = {}
    broken: dict[str, tuple[str, ...]] = {}
    for path in sorted(p for p in folder.glob("*.toml") if is_sidecar(p)) if folder else ():
        try:
            policy = written(path, packs)
        except PackBroken as problem:
            broken[_name_in(path)] = problem.problems
            continue
        if policy.name in packs or policy.name in found:
            broken[policy.name] = (f"{path.name}: policy.id: another policy is called {policy.name}",)
        else:
            found[policy.name] = policy
    return found, broken


def is_sidecar(path: Path) -> bool:
    """Say whether a file is that of a graph or of a remote policy, and no pack."""
    return path.name.endswith(SIDECARS)


def shipped_packs() -> dict[str, Pack]:
    """Return the packs that come with Parley, by name."""
    folder = files("service.policies") / "packs"
    texts = sorted((f.name, f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml"))
    found = [_shipped(name, text) for name, text in texts]
    return {pack.name: pack for pack in found}


@lru_cache(maxsize=64)
def _shipped(name: str, text: str) -> Pack:
    """Read a pack that comes with Parley, once for each text: reading all of them is most of what a start takes."""
    return pack_of(text, name=name)


def own_packs(folder: Path | None) -> tuple[dict[str, Pack], dict[str, tuple[str, ...]]]:
    """Return the packs of the folder that the deployment names, and the problems of those that are broken."""
    found: list[Pack] = []
    broken: dict[str, tuple[str, ...]] = {}
    for path in sorted(p for p in folder.glob("*.toml") if not is_sidecar(p)) if folder else ():
        try:
            found.append(load_pack(path))
        except PackBroken as problem:
            broken[_name_in(path)] = problem.problems
    return {pack.name: pack for pack in found}, broken


def _name_in(path: Path) -> str:
    """Return the name of a broken pack as far as it can be made out, else that of its file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return path.stem
    policy = document.get("policy")
    name = policy.get("id") if isinstance(policy, dict) else None
    return name if isinstance(name, str) and name else path.stem
