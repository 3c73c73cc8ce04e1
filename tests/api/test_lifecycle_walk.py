"""Every row of the lifecycle table is taken over HTTP, and every pair that is not in it is refused."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import httpx
import pytest
import pytest_asyncio

from service.app import create_app
from service.domain.actors import Role
from service.domain.lifecycle import MOVES, TERMINAL, CaseAction, CaseState, Move, moves_from
from service.settings import Settings
from tests.api.description import as_described
from tests.api.walking import (
    AS,
    BEFORE,
    OWN_ACTOR,
    REACHED,
    TAKEN_BY,
    TIME,
    WITH_A_PAST,
    Step,
    Walk,
    appealed,
    declined,
    lapsed,
    offered,
    rejected,
    rejected_alone,
)
from tests.conftest import MORNING, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, S = CaseAction, CaseState
MISSING: Final = frozenset({
    (S.AGREED, A.FULFIL),
    (S.AGREED, A.BREACH),
    (S.AGREED, A.CANCEL),
    (S.BREACHED, A.REINSTATE),
    (S.BREACHED, A.REFER),
    (S.BREACHED, A.CLOSE),
})  # fmt: skip
"""Rows that wait for agreements to be performed: fill `REACHED`, `TAKEN_BY`, `WITH_A_PAST`, then take them out here."""
NOT_REACHED: Final = frozenset({S.BREACHED, S.FULFILLED})
"""The states that no request leads to until then."""

ROWS: Final = tuple(move for move in MOVES if (move.source, move.action) not in MISSING)
RETURNS: Final[dict[CaseState, Step]] = {
    S.OFFERED: appealed(offered),
    S.DECLINED: appealed(declined),
    S.LAPSED: appealed(lapsed),
    S.REJECTED: appealed(rejected),
}
"""The ways to an appeal, by the state that it goes back to."""

NO_MOVE_THERE: Final = frozenset({
    (S.IN_REVIEW, A.START_REVIEW),  # judges again
    (S.INFORMATION_REQUESTED, A.REQUEST_INFORMATION),  # asks for more
    *((state, A.PROVIDE_INFORMATION) for state in S if state not in TERMINAL),  # documents are always taken
})  # fmt: skip
"""Requests that are no move in a state, and not refused there."""
NOTHING_TO_NAME: Final = frozenset({
    (S.DRAFT, action)
    for action in (A.ACCEPT, A.DECLINE, A.REFUSE_COUNTER, A.DISMISS, A.ALLOW, A.WITHDRAW_APPEAL)
})  # fmt: skip
"""A draft has no offer, counter-proposal or appeal that a request could name."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def by_hand(shared: Service, kept_settings: Settings) -> AsyncIterator[Service]:
    """Run a second service on the same database and clock, in which nothing happens by itself."""
    app = create_app(replace(kept_settings, automatic=False), clock=shared.clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            http.event_hooks["response"].append(as_described)
            yield Service(app=app, http=http, clock=shared.clock, keys=shared.keys)


@pytest.fixture
def walk(shared: Service, by_hand: Service) -> Walk:
    """Return a walk that begins on the morning of Li's case."""
    shared.clock.now = MORNING
    return Walk(service=by_hand, alone=shared)


def name_of(move: Move) -> str:
    """Return what a row is called."""
    return f"{move.source}-{move.action}"


async def stand_at(walk: Walk, move: Move, way: Step) -> None:
    """Go to where a row begins, and make its condition hold."""
    await way(walk)
    assert await walk.state() == move.source
    if (move.source, move.action) in BEFORE:
        await BEFORE[move.source, move.action](walk)


async def take(walk: Walk, move: Move, target: CaseState) -> None:
    """Take a row by its request or have the worker take it, and look at the state and at what was written down."""
    before = len(await walk.events())
    if move.action in TAKEN_BY:
        for role, who in AS.items():
            if role not in move.roles:
                refused = await walk.ask(who, *TAKEN_BY[move.action](walk.ids))
                assert refused.status_code == 403, (role, refused.text)
        assert len(await walk.events()) == before
        who = OWN_ACTOR.get(move.action) or next(AS[role] for role in AS if role in move.roles)
        answer = await walk.ask(who, *TAKEN_BY[move.action](walk.ids))
        assert answer.status_code in {200, 201}, answer.text
    else:
        assert move.roles == {Role.SYSTEM}, "the worker takes it, or there is a request"
        await walk.sweep(**TIME[move.source])
    (event,) = [e for e in (await walk.events())[before:] if e["type"] == move.action]
    assert (event["particulars"]["from"], event["particulars"]["to"]) == (move.source, target)
    assert await walk.state() == target


@pytest.mark.parametrize("move", [m for m in ROWS if m.target is not None], ids=name_of)
async def test_a_row_is_walked(walk: Walk, move: Move) -> None:
    """By whoever may; every other role is told that it may not, and changes nothing."""
    way = rejected_alone if move.action is A.REQUEST_HUMAN_REVIEW else REACHED[move.source]
    await stand_at(walk, move, way)
    assert move.target is not None
    await take(walk, move, move.target)


@pytest.mark.parametrize("before", RETURNS)
@pytest.mark.parametrize("move", [m for m in ROWS if m.target is None], ids=name_of)
async def test_an_appeal_goes_back_to_where_it_came_from(walk: Walk, move: Move, before: CaseState) -> None:
    await stand_at(walk, move, RETURNS[before])
    await take(walk, move, before)


@pytest.mark.parametrize("state", WITH_A_PAST)
async def test_every_other_move_is_refused_with_those_that_are_legal(walk: Walk, state: CaseState) -> None:
    """By whoever may elsewhere: 409, with the legal moves, and nothing is changed."""
    await WITH_A_PAST[state](walk)
    assert await walk.state() == state
    legal, before = {move.action for move in moves_from(state)}, await walk.events()
    tried = [
        action for action in TAKEN_BY if action not in legal and (state, action) not in NO_MOVE_THERE | NOTHING_TO_NAME
    ]
    for action in tried:
        roles = next(move.roles for move in MOVES if move.action is action)
        who = OWN_ACTOR.get(action) or next(AS[role] for role in AS if role in roles)
        answer = await walk.ask(who, *TAKEN_BY[action](walk.ids))
        assert answer.status_code == 409, (action, answer.status_code, answer.text)
        assert answer.json()["allowed"] == sorted(legal), action
    assert len(tried) >= 7
    assert await walk.events() == before
    assert await walk.state() == state


async def test_nothing_is_left_out_but_what_waits_for_agreements() -> None:
    """A new row, state or request without its walk fails here."""
    rows = {(move.source, move.action) for move in MOVES}
    assert rows >= MISSING
    assert {state for state, _ in rows} - NOT_REACHED == set(REACHED)
    assert set(S) - NOT_REACHED == set(WITH_A_PAST)
    by_worker = {move.action for move in ROWS if move.roles == {Role.SYSTEM}}
    assert {move.action for move in ROWS} - by_worker == set(TAKEN_BY)
    assert {move.source for move in ROWS if move.action in by_worker} == set(TIME)
    assert {state for state in REACHED if A.APPEAL in {m.action for m in moves_from(state)}} == set(RETURNS)
