"""The bodies of what people do with a case: judge evidence, decide, offer, answer, assign and close."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from service.api.bodies.body import Body
from service.api.bodies.figures import AmountWithin, DayWithin, Id, Name, Narrative, Word
from service.api.bodies.terms import TermsBody
from service.domain.decision import DecisionOutcome
from service.relief.asking import CounterProposal
from service.relief.instruments import Instrument

Reason = Annotated[
    str, Field(max_length=4000, pattern=r"\S", description="Why; the borrower may read it.", examples=["Unreadable."])
]
Flag = bool | None


class EmptyBody(Body):
    """Nothing needs to be said."""


class RefusalBody(Body):
    """Why an item of evidence is refused; it counts as missing again."""

    reason: Reason


class WaiverBody(Body):
    """A required item of evidence that is done without."""

    kind: Annotated[Id, Field(description="A kind that the case requires.", examples=["bank_statements"])]
    loan_id: Annotated[Id | None, Field(description="Where the item is required for one loan.")] = None
    reason: Reason


class ReuseBody(Body):
    """Which document of an earlier case is used again."""

    evidence_id: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            description="One of `evidence/reusable`.",
            examples=["0193c3a0-7c00-7000-8000-000000000001"],
        ),
    ]
    loan_id: Annotated[Id | None, Field(description="Where it is about one loan of this case.")] = None


class DecisionBody(Body):
    """A person's decision on a case."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "approve", "reasons": ["OTHER"], "comment": "As advised."}]}
    )

    outcome: Word[DecisionOutcome]
    reasons: Annotated[
        list[Id], Field(max_length=50, description="Codes of the pack, or `OTHER` with a comment; at least one.")
    ] = Field(default_factory=list)
    comment: Narrative | None = None


class ConfirmationBody(Body):
    """What a second person says to a decision."""

    outcome: Annotated[Literal["confirm", "refuse"], Field(description="`confirm` if not given.")] = "confirm"
    comment: Narrative | None = None


class OffersBody(Body):
    """Which offers: the menu with `{}`, or one of your own `terms`."""

    terms: TermsBody | None = None

    @property
    def by_loan(self) -> dict[str, tuple[Instrument, ...]] | None:
        """The terms by loan id (see `TermsBody.by_loan`); None asks for the menu."""
        return self.terms.by_loan if self.terms else None


class SignatureBody(Body):
    """A signature; who signs and when is known from the request."""

    name: Annotated[
        str, Field(max_length=200, pattern=r"\S", description="As the signer writes it.", examples=["李某"])
    ]
    method: Literal["typed"] = "typed"


class AcceptanceBody(Body):
    """The acceptance of an offer."""

    signature: SignatureBody


class DeclineBody(Body):
    """The borrower's no to one offer."""

    reason: Annotated[Narrative | None, Field(description="If the borrower wants to say why.")] = None


class WithdrawOfferBody(Body):
    """Why the lender takes a binding offer back; there are no other grounds."""

    ground: Literal["fraud", "changed_balance", "changed_law"]
    reason: Reason


class CounterProposalBody(Body):
    """What the borrower would accept; what is null is left to the lender, but not all of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"payment": 320000, "months": 48, "lump_sum": None, "first_due_on": None}]}
    )

    payment: Annotated[AmountWithin | None, Field(description="The most that can be paid a month.")] = None
    months: Annotated[int | None, Field(ge=1, le=1200, description="The longest duration asked for.")] = None
    lump_sum: Annotated[AmountWithin | None, Field(description="What can be paid at signature.")] = None
    first_due_on: Annotated[DayWithin | None, Field(description="When the first payment can be made.")] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        """Refuse a counter-proposal that proposes nothing."""
        if all(asked is None for asked in (self.payment, self.months, self.lump_sum, self.first_due_on)):
            kind = "nothing_asked"
            raise PydanticCustomError(kind, "A counter-proposal names a payment, months, a lump sum or a first day.")
        return self

    def asked(self) -> CounterProposal:
        """Return the proposal as relief weighs it."""
        return CounterProposal(
            payment=self.payment, months=self.months, lump_sum=self.lump_sum, first_due_on=self.first_due_on
        )


class RefuseCounterBody(Body):
    """Why a counter-proposal is refused."""

    reason: Reason


class CloseBody(Body):
    """Why a case is closed."""

    reason: Annotated[Narrative, Field(description="For the record.")] = ""


class AssignBody(Body):
    """Who looks after a case."""

    assignee: Annotated[
        Name | None, Field(description="The identity of somebody at the lender's desk; null for nobody.")
    ]


class FlagsBody(Body):
    """Facts that only the lender or an adviser knows: what is not named stays, null makes one unknown again."""

    insolvent: Annotated[Flag, Field(description="Insolvency proceedings run.")] = None
    litigation: Annotated[Flag, Field(description="There is a law suit about the debt.")] = None
    debt_disputed: Annotated[Flag, Field(description="The borrower disputes the debt.")] = None
    fraud_suspected: Annotated[Flag, Field(description="Fraud is suspected.")] = None
    misuse_of_funds: Annotated[Flag, Field(description="The loan was not used as agreed.")] = None
    moratorium_active: Annotated[Flag, Field(description="A moratorium runs.")] = None
    adviser_engaged: Annotated[Flag, Field(description="A debt adviser acts for the borrower.")] = None
    guarantors_consented: Annotated[Flag, Field(description="The guarantors consent to a change.")] = None
    imminent_default: Annotated[Flag, Field(description="Default is to be expected though nothing is overdue.")] = None
    operating: Annotated[Flag, Field(description="The business is operating.")] = None
    lawful_operation: Annotated[Flag, Field(description="The business operates lawfully.")] = None
    willing_to_pay: Annotated[Flag, Field(description="A recent payment or an answered contact shows it.")] = None


class VersionBody(Body):
    """Why the state of a version is changed, and of which version where an id has been given to several texts."""

    reason: Annotated[Narrative | None, Field(description="Why; kept with the change.")] = None
    digest: Annotated[
        str | None,
        Field(pattern=r"^[0-9a-f]{64}$", description="The very version; if not given, the text that is there now."),
    ] = None


class MoveToActiveBody(Body):
    """Why a case is judged by another version of the policy from now on."""

    reason: Reason
