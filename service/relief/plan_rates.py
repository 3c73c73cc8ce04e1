"""At which rates a plan bears interest, and that none of them exceeds what it may."""

from datetime import timedelta
from decimal import Decimal

from service.domain.errors import Problem, RuleBroken
from service.relief.debt import Debt
from service.relief.instruments import Rate, Renew
from service.relief.periods import Calendar, RateFrom
from service.relief.settings import Settings


class RateTooHigh(RuleBroken):
    """No plan's rate exceeds the contract's, nor the legal cap."""

    code = "rate_too_high"
    title = "The rate is too high"


def rates_of(
    debt: Debt, settings: Settings, calendar: Calendar, rate: Rate | None, renewal: Renew | None
) -> tuple[RateFrom, ...]:
    """Return the rates of a plan in order of the day from which they hold; the first holds from the beginning.

    The contract's rate goes on where nothing changes it, but never above the legal cap.
    """
    start = debt.effective_on
    highest = highest_rate(debt, settings)
    if renewal is not None and renewal.annual_rate is not None:
        return (RateFrom(start, _allowed(renewal.annual_rate, highest)),)
    if rate is None:
        return (RateFrom(start, highest),)
    since = start
    if rate.effective_from is not None:
        since = max(start, rate.effective_from - timedelta(days=1))
    rates = [] if since == start else [RateFrom(start, highest)]
    rates.append(RateFrom(since, _allowed(rate.annual_rate, highest)))
    for step in rate.steps:
        begins = calendar.due_on(step.from_instalment - 2)
        if begins <= rates[-1].since:
            detail = "A step of the rate begins after the one before it."
            raise RateTooHigh(detail, [Problem("/instruments", "not_in_order", detail)])
        rates.append(RateFrom(begins, _allowed(step.annual_rate, highest)))
    return tuple(rates)


def highest_rate(debt: Debt, settings: Settings) -> Decimal:
    """Return the highest rate that a plan for a debt may have."""
    caps = [cap for cap in (debt.legal_cap, settings.legal_cap) if cap is not None]
    return min([debt.annual_rate, *caps])


def _allowed(rate: Decimal, highest: Decimal) -> Decimal:
    if rate > highest:
        detail = f"The rate exceeds {highest}, the most this plan may bear."
        raise RateTooHigh(detail, [Problem("/instruments", "rate_too_high", detail)], highest=highest)
    return rate
