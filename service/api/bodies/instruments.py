"""The instruments of relief as a caseworker writes them, and the terms they make up, per loan."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import AmountWithin, Count, DayWithin, Rate, Word
from service.domain.dates import Frequency
from service.domain.words import Repayment
from service.relief import instruments as relief

ITEMS_MAX: Final = 100
"""How many parts of one kind are read; how many there may be is a rule of relief."""

THEN: Final = (
    "Afterwards the schedule gets as many instalments more (`extend`), the other payments rise (`raise`), or what "
    "was not paid is due with the last one (`end`)"
)

Components = Annotated[list[Literal["principal", "interest", "penalty", "fees"]], Field(max_length=4)]
Unpaid = Annotated[
    Literal["charged", "deferred", "waived"] | None,
    Field(description="What becomes of interest that is not paid; `charged` if not given."),
]
HowAccrued = Annotated[
    Literal["simple", "compound"] | None, Field(description="How charged interest grows; `simple` if not given.")
]


class PortionBody(Body):
    """A part of an amount: either a fraction of it (0 to 1) or so many minor units."""

    stands_for: ClassVar[type[object]] = relief.Portion

    fraction: Annotated[Rate | None, Field(examples=["1"])] = None
    amount: Annotated[AmountWithin | None, Field(examples=[24336])] = None


class WaiveBody(Body):
    """Give up part of what is owed, by component; conditional until it has vested."""

    stands_for: ClassVar[type[object]] = relief.Waive

    kind: Literal["waive"]
    fees: PortionBody | None = None
    penalty: PortionBody | None = None
    interest: PortionBody | None = None
    principal: PortionBody | None = None
    vests: Annotated[
        Literal["signature", "pro_rata", "completion"] | None, Field(description="`signature` if not given.")
    ] = None


class UpfrontBody(Body):
    """An amount paid at signature, applied in the pack's allocation order."""

    stands_for: ClassVar[type[object]] = relief.Upfront

    kind: Literal["upfront"]
    amount: Annotated[AmountWithin, Field(examples=[500000])]


class CapitaliseBody(Body):
    """Add overdue components to the principal that bears interest."""

    stands_for: ClassVar[type[object]] = relief.Capitalise

    kind: Literal["capitalise"]
    components: Annotated[Components | None, Field(description="Interest and principal if not given.")] = None


class ForbearBody(Body):
    """Set part of the principal aside, interest-free, as a separate amount due at the end."""

    stands_for: ClassVar[type[object]] = relief.Forbear

    kind: Literal["forbear"]
    principal: PortionBody


class BalloonBody(Body):
    """Leave part of the principal, which bears interest, to the last instalment."""

    stands_for: ClassVar[type[object]] = relief.Balloon

    kind: Literal["balloon"]
    principal: PortionBody


class ArrearsPlanBody(Body):
    """Spread overdue components interest-free over the first instalments."""

    stands_for: ClassVar[type[object]] = relief.ArrearsPlan

    kind: Literal["arrears_plan"]
    instalments: Annotated[Count, Field(examples=[12])]
    components: Annotated[Components | None, Field(description="All that are overdue if not given.")] = None


class RepaymentPlanBody(Body):
    """Let the contract's instalments continue, and add all that is overdue to the first of them."""

    stands_for: ClassVar[type[object]] = relief.RepaymentPlan

    kind: Literal["repayment_plan"]
    instalments: Annotated[Count, Field(examples=[12])]


class SettlementPaymentBody(Body):
    """One dated payment of a settlement."""

    stands_for: ClassVar[type[object]] = relief.SettlementPayment

    due_on: DayWithin
    amount: AmountWithin


class SettlementBody(Body):
    """Discharge the whole debt with a few payments; the rest is waived on completion.

    Either dated `payments`, or a `fraction` of the debt in `instalments` equal parts on the contract's due days.
    """

    stands_for: ClassVar[type[object]] = relief.Settlement

    kind: Literal["settlement"]
    payments: Annotated[list[SettlementPaymentBody] | None, Field(max_length=ITEMS_MAX)] = None
    fraction: Annotated[Rate | None, Field(examples=["0.5"])] = None
    instalments: Count | None = None
    discharge: Annotated[
        Literal["full", "residual"] | None,
        Field(description="`residual`: the rest stays owed, interest-free. `full` if not given."),
    ] = None


class DueDayBody(Body):
    """Move the due day, to a day of month or to the first due date."""

    stands_for: ClassVar[type[object]] = relief.DueDay

    kind: Literal["due_day"]
    day: Annotated[Count | None, Field(description="1 to 31; a short month clamps it.", examples=[15])] = None
    first_due_on: DayWithin | None = None


class TermBody(Body):
    """Another number of instalments, and perhaps another frequency."""

    stands_for: ClassVar[type[object]] = relief.Term

    kind: Literal["term"]
    instalments: Annotated[Count, Field(examples=[36])]
    frequency: Word[Frequency] | None = None
    counts_from: Annotated[
        Literal["effective", "remaining", "origination"] | None,
        Field(
            description="`effective` (the default) counts them from the day the offer takes effect, `remaining` adds "
            "them to those the contract still has, `origination` counts those it has already had."
        ),
    ] = None


class RateStepBody(Body):
    """A rate that holds from an instalment on."""

    stands_for: ClassVar[type[object]] = relief.RateStep

    from_instalment: Annotated[Count, Field(description="The first is number 1.")]
    annual_rate: Rate


class RateBody(Body):
    """Another rate, at once or from a day on, and perhaps stepped later."""

    stands_for: ClassVar[type[object]] = relief.Rate

    kind: Literal["rate"]
    annual_rate: Annotated[Rate, Field(description="At most the contract's.", examples=["0.09"])]
    effective_from: Annotated[DayWithin | None, Field(description="This day bears the new rate.")] = None
    steps: Annotated[list[RateStepBody] | None, Field(max_length=ITEMS_MAX)] = None


class RescheduleBody(Body):
    """Another kind of repayment for what is left."""

    stands_for: ClassVar[type[object]] = relief.Reschedule

    kind: Literal["reschedule"]
    repayment: Word[Repayment]


class RenewBody(Body):
    """A new contract that repays the old one; what is not given stays as it was."""

    stands_for: ClassVar[type[object]] = relief.Renew

    kind: Literal["renew"]
    instalments: Annotated[Count, Field(examples=[12])]
    annual_rate: Rate | None = None
    repayment: Word[Repayment] | None = None
    frequency: Word[Frequency] | None = None
    components: Annotated[Components | None, Field(description="Interest and principal if not given.")] = None
    fee: Annotated[AmountWithin | None, Field(description="Due with the first instalment; 0 if not given.")] = None


class HolidayBody(Body):
    """Instalments of nothing, or of interest only: the first ones, or those due between two days."""

    stands_for: ClassVar[type[object]] = relief.Holiday

    kind: Literal["holiday"]
    instalments: Annotated[Count | None, Field(description="How many of the first ones.", examples=[3])] = None
    from_: Annotated[DayWithin | None, Field(alias="from", description="First day, included.")] = None
    until: Annotated[DayWithin | None, Field(description="Last day, included.")] = None
    pays: Annotated[Literal["nothing", "interest"] | None, Field(description="`nothing` if not given.")] = None
    interest: Unpaid = None
    accrual: HowAccrued = None
    then: Annotated[Literal["extend", "raise", "end"] | None, Field(description=f"{THEN}, `extend` if not given.")] = (
        None
    )


class ReducedBody(Body):
    """Instalments of a fixed amount, each paying interest first."""

    stands_for: ClassVar[type[object]] = relief.Reduced

    kind: Literal["reduced"]
    instalments: Annotated[Count, Field(examples=[6])]
    payment: Annotated[AmountWithin, Field(examples=[200000])]
    interest: Unpaid = None
    accrual: HowAccrued = None
    then: Annotated[Literal["extend", "raise", "end"] | None, Field(description=f"{THEN}, `extend` if not given.")] = (
        None
    )


class PaymentStepBody(Body):
    """So many instalments of a fraction of the level payment."""

    stands_for: ClassVar[type[object]] = relief.PaymentStep

    instalments: Annotated[Count, Field(examples=[6])]
    fraction: Annotated[Rate, Field(examples=["0.5"])]


class SteppedBody(Body):
    """Instalments of rising fractions of the level payment."""

    stands_for: ClassVar[type[object]] = relief.Stepped

    kind: Literal["stepped"]
    steps: Annotated[list[PaymentStepBody], Field(max_length=ITEMS_MAX)]
    interest: Unpaid = None
    accrual: HowAccrued = None
    then: Annotated[Literal["extend", "raise", "end"] | None, Field(description=f"{THEN}, `raise` if not given.")] = (
        None
    )


InstrumentBody = Annotated[
    WaiveBody
    | UpfrontBody
    | CapitaliseBody
    | ForbearBody
    | BalloonBody
    | ArrearsPlanBody
    | RepaymentPlanBody
    | SettlementBody
    | DueDayBody
    | TermBody
    | RateBody
    | RescheduleBody
    | RenewBody
    | HolidayBody
    | ReducedBody
    | SteppedBody,
    Field(discriminator="kind"),
]
"""One way of changing the terms; `kind` says which."""
