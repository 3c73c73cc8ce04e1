"""What the plans of a family come to, in floating point, all at once: it steers a search and reaches no result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from service.domain.money import Component
from service.relief.columns import Columns
from service.relief.discounting import Counts, Floats, Mask
from service.relief.families import Family
from service.relief.foreseen import Foreseen, scheduled, settled
from service.relief.outlay import Outlay
from service.relief.pay_days import least_in_a_month, straddling
from service.relief.settings import Settings
from service.relief.treated import Treated


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """One figure for each plan of a family; money in minor units, flat arrays in the order of the numbers.

    `least` has a row for highest payment, total, last day and present value negated: the least that each can be,
    and `width` by how much it may be more (infinite where a plan cannot be foreseen). `peaks` has a row for each step
    of the capacity: the least that its highest monthly demand can be. `given_up` has a row for each component: the
    fraction of it that a waiver gives up. `share_paid` is what a settlement pays of the debt, `rate` the rate of a
    plan that names one (otherwise infinite), `final` a separate amount at the end, `balloon` the part of the last
    payment that is one. What cannot be planned is not
    `possible`. `outlay` holds the payments, where they are known in closed form.
    """

    possible: Mask
    least: Floats
    width: Floats
    peaks: Floats
    count: Counts
    eased: Counts
    upfront: Floats
    final: Floats
    balloon: Floats
    waived: Floats
    waived_principal: Floats
    given_up: Floats
    rate: Floats
    share_paid: Floats
    outlay: Outlay | None = None


def estimate(family: Family, settings: Settings, *, steps: Sequence[date]) -> Estimates:
    """Estimate every plan of a family; `steps` are the days from which on the capacity changes, first of all ever."""
    columns = Columns(family)
    treated = Treated(columns, settings)
    found = settled(columns, treated) if columns.has("settlement") else scheduled(columns, treated)
    outlay, flat = found.outlay, found.outlay.flat
    bounds = (found.highest, found.total, found.end, found.value)
    return Estimates(
        possible=flat(found.possible, np.bool_),
        least=np.stack([flat(least) for least, _ in bounds]),
        width=np.stack([flat(width) for _, width in bounds]),
        peaks=np.stack([flat(peak) for peak in _peaks(found, family, steps)]),
        count=flat(found.count, np.int64),
        eased=flat(outlay.eased, np.int64),
        upfront=flat(outlay.upfront),
        final=flat(outlay.final),
        balloon=flat(outlay.balloon),
        waived=flat(sum(treated.waived.values())),
        waived_principal=flat(treated.waived[Component.PRINCIPAL]),
        given_up=np.stack([flat(treated.given_up[component]) for component in Component]),
        rate=flat(found.rate),
        share_paid=flat(found.share_paid),
        outlay=outlay,
    )


def _peaks(found: Foreseen, family: Family, steps: Sequence[date]) -> list[Any]:
    """Return for each step of the capacity the least that its fullest month asks for."""
    frequency = family.debt.frequency
    starts = [int(n) for n in np.searchsorted(found.due, [day.toordinal() for day in steps])]
    ends = [*starts[1:], len(found.due)]
    per_month = partial(least_in_a_month, frequency)
    # A month is judged by the day of its first payment: those just after a step may belong to the step before.
    begins = [start + (straddling(frequency) if n else 0) for n, start in enumerate(starts)]
    return [found.outlay.peak(start, end, per_month=per_month) - 1 for start, end in zip(begins, ends, strict=True)]
