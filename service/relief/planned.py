"""What the plans of a family come to when no closed form is known: each of them worked out, if they are few."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from service.domain.errors import RuleBroken
from service.domain.money import Component
from service.relief.affordability import demands
from service.relief.conditions import Appraisal
from service.relief.estimates import Estimates
from service.relief.families import Family
from service.relief.instruments import Portion, Rate, Renew, Terms, Waive
from service.relief.limits import eased_instalments, settled
from service.relief.plan import Plan

PLANS_MAX: Final = 512


def planned(
    family: Family,
    appraise: Callable[[int], Appraisal | RuleBroken],
    known: Mapping[int, Appraisal | RuleBroken],
    *,
    steps: Sequence[date],
) -> Estimates:
    """Work out the plans of a family, evenly thinned to at most 512 of them; the others count as impossible."""
    size = family.size
    for number in np.unique(np.linspace(0, size - 1, min(size, PLANS_MAX)).astype(np.int64)):
        appraise(int(number))
    found = {number: made for number, made in known.items() if isinstance(made, Appraisal)}
    numbers = np.array(sorted(found), dtype=np.int64)
    columns = np.zeros((13 + len(Component) + len(steps), size))
    if found:
        columns[:, numbers] = np.array([_figures(found[int(number)], steps) for number in numbers]).T
    shares = slice(13, 13 + len(Component))
    possible = np.zeros(size, dtype=np.bool_)
    possible[numbers] = True
    return Estimates(
        possible=possible,
        least=columns[:4],
        width=np.zeros((4, size)),
        count=columns[4].astype(np.int64),
        eased=columns[5].astype(np.int64),
        upfront=columns[6],
        final=columns[7],
        balloon=columns[8],
        waived=columns[9],
        waived_principal=columns[10],
        rate=columns[11],
        share_paid=columns[12],
        given_up=columns[shares],
        peaks=columns[shares.stop :],
    )


def _figures(found: Appraisal, steps: Sequence[date]) -> list[float]:
    made = found.plan
    paid, owed = settled(made) if made.settles else (1, 1)
    return [
        *found.key,
        len(made.schedule),
        eased_instalments(made),
        made.upfront.total,
        made.deferred.amount if made.deferred else 0,
        made.balloon,
        made.waived.total,
        made.waived.principal,
        _lowest_rate(made.terms),
        paid / max(owed, 1),
        *(_given_up(made, component) for component in Component),
        *_peaks(made, steps),
    ]


def _lowest_rate(terms: Terms) -> float:
    rates = [i.annual_rate for i in terms if isinstance(i, Rate | Renew) and i.annual_rate is not None]
    return min((float(rate) for rate in rates), default=np.inf)


def _given_up(made: Plan, component: Component) -> float:
    portions: list[Portion | None] = [getattr(i, component.value) for i in made.terms if isinstance(i, Waive)]
    owed = max(made.debt.balance.of(component), 1)
    return sum(
        float(p.fraction) if p.fraction is not None else (p.amount or 0) / owed for p in portions if p is not None
    )


def _peaks(made: Plan, steps: Sequence[date]) -> list[float]:
    """Return the highest monthly demand between each step of the capacity and the next."""
    ends = [*steps[1:], date.max]
    months = demands((made,), balloons=False).values()
    return [
        max((float(m.amount) for m in months if start <= m.on < end), default=0.0)
        for start, end in zip(steps, ends, strict=True)
    ]
