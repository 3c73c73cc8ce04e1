"""The bodies of what is done with an agreement: signing it, telling payments, taking it up again, cancelling it."""

from typing import Annotated

from pydantic import ConfigDict, Field

from service.api.bodies.body import Body
from service.api.bodies.deeds import Reason, SignatureBody
from service.api.bodies.figures import DayWithin, Id, Narrative
from service.casework.payments import Told
from service.domain.money import AMOUNT_MAX


class SigningBody(Body):
    """A signature under an agreement."""

    signature: SignatureBody
    party: Annotated[
        Id | None,
        Field(description="For which of `required_signatures`; only needed where you may sign for several."),
    ] = None


class PaymentBody(Body):
    """A payment that arrived."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"external_id": "T-88121", "paid_on": "2027-01-01", "amount": 393490, "loan_id": None}]
        }
    )

    external_id: Annotated[Id, Field(description="Your own id of the payment; told twice, it is received once.")]
    paid_on: Annotated[DayWithin, Field(description="The value date: not in the future, not before the agreement.")]
    amount: Annotated[int, Field(ge=1, le=AMOUNT_MAX, description="In minor units.")]
    loan_id: Annotated[
        Id | None, Field(description="Where it is for one loan alone; otherwise the oldest instalment of any.")
    ] = None

    def told(self) -> Told:
        """Return the payment as the use case takes it."""
        return Told(external_id=self.external_id, paid_on=self.paid_on, amount=self.amount, loan_id=self.loan_id)


class ReversalBody(Body):
    """Why a payment is taken back."""

    reason: Reason


class ReinstatementBody(Body):
    """Why an agreement is taken up again."""

    comment: Annotated[Narrative | None, Field(description="For the record.")] = None


class CancellationBody(Body):
    """Why an agreement is cancelled."""

    reason: Reason
