"""How agreements are kept: instalments that are due, reminded of, missed and caught up, breach, and the way back."""

import asyncio
from typing import Any

import pytest

from service.app import worker_of
from tests.casework.conftest import WithPack
from tests.casework.people import People
from tests.casework.performing import LI_PAYS, Plan, agreed
from tests.domain.applications import li_loan_json

NEWS = ("payment_due", "reminder", "payment_missed", "payment_caught_up", "remedy_notice", "breach")


async def test_an_agreement_says_how_it_stands(people: People) -> None:
    plan = await agreed(people)
    rows = await plan.rows()

    assert plan.agreement["active_from"] == "2026-11-15"
    assert (plan.agreement["ends_on"], plan.agreement["schedule"]) == ("2029-12-01", 1)
    assert plan.agreement["performance"] == {
        "on": "2026-11-15",
        "received": 0,
        "held": 0,
        "arrears": 0,
        "missed": 0,
        "missed_since": None,
        "next_due_on": "2027-01-01",
        "next_payment": LI_PAYS,
        "remedy_due_on": None,
    }
    assert (rows[0]["paid"], rows[0]["missing"], rows[0]["state"]) == (0, LI_PAYS, "upcoming")
    assert await plan.clocks() == {"payment": "2027-01-01", "grace": "2027-01-04"}


async def test_an_instalment_is_missed_after_the_days_of_grace_and_told_once(people: People) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-01")
    assert (await plan.rows())[0]["state"] == "due"
    assert await plan.told(*NEWS) == []
    await plan.on("2027-01-02")
    assert await plan.told(*NEWS) == [("payment_due", "2027-01-01"), ("reminder", "2027-01-01")]
    await plan.on("2027-01-04")
    assert plan.agreement["performance"]["missed"] == 0
    standing = (await plan.on("2027-01-05"))["performance"]
    assert (standing["missed"], standing["missed_since"], standing["arrears"]) == (1, "2027-01-01", LI_PAYS)
    await plan.on("2027-01-20")
    assert await plan.told(*NEWS) == [
        ("payment_due", "2027-01-01"), ("reminder", "2027-01-01"), ("payment_missed", "2027-01-01"),
    ]  # fmt: skip
    assert await plan.clocks() == {"payment": "2027-02-01", "grace": "2027-02-04", "arrears": "2027-01-31"}


async def test_what_lacks_no_more_than_the_tolerance_is_paid(people: People) -> None:
    """One in a hundred, or ten yuan: 39.35 of 3,934.90 may be lacking, in all: what lacks is made good first."""
    plan = await agreed(people)
    await plan.on("2027-01-01")
    await plan.pay(LI_PAYS - 3_935)
    assert (await plan.rows())[0]["state"] == "paid"
    await plan.on("2027-02-01")
    await plan.pay(LI_PAYS)
    await plan.on("2027-02-05")

    assert [(row["state"], row["missing"]) for row in (await plan.rows())[:2]] == [("paid", 0), ("paid", 3_935)]
    assert (plan.agreement["performance"]["arrears"], plan.agreement["performance"]["missed"]) == (3_935, 0)
    await plan.on("2027-03-01")
    await plan.pay(LI_PAYS - 1)
    await plan.on("2027-03-05")
    assert [row["state"] for row in (await plan.rows())[:3]] == ["paid", "paid", "missed"]


async def test_a_payment_that_comes_late_catches_up(people: People) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-05")
    await plan.on("2027-01-10")
    payment = await plan.pay(LI_PAYS)

    assert (plan.agreement["performance"]["missed"], plan.agreement["performance"]["arrears"]) == (0, 0)
    assert await plan.told("payment_missed", "payment_caught_up") == [
        ("payment_missed", "2027-01-01"), ("payment_caught_up", "2027-01-01"),
    ]  # fmt: skip
    await plan.reverse(payment)
    assert plan.agreement["performance"]["missed"] == 1
    assert len(await plan.told("payment_missed")) == 2


async def breached(plan: Plan) -> None:
    """Let two instalments be missed, and the notice run out."""
    for day in ("2027-01-02", "2027-01-05", "2027-02-01", "2027-02-02", "2027-02-16"):
        await plan.on(day)


async def test_a_broken_agreement_is_breached_when_the_notice_has_run_out_unpaid(people: People) -> None:
    """The oldest is missing for more than 30 days: notice on 1 February, until the 15th; breach on the 16th."""
    plan = await agreed(people)
    await plan.on("2027-01-02")
    await plan.on("2027-01-05")
    assert (await plan.on("2027-02-01"))["performance"]["remedy_due_on"] == "2027-02-15"
    assert (await plan.clocks())["remedy"] == "2027-02-15"
    assert (await plan.on("2027-02-15"))["state"] == "active"
    await plan.on("2027-02-16")

    assert (plan.agreement["state"], plan.agreement["breached_on"], people.state) == (
        "breached",
        "2027-02-16",
        "breached",
    )
    assert [e["particulars"]["arrears"] for e in await people.events("remedy_notice")] == [LI_PAYS]
    (breach,) = await people.events("breach")
    assert (breach["actor_role"], breach["particulars"]["arrears"]) == ("system", 2 * LI_PAYS)
    assert await plan.clocks() == {}
    assert await plan.told(*NEWS) == [
        ("payment_due", "2027-01-01"),
        ("reminder", "2027-01-01"),
        ("payment_missed", "2027-01-01"),
        ("remedy_notice", None),
        ("payment_due", "2027-02-01"),
        ("payment_missed", "2027-02-01"),
        ("breach", None),
    ]


async def test_two_in_a_row_break_it_too(with_pack: WithPack) -> None:
    async with with_pack(("oldest_days_for_breach = 30", "oldest_days_for_breach = 90")) as people:
        plan = await agreed(people)
        await plan.on("2027-01-05")
        await plan.on("2027-02-04")
        assert plan.agreement["performance"]["remedy_due_on"] is None
        assert (await plan.on("2027-02-05"))["performance"]["remedy_due_on"] == "2027-02-19"
        assert (await plan.on("2027-02-20"))["state"] == "breached"


@pytest.mark.parametrize(("amount", "state"), ((2 * LI_PAYS, "active"), (LI_PAYS, "active"), (100, "breached")))
async def test_the_notice_is_met_by_what_mends_the_agreement(people: People, amount: int, state: str) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-05")
    await plan.on("2027-02-01")
    await plan.on("2027-02-10")
    await plan.pay(amount)
    await plan.on("2027-02-16")

    assert plan.agreement["state"] == state
    if state == "active":
        assert plan.agreement["performance"]["remedy_due_on"] is None


async def test_one_missed_instalment_is_enough_for_a_card(with_pack: WithPack) -> None:
    async with with_pack(("missed_for_breach = 2", "missed_for_breach = 1")) as people:
        plan = await agreed(people)
        assert (await plan.on("2027-01-05"))["performance"]["remedy_due_on"] == "2027-01-19"
        assert (await plan.on("2027-01-20"))["state"] == "breached"


async def test_a_breached_agreement_is_taken_up_again_once_it_is_made_good(people: People) -> None:
    """Once in twelve months."""
    plan = await agreed(people)
    await breached(plan)
    assert await people.refused("li", f"{plan.path}/reinstate") == (403, "not_permitted")
    assert await people.refused("wu", f"{plan.path}/reinstate") == (409, "reinstatement_refused")
    await plan.pay(2 * LI_PAYS)
    assert (plan.agreement["state"], people.state) == ("breached", "breached")
    plan.agreement = await people.do("wu", f"{plan.path}/reinstate", {"comment": "All is paid."})

    assert (plan.agreement["state"], people.state) == ("active", "agreed")
    assert (plan.agreement["reinstated_on"], plan.agreement["reinstatements"]) == ("2027-02-16", 1)
    assert await plan.clocks() == {"payment": "2027-03-01", "grace": "2027-03-04"}
    for day in ("2027-03-05", "2027-04-01", "2027-04-16"):
        await plan.on(day)
    assert people.state == "breached"
    await plan.pay(2 * LI_PAYS)
    answer = await people.ask("zhao", "POST", f"{plan.path}/reinstate", {})
    assert (answer.status_code, answer.json()["again_on"]) == (409, "2028-02-16")


async def test_a_pack_may_say_how_often_in_all(with_pack: WithPack) -> None:
    async with with_pack(("reinstate_months = 12", "reinstate_months = 0\nreinstatements = 1")) as people:
        plan = await agreed(people)
        await breached(plan)
        await plan.pay(2 * LI_PAYS)
        await people.do("wu", f"{plan.path}/reinstate")
        assert await people.refused("wu", f"{plan.path}/reinstate") == (409, "move_not_allowed")
        for day in ("2027-03-05", "2027-04-01", "2027-04-16"):
            await plan.on(day)
        await plan.pay(2 * LI_PAYS)
        answer = await people.ask("wu", "POST", f"{plan.path}/reinstate", {})
        assert "as often as" in answer.json()["detail"]


@pytest.mark.parametrize(("before", "told"), ((None, []), (5, [("reminder", "2027-01-01")])))
async def test_a_pack_may_remind_before_a_payment_is_due(
    with_pack: WithPack, before: int | None, told: list[Any]
) -> None:
    change = "review_days = 30" + (f"\nreminder_days_before = {before}" if before else "")
    async with with_pack(("review_days = 30", change)) as people:
        plan = await agreed(people)
        await plan.on("2026-12-26")
        assert await plan.told("reminder") == []
        await plan.on("2026-12-27")
        assert await plan.told("reminder") == told
        await plan.on("2026-12-30")
        assert await plan.told("reminder") == told


async def test_who_has_paid_ahead_is_not_reminded(with_pack: WithPack) -> None:
    async with with_pack(("review_days = 30", "review_days = 30\nreminder_days_before = 5")) as people:
        plan = await agreed(people)
        await plan.on("2026-12-20")
        await plan.pay(LI_PAYS)
        await plan.on("2026-12-28")
        await plan.on("2027-01-02")

        assert await plan.told(*NEWS) == [("payment_due", "2027-01-01")]
        assert (await plan.rows())[0]["state"] == "paid"


async def test_a_worker_that_was_away_tells_what_happened_meanwhile(people: People) -> None:
    """Nobody is breached without the days that the notice gives."""
    plan = await agreed(people)
    await plan.on("2027-03-20")

    assert await plan.told("payment_due", "payment_missed") == [
        (what, f"2027-0{month}-01") for what in ("payment_due", "payment_missed") for month in (1, 2, 3)
    ]
    assert (plan.agreement["state"], plan.agreement["performance"]["remedy_due_on"]) == ("active", "2027-04-03")


async def test_two_workers_tell_everything_once(people: People) -> None:
    plan = await agreed(people)
    people.clock.advance(days=52)
    await asyncio.gather(*(worker_of(people.service.app).sweep() for _ in range(2)))
    await people.look()

    assert await plan.told(*NEWS) == [("payment_due", "2027-01-01"), ("payment_missed", "2027-01-01")]


HOLD = """
[holds.performing]
title = { en = "No collection while the plan is kept", "zh-CN" = "履约期间停止催收" }
scopes = ["contact", "collection"]
anchor = "agreement_active"
until = "performing"
source = "art. 70"

[holds.breathing_space]"""


async def test_collection_stops_while_the_plan_is_kept_and_stops_again_when_it_is_made_good(
    with_pack: WithPack,
) -> None:
    async with with_pack(("\n[holds.breathing_space]", HOLD)) as people:
        plan = await agreed(people)
        assert [hold["reason"] for hold in people.case["holds"]] == ["performing"]
        await plan.on("2027-01-05")
        assert people.case["holds"] == []
        await plan.pay(LI_PAYS)
        assert [hold["starts_on"] for hold in people.case["holds"]] == ["2027-01-05"]
        for day in ("2027-02-05", "2027-03-04", "2027-03-19"):
            await plan.on(day)
        assert (people.state, people.case["holds"]) == ("breached", [])
        await plan.pay(2 * LI_PAYS)
        assert people.case["holds"] == []
        await people.do("wu", f"{plan.path}/reinstate")
        assert [hold["reason"] for hold in people.case["holds"]] == ["performing"]


async def test_a_supervisor_cancels_with_a_reason_and_the_loan_is_free(people: People) -> None:
    plan = await agreed(people)
    reason = {"reason": "The loan was sold."}
    for who, refusal in (("li", 403), ("wu", 403), ("stranger", 404)):
        assert (await people.ask(who, "POST", f"{plan.path}/cancel", reason)).status_code == refusal
    assert await people.refused("zhao", f"{plan.path}/cancel", {}) == (422, "invalid")
    plan.agreement = await people.do("zhao", f"{plan.path}/cancel", reason)

    assert (plan.agreement["state"], plan.agreement["ended_on"], people.state) == ("cancelled", "2026-11-15", "closed")
    assert await plan.clocks() == {}
    assert await people.refused("zhao", f"{plan.path}/cancel", reason) == (409, "move_not_allowed")
    told = {"external_id": "T", "paid_on": "2026-11-15", "amount": 5}
    assert await people.refused("servicing", f"{plan.path}/payments", told) == (409, "agreement_not_running")
    assert (await people.ask("li", "GET", f"{plan.path}/payoff")).json()["code"] == "agreement_not_running"
    await people.post()
    assert people.state == "information_requested"


async def test_a_breached_case_comes_back_with_new_terms(people: People) -> None:
    """Closed by the desk, or renegotiated in a case that follows; the breached agreement stays what it is."""
    plan = await agreed(people)
    await breached(plan)
    first = people.case["id"]
    people.clock.advance(days=1)
    await people.post(follows=first, loans=[li_loan_json(as_of="2027-02-16", next_due_on="2027-03-01")])
    await people.hand_in_all()

    assert people.case["follows"] == first
    assert people.state in {"offered", "in_review"}
