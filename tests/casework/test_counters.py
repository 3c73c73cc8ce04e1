"""Counter-proposals: accepted, countered, refused or waiting; and what happens to the offers that stand meanwhile."""

from uuid import uuid4

from tests.casework.conftest import WithPack
from tests.casework.people import SIGNED, People
from tests.domain.applications import li_loan_json

FITS = {"payment": 396_000, "months": 36}
"""Within the limits, and what Li can pay."""
CAPITALISE = {"kind": "capitalise", "components": ["interest", "principal"]}


async def test_what_lies_within_limits_ability_and_authority_stands_as_it_was_asked(people: People) -> None:
    before = await people.offered()
    answer = await people.counter(**FITS)

    assert (answer["answer"], answer["binding"], people.state) == ("accepted", [], "offered")
    assert answer["answered_by"] == "system"
    assert [(r["round"], r["by"]) for r in await people.read("rounds", "li")] == [(2, "borrower"), (1, "system")]
    assert all(row["payment"] <= 396_000 for row in answer["offer"]["total"])
    assert {o["id"] for o in before} < set(await people.open_offers())
    assert [e["type"] for e in await people.events()][-2:] == ["counter", "make_offers"]
    (counter,) = await people.events("counter")
    (*_, made) = await people.events("make_offers")
    assert (made["actor_role"], made["caused_by"]) == ("system", counter["id"])


async def test_what_does_not_is_answered_with_the_nearest_plan_and_the_limits_in_its_way(people: People) -> None:
    await people.offered()
    answer = await people.counter(payment=320_000, months=48)

    assert answer["answer"] == "countered"
    assert "instalments_max_of_original" in {line["limit"] for line in answer["binding"]}
    assert {d["field"] for d in answer["diff"]} >= {"payment", "months"}
    (rounds,) = await people.counters()
    assert (rounds["id"], rounds["asked"]["payment"]) == (answer["id"], 320_000)
    assert rounds["offer"]["id"] == answer["offer"]["id"]


async def test_where_nothing_is_possible_the_counter_is_refused_with_what_it_lacks(people: People) -> None:
    """The balance turns out four times as high: the offers bind, and nothing else can be granted."""
    await people.offered()
    standing = await people.open_offers()
    balance = {"principal": 44_000_000, "interest": 314_751, "penalty": 24_336, "fees": 0}
    await people.do("servicing", "loans", {"loans": [li_loan_json(balance=balance)]}, "PUT")
    answer = await people.counter(payment=320_000, months=36)

    assert (answer["answer"], answer["offer"], people.state) == ("refused", None, "offered")
    assert answer["gap"]["monthly"] > 0
    assert await people.open_offers() == standing
    (refused,) = await people.events("refuse_counter")
    assert (refused["actor_role"], refused["particulars"]["counter_proposal"]) == ("system", answer["id"])


async def test_a_counter_leaves_standing_offers_at_least_a_week(people: People) -> None:
    offers = await people.offered()
    people.clock.advance(days=13)
    await people.counter(**FITS)

    stands = {o["id"]: o["expires_at"] for o in await people.offers()}
    assert {stands[o["id"]] for o in offers} == {"2026-12-05T09:00:00Z"}
    people.clock.advance(days=6)
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert people.state == "agreed"


async def test_a_counter_that_waits_for_a_person_keeps_the_offers_standing_until_a_week_after_the_answer(
    people: People,
) -> None:
    offers = await people.approved_by_hand()
    people.clock.advance(days=13)
    answer = await people.counter(**FITS)
    assert (answer["answer"], people.state) == ("waiting", "countered")
    assert await people.refused("li", "counter-proposals", FITS) == (409, "move_not_allowed")
    people.clock.advance(days=30)
    assert {o["state"] for o in await people.offers()} == {"open"}
    at = f"/v1/counter-proposals/{answer['id']}/refuse"
    for who in ("li", "partner", "auditor"):
        assert await people.refused(who, at, {"reason": "No."}) == (403, "not_permitted")
    assert await people.refused("stranger", at, {"reason": "No."}) == (404, "counter_proposal_not_found")
    nowhere = f"/v1/counter-proposals/{uuid4()}/refuse"
    assert await people.refused("wu", nowhere, {"reason": "No."}) == (404, "counter_proposal_not_found")
    for unsaid in ({}, {"reason": ""}, {"reason": " "}, {"reason": None}):
        assert await people.refused("wu", at, unsaid) == (422, "invalid")
    refused = await people.do("wu", at, {"reason": "The term is too long."})

    assert (refused["answer"], refused["reason"], people.state) == ("refused", "The term is too long.", "offered")
    assert {o["expires_at"] for o in await people.offers()} == {"2027-01-04T09:00:00Z"}
    assert await people.refused("wu", at, {"reason": "Again."}) == (409, "move_not_allowed")
    people.clock.advance(days=6)
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert people.state == "agreed"


async def test_what_had_expired_before_the_counter_does_not_come_back(people: People) -> None:
    """Two rounds, the first of which is over when Li counters: only the second keeps standing."""
    first = await people.approved_by_hand()
    people.clock.advance(days=7)
    second = await people.do("wu", "offers")
    people.clock.advance(days=8)
    await people.counter(**FITS)
    people.clock.advance(days=30)

    assert set(await people.open_offers()) == {o["id"] for o in second["items"]}
    at = f"/v1/offers/{first[0]['id']}/accept"
    assert await people.refused("li", at, SIGNED) == (409, "offer_expired")


async def test_a_persons_offer_answers_the_counter_that_waits(people: People) -> None:
    await people.approved_by_hand()
    waits = await people.counter(**FITS)
    await people.do("wu", "offers", {"terms": {"instruments": [CAPITALISE, {"kind": "term", "instalments": 30}]}})
    assert people.state == "offered"
    (countered,) = await people.counters()
    assert (countered["id"], countered["answer"]) == (waits["id"], "countered")
    assert len(countered["offer"]["loans"][0]["schedule"]["instalments"]) == 30
    assert countered["answered_by"] == "lender"
    paid = countered["offer"]["total"][0]["payment"]
    assert countered["diff"] == [
        {"field": "payment", "before": 396_000, "after": paid, "by": None},
        {"field": "months", "before": 36, "after": 30, "by": None},
    ]
    assert [(r["kind"], r["by"]) for r in await people.read("rounds", "li")] == [
        ("counter", "borrower"), ("menu", "lender"),
    ]  # fmt: skip

    await people.counter(**FITS)
    granted = [{"kind": "waive", "penalty": {"fraction": "1"}}, CAPITALISE, {"kind": "term", "instalments": 36}]
    await people.do("wu", "offers", {"terms": {"instruments": granted}})
    assert [r["answer"] for r in await people.counters()] == ["accepted", "countered"]
    over = f"/v1/counter-proposals/{waits['id']}/refuse"
    assert await people.refused("wu", over, {"reason": "No."}) == (409, "move_not_allowed")


async def test_only_the_counter_that_waits_can_be_refused(people: People) -> None:
    await people.approved_by_hand()
    first = await people.counter(**FITS)
    await people.do("wu", f"/v1/counter-proposals/{first['id']}/refuse", {"reason": "No."})
    second = await people.counter(payment=390_000)

    at = f"/v1/counter-proposals/{first['id']}/refuse"
    assert await people.refused("wu", at, {"reason": "No."}) == (409, "counter_proposal_answered")
    await people.do("wu", f"/v1/counter-proposals/{second['id']}/refuse", {"reason": "No."})
    assert [r["answer"] for r in await people.counters()] == ["refused", "refused"]


async def test_a_counter_that_nobody_will_answer_does_not_stay_open(people: People) -> None:
    """The borrower accepts another offer meanwhile."""
    offers = await people.approved_by_hand()
    await people.counter(**FITS)
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    (left,) = await people.counters()

    assert (people.state, left["answer"]) == ("agreed", "refused")
    assert "accept" in left["reason"]


async def test_without_automation_every_counter_waits(by_hand: People) -> None:
    await by_hand.post()
    await by_hand.hand_in_all()
    await by_hand.do("wu", "reviews")
    await by_hand.do("wu", "decisions", {"outcome": "approve", "reasons": ["EXCEEDS_ABILITY"]})
    await by_hand.do("wu", "offers")

    assert (await by_hand.counter(**FITS))["answer"] == "waiting"


async def test_an_offer_of_an_earlier_round_can_be_accepted_after_new_ones(people: People) -> None:
    """Also by a borrower whose counter-proposal was granted meanwhile; whatever else stood is closed with it."""
    first, *_ = await people.offered()
    granted = await people.counter(**FITS)
    await people.do("wu", "offers")
    await people.do("li", f"/v1/offers/{first['id']}/accept", SIGNED)

    assert people.state == "agreed"
    for offer, code in ((first, "offer_accepted"), (granted["offer"], "offer_closed")):
        assert await people.refused("li", f"/v1/offers/{offer['id']}/accept", SIGNED) == (409, code)
        assert await people.refused("stranger", f"/v1/offers/{offer['id']}/accept", SIGNED) == (404, "offer_not_found")


async def test_rounds_are_limited(with_pack: WithPack) -> None:
    async with with_pack(("rounds = 3", "rounds = 1")) as people:
        offers = await people.offered()
        await people.counter(**FITS)
        answer = await people.ask("li", "POST", "counter-proposals", FITS)
        assert (answer.status_code, answer.json()["detail"]) == (409, "All 1 rounds are used.")
        actions = await people.actions("li")
        assert (actions["counter"]["allowed"], actions["counter"]["why_not"]) == (False, "All 1 rounds are used.")
        await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)


async def test_who_counters_and_when(people: People) -> None:
    await people.post()
    assert await people.refused("li", "counter-proposals", FITS) == (409, "move_not_allowed")
    await people.hand_in_all()
    for who in ("wu", "partner", "auditor"):
        assert await people.refused(who, "counter-proposals", FITS) == (403, "role_not_allowed")
    assert await people.refused("stranger", "counter-proposals", FITS) == (404, "case_not_found")
    assert (await people.refused("li", "counter-proposals", {}))[0] == 422


async def test_a_counter_on_debts_that_cannot_be_worked_out_waits_for_a_person(people: People) -> None:
    """The lender's figures say now that the loan bears -100 %; the offers that were made stand."""
    offers = await people.offered()
    bullet = {"repayment": "bullet", "annual_rate": "-1", "next_due_on": None, "maturity_on": "2060-01-01"}
    await people.do("servicing", "loans", {"loans": [li_loan_json(**bullet)]}, "PUT")
    answer = await people.counter(**FITS)

    assert (answer["answer"], people.state) == ("waiting", "countered")
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert people.state == "agreed"


async def test_a_counter_is_answered_on_the_loans_as_they_are_now(people: People) -> None:
    """The offer of before names a loan that the case no longer has: it is no measure for what is asked now."""
    small = li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None, days_past_due=0)
    await people.offered(loans=[li_loan_json(), small])
    await people.do("servicing", "loans", {"loans": [li_loan_json()]}, "PUT")
    answer = await people.counter(**FITS)

    assert answer["answer"] in {"accepted", "countered"}
    assert [one["loan_id"] for one in answer["offer"]["loans"]] == ["L-001"]
