"""The level payment that repays a balance, exactly and rounded, and the rounded interest of a period."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from service.relief.settings import LevelRounding, Settings

EXACT: Final = Context(prec=60)
"""Sixty digits: beyond the last digit of any amount by more than any schedule can lose."""


class Charge(NamedTuple):
    """The interest that one unit bears over a period, as a fraction in whole numbers (the denominator positive)."""

    numerator: int
    denominator: int

    @classmethod
    def of(cls, interest: Fraction) -> "Charge":
        """Return the charge of an exact fraction."""
        return cls(interest.numerator, interest.denominator)

    def on(self, balance: int) -> int:
        """Return the interest on a balance, rounded to the minor unit, half away from zero."""
        exact = 2 * balance * self.numerator
        if exact >= 0:
            return (exact + self.denominator) // (2 * self.denominator)
        return -((self.denominator - exact) // (2 * self.denominator))


def annuity(balance: int, charges: Sequence[Charge], *, balloon: int = 0) -> Decimal:
    """Return the unrounded equal payment that brings a balance down to `balloon` over the given periods.

    With growth factors 1 + i of the periods, it is (balance × Π(1 + i) − balloon) / Σ Π of the factors after each
    payment. Minor units; the periods may differ in length and rate.
    """
    if charges.count(charges[0]) == len(charges):
        return _equal_periods(balance, charges[0], len(charges), balloon=balloon)
    growth, total = Decimal(1), Decimal(0)
    factors: dict[Charge, Decimal] = {}
    for charge in reversed(charges):
        total = EXACT.add(total, growth)
        factor = factors.get(charge)
        if factor is None:
            factor = factors[charge] = EXACT.add(Decimal(1), _rate(charge))
        growth = EXACT.multiply(growth, factor)
    return EXACT.divide(EXACT.subtract(EXACT.multiply(Decimal(balance), growth), Decimal(balloon)), total)


def _equal_periods(balance: int, charge: Charge, count: int, *, balloon: int) -> Decimal:
    """Return the annuity in closed form: (balance × g^n − balloon) × i / (g^n − 1) with g = 1 + i."""
    rate = _rate(charge)
    if rate == 0:
        return EXACT.divide(Decimal(balance - balloon), Decimal(count))
    growth = EXACT.power(EXACT.add(Decimal(1), rate), count)
    repaid = EXACT.subtract(EXACT.multiply(Decimal(balance), growth), Decimal(balloon))
    return EXACT.divide(EXACT.multiply(repaid, rate), EXACT.subtract(growth, Decimal(1)))


def _rate(charge: Charge) -> Decimal:
    return EXACT.divide(Decimal(charge.numerator), Decimal(charge.denominator))


def level_payment(balance: int, charges: Sequence[Charge], settings: Settings, *, balloon: int = 0) -> int:
    """Return the payment of one instalment, rounded as the settings say; never negative."""
    payment = max(round_payment(annuity(balance, charges, balloon=balloon), settings), 0)
    if settings.even_out and settings.level_payment == "half_up":
        return _evened(payment, balance - balloon, charges, settings) if not balloon else payment
    return payment


def round_payment(exact: Decimal | Fraction | int, settings: Settings) -> int:
    """Round a payment up, down or half-up to the settings' multiple of the minor unit."""
    multiple = settings.multiple
    if not isinstance(exact, Decimal):
        exact = EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    units = EXACT.divide(exact, Decimal(multiple))
    return int(units.quantize(Decimal(1), rounding=_mode(settings.level_payment), context=EXACT)) * multiple


def equal_parts(amount: int, count: int, settings: Settings) -> tuple[int, ...]:
    """Split an amount into equal rounded parts; the last takes the difference, and none is negative."""
    part = max(round_payment(Fraction(amount, count), settings), 0)
    parts = []
    for _ in range(count - 1):
        parts.append(min(part, amount))
        amount -= parts[-1]
    return (*parts, amount)


def _mode(rounding: LevelRounding) -> str:
    match rounding:
        case "up":
            return ROUND_CEILING
        case "half_up":
            return ROUND_HALF_UP
        case "down":
            return ROUND_FLOOR
        case _:
            assert_never(rounding)


def _evened(payment: int, balance: int, charges: Sequence[Charge], settings: Settings) -> int:
    """Move a payment by the last instalment's difference over the count, while that makes the difference smaller.

    The rule of Fineract's `EmiAdjustment`: only a difference of more minor units than half the instalments counts.
    """
    count = len(charges)
    difference = _last_payment(payment, balance, charges) - payment
    while count > 1 and abs(difference) > count // 2:
        moved = round_payment(payment + Charge(difference, count).on(1), settings)
        nearer = _last_payment(moved, balance, charges) - moved
        if moved == payment or abs(nearer) >= abs(difference):
            break
        payment, difference = moved, nearer
    return payment


def _last_payment(payment: int, balance: int, charges: Sequence[Charge]) -> int:
    """Return what the last instalment comes to: nothing where rounding repays the balance before its day."""
    for charge in charges[:-1]:
        balance -= min(max(payment - charge.on(balance), 0), balance)
        if not balance:
            return 0
    return balance + charges[-1].on(balance)
