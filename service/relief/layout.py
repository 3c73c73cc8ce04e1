"""From a debt with its instruments applied to the course of its schedule."""

from collections.abc import Sequence

from service.domain.errors import Problem, RuleBroken
from service.domain.money import Component
from service.domain.words import Repayment
from service.relief.arrangement import Draft
from service.relief.calendars import first_due_on, instalments_from, minimum
from service.relief.course import LEVEL, Course
from service.relief.easing import eased
from service.relief.periods import Calendar, RateFrom, Span
from service.relief.plan_rates import rates_of
from service.relief.terms import INSTALMENTS_MAX


class InstalmentsOutOfBounds(RuleBroken):
    """The schedule would have no instalment, too many, or fewer than a part of it needs."""

    code = "instalments_out_of_bounds"
    title = "The number of instalments is out of bounds"


def laid_out(draft: Draft, pauses: Sequence[Span] = ()) -> Course:
    """Return the course of what is left of a debt, and put it into the instalments of the ledger."""
    financed = 0 if draft.settlement else draft.ledger.left[Component.PRINCIPAL]
    calendar = _calendar(draft)
    rates = rates_of(draft, calendar)
    count, instalment = _count(draft, calendar, financed, rates)
    eased_at, paused = eased(draft, calendar, count=count)
    course = Course(
        calendar=calendar,
        financed=financed,
        count=count,
        repayment=draft.repayment,
        rates=rates,
        pauses=(*pauses, *paused),
        instalment=instalment,
        balloon=_balloon(draft, financed),
        set_aside=draft.set_aside,
        eased=eased_at,
        then=draft.easings[0].then if draft.easings else "extend",
        spreads=tuple(draft.spreads),
        fee=draft.renewal.fee if draft.renewal else 0,
    )
    _require_length(course)
    draft.ledger.put_in_instalments(Component.PRINCIPAL, financed)
    return course


def _balloon(draft: Draft, financed: int) -> int:
    if draft.balloon is None:
        return 0
    return draft.amount(draft.balloon, draft.balloon.principal, financed, member="/principal")


def _calendar(draft: Draft) -> Calendar:
    debt = draft.debt
    frequency = (draft.term.frequency if draft.term else None) or debt.frequency
    contractual = frequency is debt.frequency and (debt.repayment is not Repayment.BULLET or _stays_single(draft))
    first, due_day = first_due_on(draft, frequency, contractual=contractual)
    return Calendar(
        start=debt.effective_on,
        first_due_on=first,
        frequency=frequency,
        due_day=due_day,
        day_count=debt.day_count,
        odd_day_count=debt.odd_day_count,
    )


def _stays_single(draft: Draft) -> bool:
    """Say whether a loan that is repaid at the end still is, on its own day or so many periods after it."""
    altered = draft.settlement or draft.repayment is not Repayment.BULLET
    return not altered and (draft.term is None or draft.term.counts_from == "remaining")


def _count(draft: Draft, calendar: Calendar, financed: int, rates: Sequence[RateFrom]) -> tuple[int, int | None]:
    """Return the number of instalments, and the contract's payment where it goes on."""
    debt = draft.debt
    if draft.term is not None:
        return instalments_from(draft, draft.term), None
    if draft.repayment is Repayment.REVOLVING and not debt.instalments_remaining:
        payment, count = minimum(debt, calendar, financed, rates)
        return count, payment
    contract = debt.instalments_remaining or 1
    if not financed and draft.spreads:
        return max(spread.over or contract for spread in draft.spreads), None
    return contract, debt.instalment if _contract_continues(draft, financed, rates) else None


def _contract_continues(draft: Draft, financed: int, rates: Sequence[RateFrom]) -> bool:
    """Say whether the contract's own payment is kept: what bears interest, and how, is what it was."""
    debt = draft.debt
    altered = draft.balloon or draft.repayment is not debt.repayment or debt.repayment not in LEVEL
    return not altered and financed == debt.not_yet_due and rates[0].annual_rate == debt.annual_rate


def _require_length(course: Course) -> None:
    regular = 1 if course.repayment is Repayment.BULLET else course.length - len(course.eased)
    longest = max((spread.over or 0 for spread in course.spreads), default=0)
    if not 1 <= course.length <= INSTALMENTS_MAX or regular < max(longest, 1):
        detail = f"The schedule has {course.length} instalments, {regular} of them not eased; that cannot be."
        raise InstalmentsOutOfBounds(detail, [Problem("/instruments", "instalments_out_of_bounds", detail)])
