"""What is put before the parties: a plan for every loan of a case, the total by due date, and what it comes to."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from service.domain.money import ratio
from service.domain.policy import Level
from service.domain.settings import Programme
from service.relief.affordability import Demand, affordable, demands
from service.relief.bounds import Breach, told
from service.relief.conditions import (
    END,
    TOTAL,
    VALUE,
    Appraisal,
    Baseline,
    Conditions,
    Key,
    beyond_authority,
    level_of,
)
from service.relief.instruments import Terms
from service.relief.measures import Measures, measures
from service.relief.plan import Plan
from service.relief.templates import in_months


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanPlan:
    """One loan in a proposal; `programme` is None where nothing is granted for it and the contract goes on."""

    loan_id: str
    programme: str | None
    terms: Terms
    plan: Plan
    measures: Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTotal:
    """What is due on one day over all loans, in minor units, and how much of it for each loan."""

    due_on: date
    payment: int
    loans: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The measures of all loans together; amounts in minor units.

    `first`, `level` (the most frequent), `highest` and `last` are payments by due date, `monthly` the highest amount
    that a calendar month asks for, `payment_to_surplus` that amount over the surplus on its date (None without one).
    """

    first: int
    level: int
    highest: int
    last: int
    monthly: int
    monthly_on: date | None
    count: int
    months: int
    end_on: date
    upfront: int
    deferred: int
    total_payable: int
    new_interest: int
    new_fees: int
    waived: int
    waived_conditional: int
    npv_before: int
    npv_after: int
    concession: int
    diminished_obligation: Decimal
    value_with: int
    value_without: int
    uncalibrated: bool
    payment_to_surplus: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One reason why a proposal is there: a permanent code and its figures. Words come from elsewhere."""

    code: str
    figures: dict[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan for every loan of a case, with what it needs and what it goes beyond.

    `labels` may be shown to everybody, `lender_labels` to the lender's roles only, as may `binding` and `breaches`
    that are `lender_only`. A proposal that may be offered has no breaches.
    """

    loans: tuple[LoanPlan, ...]
    programme: str | None
    total: tuple[DueTotal, ...]
    totals: Totals
    level: Level
    labels: tuple[str, ...] = ()
    lender_labels: tuple[str, ...] = ()
    why: tuple[Why, ...] = ()
    binding: tuple[Breach, ...] = ()
    breaches: tuple[Breach, ...] = ()

    @property
    def highest(self) -> int:
        """The highest amount that a calendar month asks for."""
        return self.totals.monthly

    @property
    def total_payable(self) -> int:
        """All that is paid, at signature and later."""
        return self.totals.total_payable

    @property
    def end_on(self) -> date:
        """The day of the last payment."""
        return self.totals.end_on

    def loan(self, loan_id: str) -> LoanPlan:
        """Return the plan of one loan."""
        return next(loan for loan in self.loans if loan.loan_id == loan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One loan's plan as it enters a proposal: by which programme, and compared with what."""

    base: Baseline
    appraisal: Appraisal
    programme: Programme | None


def proposal(parts: Sequence[Part], conditions: Conditions, *, programme: str | None) -> Proposal:
    """Join the plans of all loans, and judge them together: affordability and authority are of the whole."""
    plans = [part.appraisal.plan for part in parts]
    loans = tuple(_loan_plan(part, conditions) for part in parts)
    total = total_by_due_date(plans)
    return Proposal(
        loans=loans,
        programme=programme,
        total=total,
        totals=_totals(loans, parts, total, conditions),
        level=_level(parts, conditions),
        breaches=joint_breaches(parts, conditions),
    )


def joint_breaches(parts: Sequence[Part], conditions: Conditions) -> tuple[Breach, ...]:
    """Return all that the plans of several loans go beyond, each on its own and together."""
    plans = [part.appraisal.plan for part in parts]
    found = (
        *(breach for part in parts for breach in part.appraisal.breaches if breach.loan_id is not None),
        *affordable(plans, conditions.ability, conditions.obligations),
        *beyond_authority(_level(parts, conditions), conditions),
    )
    return told(found, rule=conditions.settings.negotiation.reveal)


def joint_key(parts: Sequence[Part]) -> Key:
    """Return what the plans of several loans come to together; payments are added up by due date."""
    days: dict[date, int] = defaultdict(int)
    for row in (row for part in parts for row in part.appraisal.plan.schedule):
        days[row.due_on] += row.payment
    keys = [part.appraisal.key for part in parts]
    return (
        max(days.values(), default=0),
        sum(key[TOTAL] for key in keys),
        max(key[END] for key in keys),
        sum(key[VALUE] for key in keys),
    )


def _level(parts: Sequence[Part], conditions: Conditions) -> Level:
    concession = sum(part.appraisal.concession for part in parts)
    return level_of([part.appraisal.plan for part in parts], concession, conditions)


def total_by_due_date(plans: Sequence[Plan]) -> tuple[DueTotal, ...]:
    """Add up all dated payments of several plans, separate final amounts included, in order of date."""
    days: dict[date, dict[str, int]] = defaultdict(dict)
    for made in plans:
        loan_id = made.debt.loan_id
        dated = [(row.due_on, row.payment) for row in made.schedule]
        if made.deferred is not None:
            dated.append((made.deferred.due_on, made.deferred.amount))
        for day, amount in dated:
            days[day][loan_id] = days[day].get(loan_id, 0) + amount
    return tuple(DueTotal(due_on=day, payment=sum(due.values()), loans=due) for day, due in sorted(days.items()))


def _loan_plan(part: Part, conditions: Conditions) -> LoanPlan:
    made = part.appraisal.plan
    figures, capacity = conditions.settings.menu, conditions.ability.on
    surplus = replace(conditions.ability, share=Decimal(1)).on
    return LoanPlan(
        loan_id=made.debt.loan_id,
        programme=part.programme.code if part.programme else None,
        terms=made.terms,
        plan=made,
        measures=measures(made, conditions.arithmetic, figures=figures, capacity=capacity, surplus=surplus),
    )


def _totals(
    loans: Sequence[LoanPlan], parts: Sequence[Part], total: Sequence[DueTotal], conditions: Conditions
) -> Totals:
    payments = [due.payment for due in total]
    times = Counter(payments)
    worst = max(demands(loan.plan for loan in loans).values(), key=lambda month: month.amount, default=None)
    each = [loan.measures for loan in loans]
    before, after = sum(m.npv_before for m in each), sum(m.npv_after for m in each)
    return Totals(
        first=payments[0] if payments else 0,
        level=max(times, key=lambda payment: (times[payment], payment), default=0),
        highest=max(payments, default=0),
        last=payments[-1] if payments else 0,
        monthly=worst.amount if worst else 0,
        monthly_on=worst.on if worst else None,
        count=len(payments),
        months=max(in_months(len(loan.plan.schedule), loan.plan.frequency) for loan in loans),
        end_on=max(loan.plan.end_on for loan in loans),
        upfront=sum(m.upfront for m in each),
        deferred=sum(m.deferred for m in each),
        total_payable=sum(m.total_payable for m in each),
        new_interest=sum(m.new_interest for m in each),
        new_fees=sum(m.new_fees for m in each),
        waived=sum(m.waived for m in each),
        waived_conditional=sum(m.waived_conditional for m in each),
        npv_before=before,
        npv_after=after,
        concession=sum(part.appraisal.concession for part in parts),
        diminished_obligation=ratio(before - after, before) if before else Decimal(0),
        value_with=sum(m.value_with for m in each),
        value_without=sum(m.value_without for m in each),
        uncalibrated=any(m.uncalibrated for m in each),
        payment_to_surplus=_to_surplus(worst, conditions),
    )


def _to_surplus(worst: Demand | None, conditions: Conditions) -> Decimal | None:
    if worst is None:
        return None
    surplus = replace(conditions.ability, share=Decimal(1)).on(worst.on)
    return ratio(worst.amount, surplus) if surplus > 0 else None
