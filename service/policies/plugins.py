"""Policies that other distributions bring through the entry-point group `parley.policies`."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from service.domain.policy import Policy
from service.domain.settings import PolicySettings
from service.policies.guarded import Guarded
from service.policies.pack import Pack

GROUP: Final = "parley.policies"

Maker = Callable[[Mapping[str, Pack]], Policy]
"""What an entry point names: it is given the packs by name and returns a policy, which uses the settings of one."""


class PluginBroken(Exception):
    """An installed policy cannot be used; the sentence says which and why."""


def installed() -> Mapping[str, EntryPoint]:
    """Return the entry points of the group by name, which is the name that a deployment chooses."""
    return {point.name: point for point in entry_points(group=GROUP)}


def policy_of(point: EntryPoint, packs: Mapping[str, Pack]) -> Guarded:
    """Make the policy of an entry point, guarded against its own faults."""
    if point.name in packs:
        raise PluginBroken(f"The entry point {point.name} has the name of a pack.")
    try:
        policy: object = point.load()(packs)
        name, settings = getattr(policy, "id", None), getattr(policy, "settings", None)
    except Exception as error:  # somebody else's code may raise anything
        raise PluginBroken(f"The entry point {point.name} fails with {type(error).__name__}.") from error
    if not (isinstance(policy, Policy) and isinstance(name, str) and isinstance(settings, PolicySettings)):
        raise PluginBroken(f"The entry point {point.name} does not make a policy.")
    return Guarded(policy=policy, digest=_digest(point, policy, packs), foreign=True)


def _digest(point: EntryPoint, policy: Policy, packs: Mapping[str, Pack]) -> str:
    """Hash all that can change its answers: the distribution's version, its files, and the pack that it names."""
    told = hashlib.sha256(f"{point.dist.name}\n{point.dist.version}\n{point.value}\n".encode() if point.dist else b"")
    for path in _files(point.module):
        told.update(f"{path.name}\n".encode() + path.read_bytes())
    for pack in packs.values():
        if pack.settings is policy.settings:
            told.update(pack.digest.encode())
    return told.hexdigest()


def _files(module: str) -> Iterator[Path]:
    """Yield the files of the package that holds a loaded module, or its one file where it stands alone."""
    whole = sys.modules[module.partition(".")[0]]
    folders = [Path(folder) for folder in getattr(whole, "__path__", ())]
    if not folders and whole.__file__:
        yield Path(whole.__file__)
    for folder in folders:
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and p.parent.name != "__pycache__")
