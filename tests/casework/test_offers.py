"""Offers: what binds, until when, and what may be accepted."""

from typing import Any
from uuid import uuid4

import pytest

from tests.casework.people import OTHER, SIGNED, UNFEASIBLE, People, consents
from tests.domain.applications import li_json, li_loan_json

TERM_30 = {
    "instruments": [
        {"kind": "capitalise", "components": ["interest", "principal"]},
        {"kind": "term", "instalments": 30},
    ]
}
WAIVES_ALL = {
    "instruments": [
        {"kind": "waive", "principal": {"fraction": "0.6"}},
        {"kind": "capitalise", "components": ["interest", "principal"]},
        {"kind": "term", "instalments": 30},
    ]
}
MENDED: dict[str, Any] = {"loans": [li_loan_json()]}


def accept(offer: dict[str, Any]) -> str:
    return f"/v1/offers/{offer['id']}/accept"


async def test_an_offer_can_be_accepted_to_its_last_moment_and_then_no_more(people: People) -> None:
    """Fourteen days, to the moment; afterwards neither acceptance nor decline, and the offer shows as expired."""
    offers = await people.offered()
    assert {o["expires_at"] for o in offers} == {"2026-11-29T09:00:00Z"}
    people.clock.advance(days=14)
    assert await people.refused("li", accept(offers[0]), SIGNED) == (409, "offer_expired")
    assert await people.refused("li", f"/v1/offers/{offers[0]['id']}/decline") == (409, "offer_expired")
    assert {o["state"] for o in await people.offers()} == {"expired"}
    assert await people.refused("li", "counter-proposals", {"payment": 1}) == (409, "condition_not_met")

    people.clock.advance(microseconds=-1)
    await people.do("li", accept(offers[0]), SIGNED)
    assert people.state == "agreed"
    assert sorted({o["state"] for o in await people.offers()}) == ["accepted", "closed"]


async def test_who_accepts_and_why_others_may_not(people: People) -> None:
    """A foreign offer does not exist; the desk and the partner are told that it is not theirs to answer."""
    offers = await people.offered()
    at = accept(offers[0])
    for who in ("stranger", "other partner", "risk"):
        assert await people.refused(who, at, SIGNED) == (404, "offer_not_found")
    assert await people.refused("li", f"/v1/offers/{uuid4()}/accept", SIGNED) == (404, "offer_not_found")
    for who in ("wu", "zhao", "auditor", "servicing", "partner"):
        assert await people.refused(who, at, SIGNED) == (403, "role_not_allowed")
    people.clock.advance(days=15)
    assert await people.refused("wu", at, SIGNED) == (403, "role_not_allowed")


async def test_a_representative_accepts_with_a_verified_mandate_while_it_runs(people: People) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "negotiate", "until": "2026-11-20"}
    offers = await people.offered(borrower={**li_json()["borrower"], "representative": helper})
    at = accept(offers[0])
    assert await people.refused("adviser", at, SIGNED) == (403, "mandate_needed")
    await people.do("li", "amend", {"borrower": {"representative": {"scope": "accept"}}})
    at = accept((await people.offers())[0])
    assert await people.refused("adviser", at, SIGNED) == (403, "mandate_needed")
    mandate = await people.upload("mandate")
    assert await people.refused("adviser", at, SIGNED) == (403, "mandate_needed")
    await people.do("wu", f"evidence/{mandate['id']}/verify")

    people.clock.advance(days=6)
    assert await people.refused("adviser", at, SIGNED) == (404, "offer_not_found")
    people.clock.advance(days=-1)
    await people.do("adviser", at, SIGNED)
    assert people.state == "agreed"


async def test_a_partner_accepts_for_a_borrower_who_never_signs_in_with_its_own_mandate(people: People) -> None:
    """The document of the mandate may be named in the application, whatever its kind."""
    borrower = {**li_json()["borrower"], "subject": None}
    await people.post(borrower=borrower)
    await people.hand_in_all("partner")
    at = accept((await people.offers("partner"))[0])
    assert await people.refused("partner", at, SIGNED) == (403, "mandate_needed")
    letter = await people.upload("letter", "partner")
    named = {"subject": "acme", "scope": "accept", "mandate_evidence": letter["id"]}
    await people.do("partner", "amend", {"borrower": {"representative": named}})
    at = accept((await people.offers("partner"))[0])
    assert await people.refused("partner", at, SIGNED) == (403, "mandate_needed")
    await people.do("wu", f"evidence/{letter['id']}/verify")
    await people.do("partner", at, SIGNED)

    assert people.state == "agreed"
    (event,) = await people.events("accept")
    assert (event["actor_role"], event["actor"]) == ("borrower", "acme")


async def test_declining_concerns_one_offer_and_the_last_one_moves_the_case(people: People) -> None:
    first, *others = await people.offered()
    assert await people.refused("wu", f"/v1/offers/{first['id']}/decline") == (403, "role_not_allowed")
    for offer in (first, *others[:-1]):
        await people.do("li", f"/v1/offers/{offer['id']}/decline", {"reason": "No."})
        assert people.state == "offered"
    assert await people.refused("li", f"/v1/offers/{first['id']}/decline") == (409, "offer_declined")
    await people.do("li", f"/v1/offers/{others[-1]['id']}/decline")

    assert people.state == "declined"
    assert {o["state"] for o in await people.offers()} == {"declined"}
    assert len(await people.events("offer_declined")) == len(others)
    assert len(await people.events("decline")) == 1


async def test_an_offer_is_taken_back_by_a_supervisor_on_one_of_three_grounds(people: People) -> None:
    offers = await people.offered()
    at = f"/v1/offers/{offers[0]['id']}/withdraw"
    body = {"ground": "changed_balance", "reason": "A payment came in."}
    for who in ("wu", "li", "partner", "auditor"):
        assert await people.refused(who, at, body) == (403, "not_permitted")
    assert (await people.refused("zhao", at, {**body, "ground": "regret"}))[0] == 422
    taken = await people.do("zhao", at, body)

    assert taken["state"] == "withdrawn"
    assert people.state == "offered"
    assert await people.refused("li", accept(offers[0]), SIGNED) == (409, "offer_withdrawn")
    assert await people.refused("zhao", at, body) == (409, "offer_withdrawn")
    (event,) = await people.events("offer_withdrawn")
    assert event["particulars"] == {"offer": offers[0]["id"], "ground": "changed_balance"}
    people.clock.advance(days=14)
    assert await people.refused("zhao", f"/v1/offers/{offers[1]['id']}/withdraw", body) == (409, "offer_expired")


async def test_offers_are_made_in_an_approved_case_by_the_desk_alone(people: People) -> None:
    await people.post(submit=False)
    assert await people.refused("wu", "offers") == (409, "move_not_allowed")
    await people.do("partner", "submit")
    assert await people.refused("wu", "offers") == (409, "move_not_allowed")
    await people.hand_in_all()
    for who in ("li", "partner", "auditor", "servicing"):
        assert await people.refused(who, "offers") == (403, "not_permitted")
        assert await people.refused(who, "offers/preview") == (403, "not_permitted")
    first = set(await people.open_offers())
    made = await people.do("wu", "offers", {"terms": TERM_30})

    assert people.state == "offered"
    assert set(await people.open_offers()) == first | {made["items"][0]["id"]}
    assert len(made["items"][0]["loans"][0]["schedule"]["instalments"]) == 30
    assert [o["round"] for o in await people.offers()] == [2, *(1 for _ in first)]


async def test_own_terms_are_bound_by_authority_and_by_the_loans_of_the_case(people: People) -> None:
    await people.offered()
    for who in ("wu", "zhao"):
        answer = await people.ask(who, "POST", "offers", {"terms": WAIVES_ALL})
        assert (answer.status_code, answer.json()["code"], answer.json()["level"]) == (
            403,
            "authority_exceeded",
            "committee",
        )
    strange = {"loans": [{"loan_id": "L-9", **TERM_30}]}
    answer = await people.ask("wu", "POST", "offers", {"terms": strange})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/terms/loans/0/loan_id")


async def test_a_part_set_aside_is_due_apart_at_the_end(people: People) -> None:
    await people.offered()
    aside = {"kind": "forbear", "principal": {"amount": 1_000_000}}
    made = await people.do("wu", "offers", {"terms": {"instruments": [*TERM_30["instruments"], aside]}})
    (loan,) = made["items"][0]["loans"]

    assert loan["schedule"]["deferred"]["amount"] == 1_000_000
    assert loan["schedule"]["deferred"]["due_on"] == loan["schedule"]["instalments"][-1]["due_on"]


async def test_a_preview_stores_nothing_and_shows_what_terms_go_beyond(people: People) -> None:
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()
    before = await people.look()
    assert (await people.ask("wu", "POST", "offers/preview", {})).json()["items"] == []
    assert await people.refused("wu", "offers") == (409, "nothing_feasible")
    answer = await people.ask("wu", "POST", "offers/preview", {"terms": WAIVES_ALL})
    (shown,) = answer.json()["items"]

    assert shown["level"] == "committee"
    assert "affordable_payment" in {line["limit"] for line in shown["breaches"]}
    assert await people.look() == before
    assert await people.offers() == []


async def test_a_preview_of_an_application_that_is_not_whole_names_what_it_lacks(people: People) -> None:
    await people.post(submit=False, hardship=None)
    answer = await people.ask("wu", "POST", "offers/preview", {})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/hardship")


async def test_vouching_for_the_same_figures_binds_the_offers_that_rest_on_them(people: People) -> None:
    await people.post("declaring partner")
    assert people.case["application"]["loans"][0]["source"] == "declared"
    await people.hand_in_all()
    offers = await people.offers()
    assert all(o["indicative"] for o in offers)
    assert await people.refused("li", accept(offers[0]), SIGNED) == (409, "offer_indicative")
    for who in ("li", "declaring partner", "partner", "auditor"):
        assert await people.refused(who, "loans", MENDED, "PUT") == (403, "not_permitted")
    guarantor = {"role": "guarantor", "name": "王某", "subject": None, "must_sign": False, "notify": True}
    await people.do("servicing", "loans", {"loans": [li_loan_json(parties=[guarantor])]}, "PUT")

    (shown,) = people.case["application"]["loans"]
    assert (shown["source"], shown["parties"][0]["name"], people.case["application_version"]) == ("lender", "王某", 1)
    assert not any(o["indicative"] for o in await people.offers())
    (bound,) = await people.events("offers_bound")
    assert set(bound["particulars"]["offers"]) == {o["id"] for o in offers}
    await people.do("li", accept(offers[0]), SIGNED)
    assert people.state == "agreed"


async def test_vouching_for_other_figures_closes_indicative_offers_and_makes_new_ones(people: People) -> None:
    await people.post("declaring partner")
    await people.hand_in_all()
    old = await people.offers()
    balance = {"principal": 11_000_000, "interest": 300_000, "penalty": 0, "fees": 0}
    await people.do("wu", "loans", {"loans": [li_loan_json(balance=balance)]}, "PUT")

    offers = await people.offers()
    assert {o["state"] for o in offers if o["id"] in {x["id"] for x in old}} == {"closed"}
    new = [o for o in offers if o["state"] == "open"]
    assert new
    assert not any(o["indicative"] for o in new)
    line = next(x for x in new[0]["loans"][0]["reconciliation"] if x["component"] == "principal")
    assert line["before"] == 11_000_000
    (event,) = await people.events("loans_vouched")
    assert event["particulars"] == {"loans": ["L-001"], "changed": ["L-001"]}
    (closed,) = await people.events("offers_closed")
    assert closed["actor_role"] == "system"
    assert people.case["application"]["loans"][0]["balance"]["principal"] == 11_000_000


async def test_where_people_decide_they_make_the_new_offers(by_hand: People) -> None:
    await by_hand.post("declaring partner")
    await by_hand.hand_in_all()
    await by_hand.do("wu", "reviews")
    await by_hand.do("wu", "decisions", {"outcome": "approve", **OTHER})
    await by_hand.do("wu", "offers")
    await by_hand.do("servicing", "loans", {"loans": [li_loan_json(days_past_due=46)]}, "PUT")

    assert (by_hand.state, await by_hand.open_offers()) == ("offered", [])
    await by_hand.do("wu", "offers")
    assert not any(o["indicative"] for o in await by_hand.offers() if o["state"] == "open")


async def test_binding_offers_stand_when_a_balance_changes(people: People) -> None:
    """The lender is bound; it may take them back, with that ground."""
    offers = await people.offered()
    balance = {"principal": 11_000_000, "interest": 300_000, "penalty": 0, "fees": 0}
    await people.do("servicing", "loans", {"loans": [li_loan_json(balance=balance)]}, "PUT")

    assert set(await people.open_offers()) == {o["id"] for o in offers}
    await people.do("li", accept(offers[0]), SIGNED)
    assert people.state == "agreed"


@pytest.mark.parametrize(("days", "indicative"), ((7, False), (8, True)))
async def test_an_offer_binds_on_figures_of_the_last_seven_days(people: People, days: int, indicative: bool) -> None:
    people.clock.advance(days=days)
    offers = await people.offered()
    assert {o["indicative"] for o in offers} == {indicative}
    if indicative:
        await people.do("servicing", "loans", MENDED, "PUT")
        assert {o["indicative"] for o in await people.offers() if o["state"] == "open"} == {True}
        fresh = {"loans": [li_loan_json(as_of="2026-11-23", days_past_due=53)]}
        await people.do("servicing", "loans", fresh, "PUT")
        assert {o["indicative"] for o in await people.offers() if o["state"] == "open"} == {False}


async def test_every_loan_of_a_case_stands_in_every_offer(people: People) -> None:
    small = li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None, days_past_due=0)
    mortgage = {"value": 400_000, "valued_on": "2026-01-01", "lien_position": 1, "occupied": False}
    offers = await people.offered(loans=[li_loan_json(), {**small, "secured": mortgage}])

    for offer in offers:
        assert [one["loan_id"] for one in offer["loans"]] == ["L-001", "L-002"]
        assert [one["loan_id"] for one in offer["terms"]["loans"]] == ["L-001", "L-002"]
    answer = await people.ask("li", "GET", f"/v1/offers/{offers[0]['id']}/schedule")
    assert [one["loan_id"] for one in answer.json()["loans"]] == ["L-001", "L-002"]


async def test_without_consent_to_automation_a_person_makes_the_offers(people: People) -> None:
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    await people.do("zhao", "decisions", {"outcome": "approve", **OTHER})
    made = await people.do("zhao", "offers")

    assert people.state == "offered"
    (event,) = await people.events("make_offers")
    assert (event["actor"], event["actor_role"], event["caused_by"]) == ("zhao", "supervisor", None)
    assert event["particulars"]["offers"] == [o["id"] for o in made["items"]]
