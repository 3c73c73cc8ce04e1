"""What letters say of payments: which instalments of an agreement were missed, and by how much."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from service.storage import notices
from service.storage.tables import AgreementRow, PaymentRow
from service.storage.work import UnitOfWork


async def paid_under(work: UnitOfWork, agreement: AgreementRow) -> Sequence[PaymentRow]:
    """Return the payments that count under an agreement."""
    return await notices.payments_under(work.session, agreement.case_id, agreement.id)


async def missed_of(work: UnitOfWork, agreement: AgreementRow, *, on: date) -> list[dict[str, Any]]:
    """Return the dues of an agreement not paid in full by a day; what was paid counts for the oldest first."""
    changed = await notices.schedule_in_force(work.session, agreement.id)
    document = changed.document if changed and "total" in changed.document else agreement.document
    left = sum(payment.amount for payment in await paid_under(work, agreement) if payment.paid_on <= on)
    missed = []
    for due in document["total"]:
        if date.fromisoformat(due["due_on"]) >= on:
            break
        paid = min(left, due["payment"])
        left -= paid
        if paid < due["payment"]:
            missed.append({**due, "paid": paid, "lacking": due["payment"] - paid})
    return missed
