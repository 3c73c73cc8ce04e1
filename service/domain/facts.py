"""The facts: the flat, typed, documented record that is all a policy sees.

Money is in minor units, ratios are Decimal with six places. A fact is None (*unknown*) when its inputs are
missing; nothing is guessed. Over several loans amounts add up and risk figures take the worst.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Final, get_type_hints

Money = Annotated[int | None, "money"]
Count = Annotated[int | None, "count"]
Ratio = Annotated[Decimal | None, "ratio"]
Flag = Annotated[bool | None, "flag"]
Word = Annotated[str | None, "word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFacts:
    """What is known of one loan; the case's own record has the same members over all loans."""

    exposure: Annotated[Money, "all components of the balance"] = None
    principal: Annotated[Money, "principal of the balance"] = None
    interest: Annotated[Money, "interest of the balance"] = None
    penalty: Annotated[Money, "penalty of the balance"] = None
    fees: Annotated[Money, "fees of the balance"] = None
    overdue_principal: Annotated[Money, "principal that should have been paid already"] = None
    overdue_interest: Annotated[Money, "interest that should have been paid already"] = None
    overdue: Annotated[Money, "overdue principal and interest, all penalty and all fees"] = None
    days_past_due: Annotated[Count, "age of the oldest unpaid instalment in days, as posted"] = None
    missed_12m: Annotated[
        Count, "months of the last 12 whose history digit exceeds that of the month before (0 before the first)"
    ] = None
    worst_12m: Annotated[Count, "highest history digit of the last 12 months"] = None
    months_on_book: Annotated[Count, "whole months since origination; over loans the youngest"] = None
    original_months: Annotated[Count, "whole months from origination to maturity"] = None
    remaining_months: Annotated[Count, "whole months until maturity, 0 after it"] = None
    days_to_maturity: Annotated[Count, "days until maturity; negative after it"] = None
    annual_rate: Annotated[Ratio, "nominal annual contract rate; over loans the highest"] = None
    contractual_payment: Annotated[Money, "the instalment as a monthly amount; minimum payment of a revolving line"] = (
        None
    )
    snapshot_age_days: Annotated[Count, "days since the loan's figures were taken; over loans the oldest"] = None
    vouched: Annotated[Flag, "whether the lender vouches for the loan's figures; over loans for every one"] = None
    reliefs_24m: Annotated[Count, "reliefs granted in the last 24 months"] = None
    breaches_24m: Annotated[Count, "reliefs of the last 24 months that were breached"] = None
    months_since_any_relief: Annotated[Count, "whole months since the last relief was granted"] = None
    permanent_mods_total: Annotated[
        Count, "permanent changes of terms granted so far; unknown when a kind of relief is not known"
    ] = None
    extension_months_total: Annotated[Count, "months by which our own agreements extended the loan"] = None
    trial_failed_12m: Annotated[Flag, "whether a trial period failed in the last 12 months"] = None
    imminent_default: Annotated[Flag, "flag: default is to be expected though nothing is overdue"] = None
    product: Annotated[Word, "kind of credit; over loans the only one, unknown when they differ"] = None
    secured: Annotated[Flag, "whether there is collateral; over loans any"] = None
    loan_to_value: Annotated[Ratio, "exposure of secured loans over the value of their collateral"] = None
    lien_position: Annotated[Count, "rank of the lien; over secured loans the lowest rank"] = None
    valuation_age_days: Annotated[Count, "days since the collateral was valued; the oldest"] = None
    occupied: Annotated[Flag, "whether somebody lives in the collateral; over secured loans any"] = None
    minimum_payment: Annotated[Money, "minimum payment of a revolving line"] = None
    line_blocked: Annotated[Flag, "whether a revolving line can no longer be drawn"] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts(LoanFacts):
    """What is known of the case: the loans together, the borrower, the budget, the request, flags."""

    borrower_kind: Annotated[Word, "person, sole_trader or company"] = None
    currency: Annotated[Word, "ISO 4217 code of the case"] = None
    loans: Annotated[Count, "number of loans in the case"] = None
    gross_income: Annotated[Money, "monthly gross incomes where every one is given"] = None
    income: Annotated[Money, "monthly net incomes"] = None
    income_basis: Annotated[Word, "declared, evidenced (a matching document was received) or verified"] = None
    essential_expenses: Annotated[Money, "monthly expenses of all kinds but personal, savings, other"] = None
    expenses: Annotated[Money, "monthly expenses of all kinds"] = None
    priority_debts: Annotated[Money, "monthly payments to priority debts"] = None
    other_debt_payments: Annotated[Money, "monthly payments to the other debts"] = None
    surplus: Annotated[
        Money, "income less expenses, priority debts and other debt payments, before the case's loans"
    ] = None
    surplus_expected: Annotated[Money, "the same from the day on which the budget is expected to recover"] = None
    expenses_vs_floor: Annotated[Ratio, "expenses over the pack's floor for a household of this size"] = None
    payment_to_income: Annotated[Ratio, "contractual payments over net income"] = None
    debt_to_income: Annotated[Ratio, "all monthly debt service over gross income (net where gross is unknown)"] = None
    payment_to_surplus: Annotated[Ratio, "contractual payments over surplus; unknown when there is no surplus"] = None
    exceeds_ability: Annotated[Flag, "whether contractual payments exceed the surplus"] = None
    liquid_assets: Annotated[Money, "cash, savings and investments"] = None
    dependants: Annotated[Count, "dependants in the household"] = None
    income_change: Annotated[Ratio, "net income now over net income before the hardship"] = None
    hardship_reason: Annotated[Word, "why the borrower cannot pay as agreed"] = None
    hardship_months: Annotated[
        Count, "months from the start of the hardship to its expected end; 1200 when it has none"
    ] = None
    hardship_permanent: Annotated[Flag, "whether the hardship is expected to last"] = None
    expected_recovery_months: Annotated[
        Count, "months from today to the expected end of the hardship, 0 after it; 1200 when it has none"
    ] = None
    vulnerable: Annotated[Flag, "any vulnerability; protective: may never count against the borrower"] = None
    willing_to_pay: Annotated[Flag, "a plan was asked for, and a recent payment or answered contact shows it"] = None
    evidence_missing: Annotated[Count, "required items that are missing"] = None
    evidence_unverified: Annotated[Count, "required items that wait to be verified"] = None
    evidence_refused: Annotated[Count, "required items of which a document was refused"] = None
    requested_payment: Annotated[Money, "the most the borrower asks to pay a month"] = None
    requested_months: Annotated[Count, "the longest the borrower asks for"] = None
    lump_sum: Annotated[Money, "what the borrower can pay at once"] = None
    requested_programmes: Annotated[tuple[str, ...] | None, "words", "programmes asked for"] = None
    automated_decision_allowed: Annotated[Flag, "consent to a decision made without a person"] = None
    sensitive_data_allowed: Annotated[Flag, "consent to the use of health data"] = None
    insolvent: Annotated[Flag, "flag: insolvency proceedings"] = None
    litigation: Annotated[Flag, "flag: a law suit about the debt"] = None
    debt_disputed: Annotated[Flag, "flag: the borrower disputes the debt"] = None
    fraud_suspected: Annotated[Flag, "flag: suspicion of fraud"] = None
    misuse_of_funds: Annotated[Flag, "flag: the loan was not used as agreed"] = None
    moratorium_active: Annotated[Flag, "a hold or an adviser says that a moratorium runs; false otherwise"] = None
    adviser_engaged: Annotated[Flag, "flag: a debt adviser acts for the borrower"] = None
    guarantors_consented: Annotated[Flag, "flag: guarantors consent to a change"] = None
    operating: Annotated[Flag, "business: it is operating"] = None
    lawful_operation: Annotated[Flag, "business: it operates lawfully"] = None
    receipts_12m: Annotated[Money, "business: receipts of the last 12 months"] = None


FLAGS: Final = frozenset({
    "insolvent", "litigation", "debt_disputed", "fraud_suspected", "misuse_of_funds", "moratorium_active",
    "adviser_engaged", "guarantors_consented", "imminent_default", "operating", "lawful_operation", "willing_to_pay",
})  # fmt: skip
"""Facts that a caseworker, an adviser or a hold sets; each change is an event."""


_OF_CASE: Final = tuple(f.name for f in fields(CaseFacts))
_OF_LOAN: Final = tuple(f.name for f in fields(LoanFacts))
_case_values, _loan_values = attrgetter(*_OF_CASE), attrgetter(*_OF_LOAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a case and of each of its loans, by loan id."""

    case: CaseFacts
    loans: dict[str, LoanFacts]

    def of_case(self) -> dict[str, Any]:
        """Return the case's facts by name."""
        return dict(zip(_OF_CASE, _case_values(self.case), strict=True))

    def of_loan(self, loan_id: str) -> dict[str, Any]:
        """Return the case's facts with those of one loan in their place."""
        own = self.loans[loan_id]
        return self.of_case() | dict(zip(_OF_LOAN, _loan_values(own), strict=True))

    def is_as_case(self, loan_id: str) -> bool:
        """Say whether a loan's facts are those of the case, as the only loan's are."""
        return bool(_loan_values(self.loans[loan_id]) == _loan_values(self.case))


@dataclass(frozen=True, slots=True)
class FactDescription:
    """What a fact is called, at which level it exists, of which kind it is, and what it says."""

    name: str
    level: str
    kind: str
    description: str


def described() -> tuple[FactDescription, ...]:
    """Return the dictionary of all facts."""
    hints = get_type_hints(CaseFacts, include_extras=True)
    own = {f.name for f in fields(LoanFacts)}
    return tuple(
        FactDescription(name, "loan" if name in own else "case", hint.__metadata__[0], hint.__metadata__[-1])
        for name, hint in hints.items()
    )


NAMES: Final = frozenset(_OF_CASE)
