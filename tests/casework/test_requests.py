"""Requests for information: what may be asked for, until when, and what two requests make of one case."""

import asyncio
from typing import Any

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import REJECTED, Json, People, consents
from tests.casework.test_deadlines import CLOCK, clocks, sweep
from tests.domain.applications import li_loan_json


def item(kind: str = "rental_contract", why: str = "The rent is high.", **more: Any) -> Json:
    """Return an item to ask for."""
    return {"kind": kind, "why": why, **more}


async def missing(people: People) -> list[tuple[str, str | None]]:
    """Read which documents are missing, once each."""
    await people.look()
    return [(one["kind"], one["loan_id"]) for one in people.case["evidence"]["missing"]]


async def test_an_item_that_is_asked_for_twice_is_missing_once(people: People) -> None:
    await people.manual()
    body = {"items": [item()]}
    answers = await asyncio.gather(*(people.ask(who, "POST", "information-requests", body) for who in ("wu", "ren")))

    assert sorted(a.status_code for a in answers) == [201, 201]
    assert await missing(people) == [("rental_contract", None)]
    assert [e["type"] for e in await people.events()][-2:] == ["request_information", "information_asked_for"]
    assert [c["state"] for c in await clocks(people, "information")][-1:] == ["running"]
    await people.upload("rental_contract")
    assert people.state == "in_review"
    assert {r["state"] for r in await people.read("information-requests")} == {"answered"}


async def test_a_second_request_hurries_nobody(people: People) -> None:
    await people.manual()
    await people.do("wu", "information-requests", {"items": [item()], "due_on": "2026-12-20"})
    second = await people.do("wu", "information-requests", {"items": [item("lease_plan")], "due_on": "2026-11-25"})

    assert second["due_on"] == "2026-11-25"
    assert people.case["information_due_on"] == "2026-12-20"
    assert await sweep(people, days=35) == 0
    assert await sweep(people, days=1) == 1
    assert people.state == "lapsed"
    assert {r["state"] for r in await people.read("information-requests")} >= {"lapsed"}


@pytest.mark.parametrize(
    ("due_on", "code"),
    (
        ("2026-11-01", "too_soon"),
        ("2026-11-21", "too_soon"),
        ("2027-02-14", "too_late"),
        ("2200-12-31", "too_late"),
    ),
)
async def test_a_request_gives_a_week_to_ninety_days(people: People, due_on: str, code: str) -> None:
    await people.manual()
    answer = await people.ask("wu", "POST", "information-requests", {"items": [item()], "due_on": due_on})

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/due_on", code)]


@pytest.mark.parametrize("due_on", ("2026-11-22", "2027-01-01", "2027-02-13"))
async def test_the_last_day_is_the_day_that_was_named_a_holiday_too(people: People, due_on: str) -> None:
    await people.manual()
    request = await people.do("wu", "information-requests", {"items": [item()], "due_on": due_on})

    assert (request["due_on"], people.case["information_due_on"]) == (due_on, due_on)
    assert [c["due_on"] for c in await clocks(people, "information") if c["state"] == "running"] == [due_on]


async def test_items_of_one_loan_are_valid_where_a_document_about_it_is_there(people: People) -> None:
    """A document that names no loan serves all; a question that names none is answered by a document about any."""
    second = li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None, days_past_due=0)
    await people.manual(loans=[li_loan_json(), second], **consents(automated=False))
    await people.upload("valuation", loan_id="L-001")
    items = [
        item("valuation", loan_id="L-001"),
        item("valuation", loan_id="L-002"),
        item("valuation", loan_id="L-002"),
        item("valuation"),
        item("bank_statements", loan_id="L-002"),
    ]
    answer = await people.ask("wu", "POST", "information-requests", {"items": items})

    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/items/0/kind", "already_valid"),
        ("/items/2/kind", "asked_twice"),
        ("/items/3/kind", "already_valid"),
        ("/items/4/kind", "already_valid"),
    ]
    await people.do("wu", "information-requests", {"items": [items[1]]})
    assert await missing(people) == [("valuation", "L-002")]
    await people.upload("valuation", loan_id="L-001")
    assert people.state == "information_requested"
    await people.upload("valuation", loan_id="L-002")
    assert people.state != "information_requested"


async def test_a_state_in_which_nothing_is_asked_says_so_before_the_items_are_looked_at(people: People) -> None:
    await people.offered()
    answer = await people.ask("wu", "POST", "information-requests", {"items": [item("bank_statements")]})

    assert (answer.status_code, answer.json()["code"]) == (409, "move_not_allowed")
    assert "request_information" not in answer.json()["allowed"]


@pytest.mark.parametrize(("who", "way", "state"), (("li", "withdraw", "withdrawn"), ("wu", "reviews", "in_review")))
async def test_requests_end_when_the_case_goes_another_way(people: People, who: str, way: str, state: str) -> None:
    await people.manual()
    await people.do("wu", "information-requests", {"items": [item()]})
    await people.do(who, way)

    assert (people.state, people.case["information_due_on"]) == (state, None)
    assert [r["state"] for r in await people.read("information-requests")][-1] == "ended"
    assert await sweep(people, days=100) == 0


async def test_what_a_person_asked_for_is_waited_for_whatever_else_arrives(people: People) -> None:
    await people.manual()
    await people.do("wu", "information-requests", {"items": [item()]})
    paper = next(e for e in await people.read("evidence") if e["state"] == "received")
    await people.do("wu", f"evidence/{paper['id']}/verify")
    await people.do("wu", "flags", {"adviser_engaged": True}, "PATCH")

    assert people.state == "information_requested"
    assert await missing(people) == [("rental_contract", None)]


async def test_where_people_decide_a_clock_that_decides_decides_nothing(with_pack: WithPack) -> None:
    decide = ("information_days = 30", 'information_days = 30\nlapse_action = "decide"')
    async with with_pack(decide, automatic=False) as people:
        await people.post(**REJECTED)
        await people.do("wu", "reviews")
        await people.do("wu", "information-requests", {"items": [item()]})
        assert people.state == "information_requested"
        await sweep(people, days=31)

        assert people.state == "in_review"
        assert people.case["decision"] is None
        assert [e["particulars"]["code"] for e in await people.events("escalated")] == ["information"]


async def test_a_file_that_is_not_complete_starts_no_clock_once_more(with_pack: WithPack) -> None:
    async with with_pack(("\n[holds.breathing_space]", CLOCK.replace("MODE", "reanchor")), automatic=False) as people:
        await people.post()
        await people.do("wu", "reviews")
        people.clock.advance(days=5)
        await people.do("wu", "information-requests", {"items": [item()]})
        people.clock.advance(days=5)
        await people.do("wu", "reviews")
        (clock,) = await clocks(people, "decision")

        assert (clock["state"], clock["anchored_on"], clock["due_on"]) == ("running", "2026-11-15", "2026-12-05")


async def test_a_clock_that_starts_with_a_complete_file_waits_for_it_where_nobody_asked(with_pack: WithPack) -> None:
    changed = CLOCK.replace("MODE", "start_on_complete")
    async with with_pack(("\n[holds.breathing_space]", changed), automatic=False) as people:
        await people.post()
        (clock,) = await clocks(people, "decision")
        assert clock["state"] == "paused"
        people.clock.advance(days=4)
        first, *others = people.case["evidence"]["missing"]
        await people.upload(first["kind"])
        for one in others:
            assert [c["state"] for c in await clocks(people, "decision")] == ["paused"]
            await people.upload(one["kind"])

        (clock,) = await clocks(people, "decision")
        assert (clock["state"], clock["anchored_on"], clock["due_on"]) == ("running", "2026-11-19", "2026-12-04")


async def test_a_case_that_is_taken_up_again_has_its_clocks_again(with_pack: WithPack) -> None:
    async with with_pack(("\n[holds.breathing_space]", CLOCK.replace("MODE", "toll"))) as people:
        offers = await people.offered()
        for offer in offers:
            await people.do("li", f"/v1/offers/{offer['id']}/decline")
        people.clock.advance(days=3)
        await people.do("li", "reopen")

        assert people.state == "offered"
        assert [c["state"] for c in await clocks(people, "decision")] == ["met", "met"]
