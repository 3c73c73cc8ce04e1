"""The ways of changing the terms of a loan, as values; `ORDER` is the order in which they are applied."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from service.domain.dates import Frequency
from service.domain.words import Repayment

ComponentName = Literal["principal", "interest", "penalty", "fees"]
UnpaidInterest = Literal["charged", "deferred", "waived"]
Accrual = Literal["simple", "compound"]
Afterwards = Literal["extend", "raise", "end"]
CountsFrom = Literal["effective", "remaining", "origination"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A part of an amount: either a fraction of it (0 to 1) or so many minor units."""

    fraction: Decimal | None = None
    amount: int | None = None


WHOLE: Final = Portion(fraction=Decimal(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive:
    """Give up part of what is owed, by component; what is overdue goes first.

    A waiver vests at signature, in proportion to what has been paid, or on completion; until it has vested it is
    conditional. Terms may hold several, each for other components: what vests at signature beside what does later.
    """

    fees: Portion | None = None
    penalty: Portion | None = None
    interest: Portion | None = None
    principal: Portion | None = None
    vests: Literal["signature", "pro_rata", "completion"] = "signature"
    kind: Literal["waive"] = "waive"

    @property
    def portions(self) -> dict[ComponentName, Portion | None]:
        """What is given up of each component; None where nothing is."""
        return {"fees": self.fees, "penalty": self.penalty, "interest": self.interest, "principal": self.principal}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upfront:
    """An amount paid at signature, applied in the pack's allocation order; overdue principal before the rest."""

    amount: int
    kind: Literal["upfront"] = "upfront"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capitalise:
    """Add overdue components to the principal that bears interest; penalty and late fees only when named."""

    components: tuple[ComponentName, ...] = ("interest", "principal")
    kind: Literal["capitalise"] = "capitalise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbear:
    """Set part of the principal aside, interest-free, as a separate amount due with the last instalment's day."""

    principal: Portion
    kind: Literal["forbear"] = "forbear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloon:
    """Leave part of the principal, which bears interest, to the last instalment."""

    principal: Portion
    kind: Literal["balloon"] = "balloon"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrearsPlan:
    """Spread overdue components interest-free over the first instalments; `components` None means all of them."""

    instalments: int
    components: tuple[ComponentName, ...] | None = None
    kind: Literal["arrears_plan"] = "arrears_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentPlan:
    """Let the contract's instalments continue, and add all that is overdue, interest-free, to the first of them."""

    instalments: int
    kind: Literal["repayment_plan"] = "repayment_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPayment:
    """One dated payment of a settlement; minor units."""

    due_on: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Discharge the whole debt with at most 24 payments; the rest is waived on completion.

    Either dated `payments`, or a `fraction` of the debt (after waivers and what is paid at signature) in
    `instalments` equal parts on the contract's due days. With `discharge` residual the rest stays owed,
    interest-free, and is due as a separate amount when the contract ends.
    """

    payments: tuple[SettlementPayment, ...] = ()
    fraction: Decimal | None = None
    instalments: int | None = None
    discharge: Literal["full", "residual"] = "full"
    kind: Literal["settlement"] = "settlement"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """Move the due day, to a day of month or to the first due date; by default not before the contract's next one."""

    day: int | None = None
    first_due_on: date | None = None
    kind: Literal["due_day"] = "due_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Another number of instalments, and perhaps another frequency.

    `counts_from`: `effective` counts them from the day the offer takes effect, `remaining` adds them to those the
    contract still has, `origination` counts those the contract has already had.
    """

    instalments: int
    frequency: Frequency | None = None
    counts_from: CountsFrom = "effective"
    kind: Literal["term"] = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStep:
    """A rate that holds from an instalment on (the first is number 1)."""

    from_instalment: int
    annual_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Another rate, at once or from a day on (that day bears the new rate), and perhaps stepped later."""

    annual_rate: Decimal
    effective_from: date | None = None
    steps: tuple[RateStep, ...] = ()
    kind: Literal["rate"] = "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Another kind of repayment for what is left."""

    repayment: Repayment
    kind: Literal["reschedule"] = "reschedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """A new contract that repays the old one: it refinances the principal and the named components.

    None keeps what the old contract has. A `fee` is due with the first instalment.
    """

    instalments: int
    annual_rate: Decimal | None = None
    repayment: Repayment | None = None
    frequency: Frequency | None = None
    components: tuple[ComponentName, ...] = ("interest", "principal")
    fee: int = 0
    kind: Literal["renew"] = "renew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Instalments of nothing, or of interest only: the first ones, or those due between two days (both included).

    Interest not paid is `charged` (simple, or compounding), `deferred` (interest-free, due as a separate amount at
    the end) or `waived`; waived between two days on which nothing falls due, it is an interest pause. Afterwards the
    schedule gets as many instalments more (`extend`), the other payments rise (`raise`), or what was not paid is due
    with the last one (`end`).
    """

    instalments: int | None = None
    from_: date | None = None
    until: date | None = None
    pays: Literal["nothing", "interest"] = "nothing"
    interest: UnpaidInterest = "charged"
    accrual: Accrual = "simple"
    then: Afterwards = "extend"
    kind: Literal["holiday"] = "holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """Instalments of a fixed amount, each paying interest first; unpaid interest and `then` as for a holiday."""

    instalments: int
    payment: int
    interest: UnpaidInterest = "charged"
    accrual: Accrual = "simple"
    then: Afterwards = "extend"
    kind: Literal["reduced"] = "reduced"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStep:
    """So many instalments of a fraction of the level payment."""

    instalments: int
    fraction: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """Instalments of rising fractions of the level payment; unpaid interest and `then` as for a holiday."""

    steps: tuple[PaymentStep, ...]
    interest: UnpaidInterest = "charged"
    accrual: Accrual = "simple"
    then: Afterwards = "raise"
    kind: Literal["stepped"] = "stepped"


Instrument = (
    Waive
    | Upfront
    | Capitalise
    | Forbear
    | Balloon
    | ArrearsPlan
    | RepaymentPlan
    | Settlement
    | DueDay
    | Term
    | Rate
    | Reschedule
    | Renew
    | Holiday
    | Reduced
    | Stepped
)
Terms = tuple[Instrument, ...]

ORDER: Final[dict[str, int]] = {
    "waive": 1,
    "upfront": 2,
    "capitalise": 3,
    "forbear": 4,
    "balloon": 4,
    "arrears_plan": 5,
    "repayment_plan": 5,
    "settlement": 6,
    "due_day": 7,
    "term": 7,
    "rate": 7,
    "reschedule": 7,
    "renew": 7,
    "holiday": 8,
    "reduced": 8,
    "stepped": 8,
}
"""In which order instruments are applied, whatever order they are given in; of equals, the one that stands first."""

_PLACES: Final = {kind: place for place, kind in enumerate(ORDER)}


def in_order(terms: Terms) -> Terms:
    """Return instruments in the order in which they are applied."""
    return tuple(sorted(terms, key=lambda instrument: _PLACES[instrument.kind]))
