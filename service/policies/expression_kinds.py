"""Checks what a condition compares: names that exist, words that exist, numbers with numbers, a truth value at last."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, assert_never

from service.domain.facts import described
from service.domain.words import BorrowerKind, HardshipReason, Product
from service.policies.expression_tree import (
    Arithmetic,
    Call,
    Comparison,
    Interval,
    Items,
    Literally,
    Logical,
    Name,
    Node,
    Unary,
    children,
)

Kind = Literal["money", "number", "flag", "word", "words", "numbers", "nothing"]

AMOUNT: Final = "amount."

KINDS: Final[dict[str, Kind]] = {
    d.name: "number" if d.kind in {"count", "ratio"} else d.kind  # type: ignore[misc]  # the kinds of facts.py
    for d in described()
}
"""Of which kind each fact is; counts and ratios are both numbers."""


def _words(enum: type[StrEnum]) -> frozenset[str]:
    return frozenset(member.value for member in enum)


VOCABULARIES: Final[dict[str, frozenset[str]]] = {
    "product": _words(Product),
    "borrower_kind": _words(BorrowerKind),
    "hardship_reason": _words(HardshipReason),
    "income_basis": frozenset({"declared", "evidenced", "verified"}),
}
"""The words that a fact can be; a condition on any other word would never hold."""

_NUMERIC: Final = frozenset({"money", "number"})


def mistakes(node: Node, *, amounts: AbstractSet[str]) -> Iterator[str]:
    """Yield what is wrong with a condition, as the ends of sentences; `amounts` are the pack's own figures."""
    checker = _Checker(amounts)
    kind = checker.kind_of(node)
    if not checker.found and kind != "flag":
        checker.found.append(f"is not a condition: it gives {_said(kind)}, not true or false")
    yield from dict.fromkeys(checker.found)


class _Checker:
    """Walks a tree once; a part with a mistake has no kind, so that one mistake is told once."""

    def __init__(self, amounts: AbstractSet[str]) -> None:
        self.found: list[str] = []
        self._amounts = amounts

    def kind_of(self, node: Node) -> Kind | None:  # noqa: PLR0911
        match node:
            case Literally(value=value):
                return "flag" if isinstance(value, bool) else "word" if isinstance(value, str) else "number"
            case Name(path=path):
                return self._named(path)
            case Items():
                return self._list(node)
            case Interval(low=low, high=high):
                self._numeric(low, high)
                return "numbers"
            case Unary(operator=operator, operand=operand):
                return self._unary(operator, operand)
            case Logical(left=left, right=right):
                self._flags(left, right)
                return "flag"
            case Comparison():
                return self._comparison(node)
            case Arithmetic():
                return self._arithmetic(node)
            case Call(function=function, argument=argument):
                return self._call(function, argument)
            case _:
                assert_never(node)

    def _named(self, path: str) -> Kind | None:
        if path.startswith(AMOUNT):
            if path.removeprefix(AMOUNT) not in self._amounts:
                self.found.append(f"unknown amount {path.removeprefix(AMOUNT)}: no [amounts.<CURRENCY>] has it")
                return None
            return "money"
        if path not in KINDS:
            self.found.append(f"unknown fact {path}")
        return KINDS.get(path)

    def _list(self, node: Items) -> Kind | None:
        kinds = [self.kind_of(item) for item in node.items]
        if None in kinds:
            return None
        if not kinds:
            return "nothing"
        if all(kind == "word" for kind in kinds):
            return "words"
        if all(kind in _NUMERIC for kind in kinds):
            return "numbers"
        self.found.append("has a list that mixes words and numbers")
        return None

    def _unary(self, operator: str, operand: Node) -> Kind | None:
        kind = self.kind_of(operand)
        wanted = {"flag"} if operator == "not" else _NUMERIC
        if kind is not None and kind not in wanted:
            what = "a truth value" if operator == "not" else "a number"
            self.found.append(f"`{operator}` needs {what}, not {_said(kind)}: put what follows in brackets")
            return None
        return kind

    def _flags(self, *nodes: Node) -> None:
        for node in nodes:
            kind = self.kind_of(node)
            if kind not in {"flag", None}:
                self.found.append(f"`and` and `or` join truth values, not {_said(kind)}")

    def _numeric(self, *nodes: Node) -> list[Kind | None]:
        kinds = [self.kind_of(node) for node in nodes]
        wrong = next((kind for kind in kinds if kind is not None and kind not in _NUMERIC), None)
        if wrong is not None:
            self.found.append(f"needs numbers, not {_said(wrong)}")
            return [None]
        return kinds

    def _comparison(self, node: Comparison) -> Kind:
        match node.operator:
            case "in" | "not in":
                self._membership(node)
            case "==" | "!=":
                self._equality(node)
            case _:
                self._numeric(node.left, node.right)
        self._bare_money(node)
        self._known_words(node)
        return "flag"

    def _equality(self, node: Comparison) -> None:
        left, right = self.kind_of(node.left), self.kind_of(node.right)
        if left is None or right is None:
            return
        alike = left == right or {left, right} == _NUMERIC
        if not alike or left in {"words", "numbers", "nothing"}:
            self.found.append(f"compares {_said(left)} with {_said(right)}")

    def _membership(self, node: Comparison) -> None:
        left, right = self.kind_of(node.left), self.kind_of(node.right)
        if left is None or right is None:
            return
        if right not in {"words", "numbers", "nothing"}:
            self.found.append(f"looks for something in {_said(right)}: `in` needs a list")
        elif (right == "words" and left != "word") or (right == "numbers" and left not in _NUMERIC):
            self.found.append(f"looks for {_said(left)} among {_said(right)}")

    def _arithmetic(self, node: Arithmetic) -> Kind | None:
        kinds = self._numeric(node.left, node.right)
        if None in kinds:
            return None
        if node.operator == "/" and not (isinstance(node.right, Literally) and node.right.value):
            self.found.append("divides by something that may be nothing: multiply the other side instead")
        if node.operator == "*" and kinds == ["money", "money"]:
            self.found.append("multiplies money by money")
        if node.operator in {"+", "-"}:
            self._bare_money(node)
        return "money" if "money" in kinds else "number"

    def _call(self, function: str, argument: Node) -> Kind | None:
        kind = self.kind_of(argument)
        if kind is None:
            return None
        wanted = {"abs": _NUMERIC, "len": {"words", "numbers"}}.get(function, {"numbers"})
        if kind not in wanted or (kind == "numbers" and isinstance(argument, Interval)):
            self.found.append(f"{function} cannot take {_said(kind)}")
            return None
        if function == "len":
            return "number"
        return "money" if any(self._is_money(part) for part in (argument, *children(argument))) else "number"

    def _bare_money(self, node: Comparison | Arithmetic) -> None:
        """Refuse a threshold that is money of no currency: 5000 is little in JPY and much in GBP."""
        for one, other in ((node.left, node.right), (node.right, node.left)):
            figures = children(other) if isinstance(other, Items | Interval) else (other,)
            if self._is_money(one) and any(_is_figure(figure) for figure in figures):
                self.found.append("compares money with a bare number: name it in [amounts.<CURRENCY>]")

    def _is_money(self, node: Node) -> bool:
        return node_kind(node) == "money"

    def _known_words(self, node: Comparison) -> None:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            known = VOCABULARIES.get(one.path) if isinstance(one, Name) else None
            said = children(other) if isinstance(other, Items) else (other,)
            if known is None:
                continue
            self.found.extend(
                f"{one.path} is never '{word.value}': it is one of {', '.join(sorted(known))}"  # type: ignore[union-attr]
                for word in said
                if isinstance(word, Literally) and isinstance(word.value, str) and word.value not in known
            )


def node_kind(node: Node) -> Kind | None:
    """Return of which kind a part is, mistakes aside."""
    match node:
        case Name(path=path):
            return "money" if path.startswith(AMOUNT) else KINDS.get(path)
        case Arithmetic(left=left, right=right):
            return "money" if "money" in {node_kind(left), node_kind(right)} else "number"
        case Unary(operator="-", operand=operand) | Call(function="abs", argument=operand):
            return node_kind(operand)
        case Call(function="max" | "min", argument=Items(items=items)):
            return "money" if any(node_kind(item) == "money" for item in items) else "number"
        case _:
            return None


def _is_figure(node: Node) -> bool:
    """Whether a part is a number written out; 0 is 0 in every currency."""
    if isinstance(node, Unary):
        return _is_figure(node.operand)
    return isinstance(node, Literally) and isinstance(node.value, Decimal) and node.value != 0


def _said(kind: Kind | None) -> str:
    return {
        "money": "an amount",
        "number": "a number",
        "flag": "a truth value",
        "word": "a word",
        "words": "a list of words",
        "numbers": "a list of numbers",
        "nothing": "an empty list",
    }.get(kind or "", "nothing")
