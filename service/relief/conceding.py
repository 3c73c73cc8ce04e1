"""How the lender answers a counter-proposal to a settlement: by a step from its last offer, never with its floor."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Final

from service.domain.errors import RuleBroken
from service.domain.money import rounded_up
from service.domain.settings import Programme
from service.relief.asking import Asked
from service.relief.bounds import Breach
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise
from service.relief.families import Family, family, joined
from service.relief.instruments import Instrument, Settlement, Terms, Upfront
from service.relief.limits import settled
from service.relief.nearest import Nearest
from service.relief.plan import Plan
from service.relief.proposal import Part
from service.relief.terms import SETTLEMENT_PAYMENTS_MAX

FOUR_PLACES: Final = Decimal("0.0001")
HALVINGS_MAX: Final = 6


def concede(base: Baseline, programme: Programme, asked: Asked, conditions: Conditions, last: Plan | None) -> Nearest:
    """Answer what is asked for by a settlement that pays a smaller part of the debt than the last offer did.

    What is at least the last offer is accepted at the last offer's part. Otherwise the part falls by
    `concession_step` of the way to what is asked for; where that would go below the floor, by half of it, and so on:
    the answer shows neither the floor nor how far away it is. Without a last offer, the first is the programme's
    highest part. One step a round.
    """
    whole = family(programme, base.debt)
    opening = _opening(whole)
    owed = _owed(base, whole, conditions)
    before = opening if last is None else _part_of(last)
    wanted = _wanted(asked, whole, owed)
    if wanted >= before:
        found = _settled(base, whole, before, asked, conditions)
        if found is not None:
            return _nearest(base, found, programme, met=_keeps(found, asked), binding=())
    binding = (Breach(limit="settlement_min", bound=before, asked=min(wanted, Decimal(1))),)
    for part in _steps(before, wanted, programme, conditions, first=last is None):
        found = _settled(base, whole, part, asked, conditions)
        if found is not None:
            return _nearest(base, found, programme, met=False, binding=binding)
    return Nearest(part=None, met=False, binding=binding)


def settles(programme: Programme) -> bool:
    """Say whether a programme discharges the debt by a part of it."""
    return any(template.kind == "settlement" for template in programme.instruments)


def _steps(
    before: Decimal, wanted: Decimal, programme: Programme, conditions: Conditions, *, first: bool
) -> Sequence[Decimal]:
    """Return the parts to try, lowest first; the last of them repeats the last offer."""
    if first or wanted >= before:
        return (before,)
    floor = programme.limits.settlement_min or Decimal(0)
    step = conditions.settings.negotiation.concession_step * (before - max(wanted, Decimal(0)))
    tried = [(before - step / 2**n).quantize(FOUR_PLACES, rounding=ROUND_CEILING) for n in range(HALVINGS_MAX)]
    return (*(part for part in tried if part > floor or part == floor == wanted), before)


def _opening(whole: Family) -> Decimal:
    axis = whole.axis_of("settlement", "fraction")
    fixed = next(t.parameters.get("fraction") for t in whole.templates if t.kind == "settlement")
    return max(Decimal(str(value)) for value in (axis.values if axis else (fixed,)))


def _owed(base: Baseline, whole: Family, conditions: Conditions) -> int:
    """Return the debt that a settlement discharges, after the programme's waivers."""
    found = appraise(base, whole.terms(0), whole.programme.limits, conditions)
    return base.debt.balance.total if isinstance(found, RuleBroken) else settled(found.plan)[1]


def _part_of(last: Plan) -> Decimal:
    paid, owed = settled(last)
    return (Decimal(paid) / max(owed, 1)).quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def _wanted(asked: Asked, whole: Family, owed: int) -> Decimal:
    """Return which part of the debt the payments asked for come to; no payment named counts as none."""
    count = min(asked.months or 1, _payments_max(whole))
    paid = asked.lump_sum + (asked.payment or 0) * count
    return Decimal(paid) / max(owed, 1)


def _payments_max(whole: Family) -> int:
    most = whole.programme.limits.settlement_payments_max or SETTLEMENT_PAYMENTS_MAX
    return min(most, SETTLEMENT_PAYMENTS_MAX)


def _settled(base: Baseline, whole: Family, part: Decimal, asked: Asked, conditions: Conditions) -> Appraisal | None:
    """Return the settlement of a part of the debt in the fewest payments that keep every limit.

    The sum at once is paid at signature; the months asked for are tried first.
    """
    counts = range(1, _payments_max(whole) + 1)
    wanted = [asked.months] if asked.months in counts else []
    for count in (*wanted, *counts):
        terms = _terms(base, whole, part, count=count, lump_sum=asked.lump_sum)
        found = appraise(base, terms, whole.programme.limits, conditions)
        if isinstance(found, Appraisal) and not found.breaches:
            return found
    return None


def _terms(base: Baseline, whole: Family, part: Decimal, *, count: int, lump_sum: int) -> Terms:
    """Return the terms that pay a part of the debt in all: at once what is offered, the rest in equal payments."""
    others: list[Instrument] = [i for i in whole.terms(0) if not isinstance(i, Settlement | Upfront)]
    plain = joined(others)
    owed = base.debt.balance.total - _given_up(base, plain)
    total = rounded_up(part * owed)
    at_once = min(lump_sum, max(total - 1, 0))
    fraction: Any = part if not at_once else Decimal(total - at_once) / max(owed - at_once, 1)
    made: list[Instrument] = [*others, Settlement(fraction=fraction, instalments=count)]
    return joined([*made, Upfront(amount=at_once)] if at_once else made)


def _given_up(base: Baseline, terms: Terms) -> int:
    """Return what waivers alone take off the debt."""
    balance = base.debt.balance
    total = 0
    for waive in terms:
        for name in ("fees", "penalty", "interest", "principal"):
            portion = getattr(waive, name, None)
            if waive.kind == "waive" and portion is not None:
                owed = getattr(balance, name)
                total += int(portion.fraction * owed) if portion.fraction is not None else portion.amount
    return total


def _keeps(found: Appraisal, asked: Asked) -> bool:
    """Say whether a settlement asks for no more a month, and lasts no longer, than is asked for."""
    most = max((row.payment for row in found.plan.schedule), default=0)
    if asked.payment is not None and most > asked.payment:
        return False
    return asked.months is None or len(found.plan.schedule) <= asked.months


def _nearest(
    base: Baseline, found: Appraisal, programme: Programme, *, met: bool, binding: tuple[Breach, ...]
) -> Nearest:
    return Nearest(part=Part(base=base, appraisal=found, programme=programme), met=met, binding=binding)
