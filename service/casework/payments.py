"""Payments under an agreement, told by the servicing system: received once, taken back when they bounce."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service.casework.agreed import PERFORMING, Agreed, Position, open_agreement, require_state
from service.casework.desk import Desk
from service.casework.looking import look
from service.casework.trial import convert_again
from service.domain.actors import Role
from service.domain.agreement import AgreementState
from service.domain.errors import Conflict, NotFound, NotPermitted, Problem, RuleBroken
from service.storage import payments
from service.storage.tables import PaymentRow
from service.storage.work import UnitOfWork

RECEIVING = (*PERFORMING, AgreementState.BREACHED)
"""States in which money still arrives: also after a breach, which may be made good."""


class PaymentNotFound(NotFound):
    """The agreement has no such payment."""

    code = "payment_not_found"
    title = "No such payment"


class PaymentDiffers(Conflict):
    """Another payment was told under this external id."""

    code = "payment_differs"
    title = "The external id is another payment's"


class PaymentReversed(Conflict):
    """The payment was taken back already."""

    code = "payment_reversed"
    title = "The payment was taken back"


class PaymentNotAllowed(RuleBroken):
    """A payment has a value date outside the agreement, or is for a loan that is not in it."""

    code = "payment_not_allowed"
    title = "The payment cannot be so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A payment as the servicing system tells it."""

    external_id: str
    paid_on: date
    amount: int
    loan_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A payment with the agreement, and what has come of it."""

    agreed: Agreed
    row: PaymentRow
    position: Position


async def receive(work: UnitOfWork, *, agreement_id: UUID, told: Told, desk: Desk) -> Received:
    """Receive a payment; told again under the same external id, it is the one that was received first."""
    agreed = await _open(work, agreement_id, desk=desk)
    known = next((row for row in agreed.payments if row.external_id == told.external_id), None)
    if known is not None:
        if (known.paid_on, known.amount, known.loan_id) != (told.paid_on, told.amount, told.loan_id):
            raise PaymentDiffers("Another payment was told under this external id.", payment=str(known.id))
        return Received(agreed=agreed, row=known, position=agreed.now())
    require_state(agreed, *RECEIVING)
    _require_allowed(agreed, told)
    row = await payments.add(
        work, agreed.row, external_id=told.external_id, paid_on=told.paid_on, amount=told.amount, loan_id=told.loan_id
    )
    agreed.payments.append(row)
    await work.record(
        agreed.file.case, "payment_received", agreement=str(agreed.row.id), payment=str(row.id), amount=row.amount,
        paid_on=row.paid_on, loan_id=row.loan_id,
    )  # fmt: skip
    await look(work, agreed)
    return Received(agreed=agreed, row=row, position=agreed.now())


async def reverse(work: UnitOfWork, *, agreement_id: UUID, payment_id: UUID, reason: str, desk: Desk) -> Received:
    """Take a payment back that bounced: everything stands as if it had never come."""
    agreed = await _open(work, agreement_id, desk=desk)
    row = next((row for row in agreed.payments if row.id == payment_id), None)
    if row is None:
        raise PaymentNotFound("The agreement has no such payment.")
    if row.reversed_on is not None:
        raise PaymentReversed("The payment was taken back already.")
    require_state(agreed, *RECEIVING)
    row.reversed_on, row.reversed_by, row.reversal_reason = agreed.today, work.actor.identity, reason
    await work.record(
        agreed.file.case, "payment_reversed", agreement=str(agreed.row.id), payment=str(row.id), amount=row.amount,
        paid_on=row.paid_on,
    )  # fmt: skip
    if row.external_id in agreed.counted:
        await convert_again(work.as_system(caused_by=work.cause), agreed)
    await look(work, agreed)
    return Received(agreed=agreed, row=row, position=agreed.now())


async def payments_of(work: UnitOfWork, *, agreement_id: UUID, desk: Desk) -> tuple[Agreed, Position]:
    """Read the payments under an agreement, by value date, and what they have paid."""
    agreed = await open_agreement(work, agreement_id, desk=desk, lock=False)
    return agreed, agreed.now()


async def _open(work: UnitOfWork, agreement_id: UUID, *, desk: Desk) -> Agreed:
    agreed = await open_agreement(work, agreement_id, desk=desk)
    if work.actor.role is not Role.SERVICING:
        raise NotPermitted("The servicing system tells of payments.")
    return agreed


def _require_allowed(agreed: Agreed, told: Told) -> None:
    problems = []
    if told.paid_on > agreed.today:
        problems.append(Problem("/paid_on", "in_the_future", "The value date lies in the future."))
    if told.paid_on < agreed.made_on:
        problems.append(Problem("/paid_on", "before_agreement", "The value date lies before the agreement."))
    if told.loan_id is not None and told.loan_id not in agreed.terms:
        problems.append(Problem("/loan_id", "loan_unknown", "The agreement has no such loan."))
    if problems:
        raise PaymentNotAllowed("The payment cannot be so.", problems)
