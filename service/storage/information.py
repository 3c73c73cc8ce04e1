"""Requests for information: what was asked for, and what came of it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.storage.tables import CaseRow, InformationRequestRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork, case: CaseRow, *, items: list[dict[str, Any]], note: str | None, due_on: date
) -> InformationRequestRow:
    """Add a request."""
    row = InformationRequestRow(
        case_id=case.id, items=items, note=note, due_on=due_on, asked_by=work.actor.identity, created_at=work.now
    )
    work.session.add(row)
    return row


async def of_case(session: AsyncSession, case_id: UUID) -> list[InformationRequestRow]:
    """Return the requests of a case, oldest first."""
    wanted = select(InformationRequestRow).where(col(InformationRequestRow.case_id) == case_id)
    return list(await session.scalars(wanted.order_by(col(InformationRequestRow.id))))
