"""Agreements: accepted offers with their signatures."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from service.domain.agreement import AgreementState, Signature
from service.storage.documents import dump
from service.storage.tables import AgreementRow, CaseLoanRow, CaseRow
from service.storage.work import UnitOfWork


async def add(
    work: UnitOfWork,
    case: CaseRow,
    *,
    offer_id: UUID,
    state: AgreementState,
    document: dict[str, Any],
    signatures: tuple[Signature, ...],
) -> AgreementRow:
    """Add the agreement that an accepted offer becomes; from now on it is the one of the case."""
    row = AgreementRow(
        case_id=case.id,
        offer_id=offer_id,
        state=state,
        document=document,
        instruments=instruments_in(document),
        waived=waived_in(document),
        currency=case.currency,
        product=case.product,
        hardship_reason=case.hardship_reason,
        signatures=[dump(s) for s in signatures],
        created_at=work.now,
    )
    work.session.add(row)
    case.agreement_id = row.id
    return row


def instruments_in(document: dict[str, Any]) -> str:
    """Return the kinds of relief in the terms of an agreement, each once, as statistics count them."""
    kinds = {i["kind"] for loan in document["loans"] for i in loan["terms"]["instruments"]}
    return ",".join(sorted(kinds))


def waived_in(document: dict[str, Any]) -> int:
    """Return what an agreement waives of all components, at once and at its end, in minor units."""
    lines = [line for loan in document["loans"] for line in loan["reconciliation"]]
    return sum(line["waived"] + line["waived_conditional"] for line in lines)


async def get(session: AsyncSession, agreement_id: UUID) -> AgreementRow | None:
    """Return an agreement, one that is not stored yet too."""
    made = next((row for row in session.new if isinstance(row, AgreementRow) and row.id == agreement_id), None)
    return made or await session.get(AgreementRow, agreement_id)


async def case_of(session: AsyncSession, agreement_id: UUID) -> UUID | None:
    """Return the case of an agreement, so that the case can be locked before the agreement is read."""
    return await session.scalar(select(col(AgreementRow.case_id)).where(col(AgreementRow.id) == agreement_id))


async def about_loans(session: AsyncSession, loan_ids: Sequence[str]) -> Sequence[AgreementRow]:
    """Return the agreements, of any case, in which one of these loans stands, oldest first."""
    cases = select(col(CaseLoanRow.case_id)).where(col(CaseLoanRow.loan_id).in_(loan_ids))
    wanted = select(AgreementRow).where(col(AgreementRow.case_id).in_(cases)).order_by(col(AgreementRow.id))
    return (await session.scalars(wanted)).all()
