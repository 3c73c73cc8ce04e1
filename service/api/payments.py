"""The resource `payments`: what arrives under an agreement, and is taken back."""

from uuid import UUID

from fastapi import APIRouter, status

from service.api.bodies.agreements import PaymentBody, ReversalBody
from service.api.cursor import PageOf
from service.api.parts import DeskOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.agreements import PaymentView
from service.api.views.build_agreements import payment_view
from service.api.views.records import Page
from service.casework import payments
from service.casework.agreed import AgreementNotFound, AgreementNotRunning
from service.casework.payments import PaymentDiffers, PaymentNotAllowed, PaymentNotFound, PaymentReversed
from service.domain.errors import NotPermitted

of_agreement = APIRouter(prefix="/v1/agreements/{agreement_id}/payments", tags=["payments"], route_class=Transactional)


@of_agreement.post("", status_code=status.HTTP_201_CREATED)
@refuses(AgreementNotFound, AgreementNotRunning, NotPermitted, PaymentDiffers, PaymentNotAllowed)
async def post_payment(agreement_id: UUID, body: PaymentBody, work: Work, desk: DeskOf) -> PaymentView:
    """Tell a payment (the servicing system). Under the same external id it is received once.

    It pays the oldest instalment first, and inside it in the order of the pack. What follows is done at once: arrears
    are caught up, a trial is passed, an agreement that is paid off is fulfilled.
    """
    found = await payments.receive(work, agreement_id=agreement_id, told=body.told(), desk=desk)
    return payment_view(found.row, found.agreed, found.position, work.actor)


@of_agreement.get("")
@refuses(AgreementNotFound)
async def list_payments(
    agreement_id: UUID, work: Reading, page: PageOf, desk: DeskOf, limit: Limit = LIMIT_DEFAULT
) -> Page[PaymentView]:
    """Read the payments under an agreement, by value date, with what each has paid; reversed ones too."""
    agreed, position = await payments.payments_of(work, agreement_id=agreement_id, desk=desk)
    rows, further = page.cut(agreed.payments, limit=limit, name=lambda row: row.id)
    return Page(items=[payment_view(row, agreed, position, work.actor) for row in rows], next=further)


@of_agreement.post("/{payment_id}/reverse")
@refuses(AgreementNotFound, AgreementNotRunning, NotPermitted, PaymentNotFound, PaymentReversed)
async def reverse_payment(
    agreement_id: UUID, payment_id: UUID, body: ReversalBody, work: Work, desk: DeskOf
) -> PaymentView:
    """Take a payment back that bounced (the servicing system): everything stands as if it had never come."""
    found = await payments.reverse(
        work, agreement_id=agreement_id, payment_id=payment_id, reason=body.reason, desk=desk
    )
    return payment_view(found.row, found.agreed, found.position, work.actor)
