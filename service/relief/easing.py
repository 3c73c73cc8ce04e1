"""Which instalments of a plan are eased, and what each of them pays."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from service.domain.errors import Problem, RuleBroken
from service.domain.words import Repayment
from service.relief.course import Easing, Unpaid
from service.relief.instruments import Accrual, Holiday, Reduced, Stepped, UnpaidInterest
from service.relief.periods import Calendar, Span
from service.relief.terms import INSTALMENTS_MAX

Eased = tuple[tuple[tuple[int, Easing], ...], tuple[Span, ...]]


class EasingNotPossible(RuleBroken):
    """The instalments to ease are not there, are eased already, or cannot be eased so."""

    code = "easing_not_possible"
    title = "Instalments cannot be eased so"


def eased(
    easings: Sequence[Holiday | Reduced | Stepped], calendar: Calendar, *, count: int, repayment: Repayment
) -> Eased:
    """Return what each eased position (from 0) pays, and the days on which no interest accrues.

    Eased instalments that are counted follow one another from the first; those given by date lie where they lie.
    """
    found: dict[int, Easing] = {}
    pauses: list[Span] = []
    if easings and repayment is Repayment.BULLET:
        raise _not_possible("A debt that is repaid at the end has no instalments to ease.")
    for easing in easings:
        for position, rule in _positions(easing, calendar, begins=_first_free(found), repayment=repayment):
            if position in found:
                raise _not_possible("An instalment is eased twice.")
            found[position] = rule
        if isinstance(easing, Holiday) and easing.from_ and easing.until and easing.interest == "waived":
            pauses.append(Span(easing.from_, easing.until))
    extends = bool(easings) and easings[0].then == "extend"
    if found and max(found) >= count + (len(found) - 1 if extends else -1):
        raise _not_possible("No instalment is left after the eased ones.")
    return tuple(sorted(found.items())), tuple(pauses)


def _positions(
    easing: Holiday | Reduced | Stepped, calendar: Calendar, *, begins: int, repayment: Repayment
) -> Iterable[tuple[int, Easing]]:
    unpaid = _unpaid(easing.interest, easing.accrual)
    match easing:
        case Holiday(instalments=count, pays=pays):
            if count is None:
                yield from _by_date(easing, calendar, unpaid)
            else:
                rule = Easing(None if pays == "interest" else 0, unpaid)
                yield from ((begins + n, rule) for n in range(count))
        case Reduced(instalments=count, payment=payment):
            yield from ((begins + n, Easing(payment, unpaid)) for n in range(count))
        case Stepped(steps=steps):
            if repayment not in {Repayment.EQUAL_INSTALMENTS, Repayment.REVOLVING}:
                raise _not_possible("Only equal instalments have a level payment to take fractions of.")
            fractions = [step.fraction for step in steps for _ in range(step.instalments)]
            yield from ((begins + n, Easing(fraction, unpaid)) for n, fraction in enumerate(fractions))
        case _:
            assert_never(easing)


def _by_date(holiday: Holiday, calendar: Calendar, unpaid: Unpaid) -> Iterable[tuple[int, Easing]]:
    if holiday.from_ is None or holiday.until is None:
        return
    pays = None if holiday.pays == "interest" else 0
    # Days outside the holiday still bear interest when the holiday waives it: that is owed, and not compounded.
    left = "simple" if unpaid == "waived" else unpaid
    found = False
    for position in range(INSTALMENTS_MAX):
        due_on = calendar.due_on(position)
        if due_on > holiday.until:
            break
        if due_on >= holiday.from_:
            found = True
            yield position, Easing(pays, left)
    if not found and holiday.interest != "waived":
        raise _not_possible("No instalment falls due between these days.")


def _first_free(found: dict[int, Easing]) -> int:
    return next(n for n in range(len(found) + 1) if n not in found)


def _unpaid(interest: UnpaidInterest, accrual: Accrual) -> Unpaid:
    match interest:
        case "charged":
            return accrual
        case "deferred" | "waived":
            return interest
        case _:
            assert_never(interest)


def _not_possible(detail: str) -> EasingNotPossible:
    return EasingNotPossible(detail, [Problem("/instruments", "easing_not_possible", detail)])
