"""Borrowers for whom the shipped packs are made: applications with loans, from which facts and plans are worked out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.application import Application, ExpectedBudget, Expense, Income
from service.domain.loans import Loan, Overdue, Revolving, Secured
from service.domain.money import Amounts
from service.domain.words import (
    BorrowerKind,
    ExpenseKind,
    HardshipReason,
    IncomeKind,
    LineStatus,
    PenaltyBasis,
    Product,
    Repayment,
)
from tests.domain.applications import li, li_borrower, li_budget, li_hardship, li_loan, li_request

RECOVERY: Final = date(2027, 2, 1)


def card() -> Loan:
    """Return a card with 41,800 owed, 100 days late, blocked, with a minimum payment of 4,200."""
    return li_loan(
        product=Product.CREDIT_CARD,
        repayment=Repayment.REVOLVING,
        instalment=None,
        instalments_remaining=None,
        maturity_on=None,
        original_instalments=None,
        original_principal=None,
        balance=Amounts(principal=4_000_000, interest=150_000, penalty=30_000),
        overdue=Overdue(principal=300_000, interest=120_000),
        days_past_due=100,
        annual_rate=Decimal("0.1825"),
        penalty_rate=None,
        penalty_basis=PenaltyBasis.ADDS,
        revolving=Revolving(credit_limit=5_000_000, line_status=LineStatus.BLOCKED, minimum_payment=420_000),
    )


def mortgage(**changes: Any) -> Loan:
    """Return a mortgage of 285,200 at 7 %, 75 days late, on a home worth 400,000."""
    loan = li_loan(
        product=Product.MORTGAGE,
        originated_on=date(2021, 12, 1),
        maturity_on=date(2051, 12, 1),
        original_principal=30_000_000,
        original_instalments=360,
        balance=Amounts(principal=28_000_000, interest=500_000, penalty=20_000),
        overdue=Overdue(principal=60_000, interest=480_000),
        days_past_due=75,
        history="",
        annual_rate=Decimal("0.07"),
        penalty_rate=None,
        penalty_compounds=False,
        instalment=199_591,
        instalments_remaining=301,
        secured=Secured(value=40_000_000, valued_on=date(2026, 10, 1), lien_position=1, occupied=True),
    )
    return replace(loan, **changes)


def consumer(product: Product = Product.CONSUMER_INSTALMENT, **changes: Any) -> Loan:
    """Return a loan of 9,220, 45 days late, with instalments of 600."""
    loan = li_loan(
        product=product,
        balance=Amounts(principal=900_000, interest=20_000, penalty=2_000),
        overdue=Overdue(principal=60_000, interest=15_000),
        instalment=60_000,
    )
    return replace(loan, **changes)


def shop(**changes: Any) -> Loan:
    """Return a shop's loan of 300,000 over 60 months, a good part of the way to its maturity, with no interest owed."""
    loan = li_loan(
        originated_on=date(2022, 3, 1),
        maturity_on=date(2027, 3, 1),
        original_principal=100_000_000,
        original_instalments=60,
        balance=Amounts(principal=8_000_000, interest=40_000, penalty=0),
        overdue=Overdue(principal=0, interest=0),
        days_past_due=0,
        instalment=2_100_000,
        instalments_remaining=4,
    )
    return replace(loan, **changes)


def person(currency: str, loan: Loan, *, income: int, expenses: int, expected: int | None = None) -> Application:
    """Return somebody who lost work, and expects it back on 1 February with an income of `expected`."""
    later = ExpectedBudget(from_=RECOVERY, income=expected or income * 7 // 5, expenses=expenses)
    budget = li_budget(
        incomes=(Income(kind=IncomeKind.SALARY, monthly=income, gross=income * 13 // 10),),
        expenses=(Expense(kind=ExpenseKind.HOUSING, monthly=expenses),),
        other_debts=(),
        expected=later,
    )
    return li(
        currency=currency,
        loans=(loan,),
        borrower=li_borrower(kind=BorrowerKind.PERSON, vulnerabilities=()),
        budget=budget,
        hardship=li_hardship(reason=HardshipReason.UNEMPLOYMENT, expected_until=RECOVERY),
        request=li_request(programmes=None, payment=None, months=None),
    )


def lasting(application: Application) -> Application:
    """Return the same where the hardship will last."""
    return replace(
        application,
        hardship=li_hardship(reason=HardshipReason.UNEMPLOYMENT, expected_until=None, permanent=True),
        budget=replace(application.budget, expected=None) if application.budget else None,
    )
