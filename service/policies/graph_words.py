"""The names in the expressions of a decision graph: which facts they read, and what they may not say."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from service.domain.facts import NAMES, LoanFacts
from service.policies.told_facts import LOAN_ID

LENGTH_MAX: Final = 2000
DEPTH_MAX: Final = 40
OF_LOAN: Final = frozenset(LoanFacts.__dataclass_fields__) | {LOAN_ID}
PURE: Final = frozenset({
    "abs", "all", "avg", "bool", "ceil", "contains", "count", "endsWith", "filter", "flatMap", "floor", "isNumeric",
    "keys", "len", "lower", "map", "matches", "max", "median", "merge", "min", "mode", "none", "not", "number", "one",
    "round", "some", "split", "startsWith", "string", "sum", "trim", "trunc", "type", "upper", "values",
})  # fmt: skip
"""The functions whose answer is the same on every day; others read a clock, throw dice or are not known."""
FACTS: Final = frozenset({"case", "loans", "amount"})
"""What a graph is given."""
WORDS: Final = frozenset({"and", "or", "not", "in", "true", "false", "null"})

_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<text>'[^']*'|"[^"]*")
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>\$?[A-Za-z_][\w$]*|\$|\#)
    |(?P<sign>\?\?|==|!=|<=|>=|\.\.|\S)
    )""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an expression may name: what reaches its node, what any node made, and inside a loop facts that stand alone.

    `nodes` are the names of all nodes, and `amounts` those of the figures in the currency of a case.
    """

    made: AbstractSet[str]
    reach: AbstractSet[str] = frozenset()
    alone: AbstractSet[str] = frozenset()
    amounts: AbstractSet[str] = frozenset()
    nodes: AbstractSet[str] = frozenset()

    @property
    def of_nodes(self) -> "Known":
        """What may be named of the output of another node, or of one's own."""
        return replace(self, reach=self.made | FACTS)


@dataclass(slots=True)
class Said:
    """What an expression was found to say."""

    problems: list[str] = field(default_factory=list)
    case: set[str] = field(default_factory=set)
    loan: set[str] = field(default_factory=set)


def read(text: str, known: Known) -> Said:
    """Read an expression as far as its names go; whether it can be evaluated is for the engine to say."""
    said = Said()
    if len(text) > LENGTH_MAX:
        said.problems.append(f"is longer than {LENGTH_MAX} characters")
        return said
    tokens = [(str(m.lastgroup), m[str(m.lastgroup)]) for m in _TOKEN.finditer(text)]
    depth = [1 if t in "([{" else -1 if t in ")]}" else 0 for _, t in tokens]
    if any(sum(depth[: n + 1]) > DEPTH_MAX for n in range(len(depth))):
        said.problems.append(f"is nested more than {DEPTH_MAX} deep")
        return said
    _look(tokens, known, said)
    return said


def object_keys(text: str) -> set[str]:
    """Return the names that an expression gives to members of the objects that it makes."""
    tokens = [(str(m.lastgroup), m[str(m.lastgroup)]) for m in _TOKEN.finditer(text)]
    return {tokens[n][1] for n in _keys(tokens)}


def _look(tokens: list[tuple[str, str]], known: Known, said: Said) -> None:
    keys = set(_keys(tokens))
    for n, (kind, text) in enumerate(tokens):
        before = tokens[n - 1][1] if n else ""
        if text == "`":
            said.problems.append("has a text with holes in it, whose names cannot be looked after")
            return
        if text == ".." and not _tested(tokens, n):
            said.problems.append("makes a list of a range; a range can only be tested with `in`")
        if text == "[" and n + 1 < len(tokens) and tokens[n + 1][0] == "text" and _ends_value(tokens, n):
            said.problems.append("names a member in brackets; write it with a point")
        if kind == "name" and before != "." and n not in keys:
            _path(_members(tokens, n), known, said)
        elif kind == "name" and before == "." and tokens[n - 2][1] in {"]", ")"}:
            _of_item(text, known, said)


def _keys(tokens: list[tuple[str, str]]) -> Iterator[int]:
    """Yield where the keys of an object stand: after its bracket or a comma in it, before a colon."""
    opened: list[str] = []
    for n, (kind, text) in enumerate(tokens):
        if text in {"(", "[", "{"} and kind == "sign":
            opened.append(text)
        elif text in {")", "]", "}"} and kind == "sign" and opened:
            opened.pop()
        elif (
            kind == "name"
            and opened[-1:] == ["{"]
            and tokens[n - 1][1] in {"{", ","}
            and n + 1 < len(tokens)
            and tokens[n + 1][1] == ":"
        ):
            yield n


def _tested(tokens: list[tuple[str, str]], at: int) -> bool:
    """Say whether a range stands after `in`, or is by itself what a cell of a table tests for."""
    depth, n = 0, at
    while n and depth <= 0:
        n -= 1
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(tokens[n][1], 0)
    return n == 0 or (tokens[n - 1][1] in {"in", ","} and not any(t in {"(", "["} for _, t in tokens[: n - 1]))


def _ends_value(tokens: list[tuple[str, str]], at: int) -> bool:
    """Say whether a bracket follows a value, so that it picks a member rather than begins a list."""
    kind, text = tokens[at - 1] if at else ("", "")
    return (kind == "name" and text not in WORDS) or text in {"]", ")"}


def _members(tokens: list[tuple[str, str]], at: int) -> list[str]:
    """Return a name with the members that follow it after points, and a bracket if it is called."""
    path, n = [tokens[at][1]], at + 1
    while n + 1 < len(tokens) and tokens[n][1] == "." and tokens[n + 1][0] == "name":
        path.append(tokens[n + 1][1])
        n += 2
    if n < len(tokens) and tokens[n][1] == "(":
        path.append("(")
    return path


def _path(path: list[str], known: Known, said: Said) -> None:
    called = path[-1] == "("
    if called:
        if len(path) > 2 or path[0] not in PURE:
            name = ".".join(path[:-1])
            said.problems.append(f"calls {name}, which does not give the same answer every day or is not known here")
        return
    root, rest = path[0], path[1:]
    if root == "$nodes":
        if not rest or rest[0] not in known.nodes:
            said.problems.append(f"there is no node {rest[0] if rest else ''}".rstrip())
        elif len(rest) > 1:
            _rooted(rest[1], rest[2:], known.of_nodes, said)
    elif root == "$root" and rest:
        _rooted(rest[0], rest[1:], known, said)
    elif root == "$" and rest:
        _rooted(rest[0], rest[1:], known.of_nodes, said)
    else:
        _rooted(root, rest, known, said)


def _rooted(root: str, rest: list[str], known: Known, said: Said) -> None:
    """Look at a name and what it picks of it."""
    match root:
        case "case" | "amount" | "loans":
            _given(root, rest, known, said)
        case "#":
            if rest:
                _of_item(rest[0], known, said)
        case _ if root in known.alone:
            (said.loan if root in OF_LOAN else said.case).add(root)
        case _ if root == "$" or root in WORDS or root in known.reach or (known.alone and root in known.made):
            return
        case _ if root in known.made:
            said.problems.append(f"reads {root}, which does not reach it from every node before it")
        case _:
            said.problems.append(f"unknown name {root}; facts are written case.{root}")


def _given(root: str, rest: list[str], known: Known, said: Said) -> None:
    """Look at what is picked of what the graph is given."""
    if root not in known.reach:
        said.problems.append(f"reads {root}, which does not reach it; let the nodes before it pass their input through")
    if root == "case":
        _fact(rest[0] if rest else None, said)
    elif root == "amount" and (not rest or rest[0] not in known.amounts):
        said.problems.append(f"unknown amount {rest[0] if rest else ''}".rstrip())


def _fact(name: str | None, said: Said) -> None:
    if name is None:
        said.problems.append("names the whole case; name a fact of it, as in case.income")
    elif name in NAMES:
        said.case.add(name)
    else:
        said.problems.append(f"unknown fact {name}")


def _of_item(name: str, known: Known, said: Said) -> None:
    """Look at a member of an item of a list: of a loan, or of what a node made."""
    if name in OF_LOAN:
        said.loan.add(name)
    elif name not in known.made:
        said.problems.append(f"unknown fact of a loan {name}")
