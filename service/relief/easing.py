"""Which instalments of a plan are eased, and what each of them pays."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, assert_never

from service.domain.errors import Problem, RuleBroken
from service.domain.words import Repayment
from service.relief.arrangement import Draft
from service.relief.course import LEVEL, Easing, Unpaid
from service.relief.instruments import Accrual, Holiday, Reduced, Stepped, UnpaidInterest
from service.relief.periods import Calendar, Span
from service.relief.terms import INSTALMENTS_MAX


class EasingNotPossible(RuleBroken):
    """The instalments to ease are not there, are eased already, or cannot be eased so."""

    code = "easing_not_possible"
    title = "Instalments cannot be eased so"


class Eased(NamedTuple):
    """What each eased position (from 0) pays, and the days on which no interest accrues."""

    positions: tuple[tuple[int, Easing], ...]
    pauses: tuple[Span, ...]


def eased(draft: Draft, calendar: Calendar, *, count: int) -> Eased:
    """Return what is eased in a schedule of `count` instalments.

    Eased instalments that are counted follow one another from the first that no other instrument eases; those given
    by date lie where they lie. None is eased twice.
    """
    found: dict[int, Easing] = {}
    pauses: list[Span] = []
    for easing in draft.easings:
        pointer, pause = draft.pointer(easing), _pause(easing)
        _require_instalments(easing, draft.repayment, pointer)
        positions = dict(_positions(easing, calendar, begins=_first_free(found)))
        if not positions and pause is None:
            raise _not_possible("No instalment falls due between these days.", pointer)
        if positions.keys() & found.keys():
            raise _not_possible("An instalment would be eased twice.", pointer)
        found |= positions
        extends = easing.then == "extend"
        if found and max(found) >= count + (len(found) - 1 if extends else -1):
            raise _not_possible("No instalment is left after the eased ones.", pointer)
        pauses += [pause] if pause is not None else []
    return Eased(tuple(sorted(found.items())), tuple(pauses))


def _pause(easing: Holiday | Reduced | Stepped) -> Span | None:
    """Return the days of a holiday that waives interest; where nothing falls due on them, that is all it does."""
    if isinstance(easing, Holiday) and easing.from_ and easing.until and easing.interest == "waived":
        return Span(easing.from_, easing.until)
    return None


def _require_instalments(easing: Holiday | Reduced | Stepped, repayment: Repayment, pointer: str) -> None:
    if repayment is Repayment.BULLET:
        raise _not_possible("A debt that is repaid at the end has no instalments to ease.", pointer)
    if isinstance(easing, Stepped) and repayment not in LEVEL:
        raise _not_possible("Only equal instalments have a level payment to take fractions of.", pointer)


def _positions(easing: Holiday | Reduced | Stepped, calendar: Calendar, *, begins: int) -> Iterable[tuple[int, Easing]]:
    unpaid = _unpaid(easing.interest, easing.accrual)
    match easing:
        case Holiday(instalments=None):
            return _by_date(easing, calendar, unpaid)
        case Holiday(instalments=count, pays=pays):
            rules = [Easing(None if pays == "interest" else 0, unpaid)] * (count or 0)
        case Reduced(instalments=count, payment=payment):
            rules = [Easing(payment, unpaid)] * count
        case Stepped(steps=steps):
            rules = [Easing(step.fraction, unpaid) for step in steps for _ in range(step.instalments)]
        case _:
            assert_never(easing)
    return enumerate(rules, start=begins)


def _by_date(holiday: Holiday, calendar: Calendar, unpaid: Unpaid) -> Iterator[tuple[int, Easing]]:
    """Yield the positions due between the days of a holiday, both included."""
    pays = None if holiday.pays == "interest" else 0
    # Days outside the holiday still bear interest when the holiday waives it: that is owed, and not compounded.
    left = "simple" if unpaid == "waived" else unpaid
    for position in range(INSTALMENTS_MAX):
        due_on = calendar.due_on(position)
        if holiday.until is None or due_on > holiday.until:
            break
        if holiday.from_ is not None and due_on >= holiday.from_:
            yield position, Easing(pays, left)


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


def _not_possible(detail: str, pointer: str) -> EasingNotPossible:
    return EasingNotPossible(detail, [Problem(pointer, EasingNotPossible.code, detail)])
