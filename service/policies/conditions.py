"""Compiles conditions: three-valued over facts, evaluated by zen once nothing that they name is unknown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import zen

from service.domain.money import SIX_PLACES
from service.policies.expression_kinds import AMOUNT, mistakes
from service.policies.expression_tree import Comparison, Items, Logical, Name, Node, Unary, children, names
from service.policies.expressions import ExpressionNotUnderstood, parse

Env = Mapping[str, Any]
AmountsOf = Mapping[str, Mapping[str, int]]
"""The pack's figures in minor units, by currency and name."""

FactValue = int | Decimal | bool | str | None

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Grounds:
    """The fact that decided a condition, its value, and the threshold that it met or missed."""

    fact: str
    value: FactValue
    threshold: str


class _Expression:
    """One expression: which facts it reads, which amounts, and the compiled program."""

    __slots__ = ("_amount_names", "_amounts", "_program", "reads", "text")

    def __init__(self, text: str, node: Node, amounts: AmountsOf) -> None:
        found = names(node)
        self.text = text
        self._amount_names = tuple(n.removeprefix(AMOUNT) for n in found if n.startswith(AMOUNT))
        own = tuple(n for n in found if not n.startswith(AMOUNT))
        self.reads = tuple(dict.fromkeys((*own, "currency"))) if self._amount_names else own
        self._amounts = amounts
        self._program = zen.compile_expression(text)

    def __call__(self, env: Env) -> bool | None:
        """Return whether the expression holds; None when a fact, or the currency's amounts, are unknown."""
        told: list[str] = []
        for name in self.reads:
            value = env[name]
            if value is None:
                return None
            told.append(f'"{name}":{_json(value)}')
        if self._amount_names:
            figures = self._amounts.get(env["currency"])
            if figures is None:
                return None
            told.append(f'"amount":{json.dumps({n: figures[n] for n in self._amount_names})}')
        # As text, because zen reads the decimals of text exactly and those of floats nearly (4170.205469).
        holds = self._program.evaluate("{" + ",".join(told) + "}")
        return holds is True


@dataclass(frozen=True, slots=True)
class _Part:
    """A comparison inside a condition: whether it counts for or against it, and how to tell its threshold."""

    holds: _Expression
    fact: str
    operator: str
    against: str
    wanted: bool

    def grounds(self, env: Env, amounts: AmountsOf) -> Grounds:
        """Return the fact with its value, and the threshold with figures in place of names."""
        against = self.against
        if against.startswith(AMOUNT):
            against = str(amounts[env["currency"]][against.removeprefix(AMOUNT)])
        elif against in env:
            against = str(plain(env[against]))
        return Grounds(self.fact, plain(env[self.fact]), f"{self.operator} {against}")


class Compiled:
    """A condition of a pack; of several expressions one is enough. Calling it gives true, false or None (unknown)."""

    __slots__ = ("_amounts", "_expressions", "_parts", "reads", "text")

    def __init__(self, texts: Sequence[str], nodes: Sequence[Node], amounts: AmountsOf) -> None:
        self._expressions = tuple(_Expression(t, n, amounts) for t, n in zip(texts, nodes, strict=True))
        self._parts = tuple(p for t, n in zip(texts, nodes, strict=True) for p in _parts(t, n, amounts))
        self._amounts = amounts
        self.text = texts[0] if len(texts) == 1 else " or ".join(f"({text})" for text in texts)
        self.reads: tuple[str, ...] = tuple(dict.fromkeys(name for e in self._expressions for name in e.reads))

    def __call__(self, env: Env) -> bool | None:
        """Return whether one of the expressions holds; None when none does and one is unknown."""
        known = True
        for expression in self._expressions:
            holds = expression(env)
            if holds:
                return True
            known = known and holds is not None
        return False if known else None

    def unknown(self, env: Env) -> tuple[str, ...]:
        """Return the facts that it reads and that are unknown."""
        return tuple(name for name in self.reads if env[name] is None)

    def values(self, env: Env) -> dict[str, FactValue]:
        """Return the facts that it reads, as a trace shows them."""
        return {name: plain(env[name]) for name in self.reads}

    def grounds(self, env: Env, *, held: bool) -> Grounds | None:
        """Return the first comparison that decided: that was met when the condition held, or missed when it did not."""
        for part in self._parts:
            met = part.holds(env)
            if met is not None and (met is part.wanted) is held:
                return part.grounds(env, self._amounts)
        return None


def compile_condition(when: str | Sequence[str], *, amounts: AmountsOf | None = None) -> Compiled:
    """Compile one expression, or several of which one is enough; raise `ExpressionNotUnderstood` with all mistakes."""
    texts = [when] if isinstance(when, str) else list(when)
    found = [problem for text in texts for problem in problems_of(text, amounts=amounts or {})]
    if found:
        raise ExpressionNotUnderstood("; ".join(found))
    return Compiled(texts, [parse(text) for text in texts], amounts or {})


def problems_of(text: str, *, amounts: AmountsOf) -> Iterator[str]:
    """Yield what is wrong with an expression, as the ends of sentences."""
    try:
        node = parse(text)
    except ExpressionNotUnderstood as problem:
        yield str(problem)
        return
    found = list(mistakes(node, amounts=frozenset().union(*amounts.values())))
    yield from found
    if not found and zen.validate_expression(text) is not None:
        yield "is not understood by the expression engine"


def plain(value: object) -> FactValue:
    """Return a fact as one value; a list of words is one word with commas."""
    if isinstance(value, tuple):
        return ", ".join(value)
    assert value is None or isinstance(value, int | Decimal | bool | str)
    return value


def _json(value: object) -> str:
    """Write a fact for zen: money and counts as integers, ratios rounded half-up to six places."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.quantize(SIX_PLACES, rounding=ROUND_HALF_UP), "f")
    return json.dumps(value)


def _parts(text: str, node: Node, amounts: AmountsOf, *, wanted: bool = True) -> Iterator[_Part]:
    """Yield the comparisons of a condition; under a `not` a comparison counts the other way."""
    match node:
        case Logical(left=left, right=right):
            yield from _parts(text, left, amounts, wanted=wanted)
            yield from _parts(text, right, amounts, wanted=wanted)
        case Unary(operator="not", operand=operand):
            yield from _parts(text, operand, amounts, wanted=not wanted)
        case Comparison() | Name():
            part = _part(text, node, amounts, wanted=wanted)
            if part is not None:
                yield part
        case _:
            return


def _part(text: str, node: Comparison | Name, amounts: AmountsOf, *, wanted: bool) -> _Part | None:
    """Return a comparison with the fact first and the threshold second."""
    source = text[node.start : node.end]
    holds = _Expression(source, node, amounts)
    if isinstance(node, Name):
        return _Part(holds, node.path, "==", "true", wanted)
    left, right, operator = node.left, node.right, str(node.operator)
    swap = (_facts(right) and not _facts(left)) or (isinstance(right, Name) and not isinstance(left, Name))
    if operator in {"in", "not in"}:
        swap = not isinstance(right, Items) and bool(_facts(right)) and not _facts(left)
    if swap:
        left, right, operator = right, left, _FLIPPED.get(operator, _contains(operator))
    facts = _facts(left)
    if not facts:
        return None
    return _Part(holds, facts[0], operator, text[right.start : right.end], wanted)


def _contains(operator: str) -> str:
    return {"in": "contains", "not in": "does not contain"}.get(operator, operator)


def _facts(node: Node) -> tuple[str, ...]:
    return tuple(name for name in names(node) if not name.startswith(AMOUNT))


def protective_reads(node: Node, *, wanted: bool = True) -> Iterator[tuple[Node, str, bool]]:
    """Yield each comparison or flag that reads a fact, the fact, and whether it counts for the condition."""
    match node:
        case Unary(operator="not", operand=operand):
            yield from protective_reads(operand, wanted=not wanted)
        case Comparison():
            against = node.operator in {"!=", "not in"}
            yield from ((node, name, wanted is not against) for name in _facts(node))
        case Name(path=path):
            yield node, path, wanted
        case _:
            for part in children(node):
                yield from protective_reads(part, wanted=wanted)
