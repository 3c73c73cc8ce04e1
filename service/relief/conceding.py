"""How the lender answers a counter-proposal to a settlement: by a step from its last offer, never with its floor."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from service.domain.money import Component, rounded_up
from service.domain.settings import Programme
from service.relief.arrangement import part_of
from service.relief.asking import Asked
from service.relief.bounds import Breach
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise
from service.relief.families import Family, family, joined
from service.relief.instruments import Instrument, Settlement, SettlementPayment, Terms, Upfront, Waive
from service.relief.limits import settled
from service.relief.nearest import Nearest
from service.relief.plan import Plan
from service.relief.proposal import Part
from service.relief.sharing import MONTHS, in_months
from service.relief.terms import SETTLEMENT_PAYMENTS_MAX

FOUR_PLACES: Final = Decimal("0.0001")
FINE: Final = Decimal("1e-18")
"""Fine enough that a part of any debt is right to the minor unit."""


def concede(base: Baseline, programme: Programme, asked: Asked, conditions: Conditions, last: Plan | None) -> Nearest:
    """Answer what is asked for by a settlement that pays a smaller part of the debt than the last offer did.

    What is at least the last offer is accepted at the last offer's part. Otherwise the part falls by `concession_step`
    of the way to what is asked for, but by no more than to the next part that the programme names: however little is
    asked for, one round shows no more than one step. Where the programme names no lower part, or the next one is below
    the floor, the last offer stands: the borrower sees where the steps end, not why. Without a last offer, the first
    is the programme's highest part.
    """
    whole = family(programme, base.debt)
    before = _named(whole)[0] if last is None else _part_of(last)
    wanted = _wanted(asked, whole, base, before=before)
    parts = [before]
    binding = _beyond_payments(base, whole, asked)
    if wanted < before:
        binding = (Breach(limit="settlement_min", bound=before, asked=wanted), *binding)
        parts = [before] if last is None else [_next(before, wanted, base, whole, conditions), before]
    refused: tuple[Breach, ...] = ()
    for part in parts:
        found, refused = _settled(base, whole, part, asked=asked, conditions=conditions)
        if found is not None:
            met = wanted >= before and _keeps(found, asked)
            made = Part(base=base, appraisal=found, programme=programme)
            return Nearest(part=made, met=met, binding=() if met else binding or refused)
    return Nearest(part=None, met=False, binding=binding or refused)


def settles(programme: Programme) -> bool:
    """Say whether a programme discharges the debt by a part of it."""
    return any(template.kind == "settlement" for template in programme.instruments)


def _named(whole: Family) -> Sequence[Decimal]:
    """Return the parts of the debt that the programme names, the highest first."""
    axis = whole.axis_of("settlement", "fraction")
    fixed = next(t.parameters.get("fraction") for t in whole.templates if t.kind == "settlement")
    return sorted({Decimal(str(value)) for value in (axis.values if axis else (fixed,))}, reverse=True)


def _next(before: Decimal, wanted: Decimal, base: Baseline, whole: Family, conditions: Conditions) -> Decimal:
    """Return the part one step below the last offer's; the last offer's own where there is no step left."""
    floor, owed = whole.programme.limits.settlement_min or Decimal(0), _owed(base, whole)
    lower = [part for part in _named(whole) if part >= floor and rounded_up(part * owed) < rounded_up(before * owed)]
    if not lower:
        return before
    towards = before - conditions.settings.negotiation.concession_step * (before - wanted)
    return max(lower[0], towards.quantize(FOUR_PLACES, rounding=ROUND_CEILING))


def _part_of(last: Plan) -> Decimal:
    paid, owed = settled(last)
    return (Decimal(paid) / max(owed, 1)).quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def _wanted(asked: Asked, whole: Family, base: Baseline, *, before: Decimal) -> Decimal:
    """Return which part of the debt the payments asked for come to; who names no amounts asks for the last offer's."""
    if asked.payment is None and not asked.lump_sum:
        return before
    most = _payments_max(whole)
    frequency = base.debt.frequency
    count = min(asked.instalments(frequency) or most, most)
    paid = asked.lump_sum + Decimal((asked.payment or 0) * MONTHS * count) / frequency.periods_per_year
    return paid / max(_owed(base, whole), 1)


def _owed(base: Baseline, whole: Family) -> int:
    """Return the debt that a settlement discharges: what waivers leave of it."""
    return base.debt.balance.total - _given_up(base, _plain(whole))


def _payments_max(whole: Family) -> int:
    most = whole.programme.limits.settlement_payments_max or SETTLEMENT_PAYMENTS_MAX
    return min(most, SETTLEMENT_PAYMENTS_MAX)


def _beyond_payments(base: Baseline, whole: Family, asked: Asked) -> tuple[Breach, ...]:
    most, count = _payments_max(whole), asked.instalments(base.debt.frequency)
    if count is None or count <= most:
        return ()
    return (Breach(limit="settlement_payments_max", bound=most, asked=count),)


def _settled(
    base: Baseline, whole: Family, part: Decimal, *, asked: Asked, conditions: Conditions
) -> tuple[Appraisal | None, tuple[Breach, ...]]:
    """Return the settlement of a part of the debt, paid as nearly as asked for as every limit allows.

    The sum at once is paid at signature, the rest in the fewest payments that are no higher than asked for; where
    none are, in the most. What stands in the way of just that is returned beside it.
    """
    frequency, wanted = base.debt.frequency, asked.instalments(base.debt.frequency)
    left = rounded_up(part * _owed(base, whole)) - asked.lump_sum

    def order(count: int) -> tuple[bool, int]:
        if asked.payment is None:
            return count != wanted, count
        over = in_months(left // count, frequency) > asked.payment
        return over, -count if over else count

    refused: tuple[Breach, ...] = ()
    for count in sorted(range(1, _payments_max(whole) + 1), key=order):
        terms = _terms(base, whole, part, count=count, lump_sum=asked.lump_sum)
        found = appraise(base, terms, whole.programme.limits, conditions)
        if isinstance(found, Appraisal) and not found.breaches:
            return found, refused
        refused = refused or (found.breaches if isinstance(found, Appraisal) else ())
    return None, refused


def _terms(base: Baseline, whole: Family, part: Decimal, *, count: int, lump_sum: int) -> Terms:
    """Return the terms that pay a part of the debt in all: at once what is offered, the rest in equal payments."""
    others = _plain(whole)
    owed = base.debt.balance.total - _given_up(base, others)
    total = rounded_up(part * owed)
    if lump_sum >= total:
        at_once = SettlementPayment(due_on=base.debt.effective_on, amount=total)
        return joined([*others, Settlement(payments=(at_once,))])
    fraction = (Decimal(total - lump_sum) / max(owed - lump_sum, 1)).quantize(FINE)
    made: list[Instrument] = [*others, Settlement(fraction=fraction, instalments=count)]
    return joined([*made, Upfront(amount=lump_sum)] if lump_sum else made)


def _plain(whole: Family) -> Terms:
    """Return the instruments of the programme besides the settlement and what is paid at once."""
    return joined([i for i in whole.terms(0) if not isinstance(i, Settlement | Upfront)])


def _given_up(base: Baseline, terms: Terms) -> int:
    """Return what waivers alone take off the debt."""
    total = 0
    for waive in terms:
        for name, portion in waive.portions.items() if isinstance(waive, Waive) else ():
            total += part_of(portion, base.debt.balance.of(Component(name))) if portion is not None else 0
    return total


def _keeps(found: Appraisal, asked: Asked) -> bool:
    """Say whether a settlement that pays as much as is asked for lasts no longer; then no payment is higher either."""
    count = asked.instalments(found.plan.frequency)
    return count is None or len(found.plan.schedule) <= count
