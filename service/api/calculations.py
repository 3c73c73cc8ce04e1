"""The resource `calculations`: stateless calculators, for which no case is needed and nothing is stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Body

from service.api.bodies.body import DocumentedAs
from service.api.bodies.flows import RatesBody, parse_rates
from service.api.bodies.schedules import ScheduleBody, parse_schedule
from service.api.bodies.waterfalls import WaterfallBody, parse_waterfall
from service.api.transaction import ActorOf, Transactional
from service.api.views.calculations import CalculatedScheduleView, RatesView, WaterfallView
from service.casework.calculating import calculate_rates, calculate_schedule, calculate_waterfall
from service.domain.errors import Problem, RuleBroken

router = APIRouter(prefix="/v1/calculations", tags=["calculations"], route_class=Transactional)

# Plain functions: they compute, and run beside the event loop.


@router.post("/schedules")
def post_schedule(raw: Annotated[object, DocumentedAs(ScheduleBody), Body()], actor: ActorOf) -> CalculatedScheduleView:
    """Work out the schedule of a loan on given terms, to the cent, with the proof that it adds up and what it costs."""
    asked = parse_schedule(raw)
    with _pointing_at("/loan", "/terms" if asked.terms else "/loan"):
        calculated = calculate_schedule(asked.contract, asked.terms, asked.settings, pauses=asked.pauses)
    return CalculatedScheduleView.of(calculated, currency=asked.currency)


@router.post("/rates", response_model_exclude_unset=True)
def post_rates(raw: Annotated[object, DocumentedAs(RatesBody), Body()], actor: ActorOf) -> RatesView:
    """Work out what flows of money yield, under each method by its name.

    Of several rates the smallest that is not negative is meant, else the negative one nearest zero. A method that has
    no answer says why; 422 where none has one.
    """
    return RatesView.of(calculate_rates(parse_rates(raw)))


@router.post("/waterfalls")
def post_waterfall(raw: Annotated[object, DocumentedAs(WaterfallBody), Body()], actor: ActorOf) -> WaterfallView:
    """Take ordered steps, each as far as it must, until the payment meets its target; with the record of each step."""
    asked = parse_waterfall(raw)
    with _pointing_at("/debt", "/steps"):
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
def _pointing_at(contract: str, terms: str) -> Iterator[None]:
    """Have what is wrong with a contract, or with terms for it, pointed at where it stands in the body."""
    try:
        yield
    except RuleBroken as broken:
        problems = [Problem(_placed(p.pointer, contract, terms), p.code, p.detail) for p in broken.problems]
        raise type(broken)(
            broken.detail, problems or [Problem(contract, broken.code, broken.detail)], **broken.context
        ) from None


def _placed(pointer: str, contract: str, terms: str) -> str:
    if not pointer.startswith("/instruments"):
        return f"{contract}{pointer}"
    return f"{terms}{pointer}" if terms == "/terms" else terms
