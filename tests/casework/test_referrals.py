"""Referrals: to whom a case is handed, what stands still and what runs on, what came of it, and the way back."""

from typing import Any, Final
from uuid import UUID

import pytest

from service.app import worker_of
from service.domain.actors import Role
from service.domain.agreement import AgreementState
from service.domain.lifecycle import CaseAction
from service.storage import agreements
from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, REJECTED, SIGNED, Json, People, consents, move
from tests.domain.applications import li_json

MEDIATION: Final = {"kind": "mediation", "note": "Both sides asked for it."}
AGREED: Final = {"result": "agreed_terms", "note": "30 payments."}
APPROVE: Final = {"outcome": "approve", **OTHER}
REJECT: Final = {"outcome": "reject", **OTHER}
TERM_30: Final = {
    "terms": {
        "instruments": [
            {"kind": "capitalise", "components": ["interest", "principal"]},
            {"kind": "term", "instalments": 30},
        ]
    }
}
HOLDS = """
[holds.talks]
title = { en = "While it is looked at", "zh-CN" = "审查期间" }
scopes = ["collection"]
anchor = "submit"
until = "decision"
source = "a test"

[holds.away]
title = { en = "While it is referred", "zh-CN" = "转介期间" }
scopes = ["contact"]
anchor = "refer"
until = "length"
length = 60
source = "a test"

[[clocks]]
code = "back"
title = { en = "Back from outside", "zh-CN" = "转介期限" }
anchor = "refer"
length = 90
action = "escalate"
source = "a test"

[holds.breathing_space]"""


async def sweep(people: People, **later: int) -> int:
    """Let time pass, and have the worker look for what has run out."""
    people.clock.advance(**later)
    done = await worker_of(people.service.app).sweep()
    await people.look()
    return done


async def referred(people: People, who: str = "li", **body: Any) -> Json:
    """Refer the case."""
    return await people.do(who, "referrals", {**MEDIATION, **body})


@pytest.mark.parametrize("kind", ("mediation", "legal_aid", "debt_advice", "ombudsman", "court"))
@pytest.mark.parametrize("who", ("li", "partner", "wu"))
async def test_a_case_is_referred_by_either_side(people: People, who: str, kind: str) -> None:
    await people.post()
    referral = await referred(people, who, kind=kind)

    assert (people.state, referral["state"], referral["kind"]) == ("referred", "open", kind)
    assert (referral["note"], referral["result"], referral["ended_at"]) == (MEDIATION["note"], None, None)
    (event,) = await people.events("refer")
    assert event["particulars"] == {
        "from": "information_requested", "to": "referred", "referral": referral["id"], "kind": kind,
    }  # fmt: skip
    (seen,) = await people.read("referrals")
    assert seen["made_by"] == {"li": "user-481", "partner": "acme", "wu": "wu"}[who]
    (told,) = await people.read("referrals", "li")
    assert told["made_by"] is None


@pytest.mark.parametrize(
    ("who", "refusal"),
    (
        ("auditor", (403, "role_not_allowed")),
        ("servicing", (403, "role_not_allowed")),
        ("stranger", (404, "case_not_found")),
        ("risk", (404, "case_not_found")),
    ),
)
async def test_nobody_else_refers_it(people: People, who: str, refusal: tuple[int, str]) -> None:
    await people.post()

    assert await people.refused(who, "referrals", MEDIATION) == refusal


async def test_a_representative_who_may_only_look_refers_nothing(people: People) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "view"}
    await people.post(borrower={**li_json()["borrower"], "representative": helper})
    assert await people.refused("adviser", "referrals", MEDIATION) == (403, "mandate_needed")
    await people.do("li", "application", {"borrower": {"representative": {"scope": "negotiate"}}}, "PATCH")
    await referred(people, "adviser")

    (event,) = await people.events("refer")
    assert event["actor_role"] == "representative"


@pytest.mark.parametrize(
    ("body", "pointer"),
    (
        ({}, "/kind"),
        ({"kind": "friend"}, "/kind"),
        ({"kind": None}, "/kind"),
        ({"kind": "court", "note": "x" * 4001}, "/note"),
        ({"kind": "court", "to": "somebody"}, "/to"),
    ),
)
async def test_a_referral_names_one_of_five_kinds(people: People, body: Json, pointer: str) -> None:
    await people.post()
    answer = await people.ask("li", "POST", "referrals", body)

    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, [pointer])
    assert await people.read("referrals") == []


async def test_a_request_for_information_ends_with_the_referral(people: People) -> None:
    """Its time does not run out while the case is away."""
    await people.post()
    await referred(people)
    (request,) = await people.read("information-requests")

    assert (request["state"], people.case["information_due_on"]) == ("ended", None)
    assert await sweep(people, days=100) == 0
    assert people.state == "referred"


async def test_a_counter_proposal_that_waits_ends_with_the_referral(people: People) -> None:
    await people.approved_by_hand()
    waits = await people.counter(payment=396_000, months=36)
    await referred(people)
    (left,) = await people.counters()

    assert (left["id"], left["answer"]) == (waits["id"], "refused")
    assert "refer" in left["reason"]


async def test_open_offers_run_on_and_are_told_with_the_referral(people: People) -> None:
    """They bind until they expire; nobody accepts, declines or counters while the case is away."""
    offers = await people.offered()
    referral = await referred(people)

    standing = {o["id"]: o["expires_at"] for o in offers}
    assert {o["offer_id"]: o["expires_at"] for o in referral["open_offers"]} == standing
    assert {o["state"] for o in await people.offers()} == {"open"}
    at = f"/v1/offers/{offers[0]['id']}"
    assert await people.refused("li", f"{at}/accept", SIGNED) == (409, "move_not_allowed")
    assert await people.refused("li", f"{at}/decline") == (409, "move_not_allowed")
    assert await people.refused("li", "counter-proposals", {"payment": 300_000}) == (409, "move_not_allowed")
    assert await sweep(people, days=15) == len(offers)
    assert people.state == "referred"
    assert {o["state"] for o in await people.offers()} == {"expired"}
    (told,) = await people.read("referrals")
    assert told["open_offers"] == []


async def test_offers_that_have_not_expired_can_be_accepted_once_the_case_is_back(people: People) -> None:
    offers = await people.offered()
    await referred(people, "wu")
    people.clock.advance(days=5)
    await people.do("wu", "offers", TERM_30)
    assert people.state == "offered"

    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert people.state == "agreed"


async def test_a_referred_case_comes_back_with_new_terms(people: People) -> None:
    """Rejected, mediated, agreed: a final approval and terms of their own; the result is told first."""
    await people.manual()
    await people.do("zhao", "decisions", REJECT)
    referral = await referred(people)
    assert await people.refused("wu", "offers", TERM_30) == (409, "condition_not_met")
    ended = await people.do("partner", f"/v1/referrals/{referral['id']}/end", AGREED)
    assert (ended["state"], ended["result"], ended["result_note"]) == ("ended", "agreed_terms", AGREED["note"])
    assert people.state == "referred"
    await people.do("wu", "decisions", APPROVE)
    assert people.state == "referred"
    made = await people.do("wu", "offers", TERM_30)

    assert people.state == "offered"
    await people.do("li", f"/v1/offers/{made['items'][0]['id']}/accept", SIGNED)
    assert people.state == "agreed"
    types = [e["type"] for e in await people.events() if e["type"] != "notice_sent"]
    assert types[-6:-1] == ["referral_ended", "decided", "make_offers", "accept", "agreement_made"]


async def test_a_breached_case_comes_back_from_mediation_with_a_second_agreement(people: People) -> None:
    first = await people.agreed()
    async with people.service.app.state.parts.database.writing() as session:
        row = await agreements.get(session, UUID(first["id"]))
        assert row is not None
        row.state = AgreementState.BREACHED
    await move(people, CaseAction.BREACH, role=Role.SYSTEM)
    await referred(people)
    await people.do("wu", "offers", TERM_30)
    offer = (await people.offers())[0]
    second = await people.do("li", f"/v1/offers/{offer['id']}/accept", SIGNED)

    assert people.state == "agreed"
    assert people.case["agreement_id"] == second["id"] != first["id"]
    for agreement in (first, second):
        assert (await people.ask("li", "GET", f"/v1/agreements/{agreement['id']}")).status_code == 200


async def test_a_referred_case_is_resumed_by_the_desk(people: People) -> None:
    await people.manual()
    await referred(people)
    for who in ("li", "partner", "auditor"):
        assert await people.refused(who, "resume") == (403, "role_not_allowed")
    await people.do("wu", "resume")

    assert people.state == "in_review"
    (referral,) = await people.read("referrals")
    assert (referral["state"], referral["result"]) == ("ended", "case_went_on")
    assert [e["type"] for e in await people.events()][-2:] == ["resume", "referral_ended"]


async def test_what_came_of_it_may_be_learnt_after_the_case_went_on(people: People) -> None:
    await people.manual()
    referral = await referred(people)
    await people.do("wu", "resume")
    at = f"/v1/referrals/{referral['id']}/end"
    await people.do("wu", at, {"result": "no_agreement"})

    (told,) = await people.read("referrals", "li")
    assert (told["result"], told["result_note"], told["ended_by"]) == ("no_agreement", None, None)
    assert await people.refused("wu", at, AGREED) == (409, "referral_ended")


async def test_the_result_is_told_once_by_whoever_can_know_it(people: People) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "negotiate"}
    await people.post(borrower={**li_json()["borrower"], "representative": helper})
    referral = await referred(people, "wu")
    at = f"/v1/referrals/{referral['id']}/end"
    for who in ("li", "adviser", "auditor", "servicing"):
        assert await people.refused(who, at, AGREED) == (403, "not_permitted")
    for who in ("stranger", "other partner"):
        assert await people.refused(who, at, AGREED) == (404, "referral_not_found")
    for body in ({}, {"result": "case_went_on"}, {"result": "won"}, {"result": "ruling", "note": 5}):
        assert (await people.refused("wu", at, body))[0] == 422
    await people.do("partner", at, {"result": "ruling"})
    assert await people.refused("wu", at, AGREED) == (409, "referral_ended")
    (event,) = await people.events("referral_ended")
    assert event["particulars"] == {"referral": referral["id"], "kind": "mediation", "result": "ruling"}


async def test_a_borrower_tells_the_result_of_their_own_referral(people: People) -> None:
    await people.post()
    referral = await referred(people, "li")

    await people.do("li", f"/v1/referrals/{referral['id']}/end", {"result": "withdrawn"})
    assert people.state == "referred"


@pytest.mark.parametrize(("who", "end", "result"), (("li", "withdraw", "withdrawn"), ("wu", "close", "case_went_on")))
async def test_the_referral_ends_with_the_case(people: People, who: str, end: str, result: str) -> None:
    await people.post()
    referral = await referred(people)
    await people.do(who, end)

    (told,) = await people.read("referrals")
    assert (told["state"], told["result"]) == ("ended", result)
    assert await people.refused("wu", f"/v1/referrals/{referral['id']}/end", AGREED) == (409, "case_ended")
    assert await people.refused("li", "referrals", MEDIATION) == (409, "move_not_allowed")


async def test_a_case_can_be_referred_again(people: People) -> None:
    await people.manual()
    await referred(people)
    assert await people.refused("li", "referrals", MEDIATION) == (409, "move_not_allowed")
    await people.do("wu", "resume")
    await referred(people, kind="ombudsman")

    found = await people.read("referrals")
    assert [(r["kind"], r["state"]) for r in found] == [("mediation", "ended"), ("ombudsman", "open")]


async def test_holds_go_on_and_the_pack_may_begin_others_with_the_referral(with_pack: WithPack) -> None:
    """A hold until the decision outlasts the referral; the pack may begin clocks and holds with it."""
    async with with_pack(("\n[holds.breathing_space]", HOLDS)) as people:
        await people.post(**consents(automated=False))
        await people.hand_in_all()
        assert [hold["reason"] for hold in people.case["holds"]] == ["talks"]
        await referred(people)
        assert sorted(hold["reason"] for hold in people.case["holds"]) == ["away", "talks"]
        (clock,) = [c for c in await people.read("clocks?limit=100") if c["code"] == "back"]
        (referral,) = await people.read("referrals")
        assert (clock["state"], clock["about"]) == ("running", referral["id"])
        assert await sweep(people, days=60) == 1
        assert [hold["reason"] for hold in people.case["holds"]] == ["talks"]
        await people.do("wu", "resume")
        (clock,) = [c for c in await people.read("clocks?limit=100") if c["code"] == "back"]
        assert clock["state"] == "met"


async def test_a_rejected_case_that_is_referred_does_not_close_behind_its_back(people: People) -> None:
    await people.post(**REJECTED)
    await referred(people, kind="ombudsman")

    assert {c["state"] for c in await people.read("clocks?limit=100")} <= {"met"}
    assert await sweep(people, days=100) == 0
    assert people.state == "referred"
    await people.do("wu", "resume")
    await people.do("wu", "decisions", APPROVE)
    assert people.state == "in_review"
