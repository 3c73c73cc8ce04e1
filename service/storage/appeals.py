"""Appeals: what they are against, frozen, and their answers."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.appeal import AppealState
from service.storage.tables import AppealRow, CaseRow, DecisionRow, ReviewRow
from service.storage.work import UnitOfWork

PERSONAL: Final = {"comment", "confirmation_comment"}
"""Members of a decision that are not copied: what people wrote stays where it is forgotten with the person."""


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    grounds: str,
    decision: DecisionRow | None,
    review: ReviewRow | None,
    took_part: Collection[str],
) -> AppealRow:
    """Add an appeal, with what it is against as it stands now."""
    row = AppealRow(
        case_id=case.id,
        state=AppealState.OPEN,
        grounds=grounds,
        decision_id=decision.id if decision else None,
        review_id=review.id if review else None,
        frozen={
            "state": case.state,
            "application_version": case.application_version,
            "decision": decision.model_dump(mode="json", exclude=PERSONAL) if decision else None,
            "review": review.model_dump(mode="json") if review else None,
            "took_part": sorted(took_part),
        },
        made_by=work.actor.identity,
        created_at=work.now,
    )
    work.session.add(row)
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> list[AppealRow]:
    """Return the appeals of a case, oldest first."""
    wanted = select(AppealRow).where(col(AppealRow.case_id) == case_id).order_by(col(AppealRow.id))
    return list(await session.scalars(wanted))


async def case_of(session: AsyncSession, appeal_id: UUID) -> UUID | None:
    """Return the case of an appeal, so that the case can be locked before the appeal is read."""
    return await session.scalar(select(col(AppealRow.case_id)).where(col(AppealRow.id) == appeal_id))


async def get(session: AsyncSession, appeal_id: UUID) -> AppealRow | None:
    """Return an appeal."""
    return await session.get(AppealRow, appeal_id)


def end(work: UnitOfWork, row: AppealRow, state: AppealState, *, comment: str | None = None) -> None:
    """Write down what came of an appeal, and through whom."""
    row.state, row.comment = state, comment
    row.answered_by, row.answered_at = work.actor.identity, work.now


def decision_against(row: AppealRow) -> DecisionRow | None:
    """Return the decision that an appeal is against, as it stood; it belongs to no session."""
    found = row.frozen["decision"]
    return DecisionRow.model_validate(found) if found else None


def review_against(row: AppealRow) -> ReviewRow | None:
    """Return the review that an appeal is against, as it stood; it belongs to no session."""
    found = row.frozen["review"]
    return ReviewRow.model_validate(found) if found else None
