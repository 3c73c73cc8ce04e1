"""What a person does with an agreement: taking up again one that was breached, and cancelling one."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from service.casework.agreed import PERFORMING, Agreed, open_agreement, require_state
from service.casework.desk import Desk
from service.casework.looking import deed, look, start_review
from service.casework.moves import permit, take
from service.domain.access import is_lender
from service.domain.actors import Role
from service.domain.agreement import AgreementState
from service.domain.dates import add_months
from service.domain.errors import Conflict, NotPermitted
from service.domain.lifecycle import CaseAction
from service.storage.work import UnitOfWork

ENDABLE = (AgreementState.AWAITING_SIGNATURES, *PERFORMING)


class ReinstatementRefused(Conflict):
    """The agreement may not be taken up again, or not yet; `arrears` and `again_on` say what is in the way."""

    code = "reinstatement_refused"
    title = "The agreement cannot be taken up again"


async def reinstate(work: UnitOfWork, *, agreement_id: UUID, comment: str | None, desk: Desk) -> Agreed:
    """Take a breached agreement up again, once everything that fell due has been paid, as often as the pack allows."""
    agreed = await open_agreement(work, agreement_id, desk=desk)
    if not is_lender(work.actor):
        raise NotPermitted("The lender takes agreements up again.")
    permit(work, agreed.file, CaseAction.REINSTATE, policy=agreed.policy)
    require_state(agreed, AgreementState.BREACHED)
    _require_reinstatable(agreed)
    row = agreed.row
    row.state, row.reinstated_on = AgreementState.ACTIVE, agreed.today
    row.reinstatements += 1
    row.breached_on = None
    agreed.watch = replace(agreed.watch, missed=())
    more: dict[str, Any] = {"reason": comment} if comment else {}
    await take(work, agreed.file, CaseAction.REINSTATE, policy=agreed.policy, agreement=str(row.id), **more)
    if row.review_on is not None and row.review_on > agreed.today:
        await start_review(work, agreed)
    await look(work, agreed)
    return agreed


async def cancel(work: UnitOfWork, *, agreement_id: UUID, reason: str, desk: Desk) -> Agreed:
    """Cancel an agreement that runs or waits for signatures; its case is closed."""
    agreed = await open_agreement(work, agreement_id, desk=desk)
    if work.actor.role is not Role.SUPERVISOR:
        raise NotPermitted("A supervisor cancels agreements.")
    permit(work, agreed.file, CaseAction.CANCEL, policy=agreed.policy, reason_given=bool(reason))
    await end(work, agreed, reason=reason)
    return agreed


async def end(work: UnitOfWork, agreed: Agreed, *, reason: str) -> None:
    """End an agreement before its time, with its case."""
    require_state(agreed, *ENDABLE)
    agreed.row.state, agreed.row.ended_on, agreed.row.remedy_due_on = AgreementState.CANCELLED, agreed.today, None
    await take(work, agreed.file, CaseAction.CANCEL, policy=agreed.policy, agreement=str(agreed.row.id), reason=reason)


async def review_relief(work: UnitOfWork, agreed: Agreed) -> None:
    """Tell that relief is about to end, so that somebody looks at what the borrower can pay by then."""
    if agreed.state in PERFORMING:
        await deed(work, agreed, "relief_review_due", review_on=agreed.row.review_on)


def _require_reinstatable(agreed: Agreed) -> None:
    row, settings, standing = agreed.row, agreed.policy.settings.agreement, agreed.now().standing
    if agreed.is_in_trial:
        raise ReinstatementRefused("The trial was not passed; new terms have to be agreed on.")
    if settings.reinstatements is not None and row.reinstatements >= settings.reinstatements:
        raise ReinstatementRefused("The agreement was taken up again as often as the policy allows.")
    again_on = add_months(row.reinstated_on, settings.reinstate_months) if row.reinstated_on else date.min
    if again_on > agreed.today:
        raise ReinstatementRefused(f"It may be taken up again on {again_on}.", again_on=again_on.isoformat())
    if standing.missed:
        raise ReinstatementRefused("What was missed has not been paid.", arrears=standing.arrears)
