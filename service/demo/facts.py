"""The facts of a loan of the source, as the service derives them once every document is there and verified."""

from dataclasses import replace
from datetime import date
from typing import Final

from service.demo.arrears import Standing, standing
from service.demo.derive import CURRENCY, LIVING_PARTS
from service.demo.household import Household, household
from service.demo.rows import Row
from service.domain.application import (
    Application,
    Borrower,
    Budget,
    Consents,
    ExpectedBudget,
    Expense,
    Hardship,
    Income,
    OtherDebt,
)
from service.domain.application import Household as Members
from service.domain.dates import DayCount, add_months
from service.domain.derivation import Inputs, derive
from service.domain.facts import Facts
from service.domain.loans import Loan, Overdue, Snapshot
from service.domain.money import Amounts, shared
from service.domain.words import (
    BorrowerKind,
    ExpenseKind,
    HardshipReason,
    IncomeKind,
    LoanSource,
    Product,
    Repayment,
)

BANDS_OF_INCOME: Final = (
    (4_000_000, "under 40,000"),
    (8_000_000, "40,000 to 80,000"),
    (12_000_000, "80,000 to 120,000"),
)
HIGHEST_BAND: Final = "120,000 and more"


def facts_of(row: Row, *, today: date) -> Facts:
    """Return what a policy would see of a loan; the lender vouches for it, and no document is missing."""
    loan, home = standing(row, today=today), household(row)
    found = derive(
        Inputs(
            application=_application(row, loan, home, today=today),
            snapshots=(Snapshot(loan=_loan(row, loan, today=today), source=LoanSource.LENDER),),
            flags={},
            on=today,
            income_basis="verified",
        )
    )
    return replace(found, case=replace(found.case, evidence_missing=0, evidence_unverified=0, evidence_refused=0))


def columns_of(row: Row) -> dict[str, str]:
    """Return what the source knows besides, to group cases by."""
    band = next((name for below, name in BANDS_OF_INCOME if row.annual_income < below), HIGHEST_BAND)
    return {
        "grade": row.grade,
        "home": row.home.lower(),
        "purpose": row.purpose,
        "applicants": "two" if row.joint else "one",
        "annual_income": band,
        "status": row.status,
    }


def _application(row: Row, loan: Standing, home: Household, *, today: date) -> Application:
    own_business = home.reason is HardshipReason.BUSINESS_DOWNTURN
    until = add_months(today, home.recovery_months) if home.recovery_months else None
    living = shared(home.living, list(LIVING_PARTS.values()))
    return Application(
        currency=CURRENCY,
        borrower=Borrower(kind=BorrowerKind.PERSON, household=Members(adults=home.adults, dependants=home.dependants)),
        hardship=Hardship(
            reason=home.reason,
            since=add_months(loan.first_missed_on, -1),
            expected_until=until,
            income_before=home.income_before,
        ),
        budget=Budget(
            incomes=(
                Income(kind=IncomeKind.SELF_EMPLOYMENT if own_business else IncomeKind.SALARY, monthly=home.income),
            ),
            expenses=(
                Expense(kind=ExpenseKind.HOUSING, monthly=home.housing),
                *(Expense(kind=ExpenseKind(k), monthly=m) for k, m in zip(LIVING_PARTS, living, strict=True)),
            ),
            other_debts=(OtherDebt(balance=row.credit_used, monthly=home.other_debts),),
            expected=None
            if home.recovery_months is None
            else ExpectedBudget(
                from_=add_months(today, home.recovery_months),
                income=home.income_before,
                expenses=home.housing + home.living_before,
            ),
        ),
        consents=Consents(data_processing=True, automated_decision=True, sensitive_data=True),
    )


def _loan(row: Row, loan: Standing, *, today: date) -> Loan:
    return Loan(
        id=f"LC-{row.number}",
        product=Product.CONSUMER_INSTALMENT,
        as_of=today,
        originated_on=loan.originated_on,
        maturity_on=loan.maturity_on,
        original_principal=row.loan_amount,
        original_instalments=row.term,
        balance=Amounts(
            principal=loan.principal, interest=loan.overdue_interest + loan.accrued_interest, fees=loan.late_fees
        ),
        overdue=Overdue(principal=loan.overdue_principal, interest=loan.overdue_interest),
        days_past_due=loan.days_past_due,
        history="0" * loan.instalments_paid + "".join(str(n + 1) for n in range(loan.instalments_overdue)),
        annual_rate=row.annual_rate,
        day_count=DayCount.THIRTY_360,
        odd_day_count=DayCount.THIRTY_360,
        repayment=Repayment.EQUAL_INSTALMENTS,
        instalment=row.instalment,
        instalments_remaining=row.term - loan.instalments_paid - loan.instalments_overdue,
        next_due_on=loan.next_due_on,
    )
