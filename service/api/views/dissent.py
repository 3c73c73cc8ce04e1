"""Views of appeals and referrals."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from service.api.views.judged import decision_view, review_view
from service.api.views.records import Record, View
from service.api.views.revealed import for_staff
from service.api.views.verdicts import DecisionView, ReviewView
from service.casework.file import CaseFile
from service.domain.appeal import AppealState
from service.domain.lifecycle import CaseState
from service.domain.referral import ReferralKind, ReferralResult, ReferralState
from service.storage import appeals
from service.storage.tables import AppealRow, ReferralRow
from service.storage.work import UnitOfWork


class AppealView(Record):
    """An appeal: what it is against, as it stood, and its answer by somebody who took no part."""

    case_id: UUID
    state: AppealState
    grounds: str
    from_state: CaseState = Field(description="Where the case goes back to when the appeal is dismissed or withdrawn.")
    application_version: int = Field(description="The version of the application that was decided on.")
    decision: DecisionView | None = Field(description="The decision that it is against, as it stood then.")
    review: ReviewView | None = Field(description="The review that the decision rested on, as it stood then.")
    made_by: str | None = Field(description="Shown to the lender only.")
    answered_by: str | None = Field(description="Who answered or ended it; shown to the lender only.")
    answered_at: datetime | None
    comment: str | None = Field(description="The answer in words.")


class StandingOffer(View):
    """An offer that is open while the case is referred."""

    offer_id: UUID
    expires_at: datetime


class ReferralView(Record):
    """A case that was handed to somebody outside, and what came of it."""

    case_id: UUID
    state: ReferralState
    kind: ReferralKind
    note: str | None
    result: ReferralResult | None = Field(description="Null while nothing is known of it.")
    result_note: str | None
    made_by: str | None = Field(description="Shown to the lender only.")
    ended_by: str | None = Field(description="Shown to the lender only.")
    ended_at: datetime | None
    open_offers: list[StandingOffer] = Field(
        description="Offers that bind until they expire. They cannot be accepted while the case is referred; once it "
        "is `offered` again they can, unless they have expired."
    )


def appeal_view(row: AppealRow, file: CaseFile, work: UnitOfWork) -> AppealView:
    """Show an appeal; the names of people at the desk are for the lender's roles."""
    actor, decision, review = work.actor, appeals.decision_against(row), appeals.review_against(row)
    return AppealView(
        id=row.id,
        version=file.case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=AppealState(row.state),
        grounds=row.grounds,
        from_state=CaseState(row.frozen["state"]),
        application_version=row.frozen["application_version"],
        decision=decision_view(decision, file.case, actor) if decision else None,
        review=review_view(review, file.case, actor) if review else None,
        made_by=for_staff(row.made_by, actor),
        answered_by=for_staff(row.answered_by, actor),
        answered_at=row.answered_at,
        comment=row.comment,
    )


def referral_view(row: ReferralRow, file: CaseFile, work: UnitOfWork) -> ReferralView:
    """Show a referral, with the offers that are open while it keeps the case."""
    away = row.state == ReferralState.OPEN
    return ReferralView(
        id=row.id,
        version=file.case.version,
        created_at=row.created_at,
        case_id=row.case_id,
        state=ReferralState(row.state),
        kind=ReferralKind(row.kind),
        note=row.note,
        result=ReferralResult(row.result) if row.result else None,
        result_note=row.result_note,
        made_by=for_staff(row.made_by, work.actor),
        ended_by=for_staff(row.ended_by, work.actor),
        ended_at=row.ended_at,
        open_offers=[
            StandingOffer(offer_id=offer.id, expires_at=offer.expires_at)
            for offer in (file.open_offers(work) if away else ())
        ],
    )
