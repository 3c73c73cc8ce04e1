"""Reviews: each judging of a case with all that is needed to judge it again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.facts import Facts
from service.domain.policy import Verdict
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
) -> ReviewRow:
    """Keep what was judged, by which policy, on which local day, and the verdict with its trace."""
    row = ReviewRow(
        case_id=case.id,
        application_version=case.application_version,
        policy_id=verdict.policy_id,
        digest=verdict.digest,
        on_day=on,
        facts=dump(facts),
        verdict=dump(verdict),
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def latest(session: AsyncSession, case: CaseRow) -> ReviewRow | None:
    """Return the review that counts."""
    return None if case.review_id is None else await session.get(ReviewRow, case.review_id)


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[ReviewRow]:
    """Return the reviews of a case, newest first."""
    wanted = select(ReviewRow).where(col(ReviewRow.case_id) == case_id).order_by(col(ReviewRow.id).desc())
    return (await session.scalars(wanted)).all()


def verdict_of(row: ReviewRow) -> Verdict:
    """Return the verdict as the policy gave it."""
    return load(Verdict, row.verdict)


def facts_of(row: ReviewRow) -> Facts:
    """Return the facts as the policy saw them."""
    return load(Facts, row.facts)
