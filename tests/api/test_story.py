"""The whole story of one case, from submission to agreement, on both databases."""

import asyncio
from itertools import pairwise
from typing import Any

from tests.api.stories import LI, offered, post_li, upload
from tests.conftest import Service
from tests.domain.applications import li_json

SIGNED = {"signature": {"name": "李某", "method": "typed"}}


def line_of(offer: dict[str, Any], component: str) -> dict[str, Any]:
    """Return the line of a component in the reconciliation of the first loan."""
    lines: list[dict[str, Any]] = offer["loans"][0]["reconciliation"]
    return next(line for line in lines if line["component"] == component)


async def test_an_assessment_answers_and_stores_nothing(service: Service) -> None:
    partner = await service.key("partner", vouches=True)
    answer = await service.call(partner, "POST", "/v1/assessments", li_json())

    assert answer.status_code == 200
    assert {"verdict", "programmes", "menu", "recourse", "evidence"} <= set(answer.json())
    assert (await service.call(partner, "GET", "/v1/cases")).json()["items"] == []


async def test_a_case_waits_for_exactly_what_is_missing(service: Service) -> None:
    case = await post_li(service)

    assert case["state"] == "information_requested"
    assert [m["kind"] for m in case["evidence"]["missing"]] == ["bank_statements", "hardship_proof"]
    assert all(m["why"]["zh-CN"] for m in case["evidence"]["missing"])


async def test_lis_offers_accrue_and_reconcile_to_the_fen(service: Service) -> None:
    """Interest 637.03 and penalty 131.99 until 1 December; 114,479.11 is scheduled (design section 1)."""
    case, offers = await offered(service)

    assert case["state"] == "offered"
    longer = next(o for o in offers if o["programme"] == "term_extension")
    assert longer["effective_on"] == "2026-12-01"
    assert line_of(longer, "interest")["accrued"] == 63703
    assert line_of(longer, "penalty")["accrued"] == 13199
    assert line_of(longer, "principal")["scheduled"] == 11447911
    for offer in offers:
        for line in offer["loans"][0]["reconciliation"]:
            came = line["before"] + line["accrued"] - line["received"] + line["moved_in"]
            kinds = ("waived", "waived_conditional", "upfront", "scheduled", "deferred", "moved_out")
            assert came == sum(line[kind] for kind in kinds)
        assert offer["loans"][0]["schedule"]["instalments"][-1]["closing"] == 0


async def test_the_nearest_plan_has_36_payments_of_3934_90(service: Service) -> None:
    case, _ = await offered(service)
    li = await service.key("borrower", LI)
    asked = {"payment": 320000, "months": 48}
    answer = await service.call(li, "POST", f"/v1/cases/{case['id']}/counter-proposals", asked)

    assert answer.status_code == 201, answer.text
    counter = answer.json()
    rows = counter["offer"]["loans"][0]["schedule"]["instalments"]
    assert counter["answer"] == "countered"
    assert (len(rows), rows[0]["payment"]) == (36, 393490)
    limit = {"limit": "instalments_max_of_original", "bound": 36, "asked": 48, "loan_id": "L-001", "on": None}
    assert limit in counter["binding"]
    assert ("payment", 320000, 393490) in [(d["field"], d["before"], d["after"]) for d in counter["diff"]]

    accepted = await service.call(li, "POST", f"/v1/offers/{counter['offer']['id']}/accept", SIGNED)
    assert accepted.status_code == 201, accepted.text
    agreement = accepted.json()
    assert agreement["state"] == "active"
    schedule = await service.call(li, "GET", f"/v1/agreements/{agreement['id']}/schedule")
    assert len(schedule.json()["loans"][0]["instalments"]) == 36
    twice = await service.call(li, "POST", f"/v1/offers/{counter['offer']['id']}/accept", SIGNED)
    assert (twice.status_code, twice.json()["code"]) == (409, "offer_accepted")


async def test_the_rounds_are_the_menus_and_the_counter_proposals_with_their_answers(service: Service) -> None:
    case, offers = await offered(service)
    li, at = await service.key("borrower", LI), f"/v1/cases/{case['id']}"
    counters = [
        (await service.call(li, "POST", f"{at}/counter-proposals", {"payment": payment, "months": 48})).json()
        for payment in (320000, 350000)
    ]
    rounds = (await service.call(li, "GET", f"{at}/rounds")).json()["items"]

    assert [one["kind"] for one in rounds] == ["counter", "counter", "menu"]
    assert [one["counter_proposal"]["id"] for one in rounds[:2]] == [counter["id"] for counter in reversed(counters)]
    assert [offer["id"] for offer in rounds[2]["menu"]] == [offer["id"] for offer in offers]
    assert [one["round"] for one in rounds] == sorted({one["round"] for one in rounds}, reverse=True)
    first = (await service.call(li, "GET", f"{at}/rounds?limit=2")).json()
    rest = (await service.call(li, "GET", f"{at}/rounds?limit=2&cursor={first['next']}")).json()
    assert [*first["items"], *rest["items"]] == rounds


async def test_a_counter_inside_the_limits_is_accepted_as_asked(service: Service) -> None:
    case, _ = await offered(service)
    li = await service.key("borrower", LI)
    asked = {"payment": 396000, "months": 36}
    answer = (await service.call(li, "POST", f"/v1/cases/{case['id']}/counter-proposals", asked)).json()

    assert answer["answer"] == "accepted"
    assert all(r["payment"] <= 396000 for r in answer["offer"]["loans"][0]["schedule"]["instalments"])


async def test_two_simultaneous_acceptances_make_one_agreement(service: Service) -> None:
    _, offers = await offered(service)
    li = await service.key("borrower", LI)
    paths = [f"/v1/offers/{offers[0]['id']}/accept", f"/v1/offers/{offers[-1]['id']}/accept"] * 2
    answers = await asyncio.gather(*(service.call(li, "POST", path, SIGNED) for path in paths))

    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


async def test_an_offer_cannot_be_accepted_after_its_expiry(service: Service) -> None:
    _, offers = await offered(service)
    li = await service.key("borrower", LI)
    service.clock.advance(days=15)
    answer = await service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)

    assert (answer.status_code, answer.json()["code"]) == (409, "offer_expired")


async def test_declared_loans_get_indicative_offers_that_cannot_be_accepted(service: Service) -> None:
    partner, li = await service.key("partner"), await service.key("borrower", LI)
    case = (await service.call(partner, "POST", "/v1/cases", li_json())).json()
    for item in case["evidence"]["missing"]:
        await upload(service, li, case["id"], item["kind"])
    offers = (await service.call(li, "GET", f"/v1/cases/{case['id']}/offers")).json()["items"]

    assert all(offer["indicative"] for offer in offers)
    answer = await service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_indicative")


async def test_a_rejection_lists_rule_fact_threshold_and_source(service: Service) -> None:
    """Income that carries the contract, and nothing overdue: there is no hardship."""
    loan = {**li_json()["loans"][0], "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0}
    budget = {**li_json()["budget"], "incomes": [{"kind": "self_employment", "monthly": 5000000, "gross": None}]}
    case = await post_li(service, loans=[loan], budget=budget)

    assert case["state"] == "rejected"
    reason = next(r for r in case["decision"]["reasons"] if r["code"] == "NO_HARDSHIP")
    assert reason["fact"]
    assert reason["threshold"]
    assert reason["source"]
    assert reason["text"]["zh-CN"]


async def test_the_history_tells_who_did_what_and_is_chained(service: Service) -> None:
    case, _ = await offered(service)
    desk = await service.key("caseworker")
    events = (await service.call(desk, "GET", f"/v1/cases/{case['id']}/events")).json()["items"]

    assert [e["type"] for e in events][:5] == [
        "created", "submit", "notice_sent", "reviewed", "request_information",
    ]  # fmt: skip
    assert all(later["previous_hash"] == earlier["hash"] for earlier, later in pairwise(events))
