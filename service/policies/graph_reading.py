"""Reading a decision graph (GoRules JDM): every problem is found and told at once, with its node."""

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

import zen

from service.domain.facts import NAMES
from service.policies.graph_flow import Flow, makes, rows
from service.policies.graph_words import OF_LOAN, Known, object_keys, read

NODES_MAX: Final = 200
TEXT_MAX: Final = 2_000_000
REFUSED: Final[Mapping[str, str]] = {
    "functionNode": "holds a program, which could look at a clock or throw dice; use tables and expressions",
    "decisionNode": "runs another graph; one policy is one graph",
    "customNode": "is a node of somebody else's program",
}
KINDS: Final = frozenset({"inputNode", "outputNode", "decisionTableNode", "expressionNode", "switchNode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One expression of a node: where it stands, whether it tests the field of its column, and what it says."""

    node: str
    at: str
    where: str
    text: str
    unary: bool = False
    item: str | None = None


@dataclass(slots=True)
class Reading:
    """A graph that is being read: its problems, the facts that it reads, and what its nodes make."""

    name: str
    problems: list[str] = field(default_factory=list)
    case: set[str] = field(default_factory=set)
    loan: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def wrong(self, node: str, sentence: str) -> None:
        """Note a problem of a node."""
        self.problems.append(f"{self.name}: {node}: {sentence}")


def read_graph(text: str, *, name: str, amounts: AbstractSet[str]) -> tuple[zen.ZenDecision | None, Reading]:
    """Read a graph; what it says is only good for judging where there are no problems."""
    found = Reading(name)
    nodes, edges = _nodes(text, found)
    expressions = [one for label, node in nodes for one in _expressions(label, node, found)]
    for expression in expressions:
        found.made |= object_keys(expression.text)
    flow = Flow.of([node for _, node in nodes], edges)
    for expression in expressions:
        _check(expression, found, flow, amounts)
    if found.problems:
        return None, found
    try:
        decision = zen.ZenEngine().create_decision(text)
        decision.validate()
    except RuntimeError as error:
        found.problems.append(f"{name}: is no graph that can be run: {first_line(error)}")
        return None, found
    return decision, found


def first_line(error: RuntimeError) -> str:
    """Return what the engine says is wrong, without where in its own program that was found."""
    said = [line.strip() for line in str(error).split("Stack backtrace")[0].splitlines()]
    return " ".join(line for line in said if line and line != "Caused by:")[:300]


def _nodes(text: str, found: Reading) -> tuple[list[tuple[str, Mapping[str, Any]]], list[Any]]:
    """Return the nodes that are allowed, each with what it is called in problems, and the edges."""
    try:
        document = json.loads(text) if len(text) <= TEXT_MAX else None
    except (ValueError, RecursionError):
        document = None
    drawn = document if isinstance(document, dict) else {}
    listed = drawn.get("nodes")
    if not isinstance(listed, list) or not isinstance(drawn.get("edges"), list) or len(listed) > NODES_MAX:
        found.problems.append(f"{found.name}: is no graph: JSON with `nodes` (at most {NODES_MAX}) and `edges`")
        return [], []
    nodes: list[tuple[str, Mapping[str, Any]]] = []
    for n, node in enumerate(listed):
        if not isinstance(node, dict) or not isinstance(node.get("id"), str) or not isinstance(node.get("type"), str):
            found.wrong(f"nodes[{n}]", "has an id and a type")
            continue
        label = f"node {node.get('name') or node['id']} ({node['id']})"
        kind = node["type"]
        if kind in REFUSED:
            found.wrong(label, f"{kind} {REFUSED[kind]}")
        elif kind not in KINDS:
            found.wrong(label, f"there is no kind of node {kind}")
        else:
            nodes.append((label, node))
            found.names.add(str(node.get("name")))
    return nodes, drawn["edges"]


def _expressions(label: str, node: Mapping[str, Any], found: Reading) -> Iterator[Expression]:
    """Yield what a node evaluates, and note the names that it makes."""
    content = node.get("content") or {}
    if not isinstance(content, dict):
        found.wrong(label, "its content is an object")
        return
    if content.get("schema"):
        found.wrong(label, "has a schema, which could be read from elsewhere; what the facts are is settled")
    at, item = node["id"], content.get("inputField") or None
    found.made |= makes(node)
    if item is not None:
        yield Expression(node=label, at=at, where="inputField", text=_text(item))
    match node["type"]:
        case "decisionTableNode":
            yield from _table(label, node, item)
        case "expressionNode":
            for n, row in enumerate(rows(content, "expressions")):
                where, said = f"expressions[{n}]", _text(row.get("value"))
                yield Expression(node=label, at=at, where=where, text=said, item=item)
        case "switchNode":
            for n, row in enumerate(rows(content, "statements")):
                if row.get("condition"):
                    yield Expression(node=label, at=at, where=f"statements[{n}]", text=_text(row["condition"]))
        case _:
            return


def _table(label: str, node: Mapping[str, Any], item: str | None) -> Iterator[Expression]:
    at, content = node["id"], node["content"]
    fields = {column.get("id"): column.get("field") for column in rows(content, "inputs")}
    outputs = {column.get("id"): column.get("field") for column in rows(content, "outputs")}
    for n, named in enumerate(fields.values()):
        if named:
            yield Expression(node=label, at=at, where=f"inputs[{n}].field", text=_text(named), item=item)
    for n, row in enumerate(rows(content, "rules")):
        for column in map(str, (*fields, *outputs)):
            cell = row.get(column)
            if isinstance(cell, str) and cell.strip() not in {"", "-"}:
                unary = bool(fields.get(column))
                where = f"rules[{n}].{_title(content, column)}"
                yield Expression(node=label, at=at, where=where, text=cell, unary=unary, item=item)


def _title(content: Mapping[str, Any], column: Any) -> str:
    """Return what a column is called."""
    columns = (*rows(content, "inputs"), *rows(content, "outputs"))
    return next((str(c.get("name") or c.get("field") or column) for c in columns if c.get("id") == column), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _check(expression: Expression, found: Reading, flow: Flow, amounts: AbstractSet[str]) -> None:
    reach, alone = flow.reaching(expression.at), frozenset[str]()
    if expression.item is not None:  # inside a loop there is the item alone, and what nodes are asked for by name
        reach, alone = frozenset(), OF_LOAN if expression.item == "loans" else NAMES | OF_LOAN
    known = Known(made=found.made, reach=reach, alone=alone, amounts=amounts, nodes=found.names)
    said = read(expression.text, known)
    found.case |= said.case
    found.loan |= said.loan
    for problem in said.problems:
        found.wrong(expression.node, f"{expression.where}: {problem}")
    if not said.problems and not _understood(expression):
        found.wrong(expression.node, f"{expression.where}: is not understood by the expression engine")


def _understood(expression: Expression) -> bool:
    compile_ = zen.compile_unary_expression if expression.unary else zen.compile_expression
    try:
        compile_(expression.text)
    except RuntimeError:
        return False
    return True
