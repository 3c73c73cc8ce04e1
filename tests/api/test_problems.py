"""Problems: one shape and one permanent code for each, nothing forgotten, and what can be done instead."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

import service as package
from service.api.headers import FIXED, EveryAnswer
from service.api.problem_kinds import every, refusals_of
from service.api.problems import KINDS, Refusal, install, status_of
from service.domain.backtest import TooManyGroups
from service.domain.errors import DomainError, Invalid, Problem, RuleBroken
from service.domain.lifecycle import CaseAction, CaseState, moves_from
from service.storage.failures import Unavailable
from tests.api.description import OPERATIONS
from tests.api.scenes import offered, set_state
from tests.api.stories import LI
from tests.conftest import Service


def refusals() -> Iterator[type[Refusal]]:
    """Yield what can be wrong with a request as such."""
    return (kind for kind in Refusal.__subclasses__())


def errors() -> list[type[DomainError]]:
    """Return all errors of the field, wherever they are written."""
    for module in pkgutil.walk_packages(package.__path__, "service."):
        if not module.name.endswith("env") and "versions" not in module.name:
            importlib.import_module(module.name)
    return [
        error for error in every(DomainError) if error is not DomainError and error.__module__.startswith("service.")
    ]


def test_every_error_of_the_field_is_of_one_of_the_four_kinds() -> None:
    """An error of a fifth kind would have no status."""
    kinds = {kind for kind, _ in KINDS}
    assert set(DomainError.__subclasses__()) == kinds
    assert {status_of(error) for error in errors()} == {404, 403, 409, 422}
    for error in errors():
        assert sum(issubclass(error, kind) for kind in kinds) == 1, error


def test_every_code_is_permanent_and_its_own() -> None:
    everything: list[type[Refusal | DomainError]] = [*errors(), *refusals()]
    twice = [code for code, number in Counter(kind.code for kind in everything).items() if number > 1]
    assert not twice
    for kind in everything:
        assert kind.code.isidentifier(), kind
        assert kind.code.islower(), kind
        assert "code" in vars(kind), f"{kind} has the code of another"
        assert kind.title, kind
        assert not kind.title.endswith("."), kind
        assert (kind.__doc__ or "").strip(), kind


def test_every_error_is_described_with_the_operations_that_answer_it() -> None:
    """Whoever adds one says at the route that it may answer so. What ends an operation later is told in its record."""
    ours, bases = errors(), {kind for kind, _ in KINDS}
    described = {error for o in OPERATIONS for error in refusals_of(o.route, o.method)}
    answered = {error.__name__ for error in described} | {TooManyGroups.__name__}
    assert {error.__name__ for error in ours if error not in bases} - answered == set()
    assert set(refusals()) <= described


@pytest.fixture
async def bare() -> httpx.AsyncClient:
    """Return a client of an application of routes that fail."""
    app = FastAPI()
    install(app)
    app.add_middleware(EveryAnswer)
    secret = "李某 11010519491231002X"

    @app.get("/fault")
    async def fault() -> None:
        raise ValueError(secret)

    @app.get("/away")
    async def away() -> None:
        raise Unavailable("The database cannot be reached.")

    @app.get("/broken")
    async def broken() -> None:
        raise RuleBroken("No member is named.", status="x", type="y", allowed=["a"], day=UUID(int=0))

    @app.get("/many")
    async def many() -> None:
        raise Invalid("Many.", [Problem("/" + "x" * 5000, "too_long", "Too long.")])

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://parley.test")


async def test_a_fault_of_ours_tells_nothing_and_can_be_asked_about(
    bare: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await bare.get("/fault")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal_error")
    assert "李" not in answer.text
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert [record.request_id for record in caplog.records if hasattr(record, "request_id")] == [
        answer.headers["x-request-id"]
    ]
    assert all(answer.headers[name] == value for name, value in FIXED.items())


async def test_a_database_that_is_away_is_503_and_says_when_to_come_back(bare: httpx.AsyncClient) -> None:
    answer = await bare.get("/away")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "1", "unavailable")


async def test_particulars_add_members_and_replace_none(bare: httpx.AsyncClient) -> None:
    problem = (await bare.get("/broken")).json()
    assert problem == {
        "type": "urn:parley:problem:rule_broken",
        "title": "A rule is broken",
        "status": 422,
        "detail": "No member is named.",
        "instance": problem["instance"],
        "code": "rule_broken",
        "errors": [],
        "allowed": ["a"],
        "day": str(UUID(int=0)),
    }


async def test_a_pointer_is_not_a_way_to_have_pages_sent_back(bare: httpx.AsyncClient) -> None:
    assert len((await bare.get("/many")).text) < 1000


MOVES = {
    CaseAction.SUBMIT: "submit",
    CaseAction.WITHDRAW: "withdraw",
    CaseAction.REOPEN: "reopen",
    CaseAction.CLOSE: "close",
    CaseAction.RESUME: "resume",
    CaseAction.REQUEST_HUMAN_REVIEW: "human-review",
    CaseAction.AMEND: "amend",
    CaseAction.COUNTER: "counter-proposals",
}
BODIES = {CaseAction.AMEND: {"request": {"months": 30}}, CaseAction.COUNTER: {"months": 30}}


async def test_a_move_that_is_not_legal_is_409_with_those_that_are(service: Service) -> None:
    """The product of all states and the moves that have an address of their own."""
    case, offers = await offered(service)
    li = await service.key("borrower", LI)
    at = f"/v1/cases/{case['id']}"
    for state in CaseState:
        await set_state(service, case["id"], state)
        legal = {move.action for move in moves_from(state)}
        addresses = {action: f"{at}/{name}" for action, name in MOVES.items()}
        addresses[CaseAction.ACCEPT] = f"/v1/offers/{offers[0]['id']}/accept"
        for action, path in addresses.items():
            if action in legal:
                continue
            body = {"signature": {"name": "李某"}} if action is CaseAction.ACCEPT else BODIES.get(action, {})
            answer = await service.call(li, "POST", path, body)
            assert answer.status_code == HTTPStatus.CONFLICT, (state, action, answer.text)
            assert answer.json()["allowed"] == sorted(legal), (state, action)


async def test_whatever_else_the_state_stands_in_the_way_of_says_what_can_be_done(service: Service) -> None:
    case, offers = await offered(service)
    desk, li, boss = await service.key("caseworker"), await service.key("borrower", LI), await service.key("supervisor")
    at, offer = f"/v1/cases/{case['id']}", f"/v1/offers/{offers[0]['id']}"
    decline = await service.call(li, "POST", f"{offer}/decline", {})
    assert decline.status_code == 200
    legal = sorted(move.action for move in moves_from(CaseState.OFFERED))
    refused = [
        await service.call(desk, "POST", f"{at}/reviews", {}),
        await service.call(
            desk, "POST", f"{at}/decisions", {"outcome": "reject", "reasons": ["OTHER"], "comment": "x"}
        ),
        await service.call(li, "POST", f"{offer}/decline", {}),
        await service.call(li, "POST", f"{offer}/accept", {"signature": {"name": "李某"}}),
        await service.call(boss, "POST", f"{offer}/withdraw", {"ground": "fraud", "reason": "x"}),
    ]
    assert {(a.status_code, tuple(a.json().get("allowed", ()))) for a in refused} == {(409, tuple(legal))}
