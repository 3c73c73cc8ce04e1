"""Which checker judges which kind of vector; the tests and the report use the same ones."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from tests.golden.vectors import Vector

Checker = Callable[[Vector], list[str]]
"""Compares what the service computes with a vector and returns the differences, one sentence each."""

CHECKERS: Final[dict[str, Checker]] = {}


def checks(*kinds: str) -> Callable[[Checker], Checker]:
    """Register a checker for some kinds."""

    def register(checker: Checker) -> Checker:
        for kind in kinds:
            if kind in CHECKERS:
                raise ValueError(f"two checkers for {kind}")
            CHECKERS[kind] = checker
        return checker

    return register


def differences(vector: Vector, computed: Mapping[str, Any]) -> list[str]:
    """Compare every expected figure with the computed one of the same name; a figure not computed is a difference."""
    found: list[str] = []
    for name, expected in vector.expected.items():
        if name not in computed:
            found.append(f"{name}: not computed")
        else:
            found += _compared(name, expected, computed[name], vector.allowed(name))
    return found


def _compared(name: str, expected: object, computed: object, allowed: float) -> list[str]:
    if isinstance(expected, list):
        if not isinstance(computed, Sequence) or len(expected) != len(computed):
            return [f"{name}: expected {expected}, computed {computed}"]
        pairs = enumerate(zip(expected, computed, strict=True))
        return [line for i, (e, c) in pairs for line in _compared(f"{name}[{i}]", e, c, allowed)]
    if isinstance(expected, int | float) and isinstance(computed, int | float | Decimal | Fraction):
        # A hair more than the tolerance: the published figure itself was read into a binary float.
        close = abs(float(computed) - expected) <= allowed * (1 + 1e-9) + 1e-12
        return [] if close else [f"{name}: expected {expected} ± {allowed}, computed {float(computed)}"]
    return [] if expected == computed else [f"{name}: expected {expected!r}, computed {computed!r}"]
