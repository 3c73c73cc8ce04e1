"""The closed vocabularies of an application, as members of enums."""

from enum import StrEnum


class Channel(StrEnum):
    """How an application reached the lender."""

    BORROWER = "borrower"
    PARTNER = "partner"
    BRANCH = "branch"
    PHONE = "phone"
    IMPORT = "import"


class BorrowerKind(StrEnum):
    """What kind of borrower it is."""

    PERSON = "person"
    SOLE_TRADER = "sole_trader"
    COMPANY = "company"


class IdentityType(StrEnum):
    """Which register knows the borrower."""

    CN_RESIDENT_ID = "cn_resident_id"
    CN_USCC = "cn_uscc"
    PASSPORT = "passport"
    TAX_ID = "tax_id"
    OTHER = "other"


class RepresentativeScope(StrEnum):
    """How far a representative may go for the borrower."""

    VIEW = "view"
    NEGOTIATE = "negotiate"
    ACCEPT = "accept"


class Vulnerability(StrEnum):
    """A circumstance that calls for particular care; all of them are protective facts."""

    ILLNESS = "illness"
    DISABILITY = "disability"
    BEREAVEMENT = "bereavement"
    ABUSE = "abuse"
    LANGUAGE = "language"
    OTHER = "other"


class Product(StrEnum):
    """What kind of credit a loan is."""

    CONSUMER_INSTALMENT = "consumer_instalment"
    CREDIT_CARD = "credit_card"
    BUSINESS_INSTALMENT = "business_instalment"
    BUSINESS_REVOLVING = "business_revolving"
    MORTGAGE = "mortgage"
    AUTO = "auto"
    OTHER = "other"


class Repayment(StrEnum):
    """How a loan is repaid: 等额本息, 等额本金, 先息后本, at the end, or revolving."""

    EQUAL_INSTALMENTS = "equal_instalments"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_ONLY = "interest_only"
    BULLET = "bullet"
    REVOLVING = "revolving"


class PenaltyBasis(StrEnum):
    """Whether the penalty rate replaces the contract rate on overdue principal, or comes on top of it."""

    REPLACES = "replaces"
    ADDS = "adds"


class LoanSource(StrEnum):
    """Who says what a loan's figures are."""

    LENDER = "lender"
    DECLARED = "declared"


class HardshipReason(StrEnum):
    """Why the borrower cannot pay as agreed."""

    UNEMPLOYMENT = "unemployment"
    REDUCED_INCOME = "reduced_income"
    ILLNESS = "illness"
    DISABILITY = "disability"
    BEREAVEMENT = "bereavement"
    SEPARATION = "separation"
    DISASTER = "disaster"
    BUSINESS_DOWNTURN = "business_downturn"
    OVERCOMMITMENT = "overcommitment"
    FAMILY_CARE = "family_care"
    OTHER = "other"


class IncomeKind(StrEnum):
    """Where an income comes from."""

    SALARY = "salary"
    SELF_EMPLOYMENT = "self_employment"
    BUSINESS = "business"
    BENEFIT = "benefit"
    PENSION = "pension"
    MAINTENANCE = "maintenance"
    RENT = "rent"
    OTHER = "other"


class ExpenseKind(StrEnum):
    """What money is spent on."""

    HOUSING = "housing"
    UTILITIES = "utilities"
    FOOD = "food"
    TRANSPORT = "transport"
    HEALTH = "health"
    CHILDCARE = "childcare"
    EDUCATION = "education"
    INSURANCE = "insurance"
    COMMUNICATIONS = "communications"
    TAX = "tax"
    BUSINESS = "business"
    PERSONAL = "personal"
    SAVINGS = "savings"
    OTHER = "other"


class AssetKind(StrEnum):
    """What the borrower owns."""

    CASH = "cash"
    SAVINGS = "savings"
    INVESTMENT = "investment"
    VEHICLE = "vehicle"
    PROPERTY = "property"
    OTHER = "other"


class PartyRole(StrEnum):
    """What another person has to do with a loan."""

    CO_BORROWER = "co_borrower"
    GUARANTOR = "guarantor"
    COLLATERAL_OWNER = "collateral_owner"


class ReliefOutcome(StrEnum):
    """What came of a relief granted earlier."""

    RUNNING = "running"
    FULFILLED = "fulfilled"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class LineStatus(StrEnum):
    """Whether a revolving line may still be drawn."""

    OPEN = "open"
    BLOCKED = "blocked"
    CLOSED = "closed"


PROTECTIVE_REASONS = frozenset(
    {
        HardshipReason.ILLNESS,
        HardshipReason.DISABILITY,
        HardshipReason.BEREAVEMENT,
        HardshipReason.SEPARATION,
        HardshipReason.FAMILY_CARE,
    }
)
"""Reasons that may never count against a borrower."""
