"""The vendored golden vectors: published examples with inputs, expected figures and a tolerance."""

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "vectors"
DEFAULT_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One published example. Figures are of many shapes, so inputs and expectations stay as read."""

    id: str
    file: str
    source: str
    kind: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tolerance: float | dict[str, float]
    note: str = ""

    def allowed(self, name: str) -> float:
        """Return how far a figure may be from the expected one."""
        if isinstance(self.tolerance, dict):
            return self.tolerance.get(name, DEFAULT_TOLERANCE)
        return self.tolerance


@cache
def load() -> tuple[Vector, ...]:
    """Return all vectors, in the order of the files."""
    return tuple(
        Vector(file=path.name, **entry)
        for path in sorted(FOLDER.glob("*.json"))
        for entry in json.loads(path.read_text(encoding="utf-8"))
    )


def of_kind(*kinds: str) -> list[Vector]:
    """Return the vectors of some kinds."""
    return [vector for vector in load() if vector.kind in kinds]


def number(value: object) -> Decimal:
    """Read a figure written as a number or as a sum of quotients, such as `"0.09/12"` or `"3/365 + 1/12"`."""
    exact = sum((_quotient(part) for part in str(value).split("+")), Fraction(0))
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def cents(value: object) -> int:
    """Read an amount as integer minor units."""
    minor = number(value) * 100
    if minor != int(minor):
        raise ValueError(f"{value} is not a whole number of minor units")
    return int(minor)


def _quotient(text: str) -> Fraction:
    numerator, _, denominator = text.strip().partition("/")
    return Fraction(numerator.strip()) / Fraction(denominator.strip() or "1")
