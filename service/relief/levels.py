"""The payments of plans that repay in level instalments, all plans of a family at once, in floating point.

Level payments are rounded as they will be. What is left out is the rounding of each period's interest: `margin` bounds
what it can add up to by the last instalment.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from service.domain.money import Component
from service.relief.columns import Columns
from service.relief.discounting import Discounts
from service.relief.outlay import Stretch
from service.relief.settings import Settings
from service.relief.treated import NOTHING, Treated

NEVER: Final = 1e18
"""Further off than any amount: what cannot be foreseen can be anything."""
TIE: Final = 1e-6
"""So near to a whole number, a quotient in floating point does not say on which side of it the exact one lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What plans pay. Each figure is one a plan, not yet of the family's shape where it varies along few axes.

    `final` is the last payment: it and `total` may be off by `margin`, which is infinite where a plan cannot be
    foreseen; the payments before it by `wobble`. Where `unsure`, rounding may end the plan one instalment away.
    `bears` is the balance after the eased instalments, `put_off` the interest due after the last instalment.
    """

    stretches: tuple[Stretch, ...]
    count: Any
    longest: Any
    possible: Any
    unsure: Any
    margin: Any
    wobble: Any
    total: Any
    spread: Any
    put_off: Any
    level: Any
    balloon: Any


class _Easing(NamedTuple):
    """What the eased instalments come to: each payment that is not nothing, and what is left of them."""

    payments: tuple[Any, ...] = ()
    carried: Any = NOTHING
    put_off: Any = NOTHING
    bears: Any = NOTHING


def levels(columns: Columns, treated: Treated, discounts: Discounts, row: Any, *, count: Any, eased: Any) -> Levels:
    """Return the payments of all plans: `count` instalments in all, of which the first `eased` are eased."""
    settings = treated.settings
    easing = _eased(columns, discounts, row, eased, treated.financed)
    regular = np.maximum(count - eased, 1)
    last = eased + regular
    start, end = discounts.factors[row, eased], discounts.factors[row, last]
    growth = discounts.over(row, eased, last)
    balloon = treated.balloon()
    level, unclear = _rounded((easing.bears * start - balloon * end) / growth, settings)
    # Each period's interest is off by half a unit, and grows until the end; a level on the wrong side of a tie by more.
    margin = (0.5 + unclear * settings.multiple) * growth / end + 2
    paid_off = last + 0 * level.astype(np.int64)
    worth = easing.bears * start
    left = (worth - level * discounts.over(row, eased, last - 1)) / discounts.factors[row, last - 1]
    early = (left <= margin) & (regular > 1)
    if early.any():
        paid_off = _paid_off(discounts, row, worth, level, eased=eased, last=last, early=early)
        left = (worth - level * discounts.over(row, eased, paid_off - 1)) / discounts.factors[row, paid_off - 1]
    final = left * discounts.factors[row, paid_off - 1] / discounts.factors[row, paid_off]
    spread = _spread(columns, treated, regular)
    carry = easing.carried / regular
    wobble = spread.wobble + settings.multiple * (unclear + 2 * (easing.carried > 0))
    # A period whose interest is above the level payment repays nothing, and asks for more.
    clamped = level < easing.bears * discounts.rates[row] * _longest_period(discounts, eased) + 0.6
    unforeseen = (clamped & (regular > 1)) | (early & ((spread.total > 0) | (margin >= level))) | (easing.bears <= 0)
    margin, wobble = np.where(unforeseen, NEVER, margin), np.where(clamped, NEVER, wobble)
    at_first = [Stretch(n, n + (n < eased), paid, paid) for n, paid in enumerate(easing.payments)]
    others = Stretch(eased, paid_off - 1, level + carry, level + carry - wobble)
    very_last = Stretch(paid_off - 1, paid_off, final + carry, final + carry - margin - wobble)
    paid_eased = sum((paid * (n < eased) for n, paid in enumerate(easing.payments)), NOTHING)
    return Levels(
        stretches=(*at_first, *_stretches(spread, others, very_last)),
        count=paid_off,
        longest=last,
        possible=(count > eased) & ((spread.over <= regular) | (spread.total == 0)),
        unsure=early & ((left <= margin) | (final >= level - margin)),
        margin=margin,
        wobble=wobble,
        total=paid_eased + easing.carried + spread.total + level * (paid_off - eased - 1) + final,
        spread=spread.total,
        put_off=easing.put_off,
        level=level,
        balloon=balloon,
    )


def _longest_period(discounts: Discounts, eased: Any) -> Any:
    """Return the longest of the regular periods; the first period of all may be a long one."""
    later = discounts.lengths[1:].max(initial=0.0)
    return np.where(eased == 0, max(discounts.lengths[0], later), later)


def _paid_off(discounts: Discounts, row: Any, worth: Any, level: Any, *, eased: Any, last: Any, early: Any) -> Any:
    """Return after how many instalments payments that were rounded up have repaid everything."""
    wanted = discounts.sums[row, eased] + worth / np.maximum(level, TIE)
    shape = np.broadcast_shapes(*(np.shape(figure) for figure in (row, wanted, last)))
    rows, sums = np.broadcast_to(row, shape), np.broadcast_to(wanted, shape)
    until = discounts.until(rows.ravel(), sums.ravel()).reshape(shape)
    return np.where(early, np.clip(until, eased + 1, last), last)


def _rounded(exact: Any, settings: Settings) -> tuple[Any, Any]:
    """Return payments as they are rounded, and which of them floating point cannot tell from a tie."""
    units = np.maximum(exact, 0) / settings.multiple
    match settings.level_payment:
        case "up":
            rounded, tie = np.ceil(units - TIE), 0.0
        case "down":
            rounded, tie = np.floor(units + TIE), 0.0
        case _:
            rounded, tie = np.floor(units + 0.5 + TIE), 0.5
    unclear = np.abs(units - tie - np.rint(units - tie)) < TIE
    return rounded * settings.multiple, unclear


def _eased(columns: Columns, discounts: Discounts, row: Any, eased: Any, balance: Any) -> _Easing:
    """Return what eased instalments pay, the interest carried or put off, and what bears interest afterwards."""
    if not columns.has("holiday"):
        return _Easing(bears=balance)
    kept = unpaid_interest(columns)
    total, payments = NOTHING * balance, []
    for position in range(int(np.max(eased))):
        interest = np.floor(balance * discounts.rates[row] * discounts.lengths[position] + 0.5)
        payments.append(interest)
        total = total + np.where(position < eased, interest, 0)
        if kept == "compound":
            balance = balance + np.where(position < eased, interest, 0)
    match kept:
        case "paid":
            return _Easing(payments=tuple(payments), bears=balance)
        case "deferred":
            return _Easing(put_off=total, bears=balance)
        case "simple":
            return _Easing(carried=total, bears=balance)
        case _:
            return _Easing(bears=balance)


def unpaid_interest(columns: Columns) -> str:
    """Return what becomes of the interest of eased instalments."""
    if columns.fixed("holiday", "pays", "nothing") == "interest":
        return "paid"
    unpaid: str = columns.fixed("holiday", "interest", "charged")
    accrual: str = columns.fixed("holiday", "accrual", "simple")
    return accrual if unpaid == "charged" else unpaid


class _Spread(NamedTuple):
    """Debt that is repaid interest-free: each part, the last part, over how many instalments, and all together."""

    part: Any
    rest: Any
    over: Any
    total: Any
    wobble: Any


def _spread(columns: Columns, treated: Treated, regular: Any) -> _Spread:
    """Return the interest-free parts of the regular instalments."""
    settings, unpaid = treated.settings, treated.spread()
    if columns.has("arrears_plan"):
        over = columns.count("arrears_plan")
    else:
        over = regular if settings.unnamed_overdue != "first" else np.int64(1)
    part = rest = wobble = NOTHING
    for component in Component:
        amount = unpaid[component]
        each, unclear = _rounded(amount / over, settings)
        left = amount - each * (over - 1)
        part, rest = part + np.minimum(each, amount), rest + np.maximum(left, 0)
        wobble = wobble + np.where(left < 0, each, 0) + unclear * settings.multiple * (amount > 0)
    return _Spread(part=part, rest=rest, over=over, total=sum(unpaid.values()), wobble=wobble)


def _stretches(spread: _Spread, regular: Stretch, last: Stretch) -> tuple[Stretch, ...]:
    """Return regular payments in order: with interest-free parts, with the last of them, without, and the very last."""
    if not np.any(spread.total):
        return regular, last
    until = np.minimum(regular.start + spread.over - 1, regular.end)
    after = np.minimum(until + 1, regular.end)
    at_end = np.where(regular.start + spread.over >= last.end, spread.rest, 0)
    return (
        _plus(regular._replace(end=until), spread.part),
        _plus(regular._replace(start=until, end=after), spread.rest),
        regular._replace(start=after),
        _plus(last, at_end),
    )


def _plus(stretch: Stretch, amount: Any) -> Stretch:
    return stretch._replace(amount=stretch.amount + amount, least=stretch.least + amount)
