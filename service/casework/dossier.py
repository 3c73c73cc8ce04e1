"""Gathering everything that is kept of a case, for whoever may have it as one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.casework.agreed import Agreed, of_file
from service.casework.desk import Desk
from service.casework.file import CaseFile
from service.casework.negotiating import Answered, rounds
from service.casework.pinning import policy_of
from service.domain.access import require_visible
from service.domain.actors import Role
from service.domain.errors import NotPermitted
from service.storage import clocks, decisions, dossier, events, information, notices, reviews
from service.storage.tables import (
    AgreementScheduleRow,
    AppealRow,
    ApplicationVersionRow,
    ClockRow,
    DecisionRow,
    EventRow,
    HoldRow,
    InformationRequestRow,
    MessageRow,
    NoticeRow,
    ReferralRow,
    ReviewRow,
)
from service.storage.work import UnitOfWork

NOT_FOR: Final = frozenset({Role.SERVICING})
"""Roles that see every case for their work on loans, and have no need of its papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A case with all its rows; what of them is shown to whom is for the views to say."""

    file: CaseFile
    counters: Sequence[Answered]
    versions: Sequence[ApplicationVersionRow]
    reviews: Sequence[ReviewRow]
    decisions: Sequence[DecisionRow]
    agreements: Sequence[Agreed]
    schedules: Sequence[AgreementScheduleRow]
    notices: Sequence[NoticeRow]
    messages: Sequence[MessageRow]
    appeals: Sequence[AppealRow]
    referrals: Sequence[ReferralRow]
    requests: Sequence[InformationRequestRow]
    clocks: Sequence[ClockRow]
    holds: Sequence[HoldRow]
    events: Sequence[EventRow]


async def gather(work: UnitOfWork, *, case_id: UUID, desk: Desk) -> Gathered:
    """Read a case with everything that is kept of it, in one state of the database."""
    file, counters = await rounds(work, case_id=case_id)
    if not require_visible(file.parties, work.actor) - NOT_FOR:
        raise NotPermitted("A dossier is for the borrower's side, the partner who posted the case, and the lender.")
    session, policy = work.session, policy_of(file, desk)
    made = sorted(row.id for row in file.agreements if row.case_id == case_id)
    return Gathered(
        file=file,
        counters=counters,
        versions=await dossier.versions_of(session, case_id),
        reviews=await reviews.of_case(session, case_id),
        decisions=await decisions.of_case(session, case_id),
        agreements=[await of_file(work, file, agreement_id, policy=policy) for agreement_id in made],
        schedules=[row for agreement_id in made for row in await dossier.schedules_of(session, agreement_id)],
        notices=await notices.of_case(session, case_id),
        messages=await dossier.of_case(session, MessageRow, case_id),
        appeals=await dossier.of_case(session, AppealRow, case_id),
        referrals=await dossier.of_case(session, ReferralRow, case_id),
        requests=await information.of_case(session, case_id),
        clocks=await clocks.of_case(session, case_id),
        holds=file.holds,
        events=await events.of_case(session, case_id),
    )
