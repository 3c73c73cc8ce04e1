"""Posting, submitting, changing, amending, reopening, withdrawing and closing; one case at a time for a loan."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from service.domain.actors import Role
from service.domain.lifecycle import CaseAction
from service.storage import agreements
from tests.casework.people import OTHER, REJECTED, SIGNED, People, move
from tests.domain.applications import li_json, li_loan_json


def loan(**changes: Any) -> dict[str, Any]:
    return {"loans": [li_loan_json(**changes)]}


async def test_a_draft_may_lack_almost_anything_and_says_all_of_it_when_submitted(people: People) -> None:
    await people.do("partner", "/v1/cases", {"currency": "CNY"})
    people.case = (await people.ask("partner", "GET", "/v1/cases")).json()["items"][0]
    await people.look()
    assert people.state == "draft"
    answer = await people.ask("partner", "POST", "submit", {})

    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/borrower/kind", "/borrower/name", "/loans", "/hardship", "/budget", "/consents/data_processing",
    }  # fmt: skip
    assert (await people.ask("wu", "POST", "submit", {})).status_code == 403
    whole = {name: li_json()[name] for name in ("borrower", "loans", "hardship", "budget", "consents")}
    whole["borrower"]["subject"] = None
    await people.do("partner", "application", whole, "PATCH")
    await people.do("partner", "submit")
    assert (people.state, people.case["application_version"]) == ("information_requested", 2)
    assert await people.refused("partner", "submit") == (409, "move_not_allowed")


@pytest.mark.parametrize(
    ("who", "status"),
    (
        ("li", 201),
        ("partner", 201),
        ("wu", 201),
        ("zhao", 201),
        ("servicing", 201),
        ("adviser", 201),
        ("auditor", 403),
        ("risk", 403),
        ("stranger", 403),
    ),
)
async def test_who_posts_a_case_submits_it(people: People, who: str, status: int) -> None:
    """Also the desk by telephone and the servicing system by import; a borrower only for themselves."""
    answer = await people.ask(who, "POST", "/v1/cases", {**li_json(), "channel": "phone"})

    assert answer.status_code == status, answer.text
    if status == 201:
        people.case = answer.json()
        assert (await people.look())["state"] == "information_requested"
        vouched = "lender" if who in {"partner", "wu", "zhao", "servicing"} else "declared"
        assert people.case["application"]["loans"][0]["source"] == vouched
        await people.do(who, "withdraw")
        assert people.state == "withdrawn"


async def test_a_borrower_who_posts_owns_the_case(people: People) -> None:
    await people.post("li", borrower={**li_json()["borrower"], "subject": None})

    assert people.case["application"]["borrower"]["subject"] == "user-481"
    assert (await people.ask("stranger", "GET", "")).status_code == 404


async def test_a_reference_is_unique_for_its_poster_only(people: People) -> None:
    await people.post(reference="R-1")
    second = {**li_json(), "reference": "R-1", **loan(id="L-2")}
    people_case, people.case = people.case, {}
    assert await people.refused("partner", "/v1/cases", second) == (409, "reference_taken")
    assert (await people.ask("other partner", "POST", "/v1/cases", second)).status_code == 201
    assert (
        await people.ask("partner", "POST", "/v1/cases", {**second, "reference": None, **loan(id="L-3")})
    ).status_code == 201
    assert people_case["reference"] == "R-1"


async def test_a_loan_is_in_one_case_until_that_case_ends(people: People) -> None:
    """Also when it is declined, lapsed or rejected: the case may come back."""
    await people.post(**REJECTED)
    body = {**li_json(), "reference": "again"}
    people_case = people.case
    for ended in (False, True):
        answer = await people.ask("other partner", "POST", "/v1/cases", body)
        assert answer.status_code == (201 if ended else 409)
        if not ended:
            assert (answer.json()["code"], answer.json()["pointer"]) == ("loan_in_negotiation", "/loans/0/id")
            assert people.state == "rejected"
            assert await people.refused("wu", "close", {"reason": "Done."}) == (409, "condition_not_met")
            people.clock.advance(days=14)
            await people.do("wu", "close", {"reason": "Done."})
            assert people.state == "closed"
    assert people_case["id"] == people.case["id"]


async def test_a_loan_added_later_is_held_too(people: People) -> None:
    await people.post(**loan(id="L-1"))
    first = people.case
    await people.post(**loan(id="L-2"))
    both = {"loans": [li_loan_json(id="L-2"), li_loan_json(id="L-1")]}

    assert await people.refused("partner", "application", both, "PATCH") == (409, "loan_in_negotiation")
    assert await people.refused("wu", "loans", both, "PUT") == (409, "loan_in_negotiation")
    people.case = first
    await people.do("li", "withdraw")
    people.case = (await people.ask("wu", "GET", "/v1/cases?loan=L-2")).json()["items"][0]
    await people.do("partner", "application", both, "PATCH")
    assert [one["id"] for one in people.case["application"]["loans"]] == ["L-2", "L-1"]


async def test_a_change_makes_a_version_and_no_change_makes_none(people: People) -> None:
    await people.post()
    version, events = people.case["version"], len(await people.events())
    same = people.case["application"]["request"]
    await people.do("partner", "application", {"request": same}, "PATCH")
    assert (people.case["application_version"], people.case["version"], len(await people.events())) == (
        1,
        version,
        events,
    )

    await people.do("partner", "application", {"request": {"months": 40}, "hardship": {"narrative": None}}, "PATCH")
    assert people.case["application_version"] == 2
    assert people.case["application"]["request"]["months"] == 40
    assert people.case["application"]["borrower"]["name"] == "李某"
    (event,) = await people.events("application_changed")
    assert event["particulars"] == {"application_version": 2}


async def test_what_the_lender_vouched_for_stays_whatever_the_borrower_writes(people: People) -> None:
    guarantor = {"role": "guarantor", "name": "王某", "subject": None, "must_sign": True, "notify": False}
    await people.post(**loan(parties=[guarantor]))
    mine = li_loan_json(balance={"principal": 1, "interest": 0, "penalty": 0, "fees": 0}, overdue=None, parties=[])
    await people.do("li", "application", {"loans": [mine, li_loan_json(id="L-002")]}, "PATCH")
    first, second = people.case["application"]["loans"]

    assert (first["balance"]["principal"], first["source"]) == (11_069_457, "lender")
    assert first["parties"][0]["name"] == "王某"
    assert second["source"] == "declared"
    await people.do("wu", "application", {"loans": [li_loan_json(instalment=1)]}, "PATCH")
    (only,) = people.case["application"]["loans"]
    assert (only["instalment"], only["source"]) == (1, "lender")


async def test_a_patch_may_complete_what_was_asked_for(people: People) -> None:
    """All documents are there, and a member is missing: putting it in sends the case on."""
    await people.post()
    await people.do("partner", "application", {"hardship": {"since": None}}, "PATCH")
    await people.hand_in_all()
    assert (people.state, people.case["evidence"]["missing"]) == ("information_requested", [])
    await people.do("partner", "application", {"hardship": {"since": "2026-08-01"}}, "PATCH")

    assert people.state == "offered"


async def test_an_application_that_is_judged_or_answered_is_changed_by_amending_it(people: People) -> None:
    """A patch does the same as an amendment there; both are the borrower's side's alone, and need a change."""
    await people.manual()
    months = {"request": {"months": 40}}
    assert await people.refused("wu", "application", months, "PATCH") == (403, "role_not_allowed")
    assert await people.refused("wu", "amend", months) == (403, "role_not_allowed")
    assert await people.refused("li", "amend", {}) == (409, "condition_not_met")
    assert await people.refused("li", "amend", {"hardship": {"since": None}}) == (422, "invalid")
    await people.do("li", "amend", months)
    assert (people.state, people.case["application_version"]) == ("in_review", 2)
    await people.do("li", "application", {"request": {"months": 41}}, "PATCH")
    assert (people.state, people.case["application_version"]) == ("in_review", 3)
    amended = await people.events("amend")
    assert [e["particulars"]["from_version"] for e in amended] == [1, 2]
    assert [e["particulars"]["to"] for e in amended] == ["submitted", "submitted"]


async def test_an_amended_case_with_offers_is_judged_again_and_old_offers_still_stand(people: People) -> None:
    first = await people.offered()
    await people.do("li", "amend", {"request": {"months": 30}})

    assert people.state == "offered"
    assert {o["id"] for o in first} < set(await people.open_offers())


async def test_where_an_application_cannot_be_changed(by_hand: People) -> None:
    await by_hand.post()
    assert by_hand.state == "submitted"
    months = {"request": {"months": 40}}
    assert await by_hand.refused("partner", "application", months, "PATCH") == (409, "not_patchable")
    assert await by_hand.refused("partner", "amend", months) == (409, "move_not_allowed")
    for who in ("auditor", "servicing"):
        assert await by_hand.refused(who, "application", months, "PATCH") == (403, "not_permitted")
    assert await by_hand.refused("stranger", "application", months, "PATCH") == (404, "case_not_found")


async def test_a_declined_case_is_reopened_by_either_side_without_a_change(people: People) -> None:
    offers = await people.offered()
    for offer in offers:
        await people.do("li", f"/v1/offers/{offer['id']}/decline", {"reason": "Too much."})
    assert people.state == "declined"
    assert await people.refused("auditor", "reopen") == (403, "role_not_allowed")
    await people.do("wu", "reopen")

    assert people.state == "offered"
    assert len(await people.open_offers()) == len(offers)
    assert await people.refused("li", "reopen") == (409, "move_not_allowed")


async def test_a_closed_case_is_at_its_end(people: People) -> None:
    offers = await people.offered()
    for offer in offers:
        await people.do("li", f"/v1/offers/{offer['id']}/decline")
    assert await people.refused("li", "close") == (403, "role_not_allowed")
    await people.do("wu", "close", {"reason": "No answer."})

    assert people.state == "closed"
    (event,) = await people.events("close")
    assert event["particulars"]["reason"] == "No answer."
    for path, body, method in (
        ("loans", {"loans": [li_loan_json()]}, "PUT"),
        ("flags", {"insolvent": True}, "PATCH"),
        ("assign", {"assignee": "wu"}, "POST"),
    ):
        assert await people.refused("wu", path, body, method) == (409, "case_ended")


async def test_a_withdrawn_case_frees_its_loans_and_closes_its_offers(people: People) -> None:
    offers = await people.offered()
    assert await people.refused("wu", "withdraw") == (403, "role_not_allowed")
    await people.do("partner", "withdraw")

    assert people.state == "withdrawn"
    assert {o["state"] for o in await people.offers()} == {"closed"}
    assert await people.refused("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED) == (409, "offer_closed")
    await people.post()
    assert people.state == "information_requested"


async def test_cases_are_assigned_by_the_desk(people: People) -> None:
    await people.post()
    assert await people.refused("partner", "assign", {"assignee": "wu"}) == (403, "not_permitted")
    await people.do("zhao", "assign", {"assignee": "wu"})
    assert people.case["assignee"] == "wu"
    assert (await people.look("li"))["assignee"] is None
    assert [c["id"] for c in (await people.ask("wu", "GET", "/v1/cases?assignee=wu")).json()["items"]] == [
        people.case["id"]
    ]
    await people.do("zhao", "assign", {"assignee": None})
    assert people.case["assignee"] is None


async def test_a_referred_case_comes_back_to_the_desk(people: People) -> None:
    await people.manual()
    await move(people, CaseAction.REFER, role=Role.CASEWORKER)
    assert await people.refused("li", "resume") == (403, "role_not_allowed")
    await people.do("wu", "resume")
    assert people.state == "in_review"
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    await move(people, CaseAction.REFER, role=Role.CASEWORKER)
    await people.do("wu", "offers")
    assert people.state == "offered"


async def test_a_renegotiation_takes_the_place_of_the_agreement_it_follows(people: People) -> None:
    """The old agreement runs until the new one is active; meanwhile nobody else may take the loan up."""
    old = await people.agreed()
    first = people.case
    other = {**li_json(), "reference": str(uuid4())}
    people.case = {}
    assert await people.refused("partner", "/v1/cases", other) == (409, "loan_in_negotiation")
    for unknown in (str(uuid4()), "nonsense"):
        assert await people.refused("partner", "/v1/cases", {**other, "follows": unknown}) == (422, "invalid")
    assert await people.refused("other partner", "/v1/cases", {**other, "follows": first["id"]}) == (422, "invalid")

    offers = await people.offered(follows=first["id"])
    assert people.case["follows"] == first["id"]
    agreement = f"/v1/agreements/{old['id']}"
    assert (await people.ask("li", "GET", agreement)).json()["state"] == "active"
    second = people.case
    people.case = {}
    assert await people.refused("partner", "/v1/cases", other) == (409, "loan_in_negotiation")
    people.case = second
    new = await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)

    assert new["state"] == "active"
    assert (await people.ask("li", "GET", agreement)).json()["state"] == "cancelled"
    people.case = first
    (replaced,) = await people.events("agreement_replaced")
    assert replaced["particulars"] == {"agreement": old["id"], "by": new["id"], "loans": ["L-001"]}
    assert (replaced["actor_role"], await people.look()) == ("system", people.case)
    assert people.state == "closed"


async def test_a_renegotiation_that_comes_to_nothing_gives_the_loan_back(people: People) -> None:
    await people.agreed()
    first = people.case["id"]
    await people.post(follows=first)
    await people.do("li", "withdraw")
    other = {**li_json(), "reference": str(uuid4())}
    people.case = {}

    assert await people.refused("partner", "/v1/cases", other) == (409, "loan_in_negotiation")
    await people.post(follows=first)
    assert people.state == "information_requested"


async def test_a_renegotiation_takes_over_no_more_than_its_own_loans(people: People) -> None:
    await people.agreed(
        loans=[
            li_loan_json(),
            li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None),
        ]
    )
    await people.post(follows=people.case["id"])
    people.case = {}

    answer = await people.ask("other partner", "POST", "/v1/cases", {**li_json(), **loan(id="L-002")})
    assert (answer.status_code, answer.json()["code"]) == (409, "loan_in_negotiation")


async def test_a_breached_agreement_stays_breached_and_its_case_closes_when_it_is_replaced(people: People) -> None:
    agreement = await people.agreed()
    first = people.case
    async with people.service.app.state.parts.database.writing() as session:
        row = await agreements.get(session, UUID(agreement["id"]))
        assert row is not None
        row.state = "breached"
    await move(people, CaseAction.BREACH, role=Role.SYSTEM)
    offers = await people.offered(follows=first["id"])
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    people.case = first

    assert (await people.look())["state"] == "closed"
    assert [e["actor_role"] for e in await people.events("close")] == ["system"]
    assert await people.events("agreement_replaced") == []
    assert (await people.ask("li", "GET", f"/v1/agreements/{agreement['id']}")).json()["state"] == "breached"


async def test_a_case_may_follow_one_that_came_to_no_agreement(people: People) -> None:
    await people.post()
    await people.do("li", "withdraw")
    first = people.case
    agreement = await people.agreed(follows=first["id"])
    people.case = first

    assert agreement["state"] == "active"
    assert (await people.look()) == first
