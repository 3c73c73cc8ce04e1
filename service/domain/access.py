"""Who may see a case, and as what they act in it."""

from dataclasses import dataclass

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
    """The identities that have to do with a case."""

    posted_by: str
    borrower_subject: str | None = None
    representative_subject: str | None = None
    representative_scope: RepresentativeScope | None = None
    mandate_verified: bool = False


def roles_in(parties: Parties, actor: Actor) -> frozenset[Role]:
    """Return the roles in which an actor acts in a case; none, when the case is not theirs."""
    if actor.role in READS_ALL:
        return frozenset({actor.role})
    roles: set[Role] = set()
    if parties.borrower_subject is not None and actor.identity == parties.borrower_subject:
        roles.add(Role.BORROWER)
    if parties.representative_subject is not None and actor.identity == parties.representative_subject:
        roles.add(Role.REPRESENTATIVE)
    if actor.identity == parties.posted_by:
        roles.add(actor.role)
        if actor.role is Role.PARTNER and parties.borrower_subject is None:
            roles.add(Role.BORROWER)
    return frozenset(roles)


def require_visible(parties: Parties, actor: Actor) -> frozenset[Role]:
    """Return the actor's roles in the case; a stranger is told that there is none."""
    roles = roles_in(parties, actor)
    if not roles:
        raise CaseNotFound("There is no such case.")
    return roles


BORROWERS_ANSWERS = frozenset({CaseAction.ACCEPT, CaseAction.COUNTER, CaseAction.DECLINE})
_NEEDS_SCOPE = {CaseAction.ACCEPT: RepresentativeScope.ACCEPT}


def move_for(state: CaseState, action: CaseAction, *, parties: Parties, actor: Actor) -> tuple[Move, Role]:
    """Return the row and the role in which the actor takes it, or say why they may not."""
    roles = require_visible(parties, actor)
    ordered = sorted(roles, key=lambda r: r not in {Role.BORROWER, Role.REPRESENTATIVE})
    refusal: NotPermitted | None = None
    for role in ordered:
        try:
            move = find(state, action, role=role)
        except NotPermitted as error:
            refusal = error
            continue
        _require_mandate(action, parties=parties, actor=actor, role=role)
        return move, role
    raise refusal or NotPermitted("You may not do this.")


def _require_mandate(action: CaseAction, *, parties: Parties, actor: Actor, role: Role) -> None:
    if role is Role.REPRESENTATIVE:
        scope = parties.representative_scope or RepresentativeScope.VIEW
        needed = _NEEDS_SCOPE.get(action, RepresentativeScope.NEGOTIATE)
        order = list(RepresentativeScope)
        if order.index(scope) < order.index(needed):
            raise MandateNeeded(f"The representative's mandate is to {scope}; this needs {needed}.")
    stands_in = actor.role is Role.PARTNER and role is Role.BORROWER and action in BORROWERS_ANSWERS
    if stands_in and not (parties.representative_scope is RepresentativeScope.ACCEPT and parties.mandate_verified):
        raise MandateNeeded("A partner answers for the borrower only with a verified mandate of scope accept.")


def is_lender(actor: Actor) -> bool:
    """Say whether the actor works the lender's desk."""
    return actor.role in LENDER
