"""The members of an application that tell who the borrower is and why they cannot pay."""

from typing import Annotated, ClassVar

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import Amount, Count, Day, Id, Locale, Name, Narrative, Text, Word
from service.domain.application import Borrower, Contact, Hardship, Household, Identity, Representative
from service.domain.words import BorrowerKind, HardshipReason, IdentityType, RepresentativeScope, Vulnerability


class IdentityBody(Body):
    """A number in a register of persons or companies."""

    stands_for: ClassVar[type[object]] = Identity

    type: Annotated[Word[IdentityType], Field(description="Which register knows the borrower.")]
    number: Annotated[Id, Field(description="The number there, as printed.", examples=["11010519491231002X"])]


class ContactBody(Body):
    """Where the borrower can be reached."""

    stands_for: ClassVar[type[object]] = Contact

    phone: Annotated[Text | None, Field(description="With country code.", examples=["+8613800000000"])] = None
    email: Annotated[Name | None, Field(examples=["li@example.org"])] = None
    address: Annotated[Narrative | None, Field(description="Postal address in one text.")] = None


class HouseholdBody(Body):
    """Who lives from the borrower's budget."""

    stands_for: ClassVar[type[object]] = Household

    adults: Annotated[Count | None, Field(description="Adults, the borrower among them; 1 if not given.")] = None
    dependants: Annotated[Count | None, Field(description="Children and others kept; 0 if not given.")] = None


class RepresentativeBody(Body):
    """Somebody who acts for the borrower."""

    stands_for: ClassVar[type[object]] = Representative

    subject: Annotated[Name, Field(description="How the representative signs in.", examples=["adviser-12"])]
    name: Annotated[Name | None, Field(description="The representative's name.")] = None
    capacity: Annotated[Name | None, Field(description="As what they act.", examples=["debt adviser"])] = None
    scope: Annotated[
        Word[RepresentativeScope] | None,
        Field(description="How far they may go; `accept` also needs a verified mandate. `view` if not given."),
    ] = None
    mandate_evidence: Annotated[Text | None, Field(description="The id of the document that holds the mandate.")] = None
    until: Annotated[Day | None, Field(description="The last day of the mandate.")] = None


class BorrowerBody(Body):
    """Who owes the debt."""

    stands_for: ClassVar[type[object]] = Borrower

    subject: Annotated[
        Name | None,
        Field(
            description="How the borrower signs in (`sub` of their token or key): makes the case theirs. "
            "Null when a partner acts for somebody who never signs in.",
            examples=["user-481"],
        ),
    ] = None
    kind: Annotated[Word[BorrowerKind] | None, Field(description="Needed to submit.")] = None
    name: Annotated[Name | None, Field(description="Needed to submit.", examples=["李某"])] = None
    locale: Annotated[
        Locale | None, Field(description="BCP 47; the language of letters. `en` if not given.", examples=["zh-CN"])
    ] = None
    identity: IdentityBody | None = None
    contact: ContactBody | None = None
    household: HouseholdBody | None = None
    vulnerabilities: Annotated[
        list[Word[Vulnerability]] | None,
        Field(max_length=20, description="Circumstances that call for care; need `consents.sensitive_data`."),
    ] = None
    representative: RepresentativeBody | None = None


class HardshipBody(Body):
    """Why, since when and for how long the borrower cannot pay as agreed. Needed to submit."""

    stands_for: ClassVar[type[object]] = Hardship

    reason: Annotated[Word[HardshipReason], Field(description="The main reason.")]
    since: Annotated[Day | None, Field(description="First day; needed to submit.", examples=["2026-08-01"])] = None
    expected_until: Annotated[
        Day | None, Field(description="When it should be over; null when unknown.", examples=["2027-06-01"])
    ] = None
    permanent: Annotated[bool | None, Field(description="It will not pass; `false` if not given.")] = None
    income_before: Annotated[Amount | None, Field(description="Net monthly income before the hardship.")] = None
    narrative: Annotated[Narrative | None, Field(description="In the borrower's own words.")] = None
