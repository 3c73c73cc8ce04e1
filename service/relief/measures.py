"""What a plan costs the borrower and yields the lender, compared with the contract as it stands."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from service.domain.dates import Frequency, months_between
from service.domain.money import ratio
from service.domain.settings import MenuSettings
from service.relief.affordability import demands
from service.relief.debt import Debt
from service.relief.expected_value import Capacity, expected_value
from service.relief.plan import Plan, plan
from service.relief.present_value import present_value
from service.relief.rates import Flow, NoRate, YieldPerPeriod, irr
from service.relief.settings import DEFAULT, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a plan differs from the contract; positive is more, later or longer. Amounts in minor units."""

    level_payment: int
    highest_payment: int
    total_payable: int
    new_interest: int
    count: int
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is needed to compare plans. Amounts in minor units; `level_payment` is the most frequent one.

    `npv_before` and `npv_after` are the contract's and the plan's present values at the original effective rate;
    `diminished_obligation` is their difference over the former (EBA, threshold 1 %), `concession` the difference in
    minor units when the lender loses. `payment_to_surplus` is the highest amount that a calendar month asks for, over
    the surplus on its date (None without one). `value_with` and `value_without` are expected values with and without
    an agreement, `uncalibrated` until the lender has confirmed the figures they rest on.
    """

    first_payment: int
    level_payment: int
    highest_payment: int
    highest_on: date | None
    last_payment: int
    count: int
    end_on: date
    upfront: int
    deferred: int
    total_payable: int
    new_interest: int
    new_fees: int
    waived: int
    waived_conditional: int
    payment_to_surplus: Decimal | None
    change: Change
    npv_before: int
    npv_after: int
    diminished_obligation: Decimal
    concession: int
    value_with: int
    value_without: int
    uncalibrated: bool


def contract_of(debt: Debt, settings: Settings = DEFAULT) -> Plan:
    """Return the contract as it stands: arrears due at once, then the instalments that remain; no legal cap."""
    return _contract(replace(debt, legal_cap=None), replace(settings, legal_cap=None))


@lru_cache(maxsize=256)
def _contract(debt: Debt, settings: Settings) -> Plan:
    return plan(debt, (), settings)


def measures(
    made: Plan,
    settings: Settings = DEFAULT,
    *,
    figures: MenuSettings | None = None,
    capacity: Capacity | None = None,
    surplus: Capacity | None = None,
) -> Measures:
    """Return the measures of a plan against the contract.

    `figures` are those of the pack's value test; `capacity` and `surplus` say what a month can carry, and what the
    borrower has in it, on a date.
    """
    contract = contract_of(made.debt, settings)
    chosen = figures or MenuSettings()
    before, after = present_value(contract, arrears_at_once=True), present_value(made)
    old_payment = level_payment_of(contract)
    highest = highest_of(made)
    return Measures(
        first_payment=made.schedule[0].payment if made.schedule else 0,
        level_payment=level_payment_of(made),
        highest_payment=highest[0],
        highest_on=highest[1],
        last_payment=made.schedule[-1].payment if made.schedule else 0,
        count=len(made.schedule),
        end_on=made.end_on,
        upfront=made.upfront.total,
        deferred=made.deferred.amount if made.deferred else 0,
        total_payable=made.total_payable,
        new_interest=made.new_interest,
        new_fees=made.new_fees,
        waived=sum(line.waived for line in made.reconciliation),
        waived_conditional=sum(line.waived_conditional for line in made.reconciliation),
        payment_to_surplus=_to_surplus(made, surplus),
        change=change(made, contract),
        npv_before=before,
        npv_after=after,
        diminished_obligation=ratio(before - after, before) + 0 if before else Decimal(0),
        concession=max(0, before - after),
        value_with=expected_value(made, chosen, old_payment=old_payment, capacity=capacity),
        value_without=expected_value(contract, chosen, old_payment=old_payment, capacity=capacity),
        uncalibrated=not chosen.calibrated,
    )


def _to_surplus(made: Plan, surplus: Capacity | None) -> Decimal | None:
    worst = max(demands((made,)).values(), key=lambda month: month.amount, default=None)
    left = surplus(worst.on) if surplus is not None and worst is not None else 0
    return ratio(worst.amount, left) if worst is not None and left > 0 else None


def change(made: Plan, contract: Plan) -> Change:
    """Return how a plan differs from the contract."""
    return Change(
        level_payment=level_payment_of(made) - level_payment_of(contract),
        highest_payment=highest_of(made)[0] - highest_of(contract)[0],
        total_payable=made.total_payable - contract.total_payable,
        new_interest=made.new_interest - contract.new_interest,
        count=len(made.schedule) - len(contract.schedule),
        months=months_between(contract.end_on, made.end_on),
    )


def level_payment_of(made: Plan) -> int:
    """Return the most frequent payment of a plan; of several, the highest."""
    times = Counter(row.payment for row in made.schedule)
    return max(times, key=lambda payment: (times[payment], payment), default=0)


def highest_of(made: Plan) -> tuple[int, date | None]:
    """Return the highest numbered payment and the first day on which it is due."""
    row = max(made.schedule, key=lambda row: row.payment, default=None)
    return (row.payment, row.due_on) if row else (0, None)


def flows(made: Plan) -> list[Flow]:
    """Return a plan's dated flows: first the debt carried after waivers, less what is paid at signature."""
    lines = made.reconciliation
    carried = sum(line.scheduled + line.deferred for line in lines)
    found = [Flow(amount=-carried, on=made.debt.effective_on)]
    found += [Flow(amount=row.payment, on=row.due_on) for row in made.schedule]
    if made.deferred is not None:
        found.append(Flow(amount=made.deferred.amount, on=made.deferred.due_on))
    return found


def monthly_yield(made: Plan) -> YieldPerPeriod | None:
    """Return the monthly internal rate of return × 12 and effective, as China has it shown; None where there is none.

    Only monthly instalments have one; the separate final amount counts with the last instalment.
    """
    if made.frequency is not Frequency.MONTHLY or made.settles or not made.schedule:
        return None
    dated = flows(made)
    amounts = [flow.amount for flow in dated[: len(made.schedule) + 1]]
    amounts[-1] += made.deferred.amount if made.deferred else 0
    try:
        return irr([Flow(amount=amount, period=n) for n, amount in enumerate(amounts)])
    except NoRate:
        return None
