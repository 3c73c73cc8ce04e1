"""What accepting a plan means for the borrower, as permanent codes; the words come from elsewhere."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from service.domain.money import Component
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
    WAIVER_ON_COMPLETION = "waiver_on_completion"
    REST_STAYS_OWED = "rest_stays_owed"
    CREDIT_REPORTED = "credit_reported"
    COLLATERAL_STAYS = "collateral_stays"
    GUARANTORS_STAY = "guarantors_stay"
    MISSED_PAYMENT = "missed_payment"


def consequences(
    plan: Plan, contract: Plan, *, secured: bool = False, guaranteed: bool = False
) -> tuple[Consequence, ...]:
    """Return what follows from a plan, compared with the contract as it stands, in the order of the codes."""
    found = set(_of_figures(plan, contract))
    found |= {Consequence.CREDIT_REPORTED, Consequence.MISSED_PAYMENT}
    found |= {Consequence.COLLATERAL_STAYS} if secured else set()
    found |= {Consequence.GUARANTORS_STAY} if guaranteed else set()
    return tuple(code for code in Consequence if code in found)


def _of_figures(plan: Plan, contract: Plan) -> Iterator[Consequence]:
    yield Consequence.INTEREST_CONTINUES if plan.new_interest > 0 else Consequence.INTEREST_STOPS
    if any(row.interest_added for row in plan.schedule):
        yield Consequence.INTEREST_ADDED_TO_DEBT
    if any(line.moved_out for line in plan.reconciliation):
        yield Consequence.ARREARS_ADDED_TO_PRINCIPAL
    if plan.total_payable != contract.total_payable:
        yield Consequence.COSTS_MORE if plan.total_payable > contract.total_payable else Consequence.COSTS_LESS
    if plan.end_on != contract.end_on:
        yield Consequence.LASTS_LONGER if plan.end_on > contract.end_on else Consequence.ENDS_SOONER
    if _rises(plan):
        yield Consequence.PAYMENTS_RISE
    if plan.deferred is not None:
        kept = plan.settles or any(plan.deferred.debt.of(c) for c in Component if c is not Component.PRINCIPAL)
        yield Consequence.REST_STAYS_OWED if kept else Consequence.FINAL_AMOUNT_DUE
    if any(line.waived_conditional for line in plan.reconciliation):
        yield Consequence.WAIVER_ON_COMPLETION


def _rises(plan: Plan) -> bool:
    """Say whether a later payment is more than a tenth above the one before it."""
    return any(10 * later.payment > 11 * earlier.payment for earlier, later in pairwise(plan.schedule))
