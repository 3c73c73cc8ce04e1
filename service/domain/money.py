"""Money as integers in minor units, and how a fraction of it is rounded.

An amount is an `int` in minor units of the case's currency (fen, cents, yen); a rate is a `Decimal` fraction
a year. Fractions of money exist only inside one expression and leave it through `rounded`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Self

AMOUNT_MAX: Final = 10**13
RATE_MIN: Final = Decimal(-1)
RATE_MAX: Final = Decimal(10)
SIX_PLACES: Final = Decimal("0.000001")


class Component(StrEnum):
    """What a debt consists of."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    PENALTY = "penalty"
    FEES = "fees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """One amount in minor units for each component of a debt."""

    principal: int = 0
    interest: int = 0
    penalty: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        """All components together."""
        return self.principal + self.interest + self.penalty + self.fees

    def of(self, component: Component) -> int:
        """Return the amount of one component."""
        amount: int = getattr(self, component.value)
        return amount

    def with_(self, component: Component, amount: int) -> Self:
        """Return a copy in which one component has another amount."""
        return replace(self, **{component.value: amount})

    def __add__(self, other: "Amounts") -> "Amounts":
        """Add component by component."""
        return Amounts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Amounts)})

    def __sub__(self, other: "Amounts") -> "Amounts":
        """Subtract component by component."""
        return Amounts(**{f.name: getattr(self, f.name) - getattr(other, f.name) for f in fields(Amounts)})


def rounded(value: Decimal | Fraction | int) -> int:
    """Round to whole minor units, half away from zero (commercial rounding)."""
    if isinstance(value, int):
        return value
    if isinstance(value, Fraction):
        doubled = abs(value) * 2
        whole = (doubled.numerator // doubled.denominator + 1) // 2
        return whole if value >= 0 else -whole
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rounded_up(value: Decimal) -> int:
    """Round up to whole minor units."""
    return int(value.quantize(Decimal(1), rounding=ROUND_CEILING))


def ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal:
    """Divide, rounded half-up to six places: the precision in which facts are compared with thresholds."""
    return (Decimal(numerator) / Decimal(denominator)).quantize(SIX_PLACES, rounding=ROUND_HALF_UP)


def shared(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `amount` in proportion to `weights` so that the parts add up (largest remainder; ties to the first)."""
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * w // total for w in weights]
    short = amount - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in order[:short]:
        parts[i] += 1
    return tuple(parts)
