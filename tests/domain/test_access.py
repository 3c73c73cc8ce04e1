"""Who may see a case, in which role they act in it, and when a mandate is needed."""

from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from service.domain.access import (
    CaseNotFound,
    MandateNeeded,
    Parties,
    is_lender,
    move_for,
    require_applicant,
    require_visible,
    roles_in,
)
from service.domain.actors import Actor, Role
from service.domain.errors import NotPermitted
from service.domain.lifecycle import MOVES, CaseAction, CaseState, MoveNotAllowed, RoleNotAllowed
from service.domain.words import RepresentativeScope

PARTIES: Final = Parties(
    posted_by="acme",
    borrower_subject="li",
    representative_subject="adviser",
    representative_scope=RepresentativeScope.NEGOTIATE,
)
NOBODY_SIGNS_IN: Final = Parties(posted_by="acme")
MANDATED: Final = Parties(
    posted_by="acme",
    representative_subject="acme",
    representative_scope=RepresentativeScope.ACCEPT,
    mandates_from=frozenset({"li's sister"}),
)
ANSWERS: Final = (CaseAction.ACCEPT, CaseAction.COUNTER, CaseAction.DECLINE)


def actor(role: Role, identity: str = "somebody") -> Actor:
    return Actor(role=role, identity=identity)


@pytest.mark.parametrize(
    ("parties", "who", "roles"),
    (
        (PARTIES, actor(Role.BORROWER, "li"), {Role.BORROWER}),
        (PARTIES, actor(Role.BORROWER, "adviser"), {Role.REPRESENTATIVE}),
        (PARTIES, actor(Role.REPRESENTATIVE, "adviser"), {Role.REPRESENTATIVE}),
        (PARTIES, actor(Role.REPRESENTATIVE, "li"), {Role.BORROWER}),
        (PARTIES, actor(Role.PARTNER, "adviser"), {Role.REPRESENTATIVE}),
        (PARTIES, actor(Role.PARTNER, "acme"), {Role.PARTNER}),
        (NOBODY_SIGNS_IN, actor(Role.PARTNER, "acme"), {Role.PARTNER, Role.BORROWER}),
        (MANDATED, actor(Role.PARTNER, "acme"), {Role.PARTNER, Role.BORROWER}),
        (NOBODY_SIGNS_IN, actor(Role.CASEWORKER, "acme"), {Role.CASEWORKER, Role.PARTNER}),
        (NOBODY_SIGNS_IN, actor(Role.SERVICING, "acme"), {Role.SERVICING, Role.PARTNER}),
        (
            replace(PARTIES, posted_by="adviser"),
            actor(Role.REPRESENTATIVE, "adviser"),
            {Role.PARTNER, Role.REPRESENTATIVE},
        ),
        (replace(PARTIES, posted_by="li"), actor(Role.BORROWER, "li"), {Role.BORROWER}),
        (PARTIES, actor(Role.CASEWORKER), {Role.CASEWORKER}),
        (PARTIES, actor(Role.SUPERVISOR), {Role.SUPERVISOR}),
        (PARTIES, actor(Role.AUDITOR), {Role.AUDITOR}),
        (PARTIES, actor(Role.SERVICING), {Role.SERVICING}),
        (PARTIES, Actor.system(), {Role.SYSTEM}),
        (PARTIES, actor(Role.CASEWORKER, "li"), {Role.CASEWORKER}),
    ),
)
def test_the_roles_of_an_actor_in_a_case(parties: Parties, who: Actor, roles: set[Role]) -> None:
    assert roles_in(parties, who) == roles
    assert require_visible(parties, who) == roles


@pytest.mark.parametrize(
    "stranger",
    (
        actor(Role.BORROWER, "wang"),
        actor(Role.REPRESENTATIVE, "wang"),
        actor(Role.PARTNER, "other"),
        actor(Role.PARTNER, "li"),
        actor(Role.POLICY_ADMIN),
        actor(Role.POLICY_ADMIN, "adviser"),
        actor(Role.POLICY_ADMIN, "li"),
    ),
)
def test_a_stranger_is_told_that_there_is_no_such_case(stranger: Actor) -> None:
    """A partner key that bears the borrower's name is a stranger too."""
    assert roles_in(PARTIES, stranger) == frozenset()
    with pytest.raises(CaseNotFound):
        move_for(CaseState.DRAFT, CaseAction.SUBMIT, parties=PARTIES, actor=stranger)
    with pytest.raises(CaseNotFound):
        require_applicant(PARTIES, stranger)


def test_every_row_is_taken_by_the_borrower_and_the_desk_exactly_where_it_names_them() -> None:
    who = {
        Role.BORROWER: actor(Role.BORROWER, "li"),
        Role.PARTNER: actor(Role.PARTNER, "acme"),
        Role.CASEWORKER: actor(Role.CASEWORKER),
        Role.SUPERVISOR: actor(Role.SUPERVISOR),
        Role.AUDITOR: actor(Role.AUDITOR),
        Role.SERVICING: actor(Role.SERVICING),
        Role.SYSTEM: Actor.system(),
    }
    for move, (role, somebody) in product(MOVES, who.items()):
        if role in move.roles:
            assert move_for(move.source, move.action, parties=PARTIES, actor=somebody) == (move, role)
        else:
            with pytest.raises(RoleNotAllowed):
                move_for(move.source, move.action, parties=PARTIES, actor=somebody)


@pytest.mark.parametrize("scope", RepresentativeScope)
@pytest.mark.parametrize("verified", (True, False))
def test_a_representative_goes_as_far_as_the_mandate(scope: RepresentativeScope, verified: bool) -> None:
    """Whoever may only view takes no step; accepting needs the scope, and a mandate that the lender verified."""
    parties = replace(PARTIES, representative_scope=scope, mandates_from=frozenset({"li"} if verified else ()))
    adviser = actor(Role.REPRESENTATIVE, "adviser")
    for move in (m for m in MOVES if Role.REPRESENTATIVE in m.roles):
        accepts = move.action is CaseAction.ACCEPT
        far_enough = (
            (scope is RepresentativeScope.ACCEPT and verified) if accepts else scope is not RepresentativeScope.VIEW
        )
        if far_enough:
            assert move_for(move.source, move.action, parties=parties, actor=adviser) == (move, Role.REPRESENTATIVE)
        else:
            with pytest.raises(MandateNeeded):
                move_for(move.source, move.action, parties=parties, actor=adviser)


def by_partner(parties: Parties, action: CaseAction) -> Role:
    return move_for(CaseState.OFFERED, action, parties=parties, actor=actor(Role.PARTNER, "acme"))[1]


@pytest.mark.parametrize("action", ANSWERS)
def test_a_partner_answers_only_for_a_borrower_who_does_not_sign_in_and_with_its_own_verified_mandate(
    action: CaseAction,
) -> None:
    unverified = replace(MANDATED, mandates_from=frozenset())
    of_somebody_else = replace(MANDATED, representative_subject="adviser")
    handed_in = replace(of_somebody_else, mandates_from=frozenset({"acme"}))
    too_short = replace(MANDATED, representative_scope=RepresentativeScope.NEGOTIATE)

    assert by_partner(MANDATED, action) is Role.BORROWER
    assert by_partner(handed_in, action) is Role.BORROWER
    for parties in (NOBODY_SIGNS_IN, unverified, of_somebody_else, too_short):
        with pytest.raises(MandateNeeded):
            by_partner(parties, action)
    with pytest.raises(RoleNotAllowed):
        by_partner(replace(MANDATED, borrower_subject="li"), action)


@pytest.mark.parametrize("action", ANSWERS)
def test_a_partner_that_names_itself_the_borrower_has_no_more_power(action: CaseAction) -> None:
    with pytest.raises(RoleNotAllowed):
        by_partner(replace(MANDATED, borrower_subject="acme"), action)


def test_a_partner_that_names_itself_the_representative_has_no_more_power() -> None:
    """Where the borrower signs in, the posting partner does not answer, whatever it wrote into the application."""
    parties = replace(MANDATED, borrower_subject="li")

    assert roles_in(parties, actor(Role.PARTNER, "acme")) == {Role.PARTNER}


def test_a_partner_protects_a_borrower_who_does_not_sign_in_without_a_mandate() -> None:
    """Standing in for what costs nothing needs none: an appeal, and a look by a person."""
    partner = actor(Role.PARTNER, "acme")
    for action in (CaseAction.APPEAL, CaseAction.REQUEST_HUMAN_REVIEW):
        move, role = move_for(CaseState.REJECTED, action, parties=NOBODY_SIGNS_IN, actor=partner)
        assert (move.action, role) == (action, Role.BORROWER)


def test_an_actors_own_role_comes_first() -> None:
    """A partner that stands in withdraws as the partner, a caseworker who posted refers as the caseworker."""
    partner, desk = actor(Role.PARTNER, "acme"), actor(Role.CASEWORKER, "acme")

    assert move_for(CaseState.DRAFT, CaseAction.WITHDRAW, parties=NOBODY_SIGNS_IN, actor=partner)[1] is Role.PARTNER
    assert move_for(CaseState.SUBMITTED, CaseAction.REFER, parties=NOBODY_SIGNS_IN, actor=desk)[1] is Role.CASEWORKER
    assert move_for(CaseState.DRAFT, CaseAction.SUBMIT, parties=NOBODY_SIGNS_IN, actor=desk)[1] is Role.PARTNER


def test_a_representative_who_posted_may_do_as_a_partner_what_their_mandate_does_not_reach() -> None:
    parties = replace(PARTIES, posted_by="adviser", representative_scope=RepresentativeScope.VIEW)
    adviser = actor(Role.REPRESENTATIVE, "adviser")

    assert move_for(CaseState.DRAFT, CaseAction.SUBMIT, parties=parties, actor=adviser)[1] is Role.PARTNER
    with pytest.raises(MandateNeeded):
        move_for(CaseState.OFFERED, CaseAction.COUNTER, parties=parties, actor=adviser)


def test_a_move_that_does_not_exist_is_a_conflict_for_everybody() -> None:
    with pytest.raises(MoveNotAllowed):
        move_for(CaseState.CLOSED, CaseAction.ACCEPT, parties=PARTIES, actor=actor(Role.AUDITOR))


@pytest.mark.parametrize("role", Role)
def test_the_borrowers_side_and_the_desk_tell_what_a_case_is_about(role: Role) -> None:
    names = {Role.BORROWER: "li", Role.REPRESENTATIVE: "adviser", Role.PARTNER: "acme"}
    somebody = actor(role, names.get(role, "somebody"))
    if role in {*names, Role.CASEWORKER, Role.SUPERVISOR}:
        require_applicant(PARTIES, somebody)
    else:
        with pytest.raises(NotPermitted if roles_in(PARTIES, somebody) else CaseNotFound):
            require_applicant(PARTIES, somebody)


def test_who_may_only_view_changes_nothing() -> None:
    parties = replace(PARTIES, representative_scope=RepresentativeScope.VIEW)

    with pytest.raises(MandateNeeded):
        require_applicant(parties, actor(Role.REPRESENTATIVE, "adviser"))


@pytest.mark.parametrize("role", Role)
def test_the_lenders_desk_is_caseworkers_and_supervisors(role: Role) -> None:
    assert is_lender(actor(role)) is (role in {Role.CASEWORKER, Role.SUPERVISOR})


@pytest.mark.parametrize("role", Role)
def test_who_vouches_for_loans(role: Role) -> None:
    """Servicing and the lender's desk do by what they are; any other key when it was made so."""
    by_role = role in {Role.SERVICING, Role.CASEWORKER, Role.SUPERVISOR}

    assert actor(role).vouches is by_role
    assert replace(actor(role), vouches_for_loans=True).vouches


def test_the_system_acts_because_of_an_event() -> None:
    assert Actor.system(caused_by="event") == Actor(role=Role.SYSTEM, identity="system", caused_by="event")
