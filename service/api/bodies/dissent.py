"""The bodies of appeals and referrals."""

from typing import Annotated, Literal

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import NARRATIVE_MAX, Narrative, Word
from service.domain.referral import ReferralKind

Grounds = Annotated[
    str,
    Field(
        max_length=NARRATIVE_MAX,
        pattern=r"\S",
        description="Why the decision should be another one.",
        examples=["The shop opens again in March; the lease is signed."],
    ),
]
Answer = Annotated[
    str,
    Field(
        max_length=NARRATIVE_MAX,
        pattern=r"\S",
        description="Why; the borrower reads it.",
        examples=["The letter shows it."],
    ),
]


class AppealBody(Body):
    """An appeal against what was decided."""

    grounds: Grounds


class AppealAnswerBody(Body):
    """The answer to an appeal."""

    comment: Answer


class ReferralBody(Body):
    """To whom a case is handed."""

    kind: Word[ReferralKind]
    note: Annotated[Narrative | None, Field(description="For whoever takes it up.")] = None


class ReferralEndBody(Body):
    """What came of a referral."""

    result: Annotated[
        Literal["agreed_terms", "no_agreement", "advice_given", "ruling", "not_taken_up", "withdrawn"],
        Field(description="What came of it; the terms themselves are offered by the lender."),
    ]
    note: Annotated[Narrative | None, Field(description="In your own words.")] = None
