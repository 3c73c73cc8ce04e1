"""Payments: told once, applied to the oldest instalment, held or repaid early, taken back, and what pays all off."""

from typing import Any

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import Json, People
from tests.casework.performing import LI_PAYS, Plan, agreed, agreed_by_hand
from tests.domain.applications import li_loan_json

TOLD: Json = {"external_id": "T-1", "paid_on": "2026-11-15", "amount": LI_PAYS, "loan_id": None}


async def test_a_payment_is_received_once_and_by_the_servicing_system_alone(people: People) -> None:
    plan = await agreed(people)
    at = f"{plan.path}/payments"
    for who, refusal in (("li", 403), ("wu", 403), ("partner", 403), ("stranger", 404)):
        assert (await people.ask(who, "POST", at, TOLD)).status_code == refusal
    first = await people.do("servicing", at, TOLD)
    again = await people.do("servicing", at, TOLD)

    assert first["id"] == again["id"]
    assert (first["state"], first["applied"], first["held"]) == ("received", [], LI_PAYS)
    assert len(await people.events("payment_received")) == 1
    for other in ({"amount": 1}, {"paid_on": "2026-11-16"}, {"loan_id": "L-001"}):
        assert await people.refused("servicing", at, {**TOLD, **other}) == (409, "payment_differs")
    assert [p["id"] for p in await plan.payments()] == [first["id"]]
    assert (await plan.look())["performance"]["received"] == LI_PAYS


async def test_what_cannot_be_is_named_at_once_and_nothing_is_stored(people: People) -> None:
    plan = await agreed(people)
    answer = await people.ask(
        "servicing", "POST", f"{plan.path}/payments", {**TOLD, "paid_on": "2026-11-16", "loan_id": "L-404"}
    )

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/paid_on", "in_the_future"), ("/loan_id", "loan_unknown"),
    ]  # fmt: skip
    before = await people.ask("servicing", "POST", f"{plan.path}/payments", {**TOLD, "paid_on": "2026-11-14"})
    assert [e["code"] for e in before.json()["errors"]] == ["before_agreement"]
    assert await plan.payments() == []
    assert await people.refused("servicing", f"{plan.path}/payments/{people.case['id']}/reverse", {"reason": "x"}) == (
        404, "payment_not_found",
    )  # fmt: skip


async def test_a_payment_that_bounces_was_never_there(people: People) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-01")
    await plan.pay(LI_PAYS)
    await plan.on("2027-02-01")
    wanted = [(await plan.rows())[:3], await plan.payoff("2027-02-10")]
    bounced = await plan.pay(2 * LI_PAYS)
    later = await plan.pay(100)
    assert (await plan.rows())[1]["state"] == "paid"
    assert (later["held"], bounced["held"]) == (100, LI_PAYS)
    reversed_ = await plan.reverse(bounced)

    assert (reversed_["state"], reversed_["reversed_on"], reversed_["reversal_reason"]) == (
        "reversed", "2027-02-01", "Not in funds.",
    )  # fmt: skip
    assert await people.refused("servicing", f"{plan.path}/payments/{bounced['id']}/reverse", {"reason": "x"}) == (
        409, "payment_reversed",
    )  # fmt: skip
    assert [(p["state"], p["reversal_reason"]) for p in await plan.payments()] == [
        ("received", None), ("reversed", None), ("received", None),
    ]  # fmt: skip
    await plan.reverse(later)
    assert [(await plan.rows())[:3], await plan.payoff("2027-02-10")] == wanted


async def test_china_pays_costs_then_interest_then_principal(with_pack: WithPack) -> None:
    order = ('["fees", "penalty", "interest", "principal"]', '["fees", "interest", "principal", "penalty"]')
    async with with_pack(order) as people:
        plan = await agreed(people)
        await plan.on("2027-01-01")
        (first, *_) = await plan.rows()
        payment = await plan.pay(first["interest"] + 10)
        assert payment["applied"] == [
            {"loan_id": "L-001", "number": 1, "early": False, "principal": 10, "interest": first["interest"],
             "penalty": 0, "fees": 0}
        ]  # fmt: skip


TWO_LOANS: Any = [
    li_loan_json(),
    li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None),
]


async def test_two_loans_are_paid_by_due_day_and_one_of_them_alone(people: People) -> None:
    plan = Plan(people=people, agreement=await people.agreed(loans=TWO_LOANS))
    await plan.on("2027-01-01")
    rows = [(await plan.rows(loan=n))[0] for n in (0, 1)]
    await plan.pay(rows[0]["payment"], loan_id="L-002")

    paid = [(await plan.rows(loan=n))[0] for n in (0, 1)]
    assert [row["missing"] for row in paid] == [rows[0]["payment"], 0]
    payment = await plan.pay(rows[0]["payment"] + 5)
    assert {part["loan_id"] for part in payment["applied"]} == {"L-001"}
    assert payment["held"] == 5


@pytest.mark.parametrize("how", ("shorten", "reduce"))
async def test_a_pack_may_have_overpayments_repay_principal(with_pack: WithPack, how: str) -> None:
    """The schedule in force gets a new number; when the payment bounces, another one, as it was before."""
    async with with_pack(("review_days = 30", f'review_days = 30\noverpayment = "{how}"')) as people:
        plan = await agreed(people)
        before, total = await plan.rows(), plan.agreement["total"]
        await plan.on("2027-01-01")
        payment = await plan.pay(2 * LI_PAYS + 1_000_000)
        rows = await plan.rows()

        assert plan.agreement["schedule"] == 2
        assert [(p["number"], p["early"], p["principal"]) for p in payment["applied"]][1:] == [(2, True, 1_000_000)]
        assert payment["held"] == LI_PAYS
        assert (len(rows) < 36) if how == "shorten" else (rows[2]["payment"] < LI_PAYS and len(rows) == 36)
        assert sum(row["principal"] for row in rows) + 1_000_000 == sum(row["principal"] for row in before)
        assert [day["payment"] for day in plan.agreement["total"]] == [row["payment"] for row in rows]
        await plan.reverse(payment)
        assert [row["payment"] for row in await plan.rows()] == [row["payment"] for row in before]
        assert (plan.agreement["schedule"], plan.agreement["total"]) == (3, total)


async def test_what_pays_the_agreement_off_is_told_for_any_day(people: People) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-01")
    await plan.pay(LI_PAYS)
    (first, second, *_) = await plan.rows()
    figures = {
        day: (await plan.payoff(day))["payoff"] for day in ("2026-12-01", "2027-01-01", "2027-01-16", "2027-02-01")
    }

    assert figures["2027-01-01"] == first["closing"] == second["opening"]
    assert figures["2027-02-01"] == second["opening"] + second["interest"]
    accrued = round(second["opening"] * 0.144 / 12 * 15 / 31)
    assert figures["2027-01-16"] == second["opening"] + accrued
    (loan,) = (await plan.payoff("2027-01-16"))["loans"]
    assert (loan["accrued_interest"], loan["owed"]["interest"], loan["owed"]["principal"]) == (
        accrued, accrued, second["opening"],
    )  # fmt: skip
    assert figures["2026-12-01"] == first["opening"]
    refused = await people.ask("li", "GET", f"{plan.path}/payoff?on=2026-11-14")
    assert (refused.status_code, refused.json()["code"]) == (422, "day_before_agreement")


async def test_who_pays_the_figure_of_the_day_is_done(people: People) -> None:
    plan = await agreed(people)
    await plan.on("2027-01-01")
    await plan.pay(LI_PAYS)
    await plan.on("2027-01-16")
    figure = (await plan.payoff())["payoff"]
    await plan.pay(figure - 1)
    assert (plan.agreement["state"], (await plan.payoff())["payoff"]) == ("active", 1)
    await plan.pay(3)

    assert (plan.agreement["state"], plan.agreement["ended_on"], people.state) == (
        "fulfilled",
        "2027-01-16",
        "fulfilled",
    )
    (event,) = await people.events("fulfil")
    assert (event["actor_role"], event["particulars"]["overpaid"]) == ("system", 2)
    assert await plan.clocks() == {}
    late = {**TOLD, "external_id": "T-late", "paid_on": "2027-01-16"}
    assert await people.refused("servicing", f"{plan.path}/payments", late) == (409, "agreement_not_running")


@pytest.mark.parametrize(("on_breach", "back"), (("stand", 0), ("revert", 37_535)))
async def test_what_was_waived_on_condition_is_owed_again_where_the_pack_says_so(
    with_pack: WithPack, on_breach: str, back: int
) -> None:
    change = ("review_days = 30", f'review_days = 30\nwaivers_on_breach = "{on_breach}"')
    async with with_pack(change) as people:
        plan = await agreed_by_hand(people, [
            {"kind": "waive", "penalty": {"fraction": "1"}, "vests": "completion"},
            {"kind": "capitalise", "components": ["interest", "principal"]},
            {"kind": "term", "instalments": 36},
        ])  # fmt: skip
        (loan,) = (await plan.payoff())["loans"]
        assert (loan["stays_waived"]["penalty"], loan["reverted"]["penalty"]) == (37_535, 0)
        for day in ("2027-01-05", "2027-02-01", "2027-02-16"):
            await plan.on(day)
        (loan,) = (await plan.payoff())["loans"]

        assert plan.agreement["state"] == "breached"
        assert (loan["stays_waived"]["penalty"], loan["reverted"]["penalty"]) == (37_535 - back, back)
        assert loan["owed"]["penalty"] == back
        assert [e["particulars"]["reverted"] for e in await people.events("breach")] == [back]
        await plan.pay(2 * LI_PAYS)
        await people.do("wu", f"{plan.path}/reinstate")
        assert (await plan.payoff())["loans"][0]["reverted"]["penalty"] == 0
