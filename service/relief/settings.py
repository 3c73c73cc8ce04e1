"""What a deployment settles about the arithmetic of plans."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Self

from service.domain.money import Component
from service.domain.settings import PolicySettings

LevelRounding = Literal["up", "half_up", "down"]
UnnamedOverdue = Literal["spread", "first", "capitalise", "immediate"]

ALLOCATION: Final = (Component.FEES, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
"""The order in which a payment is applied inside one instalment when no pack says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How payments are rounded, what becomes of arrears nobody names, and the highest rate the law allows.

    `multiple` is in minor units. `even_out` moves a half-up level payment by the last instalment's difference,
    spread over the instalments, as long as that makes the difference smaller (as Fineract does).
    """

    level_payment: LevelRounding = "half_up"
    multiple: int = 1
    even_out: bool = False
    unnamed_overdue: UnnamedOverdue = "spread"
    allocation: tuple[Component, ...] = ALLOCATION
    legal_cap: Decimal | None = None

    @classmethod
    def of(cls, policy: PolicySettings) -> Self:
        """Return the arithmetic part of a policy's settings."""
        return cls(
            level_payment=policy.rounding.level_payment,
            multiple=policy.rounding.multiple,
            unnamed_overdue=policy.unnamed_overdue,
            allocation=policy.allocation,
            legal_cap=policy.legal_cap,
        )


DEFAULT: Final = Settings()
"""Half-up to the minor unit, arrears spread, no legal cap."""
