"""The story of a case in plain words: what happened, where it stands, whose turn it is, what can be done, what is missing."""  # noqa: E501

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from service.casework.actions import NextAction, next_actions
from service.casework.agreed import of_file
from service.casework.desk import Desk, local_day
from service.casework.evidence import required
from service.casework.file import CaseFile, in_state
from service.casework.pinning import policy_of
from service.casework.standing_words import (
    AWAITING_SIGNATURES,
    BECAUSE,
    MISSING,
    MISSING_OF_LOAN,
    ON_TRIAL,
    PENDING,
    STANDING,
    TURN_OF,
    TURNS,
    UNTIL,
    Party,
)
from service.casework.story_words import DEEDS, EVIDENCE, NOT_TOLD, NOTICES, REFERRALS, SCOPES
from service.casework.wording import day_in_words, money_in_words
from service.domain.access import SIDE_OF_THE_BORROWER, roles_in
from service.domain.actors import LENDER, Role
from service.domain.agreement import AgreementState
from service.domain.clocks import ClockState, EndAction
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.evidence import RequiredItem, missing
from service.domain.lifecycle import CaseState
from service.domain.locales import Locale, Told
from service.domain.policy import Policy
from service.storage import clocks, decisions, events
from service.storage.tables import AgreementRow, ClockRow, EventRow
from service.storage.work import UnitOfWork

TELLINGS_MAX: Final = 500
"""How many deeds a story tells: the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened, with its day where the policy is at home."""

    at: datetime
    on: date
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A document that has still to be handed in."""

    item: RequiredItem
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A case as it is told to one reader."""

    file: CaseFile
    locale: Locale
    happened: Sequence[Happened]
    now: Sequence[str]
    turn: Party
    turn_is_readers: bool
    until: date | None
    turn_told: Sequence[str]
    can_do: Sequence[NextAction]
    missing: Sequence[Lacking]


async def tell(work: UnitOfWork, file: CaseFile, *, desk: Desk, locale: Locale) -> Story:
    """Tell a case to whoever asks; what they may not see is not in it."""
    policy = policy_of(file, desk)
    told = await events.latest_of_types(work.session, file.case.id, _types_told(), limit=TELLINGS_MAX)
    live = await clocks.live_of(work.session, file.case.id)
    turn, until = await _turn(work, file, live, policy=policy)
    readers = _is_readers(file, work, turn)
    sentences = [TURNS[turn, readers][locale]]
    if until is not None:
        sentences.append(UNTIL[locale].format(day=day_in_words(until, locale)))
    lacks = [] if in_state(file, *_ENDED) else missing(required(work, file, desk))
    return Story(
        file=file,
        locale=locale,
        happened=list(_happened(told, policy=policy, currency=file.case.currency, locale=locale)),
        now=list(_standing(file, work, locale)),
        turn=turn,
        turn_is_readers=readers,
        until=until,
        turn_told=sentences,
        can_do=[a for a in next_actions(work, file, desk=desk, locale=locale) if a.allowed],
        missing=[Lacking(item=item, sentence=_lacking(item, locale)) for item in lacks],
    )


_ENDED: Final = (CaseState.FULFILLED, CaseState.WITHDRAWN, CaseState.CLOSED, CaseState.AGREED, CaseState.BREACHED)
"""States in which no document is waited for any more."""


def _types_told() -> list[str]:
    return sorted({code.partition(".")[0] for code in DEEDS})


def _happened(rows: Sequence[EventRow], *, policy: Policy, currency: str, locale: Locale) -> Iterator[Happened]:
    """Tell events in order; what would be said twice in a row on one day is said once."""
    last: tuple[date, str] | None = None
    for row in rows:
        said = sentence_of(row.type, row.particulars, currency=currency, locale=locale)
        if said is None:
            continue
        on = local_day(policy, row.at)
        if (on, said) != last:
            yield Happened(at=row.at, on=on, code=row.type, sentence=said)
        last = (on, said)


def sentence_of(type_: str, particulars: Mapping[str, Any], *, currency: str, locale: Locale) -> str | None:
    """Return what is told of an event; None where nothing is."""
    told = DEEDS.get(_variant(type_, particulars)) if type_ not in NOT_TOLD else None
    if told is None:
        return None
    words = _words(type_, particulars, currency=currency, locale=locale)
    try:
        return told[locale].format(**words)
    except KeyError:
        return DEEDS[f"{type_}.unnamed"][locale]


def _variant(type_: str, particulars: Mapping[str, Any]) -> str:
    if type_ != "decided":
        return type_
    if particulars.get("confirmation") == Confirmation.PENDING:
        return "decided.pending"
    # That it was rejected is told by the move that follows.
    return "decided.approve" if particulars.get("outcome") == DecisionOutcome.APPROVE else "decided.reject"


def _words(type_: str, said: Mapping[str, Any], *, currency: str, locale: Locale) -> dict[str, str]:
    """Return what of an event's particulars can be said in words, by the name that sentences know it by."""
    words = {}
    kind, kinds = said.get("kind"), said.get("missing") or said.get("kinds")
    if isinstance(kind, str) and type_.startswith("evidence_"):
        words["kind"] = evidence_in_words(kind, locale)
    if isinstance(kind, str) and type_ == "refer" and kind in REFERRALS:
        words["referral"] = REFERRALS[kind][locale]
    if isinstance(kind, str) and kind in NOTICES:
        words["notice"] = NOTICES[kind][locale]
    if kinds:
        words["missing"] = listed([evidence_in_words(k, locale) for k in kinds], locale)
    if said.get("scopes"):
        words["scopes"] = listed([SCOPES[s][locale] if s in SCOPES else s for s in said["scopes"]], locale)
    if isinstance(said.get("amount"), int):
        words["amount"] = money_in_words(said["amount"], currency=currency, locale=locale)
    return words


def evidence_in_words(kind: str, locale: Locale) -> str:
    """Return what a kind of document is called; one that is not known keeps its name."""
    return EVIDENCE[kind][locale] if kind in EVIDENCE else kind.replace("_", " ")


def listed(words: Sequence[str], locale: Locale) -> str:
    """Write words in a row, each once."""
    return ("、" if locale == "zh-CN" else ", ").join(dict.fromkeys(words))


def _standing(file: CaseFile, work: UnitOfWork, locale: Locale) -> Iterator[str]:
    """Say where a case stands, and, where it was rejected, why."""
    agreement, decision = agreement_of(file), file.decision
    if in_state(file, CaseState.AGREED) and agreement is not None and agreement.state in _AGREED_AS:
        yield _AGREED_AS[AgreementState(agreement.state)][locale]
    else:
        yield STANDING[file.state][locale].format(offers=len(file.open_offers(work)))
    if decision is None:
        return
    if decision.confirmation == Confirmation.PENDING and in_state(file, CaseState.IN_REVIEW):
        yield PENDING[locale]
    if in_state(file, CaseState.REJECTED) and decision.outcome == DecisionOutcome.REJECT:
        texts = [reason["text"] for reason in decision.reasons]
        said = [text.get(locale) or text.get("en", "") for text in texts]
        comment = decisions.comment_told(decision)
        said += [" ".join(comment.split())] if comment else []
        if any(said):
            yield BECAUSE[locale].format(reasons=("" if locale == "zh-CN" else " ").join(filter(None, said)))


_AGREED_AS: Final[Mapping[AgreementState, Told]] = {
    AgreementState.AWAITING_SIGNATURES: AWAITING_SIGNATURES,
    AgreementState.TRIAL: ON_TRIAL,
}


def agreement_of(file: CaseFile) -> AgreementRow | None:
    """Return the agreement of the case itself; the file holds those of its loans from other cases too."""
    return next((a for a in file.agreements if a.id == file.case.agreement_id), None)


async def _turn(
    work: UnitOfWork, file: CaseFile, live: Sequence[ClockRow], *, policy: Policy
) -> tuple[Party, date | None]:
    """Say whose turn it is and until when: the deadline of what is waited for, where one runs."""
    whose = TURN_OF[file.state]
    code = _DEADLINES.get(file.state)
    running = [c for c in live if c.state == ClockState.RUNNING]
    if file.state is CaseState.OFFERED:
        return whose, max((c.due_on for c in running if c.end_action == EndAction.EXPIRE_OFFER), default=None)
    if file.state is CaseState.AGREED:
        return whose, await _next_payment(work, file, running, policy=policy)
    if whose == "lender" and code is None:
        # Among the pack's own clocks the one that ends first: by then the lender answers.
        return whose, min((c.due_on for c in running if c.end_action in _ANSWERED_BY), default=None)
    return whose, min((c.due_on for c in running if c.code == code), default=file.case.information_due_on)


_DEADLINES: Final[Mapping[CaseState, str]] = {
    CaseState.DRAFT: "draft",
    CaseState.INFORMATION_REQUESTED: "information",
    CaseState.REJECTED: "appeal_window",
    CaseState.DECLINED: "declined_window",
    CaseState.LAPSED: "lapsed_window",
    CaseState.APPEALED: "appeal_answer",
    CaseState.BREACHED: "after_breach",
}
_ANSWERED_BY: Final = frozenset({EndAction.EVENT, EndAction.ESCALATE, EndAction.DECIDE})


async def _next_payment(
    work: UnitOfWork, file: CaseFile, running: Sequence[ClockRow], *, policy: Policy
) -> date | None:
    """Return until when what is overdue can be paid, else the next day for which money has still to arrive."""
    remedy = [clock.due_on for clock in running if clock.code == "remedy"]
    row = agreement_of(file)
    if remedy or row is None:
        return min(remedy, default=None)
    agreed = await of_file(work, file, row.id, policy=policy)
    to_pay = agreed.now().standing.to_pay
    return to_pay.on if to_pay else None


def _is_readers(file: CaseFile, work: UnitOfWork, turn: Party) -> bool:
    """Say whether the reader stands on the side whose turn it is."""
    roles = roles_in(file.parties, work.actor)
    sides: Mapping[Party, frozenset[Role]] = {"borrower": SIDE_OF_THE_BORROWER, "lender": LENDER}
    return bool(roles & sides.get(turn, frozenset()))


def _lacking(item: RequiredItem, locale: Locale) -> str:
    told = MISSING if item.loan_id is None else MISSING_OF_LOAN
    why = item.why.get(locale) or item.why.get("en") or next(iter(item.why.values()), "")
    return told[locale].format(kind=evidence_in_words(item.kind, locale), loan=item.loan_id, why=why).strip()
