"""The figures of plans in closed form: of those that repay in level instalments, and of settlements."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np

from service.relief.columns import Columns
from service.relief.day_count import year_fraction
from service.relief.discounting import Counts, Discounts, lengths_and_due_days
from service.relief.families import Family
from service.relief.levels import NEVER, Levels, levels, unpaid_interest
from service.relief.outlay import Outlay, Stretch
from service.relief.periods import Calendar
from service.relief.plan_rates import highest_rate
from service.relief.present_value import discount_rate
from service.relief.treated import NOTHING, Treated

Bounds = tuple[Any, Any]
"""The least that a figure can be, and by how much it may be more."""


class Foreseen(NamedTuple):
    """What plans come to, each figure as wide as the axes it depends on; `value` is the present value negated."""

    outlay: Outlay
    due: Counts
    possible: Any
    count: Any
    highest: Bounds
    total: Bounds
    end: Bounds
    value: Bounds
    rate: Any
    share_paid: Any


def scheduled(columns: Columns, treated: Treated) -> Foreseen:
    """Return the figures of plans that repay in level instalments, perhaps after a holiday."""
    family = columns.family
    highest = highest_rate(family.debt, treated.settings)
    rates, row = columns.rates(highest)
    eased = columns.count("holiday") if columns.has("holiday") else np.int64(0)
    extends = columns.fixed("holiday", "then", "extend") == "extend"
    count = columns.count("term") + (eased if extends else 0)
    periods = calendar_of(family).periods(int(np.max(np.maximum(count, eased + 1))))
    lengths, due = lengths_and_due_days(periods)
    treated.schedule()
    made = levels(columns, treated, Discounts(rates, lengths), row, count=count, eased=eased)
    per_plan = np.array([float(rate) for rate in rates])[row]
    outlay = Outlay(
        shape=family.shape,
        days=[period.end for period in periods],
        lengths=lengths,
        stretches=made.stretches,
        balance=treated.financed,
        owed=treated.financed + made.spread + treated.set_aside,
        level=made.level,
        rates=per_plan,
        eased=eased,
        count=made.count,
        longest=made.longest,
        upfront=treated.upfront,
        final=treated.set_aside + made.put_off,
        off=made.margin + made.wobble * made.longest,
        balloon=made.balloon,
        waived=unpaid_interest(columns) == "waived",
        compounds=unpaid_interest(columns) == "compound",
    )
    allowed = np.array([rate <= highest for rate in rates])[row]
    total = outlay.upfront + outlay.final + made.total
    return Foreseen(
        outlay=outlay,
        due=due,
        possible=treated.possible & made.possible & allowed,
        count=np.where(made.margin < NEVER, made.count - made.unsure, 0),
        highest=_highest(outlay, made),
        total=(total - outlay.off, 2 * outlay.off),
        end=_end(outlay, made, due),
        value=_value(outlay, family, off=outlay.off + 1),
        rate=per_plan if columns.has("rate") else np.float64(np.inf),
        share_paid=np.float64(1),
    )


def settled(columns: Columns, treated: Treated) -> Foreseen:
    """Return the figures of settlements: equal parts of a fraction of the debt, the rest given up."""
    family = columns.family
    values, which = columns.values("settlement", "fraction")
    share = np.array([float(value) for value in values])[which]
    count = columns.count("settlement")
    owed = sum(treated.left.values())
    paid = np.floor(share * owed + 0.5)
    count = np.minimum(count, np.maximum(paid, 1)).astype(np.int64)
    treated.give_up(owed - paid)
    calendar = calendar_of(family)
    days = [calendar.due_on(n) for n in range(int(np.max(count)))]
    due = np.array([day.toordinal() for day in days])
    part = np.floor(paid / count)
    outlay = Outlay(
        shape=family.shape,
        days=days,
        lengths=_measured(family, days),
        stretches=(Stretch(0 * count, count, paid / count, part),),
        balance=NOTHING,
        owed=paid,
        level=NOTHING,
        rates=NOTHING,
        eased=0 * count,
        count=count,
        longest=count,
        upfront=treated.upfront,
        final=NOTHING,
        off=np.float64(1),
    )
    return Foreseen(
        outlay=outlay,
        due=due,
        possible=treated.possible,
        count=count,
        highest=(part - 1, 3),
        total=(treated.upfront + paid - 1, 2),
        end=(due[count - 1], 0),
        value=_value(outlay, family, off=count + 1),
        rate=np.float64(np.inf),
        share_paid=(treated.upfront + paid) / np.maximum(treated.upfront + owed, 1),
    )


def calendar_of(family: Family) -> Calendar:
    """Return when the plans of a family fall due: on the contract's days, or from the day they are moved to."""
    debt = family.debt
    moved: date | None = next((t.parameters["first_due_on"] for t in family.templates if t.kind == "due_day"), None)
    return Calendar(
        start=debt.effective_on,
        first_due_on=moved or debt.next_due_on,
        frequency=debt.frequency,
        due_day=moved.day if moved else debt.due_day,
        day_count=debt.day_count,
        odd_day_count=debt.odd_day_count,
    )


def _measured(family: Family, days: list[date]) -> Any:
    """Return the lengths in years between dated payments, as they are discounted."""
    debt = family.debt
    starts = [debt.effective_on, *days[:-1]]
    return np.array([
        float(year_fraction(start, end, convention=debt.day_count)) for start, end in zip(starts, days, strict=True)
    ])  # fmt: skip


def _highest(outlay: Outlay, made: Levels) -> Bounds:
    *regular, last = made.stretches
    most = last.amount + made.margin
    for stretch in regular:
        most = np.maximum(most, np.where(stretch.end > stretch.start, stretch.amount, 0))
    least = outlay.peak(0, len(outlay.days))
    return least, most + made.wobble - least


def _end(outlay: Outlay, made: Levels, due: Counts) -> Bounds:
    """Return the last day; a separate final amount is due when the instalments would have ended."""
    last, at_end = due[made.count - 1], due[made.longest - 1]
    sooner = np.where(made.unsure, last - due[np.maximum(made.count - 2, 0)], 0)
    later = np.where(made.unsure, due[np.minimum(made.count, made.longest - 1)] - last, 0)
    foreseen = made.margin < NEVER
    least = np.where(foreseen, np.where(outlay.final > 0, at_end, last - sooner), 0)
    width = np.where(foreseen, np.where(outlay.final > 0, 0, sooner + later), NEVER)
    return least, width


def _value(outlay: Outlay, family: Family, *, off: Any) -> Bounds:
    """Return the present value at the contract's rate, negated: less is better."""
    own = Discounts([discount_rate(family.debt)], outlay.lengths)
    value = outlay.upfront + outlay.final * own.final(outlay.count, outlay.longest)
    for stretch in outlay.stretches:
        value = value + stretch.amount * own.over(0, stretch.start, stretch.end)
    return -value - off, 2 * off
