"""A condition as a tree: its nodes, each with the place where it stands in the text."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

LogicalOperator = Literal["and", "or"]
Comparator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
ArithmeticOperator = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Literally:
    """A number, a word in quotes, or a truth value."""

    value: Decimal | str | bool
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A fact, or an amount of the pack (`amount.small`)."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list in square brackets."""

    items: tuple["Node", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Two bounds; a square bracket includes its bound, a round one does not."""

    low: "Node"
    high: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary:
    """`not` before a truth value, or a minus before a number."""

    operator: Literal["not", "-"]
    operand: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logical:
    """Two truth values joined."""

    operator: LogicalOperator
    left: "Node"
    right: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two values compared."""

    operator: Comparator
    left: "Node"
    right: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Two numbers combined."""

    operator: ArithmeticOperator
    left: "Node"
    right: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One of `FUNCTIONS`, applied to one value or list."""

    function: str
    argument: "Node"
    start: int
    end: int


Node = Literally | Name | Items | Interval | Unary | Logical | Comparison | Arithmetic | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node."""
    match node:
        case Literally() | Name():
            return ()
        case Items(items=items):
            return items
        case Interval(low=low, high=high):
            return (low, high)
        case Unary(operand=operand) | Call(argument=operand):
            return (operand,)
        case Logical(left=left, right=right) | Comparison(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case _:
            assert_never(node)


def names(node: Node) -> tuple[str, ...]:
    """Return the names that an expression reads, each once, in the order in which they stand."""
    found = [node.path] if isinstance(node, Name) else [name for part in children(node) for name in names(part)]
    return tuple(dict.fromkeys(found))
