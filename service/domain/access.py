"""Who may see a case, and as what they act in it."""

from dataclasses import dataclass
from typing import Final

from service.domain.actors import LENDER, READS_ALL, Actor, Role
from service.domain.errors import NotFound, NotPermitted
from service.domain.lifecycle import CaseAction, CaseState, Move, find
from service.domain.words import RepresentativeScope


class CaseNotFound(NotFound):
    """There is no such case, or the actor may not know of it."""

    code = "case_not_found"
    title = "No such case"


class MandateNeeded(NotPermitted):
    """The partner may answer for the borrower only with a verified mandate."""

    code = "mandate_needed"
    title = "A mandate is needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The identities that have to do with a case; `mandates_from` handed in a mandate that the lender verified."""

    posted_by: str
    borrower_subject: str | None = None
    representative_subject: str | None = None
    representative_scope: RepresentativeScope = RepresentativeScope.VIEW
    mandates_from: frozenset[str] = frozenset()

    def mandated(self, identity: str) -> bool:
        """Say whether somebody holds a verified mandate to accept: theirs by name, or handed in by them."""
        theirs = identity == self.representative_subject or identity in self.mandates_from
        return theirs and bool(self.mandates_from) and self.representative_scope is RepresentativeScope.ACCEPT


SIDE_OF_THE_BORROWER: Final = frozenset({Role.BORROWER, Role.REPRESENTATIVE})
APPLICANTS: Final = SIDE_OF_THE_BORROWER | {Role.PARTNER} | LENDER
"""Roles in a case that tell what it is about: they change the application and hand in evidence."""


def roles_in(parties: Parties, actor: Actor) -> frozenset[Role]:
    """Return the roles in which an actor acts in a case; none, when the case is not theirs.

    Whoever posted a case for somebody else is its posting partner, whatever their key says. A partner is never the
    borrower by name, and stands in only for one who does not sign in.
    """
    roles: set[Role] = {actor.role} & READS_ALL
    posted = actor.identity == parties.posted_by
    if actor.role in SIDE_OF_THE_BORROWER and actor.identity == parties.borrower_subject:
        roles.add(Role.BORROWER)
    elif posted:
        roles.add(Role.PARTNER)
    if posted and actor.role is Role.PARTNER and parties.borrower_subject is None:
        roles.add(Role.BORROWER)
    speaks = actor.role in SIDE_OF_THE_BORROWER or (actor.role is Role.PARTNER and not posted)
    if speaks and actor.identity == parties.representative_subject:
        roles.add(Role.REPRESENTATIVE)
    return frozenset(roles)


def require_visible(parties: Parties, actor: Actor) -> frozenset[Role]:
    """Return the actor's roles in the case; a stranger is told that there is none."""
    roles = roles_in(parties, actor)
    if not roles:
        raise CaseNotFound("There is no such case.")
    return roles


def require_applicant(parties: Parties, actor: Actor) -> None:
    """Refuse what belongs to the borrower's side and the lender's desk to anybody else, and to who may only look."""
    roles = require_visible(parties, actor) & APPLICANTS
    if not roles:
        raise NotPermitted("This is for the borrower's side and the lender's desk.")
    if roles == {Role.REPRESENTATIVE} and parties.representative_scope is RepresentativeScope.VIEW:
        raise MandateNeeded("The representative's mandate is to view.")


ANSWERS: Final = frozenset({CaseAction.ACCEPT, CaseAction.COUNTER, CaseAction.DECLINE})
"""What a partner does for the borrower with a verified mandate only."""


def move_for(state: CaseState, action: CaseAction, *, parties: Parties, actor: Actor) -> tuple[Move, Role]:
    """Return the row and the role in which the actor takes it, or say why they may not; their own role comes first."""
    refusals: list[NotPermitted] = []
    for role in sorted(require_visible(parties, actor), key=lambda r: (r is not actor.role, list(Role).index(r))):
        try:
            move = find(state, action, role=role)
            _require_mandate(action, parties=parties, actor=actor, role=role)
        except NotPermitted as refusal:
            refusals.append(refusal)
        else:
            return move, role
    raise next((r for r in refusals if isinstance(r, MandateNeeded)), refusals[0])


def _require_mandate(action: CaseAction, *, parties: Parties, actor: Actor, role: Role) -> None:
    if role is Role.REPRESENTATIVE:
        scope = parties.representative_scope
        needed = RepresentativeScope.ACCEPT if action is CaseAction.ACCEPT else RepresentativeScope.NEGOTIATE
        order = list(RepresentativeScope)
        if order.index(scope) < order.index(needed):
            raise MandateNeeded(f"The representative's mandate is to {scope}; this needs {needed}.")
        if action is CaseAction.ACCEPT and not parties.mandates_from:
            raise MandateNeeded("The lender has not verified the representative's mandate.")
    stands_in = role is Role.BORROWER and actor.role is Role.PARTNER
    if stands_in and action in ANSWERS and not parties.mandated(actor.identity):
        raise MandateNeeded("A partner answers for the borrower only with a verified mandate of scope accept.")


def is_lender(actor: Actor) -> bool:
    """Say whether the actor works the lender's desk."""
    return actor.role in LENDER
