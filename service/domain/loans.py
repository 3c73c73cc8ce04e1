"""A loan as the servicing system, or the borrower, says it stands on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.domain.dates import DayCount, Frequency
from service.domain.money import Amounts
from service.domain.words import LineStatus, LoanSource, PartyRole, PenaltyBasis, Product, ReliefOutcome, Repayment


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """The part of principal and of interest that should have been paid already."""

    principal: int = 0
    interest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PerDiem:
    """What accrues a day, in minor units (a fraction is allowed); overrides the formula when given."""

    interest: Decimal
    penalty: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBucket:
    """A part of a revolving balance that bears its own rate."""

    balance: int
    annual_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Revolving:
    """What is particular to a revolving line."""

    credit_limit: int
    line_status: LineStatus
    minimum_payment: int
    rate_buckets: tuple[RateBucket, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """The collateral of a loan."""

    value: int
    valued_on: date
    lien_position: int
    occupied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Another person bound by a loan; the name is personal data and lives apart."""

    role: PartyRole
    name: str | None = None
    subject: str | None = None
    must_sign: bool = False
    notify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRelief:
    """Relief granted on the loan before this case."""

    kind: str
    granted_on: date
    ended_on: date | None = None
    outcome: ReliefOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A snapshot of one debt as of a day; whatever is unknown in a draft is None."""

    id: str
    product: Product | None = None
    as_of: date | None = None
    originated_on: date | None = None
    maturity_on: date | None = None
    original_principal: int | None = None
    original_instalments: int | None = None
    balance: Amounts | None = None
    overdue: Overdue = Overdue()
    days_past_due: int | None = None
    history: str = ""
    annual_rate: Decimal | None = None
    penalty_rate: Decimal | None = None
    penalty_basis: PenaltyBasis = PenaltyBasis.REPLACES
    penalty_compounds: bool = False
    per_diem: PerDiem | None = None
    day_count: DayCount = DayCount.THIRTY_360
    odd_day_count: DayCount = DayCount.ACT_365
    repayment: Repayment | None = None
    frequency: Frequency = Frequency.MONTHLY
    instalment: int | None = None
    instalments_remaining: int | None = None
    next_due_on: date | None = None
    revolving: Revolving | None = None
    secured: Secured | None = None
    parties: tuple[Party, ...] = ()
    previous_reliefs: tuple[PreviousRelief, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A loan together with who vouches for its figures."""

    loan: Loan
    source: LoanSource
