"""The table of moves is design section 4, row by row, and nothing but the table moves a case."""

import re
from itertools import product
from typing import Final

import pytest

from service.domain.actors import Role
from service.domain.guards import GUARDS
from service.domain.lifecycle import (
    MOVES,
    TERMINAL,
    CaseAction,
    CaseState,
    MoveNotAllowed,
    RoleNotAllowed,
    advance,
    find,
    moves_from,
)

DESIGN: Final = """
draft                 | submit → submitted (b p; the whole application valid)
                      | withdraw → withdrawn (b p)
                      | lapse → closed (s)
submitted             | start_review → in_review (c s)
                      | request_information → information_requested (c s)
                      | refer → referred (b p c)
                      | withdraw → withdrawn (b p)
information_requested | provide_information → submitted (b p c s; nothing is missing any more)
                      | start_review → in_review (c s)
                      | lapse → lapsed (s)
                      | refer → referred (b p c)
                      | withdraw → withdrawn (b p)
in_review             | request_information → information_requested (c s)
                      | make_offers → offered (c s; final approve)
                      | reject → rejected (c s; final)
                      | amend → submitted (b p; a new application version)
                      | refer → referred (b p c)
                      | withdraw → withdrawn (b p)
offered               | accept → agreed (b; open offer)
                      | counter → countered (b; a round left)
                      | make_offers → offered (c s)
                      | decline → declined (b; the last open offer)
                      | lapse → lapsed (s; no open offer left)
                      | amend → submitted (b p; a new application version)
                      | appeal → appealed (b; something was refused)
                      | refer → referred (b p c)
                      | withdraw → withdrawn (b p)
countered             | accept → agreed (b; open offer)
                      | make_offers → offered (c s)
                      | refuse_counter → offered (c s)
                      | amend → submitted (b p; a new application version)
                      | refer → referred (b p c)
                      | withdraw → withdrawn (b p)
agreed                | fulfil → fulfilled (c s)
                      | breach → breached (c s)
                      | cancel → closed (supervisor s; reason)
breached              | reinstate → agreed (c s)
                      | refer → referred (b p c)
                      | close → closed (c s)
declined              | reopen → submitted (b p c)
                      | appeal → appealed (b; something was refused)
                      | refer → referred (b p c)
                      | close → closed (c s)
lapsed                | reopen → submitted (b p c)
                      | appeal → appealed (b; something was refused)
                      | refer → referred (b p c)
                      | close → closed (c s)
rejected              | appeal → appealed (b; once, in the window)
                      | request_human_review → in_review (b; the rejection was automatic)
                      | reopen → submitted (b p c; a new application version)
                      | refer → referred (b p c)
                      | close → closed (c s; not before the appeal window has passed)
appealed              | dismiss → the state before (c; took no part)
                      | allow → in_review (c; took no part)
                      | withdraw_appeal → the state before (b)
                      | accept → agreed (b; open offer)
referred              | resume → in_review (c)
                      | make_offers → offered (c; final approve)
                      | withdraw → withdrawn (b p)
                      | close → closed (c)
"""
"""Design section 4 in full words; rounds are limited by its defaults, and the last offer lapses once none is open."""

ROLES: Final = {
    "b": {Role.BORROWER, Role.REPRESENTATIVE},
    "p": {Role.PARTNER},
    "c": {Role.CASEWORKER, Role.SUPERVISOR},
    "s": {Role.SYSTEM},
    "supervisor": {Role.SUPERVISOR},
}
CONDITIONS: Final = {
    "": None,
    "the whole application valid": "application_complete",
    "nothing is missing any more": "nothing_missing",
    "final approve": "approved",
    "final": "rejection_final",
    "a new application version": "new_version",
    "open offer": "offer_open",
    "a round left": "rounds_left",
    "the last open offer": "last_open_offer",
    "no open offer left": "no_offer_left",
    "something was refused": "something_refused",
    "once, in the window": "appeal_open",
    "the rejection was automatic": "rejection_automatic",
    "not before the appeal window has passed": "appeal_window_passed",
    "took no part": "took_no_part",
    "reason": "reason_given",
}
LINE: Final = re.compile(
    r"(?P<state>\w*) *\| (?P<action>\w+) → (?P<target>[\w ]+) \((?P<roles>[\w ]+)(; (?P<guard>.+))?\)"
)

Row = tuple[str, str, str | None, frozenset[Role], str | None]


def designed() -> set[Row]:
    """Read the rows of the design."""
    rows: set[Row] = set()
    state = ""
    for line in DESIGN.strip().splitlines():
        found = LINE.fullmatch(line)
        assert found, line
        state = found["state"] or state
        target = None if found["target"] == "the state before" else found["target"]
        roles = frozenset[Role]().union(*(ROLES[letter] for letter in found["roles"].split()))
        rows.add((state, found["action"], target, roles, CONDITIONS[found["guard"] or ""]))
    return rows


def test_the_table_is_the_design_row_by_row() -> None:
    rows = {(str(m.source), str(m.action), m.target and str(m.target), m.roles, m.guard) for m in MOVES}

    assert rows == designed()
    assert len(MOVES) == len(rows)


def test_a_state_and_an_action_name_one_move() -> None:
    assert len({(m.source, m.action) for m in MOVES}) == len(MOVES)


def test_every_condition_of_the_table_is_a_guard_and_every_guard_is_used() -> None:
    assert {m.guard for m in MOVES} - {None} == set(GUARDS)


def test_every_state_is_reached_and_every_action_leads_somewhere() -> None:
    reached = {m.target for m in MOVES} | {CaseState.DRAFT}

    assert reached - {None} == set(CaseState)
    assert {m.action for m in MOVES} == set(CaseAction)


def test_only_an_ended_case_has_no_way_out() -> None:
    assert {state for state in CaseState if not moves_from(state)} == TERMINAL


def test_every_state_can_still_come_to_an_end() -> None:
    """No case is caught: from everywhere some moves lead to a terminal state."""
    ending = set(TERMINAL)
    while more := {m.source for m in MOVES if m.target in ending} - ending:
        ending |= more

    assert ending == set(CaseState)


@pytest.mark.parametrize("state", CaseState)
def test_a_case_moves_by_its_table_and_no_other_way(state: CaseState) -> None:
    """The product of all states, actions and roles: a row for the role leads to its target, all else is refused."""
    for action, role in product(CaseAction, Role):
        row = next((m for m in MOVES if (m.source, m.action) == (state, action)), None)
        if row is not None and role in row.roles:
            target = advance(state, action, role=role, before_appeal=CaseState.REJECTED)
            assert target == (row.target or CaseState.REJECTED)
            assert find(state, action, role=role) is row
            continue
        with pytest.raises((MoveNotAllowed, RoleNotAllowed)) as refused:
            advance(state, action, role=role, before_appeal=CaseState.REJECTED)
        if row is None:
            assert refused.type is MoveNotAllowed
            assert refused.value.context["allowed"] == sorted(m.action for m in moves_from(state))
        else:
            assert refused.type is RoleNotAllowed
            assert refused.value.context == {"role": role, "action": action}


@pytest.mark.parametrize("action", (CaseAction.DISMISS, CaseAction.WITHDRAW_APPEAL))
@pytest.mark.parametrize("before", (CaseState.OFFERED, CaseState.DECLINED, CaseState.LAPSED, CaseState.REJECTED))
def test_an_appeal_that_ends_without_success_leads_back(action: CaseAction, before: CaseState) -> None:
    role = Role.CASEWORKER if action is CaseAction.DISMISS else Role.BORROWER

    assert advance(CaseState.APPEALED, action, role=role, before_appeal=before) is before


def test_an_appeal_leads_back_only_to_where_it_is_known_to_have_come_from() -> None:
    with pytest.raises(MoveNotAllowed):
        advance(CaseState.APPEALED, CaseAction.DISMISS, role=Role.CASEWORKER)
