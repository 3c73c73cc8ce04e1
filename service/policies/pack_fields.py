"""How the keys of a pack that hold more than a figure are read: conditions, instruments, limits, zones, orders."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationInfo

from service.domain.conduct import HoldRule
from service.domain.money import Component
from service.domain.settings import InstrumentTemplate, Limits, Waterfall
from service.domain.steps import Household
from service.policies.expression_kinds import KINDS
from service.policies.instrument_templates import alternatives, contradictions
from service.policies.pack_tables import Table
from service.policies.several import Told, key_of, require_none, several
from service.relief.instruments import Holiday, Instrument, Rate, Renew, Settlement, Term, Waive
from service.relief.steps import WaterfallNotValid, require_steps
from service.relief.waterfall import FIGURES


def time_zone(name: str) -> str:
    """Return the name of a time zone that there is."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise several([("", "is not a time zone")]) from None
    return name


def not_empty(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of words that has at least one."""
    if not words:
        raise several([("", "names at least one")])
    return words


def allocation(order: tuple[Component, ...]) -> tuple[Component, ...]:
    """Return an order in which a payment is applied: every component once."""
    if sorted(order) != sorted(Component):
        raise several([("", f"is an order of {', '.join(Component)}")])
    return order


def not_before(day: Any, info: ValidationInfo) -> Any:
    """Return the last day of a policy, which is not before its first."""
    first = info.data.get("valid_from")
    if day is not None and first is not None and day < first:
        raise several([("", "is before valid_from")])
    return day


def instruments(templates: tuple[InstrumentTemplate, ...]) -> tuple[InstrumentTemplate, ...]:
    """Return the instruments of a programme, of which none rules out another."""
    require_none(contradictions(templates) if templates else [("", "a programme has at least one")])
    return templates


def limits(bounds: Limits, info: ValidationInfo) -> Limits:
    """Return the limits of a programme; each leaves something of what the instruments may do."""
    asked = tuple(one for template in info.data.get("instruments", ()) for one in alternatives(template))
    require_none(_excluding(bounds, asked))
    return bounds


def _excluding(bounds: Limits, asked: Sequence[Instrument]) -> Iterator[Told]:
    for name, ask in LIMITED.items():
        bound, values = getattr(bounds, name), [v for one in asked if (v := ask(one)) is not None]
        if bound is None or not values:
            continue
        if name.endswith("_max") and min(values) > bound:
            yield f".{name}", f"is {bound}, and the instruments ask for {min(values)} at least"
        if name.endswith("_min") and max(values) < bound:
            yield f".{name}", f"is {bound}, and the instruments ask for {max(values)} at most"


def _fraction_waived(component: str) -> Callable[[Instrument], Decimal | None]:
    def waived(instrument: Instrument) -> Decimal | None:
        portion = getattr(instrument, component) if isinstance(instrument, Waive) else None
        return portion.fraction if portion else None

    return waived


NUMERIC_FACTS: Final = frozenset(name for name, kind in KINDS.items() if kind in {"money", "number"})
"""What a gate of a waterfall may compare besides the figures that the waterfall knows itself."""

LIMITED: Final[dict[str, Callable[[Instrument], int | Decimal | None]]] = {
    "instalments_max": lambda one: one.instalments if isinstance(one, Term | Renew) else None,
    "holiday_instalments_max": lambda one: one.instalments if isinstance(one, Holiday) else None,
    "settlement_payments_max": lambda one: one.instalments if isinstance(one, Settlement) else None,
    "settlement_min": lambda one: one.fraction if isinstance(one, Settlement) else None,
    "rate_min": lambda one: one.annual_rate if isinstance(one, Rate | Renew) else None,
    **{f"waived_{component}_max": _fraction_waived(component) for component in Component},
}
"""What an instrument asks of each limit; None where it asks nothing."""


def above(step: Table, info: ValidationInfo) -> Table:
    """Return what a level may grant, which is no less than what any level below it may."""
    require_none(
        (f".{name}", f"is less than a {level} may grant")
        for name in ("waived_max", "concession_max")
        for level, lower in info.data.items()
        if lower is not None and (most := getattr(step, name)) is not None and most < (getattr(lower, name) or 0)
    )
    return step


def waterfall(falls: Waterfall) -> Waterfall:
    """Return a waterfall whose steps and targets make sense before any debt is looked at."""
    try:
        require_steps(falls.steps, falls.targets, household=Household(gross_income=0))
    except WaterfallNotValid as broken:
        raise several((key_of(problem.pointer), problem.detail.rstrip(".")) for problem in broken.problems) from None
    require_none(
        (f".steps[{n}].gate.figure", f"there is no figure {step.gate.figure}, neither of the waterfall nor a fact")
        for n, step in enumerate(falls.steps)
        if step.gate is not None and step.gate.figure not in FIGURES | NUMERIC_FACTS
    )
    return falls


def hold(rule: HoldRule) -> HoldRule:
    """Return a hold whose end can be told."""
    if rule.until == "length" and rule.length is None:
        raise several([(".length", "is required where the length ends the hold")])
    return rule
