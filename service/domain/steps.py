"""The steps of a waterfall as data: what each changes, how far it goes, when it is taken and when it stops."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from service.domain.figures import Factor, Quantity, Word
from service.domain.money import Component

StopRule = Literal["<", "<="]
Comparison = Literal["<", "<=", ">", ">="]


class StepKind(StrEnum):
    """What a step changes."""

    WAIVE = "waive"
    CAPITALISE = "capitalise"
    RATE = "rate"
    TERM = "term"
    FORBEAR = "forbear"
    WAIVE_PRINCIPAL = "waive_principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A condition on a figure: the step is taken only where it holds.

    `figure` is one that the waterfall knows itself, at that point (`loan_to_value` of all that is owed,
    `housing_ratio`, `payment_cut`, `payment`, `annual_rate`, `instalments`), or a fact handed to it.
    """

    figure: Annotated[Word, "one that the waterfall knows at that point, or a fact"]
    comparison: Annotated[Comparison, "how it must stand to the bound"]
    bound: Annotated[Decimal, "the bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it changes, by which increment, down to a floor or up to a cap, behind a gate, until it stops.

    | step | increment | bound |
    |---|---|---|
    | `waive`, `capitalise` | – | all of the `components` (by default overdue interest and principal are capitalised) |
    | `rate` | of the annual rate | `floor`, an annual rate |
    | `term` | months | `cap`, months from the effective day |
    | `forbear`, `waive_principal` | minor units | `cap`, a fraction of the balance that bears interest before the step; `loan_to_value_min` of what bears interest after it |

    Without an increment a step goes to its bound at once. `stop` says whether a payment equal to the target is low
    enough (`<=`) or not (`<`).
    """  # noqa: E501

    step: Annotated[StepKind, "what it changes"]
    increment: Annotated[Quantity | None, "by how much at a time: of the rate, in months, or in minor units"] = None
    floor: Annotated[Decimal | None, "the lowest rate"] = None
    cap: Annotated[Quantity | None, "the longest term in months, or the largest part of the balance"] = None
    components: Annotated[tuple[Component, ...], "which overdue components are waived or capitalised"] = ()
    loan_to_value_min: Annotated[Factor | None, "the loan to value below which nothing more is taken off"] = None
    gate: Annotated[Gate | None, "a condition without which the step is left out"] = None
    stop: Annotated[StopRule, "whether a payment equal to the target is low enough"] = "<="


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the monthly payment has to come down to.

    `payment` is an amount in minor units; `housing_ratio` a fraction of the gross monthly income that payment and
    other housing costs together may take; `payment_cut` the fraction by which the payment must fall.
    """

    measure: Annotated[Literal["payment", "housing_ratio", "payment_cut"], "what is aimed at"]
    value: Annotated[Quantity, "an amount, a part of the gross income, or a part of the payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What a housing ratio is worked out from, each month: gross income, and taxes, insurance and dues."""

    gross_income: int
    housing_costs: int = 0
