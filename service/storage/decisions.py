"""Decisions: what was decided, by whom, and who confirmed it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.decision import Confirmation, DecisionOutcome, comment_is_the_reason
from service.domain.policy import Level
from service.domain.stages import Stage
from service.storage.tables import CaseRow, DecisionRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    review_id: UUID | None,
    outcome: DecisionOutcome,
    reasons: list[dict[str, Any]],
    comment: str | None,
    level: Level,
    confirmation: Confirmation,
    automatic: bool = False,
    overrides_verdict: bool = False,
    appeal_id: UUID | None = None,
) -> DecisionRow:
    """Keep a decision of the actor."""
    row = DecisionRow(
        case_id=case.id,
        review_id=review_id,
        outcome=outcome,
        reasons=reasons,
        comment=comment,
        level=level,
        confirmation=confirmation,
        decided_by=work.actor.identity,
        decided_role=work.actor.role,
        automatic=automatic,
        overrides_verdict=overrides_verdict,
        appeal_id=appeal_id,
        created_at=work.now,
    )
    work.session.add(row)
    return row


def note_decided(work: UnitOfWork, case: CaseRow) -> None:
    """Note how long the first final decision of a case took, for statistics."""
    case.stage = max(case.stage, Stage.DECIDED)
    if case.decision_hours is None and case.submitted_at is not None:
        case.decision_hours = (work.now - case.submitted_at) // timedelta(hours=1)


def comment_told(row: DecisionRow) -> str | None:
    """Return the comment where it is a reason that the borrower is told; any other is the desk's own."""
    codes = [reason["code"] for reason in row.reasons]
    told = comment_is_the_reason(DecisionOutcome(row.outcome), Confirmation(row.confirmation), reasons=codes)
    return row.comment if told else None


async def latest(session: AsyncSession, case: CaseRow) -> DecisionRow | None:
    """Return the decision that stands."""
    return None if case.decision_id is None else await session.get(DecisionRow, case.decision_id)


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[DecisionRow]:
    """Return the decisions of a case, newest first."""
    wanted = select(DecisionRow).where(col(DecisionRow.case_id) == case_id).order_by(col(DecisionRow.id).desc())
    return (await session.scalars(wanted)).all()
