"""The body of the waterfall calculator."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from service.api.bodies.body import Body
from service.api.bodies.calculation_examples import WATERFALL
from service.api.bodies.contracts import ContractBody, RoundingBody, contract_problems, settings_of, stand_in
from service.api.bodies.figures import AmountWithin, Currency, Id, Word
from service.api.bodies.instruments import Components
from service.api.bodies.reading import read, refuse
from service.domain.errors import Problem
from service.domain.money import Component
from service.domain.steps import Comparison, Gate, Household, Step, StepKind, StopRule, Target
from service.relief.contract import Contract
from service.relief.settings import Settings
from service.relief.steps import STEPS_MAX, WaterfallNotValid, require_steps

FACTS_MAX: Final = 50
_RATIO: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


def _quantity(value: object) -> Decimal | int:
    """Read a whole number, or a rate or ratio written as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _RATIO.fullmatch(value):
        return Decimal(value)
    kind = "figure_malformed"
    raise PydanticCustomError(kind, 'A whole number is expected, or text such as "0.31" with at most 12 decimals.')


Quantity = Annotated[
    Decimal | int, PlainValidator(_quantity), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
"""Months or minor units as a whole number, or a rate or ratio as text."""


class GateBody(Body):
    """A condition on a figure: the step is taken only where it holds."""

    figure: Annotated[
        Id,
        Field(description="`loan_to_value`, `housing_ratio`, `payment_cut`, `payment`, `annual_rate`, `instalments` at "
              "that point, or one of `facts`.", examples=["loan_to_value"]),
    ]  # fmt: skip
    comparison: Comparison
    bound: Annotated[Quantity, Field(examples=["0.50"])]


class StepBody(Body):
    """One step of a waterfall; without an increment it goes to its bound at once."""

    step: Word[StepKind]
    increment: Annotated[
        Quantity | None, Field(description="Of the annual rate (text), months, or minor units.", examples=["0.00125"])
    ] = None
    floor: Annotated[Quantity | None, Field(description="For `rate`: the lowest annual rate.")] = None
    cap: Annotated[
        Quantity | None,
        Field(
            description="For `term`: months; for `forbear` and `waive_principal`: a fraction of what bears interest."
        ),
    ] = None
    components: Annotated[Components | None, Field(description="For `waive` and `capitalise`.")] = None
    loan_to_value_min: Annotated[
        Quantity | None, Field(description="For `forbear` and `waive_principal`: not below this.")
    ] = None
    gate: GateBody | None = None
    stop: Annotated[StopRule | None, Field(description="`<=` if not given: a payment equal to the target will do.")] = (
        None
    )

    def value(self) -> Step:
        """Return the step that the body describes."""
        figures = ("increment", "floor", "cap", "loan_to_value_min")
        given: dict[str, Any] = {name: getattr(self, name) for name in figures}
        if self.gate is not None:
            bound = Decimal(self.gate.bound)
            given["gate"] = Gate(figure=self.gate.figure, comparison=self.gate.comparison, bound=bound)
        components = tuple(Component(name) for name in self.components or ())
        return Step(step=self.step, components=components, stop=self.stop or "<=", **given)


class TargetBody(Body):
    """What the monthly payment has to come down to."""

    measure: Literal["payment", "housing_ratio", "payment_cut"]
    value: Annotated[
        Quantity,
        Field(description="`payment`: minor units; `housing_ratio`: the part of the gross income that payment and "
              "other housing costs together may take; `payment_cut`: the fraction by which the payment must fall.",
              examples=["0.31"]),
    ]  # fmt: skip


class MonthlyIncomeBody(Body):
    """What a housing ratio is worked out from, each month."""

    gross: AmountWithin
    housing_costs: Annotated[AmountWithin | None, Field(description="Taxes, insurance and dues; 0 if not given.")] = (
        None
    )


class WaterfallBody(Body):
    """A debt, a target, and the steps that are taken in their order until the payment meets it."""

    model_config = ConfigDict(json_schema_extra={"examples": [WATERFALL]})

    currency: Annotated[Currency, Field(description="ISO 4217; all amounts are in its minor units.")]
    debt: ContractBody
    income: Annotated[MonthlyIncomeBody | None, Field(description="Needed for a housing ratio.")] = None
    target: TargetBody
    steps: Annotated[list[StepBody], Field(min_length=1, max_length=STEPS_MAX)]
    property_value: Annotated[AmountWithin | None, Field(description="For a loan to value.")] = None
    facts: Annotated[
        dict[Id, Quantity | None] | None, Field(max_length=FACTS_MAX, description="Further figures for gates.")
    ] = None
    rounding: RoundingBody | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallAsked:
    """What a body of the waterfall calculator asks for."""

    currency: str
    contract: Contract
    household: Household | None
    target: Target
    steps: tuple[Step, ...]
    property_value: int | None
    facts: Mapping[str, Decimal | int | None]
    settings: Settings


def parse_waterfall(raw: object) -> WaterfallAsked:
    """Read the body of the waterfall calculator, or raise `Invalid` with all that is wrong with it."""
    reading = read(WaterfallBody, raw, stand_in=stand_in)
    body = reading.readable()
    income = body.income
    asked = WaterfallAsked(
        currency=body.currency,
        contract=body.debt.contract(),
        household=Household(gross_income=income.gross, housing_costs=income.housing_costs or 0) if income else None,
        target=Target(measure=body.target.measure, value=body.target.value),
        steps=tuple(step.value() for step in body.steps),
        property_value=body.property_value,
        facts=body.facts or {},
        settings=settings_of(body.rounding),
    )
    found = (problem for problem in _problems(asked) if not reading.caused(problem))
    refuse([*reading.problems, *found])
    return asked


def _problems(asked: WaterfallAsked) -> Iterator[Problem]:
    yield from contract_problems(asked.contract, "/debt")
    try:
        require_steps(asked.steps, (asked.target,), household=asked.household)
    except WaterfallNotValid as invalid:
        yield from (Problem(_here(p.pointer), p.code, p.detail) for p in invalid.problems)


def _here(pointer: str) -> str:
    """Return where in the body a member stands that the arithmetic knows by another name."""
    return (
        pointer.replace("/targets/0", "/target")
        .replace("/household/gross_income", "/income/gross")
        .replace("/household", "/income")
    )
