"""Policies as they are kept, under their digest and by kind; and back, as long as they judge as they did."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Protocol, runtime_checkable

from service.domain.policy import Policy
from service.domain.policy_versions import PolicyVersion
from service.policies.graph import Graph, graph_of
from service.policies.guarded import Guarded
from service.policies.pack import Pack, PackBroken, pack_of
from service.policies.remote import RemotePolicy, remote_of

KEPT_READ: Final = 64
"""How many texts stay compiled; the others are compiled again when a case needs one."""
PROGRAM: Final = "python"
"""The kind of what is a program: its text cannot be kept, so that it judges only as long as it is installed."""


@runtime_checkable
class Written(Protocol):
    """A policy that is a text, and can be made from it again."""

    @property
    def kind(self) -> str:
        """Word under which `READERS` finds how to read the text."""

    @property
    def text(self) -> str:
        """All that it consists of."""


def _pack(text: str, name: str) -> Policy:
    pack = pack_of(text, name=name)
    return Guarded(policy=pack, digest=pack.digest, foreign=False)


def _graph(text: str, name: str) -> Policy:
    graph = graph_of(text, name)
    return Guarded(policy=graph, digest=graph.digest, foreign=False)


READERS: Final[Mapping[str, Callable[[str, str], Policy]]] = {
    Pack.kind: _pack,
    Graph.kind: _graph,
    RemotePolicy.kind: remote_of,
}
"""How the text of each kind becomes a policy again; its second argument stands before problems."""


def version_of(policy: Policy, *, name: str) -> PolicyVersion:
    """Return a policy as a draft that can be kept."""
    inner = policy.policy if isinstance(policy, Guarded) else policy
    if isinstance(inner, Written):
        return PolicyVersion(name=name, id=policy.id, digest=policy.digest, kind=inner.kind, text=inner.text)
    text = f"{type(inner).__module__}.{type(inner).__qualname__}"
    return PolicyVersion(name=name, id=policy.id, digest=policy.digest, kind=PROGRAM, text=text)


@lru_cache(maxsize=KEPT_READ)
def read(kind: str, text: str, name: str) -> Policy | None:
    """Make a policy of a text that was kept; None where it cannot be: a program, or a form of a later Parley.

    Its digest is that of today: where it is another than it was kept under, it does not judge as it did.
    """
    reader = READERS.get(kind)
    if reader is None:
        return None
    try:
        return reader(text, name)
    except PackBroken:
        return None
