"""How facts are derived from an application, its loans, the flags and our own record. Nothing is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.domain.application import Application, Budget, Hardship
from service.domain.dates import months_between
from service.domain.facts import FLAGS, CaseFacts, Facts
from service.domain.loan_facts import OwnRelief, facts_of_loan, loan_to_value, months_of, over_loans
from service.domain.loans import Snapshot
from service.domain.money import ratio
from service.domain.words import AssetKind, ExpenseKind

NOT_ESSENTIAL: Final = frozenset({ExpenseKind.PERSONAL, ExpenseKind.SAVINGS, ExpenseKind.OTHER})
LIQUID: Final = frozenset({AssetKind.CASH, AssetKind.SAVINGS, AssetKind.INVESTMENT})
LASTING_MONTHS: Final = 1200
"""What stands for a hardship without an end, so that it exceeds every bound: the longest time that can be asked for."""


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
    imminent = inputs.flags.get("imminent_default")
    loans = {
        s.loan.id: facts_of_loan(s, on=inputs.on, own=inputs.own_reliefs, imminent=imminent) for s in inputs.snapshots
    }
    joined = over_loans(tuple(loans.values()))
    joined["loan_to_value"] = loan_to_value(inputs.snapshots)
    return Facts(case=_case_facts(inputs, joined), loans=loans)


def _case_facts(inputs: Inputs, joined: dict[str, Any]) -> CaseFacts:
    application = inputs.application
    borrower, request = application.borrower, application.request
    paid, late = joined["contractual_payment"], joined["days_past_due"]
    flags = {name: inputs.flags.get(name) for name in FLAGS}
    flags["moratorium_active"] = inputs.flags.get("moratorium_active", False)
    return CaseFacts(
        **{
            **joined,
            **_budget_facts(inputs, paid=paid, days_past_due=late),
            **_hardship_facts(application.hardship, on=inputs.on),
            **flags,
        },
        loans=len(inputs.snapshots),
        borrower_kind=borrower.kind.value if borrower.kind else None,
        currency=application.currency,
        dependants=borrower.household.dependants if borrower.household else None,
        vulnerable=bool(borrower.vulnerabilities),
        requested_payment=request.payment,
        requested_months=request.months,
        lump_sum=request.lump_sum,
        requested_programmes=request.programmes,
        automated_decision_allowed=application.consents.automated_decision,
        sensitive_data_allowed=application.consents.sensitive_data,
        receipts_12m=inputs.receipts_12m,
    )


def _hardship_facts(hardship: Hardship | None, *, on: date) -> dict[str, Any]:
    """Return what the hardship is, and how long it lasts: unknown when its end is open and it is not permanent."""
    if hardship is None:
        return {}
    until = hardship.expected_until
    recovers = None if until is None else max(0, months_between(on, until))
    return {
        "hardship_reason": hardship.reason.value,
        "hardship_permanent": hardship.permanent,
        "hardship_months": LASTING_MONTHS if hardship.permanent else months_of(hardship.since, until),
        "expected_recovery_months": LASTING_MONTHS if hardship.permanent else recovers,
    }


def surplus(budget: Budget | None) -> int | None:
    """Return what remains a month for the loans of the case; unknown without any stated income."""
    if budget is None or not budget.incomes:
        return None
    return sum(i.monthly for i in budget.incomes) - sum(e.monthly for e in budget.expenses) - _debt_service(budget)


def surplus_expected(budget: Budget | None) -> int | None:
    """Return what will remain from the day on which the budget is expected to recover."""
    if budget is None or budget.expected is None:
        return None
    return budget.expected.income - budget.expected.expenses - _debt_service(budget)


def _budget_facts(inputs: Inputs, *, paid: int | None, days_past_due: int | None) -> dict[str, Any]:
    budget = inputs.application.budget
    left = surplus(budget)
    exceeds = _exceeds(paid, surplus=left, days_past_due=days_past_due)
    if budget is None:
        return {"exceeds_ability": exceeds}
    expenses, floor = sum(e.monthly for e in budget.expenses), _floor(inputs)
    return {
        **_income_facts(inputs, budget, paid=paid),
        "essential_expenses": sum(e.monthly for e in budget.expenses if e.kind not in NOT_ESSENTIAL),
        "expenses": expenses,
        "priority_debts": sum(d.monthly for d in budget.other_debts if d.priority),
        "other_debt_payments": sum(d.monthly for d in budget.other_debts if not d.priority),
        "surplus": left,
        "surplus_expected": surplus_expected(budget),
        "expenses_vs_floor": ratio(expenses, floor) if floor else None,
        "payment_to_surplus": ratio(paid, left) if paid is not None and left is not None and left > 0 else None,
        "exceeds_ability": exceeds,
        "liquid_assets": sum(a.value for a in budget.assets if a.kind in LIQUID),
    }


def _income_facts(inputs: Inputs, budget: Budget, *, paid: int | None) -> dict[str, Any]:
    """Return the incomes and what is measured by them; all of it is unknown where no income is stated."""
    if not budget.incomes:
        return {}
    income = sum(i.monthly for i in budget.incomes)
    given = [i.gross for i in budget.incomes if i.gross is not None]
    gross = sum(given) if len(given) == len(budget.incomes) else None
    measure = income if gross is None else gross
    hardship = inputs.application.hardship
    before = hardship.income_before if hardship else None
    return {
        "gross_income": gross,
        "income": income,
        "income_basis": inputs.income_basis,
        "payment_to_income": ratio(paid, income) if paid is not None and income else None,
        "debt_to_income": ratio(paid + _debt_service(budget), measure) if paid is not None and measure else None,
        "income_change": ratio(income, before) if before else None,
    }


def _debt_service(budget: Budget) -> int:
    """Return the monthly payments on the debts outside the case."""
    return sum(debt.monthly for debt in budget.other_debts)


def _exceeds(paid: int | None, *, surplus: int | None, days_past_due: int | None) -> bool | None:
    """Say whether the contract exceeds the surplus; without any surplus it does by definition.

    Where the surplus is not known, being late says that it does; being on time says nothing.
    """
    if surplus is None:
        return True if days_past_due else None
    if surplus <= 0:
        return True
    return None if paid is None else paid > surplus


def _floor(inputs: Inputs) -> int | None:
    """Return the pack's floor for this household: the first adult, each further adult, each dependant."""
    household, floor = inputs.application.borrower.household, inputs.household_floor
    if household is None or not floor:
        return None
    others = max(0, household.adults - 1)
    return floor.get("first", 0) + others * floor.get("adult", 0) + household.dependants * floor.get("dependant", 0)
