"""Calculating for frontends, without a case: schedules, rates and waterfalls from what is asked, and nothing stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from service.domain.errors import Problem, RuleBroken
from service.domain.settings import MenuSettings
from service.domain.steps import Household, Step, Target
from service.relief.contract import Contract, debt_of
from service.relief.eu_apr import Counted, eu_apr
from service.relief.instruments import Terms
from service.relief.measures import Measures, flows, measures, monthly_yield
from service.relief.periods import Span
from service.relief.plan import Plan, plan
from service.relief.rates import Flow, NoRate, YieldPerPeriod, irr, mirr, nfv, npv, xirr
from service.relief.settings import Settings
from service.relief.uk_apr import uk_apr
from service.relief.unit_periods import UnitPeriod
from service.relief.us_apr import UsRate, us_apr
from service.relief.waterfall import Waterfall, waterfall

Method = Literal["irr", "xirr", "npv", "nfv", "mirr", "eu_apr", "uk_apr", "us_apr"]
Answer = YieldPerPeriod | UsRate | Decimal


NO_HAZARD: Final = MenuSettings(hazard_monthly=Decimal(0), hazard_exponent=Decimal(0))
"""Expected values rest on a lender's figures, which a calculator has none of; so nothing is worked out from them."""


class NoAnswer(RuleBroken):
    """None of the methods asked for has an answer; the problem of each is a member of its name."""

    code = "no_method_answers"
    title = "No method has an answer"


class RateNeeded(RuleBroken):
    """A value, or a modified rate, needs rates to be worked out with."""

    code = "rate_needed"
    title = "A rate is needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatedSchedule:
    """A plan, what it costs, and what it yields; a yield is None where there is none."""

    plan: Plan
    measures: Measures
    irr: YieldPerPeriod | None
    xirr: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesAsked:
    """Flows by day or by period, the methods asked for, and their options; a period is a year if nothing is said."""

    flows: Sequence[Flow]
    methods: Sequence[Method]
    periods_per_year: Decimal | None = None
    rate: Decimal | None = None
    finance_rate: Decimal | None = None
    reinvest_rate: Decimal | None = None
    unit_period: UnitPeriod | None = None
    count_in: Counted | None = None

    @property
    def per_year(self) -> Decimal:
        """How many periods a year has."""
        return self.periods_per_year or Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodProblem:
    """Why a method has no answer."""

    code: str
    detail: str


def calculate_schedule(
    contract: Contract, terms: Terms, settings: Settings, *, pauses: Sequence[Span] = ()
) -> CalculatedSchedule:
    """Work out the schedule of a contract under terms, with what it costs against the contract as it stands."""
    return _measured(plan(debt_of(contract), terms, settings, pauses=pauses), settings)


def calculate_rates(asked: RatesAsked) -> dict[Method, Answer | MethodProblem]:
    """Return the answer of every method asked for, or why it has none; raise `NoAnswer` where none has any."""
    answers: dict[Method, Answer | MethodProblem] = {}
    problems: list[Problem] = []
    for method in asked.methods:
        try:
            answers[method] = _METHODS[method](asked)
        except RuleBroken as broken:
            problem = _problem_of(broken)
            answers[method] = problem
            problems += broken.problems or [Problem("/flows", problem.code, problem.detail)]
    if all(isinstance(answer, MethodProblem) for answer in answers.values()):
        context: dict[str, Any] = {
            m: {"code": a.code, "detail": a.detail} for m, a in answers.items() if isinstance(a, MethodProblem)
        }
        raise NoAnswer("None of these methods has an answer.", dict.fromkeys(problems), **context)
    return answers


def calculate_waterfall(
    contract: Contract,
    *,
    steps: Sequence[Step],
    target: Target,
    household: Household | None,
    property_value: int | None,
    facts: Mapping[str, Decimal | int | None],
    settings: Settings,
) -> tuple[Waterfall, CalculatedSchedule]:
    """Take the steps of a waterfall on a contract until its payment meets the target; and the schedule they lead to."""
    made = waterfall(
        debt_of(contract),
        steps=steps,
        targets=(target,),
        household=household,
        property_value=property_value,
        facts=facts,
        settings=settings,
    )
    return made, _measured(made.plan, settings)


def _measured(made: Plan, settings: Settings) -> CalculatedSchedule:
    try:
        annual = xirr(flows(made))
    except NoRate:
        annual = None
    found = measures(made, settings, figures=NO_HAZARD)
    return CalculatedSchedule(plan=made, measures=found, irr=monthly_yield(made), xirr=annual)


def _problem_of(broken: RuleBroken) -> MethodProblem:
    """Return what to say of a method: a rate that is not there says why, all else by its code."""
    code = str(broken.context["reason"]) if isinstance(broken, NoRate) else broken.code
    return MethodProblem(code=code, detail=broken.detail)


def _irr(asked: RatesAsked) -> YieldPerPeriod:
    dated = asked.flows[0].on is not None
    return irr(asked.flows, periods_per_year=asked.periods_per_year if dated else asked.per_year)


def _given(rate: Decimal | None, name: str) -> Decimal:
    if rate is None:
        detail = f"This method needs {name}."
        raise RateNeeded(detail, [Problem(f"/{name}", "required", detail)])
    return rate


def _mirr(asked: RatesAsked) -> Decimal:
    finance, reinvest = _given(asked.finance_rate, "finance_rate"), _given(asked.reinvest_rate, "reinvest_rate")
    return mirr(asked.flows, finance_rate=finance, reinvest_rate=reinvest)


def _us_apr(asked: RatesAsked) -> UsRate:
    if asked.unit_period is not None:
        return us_apr(asked.flows, unit=asked.unit_period, periods_per_year=asked.periods_per_year)
    return us_apr(asked.flows, periods_per_year=asked.per_year)


def _counted(asked: RatesAsked, apr: Callable[..., Decimal]) -> Decimal:
    per_year = asked.per_year if asked.count_in is None else asked.periods_per_year
    return apr(asked.flows, counted=asked.count_in or Counted.MONTHS, periods_per_year=per_year)


_METHODS: Final[Mapping[Method, Callable[[RatesAsked], Answer]]] = {
    "irr": _irr,
    "xirr": lambda asked: xirr(asked.flows),
    "npv": lambda asked: npv(asked.flows, rate=_given(asked.rate, "rate")),
    "nfv": lambda asked: nfv(asked.flows, rate=_given(asked.rate, "rate")),
    "mirr": _mirr,
    "eu_apr": lambda asked: _counted(asked, eu_apr),
    "uk_apr": lambda asked: _counted(asked, uk_apr),
    "us_apr": _us_apr,
}
