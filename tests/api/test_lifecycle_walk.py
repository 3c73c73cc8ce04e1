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
from tests.api.touring import STOP, TOURS, Row, rows_of
from tests.api.walking import AS, BY_ITSELF, MADE_BY, NAMES, TAKEN_BY, Walk, offers_seen, who_takes
from tests.conftest import MORNING, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, S = CaseAction, CaseState

NO_MOVE_THERE: Final = frozenset({
    (S.IN_REVIEW, A.START_REVIEW),  # judges again
    (S.INFORMATION_REQUESTED, A.REQUEST_INFORMATION),  # asks for more
    *((state, A.PROVIDE_INFORMATION) for state in S if state not in TERMINAL),  # documents are always taken
})  # fmt: skip
"""Requests that are no move in a state, and not refused there."""

FIRST: Final[dict[Row, str]] = {
    row: name for name, tour in reversed(list(TOURS.items())) for _, row, _ in rows_of(tour) if row is not None
}
"""The tour on which each row is first taken: there everybody else is refused; later on it only leads further."""

LOOKS_MAX: Final = 20
"""How often the worker may have to look until a move is taken by itself."""


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


async def take(walk: Walk, row: Row) -> None:
    """Take a move by its request, or have the service take it."""
    source, action, target = row
    if action in TAKEN_BY:
        answer = await walk.ask(who_takes(action, move_of(row).roles), *TAKEN_BY[action](walk.ids))
        assert answer.status_code in {200, 201}, (row, answer.text)
        if action in MADE_BY:
            walk.ids[MADE_BY[action]] = answer.json()["id"]
        if action is A.MAKE_OFFERS:
            await offers_seen(walk)
        return
    why = BY_ITSELF[source, action]
    if callable(why):
        await why(walk)
        return
    for _ in range(LOOKS_MAX):
        await walk.sweep(**why)
        if await walk.state() == target:
            break


async def take_first(walk: Walk, row: Row) -> None:
    """Take a move after everybody has tried to who may not, and look at what was written down."""
    source, action, target = row
    move, before = move_of(row), len(await walk.events_before())
    others = [role for role in AS if role not in move.roles] if action in TAKEN_BY else []
    for role in others:
        refused = await walk.ask(AS[role], *TAKEN_BY[action](walk.ids))
        assert refused.status_code == 403, (row, role, refused.text)
    await take(walk, row)
    new = (await walk.events())[before:]
    (event,) = [e for e in new if e["type"] == action]
    assert (event["particulars"]["from"], event["particulars"]["to"]) == (source, target)
    assert event["actor_role"] in move.roles
    assert not [e for e in new if e["actor_role"] in others]


async def try_every_other_move(walk: Walk, state: CaseState) -> None:
    """Be refused with the moves that are legal, whoever may elsewhere; nothing is changed."""
    legal, before = {move.action for move in moves_from(state)}, await walk.events_before()
    illegal = [action for action in TAKEN_BY if action not in legal and (state, action) not in NO_MOVE_THERE]
    tried = [action for action in illegal if NAMES.get(action) in {None, *walk.ids}]
    assert {NAMES[action] for action in illegal if action not in tried} <= unknown_in(state)
    for action in tried:
        roles = next(move.roles for move in MOVES if move.action is action)
        answer = await walk.ask(who_takes(action, roles), *TAKEN_BY[action](walk.ids))
        assert answer.status_code == 409, (state, action, answer.status_code, answer.text)
        assert answer.json()["allowed"] == sorted(legal), action
    assert len(tried) >= 7
    assert await walk.events() == before


def move_of(row: Row) -> Move:
    """Return the row of the table."""
    return next(move for move in moves_from(row[0]) if move.action is row[1])


def unknown_in(state: CaseState) -> set[str]:
    """Return what a case may lack that a request would name: a draft has nothing, and not every case an agreement."""
    if state is S.DRAFT:
        return set(NAMES.values())
    return set() if state in {S.AGREED, S.BREACHED, S.FULFILLED} else {"agreement"}


@pytest.mark.parametrize("name", TOURS)
async def test_a_tour_is_walked(walk: Walk, name: str) -> None:
    """Each move by whoever may, everybody else is refused; at its stops every move is refused that is not legal."""
    own = {row for row, tour in FIRST.items() if tour == name}
    begin = TOURS[name][0]
    await begin(walk)
    for part, row, state in rows_of(TOURS[name]):
        if row is not None:
            await (take_first if row in own else take)(walk, row)
            own.discard(row)
        elif part == STOP:
            await try_every_other_move(walk, state)
        elif callable(part):
            await part(walk)
    assert await walk.state() == state
    assert state in TERMINAL


async def test_nothing_is_left_out() -> None:
    """A new row, state or request without its walk fails here; an appeal goes back to each state that it comes from."""
    appealed_from = {move.source for move in MOVES if move.action is A.APPEAL}
    rows = {
        (move.source, move.action, target)
        for move in MOVES
        for target in (appealed_from if move.target is None else {move.target})
    }
    assert set(FIRST) == rows
    stops = [state for tour in TOURS.values() for part, _, state in rows_of(tour) if part == STOP]
    assert sorted(stops) == sorted(S)
    by_itself = {(move.source, move.action) for move in MOVES if move.action not in TAKEN_BY}
    assert by_itself == set(BY_ITSELF)
    assert all(Role.SYSTEM in move.roles for move in MOVES if move.action not in TAKEN_BY)
