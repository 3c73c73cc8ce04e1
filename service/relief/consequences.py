"""What accepting a plan means for the borrower, as permanent codes with their figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from service.domain.money import Component
from service.domain.settings import AgreementSettings
from service.relief.arrangement import part_of
from service.relief.instruments import Waive
from service.relief.measures import highest_of
from service.relief.plan import Plan


class Consequence(StrEnum):
    """One thing a borrower should know before accepting."""

    INTEREST_CONTINUES = "interest_continues"
    INTEREST_STOPS = "interest_stops"
    INTEREST_ADDED_TO_DEBT = "interest_added_to_debt"
    ARREARS_ADDED_TO_PRINCIPAL = "arrears_added_to_principal"
    COSTS_MORE = "costs_more"
    COSTS_LESS = "costs_less"
    LASTS_LONGER = "lasts_longer"
    ENDS_SOONER = "ends_sooner"
    PAYMENTS_RISE = "payments_rise"
    FINAL_AMOUNT_DUE = "final_amount_due"
    REST_STAYS_OWED = "rest_stays_owed"
    WAIVER_AS_PAID = "waiver_as_paid"
    WAIVER_ON_COMPLETION = "waiver_on_completion"
    CREDIT_REPORTED = "credit_reported"
    COLLATERAL_STAYS = "collateral_stays"
    GUARANTORS_STAY = "guarantors_stay"
    MISSED_PAYMENTS = "missed_payments"
    ONE_MISSED_PAYMENT = "one_missed_payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A consequence with its figures, as far as it has any: minor units, a day, a length in days, a number of times."""

    code: Consequence
    amount: int | None = None
    on: date | None = None
    days: int | None = None
    times: int | None = None


def consequences(
    plan: Plan,
    contract: Plan,
    *,
    secured: bool = False,
    guaranteed: bool = False,
    agreement: AgreementSettings | None = None,
) -> tuple[Effect, ...]:
    """Return what follows from a plan, compared with the contract as it stands, in the order of the codes.

    `agreement` says how long a payment may be late, and how many missed ones end the agreement.
    """
    found = {effect.code: effect for effect in (*_of_cost(plan, contract), *_of_schedule(plan, contract))}
    told = {
        Consequence.CREDIT_REPORTED: True,
        Consequence.COLLATERAL_STAYS: secured,
        Consequence.GUARANTORS_STAY: guaranteed,
    }
    found |= {code: Effect(code=code) for code, applies in told.items() if applies}
    missed = _missed(agreement or AgreementSettings())
    found[missed.code] = missed
    return tuple(found[code] for code in Consequence if code in found)


def _of_cost(plan: Plan, contract: Plan) -> Iterator[Effect]:
    if plan.new_interest > 0:
        yield Effect(code=Consequence.INTEREST_CONTINUES, amount=plan.new_interest)
    else:
        yield Effect(code=Consequence.INTEREST_STOPS)
    added = sum(row.interest_added for row in plan.schedule)
    if added:
        yield Effect(code=Consequence.INTEREST_ADDED_TO_DEBT, amount=added)
    moved = sum(line.moved_out for line in plan.reconciliation)
    if moved:
        yield Effect(code=Consequence.ARREARS_ADDED_TO_PRINCIPAL, amount=moved)
    more = plan.total_payable - contract.total_payable
    if more:
        yield Effect(code=Consequence.COSTS_MORE if more > 0 else Consequence.COSTS_LESS, amount=abs(more))
    conditional = sum(line.waived_conditional for line in plan.reconciliation)
    as_paid = _vesting_as_paid(plan)
    if as_paid:
        yield Effect(code=Consequence.WAIVER_AS_PAID, amount=as_paid)
    if conditional > as_paid:
        yield Effect(code=Consequence.WAIVER_ON_COMPLETION, amount=conditional - as_paid)


def _of_schedule(plan: Plan, contract: Plan) -> Iterator[Effect]:
    if plan.end_on != contract.end_on:
        longer = plan.end_on > contract.end_on
        yield Effect(code=Consequence.LASTS_LONGER if longer else Consequence.ENDS_SOONER, on=plan.end_on)
    if _rises(plan):
        highest, on = highest_of(plan)
        yield Effect(code=Consequence.PAYMENTS_RISE, amount=highest, on=on)
    final = plan.deferred
    if final is not None:
        kept = plan.settles or any(final.debt.of(c) for c in Component if c is not Component.PRINCIPAL)
        code = Consequence.REST_STAYS_OWED if kept else Consequence.FINAL_AMOUNT_DUE
        yield Effect(code=code, amount=final.amount, on=final.due_on)


def _vesting_as_paid(plan: Plan) -> int:
    """Return what is waived in proportion to what is paid; waivers are applied first, to the debt as it is."""
    waivers = [i for i in plan.terms if isinstance(i, Waive) and i.vests == "pro_rata"]
    return sum(
        part_of(portion, plan.debt.balance.of(Component(name)))
        for waiver in waivers
        for name, portion in waiver.portions.items()
        if portion is not None
    )


def _rises(plan: Plan) -> bool:
    """Say whether a later payment is more than a tenth above the one before it."""
    return any(10 * later.payment > 11 * earlier.payment for earlier, later in pairwise(plan.schedule))


def _missed(agreement: AgreementSettings) -> Effect:
    once = agreement.missed_for_breach <= 1
    return Effect(
        code=Consequence.ONE_MISSED_PAYMENT if once else Consequence.MISSED_PAYMENTS,
        days=agreement.grace_days,
        times=agreement.missed_for_breach,
    )
