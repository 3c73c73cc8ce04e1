"""Letters that follow a deed: to whom they go, what holds them back, and that they are kept as they were sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.casework.file import CaseFile, open_file
from service.casework.letter_values import VALUES, Occasion
from service.domain.access import CaseNotFound
from service.domain.conduct import Clause, NoticeKind
from service.domain.errors import NotFound
from service.domain.holds import HoldState
from service.domain.policy import Policy
from service.notices.letters import Copy, Letter, compose
from service.storage import notices
from service.storage.progress import progress
from service.storage.tables import NoticeRow
from service.storage.work import UnitOfWork

FOLLOWS: Final[dict[str, NoticeKind]] = {
    "submit": "acknowledgement",
    "request_information": "information_request",
    "information_asked_for": "information_request",
    "make_offers": "offer",
    "reject": "rejection",
    "allow": "appeal_result",
    "dismiss": "appeal_result",
    "agreement_made": "agreement",
    "agreement_active": "agreement",
    "reminder": "reminder",
    "remedy_notice": "remedy_notice",
    "breach": "breach",
    "fulfil": "discharge",
}
"""Which letter follows which deed."""

HELD_BACK: Final[dict[NoticeKind, frozenset[str]]] = {"reminder": frozenset({"contact", "collection"})}
"""Letters that a hold keeps back, and its scopes.

A reminder presses for payment, which such a hold forbids. All others answer what the borrower did, or are notices
without which a right or a time would be lost: they go out whatever is on hold.
"""
TO_PARTIES: Final = frozenset({"agreement", "remedy_notice", "breach", "discharge"})
"""Letters of which co-borrowers, guarantors and owners of collateral get a copy if they are to be told.

They are bound by what these say. The others speak of the borrower's budget and hardship, which is not theirs to know.
"""


class NoticeNotFound(NotFound):
    """There is no such notice, or the actor may not know of it."""

    code = "notice_not_found"
    title = "No such notice"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to; the borrower's own is no copy."""

    name: str
    copy: Copy | None = None


async def follow(
    work: UnitOfWork, file: CaseFile, what: str, *, policy: Policy, subject_id: UUID | None = None
) -> None:
    """Write the letter that follows something, to everybody who gets it, unless a hold keeps it back."""
    kind = FOLLOWS.get(what)
    if kind is None:
        return
    # What the service does next was caused by the deed, not by the letter about it.
    course, system = progress(work.session), work.as_system(caused_by=work.cause)
    caused_by = course.last_event
    scopes = _paused(file) & HELD_BACK.get(kind, frozenset())
    if scopes:
        await system.record(file.case, "notice_held_back", kind=kind, scopes=sorted(scopes))
    else:
        await _send(system, Occasion(work=work, file=file, policy=policy, what=what, subject_id=subject_id), kind)
    course.last_event = caused_by


async def _send(system: UnitOfWork, on: Occasion, kind: NoticeKind) -> None:
    """Keep a letter for each recipient, and tell of it; one that was sent word for word before is not sent again."""
    file, settings = on.file, on.policy.settings
    about = await VALUES[kind](on)
    subject_id = on.subject_id or _subject(file, kind)
    sent = {}
    if on.what == "agreement_active" and subject_id is not None:
        sent = await notices.hashes_about(system.session, file.case.id, kind=kind, subject_id=subject_id)
    for recipient in recipients(file, kind):
        letter = compose(
            Letter(
                kind=kind,
                locale=file.application.borrower.locale,
                lender=system.lender,
                to=file.application.borrower.name,
                copy=recipient.copy,
                reference=file.case.reference or str(file.case.id),
                day=on.today,
                currency=file.case.currency,
                zone=settings.time_zone,
                loans=[snapshot.loan.id for snapshot in file.snapshots],
                about=about,
                clauses=clauses_of(kind, on.policy),
            )
        )
        if sent.get(recipient.name) == letter.sha256:
            continue
        row = await notices.add(
            system, file.case, kind=kind, locale=letter.locale, title=letter.title, recipient=recipient.name,
            subject_id=subject_id, html=letter.html, sha256=letter.sha256,
        )  # fmt: skip
        await system.record(
            file.case, "notice_sent", notice=str(row.id), kind=kind, recipient=recipient.name, sha256=letter.sha256
        )


def clauses_of(kind: NoticeKind, policy: Policy) -> tuple[Clause, ...]:
    """Return the clauses that a letter must have: the pack's for its kind, and the agreement's own."""
    own = policy.settings.agreement.clauses if kind == "agreement" else ()
    return (*own, *policy.settings.notices.get(kind, ()))


def recipients(file: CaseFile, kind: NoticeKind) -> Iterator[Recipient]:
    """Yield who gets a letter: the borrower, whoever acts for them, and parties that are to be told."""
    yield Recipient("borrower")
    acting = file.representative
    if acting is not None:
        yield Recipient("representative", Copy(role="representative", name=acting.name))
    if kind not in TO_PARTIES:
        return
    told = {
        (str(party.role), party.name or party.subject): f"{party.role}:{party.subject or i}"
        for snapshot in file.snapshots
        for i, party in enumerate(snapshot.loan.parties)
        if party.notify
    }
    for (role, name), key in told.items():
        yield Recipient(key, Copy(role=role, name=name))


async def of_case(work: UnitOfWork, *, case_id: UUID) -> tuple[CaseFile, list[NoticeRow]]:
    """Read the letters of a case, oldest first."""
    file = await open_file(work, case_id, lock=False)
    return file, list(await notices.of_case(work.session, case_id))


async def read(work: UnitOfWork, *, notice_id: UUID) -> tuple[NoticeRow, CaseFile]:
    """Read a letter together with its case."""
    row = await notices.get(work.session, notice_id)
    if row is None:
        raise NoticeNotFound("There is no such notice.")
    try:
        return row, await open_file(work, row.case_id, lock=False)
    except CaseNotFound:
        raise NoticeNotFound("There is no such notice.") from None


def _paused(file: CaseFile) -> set[str]:
    """Return what holds pause at the moment."""
    return {scope for hold in file.holds if hold.state == HoldState.RUNNING for scope in hold.scopes}


def _subject(file: CaseFile, kind: NoticeKind) -> UUID | None:
    """Return the record that a letter is about, where whoever called did not name one."""
    if kind == "rejection":
        return file.decision.id if file.decision else None
    if kind == "offer":
        return file.offers[0].round_id if file.offers else None
    return file.case.agreement_id if kind in {"agreement", "reminder", "remedy_notice", "breach", "discharge"} else None
