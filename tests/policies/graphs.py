"""Decision graphs for tests: the one that is drawn in a file, and small ones of a few nodes."""

import json
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from service.policies.found import packs_beside, written
from service.policies.graph import Graph

KINDS: Final = Path(__file__).parents[2] / "docs" / "examples"
CAREFUL: Final = KINDS / "careful.graph.toml"

SIDECAR: Final = """
graph = "small.jdm.json"
{before}
[policy]
id = "small"
version = "1"
settings = "standard"
title = {{ en = "Small", "zh-CN" = "小" }}

[[reasons]]
code = "WHY"
text = {{ en = "Why.", "zh-CN" = "原因。" }}
source = "a test"
{after}
"""

Node = dict[str, Any]


def expressions(node_id: str = "x", **named: str) -> Node:
    """Return a node that works out values by name and passes nothing else on."""
    rows = [{"id": str(n), "key": key, "value": value} for n, (key, value) in enumerate(named.items())]
    return {"id": node_id, "type": "expressionNode", "name": "Says", "content": {"expressions": rows}}


def drawn(*nodes: Node, edges: Sequence[tuple[str, str]] | None = None) -> str:
    """Return a graph that runs through nodes in their order."""
    ends = [
        {"id": "in", "type": "inputNode", "name": "Facts", "content": {}},
        *nodes,
        {"id": "out", "type": "outputNode", "name": "Verdict", "content": {}},
    ]
    ids = [node["id"] for node in ends]
    pairs = edges if edges is not None else list(pairwise(ids))
    joined = [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairs]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": ends, "edges": joined})


def write_small(folder: Path, text: str, *, before: str = "", after: str = "") -> Path:
    """Write a small graph with its sidecar, and return the path of that."""
    folder.mkdir(exist_ok=True)
    (folder / "small.jdm.json").write_text(text, encoding="utf-8")
    path = folder / "small.graph.toml"
    path.write_text(SIDECAR.format(before=before, after=after), encoding="utf-8")
    return path


def small(folder: Path, *nodes: Node, before: str = "", after: str = "") -> Graph:
    """Return a small graph as it is read from files."""
    graph = read(write_small(folder, drawn(*nodes), before=before, after=after))
    assert isinstance(graph, Graph)
    return graph


def read(path: Path) -> object:
    """Return what a file judges by."""
    return written(path, packs_beside(path))


def copy_careful(folder: Path, *changes: tuple[str, str]) -> Path:
    """Copy the drawn graph with its sidecar, changed, and return the path of the sidecar."""
    folder.mkdir(exist_ok=True)
    shutil.copy(KINDS / "careful.jdm.json", folder)
    text = CAREFUL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / CAREFUL.name
    path.write_text(text, encoding="utf-8")
    return path
