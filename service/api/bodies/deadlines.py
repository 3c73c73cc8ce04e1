"""The bodies of holds and of requests for information."""

from typing import Annotated

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.deeds import Reason
from service.api.bodies.figures import DayWithin, Id, Narrative
from service.casework.asking import Asked
from service.domain.conduct import HoldScope


class HoldBody(Body):
    """A hold: one that the pack names (then its scopes, length and caps are the pack's), or one in a person's words."""

    reason: Annotated[Id, Field(description="The pack's name of a hold, or why.", examples=["breathing_space"])]
    scopes: Annotated[
        list[HoldScope], Field(max_length=6, description="What is paused; empty for a hold of the pack.")
    ] = Field(default_factory=list)
    starts_on: Annotated[DayWithin | None, Field(description="Today, if not given.")] = None
    ends_on: Annotated[DayWithin | None, Field(description="The last day; open, if not given.")] = None


class AskedBody(Body):
    """One item that is asked for."""

    kind: Annotated[Id, Field(description="The kind of document.", examples=["rental_contract"])]
    loan_id: Annotated[Id | None, Field(description="Where it is about one loan.")] = None
    why: Reason


class InformationRequestBody(Body):
    """What the borrower is asked for, and until when."""

    items: Annotated[list[AskedBody], Field(min_length=1, max_length=20)]
    note: Narrative | None = None
    due_on: Annotated[
        DayWithin | None, Field(description="The last day, at least a week from now; the pack's length if not given.")
    ] = None

    def asked(self) -> list[Asked]:
        """Return the items as the use case takes them."""
        return [Asked(kind=item.kind, loan_id=item.loan_id, why=item.why) for item in self.items]
