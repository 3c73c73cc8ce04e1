"""The snapshots of loans, as a partner or the servicing system posts them."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from service.api.bodies.body import Body, value_of
from service.api.bodies.example import LI_LOAN
from service.api.bodies.figures import Accrual, Amount, Count, Day, History, Id, Name, Rate, Word
from service.api.bodies.reading import Reading, read, refuse
from service.domain.completeness import lacking_in_loan
from service.domain.dates import DayCount, Frequency
from service.domain.errors import Problem
from service.domain.loans import (
    Loan,
    Overdue,
    Party,
    PerDiem,
    PreviousRelief,
    RateBucket,
    Revolving,
    Secured,
)
from service.domain.money import Amounts
from service.domain.refusals import LOANS_MAX, refused_loans
from service.domain.words import LineStatus, PartyRole, PenaltyBasis, Product, ReliefOutcome, Repayment

LOANS_READ_MAX: Final = 4 * LOANS_MAX
"""How many loans are read at all; how many a case may have is a rule of the domain."""


class BalanceBody(Body):
    """What is owed, by component; a component that is not given is 0."""

    stands_for: ClassVar[type[object]] = Amounts

    principal: Annotated[Amount | None, Field(examples=[11069457])] = None
    interest: Annotated[Amount | None, Field(examples=[314751])] = None
    penalty: Annotated[Amount | None, Field(examples=[24336])] = None
    fees: Annotated[Amount | None, Field(examples=[0])] = None


class OverdueBody(Body):
    """The part of principal and interest that should have been paid already."""

    stands_for: ClassVar[type[object]] = Overdue

    principal: Annotated[Amount | None, Field(description="At most the principal owed.", examples=[1115879])] = None
    interest: Annotated[Amount | None, Field(description="At most the interest owed.", examples=[259011])] = None


class PerDiemBody(Body):
    """What accrues on one day, in minor units and fractions of them; overrides the formula."""

    stands_for: ClassVar[type[object]] = PerDiem

    interest: Annotated[Accrual, Field(examples=["3981.43"])]
    penalty: Annotated[Accrual, Field(examples=["824.93"])]


class RateBucketBody(Body):
    """A part of a revolving balance that bears its own rate."""

    stands_for: ClassVar[type[object]] = RateBucket

    balance: Annotated[Amount, Field(examples=[250000])]
    annual_rate: Annotated[Rate, Field(examples=["0.18"])]


class RevolvingBody(Body):
    """What is particular to a revolving line; needed to submit one."""

    stands_for: ClassVar[type[object]] = Revolving

    credit_limit: Annotated[Amount, Field(examples=[5000000])]
    line_status: Word[LineStatus]
    minimum_payment: Annotated[Amount, Field(description="Due a period.", examples=[25000])]
    rate_buckets: Annotated[
        list[RateBucketBody] | None, Field(max_length=50, description="Together at most the principal.")
    ] = None


class SecuredBody(Body):
    """The collateral of a loan."""

    stands_for: ClassVar[type[object]] = Secured

    value: Annotated[Amount, Field(examples=[90000000])]
    valued_on: Day
    lien_position: Annotated[Count, Field(description="1 is first.", examples=[1])]
    occupied: Annotated[bool, Field(description="Somebody lives in it.")]


class PartyBody(Body):
    """Another person bound by the loan."""

    stands_for: ClassVar[type[object]] = Party

    role: Word[PartyRole]
    name: Name | None = None
    subject: Annotated[Name | None, Field(description="How this person signs in.")] = None
    must_sign: Annotated[bool | None, Field(description="No agreement without them; `false` if not given.")] = None
    notify: Annotated[bool | None, Field(description="Gets letters; `false` if not given.")] = None


class PreviousReliefBody(Body):
    """Relief granted on the loan before this case."""

    stands_for: ClassVar[type[object]] = PreviousRelief

    kind: Annotated[Id, Field(description="What it was.", examples=["payment_holiday"])]
    granted_on: Day
    ended_on: Annotated[Day | None, Field(description="Null while it runs.")] = None
    outcome: Word[ReliefOutcome]


class LoanBody(Body):
    """A snapshot, as of a day, of one debt that the servicing system keeps."""

    stands_for: ClassVar[type[object]] = Loan

    id: Annotated[Id, Field(description="The loan's id in the servicing system.", examples=["L-001"])]
    product: Annotated[Word[Product] | None, Field(description="Needed to submit.")] = None
    as_of: Annotated[Day | None, Field(description="The day as of which the figures stand; needed to submit.")] = None
    originated_on: Annotated[Day | None, Field(examples=["2025-03-01"])] = None
    maturity_on: Annotated[Day | None, Field(description="Not before `originated_on`.")] = None
    original_principal: Annotated[Amount | None, Field(examples=[20000000])] = None
    original_instalments: Annotated[Count | None, Field(examples=[36])] = None
    balance: Annotated[BalanceBody | None, Field(description="Needed to submit.")] = None
    overdue: OverdueBody | None = None
    days_past_due: Annotated[
        Count | None, Field(description="Of the oldest unpaid instalment; needed to submit.", examples=[45])
    ] = None
    history: Annotated[
        History | None,
        Field(
            description="0 to 120 digits, one per month, oldest first: instalments in arrears at that month's end "
            "(9 = nine or more).",
            examples=["000000000000000012"],
        ),
    ] = None
    annual_rate: Annotated[
        Rate | None, Field(description="Nominal, from -1 to 10; needed to submit.", examples=["0.144"])
    ] = None
    penalty_rate: Annotated[Rate | None, Field(description="On overdue principal.", examples=["0.216"])] = None
    penalty_basis: Annotated[
        Word[PenaltyBasis] | None,
        Field(description="Overdue principal bears the penalty rate instead of the contract rate (`replaces`, the "
              "default), or on top of it (`adds`)."),
    ] = None  # fmt: skip
    penalty_compounds: Annotated[
        bool | None, Field(description="Overdue interest bears the penalty rate too; `false` if not given.")
    ] = None
    per_diem: Annotated[PerDiemBody | None, Field(description="Overrides the formula of accrual.")] = None
    day_count: Annotated[
        Word[DayCount] | None,
        Field(description="For the regular periods of a schedule; `30/360` (a month is a twelfth) if not given."),
    ] = None
    odd_day_count: Annotated[
        Word[DayCount] | None, Field(description="For broken periods; `act/365` if not given.")
    ] = None
    repayment: Annotated[
        Word[Repayment] | None,
        Field(description="等额本息, 等额本金, 先息后本, at the end, or revolving; needed to submit."),
    ] = None
    frequency: Annotated[Word[Frequency] | None, Field(description="`monthly` if not given.")] = None
    instalment: Annotated[
        Amount | None, Field(description="Needed to submit unless revolving or bullet.", examples=[687445])
    ] = None
    instalments_remaining: Annotated[
        Count | None,
        Field(description="That are not yet due; needed to submit unless revolving or bullet.", examples=[16]),
    ] = None
    next_due_on: Annotated[
        Day | None,
        Field(description="May be past; needed to submit unless revolving or bullet.", examples=["2026-12-01"]),
    ] = None
    revolving: RevolvingBody | None = None
    secured: SecuredBody | None = None
    parties: Annotated[list[PartyBody] | None, Field(max_length=50)] = None
    previous_reliefs: Annotated[list[PreviousReliefBody] | None, Field(max_length=100)] = None


Loans = Annotated[
    list[LoanBody], Field(max_length=LOANS_READ_MAX, description=f"1 to {LOANS_MAX} debts in one currency.")
]


class LoansBody(Body):
    """The lender's snapshot of all loans of a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"loans": [LI_LOAN]}]})

    loans: Loans


def parse_loans(raw: object, *, on: date) -> tuple[Loan, ...]:
    """Read the lender's snapshot as of a local day, or raise `Invalid` with all that is wrong with it."""
    reading = read(LoansBody, raw)
    loans = tuple(value_of(loan, Loan) for loan in reading.readable().loans)
    refuse(_problems(reading, loans, on=on))
    return loans


def _problems(reading: Reading[LoansBody], loans: tuple[Loan, ...], *, on: date) -> Iterator[Problem]:
    yield from reading.problems
    yield from refused_loans(loans, on=on)
    wanting = [] if loans else [Problem("/loans", "missing", "A case is about at least one loan.")]
    for i, loan in enumerate(loans):
        wanting.extend(lacking_in_loan(loan, f"/loans/{i}"))
    yield from (problem for problem in wanting if not reading.caused(problem))
