"""Deadlines that run out by themselves, holds, and requests for information."""

import asyncio
from typing import Any

import pytest

from service.app import worker_of
from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, REJECTED, SIGNED, Json, People, consents
from tests.domain.applications import li_loan_json

CLOCK = """
[[clocks]]
code = "decision"
title = { en = "Decision", "zh-CN" = "审批时限" }
anchor = "submit"
length = 15
mode = "MODE"
action = "escalate"
source = "Order 2020 No. 3"

[holds.breathing_space]"""
INTEREST = """
[holds.relief]
title = { en = "No interest", "zh-CN" = "停息" }
scopes = ["interest"]
anchor = "submit"
until = "length"
length = 60
once_in_months = 12
source = "a test"

[holds.breathing_space]"""
UNTIL_DECIDED = INTEREST.replace(
    'until = "length"\nlength = 60\nonce_in_months = 12', 'until = "decision"\nlength = 14'
)


async def sweep(people: People, **later: int) -> int:
    """Let time pass, and have the worker look for what has run out."""
    people.clock.advance(**later)
    done = await worker_of(people.service.app).sweep()
    await people.look()
    return done


async def clocks(people: People, code: str) -> list[Json]:
    """Read the clocks of a name."""
    return [clock for clock in await people.read("clocks?limit=100") if clock["code"] == code]


async def test_offers_expire_and_the_last_one_takes_the_case_along(people: People) -> None:
    offers = await people.offered()
    watched = await clocks(people, "offer")

    assert sorted(c["about"] for c in watched) == sorted(o["id"] for o in offers)
    assert await sweep(people, days=13) == 0
    assert await sweep(people, days=2) == len(offers)
    assert people.state == "lapsed"
    assert {o["state"] for o in await people.offers()} == {"expired"}
    (lapsed,) = await people.events("lapse")
    assert (lapsed["actor_role"], lapsed["caused_by"] is not None) == ("system", False)
    assert {c["state"] for c in await clocks(people, "offer")} == {"expired"}


async def test_a_lapsed_case_closes_when_its_window_ends_and_its_loans_are_free(people: People) -> None:
    await people.offered()
    await sweep(people, days=15)
    loans = people.case["application"]["loans"]
    assert await sweep(people, days=15) == 1

    assert people.state == "closed"
    await people.post(loans=[li_loan_json(id=loan["id"]) for loan in loans])
    assert people.state == "information_requested"


async def test_where_the_lender_lets_no_offer_stand_new_ones_are_due_within_a_week(people: People) -> None:
    """The case has no other deadline then: without this one it would stand on nobody's worklist."""
    offers = await people.offered()
    for offer in offers:
        assert await clocks(people, "new_offers") == []
        body = {"ground": "changed_balance", "reason": "A payment came in."}
        await people.do("zhao", f"/v1/offers/{offer['id']}/withdraw", body)

    assert [(c["code"], c["due_on"]) for c in await people.read("/v1/clocks")] == [("new_offers", "2026-11-22")]
    assert await sweep(people, days=8) == 1
    assert [e["particulars"]["code"] for e in await people.events("escalated")] == ["new_offers"]
    assert people.state == "offered"
    await people.do("zhao", "offers")
    assert {c["code"] for c in await people.read("/v1/clocks")} == {"offer"}


async def test_an_offer_does_not_expire_while_an_answer_is_owed(people: People) -> None:
    """And stands for a week at least once it was given."""
    offers = await people.approved_by_hand()
    await people.counter(payment=100_000, months=12)
    assert people.state == "countered"

    assert [c["code"] for c in await people.read("/v1/clocks")] == ["counter_answer"]
    assert await sweep(people, days=7) == 0
    assert await sweep(people, days=13) == 1
    assert [e["particulars"]["code"] for e in await people.events("escalated")] == ["counter_answer"]
    assert {c["state"] for c in await clocks(people, "offer")} == {"paused"}
    (waiting,) = [r for r in await people.counters() if r["answer"] == "waiting"]
    await people.do("wu", f"/v1/counter-proposals/{waiting['id']}/refuse", {"reason": "Too little."})
    assert {c["state"] for c in await clocks(people, "offer")} == {"running"}
    assert await sweep(people, days=6) == 0
    assert await sweep(people, days=2) == len(offers)
    assert people.state == "lapsed"


async def test_a_request_that_nobody_answers_lapses_on_the_day_it_named(people: People) -> None:
    await people.post()
    (clock,) = await clocks(people, "information")

    assert clock["due_on"] == people.case["information_due_on"]
    assert await sweep(people, days=30) == 0
    assert await sweep(people, days=1) == 1
    assert people.state == "lapsed"
    (request,) = await people.read("information-requests")
    assert request["state"] == "lapsed"


async def test_a_pack_may_have_the_case_judged_on_what_is_there_instead(with_pack: WithPack) -> None:
    """What is still missing is not asked for again: the case rests on the desk."""
    async with with_pack(("information_days = 30", 'information_days = 30\nlapse_action = "decide"')) as people:
        await people.post()
        assert await sweep(people, days=31) == 1

        assert people.state == "in_review"
        assert people.case["review"]["verdict"]["outcome"] == "request_information"


@pytest.mark.parametrize("mode", ("toll", "reanchor", "start_on_complete"))
async def test_missing_documents_hold_up_the_clock_of_the_decision(with_pack: WithPack, mode: str) -> None:
    async with with_pack(("\n[holds.breathing_space]", CLOCK.replace("MODE", mode))) as people:
        await people.post(**consents(automated=False))
        (clock,) = await clocks(people, "decision")
        assert (clock["state"], clock["paused_on"]) == ("paused", "2026-11-15")

        people.clock.advance(days=5)
        await people.hand_in_all()
        (clock,) = await clocks(people, "decision")
        assert (clock["state"], clock["due_on"], clock["paused_days"]) == ("running", "2026-12-05", 5)
        assert await sweep(people, days=16) == 1
        assert [e["particulars"]["code"] for e in await people.events("escalated")] == ["decision"]


async def test_a_decision_meets_its_clock(with_pack: WithPack) -> None:
    async with with_pack(("\n[holds.breathing_space]", CLOCK.replace("MODE", "toll"))) as people:
        await people.offered()

        assert [c["state"] for c in await clocks(people, "decision")] == ["met"]


async def test_a_rejection_has_its_windows(people: People) -> None:
    await people.post(**REJECTED)
    await people.hand_in_all()

    assert people.state == "rejected"
    assert await people.refused("wu", "close", {"reason": "Done."}) == (409, "condition_not_met")
    assert await sweep(people, days=15) == 1
    assert people.state == "rejected"
    assert await sweep(people, days=30) == 1
    assert people.state == "closed"


async def test_drafts_do_not_wait_for_ever(people: People) -> None:
    await people.post(submit=False)
    assert await sweep(people, days=91) == 1

    assert people.state == "closed"


async def test_whatever_runs_is_over_with_the_case(people: People) -> None:
    await people.offered()
    await people.do("li", "withdraw")

    assert {c["state"] for c in await people.read("clocks?limit=100")} <= {"cancelled", "met"}
    assert await sweep(people, days=400) == 0


async def test_two_workers_do_one_thing_once(people: People) -> None:
    offers = await people.offered()
    people.clock.advance(days=15)
    workers = [worker_of(people.service.app) for _ in range(2)]
    done = await asyncio.gather(*(worker.sweep() for worker in workers))

    assert sum(done) == len(offers)
    assert len(await people.events("offer_expired")) == len(offers)
    assert len(await people.events("lapse")) == 1


async def test_an_acceptance_and_an_expiry_at_once_end_in_one_legal_history(people: People) -> None:
    offers = await people.offered()
    people.clock.advance(days=14, seconds=-1)
    accepted, _ = await asyncio.gather(
        people.ask("li", "POST", f"/v1/offers/{offers[0]['id']}/accept", SIGNED), worker_of(people.service.app).sweep()
    )

    assert accepted.status_code == 201
    await people.look()
    assert people.state == "agreed"


async def test_the_worklist_shows_the_next_deadline_first_and_what_one_may_see(people: People) -> None:
    await people.post()
    first = people.case["id"]
    people.clock.advance(days=2)
    await people.post("other partner", loans=[li_loan_json(id="L-2")])
    seen = await people.read("/v1/clocks")

    assert [clock["case_id"] for clock in seen] == [first, people.case["id"]]
    assert [c["case_id"] for c in await people.read("/v1/clocks", "partner")] == [first]
    assert await people.read("/v1/clocks", "stranger") == []
    assert await people.read("/v1/clocks?due_before=2026-11-16") == []
    page = (await people.ask("wu", "GET", "/v1/clocks?limit=1")).json()
    rest = (await people.ask("wu", "GET", f"/v1/clocks?limit=1&cursor={page['next']}")).json()
    assert [c["case_id"] for c in (*page["items"], *rest["items"])] == [first, people.case["id"]]
    assert rest["next"] is None
    assert (await people.ask("wu", "GET", f"/v1/clocks?cursor={page['next']}x")).status_code == 422


async def test_a_hold_in_a_persons_words_runs_until_its_last_day(people: People) -> None:
    await people.post()
    hold = await people.do(
        "wu", "holds", {"reason": "illness", "scopes": ["contact", "collection"], "ends_on": "2026-11-20"}
    )

    assert [h["id"] for h in people.case["holds"]] == [hold["id"]]
    assert [e["particulars"]["scopes"] for e in await people.events("hold_set")] == [["collection", "contact"]]
    assert await sweep(people, days=5) == 0
    assert await sweep(people, days=1) == 1
    assert people.case["holds"] == []
    (ended,) = await people.read("holds")
    assert (ended["state"], ended["ends_on"]) == ("ended", "2026-11-20")
    assert await people.refused("wu", f"holds/{hold['id']}/end") == (409, "hold_ended")


async def test_a_hold_can_be_ended_by_the_lender_alone(people: People) -> None:
    await people.post()
    hold = await people.do("wu", "holds", {"reason": "talks", "scopes": ["contact"]})

    assert await people.refused("partner", f"holds/{hold['id']}/end") == (403, "not_permitted")
    assert await people.refused("wu", f"holds/{people.case['id']}/end") == (404, "hold_not_found")
    ended = await people.do("wu", f"holds/{hold['id']}/end")
    assert (ended["state"], ended["ends_on"]) == ("ended", "2026-11-15")


@pytest.mark.parametrize(
    ("who", "body", "refusal"),
    (
        ("li", {"reason": "illness", "scopes": ["contact"]}, (403, "not_permitted")),
        ("partner", {"reason": "illness", "scopes": ["contact"]}, (403, "not_permitted")),
        ("wu", {"reason": "illness"}, (422, "hold_not_allowed")),
        ("wu", {"reason": "illness", "scopes": ["contact"], "ends_on": "2026-11-01"}, (422, "hold_not_allowed")),
        ("stranger", {"reason": "illness", "scopes": ["contact"]}, (404, "case_not_found")),
    ),
)
async def test_who_may_not_set_which_hold(people: People, who: str, body: Json, refusal: tuple[int, str]) -> None:
    await people.post()

    assert await people.refused(who, "holds", body) == refusal


async def test_a_breathing_space_is_the_packs_and_comes_once_a_year(people: People) -> None:
    await people.post()
    hold = await people.do("partner", "holds", {"reason": "breathing_space"})

    assert (hold["ends_on"], hold["source"]) == ("2027-01-13", "SI 2020/1311")
    assert hold["scopes"] == ["contact", "collection", "enforcement"]
    assert await people.refused("partner", "holds", {"reason": "breathing_space"}) == (409, "hold_too_soon")
    await people.do("li", "withdraw")
    assert await people.refused("wu", "holds", {"reason": "x", "scopes": ["contact"]}) == (409, "case_ended")


async def test_the_packs_name_of_a_hold_is_no_way_around_the_pack(people: People) -> None:
    await people.post()
    at = {"reason": "breathing_space"}
    wide: Json = {**at, "scopes": ["interest", "fees"]}

    assert await people.refused("partner", "holds", wide) == (422, "hold_not_allowed")
    assert await people.refused("wu", "holds", {**at, "ends_on": "2027-01-14"}) == (422, "hold_not_allowed")
    assert await people.refused("wu", "holds", {**at, "starts_on": "2026-01-01"}) == (422, "hold_not_allowed")
    hold = await people.do("partner", "holds", {**at, "scopes": ["enforcement", "collection", "contact"]})
    assert hold["ends_on"] == "2027-01-13"
    assert (await people.ask("servicing", "GET", "events?limit=100")).json()["items"][-2]["particulars"] == {
        "hold": hold["id"], "scopes": ["contact", "collection", "enforcement"], "starts_on": "2026-11-15",
        "ends_on": "2027-01-13", "reason": "breathing_space",
    }  # fmt: skip


async def test_a_partner_sets_no_hold_that_a_signature_begins(with_pack: WithPack) -> None:
    performing = UNTIL_DECIDED.replace('"decision"\nlength = 14', '"performing"').replace('"submit"', '"accept"')
    async with with_pack(("\n[holds.breathing_space]", performing)) as people:
        await people.post()

        assert await people.refused("partner", "holds", {"reason": "relief"}) == (403, "not_permitted")
        await people.do("wu", "holds", {"reason": "relief"})
        assert await people.refused("wu", "holds", {"reason": "relief"}) == (409, "hold_not_renewable")


async def test_no_hold_outlives_its_case(people: People) -> None:
    """A draft that lapses ends its holds too, and nothing of it is waited for."""
    await people.post(submit=False)
    await people.do("partner", "holds", {"reason": "breathing_space"})
    await people.do("wu", "holds", {"reason": "illness", "scopes": ["interest"], "ends_on": "2027-12-31"})
    people.clock.advance(days=90)
    await sweep(people, days=1)

    assert people.state == "closed"
    assert {h["state"] for h in await people.read("holds")} == {"ended"}
    assert {c["state"] for c in await people.read("clocks?limit=100")} <= {"cancelled", "met", "expired"}
    assert await people.read("/v1/clocks") == []


async def test_a_hold_that_is_called_off_before_it_begins_pauses_nothing(people: People) -> None:
    plain = await people.offered()
    await people.do("li", "withdraw")
    await people.post()
    held = await people.do("wu", "holds", {"reason": "x", "scopes": ["interest"], "starts_on": "2026-11-28"})
    await people.do("wu", f"holds/{held['id']}/end")
    await people.hand_in_all()

    assert (await people.offers())[0]["total"] == plain[0]["total"]


async def test_a_rejection_that_a_person_looks_at_again_keeps_the_hold(with_pack: WithPack) -> None:
    async with with_pack(("\n[holds.breathing_space]", UNTIL_DECIDED)) as people:
        await people.post(**REJECTED)
        await people.hand_in_all()
        await people.do("li", "human-review")

        assert [h["ends_on"] for h in await people.read("holds")] == [None]
        assert await sweep(people, days=16) == 0
        await people.do("zhao", "decisions", {"outcome": "reject", **OTHER})
        assert [h["ends_on"] for h in await people.read("holds")] == ["2026-12-15"]


async def test_nothing_accrues_under_an_interest_hold(with_pack: WithPack) -> None:
    async with with_pack(("\n[holds.breathing_space]", INTEREST)) as people:
        (offer, *_) = await people.offered()
        lines = {line["component"]: line["accrued"] for line in offer["loans"][0]["reconciliation"]}

        assert (lines["interest"], lines["penalty"]) == (0, 0)
        await people.do("li", "withdraw")
        await people.post()
        told = await people.events("hold_not_set")
        assert [e["particulars"] for e in told] == [{"reason": "relief", "again_on": "2027-11-15"}]


@pytest.mark.parametrize(("changes", "ends_on"), (({}, None), (REJECTED, "2026-11-29")))
async def test_a_hold_until_the_decision_goes_on_after_a_refusal(
    with_pack: WithPack, changes: dict[str, Any], ends_on: str
) -> None:
    async with with_pack(("\n[holds.breathing_space]", UNTIL_DECIDED)) as people:
        await people.post(**changes)
        if people.state == "information_requested":
            assert [hold["ends_on"] for hold in people.case["holds"]] == [None]
        await people.hand_in_all()

        (hold,) = await people.read("holds")
        assert hold["ends_on"] == ends_on


async def test_a_person_may_ask_for_more_and_the_answer_sends_the_case_on(people: People) -> None:
    await people.manual()
    asked = {"items": [{"kind": "rental_contract", "loan_id": None, "why": "The rent is higher than usual."}]}
    request = await people.do("wu", "information-requests", {**asked, "due_on": "2026-11-25"})

    assert people.state == "information_requested"
    assert (request["state"], request["due_on"]) == ("open", "2026-11-25")
    assert [(i["kind"], list(i["why"].values())) for i in people.case["evidence"]["missing"]] == [
        ("rental_contract", ["The rent is higher than usual."])
    ]
    assert [c["due_on"] for c in await clocks(people, "information") if c["state"] == "running"] == ["2026-11-25"]
    await people.do("wu", "information-requests", {"items": [{"kind": "lease_plan", "why": "As well."}]})
    assert [c["due_on"] for c in await clocks(people, "information") if c["state"] == "running"] == ["2026-12-15"]
    await people.hand_in_all()
    assert people.state == "in_review"
    assert {r["state"] for r in await people.read("information-requests")} == {"answered"}


async def test_what_is_valid_is_not_asked_for_again_and_nobody_is_hurried(people: People) -> None:
    await people.manual()
    items = [
        {"kind": "bank_statements", "loan_id": None, "why": "Again, please."},
        {"kind": "valuation", "loan_id": "L-404", "why": "Of what?"},
    ]
    answer = await people.ask("wu", "POST", "information-requests", {"items": items, "due_on": "2026-11-21"})

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/items/0/kind", "already_valid"),
        ("/items/1/loan_id", "loan_unknown"),
        ("/due_on", "too_soon"),
    ]
    one = {"items": [{"kind": "valuation", "why": "To know."}]}
    assert await people.refused("partner", "information-requests", one) == (403, "not_permitted")
    await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
    assert await people.refused("wu", "information-requests", one) == (409, "move_not_allowed")


async def test_a_service_that_was_down_catches_up_and_gives_the_time_that_follows_from_now(people: People) -> None:
    """The offers expired long ago; the time to take the case up again begins when that is written down."""
    offers = await people.offered()
    assert await sweep(people, days=60) == len(offers)

    assert people.state == "lapsed"
    (window,) = await clocks(people, "lapsed_window")
    assert (window["state"], window["anchored_on"], window["due_on"]) == ("running", "2027-01-14", "2027-01-28")
    assert await sweep(people, days=0) == 0


async def test_interest_holds_of_many_kinds_take_their_days_out_of_an_offer_to_the_cent(people: People) -> None:
    """One began before the figures were taken, two overlap, and one goes on beyond the day the offer takes effect."""
    await people.post()
    for starts_on, ends_on in (
        ("2026-11-01", "2026-11-16"), ("2026-11-20", "2026-11-24"), ("2026-11-22", "2026-11-25"),
        ("2026-11-30", "2027-03-01"),
    ):  # fmt: skip
        body = {"reason": "talks", "scopes": ["interest"], "starts_on": starts_on, "ends_on": ends_on}
        await people.do("wu", "holds", body)
    await people.hand_in_all()
    (offer, *_) = await people.offers()
    lines = {line["component"]: line["accrued"] for line in offer["loans"][0]["reconciliation"]}

    assert offer["effective_on"] == "2026-12-01"
    assert lines["interest"] == round(9_953_578 * 0.144 * 7 / 360)
