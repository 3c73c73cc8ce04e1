"""Counting cases of a period: each question is one statement over one range of an index, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Select, and_, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.cases import TABLE
from service.storage.columns import first_id_at
from service.storage.tables import AgreementRow, CaseRow, DecisionRow

By = Literal["product", "reason"]
AGREEMENTS: Final = AgreementRow.__table__.c  # type: ignore[attr-defined]
MILLION: Final = 1_000_000
"""Sums of amounts are taken in two parts: a database's own integer is too small for all of them at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The cases that were opened in a period, half-open, and are of a product or have a reason."""

    opened_from: datetime
    opened_before: datetime
    product: str | None = None
    reason: str | None = None
    by: By | None = None


class Reached(NamedTuple):
    """So many cases of a group stand in a state and have come so far."""

    group: str | None
    state: str
    stage: int
    cases: int
    asked: int
    complete: int


class Waited(NamedTuple):
    """So many cases of a group were decided after so many hours."""

    group: str | None
    hours: int
    cases: int


class Relieved(NamedTuple):
    """So many agreements of a group have these instruments, in one currency."""

    group: str | None
    instruments: str
    currency: str
    cases: int
    waived: int
    in_effect: int
    breached: int


async def reached(session: AsyncSession, cohort: Cohort) -> Sequence[Reached]:
    """Count cases by state and stage, and those whose first submission lacked nothing."""
    complete = func.coalesce(func.sum(case((TABLE.first_missing == 0, 1), else_=0)), 0)
    counted = (func.count(), func.count(TABLE.first_missing), complete)
    wanted = _counted(cohort, TABLE, TABLE.id, (TABLE.state, TABLE.stage), counted)
    return [Reached(*row) for row in await _rows(session, cohort, wanted)]


async def waited(session: AsyncSession, cohort: Cohort) -> Sequence[Waited]:
    """Count cases by the hours until their first final decision: a histogram, of which any quantile can be read."""
    wanted = _counted(cohort, TABLE, TABLE.id, (TABLE.decision_hours,), (func.count(),))
    decided = wanted.where(TABLE.decision_hours.is_not(None))
    return [Waited(*row) for row in await _rows(session, cohort, decided)]


async def relieved(session: AsyncSession, cohort: Cohort) -> Sequence[Relieved]:
    """Count agreements by what they grant, and what became of those that took effect."""
    row = AGREEMENTS
    in_effect = row.active_from.is_not(None)
    broken = and_(in_effect, or_(row.breached_on.is_not(None), row.reinstatements > 0))
    high, low = (func.coalesce(func.sum(part), 0) for part in (row.waived // MILLION, row.waived % MILLION))
    counted = (func.count(), high, low, *(func.sum(case((fact, 1), else_=0)) for fact in (in_effect, broken)))
    wanted = _counted(cohort, row, row.case_id, (row.instruments, row.currency), counted)
    rows = await _rows(session, cohort, wanted.where(row.instruments.is_not(None)))
    return [
        Relieved(group, kinds, currency, count, int(millions) * MILLION + int(rest), int(effect), int(breaches))
        for group, kinds, currency, count, millions, rest, effect, breaches in rows
    ]


async def overridden(session: AsyncSession, cohort: Cohort) -> dict[str | None, int]:
    """Count decisions of people against what the policy had said: they are few, and their cases are looked at."""
    case_id = col(DecisionRow.case_id)
    wanted = _counted(cohort, TABLE, case_id, (), (func.count(),)).select_from(DecisionRow)
    wanted = wanted.join(CaseRow, TABLE.id == case_id).where(text("overrides_verdict"))
    return dict(await _rows(session, cohort, wanted))


def _counted(cohort: Cohort, like: Any, case_id: Any, keys: Sequence[Any], counted: Sequence[Any]) -> Select[Any]:
    """Return what counts by these keys, after the group that a cohort is told apart by.

    `like` has the columns for product and reason, `case_id` is the case: the time in it says when it was opened.
    """
    groups: dict[By | None, tuple[Any, ...]] = {"product": (like.product,), "reason": (like.hardship_reason,)}
    by = (*groups.get(cohort.by, ()), *keys)
    wanted: Select[Any] = select(*by, *counted).group_by(*by).order_by(*by)
    wanted = wanted.where(case_id >= first_id_at(cohort.opened_from), case_id < first_id_at(cohort.opened_before))
    if cohort.product is not None:
        wanted = wanted.where(like.product == cohort.product)
    if cohort.reason is not None:
        wanted = wanted.where(like.hardship_reason == cohort.reason)
    return wanted


async def _rows(session: AsyncSession, cohort: Cohort, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) if cohort.by else (None, *row) for row in await session.execute(wanted)]
