"""What the waterfall calculator answers."""

from math import floor
from typing import Any, Self

from pydantic import Field

from service.api.views.calculations import CalculatedScheduleView
from service.api.views.records import Minor, View
from service.casework.calculating import CalculatedSchedule
from service.casework.terms_sheet import terms_of
from service.relief.reached import Position
from service.relief.waterfall import StepRecord, Waterfall
from service.storage.documents import plain


class PositionView(View):
    """Where a waterfall stands; ratios are fractions, null where there is nothing to divide by."""

    payment: Minor = Field(description="The regular instalment, interest-free parts included.")
    monthly: Minor
    balance: Minor = Field(description="What bears interest.")
    owed: Minor
    set_aside: Minor
    annual_rate: str
    instalments: int
    housing_ratio: str | None
    payment_cut: str | None
    loan_to_value: str | None

    @classmethod
    def of(cls, position: Position) -> Self:
        """Show a position."""
        return cls(**{name: plain(getattr(position, name)) for name in cls.model_fields})


class StepRecordView(View):
    """What became of one step, and where it led."""

    step: str
    outcome: str = Field(
        description="taken, met, exhausted (it went to its bound, and that was not enough), no_room, not_needed, "
        "gate_closed or gate_unknown."
    )
    increments: int
    after: PositionView

    @classmethod
    def of(cls, record: StepRecord) -> Self:
        """Show what became of a step."""
        return cls(
            step=record.step.step,
            outcome=record.outcome,
            increments=record.increments,
            after=PositionView.of(record.after),
        )


class WaterfallResultView(View):
    """Where the steps led: whether the target is met, the terms, and the schedule on those terms."""

    met: bool
    after: PositionView
    terms: dict[str, Any] = Field(description="To be sent as `terms` elsewhere.")
    schedule: CalculatedScheduleView


class WaterfallView(View):
    """The record of a waterfall, step by step, and its result."""

    target: Minor = Field(description="The most a month that the target allows, rounded down.")
    before: PositionView
    record: list[StepRecordView]
    result: WaterfallResultView

    @classmethod
    def of(cls, made: Waterfall, schedule: CalculatedSchedule, *, currency: str) -> Self:
        """Show a waterfall."""
        result = WaterfallResultView(
            met=made.met,
            after=PositionView.of(made.after),
            terms={"instruments": terms_of("", made.terms)["instruments"]},
            schedule=CalculatedScheduleView.of(schedule, currency=currency),
        )
        return cls(
            target=floor(made.target),
            before=PositionView.of(made.before),
            record=[StepRecordView.of(record) for record in made.record],
            result=result,
        )
