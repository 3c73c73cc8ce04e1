"""Deciding a case: by the system after a verdict, by a person, and confirmed by a second one."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from service.casework.authority import NO_PLAN_FITS, needed, why_no_plan
from service.casework.desk import Desk
from service.casework.file import CaseFile, approved, bound_by_appeal, in_state, legal_moves, open_file
from service.casework.judging import Judgement
from service.casework.moves import take
from service.casework.offering import frame_for
from service.casework.pinning import policy_of
from service.domain.actors import Role
from service.domain.appeal import AppealBinds, require_no_part
from service.domain.completeness import lacking
from service.domain.decision import (
    FINAL,
    Confirmation,
    DecisionOutcome,
    NothingToConfirm,
    confirmation_for,
    overrides_verdict,
    require_known_reasons,
    require_other_person,
)
from service.domain.errors import Conflict, NotFound, NotPermitted, RuleBroken
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.policy import Level, Policy, Reason, Severity, Verdict
from service.storage import appeals, decisions
from service.storage.documents import plain
from service.storage.tables import DecisionRow
from service.storage.work import UnitOfWork

DECIDABLE = (CaseState.IN_REVIEW, CaseState.OFFERED, CaseState.COUNTERED, CaseState.REFERRED)


class NotDecidable(Conflict):
    """The case is in a state in which nothing is decided."""

    code = "not_decidable"
    title = "Nothing can be decided now"


class DecisionNotFound(NotFound):
    """The case has no such decision."""

    code = "decision_not_found"
    title = "No such decision"


async def decide_by_system(
    work: UnitOfWork, file: CaseFile, outcome: DecisionOutcome, judgement: Judgement, *, policy: Policy
) -> DecisionRow:
    """Write down what follows from the verdict, and reject if it says so."""
    reasons = [r.code for r in judgement.verdict.reasons]
    return await _store(
        work, file, outcome, reasons, None,
        policy=policy, confirmation=Confirmation.NOT_NEEDED, level=judgement.verdict.level,
    )  # fmt: skip


async def decide(
    work: UnitOfWork,
    *,
    case_id: UUID,
    outcome: DecisionOutcome,
    reasons: Sequence[str],
    comment: str | None,
    desk: Desk,
) -> tuple[CaseFile, DecisionRow]:
    """Approve or reject as a person; an approval unlocks offers, a rejection moves the case once it is final."""
    file = await open_file(work, case_id)
    if work.actor.role not in {Role.CASEWORKER, Role.SUPERVISOR}:
        raise NotPermitted("The lender decides.")
    if not in_state(file, *_states(outcome)):
        raise _not_decidable(file)
    await _require_no_part(work, file)
    policy = policy_of(file, desk)
    verdict = file.verdict
    given = {reason.code for reason in verdict.reasons} if verdict else set()
    require_known_reasons(reasons, known=given | set(policy.settings.reason_texts), comment=comment)
    level = verdict.level if verdict else Level.CASEWORKER
    grounds: tuple[Reason, ...] = ()
    if outcome is DecisionOutcome.APPROVE:
        level = _level_of_approval(work, file, policy, at_least=level)
    elif NO_PLAN_FITS in reasons and not any(lacking(file.application)):
        grounds = why_no_plan(frame_for(work, file, policy), policy)
    confirmation = confirmation_for(
        outcome, verdict=verdict.outcome if verdict else None, level=level, by=work.actor.role
    )
    _require_not_bound(file, outcome, confirmation)
    return file, await _store(
        work, file, outcome, reasons, comment,
        policy=policy, confirmation=confirmation, level=level, grounds=grounds,
    )  # fmt: skip


async def approve_on_appeal(
    work: UnitOfWork, file: CaseFile, *, appeal_id: UUID, comment: str, policy: Policy
) -> DecisionRow:
    """Approve as the person who allowed an appeal; above their authority somebody else confirms it, as always."""
    level = _level_of_approval(work, file, policy, at_least=file.verdict.level if file.verdict else Level.CASEWORKER)
    verdict = file.verdict.outcome if file.verdict else None
    confirmation = confirmation_for(DecisionOutcome.APPROVE, verdict=verdict, level=level, by=work.actor.role)
    ground = Reason(
        code=APPEAL_ALLOWED,
        severity=Severity.INFORMATIONAL,
        text=dict(ALLOWED_TEXT),
        source=f"answer to an appeal under {policy.id}",
    )
    return await _store(
        work, file, DecisionOutcome.APPROVE, [APPEAL_ALLOWED], comment,
        policy=policy, confirmation=confirmation, level=level, grounds=(ground,), appeal_id=appeal_id,
    )  # fmt: skip


async def _require_no_part(work: UnitOfWork, file: CaseFile) -> None:
    """Refuse whoever took part in what was appealed, as long as the same application is decided on."""
    if file.decision is not None and file.decision.appeal_id is not None:
        appeal = await appeals.get(work.session, file.decision.appeal_id)
        assert appeal is not None, "a decision names an appeal that is there"
        require_no_part(work.actor, took_part=appeal.frozen["took_part"])


def _require_not_bound(file: CaseFile, outcome: DecisionOutcome, confirmation: Confirmation) -> None:
    """Refuse a decision that would take away the approval by which an appeal was allowed."""
    weaker = approved(file) and confirmation not in FINAL
    if bound_by_appeal(file) and (outcome is DecisionOutcome.REJECT or weaker):
        raise AppealBinds("An appeal was allowed: the approval stands until the application changes.")


def _level_of_approval(work: UnitOfWork, file: CaseFile, policy: Policy, *, at_least: Level) -> Level:
    """Return the authority that an approval stands for: enough for the plan that gives up the least."""
    if any(lacking(file.application)):
        return at_least
    try:
        least = needed(frame_for(work, file, policy))
    except RuleBroken:
        # A debt that cannot be worked out yet has no plan; what the verdict asks for stands.
        least = None
    return max(at_least, least or at_least, key=lambda level: level.rank)


async def confirm(
    work: UnitOfWork,
    *,
    case_id: UUID,
    decision_id: UUID,
    answer: Literal["confirm", "refuse"],
    comment: str | None,
    desk: Desk,
) -> tuple[CaseFile, DecisionRow]:
    """Confirm, or refuse to confirm, a decision that waits for a second person."""
    file = await open_file(work, case_id)
    row = file.decision
    if row is None or row.id != decision_id:
        raise DecisionNotFound("The case has no such decision, or a later one took its place.")
    if work.actor.role is not Role.SUPERVISOR:
        raise NotPermitted("A supervisor confirms decisions.")
    require_other_person(decided_by=row.decided_by, actor=work.actor)
    if row.confirmation != Confirmation.PENDING:
        raise NothingToConfirm("The decision does not wait for a confirmation.", confirmation=row.confirmation)
    await _require_no_part(work, file)
    if not in_state(file, *_states(DecisionOutcome(row.outcome))):
        raise _not_decidable(file)
    confirmed = answer == "confirm"
    row.confirmation = Confirmation.CONFIRMED if confirmed else Confirmation.REFUSED
    row.confirmed_by, row.confirmed_at = work.actor.identity, work.now
    row.confirmation_comment = comment
    await work.record(file.case, "decision_confirmed" if confirmed else "confirmation_refused", decision=str(row.id))
    if confirmed:
        decisions.note_decided(work, file.case)
    if confirmed and row.outcome == DecisionOutcome.REJECT:
        await take(work, file, CaseAction.REJECT, policy=policy_of(file, desk), decision=str(row.id))
    return file, row


def _states(outcome: DecisionOutcome) -> tuple[CaseState, ...]:
    """Return the states in which a case can be decided so: a rejection moves it, and only from a review."""
    return DECIDABLE if outcome is DecisionOutcome.APPROVE else (CaseState.IN_REVIEW,)


def _not_decidable(file: CaseFile) -> NotDecidable:
    return NotDecidable(f"A case that is {file.state} is not decided so.", state=file.state, allowed=legal_moves(file))


async def _store(
    work: UnitOfWork,
    file: CaseFile,
    outcome: DecisionOutcome,
    reasons: Sequence[str],
    comment: str | None,
    *,
    policy: Policy,
    confirmation: Confirmation,
    level: Level,
    grounds: Sequence[Reason] = (),
    appeal_id: UUID | None = None,
) -> DecisionRow:
    """Keep the decision with its reasons in words; a final rejection moves the case.

    What is decided after an appeal, on the same application, goes on naming the appeal.
    """
    overrides = overrides_verdict(outcome, verdict=file.verdict.outcome if file.verdict else None)
    row = await decisions.add(
        work,
        file.case,
        review_id=file.review.id if file.review else None,
        outcome=outcome,
        reasons=reasons_in_words(reasons, policy=policy, verdict=file.verdict, grounds=grounds),
        comment=comment,
        level=level,
        confirmation=confirmation,
        automatic=work.actor.role is Role.SYSTEM,
        overrides_verdict=overrides,
        appeal_id=appeal_id or (file.decision.appeal_id if file.decision else None),
    )
    file.decision = row
    file.case.decision_id = row.id
    await work.record(
        file.case, "decided", decision=str(row.id), outcome=outcome, reasons=list(reasons), confirmation=confirmation,
        overrides_verdict=overrides,
    )  # fmt: skip
    if confirmation is Confirmation.NOT_NEEDED:
        decisions.note_decided(work, file.case)
    if outcome is DecisionOutcome.REJECT and confirmation is Confirmation.NOT_NEEDED:
        await take(work, file, CaseAction.REJECT, policy=policy, decision=str(row.id))
    return row


def reasons_in_words(
    codes: Sequence[str], *, policy: Policy, verdict: Verdict | None, grounds: Sequence[Reason] = ()
) -> list[dict[str, object]]:
    """Return the reasons with fact, threshold, text and source: all that the verdict gave, else the pack's.

    `grounds` are reasons that were worked out for this decision: the limits in the way of every plan.
    """
    given = (*grounds, *(verdict.reasons if verdict else ()))
    words: list[dict[str, object]] = []
    for code in dict.fromkeys(codes):
        said = [reason for reason in given if reason.code == code]
        words += [plain(reason) for reason in said or [_without_grounds(code, policy)]]
    return words


def _without_grounds(code: str, policy: Policy) -> Reason:
    """Return a reason that a person gives by its code alone."""
    return Reason(
        code=code,
        severity=Severity.INFORMATIONAL,
        text=dict(policy.settings.reason_texts.get(code, OTHER_TEXT)),
        source=f"decision of a person under {policy.id}",
    )


APPEAL_ALLOWED: Final = "APPEAL_ALLOWED"
ALLOWED_TEXT: Final = {
    "en": "Somebody who took no part before allowed the appeal.",
    "zh-CN": "未参与原决定的人员支持了申诉。",
}
OTHER_TEXT: Final = {"en": "Another reason; see the comment.", "zh-CN": "其他原因，详见说明。"}
