"""Reviews: each judging of a case with all that is needed to judge it again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.consulting import Answer
from service.domain.facts import Facts
from service.domain.policy import ReviewKind, Verdict
from service.storage.documents import dump, load
from service.storage.tables import CaseRow, ReviewRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork,
    case: CaseRow,
    facts: Facts,
    verdict: Verdict,
    *,
    on: date,
    kind: ReviewKind = ReviewKind.ACTIVE,
    answer: Answer | None = None,
) -> ReviewRow:
    """Keep what was judged, by which policy, on which local day, the verdict with its trace, and a remote answer."""
    row = ReviewRow(
        case_id=case.id,
        application_version=case.application_version,
        policy_id=verdict.policy_id,
        digest=verdict.digest,
        on_day=on,
        facts=dump(facts),
        verdict=dump(verdict),
        kind=kind.value,
        answer=None if answer is None else dump(answer),
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def latest(session: AsyncSession, case: CaseRow) -> ReviewRow | None:
    """Return the review that counts."""
    return None if case.review_id is None else await session.get(ReviewRow, case.review_id)


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[ReviewRow]:
    """Return the reviews of a case that something followed from, newest first; shadows are kept apart."""
    wanted = select(ReviewRow).where(col(ReviewRow.case_id) == case_id, col(ReviewRow.kind) == ReviewKind.ACTIVE.value)
    return (await session.scalars(wanted.order_by(col(ReviewRow.id).desc()))).all()


async def page(
    session: AsyncSession, *, after: UUID | None, limit: int, policy: str | None = None
) -> Sequence[ReviewRow]:
    """Return reviews of all cases and kinds, oldest first; `policy` is a bare name, or one with a version."""
    wanted = select(ReviewRow)
    if after is not None:
        wanted = wanted.where(col(ReviewRow.id) > after)
    if policy is not None:
        named = col(ReviewRow.policy_id) == policy
        wanted = wanted.where(named | col(ReviewRow.policy_id).startswith(f"{policy}@", autoescape=True))
    return (await session.scalars(wanted.order_by(col(ReviewRow.id)).limit(limit))).all()


async def shadows(
    session: AsyncSession, digests: Collection[str], *, before: UUID | None, limit: int
) -> Sequence[tuple[ReviewRow, ReviewRow]]:
    """Return shadow reviews by versions of a policy, newest first, each with the review that it was made beside.

    That is the last one before it that something followed from: both were written under one lock of the case.
    """
    wanted = select(ReviewRow).where(literal_column("reviews.kind") == text("'shadow'"))
    wanted = wanted.where(col(ReviewRow.digest).in_(digests))
    if before is not None:
        wanted = wanted.where(col(ReviewRow.id) < before)
    found = (await session.scalars(wanted.order_by(col(ReviewRow.id).desc()).limit(limit))).all()
    active = await _active_of(session, {row.case_id for row in found})
    return [(row, next(a for a in active[row.case_id] if a.id < row.id)) for row in found]


async def _active_of(session: AsyncSession, cases: Collection[UUID]) -> Mapping[UUID, Sequence[ReviewRow]]:
    """Return the reviews that something followed from of several cases, newest first."""
    wanted = select(ReviewRow).where(col(ReviewRow.case_id).in_(cases), col(ReviewRow.kind) == ReviewKind.ACTIVE.value)
    by_case: dict[UUID, list[ReviewRow]] = {}
    for row in await session.scalars(wanted.order_by(col(ReviewRow.id).desc())):
        by_case.setdefault(row.case_id, []).append(row)
    return by_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which cases are looked at: by the local day of their latest review, and none that was made after a moment."""

    first: date | None = None
    last: date | None = None
    made_until: datetime | None = None

    def of(self, wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Restrict a query of cases with their latest reviews."""
        joined = wanted.join(ReviewRow, col(ReviewRow.id) == col(CaseRow.review_id))
        if self.first is not None:
            joined = joined.where(col(ReviewRow.on_day) >= self.first)
        if self.last is not None:
            joined = joined.where(col(ReviewRow.on_day) <= self.last)
        if self.made_until is not None:
            joined = joined.where(col(CaseRow.created_at) <= self.made_until)
        return joined


@dataclass(frozen=True, slots=True)
class Judged:
    """A case as it was judged last: its facts as text, for they are read elsewhere."""

    case_id: UUID
    channel: str
    state: str
    policy_id: str
    on: date
    facts: str


async def count_judged(session: AsyncSession, period: Period) -> int:
    """Count the cases that were judged."""
    return await session.scalar(period.of(select(func.count()).select_from(CaseRow))) or 0


async def judged(session: AsyncSession, period: Period, *, after: UUID | None, limit: int) -> Sequence[Judged]:
    """Return cases as they were judged last, in the order of their ids."""
    columns = (CaseRow.id, CaseRow.channel, CaseRow.state, ReviewRow.policy_id, ReviewRow.on_day)
    told: list[Any] = [*map(col, columns), cast(col(ReviewRow.facts), Text)]
    wanted = period.of(select(*told))
    if after is not None:
        wanted = wanted.where(col(CaseRow.id) > after)
    return [Judged(*row) for row in await session.execute(wanted.order_by(col(CaseRow.id)).limit(limit))]


def verdict_of(row: ReviewRow) -> Verdict:
    """Return the verdict as the policy gave it."""
    return load(Verdict, row.verdict)


def answer_of(row: ReviewRow) -> Answer | None:
    """Return what a policy elsewhere said; None where none was asked."""
    return None if row.answer is None else load(Answer, row.answer)


def facts_of(row: ReviewRow) -> Facts:
    """Return the facts as the policy saw them."""
    return load(Facts, row.facts)
