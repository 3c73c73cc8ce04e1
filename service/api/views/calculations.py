"""What the calculators answer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self, assert_never

from pydantic import Field

from service.api.views.plans import InstalmentView, ReconciliationLine
from service.api.views.records import Minor, View
from service.casework.calculating import Answer, CalculatedSchedule, Method, MethodProblem
from service.domain.money import Amounts, Component
from service.relief.measures import Measures
from service.relief.plan import Plan
from service.relief.rates import YieldPerPeriod
from service.relief.schedule import Instalment
from service.relief.us_apr import UsRate

Percent = Annotated[
    str,
    Field(description="A percentage with at least six decimals.", examples=["14.692037"], pattern=r"^-?\d+\.\d{6,}$"),
]


class CalculatedChangeView(View):
    """How a plan differs from the contract as it stands; positive is more, later or longer."""

    level_payment: Minor
    highest_payment: Minor
    total_payable: Minor
    new_interest: Minor
    count: int
    months: int


class CalculatedMeasuresView(View):
    """What is needed to compare plans; `level_payment` is the most frequent payment."""

    first_payment: Minor
    level_payment: Minor
    highest_payment: Minor
    highest_on: date | None
    last_payment: Minor
    count: int
    end_on: date
    upfront: Minor
    deferred: Minor
    total_payable: Minor
    new_interest: Minor
    new_fees: Minor
    waived: Minor
    waived_conditional: Minor
    change: CalculatedChangeView
    npv_before: Minor = Field(description="Present value of the contract, arrears due now, at the contract's rate.")
    npv_after: Minor = Field(description="Present value of the plan at the contract's rate.")
    diminished_obligation: str = Field(
        description="(npv_before − npv_after) / npv_before, a fraction (EBA/GL/2016/07; above 0.01 is distressed)."
    )
    concession: Minor

    @classmethod
    def of(cls, measures: Measures) -> Self:
        """Show measures; expected values rest on figures of a lender, and are not among them."""
        named = {name: getattr(measures, name) for name in cls.model_fields}
        change = {name: getattr(measures.change, name) for name in CalculatedChangeView.model_fields}
        named |= {
            "change": CalculatedChangeView(**change),
            "diminished_obligation": str(measures.diminished_obligation),
        }
        return cls(**named)


class YieldView(View):
    """An internal rate of return per period times the periods of a year, and compounded over a year."""

    percent: Percent = Field(description="Per period, times the periods of a year.")
    effective: Percent = Field(description="Compounded over a year.")
    per_period: Percent
    periods_per_year: float

    @classmethod
    def of(cls, rate: YieldPerPeriod) -> Self:
        """Show a yield."""
        return cls(
            periods_per_year=float(rate.periods_per_year),
            percent=shown(rate.nominal_percent),
            effective=shown(rate.effective_percent),
            per_period=shown(rate.per_period_percent),
        )


class PercentView(View):
    """A rate in percent a year."""

    percent: Percent


class CalculatedDeferredView(View):
    """A separate final amount after the last instalment."""

    due_on: date
    debt: dict[str, int] = Field(description="Debt of the first day that was set aside, per component.")
    interest: Minor
    amount: Minor


class CalculatedScheduleView(View):
    """A schedule, the proof that it adds up, and what it costs."""

    currency: str
    instalments: list[InstalmentView]
    deferred: CalculatedDeferredView | None
    upfront: dict[str, int] = Field(description="What is paid at signature, per component.")
    financed: Minor = Field(description="What bears interest, after everything that is added to it or taken off.")
    reconciliation: list[ReconciliationLine]
    measures: CalculatedMeasuresView
    irr: YieldView | None = Field(description="Of monthly instalments, times twelve; null where there is none.")
    xirr: PercentView | None = Field(description="Of the dated payments; null where there is none.")

    @classmethod
    def of(cls, calculated: CalculatedSchedule, *, currency: str) -> Self:
        """Show a calculated schedule."""
        plan = calculated.plan
        return cls(
            currency=currency,
            instalments=[_instalment(row) for row in plan.schedule],
            deferred=_deferred(plan),
            upfront=_amounts(plan.upfront),
            financed=plan.financed,
            reconciliation=[
                ReconciliationLine(**{name: getattr(line, name) for name in ReconciliationLine.model_fields})
                for line in plan.reconciliation
            ],
            measures=CalculatedMeasuresView.of(calculated.measures),
            irr=YieldView.of(calculated.irr) if calculated.irr else None,
            xirr=PercentView(percent=shown(calculated.xirr)) if calculated.xirr is not None else None,
        )


class MethodProblemView(View):
    """Why a method has no answer."""

    code: str = Field(
        description="Permanent: no_flows, no_time, no_sign_change, no_root, not_told_apart, out_of_range, "
        "flows_not_usable, rate_needed, rate_not_possible or unit_period_not_possible.",
        examples=["no_sign_change"],
    )
    detail: str


class ValueView(View):
    """A value in minor units, with fractions of them."""

    amount: float = Field(description="As a number.", examples=[-42.5])
    exact: str = Field(description="The same with eight decimals, of any size.", examples=["-42.50000000"])


class UnitPeriodView(View):
    """The unit-period that was used."""

    kind: str
    multiple: int


class UsAprView(View):
    """The annual percentage rate of Regulation Z, and the unit-period it was worked out with."""

    percent: Percent
    unit_period: UnitPeriodView | None = Field(description="Null for flows by period: there a period is one.")


class RatesView(View):
    """An answer, or the reason why there is none, for each method that was asked for."""

    irr: YieldView | MethodProblemView | None = None
    xirr: PercentView | MethodProblemView | None = None
    npv: ValueView | MethodProblemView | None = None
    nfv: ValueView | MethodProblemView | None = None
    mirr: PercentView | MethodProblemView | None = None
    eu_apr: PercentView | MethodProblemView | None = None
    uk_apr: PercentView | MethodProblemView | None = None
    us_apr: UsAprView | MethodProblemView | None = None

    @classmethod
    def of(cls, answers: Mapping[Method, Answer | MethodProblem]) -> Self:
        """Show the answers; a method that was not asked for is not there."""
        views: dict[str, Any] = {method: _answer(method, answer) for method, answer in answers.items()}
        return cls(**views)


def shown(percent: Decimal) -> str:
    """Write a percentage out, without an exponent and without a sign before nothing."""
    return format(percent or abs(percent), "f")


def _answer(method: Method, answer: Answer | MethodProblem) -> View:
    match answer:
        case MethodProblem():
            return MethodProblemView(code=answer.code, detail=answer.detail)
        case YieldPerPeriod():
            return YieldView.of(answer)
        case UsRate(percent=percent, unit=unit):
            used = UnitPeriodView(kind=unit.kind, multiple=unit.multiple) if unit else None
            return UsAprView(percent=shown(percent), unit_period=used)
        case Decimal() if method in {"npv", "nfv"}:
            return ValueView(amount=float(answer), exact=shown(answer))
        case Decimal():
            return PercentView(percent=shown(answer))
        case _:
            assert_never(answer)


def _instalment(row: Instalment) -> InstalmentView:
    named = {name: getattr(row, name) for name in InstalmentView.model_fields}
    return InstalmentView(**named | {"arrears": _amounts(row.arrears)})


def _deferred(plan: Plan) -> CalculatedDeferredView | None:
    if plan.deferred is None:
        return None
    final = plan.deferred
    return CalculatedDeferredView(
        due_on=final.due_on, debt=_amounts(final.debt), interest=final.interest, amount=final.amount
    )


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {component.value: amounts.of(component) for component in Component}
