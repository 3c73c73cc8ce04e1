"""What the plans of a family come to when no closed form is known: each of them worked out, if they are few."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from service.domain.errors import RuleBroken
from service.domain.money import Component
from service.relief.affordability import demands
from service.relief.estimates import Estimates
from service.relief.families import Family
from service.relief.instruments import Portion, Rate, Renew, Terms, Waive
from service.relief.limits import eased_instalments, settled
from service.relief.measures import highest_of, level_payment_of
from service.relief.plan import Plan, plan
from service.relief.present_value import present_value
from service.relief.settings import Settings

PLANS_MAX: Final = 512


def planned(family: Family, settings: Settings, *, steps: Sequence[date]) -> Estimates:
    """Work out the plans of a family, evenly thinned to at most 512 of them; the others count as impossible."""
    size = family.size
    numbers = np.unique(np.linspace(0, size - 1, min(size, PLANS_MAX)).astype(np.int64))
    columns = np.full((12 + len(Component) + len(steps), size), np.inf)
    columns[0:2] = 0
    for number in numbers:
        try:
            made = plan(family.debt, family.terms(int(number)), settings)
        except RuleBroken:
            continue
        columns[:, number] = _figures(made, steps)
    shares = slice(12, 12 + len(Component))
    return Estimates(
        count=columns[0].astype(np.int64),
        end=columns[1].astype(np.int64),
        highest=columns[2],
        level=columns[3],
        total=columns[4],
        value=columns[5],
        upfront=columns[6],
        waived=columns[7],
        waived_principal=columns[8],
        eased=np.nan_to_num(columns[9], posinf=0).astype(np.int64),
        rate=columns[10],
        share_paid=columns[11],
        given_up=columns[shares],
        peaks=columns[shares.stop :],
        slack=np.zeros(size),
    )


def _figures(made: Plan, steps: Sequence[date]) -> list[float]:
    paid, owed = settled(made) if made.settles else (1, 1)
    return [
        len(made.schedule),
        made.end_on.toordinal(),
        highest_of(made)[0],
        level_payment_of(made),
        made.total_payable,
        present_value(made),
        made.upfront.total,
        made.waived.total,
        made.waived.principal,
        eased_instalments(made),
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
    months = demands((made,)).values()
    return [
        max((float(m.amount) for m in months if start <= m.on < end), default=0.0)
        for start, end in zip(steps, ends, strict=True)
    ]
