"""What a policy settles besides its verdict: evidence, programmes, limits, authority, menu, negotiation, calendar.

Each figure is annotated as a fact is: with its kind, which bounds it, and with a sentence. Packs are read, their
JSON Schema is made and their documentation is written from these annotations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from service.domain.conduct import Clause, ClockRule, HoldRule, NoticeKind
from service.domain.figures import ByCurrency, Count, Days, Factor, Number, Positive, Rate, Share, Weights, Word
from service.domain.money import Component
from service.domain.steps import Step, Target

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
    """The bounds of a programme; waivers are fractions of the component that is waived."""

    instalments_max: Annotated[Positive | None, "the longest term after relief, in months"] = None
    instalments_max_of_original: Annotated[Factor | None, "the same, as a multiple of the loan's original term"] = None
    waived_interest_max: Annotated[Share | None, "how much of the interest owed may be waived"] = None
    waived_penalty_max: Annotated[Share | None, "how much of the penalty owed may be waived"] = None
    waived_fees_max: Annotated[Share | None, "how much of the fees owed may be waived"] = None
    waived_principal_max: Annotated[Share | None, "how much of the principal owed may be waived"] = None
    holiday_instalments_max: Annotated[Positive | None, "the longest payment holiday, in months"] = None
    rate_min: Annotated[Rate | None, "the lowest rate a plan may have"] = None
    settlement_min: Annotated[Share | None, "the least part of the debt that a settlement pays"] = None
    settlement_payments_max: Annotated[Positive | None, "the most payments a settlement may have"] = None


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
    waived_max: Annotated[Share | None, "the most it may waive, as a part of the exposure"] = None
    principal_waivable: Annotated[bool, "whether it may waive principal"] = True
    exposure_max: Annotated[
        ByCurrency, "the largest exposure it decides, by currency; a currency left out is above it"
    ] = field(default_factory=dict)
    concession_max: Annotated[Share | None, "the most present value it may give up, as a part of the exposure"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSettings:
    """How many offers a menu holds, and which plans it may hold."""

    offers: Annotated[Positive, "how many offers a menu holds at most"] = 3
    surplus_share: Annotated[Share, "the part of the surplus that a plan may take"] = Decimal("0.90")
    surplus_share_with_savings: Annotated[Share, "the same where the budget has a line for savings"] = Decimal(1)
    value_test: Annotated[bool, "whether a plan must be worth at least as much as none to the lender"] = True
    discount_rate: Annotated[Literal["original"], "the rate of present values: the contract's original one"] = (
        "original"
    )
    hazard_monthly: Annotated[Share, "the chance of default a month at the contract's payment"] = Decimal("0.0184")
    hazard_exponent: Annotated[Number, "how that chance follows the payment: (new / old) to this power"] = Decimal(
        "2.36"
    )
    hazard_after_relief: Annotated[Share, "the extra chance when relief ends and the next payment does not fit"] = (
        Decimal("0.40")
    )
    recovery: Annotated[Share, "the part of the debt recovered after default"] = Decimal("0.25")
    recovery_months: Annotated[Count, "how long recovery takes, in months"] = 24
    calibrated: Annotated[bool, "whether the lender has confirmed hazard, recovery and settlement figures"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """How the parties negotiate: how long offers stand, how many rounds, how far plans are apart."""

    offer_days: Annotated[Days, "how long an offer stands"] = 14
    offer_days_after_counter: Annotated[Days, "how long it still stands after the answer to a counter-proposal"] = 7
    offer_days_after_appeal: Annotated[Days, "how long it still stands after the answer to an appeal"] = 14
    counter_answer_days: Annotated[Days, "how long a counter-proposal may wait for a person's answer"] = 7
    rounds: Annotated[Positive, "how many rounds a negotiation may have"] = 3
    effective_lead_days: Annotated[Days, "how long before its first due day an offer is made at the latest"] = 10
    snapshot_days: Annotated[Days, "how old the lender's figures may be when an offer is made"] = 7
    appeal_days: Annotated[Days, "how long an appeal may be made"] = 14
    appeal_answer_days: Annotated[Days, "how long answering an appeal may take"] = 30
    information_days: Annotated[Days, "how long the borrower has to hand in what is missing"] = 30
    lapse_action: Annotated[
        Literal["lapse", "decide", "event"],
        "what happens when that time has passed; `event` only tells of it: a clock of the pack does the rest",
    ] = "lapse"
    reveal: Annotated[Literal["full", "statutory"], "which limits a borrower is told; floors and values never are"] = (
        "statutory"
    )
    concession_step: Annotated[Share, "the part of the gap by which a settlement counter-proposal is met"] = Decimal(
        "0.25"
    )
    weights: Annotated[
        Weights,
        "how much each difference weighs when the nearest plan is looked for",
    ] = field(
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

    level_payment: Annotated[Literal["up", "half_up", "down"], "how a level payment is rounded"] = "half_up"
    multiple: Annotated[Positive, "to which multiple of the minor unit"] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSettings:
    """How an agreement is performed; used from signature on."""

    grace_days: Annotated[Days, "days after the due day on which a payment is still in time"] = 3
    tolerance: Annotated[Share, "the part of an instalment that may be lacking"] = Decimal("0.01")
    tolerance_amount: Annotated[ByCurrency, "what may be lacking in any case, by currency"] = field(
        default_factory=dict
    )
    missed_for_breach: Annotated[Positive, "how many consecutive missed instalments are a breach"] = 2
    oldest_days_for_breach: Annotated[Days, "how old the oldest missed instalment may become"] = 30
    reminder_days_before: Annotated[Days | None, "days before the due day on which the borrower is reminded"] = None
    reminder_days_after: Annotated[Days | None, "the same after it, while the payment is not missed yet"] = 1
    remedy_days: Annotated[Days, "how long a remedy notice gives to catch up"] = 14
    waivers_on_breach: Annotated[Literal["stand", "revert"], "what becomes of waivers on breach"] = "stand"
    overpayment: Annotated[Literal["hold", "shorten", "reduce"], "what becomes of a payment beyond the due one"] = (
        "hold"
    )
    trial_payments: Annotated[Count, "how many payments of the new amount come before the change"] = 0
    trial_missed: Annotated[Positive, "how many missed trial payments end the trial"] = 1
    review_days: Annotated[Days, "how long before temporary relief ends the case is looked at again"] = 30
    reinstate_months: Annotated[Count, "months that must lie between two reinstatements"] = 12
    reinstatements: Annotated[Count | None, "how often it may be reinstated in all"] = None
    signature_days: Annotated[Days | None, "how long all who must sign have to sign; then it lapses"] = None
    signatures: Annotated[tuple[str, ...], "who signs besides the parties of the loans"] = ("borrower",)
    clauses: Annotated[tuple[Clause, ...], "the clauses that its document must have"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """Ordered steps that are taken until every target holds, for one programme."""

    programme: Annotated[str, "the code of the programme"]
    targets: Annotated[tuple[Target, ...], "what the payment has to come down to"]
    steps: Annotated[tuple[Step, ...], "the steps, in order"]
    source: Annotated[Word, "where it comes from"]


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
    waterfalls: tuple[Waterfall, ...] = ()
    authority: tuple[AuthorityStep, ...] = ()
    menu: MenuSettings = field(default_factory=MenuSettings)
    negotiation: Negotiation = field(default_factory=Negotiation)
    rounding: Rounding = field(default_factory=Rounding)
    agreement: AgreementSettings = field(default_factory=AgreementSettings)
    clocks: tuple[ClockRule, ...] = ()
    holds: dict[str, HoldRule] = field(default_factory=dict)
    notices: dict[NoticeKind, tuple[Clause, ...]] = field(default_factory=dict)
    allocation: tuple[Component, ...] = (Component.FEES, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
    unnamed_overdue: Literal["spread", "first", "capitalise", "immediate"] = "spread"
    legal_cap: Decimal | None = None
    amounts: dict[str, dict[str, int]] = field(default_factory=dict)
    household_floor: dict[str, dict[str, int]] = field(default_factory=dict)
    reason_texts: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def programme(self, code: str) -> Programme | None:
        """Return the programme of this code."""
        return next((p for p in self.programmes if p.code == code), None)
