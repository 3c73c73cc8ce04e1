"""By how much the plans of a family go beyond each limit, as a part of it: at most 0 where they may keep it."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from service.domain.money import Component
from service.domain.policy import Level
from service.relief.affordability import Ability
from service.relief.authority import covers
from service.relief.conditions import VALUE, Baseline, Conditions
from service.relief.discounting import Floats
from service.relief.estimates import Estimates
from service.relief.families import Family
from service.relief.limits import longest
from service.relief.templates import in_instalments

HAIR: Final = 1e-9
"""What floating point may be off by where an exact comparison is one of equals."""


def excess(estimates: Estimates, family: Family, base: Baseline, conditions: Conditions) -> dict[str, Floats]:
    """Return by how much each plan goes beyond each limit, by the limit's name; never more than it really does."""
    found = dict(beyond_ability(estimates, family, conditions.payable, conditions.obligations))
    found |= dict(_of_counts(estimates, family))
    found |= dict(_of_programme(estimates, family))
    found["authority"] = _beyond_authority(estimates, base, conditions)
    return found


def beyond_ability(e: Estimates, family: Family, ability: Ability, obligations: int) -> Iterator[tuple[str, Floats]]:
    """Yield by how much plans ask for more than can be paid: a month, at signature, at the end."""
    # A lump sum may carry the payments of a settlement, whichever of them cannot be paid from the surplus.
    spare = ability.lump_sum if family.has("settlement") else 0
    over = np.full(len(e.count), -np.inf)
    for (_, bound), peak in zip(ability.steps, e.peaks, strict=True):
        room = max(0, bound - obligations)
        over = np.maximum(over, (peak - spare - room) / max(room, 1))
    yield "affordable_payment", over
    yield "affordable_upfront", (e.upfront - 1 - ability.lump_sum) / max(ability.lump_sum, 1)
    final = e.final + e.balloon
    if final.any():
        # The month of a final amount may carry a part of it.
        free = max(0, max(amount for _, amount in ability.steps) - obligations)
        yield "affordable_balloon", (final - 1 - free - ability.balloon) / max(ability.balloon, 1)


def _of_counts(e: Estimates, family: Family) -> Iterator[tuple[str, Floats]]:
    limits, debt = family.programme.limits, family.debt
    if family.has("settlement"):
        if limits.settlement_payments_max is not None:
            most = limits.settlement_payments_max
            yield "settlement_payments_max", (e.count - most) / max(most, 1)
    else:
        for name, most in longest(debt, limits).items():
            yield name, (e.count - most) / max(most, 1)
    if limits.holiday_instalments_max is not None:
        most = in_instalments(limits.holiday_instalments_max, debt.frequency)
        yield "holiday_instalments_max", (e.eased - most) / max(most, 1)


def _of_programme(e: Estimates, family: Family) -> Iterator[tuple[str, Floats]]:
    limits = family.programme.limits
    if limits.settlement_min is not None and family.has("settlement"):
        owed = max(family.debt.balance.total, 1)
        yield "settlement_min", float(limits.settlement_min) - e.share_paid - 2 / owed - HAIR
    if limits.rate_min is not None:
        yield "rate_min", float(limits.rate_min) - e.rate - HAIR
    for row, component in zip(e.given_up, Component, strict=True):
        share = getattr(limits, f"waived_{component.value}_max")
        if share is not None:
            yield f"waived_{component.value}_max", row - float(share) - HAIR


def _beyond_authority(e: Estimates, base: Baseline, conditions: Conditions) -> Floats:
    """Return by how much of the exposure more is given up than the level allows."""
    exposure = max(base.debt.balance.total, 1)
    nothing = np.zeros(len(e.count))
    if conditions.level is Level.COMMITTEE:
        return nothing
    within = {level.value for level in Level if level.rank <= conditions.level.rank}
    beyond = nothing + 1
    # What the contract is worth less the most that the plan may be worth, whose negative is the least of the row.
    concession = base.present_value + e.least[VALUE]
    for step in conditions.settings.authority:
        if step.level not in within or not covers(step, exposure=conditions.exposure, currency=conditions.currency):
            continue
        over = nothing
        if step.waived_max is not None:
            over = np.maximum(over, (e.waived - 4) / exposure - float(step.waived_max))
        if step.concession_max is not None:
            over = np.maximum(over, (concession - 1) / exposure - float(step.concession_max))
        if not step.principal_waivable:
            over = np.where(e.waived_principal > 1, np.maximum(over, e.waived_principal / exposure), over)
        beyond = np.minimum(beyond, over)
    return beyond
