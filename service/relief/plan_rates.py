"""At which rates a plan bears interest, and that none of them exceeds what it may."""

from datetime import timedelta
from decimal import Decimal

from service.domain.errors import Problem, RuleBroken
from service.relief.arrangement import Draft
from service.relief.debt import Debt
from service.relief.periods import Calendar, RateFrom
from service.relief.settings import Settings
from service.relief.terms import TermsNotValid


class RateTooHigh(RuleBroken):
    """No plan's rate exceeds the contract's, nor the legal cap."""

    code = "rate_too_high"
    title = "The rate is too high"


def rates_of(draft: Draft, calendar: Calendar) -> tuple[RateFrom, ...]:
    """Return the rates of a plan in order of the day from which they hold; the first holds from the beginning.

    The contract's rate goes on where nothing changes it, but never above the legal cap.
    """
    start, rate, renewal = draft.debt.effective_on, draft.rate, draft.renewal
    highest = highest_rate(draft.debt, draft.settings)
    if renewal is not None and renewal.annual_rate is not None:
        return (RateFrom(start, _allowed(renewal.annual_rate, highest, draft.pointer(renewal, "/annual_rate"))),)
    if rate is None:
        return (RateFrom(start, highest),)
    since = start
    if rate.effective_from is not None:
        since = max(start, rate.effective_from - timedelta(days=1))
    rates = [] if since == start else [RateFrom(start, highest)]
    rates.append(RateFrom(since, _allowed(rate.annual_rate, highest, draft.pointer(rate, "/annual_rate"))))
    for n, step in enumerate(rate.steps):
        pointer = draft.pointer(rate, f"/steps/{n}")
        begins = calendar.due_on(step.from_instalment - 2)
        if begins <= rates[-1].since:
            detail = "A step of the rate begins after the one before it."
            raise TermsNotValid(detail, [Problem(f"{pointer}/from_instalment", "not_in_order", detail)])
        rates.append(RateFrom(begins, _allowed(step.annual_rate, highest, f"{pointer}/annual_rate")))
    return tuple(rates)


def highest_rate(debt: Debt, settings: Settings) -> Decimal:
    """Return the highest rate that a plan for a debt may have."""
    cap = legal_cap(debt, settings)
    return debt.annual_rate if cap is None else min(debt.annual_rate, cap)


def legal_cap(debt: Debt, settings: Settings) -> Decimal | None:
    """Return the most that interest, penalty and fees together may come to in a year; None where no law says."""
    return min((cap for cap in (debt.legal_cap, settings.legal_cap) if cap is not None), default=None)


def _allowed(rate: Decimal, highest: Decimal, pointer: str) -> Decimal:
    if rate > highest:
        detail = f"The rate exceeds {highest}, the most this plan may bear."
        raise RateTooHigh(detail, [Problem(pointer, RateTooHigh.code, detail)], highest=highest)
    return rate
