"""The resource `calculations`: stateless calculators, for which no case is needed and nothing is stored."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from service.api.bodies.body import DocumentedAs
from service.api.bodies.calculation_examples import RATES, SCHEDULE, WATERFALL
from service.api.bodies.flows import RatesBody
from service.api.bodies.schedules import ScheduleBody
from service.api.bodies.waterfalls import WaterfallBody
from service.api.calculators import rates_of, schedule_of, waterfall_of
from service.api.transaction import ActorOf, Transactional, refuses
from service.api.views.calculations import CalculatedScheduleView, RatesView
from service.api.views.records import View
from service.api.views.waterfalls import WaterfallView
from service.casework.calculating import NoAnswer, RateNeeded

router = APIRouter(prefix="/v1/calculations", tags=["calculations"], route_class=Transactional)


def _answers(example: View) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of an answer: what the example of the request is really answered with."""
    shown = example.model_dump(mode="json", exclude_unset=True)
    return {200: {"description": "What was worked out; nothing is stored.",
                  "content": {"application/json": {"example": shown}}}}  # fmt: skip


# The three are plain functions: they only compute, and so run beside the event loop. Any key will do.


@router.post("/schedules", responses=_answers(schedule_of(SCHEDULE)))
@refuses(arithmetic=True)
def post_schedule(raw: Annotated[object, DocumentedAs(ScheduleBody), Body()], actor: ActorOf) -> CalculatedScheduleView:
    """Work out the schedule of a loan on given terms, to the cent.

    With the proof that no money appeared or vanished (`reconciliation`), and with what the plan costs against the
    contract as it stands (`measures`). The loan is described as it is owed on `starts_on`; `terms` take every
    instrument that an offer may hold, in any order; without terms the contract goes on. Nothing is stored, and no
    Idempotency-Key is needed.
    """
    return schedule_of(raw)


@router.post("/rates", response_model_exclude_unset=True, responses=_answers(rates_of(RATES)))
@refuses(NoAnswer, RateNeeded, arithmetic=True)
def post_rates(raw: Annotated[object, DocumentedAs(RatesBody), Body()], actor: ActorOf) -> RatesView:
    """Work out what flows of money yield, under each method by its name.

    * `irr`: per period × periods a year (monthly × 12 in China), with `effective` beside it
    * `xirr`: a year, days over 365
    * `eu_apr`: Directives 2008/48 and 2014/17, annex I; `uk_apr`: FCA CONC App 1.2
    * `us_apr`: Regulation Z, appendix J, actuarial method
    * `npv`, `nfv`: the value at a `rate`, at the first or the last flow; `mirr`: with a `finance_rate` and a
      `reinvest_rate`, per period

    Of several rates the smallest that is not negative is meant, else the negative one nearest zero. A method that has
    no answer says why in its place; where none of them has one, the answer is 422.
    """
    return rates_of(raw)


@router.post("/waterfalls", responses=_answers(waterfall_of(WATERFALL)))
@refuses(arithmetic=True)
def post_waterfall(raw: Annotated[object, DocumentedAs(WaterfallBody), Body()], actor: ActorOf) -> WaterfallView:
    """Take ordered steps, each as far as it must, until the payment meets its target.

    Steps that waive or capitalise settle what is overdue and are always taken; each other step is taken only while the
    target is not met, in the fewest increments that meet it, and to its bound where even that does not. `record` says
    what became of each step, `result` where they led: terms, and the schedule on those terms.
    """
    return waterfall_of(raw)
