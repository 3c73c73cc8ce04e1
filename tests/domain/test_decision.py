"""Who decides what alone, who must confirm it, and which reasons may be given."""

from itertools import product

import pytest

from service.domain.actors import Actor, Role
from service.domain.decision import (
    FINAL,
    AuthorityExceeded,
    Confirmation,
    DecisionOutcome,
    OwnDecision,
    ReasonUnknown,
    confirmation_for,
    level_held,
    overrides_verdict,
    require_known_reasons,
    require_other_person,
)
from service.domain.policy import Level, Outcome

APPROVE, REJECT = DecisionOutcome.APPROVE, DecisionOutcome.REJECT
NONE, PENDING = Confirmation.NOT_NEEDED, Confirmation.PENDING


@pytest.mark.parametrize(
    ("by", "level", "expected"),
    (
        (Role.CASEWORKER, Level.SYSTEM, NONE),
        (Role.CASEWORKER, Level.CASEWORKER, NONE),
        (Role.CASEWORKER, Level.SUPERVISOR, PENDING),
        (Role.SUPERVISOR, Level.SYSTEM, NONE),
        (Role.SUPERVISOR, Level.CASEWORKER, NONE),
        (Role.SUPERVISOR, Level.SUPERVISOR, NONE),
        (Role.SUPERVISOR, Level.COMMITTEE, PENDING),
        (Role.SYSTEM, Level.SYSTEM, NONE),
        (Role.SYSTEM, Level.CASEWORKER, PENDING),
    ),
)
def test_an_approval_above_ones_own_authority_waits_for_a_second_person(
    by: Role, level: Level, expected: Confirmation
) -> None:
    for verdict in (None, *Outcome):
        assert confirmation_for(APPROVE, verdict=verdict, level=level, by=by) is expected


@pytest.mark.parametrize("by", (Role.CASEWORKER, Role.SYSTEM))
def test_the_committee_is_two_supervisors(by: Role) -> None:
    """One decides and another confirms; a caseworker cannot make up one of the two."""
    with pytest.raises(AuthorityExceeded) as refused:
        confirmation_for(APPROVE, verdict=Outcome.APPROVE, level=Level.COMMITTEE, by=by)
    assert refused.value.context == {"level": Level.COMMITTEE}


def test_a_rejection_waits_only_when_a_caseworker_goes_against_an_approving_verdict() -> None:
    for by, verdict, level in product((Role.CASEWORKER, Role.SUPERVISOR), (None, *Outcome), Level):
        against = verdict is Outcome.APPROVE and by is Role.CASEWORKER
        assert confirmation_for(REJECT, verdict=verdict, level=level, by=by) is (PENDING if against else NONE)


def test_what_each_may_grant() -> None:
    assert {role: level_held(role) for role in (Role.SYSTEM, Role.CASEWORKER, Role.SUPERVISOR)} == {
        Role.SYSTEM: Level.SYSTEM,
        Role.CASEWORKER: Level.CASEWORKER,
        Role.SUPERVISOR: Level.SUPERVISOR,
    }


def test_nobody_confirms_their_own_decision() -> None:
    """What counts is the person, not the key's role."""
    with pytest.raises(OwnDecision):
        require_other_person(decided_by="wu", actor=Actor(role=Role.SUPERVISOR, identity="wu"))
    require_other_person(decided_by="wu", actor=Actor(role=Role.SUPERVISOR, identity="zhao"))


def test_a_decision_is_final_when_nobody_has_to_confirm_it_or_somebody_did() -> None:
    assert {Confirmation.NOT_NEEDED, Confirmation.CONFIRMED} == FINAL


@pytest.mark.parametrize(
    ("reasons", "comment", "pointers"),
    (
        (["A"], None, []),
        (["A", "B"], "why", []),
        (["OTHER"], "why", []),
        ([], None, ["/reasons"]),
        (["OTHER"], None, ["/comment"]),
        (["OTHER"], "  ", ["/comment"]),
        (["X", "A", "Y"], None, ["/reasons/0", "/reasons/2"]),
        (["X", "OTHER"], "", ["/reasons/0", "/comment"]),
    ),
)
def test_reasons_are_the_packs_or_other_with_a_comment(
    reasons: list[str], comment: str | None, pointers: list[str]
) -> None:
    if not pointers:
        require_known_reasons(reasons, known={"A", "B"}, comment=comment)
        return
    with pytest.raises(ReasonUnknown) as refused:
        require_known_reasons(reasons, known={"A", "B"}, comment=comment)
    assert [p.pointer for p in refused.value.problems] == pointers


def test_a_decision_overrides_a_verdict_that_says_the_opposite() -> None:
    """Where the policy left it to a person, or had asked for more, there is nothing to go against."""
    opposite = {(APPROVE, Outcome.REJECT), (REJECT, Outcome.APPROVE)}
    for outcome, verdict in product(DecisionOutcome, (None, *Outcome)):
        assert overrides_verdict(outcome, verdict=verdict) is ((outcome, verdict) in opposite)
