"""Reads a condition: the part of the zen language that packs may use, as a tree with positions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from service.policies.expression_tree import (
    Arithmetic,
    Call,
    Comparator,
    Comparison,
    Interval,
    Items,
    Literally,
    Logical,
    Name,
    Node,
    Unary,
)

FUNCTIONS: Final = frozenset({"abs", "len", "max", "min"})
LENGTH_MAX: Final = 1000
DEPTH_MAX: Final = 40

_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?!\w))
    |(?P<word>'[^'\n]*'|"[^"\n]*")
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    |(?P<sign>==|!=|<=|>=|\.\.|[<>+\-*/()\[\],!])
    )""",
    re.VERBOSE | re.ASCII,
)
_RESERVED: Final = frozenset({"and", "or", "not", "in", "true", "false", "null"})


class ExpressionNotUnderstood(Exception):
    """A condition is not in the language of packs; the sentence says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign of an expression, and where it stands."""

    kind: Literal["number", "word", "name", "sign", "end"]
    text: str
    start: int
    end: int


def parse(text: str) -> Node:
    """Return the tree of an expression, or raise `ExpressionNotUnderstood`."""
    if len(text) > LENGTH_MAX:
        raise ExpressionNotUnderstood(f"is longer than {LENGTH_MAX} characters")
    return _Reader(tuple(tokens(text))).whole()


def tokens(text: str) -> Iterator[Token]:
    """Yield the words and signs of an expression, and at last its end."""
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionNotUnderstood(f"{text[at]} at character {at + 1} is not understood")
        kind = found.lastgroup
        assert kind is not None
        yield Token(kind, found[kind], found.start(kind), found.end(kind))  # type: ignore[arg-type]
        at = found.end()
    yield Token("end", "", len(text), len(text))


class _Reader:
    """Recursive descent: or, and, comparison, sum, product, unary, value; each level as zen ranks it."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._either()
        if self._next.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _unexpected(self) -> ExpressionNotUnderstood:
        token = self._next
        if token.kind == "end":
            return ExpressionNotUnderstood("ends too early")
        return ExpressionNotUnderstood(f"{token.text} at character {token.start + 1} does not belong there")

    def _require(self, *signs: str) -> Token:
        if self._next.kind != "sign" or self._next.text not in signs:
            raise self._unexpected()
        return self._take()

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExpressionNotUnderstood(f"is nested more than {DEPTH_MAX} deep")
        left = self._both()
        while self._next.text == "or":
            self._take()
            right = self._both()
            left = Logical(operator="or", left=left, right=right, start=left.start, end=right.end)
        self._depth -= 1
        return left

    def _both(self) -> Node:
        left = self._compared()
        while self._next.text == "and":
            self._take()
            right = self._compared()
            left = Logical(operator="and", left=left, right=right, start=left.start, end=right.end)
        return left

    def _compared(self) -> Node:
        left = self._sum()
        operator = self._comparator()
        if operator is None:
            return left
        right = self._sum()
        if self._comparator() is not None:
            raise ExpressionNotUnderstood("compares three values in a row: join two comparisons with `and`")
        return Comparison(operator=operator, left=left, right=right, start=left.start, end=right.end)

    def _comparator(self) -> Comparator | None:
        text = self._next.text if self._next.kind in {"sign", "name"} else ""
        if text == "not" and self._tokens[self._at + 1].text == "in":
            self._at += 2
            return "not in"
        match text:
            case "==" | "!=" | "<" | "<=" | ">" | ">=" | "in":
                self._take()
                return text
            case _:
                return None

    def _sum(self) -> Node:
        left = self._product()
        while self._next.kind == "sign" and (operator := self._next.text) in {"+", "-"}:
            self._take()
            left = _arithmetic(operator, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._unary()
        while self._next.kind == "sign" and (operator := self._next.text) in {"*", "/"}:
            self._take()
            left = _arithmetic(operator, left, self._unary())
        return left

    def _unary(self) -> Node:
        token = self._next
        if token.kind in {"sign", "name"} and token.text in {"not", "!", "-"}:
            self._take()
            self._depth += 1
            if self._depth > DEPTH_MAX:
                raise ExpressionNotUnderstood(f"is nested more than {DEPTH_MAX} deep")
            operand = self._unary()
            self._depth -= 1
            operator: Literal["not", "-"] = "-" if token.text == "-" else "not"
            return Unary(operator=operator, operand=operand, start=token.start, end=operand.end)
        return self._value()

    def _value(self) -> Node:
        token = self._next
        match token.kind, token.text:
            case "number", text:
                self._take()
                return Literally(value=Decimal(text), start=token.start, end=token.end)
            case "word", text:
                self._take()
                return Literally(value=text[1:-1], start=token.start, end=token.end)
            case "name", "true" | "false" as text:
                self._take()
                return Literally(value=text == "true", start=token.start, end=token.end)
            case "sign", "(" | "[":
                return self._bracketed()
            case "name", text if text not in _RESERVED:
                self._take()
                return self._called(token) if self._next.text == "(" else _name(token)
        raise self._unexpected()

    def _called(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            raise ExpressionNotUnderstood(f"there is no function {token.text}")
        self._take()
        argument = self._either()
        end = self._require(")").end
        return Call(function=token.text, argument=argument, start=token.start, end=end)

    def _bracketed(self) -> Node:
        """Read a group, a list or an interval: they begin alike."""
        opening = self._take()
        if opening.text == "[" and self._next.text == "]":
            return Items(items=(), start=opening.start, end=self._take().end)
        first = self._either()
        if self._next.text == "..":
            self._take()
            high = self._either()
            return Interval(low=first, high=high, start=opening.start, end=self._require(")", "]").end)
        if opening.text == "(":
            # The brackets belong to the node: its place is cut out of the text to stand alone.
            return replace(first, start=opening.start, end=self._require(")").end)
        items = [first]
        while self._next.text == ",":
            self._take()
            items.append(self._either())
        return Items(items=tuple(items), start=opening.start, end=self._require("]").end)


def _name(token: Token) -> Name:
    return Name(path=token.text, start=token.start, end=token.end)


def _arithmetic(operator: str, left: Node, right: Node) -> Arithmetic:
    return Arithmetic(operator=operator, left=left, right=right, start=left.start, end=right.end)  # type: ignore[arg-type]
