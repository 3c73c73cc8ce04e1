"""Two at once: whatever is asked at the same moment ends in one legal history, with nothing half done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from service.app import worker_of
from service.domain.lifecycle import MOVES, CaseState
from service.storage.events import verify_chain
from tests.api.scenes import by_hand, fresh, offered, scene, waiting
from tests.api.stories import LI, upload
from tests.conftest import MORNING, Service
from tests.domain.applications import li_json, li_loan_json

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIGNED: Final = {"signature": {"name": "李某", "method": "typed"}}
LEGAL: Final = {(move.source.value, move.action.value): move.target for move in MOVES}
Race = Callable[[Service], Awaitable[tuple[str, list[httpx.Response]]]]
ROUNDS: Final = 3
"""How often each race is run on PostgreSQL; on SQLite one writes after the other, and once shows all."""


async def agree_on(service: Service, case_id: str) -> dict[str, Any]:
    """Return a case whose history is legal, whose chain holds, and in which nothing was left half done."""
    boss, at = await service.key("auditor"), f"/v1/cases/{case_id}"
    case: dict[str, Any] = (await service.call(boss, "GET", at)).json()
    events = (await service.call(boss, "GET", f"{at}/events?limit=100")).json()["items"]
    offers = (await service.call(boss, "GET", f"{at}/offers?limit=100")).json()["items"]

    state, before_appeal = CaseState.DRAFT.value, None
    for event in events:
        said = event["particulars"]
        if "from" in said:
            target = LEGAL[state, event["type"]] or before_appeal
            assert (said["from"], said["to"]) == (state, target), event
            before_appeal = state if event["type"] == "appeal" else before_appeal
            state = said["to"]
    assert (case["state"], case["version"]) == (state, len(events))
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    async with service.app.state.parts.database.reading() as session:
        assert await verify_chain(session, UUID(case_id)) is None

    accepted = [offer for offer in offers if offer["state"] == "accepted"]
    made = [event for event in events if event["type"] == "agreement_made"]
    assert len(accepted) == len(made) == (case["agreement_id"] is not None) == (state == "agreed")
    if accepted:
        agreement = (await service.call(boss, "GET", f"/v1/agreements/{case['agreement_id']}")).json()
        assert agreement["offer_id"] == accepted[0]["id"]
        assert not [offer for offer in offers if offer["state"] == "open"]
    return case


async def _answers(*requests: Awaitable[httpx.Response]) -> list[httpx.Response]:
    return list(await asyncio.gather(*requests))


async def same_offer(service: Service) -> tuple[str, list[httpx.Response]]:
    """Accept one offer four times."""
    case, offers = await offered(service)
    li, path = await service.key("borrower", LI), f"/v1/offers/{offers[0]['id']}/accept"
    return case["id"], await _answers(*(service.call(li, "POST", path, SIGNED) for _ in range(4)))


async def two_offers(service: Service) -> tuple[str, list[httpx.Response]]:
    """Accept every offer of the menu."""
    case, offers = await offered(service)
    li = await service.key("borrower", LI)
    assert len(offers) > 1
    return case["id"], await _answers(
        *(service.call(li, "POST", f"/v1/offers/{o['id']}/accept", SIGNED) for o in offers[:2])
    )


def against(other: Callable[[Service, dict[str, Any], dict[str, Any]], Awaitable[httpx.Response]]) -> Race:
    """Return a race between the acceptance of an offer and something else."""

    async def race(service: Service) -> tuple[str, list[httpx.Response]]:
        case, offers = await offered(service)
        li = await service.key("borrower", LI)
        accept = service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
        return case["id"], await _answers(accept, other(service, case, offers[0]))

    return race


async def take_back(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Take the offer back."""
    boss, body = await service.key("supervisor"), {"ground": "changed_balance", "reason": "A payment arrived."}
    return await service.call(boss, "POST", f"/v1/offers/{offer['id']}/withdraw", body)


async def withdraw(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Withdraw the case, as the partner who posted it."""
    partner = await service.key("partner", vouches=True)
    return await service.call(partner, "POST", f"/v1/cases/{case['id']}/withdraw", {})


async def decline(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Decline the same offer."""
    return await service.call(await service.key("borrower", LI), "POST", f"/v1/offers/{offer['id']}/decline", {})


async def counter(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Counter it."""
    asked, li = {"payment": 320000, "months": 48}, await service.key("borrower", LI)
    return await service.call(li, "POST", f"/v1/cases/{case['id']}/counter-proposals", asked)


async def amend(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Change the application."""
    partner = await service.key("partner", vouches=True)
    return await service.call(partner, "POST", f"/v1/cases/{case['id']}/amend", {"request": {"months": 30}})


async def two_confirmations(service: Service) -> tuple[str, list[httpx.Response]]:
    """Confirm a decision, and refuse to, as two supervisors."""
    what = await scene(service, "confirm_decision")
    one, other = await service.key("supervisor", "boss-1"), await service.key("supervisor", "boss-2")
    return what.ids["case_id"], await _answers(
        service.call(one, "POST", what.path, {"outcome": "confirm"}),
        service.call(other, "POST", what.path, {"outcome": "refuse"}),
    )


async def two_decisions(service: Service) -> tuple[str, list[httpx.Response]]:
    """Reject a case as two people of the desk; the verdict is approval, so a supervisor's word is final."""
    case, _ = await offered(service, **by_hand())
    path, body = f"/v1/cases/{case['id']}/decisions", {"outcome": "reject", "reasons": ["OTHER"], "comment": "Sold."}
    keys = [await service.key("supervisor", f"boss-{i}") for i in (1, 2)]
    return case["id"], await _answers(*(service.call(key, "POST", path, body) for key in keys))


async def two_counters(service: Service) -> tuple[str, list[httpx.Response]]:
    """Counter twice."""
    case, offers = await offered(service)
    return case["id"], await _answers(counter(service, case, offers[0]), counter(service, case, offers[0]))


async def two_waiting_counters(service: Service) -> tuple[str, list[httpx.Response]]:
    """Counter twice, where a person answers: the second has to wait for the first to be answered."""
    what = await scene(service, "refuse_counter_proposal")
    assert (await what.play(service, str(uuid4()))).status_code == 200
    case = {"id": what.ids["case_id"]}
    return case["id"], await _answers(counter(service, case, {}), counter(service, case, {}))


async def in_appeal(service: Service) -> tuple[str, str, str]:
    """Return a case whose offers were appealed, with one of them and the appeal."""
    case, offers = await offered(service)
    answer = await appeal(service, case, offers[0])
    assert answer.status_code == 201
    return case["id"], offers[0]["id"], answer.json()["id"]


async def appeal(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Appeal what was refused beside the offers."""
    li = await service.key("borrower", LI)
    return await service.call(li, "POST", f"/v1/cases/{case['id']}/appeals", {"grounds": "The street opens again."})


async def refer(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Hand the case to mediation, as the lender."""
    desk = await service.key("caseworker")
    return await service.call(desk, "POST", f"/v1/cases/{case['id']}/referrals", {"kind": "mediation"})


async def two_appeals(service: Service) -> tuple[str, list[httpx.Response]]:
    """Appeal twice."""
    case, offers = await offered(service)
    return case["id"], await _answers(appeal(service, case, offers[0]), appeal(service, case, offers[0]))


async def two_referrals(service: Service) -> tuple[str, list[httpx.Response]]:
    """Refer a case twice."""
    case, offers = await offered(service)
    return case["id"], await _answers(refer(service, case, offers[0]), refer(service, case, offers[0]))


def answered(one: str, other: str) -> Race:
    """Return a race between two ends of an appeal, or one of them and the acceptance of an offer that stands."""

    async def race(service: Service) -> tuple[str, list[httpx.Response]]:
        case_id, offer, appeal_id = await in_appeal(service)
        li, comment = await service.key("borrower", LI), {"comment": "As talked about."}
        requests = {
            "accept": (li, f"/v1/offers/{offer}/accept", SIGNED),
            "withdraw": (li, f"/v1/appeals/{appeal_id}/withdraw", {}),
            "dismiss": (await service.key("caseworker", "ren"), f"/v1/appeals/{appeal_id}/dismiss", comment),
            "allow": (await service.key("caseworker", "wu"), f"/v1/appeals/{appeal_id}/allow", comment),
        }
        sent = [requests[name] for name in (one, other)]
        answers = await _answers(*(service.call(key, "POST", path, body) for key, path, body in sent))
        states = {row["state"] for row in await _appeals(service, case_id)}
        assert len(states) == 1
        assert states <= {"withdrawn", "dismissed", "allowed", "settled"}
        return case_id, answers

    return race


async def _appeals(service: Service, case_id: str) -> list[dict[str, Any]]:
    answer = await service.call(await service.key("auditor"), "GET", f"/v1/cases/{case_id}/appeals")
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def two_results(service: Service) -> tuple[str, list[httpx.Response]]:
    """Say twice what came of a referral."""
    case, offers = await offered(service)
    referral = (await refer(service, case, offers[0])).json()
    path, desk = f"/v1/referrals/{referral['id']}/end", await service.key("caseworker")
    results = ("agreed_terms", "no_agreement")
    return case["id"], await _answers(*(service.call(desk, "POST", path, {"result": result}) for result in results))


async def two_who_confirm(service: Service) -> tuple[str, list[httpx.Response]]:
    """Confirm one decision as two supervisors."""
    what = await scene(service, "confirm_decision")
    keys = [await service.key("supervisor", f"boss-{i}") for i in (1, 2)]
    return what.ids["case_id"], await _answers(
        *(service.call(key, "POST", what.path, {"outcome": "confirm"}) for key in keys)
    )


async def accept(service: Service, case: dict[str, Any], offer: dict[str, Any]) -> httpx.Response:
    """Accept the offer."""
    return await service.call(await service.key("borrower", LI), "POST", f"/v1/offers/{offer['id']}/accept", SIGNED)


def with_time(other: Callable[[Service, dict[str, Any], dict[str, Any]], Awaitable[httpx.Response]]) -> Race:
    """Return a race between a request in the last second of the offers and the worker, for whom they are over."""

    async def race(service: Service) -> tuple[str, list[httpx.Response]]:
        service.clock.now = MORNING
        case, offers = await offered(service)
        service.clock.advance(days=14, seconds=-1)

        async def sweep() -> None:
            service.clock.advance(seconds=1)
            await worker_of(service.app).sweep()

        answer, _ = await asyncio.gather(other(service, case, offers[0]), sweep())
        await worker_of(service.app).sweep()
        service.clock.now = MORNING
        return case["id"], [answer]

    return race


async def answered_and_refused(service: Service) -> tuple[str, list[httpx.Response]]:
    """Answer a counter-proposal that waits with offers, and refuse it."""
    what = await scene(service, "refuse_counter_proposal")
    case_id, boss = what.ids["case_id"], await service.key("supervisor")
    offers = service.call(boss, "POST", f"/v1/cases/{case_id}/offers", {})
    return case_id, await _answers(offers, what.play(service, str(uuid4())))


async def two_moratoria(service: Service) -> tuple[str, list[httpx.Response]]:
    """Tell of a breathing space twice."""
    case, partner = await waiting(service), await service.key("partner", vouches=True)
    path = f"/v1/cases/{case['id']}/holds"
    return case["id"], await _answers(
        *(service.call(partner, "POST", path, {"reason": "breathing_space"}) for _ in range(2))
    )


async def two_last_documents(service: Service) -> tuple[str, list[httpx.Response]]:
    """Hand in both documents that are missing at the same moment."""
    case, li = await waiting(service), await service.key("borrower", LI)
    kinds = [item["kind"] for item in case["evidence"]["missing"]]
    return case["id"], await _answers(*(upload(service, li, case["id"], kind) for kind in kinds))


async def two_patches(service: Service) -> tuple[str, list[httpx.Response]]:
    """Change the same version of an application twice."""
    case, partner = await waiting(service), await service.key("partner", vouches=True)
    path, tag = f"/v1/cases/{case['id']}/application", f'"{case["version"]}"'
    patches = [{"request": {"months": months}} for months in (30, 31)]
    return case["id"], await _answers(*(service.call(partner, "PATCH", path, p, If_Match=tag) for p in patches))


async def two_submissions(service: Service) -> tuple[str, list[httpx.Response]]:
    """Submit a draft twice."""
    case, partner = await waiting(service, submit=False), await service.key("partner", vouches=True)
    path = f"/v1/cases/{case['id']}/submit"
    return case["id"], await _answers(*(service.call(partner, "POST", path, {}) for _ in range(2)))


RACES: Final[dict[str, tuple[Race, set[tuple[int, ...]]]]] = {
    "one offer is accepted four times": (same_offer, {(201, 409, 409, 409)}),
    "two offers are accepted": (two_offers, {(201, 409)}),
    "an offer is accepted and taken back": (against(take_back), {(200, 409), (201, 409)}),
    "an offer is accepted and the case withdrawn": (against(withdraw), {(200, 409), (201, 409)}),
    "an offer is accepted and declined": (against(decline), {(200, 409), (201, 409)}),
    "an offer is accepted and countered": (against(counter), {(201, 409), (201, 201)}),
    "an offer is accepted and the application amended": (against(amend), {(200, 201), (201, 409)}),
    "a decision is confirmed and refused": (two_confirmations, {(200, 409)}),
    "a case is rejected twice": (two_decisions, {(201, 409)}),
    "two counter-proposals are answered": (two_counters, {(201, 201)}),
    "two counter-proposals wait": (two_waiting_counters, {(201, 409)}),
    "a counter-proposal is answered and refused": (answered_and_refused, {(200, 201), (201, 409)}),
    "a moratorium is told of twice": (two_moratoria, {(201, 409)}),
    "the last two documents arrive": (two_last_documents, {(201, 201)}),
    "an offer is accepted and the case referred": (against(refer), {(201, 409)}),
    "an offer is accepted and appealed beside": (against(appeal), {(201, 201), (201, 409)}),
    "an offer is accepted and lapses": (with_time(accept), {(201,), (409,)}),
    "an offer is countered and lapses": (with_time(counter), {(201,), (409,)}),
    "an offer is appealed beside and lapses": (with_time(appeal), {(201,)}),
    "two appeals are made": (two_appeals, {(201, 409)}),
    "an appeal is dismissed and withdrawn": (answered("dismiss", "withdraw"), {(200, 409)}),
    "an appeal is allowed and dismissed": (answered("allow", "dismiss"), {(200, 409)}),
    "an appeal is allowed and an offer accepted": (answered("allow", "accept"), {(200, 409), (201, 409)}),
    "an appeal is dismissed and an offer accepted": (answered("dismiss", "accept"), {(200, 201), (201, 409)}),
    "a case is referred twice": (two_referrals, {(201, 409)}),
    "what came of a referral is said twice": (two_results, {(200, 409)}),
    "a decision is confirmed twice": (two_who_confirm, {(200, 409)}),
    "one version is changed twice": (two_patches, {(200, 412)}),
    "a draft is submitted twice": (two_submissions, {(200, 409)}),
}


@pytest.mark.parametrize("name", RACES)
async def test_a_race_has_one_outcome(shared: Service, name: str) -> None:
    race, outcomes = RACES[name]
    for _ in range(1 if shared.app.state.parts.database.is_sqlite else ROUNDS):
        case_id, answers = await race(shared)
        assert tuple(sorted(a.status_code for a in answers)) in outcomes, [a.text for a in answers]
        await agree_on(shared, case_id)


async def test_the_last_document_sends_the_case_on_once(shared: Service) -> None:
    case_id, _ = await two_last_documents(shared)
    case = await agree_on(shared, case_id)
    events = (await shared.call(await shared.key("auditor"), "GET", f"/v1/cases/{case_id}/events?limit=100")).json()
    types = [event["type"] for event in events["items"]]
    assert case["state"] == "offered"
    assert [types.count(t) for t in ("evidence_received", "provide_information", "make_offers")] == [2, 1, 1]


async def test_messages_of_one_moment_have_numbers_of_their_own(shared: Service) -> None:
    case, li, desk = await waiting(shared), await shared.key("borrower", LI), await shared.key("caseworker")
    path = f"/v1/cases/{case['id']}/messages"
    answers = await _answers(*(shared.call(key, "POST", path, {"text": "Hello."}) for key in (li, desk, li, desk)))
    assert {answer.status_code for answer in answers} == {201}
    items = (await shared.call(desk, "GET", path)).json()["items"]
    assert [item["number"] for item in items] == [1, 2, 3, 4]
    assert {item["id"] for item in items} == {answer.json()["id"] for answer in answers}
    await agree_on(shared, case["id"])


def bodies(**one: Any) -> list[dict[str, Any]]:
    """Return two cases that have only this in common."""
    return [{**li_json(), "reference": str(uuid4()), **fresh(), **one} for _ in range(2)]


async def posted(service: Service, sent: list[dict[str, Any]], *, partners: int = 1) -> list[httpx.Response]:
    """Post cases at once, as one partner or as many."""
    keys = [await service.key("partner", f"platform-{i % partners}", vouches=True) for i in range(len(sent))]
    return await _answers(*(service.call(key, "POST", "/v1/cases", body) for key, body in zip(keys, sent, strict=True)))


async def listed(service: Service, query: str) -> list[dict[str, Any]]:
    """Return the cases that are there."""
    answer = await service.call(await service.key("auditor"), "GET", f"/v1/cases?{query}")
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_loan_that_is_posted_twice_at_once_is_in_one_case(shared: Service) -> None:
    for _ in range(ROUNDS):
        loans = fresh()
        answers = await posted(shared, bodies(**loans), partners=2)
        assert sorted(a.status_code for a in answers) == [201, 409]
        assert {a.json().get("code") for a in answers} == {None, "loan_in_negotiation"}
        (case,) = await listed(shared, f"loan={loans['loans'][0]['id']}")
        await agree_on(shared, case["id"])


async def test_loans_that_cross_are_in_one_case_too(shared: Service) -> None:
    """Two cases about the same two loans, in another order: neither waits for the other for ever."""
    for _ in range(ROUNDS * 2):
        one, other = fresh()["loans"][0]["id"], fresh()["loans"][0]["id"]
        pair = [li_loan_json(id=one), li_loan_json(id=other)]
        sent = [{**body, "loans": loans} for body, loans in zip(bodies(), (pair, pair[::-1]), strict=True)]
        answers = await posted(shared, sent, partners=2)
        assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]
        assert len(await listed(shared, f"loan={one}")) == len(await listed(shared, f"loan={other}")) == 1


async def test_a_reference_that_is_used_twice_at_once_is_one_cases(shared: Service) -> None:
    for _ in range(ROUNDS):
        reference = str(uuid4())
        answers = await posted(shared, bodies(reference=reference))
        assert sorted(a.status_code for a in answers) == [201, 409]
        assert {a.json().get("code") for a in answers} == {None, "reference_taken"}
        assert len(await listed(shared, f"reference={reference}")) == 1
        assert {a.status_code for a in await posted(shared, bodies(reference=str(uuid4())), partners=2)} == {201}


async def test_many_who_do_different_things_get_their_own_answers(shared: Service) -> None:
    """Twelve cases at once, each with its own loan: nobody waits in vain, and nobody gets another's answer."""
    sent = [body for _ in range(6) for body in bodies()]
    answers = await posted(shared, sent, partners=3)
    assert {a.status_code for a in answers} == {201}
    assert [a.json()["reference"] for a in answers] == [body["reference"] for body in sent]
    for answer in answers:
        await agree_on(shared, answer.json()["id"])
