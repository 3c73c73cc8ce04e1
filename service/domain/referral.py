"""Referrals: handing a matter to mediation, legal aid, debt advice, an ombudsman or a court, and what came of it."""

from enum import StrEnum
from typing import Final

from service.domain.errors import Conflict, NotFound


class ReferralKind(StrEnum):
    """To whom a matter is handed."""

    MEDIATION = "mediation"
    LEGAL_AID = "legal_aid"
    DEBT_ADVICE = "debt_advice"
    OMBUDSMAN = "ombudsman"
    COURT = "court"


class ReferralState(StrEnum):
    """Where a referral stands."""

    OPEN = "open"
    ENDED = "ended"


class ReferralResult(StrEnum):
    """What came of a referral."""

    AGREED_TERMS = "agreed_terms"
    NO_AGREEMENT = "no_agreement"
    ADVICE_GIVEN = "advice_given"
    RULING = "ruling"
    NOT_TAKEN_UP = "not_taken_up"
    WITHDRAWN = "withdrawn"
    CASE_WENT_ON = "case_went_on"


UNTOLD: Final = frozenset({None, ReferralResult.CASE_WENT_ON})
"""Nobody has said what came of it; that the case went on without is written down by the service itself."""


class ReferralNotFound(NotFound):
    """There is no such referral, or the actor may not know of it."""

    code = "referral_not_found"
    title = "No such referral"


class ReferralEnded(Conflict):
    """What came of the referral has been said."""

    code = "referral_ended"
    title = "The referral has ended"
