"""The application: what the borrower tells the lender; every version of it is immutable."""

from dataclasses import dataclass, field
from datetime import date

from service.domain.loans import Loan
from service.domain.words import (
    AssetKind,
    BorrowerKind,
    Channel,
    ExpenseKind,
    HardshipReason,
    IdentityType,
    IncomeKind,
    RepresentativeScope,
    Vulnerability,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A number in a register of persons; personal data."""

    type: IdentityType
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where the borrower can be reached; personal data."""

    phone: str | None = None
    email: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Who lives from the borrower's budget."""

    adults: int = 1
    dependants: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """Somebody who acts for the borrower; the name is personal data."""

    subject: str
    name: str | None = None
    capacity: str | None = None
    scope: RepresentativeScope = RepresentativeScope.VIEW
    mandate_evidence: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrower:
    """Who owes the debt. `subject` is how they sign in; None when a partner acts for somebody who never does."""

    subject: str | None = None
    kind: BorrowerKind | None = None
    name: str | None = None
    locale: str = "en"
    identity: Identity | None = None
    contact: Contact = Contact()
    household: Household | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
    representative: Representative | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardship:
    """Why, since when and for how long the borrower cannot pay as agreed; the narrative is personal data."""

    reason: HardshipReason
    since: date | None = None
    expected_until: date | None = None
    permanent: bool = False
    income_before: int | None = None
    narrative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """An income, net; `gross` where it is known."""

    kind: IncomeKind
    monthly: int
    gross: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """A regular expense."""

    kind: ExpenseKind
    monthly: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDebt:
    """A debt outside this case; a *priority* debt is one whose default costs home, energy or liberty."""

    creditor: str | None = None
    balance: int | None = None
    monthly: int = 0
    priority: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Something of value that the borrower owns."""

    kind: AssetKind
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedBudget:
    """What income and expenses will be from a day on, when the hardship is over."""

    from_: date
    income: int
    expenses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Monthly incomes and expenses, other debts and assets of the household."""

    incomes: tuple[Income, ...] = ()
    expenses: tuple[Expense, ...] = ()
    other_debts: tuple[OtherDebt, ...] = ()
    assets: tuple[Asset, ...] = ()
    expected: ExpectedBudget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the borrower asks for; the comment is personal data."""

    programmes: tuple[str, ...] = ()
    payment: int | None = None
    months: int | None = None
    lump_sum: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """What the borrower agreed to; a refusal of automation brings a person in (PIPL art. 24, GDPR art. 22)."""

    data_processing: bool = False
    automated_decision: bool = False
    sensitive_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One version of what the borrower tells; a draft may lack anything but the currency."""

    currency: str
    channel: Channel = Channel.BORROWER
    reference: str | None = None
    follows: str | None = None
    borrower: Borrower = Borrower()
    loans: tuple[Loan, ...] = ()
    hardship: Hardship | None = None
    budget: Budget | None = None
    request: Request = Request()
    consents: Consents = field(default_factory=Consents)
