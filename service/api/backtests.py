"""The resources `backtests` and `operations`: ordering a comparison of two versions, and reading what came of it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response, status
from fastapi.responses import HTMLResponse
from pydantic import Field

from service.api.bodies.backtests import BacktestBody
from service.api.parts import InForceOf
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.records import Record, View
from service.casework.ordered_backtests import order, require_orderer
from service.domain.backtest import PolicyNotComparable
from service.domain.errors import NotPermitted
from service.domain.operations import (
    OperationKind,
    OperationNotDone,
    OperationNotFound,
    OperationState,
    require_reader,
)
from service.domain.policy import Outcome
from service.domain.policy_versions import PolicyNotFound, PolicyVersion, is_of, latest
from service.policies.registry import Registry
from service.policies.remade import comparable
from service.reports.backtest import page
from service.storage import operations
from service.storage.tables import OperationRow
from service.storage.work import UnitOfWork

router = APIRouter(prefix="/v1", tags=["policies"], route_class=Transactional)

# Everything is in the page: it loads nothing, runs nothing, and its style is its own.
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"
HTML: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A self-contained page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}


class VersionNamed(View):
    """A version of a policy."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str


class BacktestOrderView(View):
    """What a backtest is to compare, over which cases."""

    old: VersionNamed
    new: VersionNamed
    by: list[str] = Field(description="What cases are grouped by.")
    from_: date | None = Field(alias="from")
    to: date | None


class BacktestSummaryView(View):
    """The result in short; the whole is at `/v1/operations/{id}/report`."""

    cases: int
    changed: int = Field(description="Cases whose outcome changes.")
    old_approved: int
    new_approved: int


class OperationView(Record):
    """Something that takes longer than a request."""

    kind: OperationKind
    state: OperationState
    done: int = Field(description="How many cases were judged so far.")
    total: int | None = Field(description="How many there are; null until that is known.")
    request: BacktestOrderView
    result: BacktestSummaryView | None = Field(description="Null until it is done.")
    fault: str | None = Field(description="Why it failed; null unless it did.")
    created_by: str
    ended_at: datetime | None


class MoveView(View):
    """How many cases went from one outcome to another."""

    old: Outcome
    new: Outcome
    cases: int


class CostView(View):
    """The most that the approvals of each version may waive of what is owed, in minor units of one currency."""

    currency: str
    old: int
    new: int


class FourFifthsView(View):
    """A group's approval rate over the highest of a group of at least 30 cases."""

    ratio: str
    below: bool = Field(description="Whether it is below four fifths.")


class TotalView(View):
    """Figures of several cases under both versions."""

    group: str | None = Field(description="Null for all cases, and for those of which the column says nothing.")
    cases: int
    changed: int
    old_approved: int
    new_approved: int
    old_rate: str | None = Field(description="Approved over all; null where there is no case.")
    new_rate: str | None
    relief_cost: list[CostView]
    uncosted: int = Field(description="Cases whose relief cost is not known; in no sum.")


class GroupView(TotalView):
    """Figures of a group of cases, and how its approval rate compares."""

    small: bool = Field(description="Fewer than 30 cases: its ratio is not told.")
    old_ratio: FourFifthsView | None
    new_ratio: FourFifthsView | None


class SegmentView(View):
    """The groups of a column, the largest first."""

    column: str
    groups: list[GroupView]


class ReasonCountView(View):
    """In how many cases a reason applies, and how many gained or lost it."""

    code: str
    old: int
    new: int
    gained: int
    lost: int


class ProgrammeCountView(View):
    """To how many loans a programme is open."""

    code: str
    old: int
    new: int


class ChangedCaseView(View):
    """A case whose outcome changes."""

    id: str
    old: Outcome
    new: Outcome
    gained: list[str] = Field(description="Reasons that apply under the new version only.")
    lost: list[str]


class ChangedView(View):
    """How many cases change, and which."""

    count: int
    share: str | None
    listed: int = Field(description="How many of them are listed: 10,000 at most.")
    cases: list[ChangedCaseView]


class BacktestView(View):
    """What two versions of a policy said of the same cases; docs/backtests.md says what each figure means."""

    format: int
    old: VersionNamed
    new: VersionNamed
    source: str
    made_at: datetime
    cases: int
    first_on: date | None
    last_on: date | None
    changed: ChangedView
    outcomes: list[MoveView]
    total: TotalView
    segments: list[SegmentView]
    reasons: list[ReasonCountView]
    programmes: list[ProgrammeCountView]


@router.post("/backtests", status_code=status.HTTP_201_CREATED)
@refuses(NotPermitted, PolicyNotFound, PolicyNotComparable)
async def post_backtest(body: BacktestBody, work: Work, in_force: InForceOf, response: Response) -> OperationView:
    """Compare two versions of a policy over the facts of the stored cases, each as it was judged last.

    The answer is an operation: a worker does it, and `GET /v1/operations/{id}` says how far it is.
    """
    require_orderer(work)
    await in_force.look_again()
    row = await order(
        work,
        old=_version(in_force.registry, body.old, body.old_digest),
        new=_version(in_force.registry, body.new, body.new_digest),
        by=body.by,
        first=body.from_,
        last=body.to,
    )
    response.headers["Location"] = f"/v1/operations/{row.id}"
    return operation_view(row)


@router.get("/operations/{operation_id}")
@refuses(OperationNotFound)
async def get_operation(operation_id: UUID, work: Reading) -> OperationView:
    """Read how far an operation is, and what came of it in short."""
    return operation_view(await _seen(work, operation_id))


@router.get("/operations/{operation_id}/report")
@refuses(OperationNotFound, OperationNotDone)
async def get_report(operation_id: UUID, work: Reading) -> BacktestView:
    """Read the whole result of a backtest."""
    return BacktestView.model_validate(_result(await _seen(work, operation_id)))


@router.get("/operations/{operation_id}/report.html", response_class=HTMLResponse, responses=HTML)
@refuses(OperationNotFound, OperationNotDone)
async def get_report_page(operation_id: UUID, work: Reading) -> HTMLResponse:
    """Read the result of a backtest as a page with charts, to be looked at, printed or sent."""
    told = page(_result(await _seen(work, operation_id)))
    return HTMLResponse(told, headers={"Content-Security-Policy": REPORT_POLICY})


def operation_view(row: OperationRow) -> OperationView:
    """Show an operation."""
    result = row.result
    summary = None
    if result is not None:
        summary = BacktestSummaryView(
            cases=result["cases"],
            changed=result["changed"]["count"],
            old_approved=result["total"]["old_approved"],
            new_approved=result["total"]["new_approved"],
        )
    return OperationView(
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        kind=OperationKind(row.kind),
        state=OperationState(row.state),
        done=row.done,
        total=row.total,
        request=BacktestOrderView.model_validate(row.request),
        result=summary,
        fault=row.fault,
        created_by=row.created_by,
        ended_at=row.ended_at,
    )


async def _seen(work: UnitOfWork, operation_id: UUID) -> OperationRow:
    require_reader(work.actor)
    row = await operations.get(work.session, operation_id)
    if row is None:
        raise OperationNotFound("There is no such operation.")
    return row


def _result(row: OperationRow) -> dict[str, Any]:
    if row.result is None:
        raise OperationNotDone(f"The operation is {row.state}.", state=row.state)
    return row.result


def _version(registry: Registry, named: str, digest: str | None) -> PolicyVersion:
    """Return the version that is meant, of those that can judge here."""
    meant = (v for v in registry.versions() if is_of(v, named) and digest in {None, v.digest})
    version = latest(v for v in meant if registry.by_digest(v.digest) is not None)
    if version is None:
        raise PolicyNotFound("There is no such policy.", policy=named)
    return comparable(version)
