"""On what grounds a condition held or failed: the comparison that decided, its fact, and the threshold in figures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from service.domain.money import ratio
from service.policies.expression_kinds import AMOUNT
from service.policies.expression_tree import (
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    Items,
    Literally,
    Logical,
    Name,
    Node,
    Unary,
    names,
)
from service.policies.programs import AmountsOf, Env, Program

FactValue = int | Decimal | bool | str | None

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COMBINED: Final[dict[ArithmeticOperator, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": Decimal.__add__,
    "-": Decimal.__sub__,
    "*": Decimal.__mul__,
    "/": ratio,
}
_CONTAINS: Final = {"in": "contains", "not in": "does not contain"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """The fact that decided a condition, its value, and the threshold that it met or missed."""

    fact: str
    value: FactValue
    threshold: str


@dataclass(frozen=True, slots=True)
class Part:
    """A comparison inside a condition, the fact first and the threshold second; `wanted` is false under a `not`."""

    holds: Program
    fact: str
    operator: str
    against: Node | None
    text: str
    wanted: bool

    def grounds(self, env: Env, amounts: AmountsOf) -> Grounds:
        """Return the fact with its value, and the threshold with figures in place of names."""
        told = None if self.against is None else _figure(self.against, env, amounts)
        return Grounds(self.fact, plain(env[self.fact]), f"{self.operator} {self.text if told is None else told}")


def parts_of(text: str, node: Node, amounts: AmountsOf, *, wanted: bool = True) -> Iterator[Part]:
    """Yield the comparisons of a condition; under a `not` a comparison counts the other way."""
    match node:
        case Logical(left=left, right=right):
            yield from parts_of(text, left, amounts, wanted=wanted)
            yield from parts_of(text, right, amounts, wanted=wanted)
        case Unary(operator="not", operand=operand):
            yield from parts_of(text, operand, amounts, wanted=not wanted)
        case Name(path=fact):
            yield Part(_program(text, node, amounts), fact, "==", None, "true", wanted)
        case Comparison():
            yield from _compared(text, node, amounts, wanted=wanted)
        case _:
            return


def plain(value: object) -> FactValue:
    """Return a fact as one value; a list of words is one word with commas."""
    if isinstance(value, tuple):
        return ", ".join(value)
    assert value is None or isinstance(value, int | Decimal | bool | str)
    return value


def _compared(text: str, node: Comparison, amounts: AmountsOf, *, wanted: bool) -> Iterator[Part]:
    left, right, operator = node.left, node.right, str(node.operator)
    if _stands_second(left, right):
        left, right, operator = right, left, _FLIPPED.get(operator, _CONTAINS.get(operator, operator))
    for fact in _facts(left)[:1]:
        yield Part(_program(text, node, amounts), fact, operator, right, text[right.start : right.end], wanted)


def _stands_second(left: Node, right: Node) -> bool:
    """Whether the fact that is compared stands on the right: `90 <= days_past_due`."""
    if not _facts(right):
        return False
    return not _facts(left) or (isinstance(right, Name) and not isinstance(left, Name | Items))


def _facts(node: Node) -> tuple[str, ...]:
    return tuple(name for name in names(node) if not name.startswith(AMOUNT))


def _program(text: str, node: Node, amounts: AmountsOf) -> Program:
    return Program(text[node.start : node.end], node, amounts)


def _figure(node: Node, env: Env, amounts: AmountsOf) -> str | None:
    """Return what the threshold comes to; None where it is told as it is written: a figure, a word, a list."""
    match node:
        case Name(path=path) if not path.startswith(AMOUNT):
            return str(plain(env[path]))
        case Name() | Arithmetic():
            number = _number(node, env, amounts)
            return None if number is None else format(number.normalize(), "f")
        case _:
            return None


def _number(node: Node, env: Env, amounts: AmountsOf) -> Decimal | None:
    """Work a sum out; None where it holds something else than figures, facts and amounts."""
    match node:
        case Literally(value=Decimal() as value):
            return value
        case Name(path=path):
            figures = amounts[env["currency"]] if path.startswith(AMOUNT) else env
            return Decimal(figures[path.removeprefix(AMOUNT)])
        case Unary(operand=operand):
            number = _number(operand, env, amounts)
            return None if number is None else -number
        case Arithmetic(operator=operator, left=left, right=right):
            one, other = _number(left, env, amounts), _number(right, env, amounts)
            return None if one is None or other is None else _COMBINED[operator](one, other)
        case _:
            return None
