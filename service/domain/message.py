"""Messages: who writes on which side of the thread, and what may be attached."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from service.domain.access import APPLICANTS
from service.domain.actors import LENDER, Actor, Role
from service.domain.errors import NotFound, NotPermitted, Problem, RuleBroken


class Side(StrEnum):
    """The two sides of a thread."""

    BORROWER = "borrower"
    LENDER = "lender"


class MessageNotFound(NotFound):
    """The case has no such message."""

    code = "message_not_found"
    title = "No such message"


class AttachmentUnknown(RuleBroken):
    """A message may carry documents of its own case only, each once."""

    code = "attachment_unknown"
    title = "The attachment is no document of the case"


OF_THE_LENDER: Final = LENDER | {Role.SERVICING}
"""Who is on the lender's side, also of a case that they posted for the borrower."""


def side_of(actor: Actor) -> Side:
    """Return the side on which somebody writes; the posting partner is on the borrower's."""
    return Side.LENDER if actor.role in OF_THE_LENDER else Side.BORROWER


def news_from(reader: Actor) -> Side | None:
    """Return the side whose messages are news to somebody: to the lender's desk the borrower's; None is either side."""
    return Side.BORROWER if side_of(reader) is Side.LENDER else None


def role_of(actor: Actor, roles: Collection[Role]) -> Role:
    """Return as what somebody writes: as what their key says, where they are that in the case."""
    return actor.role if actor.role in roles else min(roles, key=list(Role).index)


def require_party(roles: Collection[Role]) -> None:
    """Refuse whoever only looks on: a thread is between the borrower's side and the lender's desk."""
    if not APPLICANTS.intersection(roles):
        raise NotPermitted("The thread is between the borrower's side and the lender's desk.")


def require_documents(attachments: Sequence[UUID], *, documents: Collection[UUID]) -> None:
    """Refuse attachments that are not documents of the case, naming each; a waiver is no document."""
    problems = [
        Problem(f"/attachments/{i}", "attachment_unknown", "The case has no such document.")
        if attached not in documents
        else Problem(f"/attachments/{i}", "attached_twice", "The document is attached already.")
        for i, attached in enumerate(attachments)
        if attached not in documents or attached in attachments[:i]
    ]
    if problems:
        raise AttachmentUnknown("The attachments cannot stand so.", problems)
