"""The body of the rate calculator: flows by day or by period, the methods asked for, and their options."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.api.bodies.body import Body
from service.api.bodies.calculation_examples import RATES
from service.api.bodies.contracts import stand_in
from service.api.bodies.figures import DayWithin, FineRate, Word, within
from service.api.bodies.reading import read, refuse
from service.casework.calculating import Method, RatesAsked
from service.domain.errors import Problem
from service.domain.money import AMOUNT_MAX
from service.relief.eu_apr import Counted
from service.relief.rates import Flow
from service.relief.unit_periods import UnitPeriod, UnitPeriodKind, UnitPeriodNotPossible

FLOWS_MAX: Final = 2_000
PERIOD_MAX: Final = Decimal(120_000)
PER_YEAR_MIN: Final = Decimal("0.01")
PER_YEAR_MAX: Final = Decimal(366)
_FIGURE: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,18})?")
_AS_TEXT: Final = {"type": "string", "pattern": f"^{_FIGURE.pattern}$"}


def _figure(value: object) -> object:
    """Read a number, or a text of digits, exactly as it is written."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, str) and _FIGURE.fullmatch(value):
        return Decimal(value)
    kind = "figure_malformed"
    raise PydanticCustomError(kind, 'A number is expected, or text such as "1.5" with at most 18 decimals.')


Period = Annotated[
    Decimal,
    BeforeValidator(_figure),
    AfterValidator(within(Decimal(0), PERIOD_MAX)),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": int(PERIOD_MAX)}, _AS_TEXT]}),
]
PerYear = Annotated[
    Decimal,
    BeforeValidator(_figure),
    AfterValidator(within(PER_YEAR_MIN, PER_YEAR_MAX)),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0.01, "maximum": int(PER_YEAR_MAX)}, _AS_TEXT]}),
]


class FlowBody(Body):
    """Money that changes hands on a day, or at the end of a period counted from 0."""

    on: Annotated[DayWithin | None, Field(description="Either a day or a period, the same for all flows.")] = None
    period: Annotated[Period | None, Field(description="May have a fraction; a long one is written as text.")] = None
    amount: Annotated[
        int,
        Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, description="Minor units; negative is paid out to the borrower, positive "
              "is paid by them.", examples=[-980000]),
    ]  # fmt: skip


class UnitPeriodBody(Body):
    """The interval that occurs most between payments."""

    kind: Word[UnitPeriodKind]
    multiple: Annotated[int | None, Field(ge=1, le=365, description="1 if not given; at most a year.")] = None


class RatesBody(Body):
    """Flows, and what is to be worked out from them."""

    model_config = ConfigDict(json_schema_extra={"examples": [RATES]})

    flows: Annotated[list[FlowBody], Field(min_length=1, max_length=FLOWS_MAX, description="In any order.")]
    methods: Annotated[
        list[Method],
        Field(min_length=1, max_length=len(get_args(Method))),
    ]
    periods_per_year: Annotated[
        PerYear | None,
        Field(
            description="Of flows by period, 1 if not given. For `irr` of dated flows, which must lie whole months, "
            "weeks or days apart: as they lie if not given.",
            examples=[12],
        ),
    ] = None
    rate: Annotated[
        FineRate | None,
        Field(description="For `npv` and `nfv`: a fraction a year for dated flows, per period for the others.",
              examples=["0.12"]),
    ] = None  # fmt: skip
    finance_rate: Annotated[FineRate | None, Field(description="For `mirr`: of what is paid out, per period.")] = None
    reinvest_rate: Annotated[FineRate | None, Field(description="For `mirr`: of what is paid in, per period.")] = None
    unit_period: Annotated[
        UnitPeriodBody | None,
        Field(description="For `us_apr`; the one that appendix J prescribes if not given. One advance repaid by one "
              "payment always has the one prescribed."),
    ] = None  # fmt: skip
    count_in: Annotated[
        Word[Counted] | None,
        Field(description="For `eu_apr` and `uk_apr`: in which whole periods intervals are counted; `months` if not "
              "given."),
    ] = None  # fmt: skip


def parse_rates(raw: object) -> RatesAsked:
    """Read the body of the rate calculator, or raise `Invalid` with all that is wrong with it."""
    reading = read(RatesBody, raw, stand_in=stand_in)
    body = reading.readable()
    unit, problems = _unit_period(body.unit_period)
    found = [*problems, *_mixed(body.flows)]
    if len(set(body.methods)) < len(body.methods):
        found.append(Problem("/methods", "method_twice", "Each method is named once."))
    refuse([*reading.problems, *(problem for problem in found if not reading.caused(problem))])
    return RatesAsked(
        flows=[Flow(flow.amount, on=flow.on, period=flow.period) for flow in body.flows],
        methods=body.methods,
        periods_per_year=body.periods_per_year,
        rate=body.rate,
        finance_rate=body.finance_rate,
        reinvest_rate=body.reinvest_rate,
        unit_period=unit,
        count_in=body.count_in,
    )


def _unit_period(body: UnitPeriodBody | None) -> tuple[UnitPeriod | None, list[Problem]]:
    if body is None:
        return None, []
    try:
        return UnitPeriod(body.kind, body.multiple or 1), []
    except UnitPeriodNotPossible as refused:
        return None, list(refused.problems)


def _mixed(flows: list[FlowBody]) -> Iterator[Problem]:
    """Yield the flows that have both a day and a period, or neither, or not what the first one has."""
    dated = flows[0].on is not None
    for n, flow in enumerate(flows):
        if (flow.on is None) == (flow.period is None):
            yield Problem(f"/flows/{n}", "one_of", "A flow has either a day or a period.")
        elif (flow.on is not None) != dated:
            yield Problem(f"/flows/{n}", "days_mixed", "All flows have a day, or all have a period.")
