"""How facts are derived from an application, its loans, the flags and our own record. Nothing is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.domain.application import Application, Budget
from service.domain.dates import Frequency, add_months, months_between
from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.loans import Loan, Snapshot
from service.domain.money import ratio, rounded
from service.domain.words import AssetKind, ExpenseKind, LineStatus, LoanSource, ReliefOutcome, Repayment

NOT_ESSENTIAL = frozenset({ExpenseKind.PERSONAL, ExpenseKind.SAVINGS, ExpenseKind.OTHER})
LIQUID = frozenset({AssetKind.CASH, AssetKind.SAVINGS, AssetKind.INVESTMENT})
TEMPORARY_RELIEFS = frozenset({"holiday", "reduced", "payment_holiday"})

_MONTHLY = {
    Frequency.WEEKLY: (52, 12),
    Frequency.BIWEEKLY: (26, 12),
    Frequency.MONTHLY: (1, 1),
    Frequency.QUARTERLY: (1, 3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRelief:
    """A relief agreed through this service: what was granted, and what came of it."""

    loan_id: str
    granted_on: date
    outcome: ReliefOutcome
    extension_months: int = 0
    permanent: bool = True
    trial_failed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that facts are derived from."""

    application: Application
    snapshots: Sequence[Snapshot]
    flags: Mapping[str, bool]
    on: date
    income_basis: str | None = "declared"
    household_floor: Mapping[str, int] | None = None
    own_reliefs: Sequence[OwnRelief] = ()
    receipts_12m: int | None = None


def derive(inputs: Inputs) -> Facts:
    """Derive the facts of a case and of each of its loans as of a local day."""
    loans = {s.loan.id: loan_facts(s, inputs) for s in inputs.snapshots}
    return Facts(case=_case_facts(inputs, tuple(loans.values())), loans=loans)


def monthly_payment(loan: Loan) -> int | None:
    """Return the contractual payment as a monthly amount (weekly × 52/12, biweekly × 26/12, quarterly / 3)."""
    if loan.repayment is Repayment.REVOLVING:
        return loan.revolving.minimum_payment if loan.revolving else None
    if loan.instalment is None:
        return None
    times, over = _MONTHLY[loan.frequency]
    return rounded(Decimal(loan.instalment * times) / over)


def loan_facts(snapshot: Snapshot, inputs: Inputs) -> LoanFacts:
    """Derive the facts of one loan."""
    loan, on = snapshot.loan, inputs.on
    balance = loan.balance
    digits = [int(c) for c in loan.history]
    last = digits[-12:]
    before = digits[-13:-1] if len(digits) > len(last) else [0, *last[:-1]]
    secured, revolving = loan.secured, loan.revolving
    return LoanFacts(
        exposure=balance.total if balance else None,
        principal=balance.principal if balance else None,
        interest=balance.interest if balance else None,
        penalty=balance.penalty if balance else None,
        fees=balance.fees if balance else None,
        overdue_principal=loan.overdue.principal,
        overdue_interest=loan.overdue.interest,
        overdue=loan.overdue.principal + loan.overdue.interest + balance.penalty + balance.fees if balance else None,
        days_past_due=loan.days_past_due,
        missed_12m=sum(now > was for was, now in zip(before, last, strict=True)) if digits else None,
        worst_12m=max(last) if digits else None,
        months_on_book=months_between(loan.originated_on, on) if loan.originated_on else None,
        original_months=_months(loan.originated_on, loan.maturity_on),
        remaining_months=max(0, months_between(on, loan.maturity_on)) if loan.maturity_on else None,
        days_to_maturity=(loan.maturity_on - on).days if loan.maturity_on else None,
        annual_rate=loan.annual_rate,
        contractual_payment=monthly_payment(loan),
        snapshot_age_days=(on - loan.as_of).days if loan.as_of else None,
        vouched=snapshot.source is LoanSource.LENDER,
        product=loan.product.value if loan.product else None,
        secured=secured is not None,
        loan_to_value=ratio(balance.total, secured.value) if secured and balance and secured.value else None,
        lien_position=secured.lien_position if secured else None,
        valuation_age_days=(on - secured.valued_on).days if secured else None,
        occupied=secured.occupied if secured else None,
        minimum_payment=revolving.minimum_payment if revolving else None,
        line_blocked=revolving.line_status is not LineStatus.OPEN if revolving else None,
        imminent_default=inputs.flags.get("imminent_default"),
        **_relief_facts(loan, inputs),
    )


def _relief_facts(loan: Loan, inputs: Inputs) -> dict[str, Any]:
    """Count the reliefs that the loan had: those posted with it, and our own agreements."""
    own = [r for r in inputs.own_reliefs if r.loan_id == loan.id]
    posted = [(r.granted_on, r.outcome, r.kind not in TEMPORARY_RELIEFS) for r in loan.previous_reliefs]
    every = posted + [(r.granted_on, r.outcome, r.permanent) for r in own]
    since = add_months(inputs.on, -24)
    recent = [r for r in every if r[0] >= since]
    year_ago = add_months(inputs.on, -12)
    return {
        "reliefs_24m": len(recent),
        "breaches_24m": sum(outcome is ReliefOutcome.BREACHED for _, outcome, _ in recent),
        "months_since_any_relief": months_between(max(r[0] for r in every), inputs.on) if every else None,
        "permanent_mods_total": sum(permanent for _, _, permanent in every),
        "extension_months_total": sum(r.extension_months for r in own),
        "trial_failed_12m": any(r.trial_failed_on is not None and r.trial_failed_on >= year_ago for r in own),
    }


_SUMS = [
    "exposure", "principal", "interest", "penalty", "fees",
    "overdue_principal", "overdue_interest", "overdue", "contractual_payment", "minimum_payment",
    "reliefs_24m", "breaches_24m", "permanent_mods_total", "extension_months_total",
]  # fmt: skip
_WORST = [
    "days_past_due", "missed_12m", "worst_12m", "annual_rate", "snapshot_age_days",
    "lien_position", "valuation_age_days",
]  # fmt: skip
_LEAST = ["months_on_book", "original_months", "remaining_months", "days_to_maturity", "months_since_any_relief"]
_ANY = ["secured", "occupied", "line_blocked", "imminent_default", "trial_failed_12m"]
_OPTIONAL = frozenset({"lien_position", "valuation_age_days", "occupied", "line_blocked", "minimum_payment",
                       "months_since_any_relief"})  # fmt: skip
"""Facts that only some loans have: over several loans, those that have none are left out."""


def _over_loans(loans: Sequence[LoanFacts]) -> dict[str, object]:
    """Join the loans' facts: amounts add up, risk figures take the worst; one unknown makes the whole unknown."""
    joined: dict[str, object] = {}
    for names, join in ((_SUMS, sum), (_WORST, max), (_LEAST, min), (_ANY, any)):
        for name in names:
            values = [getattr(loan, name) for loan in loans]
            known = [v for v in values if v is not None]
            complete = known and (len(known) == len(values) or name in _OPTIONAL)
            joined[name] = join(known) if complete else None
    products = {loan.product for loan in loans}
    joined["product"] = products.pop() if len(products) == 1 else None
    joined["vouched"] = all(loan.vouched for loan in loans) if loans else None
    return joined


def _case_facts(inputs: Inputs, loans: Sequence[LoanFacts]) -> CaseFacts:
    application, on = inputs.application, inputs.on
    borrower, hardship, request = application.borrower, application.hardship, application.request
    joined = _over_loans(loans)
    joined["loan_to_value"] = _loan_to_value(inputs.snapshots)
    budget = _budget_facts(inputs, payments=joined["contractual_payment"], days_past_due=joined["days_past_due"])
    until = hardship.expected_until if hardship else None
    return CaseFacts(
        **joined,  # type: ignore[arg-type]
        **budget,  # type: ignore[arg-type]
        loans=len(loans),
        borrower_kind=borrower.kind.value if borrower.kind else None,
        currency=application.currency,
        dependants=borrower.household.dependants if borrower.household else None,
        hardship_reason=hardship.reason.value if hardship else None,
        hardship_months=_months(hardship.since, until) if hardship else None,
        hardship_permanent=hardship.permanent if hardship else None,
        expected_recovery_months=_months(on, until),
        vulnerable=bool(borrower.vulnerabilities),
        requested_payment=request.payment,
        requested_months=request.months,
        lump_sum=request.lump_sum,
        requested_programmes=request.programmes,
        automated_decision_allowed=application.consents.automated_decision,
        sensitive_data_allowed=application.consents.sensitive_data,
        insolvent=inputs.flags.get("insolvent"),
        litigation=inputs.flags.get("litigation"),
        debt_disputed=inputs.flags.get("debt_disputed"),
        fraud_suspected=inputs.flags.get("fraud_suspected"),
        misuse_of_funds=inputs.flags.get("misuse_of_funds"),
        moratorium_active=inputs.flags.get("moratorium_active", False),
        adviser_engaged=inputs.flags.get("adviser_engaged"),
        guarantors_consented=inputs.flags.get("guarantors_consented"),
        willing_to_pay=inputs.flags.get("willing_to_pay"),
        operating=inputs.flags.get("operating"),
        lawful_operation=inputs.flags.get("lawful_operation"),
        receipts_12m=inputs.receipts_12m,
    )


def surplus(budget: Budget | None) -> int | None:
    """Return what remains a month for the loans of the case; unknown without any stated income."""
    if budget is None or not budget.incomes:
        return None
    spent = sum(e.monthly for e in budget.expenses) + sum(_debt_payments(budget))
    return sum(i.monthly for i in budget.incomes) - spent


def surplus_expected(budget: Budget | None) -> int | None:
    """Return what will remain from the day on which the budget is expected to recover."""
    if budget is None or budget.expected is None:
        return None
    return budget.expected.income - budget.expected.expenses - sum(_debt_payments(budget))


def _budget_facts(inputs: Inputs, *, payments: object, days_past_due: object) -> dict[str, object]:
    budget, hardship = inputs.application.budget, inputs.application.hardship
    if budget is None or not budget.incomes:
        return {"exceeds_ability": _exceeds(None, surplus=None, days_past_due=days_past_due)}
    income = sum(i.monthly for i in budget.incomes)
    gross = sum(i.gross or 0 for i in budget.incomes) if all(i.gross is not None for i in budget.incomes) else None
    expenses = sum(e.monthly for e in budget.expenses)
    debts = _debt_payments(budget)
    left = income - expenses - sum(debts)
    paid = payments if isinstance(payments, int) else None
    floor = _floor(inputs)
    before = hardship.income_before if hardship else None
    service = None if paid is None else paid + sum(debts)
    return {
        "gross_income": gross,
        "income": income,
        "income_basis": inputs.income_basis,
        "essential_expenses": sum(e.monthly for e in budget.expenses if e.kind not in NOT_ESSENTIAL),
        "expenses": expenses,
        "priority_debts": debts[0],
        "other_debt_payments": debts[1],
        "surplus": left,
        "surplus_expected": surplus_expected(budget),
        "expenses_vs_floor": ratio(expenses, floor) if floor else None,
        "payment_to_income": ratio(paid, income) if paid is not None and income else None,
        "debt_to_income": ratio(service, gross or income) if service is not None and (gross or income) else None,
        "payment_to_surplus": ratio(paid, left) if paid is not None and left > 0 else None,
        "exceeds_ability": _exceeds(paid, surplus=left, days_past_due=days_past_due),
        "liquid_assets": sum(a.value for a in budget.assets if a.kind in LIQUID),
        "income_change": ratio(income, before) if before else None,
    }


def _debt_payments(budget: Budget) -> tuple[int, int]:
    """Return the monthly payments to priority debts and to the others."""
    priority = sum(d.monthly for d in budget.other_debts if d.priority)
    return priority, sum(d.monthly for d in budget.other_debts if not d.priority)


def _exceeds(payments: int | None, *, surplus: int | None, days_past_due: object) -> bool | None:
    """Say whether the contract exceeds the surplus; without any surplus it does by definition."""
    if surplus is not None and surplus <= 0:
        return True
    if payments is not None and surplus is not None:
        return payments > surplus
    return True if isinstance(days_past_due, int) and days_past_due > 0 else None


def _floor(inputs: Inputs) -> int | None:
    """Return the pack's floor for this household: the first adult, each further adult, each dependant."""
    household, floor = inputs.application.borrower.household, inputs.household_floor
    if household is None or not floor:
        return None
    others = max(0, household.adults - 1)
    return floor.get("first", 0) + others * floor.get("adult", 0) + household.dependants * floor.get("dependant", 0)


def _loan_to_value(snapshots: Sequence[Snapshot]) -> Decimal | None:
    secured = [(s.loan.balance, s.loan.secured) for s in snapshots if s.loan.secured is not None]
    value = sum(collateral.value for _, collateral in secured)
    balances = [balance for balance, _ in secured if balance is not None]
    if not value or len(balances) < len(secured):
        return None
    return ratio(sum(balance.total for balance in balances), value)


def _months(start: date | None, end: date | None) -> int | None:
    return months_between(start, end) if start and end else None
