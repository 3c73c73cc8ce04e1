"""Views of what runs beside a negotiation: clocks, holds and requests for information."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from service.api.views.records import Record, Texts, View
from service.domain.clocks import ClockPlan, ClockState, EndAction
from service.domain.conduct import HoldScope
from service.domain.holds import EndRule, HoldState
from service.domain.lifecycle import CaseState
from service.storage.documents import load
from service.storage.tables import CaseRow, ClockRow, HoldRow, InformationRequestRow


class ClockView(Record):
    """A deadline: since when it runs, until when, how it counts, and what happens when it has run out."""

    case_id: UUID
    code: str = Field(description="Its permanent name.", examples=["information"])
    title: Texts
    state: ClockState
    about: UUID | None = Field(description="The offer, agreement or hold that it is about.")
    anchor: str = Field(description="The deed that starts it.", examples=["submit"])
    anchored_on: date = Field(description="The local day that it counts from.")
    due_on: date = Field(description="The last local day.")
    due_at: datetime = Field(description="The moment at which that day is over where the policy is at home.")
    length: int = Field(description="How many days it runs.")
    days: Literal["calendar", "business"]
    counting: Literal["day_after", "beginning_with"] = Field(
        description="Whether day 1 is the day after the one that it counts from, or that day itself."
    )
    mode: Literal["toll", "reanchor", "start_on_complete"] = Field(
        description="What missing documents do: it pauses, starts again when they arrive, or starts only then."
    )
    paused_on: date | None
    paused_days: int = Field(description="How many days it has been paused so far.")
    end_action: EndAction = Field(description="What is done when it has run out, without anybody calling.")
    source: str
    ended_at: datetime | None


class WorklistLine(ClockView):
    """A running clock with the case that it belongs to."""

    case_state: CaseState
    case_reference: str | None
    assignee: str | None = Field(description="Shown to the lender only.")


class HoldView(Record):
    """A pause of contact, collection, enforcement, interest, fees or reporting."""

    case_id: UUID
    state: HoldState
    scopes: list[HoldScope]
    reason: str = Field(description="The pack's name of the hold, or a person's words.")
    starts_on: date
    ends_on: date | None = Field(description="The last day; null while an event has yet to end it.")
    end_rule: EndRule
    source: str


class AskedItemView(View):
    """One item that was asked for."""

    kind: str
    loan_id: str | None
    why: Texts


class InformationRequestView(Record):
    """What the lender asked for, until when, and what came of it."""

    case_id: UUID
    state: Literal["open", "answered", "lapsed", "ended"]
    items: list[AskedItemView]
    note: str | None
    due_on: date
    ended_at: datetime | None


def clock_view(row: ClockRow, case: CaseRow) -> ClockView:
    """Show a clock."""
    return ClockView(**_clock(row, case))


def worklist_line(row: ClockRow, case: CaseRow, *, assignee: str | None) -> WorklistLine:
    """Show a clock with its case."""
    return WorklistLine(
        **_clock(row, case),
        case_state=CaseState(case.state),
        case_reference=case.reference,
        assignee=assignee,
    )


def _clock(row: ClockRow, case: CaseRow) -> dict[str, Any]:
    plan = load(ClockPlan, row.document)
    return {
        "id": row.id,
        "version": case.version,
        "created_at": row.created_at,
        "case_id": row.case_id,
        "code": row.code,
        "title": dict(plan.title),
        "state": ClockState(row.state),
        "about": row.subject_id,
        "anchored_on": row.anchored_on,
        "due_on": row.due_on,
        "due_at": row.due_at,
        "anchor": plan.anchor,
        "length": plan.length,
        "days": plan.days,
        "counting": plan.counting,
        "mode": plan.mode,
        "paused_on": row.paused_on,
        "paused_days": row.paused_days,
        "end_action": EndAction(row.end_action),
        "source": plan.source,
        "ended_at": row.ended_at,
    }


def hold_view(row: HoldRow, case: CaseRow) -> HoldView:
    """Show a hold."""
    return HoldView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=HoldState(row.state),
        scopes=list(row.scopes),  # type: ignore[arg-type]  # pydantic checks the words
        reason=row.reason,
        starts_on=row.starts_on,
        ends_on=row.ended_on or row.ends_on,
        end_rule=EndRule(row.end_rule),
        source=row.source,
    )


def information_request_view(row: InformationRequestRow, case: CaseRow) -> InformationRequestView:
    """Show a request for information."""
    return InformationRequestView(
        id=row.id,
        version=case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=row.state,  # type: ignore[arg-type]  # pydantic checks the word
        items=[AskedItemView(**item) for item in row.items],
        note=row.note,
        due_on=row.due_on,
        ended_at=row.ended_at,
    )
