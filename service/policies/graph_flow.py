"""What flows through a decision graph: which names reach a node from all nodes before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from service.policies.graph_words import FACTS

Node = Mapping[str, Any]


@dataclass(slots=True)
class Flow:
    """A name that does not reach a node is null there, and zen is silent about that; so it is looked for beforehand."""

    nodes: Mapping[str, Node]
    before: Mapping[str, Sequence[str]]
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Sequence[Node], edges: Sequence[object]) -> Self:
        """Follow the edges of a graph; those that lead nowhere are for the engine to refuse."""
        by_id = {node["id"]: node for node in nodes}
        before: dict[str, list[str]] = {name: [] for name in by_id}
        for edge in edges:
            if isinstance(edge, dict) and edge.get("sourceId") in by_id and edge.get("targetId") in by_id:
                before[edge["targetId"]].append(edge["sourceId"])
        return cls(by_id, before)

    def reaching(self, node_id: str) -> frozenset[str]:
        """Return the names that every node before this one hands on; those of a circle are none."""
        if node_id not in self._known:
            self._known[node_id] = frozenset()
            handed = [self._handed_on(name) for name in self.before[node_id]]
            self._known[node_id] = handed[0].intersection(*handed[1:]) if handed else frozenset()
        return self._known[node_id]

    def _handed_on(self, node_id: str) -> frozenset[str]:
        node = self.nodes[node_id]
        if node["type"] == "inputNode":
            return FACTS
        if node["type"] in {"switchNode", "outputNode"}:
            return self.reaching(node_id)
        passed = self.reaching(node_id) if _content(node).get("passThrough") is True else frozenset[str]()
        place = _content(node).get("outputPath")
        own = _names(place) if isinstance(place, str) and place else makes(node)
        return passed | frozenset(own)


def makes(node: Node) -> frozenset[str]:
    """Return the names in the places where a node puts something; facts keep their own."""
    content = _content(node)
    paths = [content.get("outputPath")]
    paths += [row.get("field") for row in rows(content, "outputs")]
    paths += [row.get("key") for row in rows(content, "expressions")]
    return frozenset(name for path in paths if isinstance(path, str) for name in _names(path)) - FACTS


def rows(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the rows of a table, as far as they are rows."""
    listed = content.get(name)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _content(node: Node) -> Mapping[str, Any]:
    content = node.get("content")
    return content if isinstance(content, dict) else {}


def _names(path: str) -> Iterator[str]:
    return (name for name in path.split(".") if name)
