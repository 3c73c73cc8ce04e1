"""Applications to test with: Li's, to the member as the design tells it, and what others vary from it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.application import (
    Application,
    Asset,
    Borrower,
    Budget,
    Consents,
    Contact,
    ExpectedBudget,
    Expense,
    Hardship,
    Household,
    Identity,
    Income,
    OtherDebt,
    Request,
)
from service.domain.dates import DayCount, Frequency
from service.domain.loans import Loan, Overdue, Snapshot
from service.domain.money import Amounts
from service.domain.words import (
    AssetKind,
    BorrowerKind,
    Channel,
    ExpenseKind,
    HardshipReason,
    IdentityType,
    IncomeKind,
    LoanSource,
    PenaltyBasis,
    Product,
    Repayment,
    Vulnerability,
)

LI_DAY: Final = date(2026, 11, 15)
"""The day as of which Li's figures stand."""


def li_loan(**changes: Any) -> Loan:
    """Return Li's loan: two instalments overdue, the older by 45 days."""
    loan = Loan(
        id="L-001",
        product=Product.BUSINESS_INSTALMENT,
        as_of=LI_DAY,
        originated_on=date(2025, 3, 1),
        maturity_on=date(2028, 3, 1),
        original_principal=20_000_000,
        original_instalments=36,
        balance=Amounts(principal=11_069_457, interest=314_751, penalty=24_336, fees=0),
        overdue=Overdue(principal=1_115_879, interest=259_011),
        days_past_due=45,
        history="000000000000000012",
        annual_rate=Decimal("0.144"),
        penalty_rate=Decimal("0.216"),
        penalty_basis=PenaltyBasis.REPLACES,
        penalty_compounds=True,
        day_count=DayCount.THIRTY_360,
        odd_day_count=DayCount.ACT_360,
        repayment=Repayment.EQUAL_INSTALMENTS,
        frequency=Frequency.MONTHLY,
        instalment=687_445,
        instalments_remaining=16,
        next_due_on=date(2026, 12, 1),
    )
    return replace(loan, **changes)


def li_snapshot(*, source: LoanSource = LoanSource.LENDER, **changes: Any) -> Snapshot:
    """Return Li's loan with who vouches for it; the lender unless said otherwise."""
    return Snapshot(loan=li_loan(**changes), source=source)


def li_borrower(**changes: Any) -> Borrower:
    """Return Li: a sole trader with two dependants, who signs in herself."""
    borrower = Borrower(
        subject="user-481",
        kind=BorrowerKind.SOLE_TRADER,
        name="李某",
        locale="zh-CN",
        identity=Identity(type=IdentityType.CN_RESIDENT_ID, number="11010519491231002X"),
        contact=Contact(phone="+8613800000000", email=None, address=None),
        household=Household(adults=1, dependants=2),
        vulnerabilities=(Vulnerability.ILLNESS,),
        representative=None,
    )
    return replace(borrower, **changes)


def li_hardship(**changes: Any) -> Hardship:
    """Return why Li cannot pay: sales fell in August and should be back in June."""
    hardship = Hardship(
        reason=HardshipReason.BUSINESS_DOWNTURN,
        since=date(2026, 8, 1),
        expected_until=date(2027, 6, 1),
        permanent=False,
        narrative="…",
    )
    return replace(hardship, **changes)


def li_budget(**changes: Any) -> Budget:
    """Return Li's budget, which leaves 4,400 a month."""
    budget = Budget(
        incomes=(Income(kind=IncomeKind.SELF_EMPLOYMENT, monthly=980_000, gross=None),),
        expenses=(
            Expense(kind=ExpenseKind.HOUSING, monthly=300_000),
            Expense(kind=ExpenseKind.FOOD, monthly=200_000),
        ),
        other_debts=(OtherDebt(creditor="…", balance=500_000, monthly=40_000, priority=False),),
        assets=(Asset(kind=AssetKind.CASH, value=300_000),),
        expected=ExpectedBudget(from_=date(2027, 6, 1), income=1_400_000, expenses=500_000),
    )
    return replace(budget, **changes)


def li_request(**changes: Any) -> Request:
    """Return what Li asks for: a longer term at 3,200 a month."""
    request = Request(programmes=("term_extension",), payment=320_000, months=48, lump_sum=None, comment="…")
    return replace(request, **changes)


def li(**changes: Any) -> Application:
    """Return the application of design section 5, member by member."""
    application = Application(
        reference="P-2026-000123",
        channel=Channel.PARTNER,
        currency="CNY",
        follows=None,
        borrower=li_borrower(),
        loans=(li_loan(),),
        hardship=li_hardship(),
        budget=li_budget(),
        request=li_request(),
        consents=Consents(data_processing=True, automated_decision=True, sensitive_data=True),
    )
    return replace(application, **changes)


def li_json(**changes: Any) -> dict[str, Any]:
    """Return the body of `POST /v1/cases` that says the same, as the design prints it."""
    return {
        "reference": "P-2026-000123",
        "submit": True,
        "channel": "partner",
        "currency": "CNY",
        "follows": None,
        "borrower": {
            "subject": "user-481",
            "kind": "sole_trader",
            "name": "李某",
            "locale": "zh-CN",
            "identity": {"type": "cn_resident_id", "number": "11010519491231002X"},
            "contact": {"phone": "+8613800000000", "email": None, "address": None},
            "household": {"adults": 1, "dependants": 2},
            "vulnerabilities": ["illness"],
            "representative": None,
        },
        "loans": [li_loan_json()],
        "hardship": {
            "reason": "business_downturn",
            "since": "2026-08-01",
            "expected_until": "2027-06-01",
            "permanent": False,
            "narrative": "…",
        },
        "budget": {
            "incomes": [{"kind": "self_employment", "monthly": 980000, "gross": None}],
            "expenses": [{"kind": "housing", "monthly": 300000}, {"kind": "food", "monthly": 200000}],
            "other_debts": [{"creditor": "…", "balance": 500000, "monthly": 40000, "priority": False}],
            "assets": [{"kind": "cash", "value": 300000}],
            "expected": {"from": "2027-06-01", "income": 1400000, "expenses": 500000},
        },
        "request": {
            "programmes": ["term_extension"],
            "payment": 320000,
            "months": 48,
            "lump_sum": None,
            "comment": "…",
        },
        "consents": {"data_processing": True, "automated_decision": True, "sensitive_data": True},
        **changes,
    }


def li_loan_json(**changes: Any) -> dict[str, Any]:
    """Return Li's loan as the design prints it."""
    return {
        "id": "L-001",
        "product": "business_instalment",
        "as_of": "2026-11-15",
        "originated_on": "2025-03-01",
        "maturity_on": "2028-03-01",
        "original_principal": 20000000,
        "original_instalments": 36,
        "balance": {"principal": 11069457, "interest": 314751, "penalty": 24336, "fees": 0},
        "overdue": {"principal": 1115879, "interest": 259011},
        "days_past_due": 45,
        "history": "000000000000000012",
        "annual_rate": "0.144",
        "penalty_rate": "0.216",
        "penalty_basis": "replaces",
        "penalty_compounds": True,
        "day_count": "30/360",
        "odd_day_count": "act/360",
        "repayment": "equal_instalments",
        "frequency": "monthly",
        "instalment": 687445,
        "instalments_remaining": 16,
        "next_due_on": "2026-12-01",
        "revolving": None,
        "secured": None,
        "parties": [],
        "previous_reliefs": [],
        **changes,
    }
