"""Whether a condition turns against a borrower because of what may never count against one."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final

from service.domain.words import PROTECTIVE_REASONS, HardshipReason
from service.policies.expression_tree import Logical, Node, Unary, names
from service.policies.programs import Program

Pair = tuple[bool, bool]
"""What a condition says of two borrowers who differ in one fact only: of the protected one, and of the other."""

_ALIKE: Final[frozenset[Pair]] = frozenset({(False, False), (True, True)})
_ANY: Final[frozenset[Pair]] = frozenset(product((False, True), (False, True)))

_PROTECTED: Final = tuple(sorted(PROTECTIVE_REASONS))
_OTHERS: Final = tuple(reason for reason in HardshipReason if reason not in PROTECTIVE_REASONS)


def counts_against(text: str, node: Node) -> Iterator[str]:
    """Yield the protective facts because of which a condition can hold that would not hold for somebody else."""
    for fact, one, other in _compared(_OTHERS):
        if (True, False) in _pairs(text, node, fact, one, other):
            yield fact


def shuts_out(text: str, node: Node) -> Iterator[str]:
    """Yield the protective facts because of which a condition can fail that would hold for somebody else.

    A programme may be made for one reason, such as a downturn of business; but where it takes the reason `other`, it
    takes the protected ones.
    """
    for fact, one, other in _compared((HardshipReason.OTHER,)):
        if (False, True) in _pairs(text, node, fact, one, other):
            yield fact


def _compared(others: Sequence[HardshipReason]) -> Iterator[tuple[str, Any, Any]]:
    """Yield each protective fact with a protected value, and the value of somebody whom that one is compared with."""
    yield "vulnerable", True, False
    yield from (("hardship_reason", one.value, other.value) for one in _PROTECTED for other in others)


def _pairs(text: str, node: Node, fact: str, one: Any, other: Any) -> frozenset[Pair]:
    """Return what a condition can say of the two borrowers, whatever else is so of both.

    Parts of the condition count as independent of each other: that can find too much, never too little.
    """
    match node:
        case Unary(operator="not", operand=operand):
            return frozenset((not a, not b) for a, b in _pairs(text, operand, fact, one, other))
        case Logical(operator=operator, left=left, right=right):
            joined = product(_pairs(text, left, fact, one, other), _pairs(text, right, fact, one, other))
            if operator == "and":
                return frozenset((a and c, b and d) for (a, b), (c, d) in joined)
            return frozenset((a or c, b or d) for (a, b), (c, d) in joined)
        case _ if fact not in names(node):
            return _ALIKE
        case _ if names(node) == (fact,):
            says = Program(text[node.start : node.end], node, {})
            return frozenset({(says({fact: one}) is True, says({fact: other}) is True)})
        case _:
            return _ANY
