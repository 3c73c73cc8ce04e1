"""What a policy settles besides its verdict: evidence, programmes, limits, authority, menu, negotiation, calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from service.domain.money import Component

Condition = Callable[[Mapping[str, Any]], bool | None]
"""A compiled condition over facts: true, false, or None when a fact it names is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """Documents that are asked for when a condition holds, with the reason per locale."""

    when: Condition
    expression: str
    kinds: tuple[str, ...]
    each: Literal["case", "loan"] = "case"
    fresh_days: int | None = None
    needs: Literal["received", "verified"] = "received"
    why: dict[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The values that one parameter of an instrument may take in a menu."""

    values: tuple[Decimal | int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentTemplate:
    """An instrument of a programme: its kind, fixed parameters, and parameters with a grid of values."""

    kind: str
    parameters: dict[str, Any] = field(default_factory=dict)
    grids: dict[str, Grid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a programme; None where it sets none. Amounts are fractions of the exposure."""

    instalments_max: int | None = None
    instalments_max_of_original: Decimal | None = None
    waived_interest_max: Decimal | None = None
    waived_penalty_max: Decimal | None = None
    waived_fees_max: Decimal | None = None
    waived_principal_max: Decimal | None = None
    holiday_instalments_max: int | None = None
    rate_min: Decimal | None = None
    settlement_min: Decimal | None = None
    settlement_payments_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A named bundle of relief: what it is called, its instruments, and its limits."""

    code: str
    title: dict[str, str]
    description: dict[str, str]
    instruments: tuple[InstrumentTemplate, ...]
    limits: Limits
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityStep:
    """What one level may grant: exposure in minor units, waived amount as a fraction of the exposure."""

    level: Literal["system", "caseworker", "supervisor", "committee"]
    waived_max: Decimal | None = None
    principal_waivable: bool = True
    exposure_max: dict[str, int] = field(default_factory=dict)
    concession_max: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSettings:
    """How many offers a menu holds, and which plans it may hold."""

    offers: int = 3
    surplus_share: Decimal = Decimal("0.90")
    surplus_share_with_savings: Decimal = Decimal(1)
    value_test: bool = True
    discount_rate: Literal["original"] = "original"
    hazard_monthly: Decimal = Decimal("0.0184")
    hazard_exponent: Decimal = Decimal("2.36")
    hazard_after_relief: Decimal = Decimal("0.40")
    recovery: Decimal = Decimal("0.25")
    recovery_months: int = 24
    calibrated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """How the parties negotiate: how long offers stand, how many rounds, how far plans are apart."""

    offer_days: int = 14
    offer_days_after_counter: int = 7
    offer_days_after_appeal: int = 14
    rounds: int = 3
    effective_lead_days: int = 10
    snapshot_days: int = 7
    appeal_days: int = 14
    appeal_answer_days: int = 30
    information_days: int = 30
    lapse_action: Literal["lapse", "decide"] = "lapse"
    reveal: Literal["full", "statutory"] = "statutory"
    concession_step: Decimal = Decimal("0.25")
    weights: dict[str, Decimal] = field(
        default_factory=lambda: {
            "payment": Decimal(1),
            "months": Decimal("0.5"),
            "upfront": Decimal(1),
            "waived": Decimal(4),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How a level payment is rounded, and to which multiple of the minor unit."""

    level_payment: Literal["up", "half_up", "down"] = "half_up"
    multiple: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSettings:
    """How an agreement is performed; used from signature on."""

    grace_days: int = 3
    tolerance: Decimal = Decimal("0.01")
    missed_for_breach: int = 2
    oldest_days_for_breach: int = 30
    remedy_days: int = 14
    signatures: tuple[str, ...] = ("borrower",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """All the figures a case runs by that are not the verdict itself."""

    title: dict[str, str] = field(default_factory=dict)
    country: str | None = None
    time_zone: str = "UTC"
    source: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    products: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    borrower_kinds: tuple[str, ...] = ()
    evidence: tuple[EvidenceRule, ...] = ()
    programmes: tuple[Programme, ...] = ()
    authority: tuple[AuthorityStep, ...] = ()
    menu: MenuSettings = field(default_factory=MenuSettings)
    negotiation: Negotiation = field(default_factory=Negotiation)
    rounding: Rounding = field(default_factory=Rounding)
    agreement: AgreementSettings = field(default_factory=AgreementSettings)
    allocation: tuple[Component, ...] = (Component.FEES, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
    unnamed_overdue: Literal["spread", "first", "capitalise", "immediate"] = "spread"
    legal_cap: Decimal | None = None
    household_floor: dict[str, dict[str, int]] = field(default_factory=dict)
    reason_texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def programme(self, code: str) -> Programme | None:
        """Return the programme of this code."""
        return next((p for p in self.programmes if p.code == code), None)
