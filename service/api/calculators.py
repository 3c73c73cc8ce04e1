"""The calculators: reading what is asked of one, and answering it."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.api.bodies.flows import parse_rates
from service.api.bodies.schedules import parse_schedule
from service.api.bodies.waterfalls import parse_waterfall
from service.api.views.calculations import CalculatedScheduleView, RatesView
from service.api.views.waterfalls import WaterfallView
from service.casework.calculating import calculate_rates, calculate_schedule, calculate_waterfall
from service.domain.errors import Problem, RuleBroken


def schedule_of(raw: object) -> CalculatedScheduleView:
    """Read what is asked of the schedule calculator, and answer it."""
    asked = parse_schedule(raw)
    with _pointing_at("/loan", terms="/terms" if asked.terms else None):
        calculated = calculate_schedule(asked.contract, asked.terms, asked.settings, pauses=asked.pauses)
    return CalculatedScheduleView.of(calculated, currency=asked.currency)


def rates_of(raw: object) -> RatesView:
    """Read what is asked of the rate calculator, and answer it."""
    return RatesView.of(calculate_rates(parse_rates(raw)))


def waterfall_of(raw: object) -> WaterfallView:
    """Read what is asked of the waterfall calculator, and answer it."""
    asked = parse_waterfall(raw)
    with _pointing_at("/debt", terms=None):
        made, schedule = calculate_waterfall(
            asked.contract,
            steps=asked.steps,
            target=asked.target,
            household=asked.household,
            property_value=asked.property_value,
            facts=asked.facts,
            settings=asked.settings,
        )
    return WaterfallView.of(made, schedule, currency=asked.currency)


@contextmanager
def _pointing_at(contract: str, *, terms: str | None) -> Iterator[None]:
    """Have what is wrong with a contract, or with terms for it, pointed at where that stands in the body."""
    try:
        yield
    except RuleBroken as broken:
        found = [Problem(_placed(p.pointer, contract, terms), p.code, p.detail) for p in broken.problems]
        problems = found or [Problem(contract, broken.code, broken.detail)]
        raise type(broken)(broken.detail, problems, **broken.context) from None


def _placed(pointer: str, contract: str, terms: str | None) -> str:
    if pointer.startswith("/instruments"):
        return contract if terms is None else f"{terms}{pointer}"
    return f"{contract}{pointer}"
