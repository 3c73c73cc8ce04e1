"""Trials, and relief for a time: payments to the original debt, conversion, review, three instalments more."""

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import Json, People
from tests.casework.performing import LI_PAYS, Plan, agreed, agreed_by_hand

TRIAL = ("review_days = 30", "review_days = 30\ntrial_payments = 3")
HOLIDAY: list[Json] = [
    {"kind": "capitalise", "components": ["interest", "principal"]},
    {"kind": "holiday", "instalments": 3, "interest": "charged"},
]
DAYS = ("2027-01-01", "2027-02-01", "2027-03-01")


def owed(loan: Json) -> int:
    """Return what a document says is carried of today's debt."""
    return sum(line[name] for line in loan["reconciliation"] for name in ("upfront", "scheduled", "deferred"))


def line(loan: Json, component: str) -> Json:
    """Return one line of the proof."""
    found: Json = next(line for line in loan["reconciliation"] if line["component"] == component)
    return found


async def test_trial_payments_go_to_the_debt_and_the_final_terms_are_worked_out_on_what_is_left(
    with_pack: WithPack,
) -> None:
    async with with_pack(TRIAL) as people:
        plan = await agreed(people)
        assert (plan.agreement["state"], plan.agreement["active_from"]) == ("trial", None)
        assert [row["due_on"] for row in await plan.rows()] == list(DAYS)
        before = (await plan.payoff("2026-11-15"))["payoff"]
        assert before == 11_069_457 + 314_751 + 24_336
        for day in DAYS:
            await plan.on(day)
            await plan.pay(LI_PAYS)
        (loan,) = plan.agreement["loans"]
        principal = line(loan, "principal")

        assert (plan.agreement["state"], people.state) == ("active", "agreed")
        assert (plan.agreement["active_from"], plan.agreement["effective_on"]) == ("2027-03-01", "2027-03-01")
        assert plan.agreement["schedule"] == 2
        assert sum(ln["received"] for ln in loan["reconciliation"]) == 3 * LI_PAYS
        assert principal["before"] == 11_069_457
        for ln in loan["reconciliation"]:
            came = ln["before"] + ln["accrued"] - ln["received"] + ln["moved_in"]
            goes = ("waived", "waived_conditional", "upfront", "scheduled", "deferred", "moved_out")
            assert came == sum(ln[name] for name in goes)
        rows = await plan.rows()
        assert (rows[0]["due_on"], len(rows), rows[-1]["closing"]) == ("2027-04-01", 36, 0)
        assert sum(row["principal"] for row in rows) == owed(loan)
        assert [p["applied"] for p in await plan.payments()] == [[], [], []]
        assert (await plan.clocks())["payment"] == "2027-04-01"
        assert [e["particulars"]["schedule"] for e in await people.events("agreement_converted")] == [2]
        assert (await plan.payoff())["payoff"] == owed(loan)


async def test_payments_within_grace_count_as_paid_on_the_day(with_pack: WithPack) -> None:
    """The worker converts what was paid ahead, too."""
    async with with_pack(TRIAL) as people:
        plan = await agreed(people)
        await plan.on("2027-01-03")
        await plan.pay(LI_PAYS)
        await plan.on("2027-02-01")
        await plan.pay(2 * LI_PAYS)
        assert plan.agreement["state"] == "trial"
        await plan.on("2027-03-02")

        assert plan.agreement["state"] == "active"
        assert sum(ln["received"] for ln in plan.agreement["loans"][0]["reconciliation"]) == 3 * LI_PAYS


@pytest.mark.parametrize(("missed", "states"), ((1, ("breached", "breached")), (2, ("trial", "breached"))))
async def test_a_missed_trial_payment_ends_the_trial(with_pack: WithPack, missed: int, states: tuple[str, str]) -> None:
    """There is no notice, and no way back: new terms have to be agreed on; the next application knows of it."""
    change = (TRIAL[0], f"{TRIAL[1]}\ntrial_missed = {missed}")
    async with with_pack(change) as people:
        plan = await agreed(people)
        assert (await plan.on("2027-01-05"))["state"] == states[0]
        assert (await plan.on("2027-02-05"))["state"] == states[1]

        assert await people.events("remedy_notice") == []
        await plan.pay(2 * LI_PAYS)
        answer = await people.ask("wu", "POST", f"{plan.path}/reinstate", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "reinstatement_refused")
        await people.do("wu", "close", {"reason": "A new application."})
        await people.post()
        await people.hand_in_all()
        assert people.case["review"]["facts"]["case"]["trial_failed_12m"] is True


async def test_a_trial_payment_that_bounces_after_the_trial_is_owed_with_the_rest(with_pack: WithPack) -> None:
    async with with_pack(TRIAL) as people:
        plan = await agreed(people)
        payments = []
        for day in DAYS:
            await plan.on(day)
            payments.append(await plan.pay(LI_PAYS))
        before = owed(plan.agreement["loans"][0])
        await plan.on("2027-03-10")
        await plan.reverse(payments[1])

        assert (plan.agreement["state"], plan.agreement["schedule"]) == ("active", 3)
        (loan,) = plan.agreement["loans"]
        assert sum(ln["received"] for ln in loan["reconciliation"]) == 2 * LI_PAYS
        assert owed(loan) > before + LI_PAYS - 1
        assert plan.agreement["effective_on"] == "2027-03-01"


async def test_whoever_pays_the_original_debt_in_a_trial_is_done(with_pack: WithPack) -> None:
    async with with_pack(TRIAL) as people:
        plan = await agreed(people)
        await plan.pay((await plan.payoff())["payoff"])

        assert (plan.agreement["state"], people.state) == ("fulfilled", "fulfilled")


async def test_relief_for_a_time_is_reviewed_before_it_ends_and_kept_after_three_more_instalments(
    people: People,
) -> None:
    """Nothing is asked for in January, February and March; the last three are April, May and June."""
    terms = [{"kind": "arrears_plan", "instalments": 3}, HOLIDAY[1]]
    plan = await agreed_by_hand(people, terms)
    rows = await plan.rows()
    assert [row["payment"] for row in rows[:3]] == [0, 0, 0]
    assert (plan.agreement["review_on"], (await plan.clocks())["relief_review"]) == ("2027-01-30", "2027-01-30")
    await plan.on("2027-01-30")
    assert await people.events("relief_review_due") == []
    await plan.on("2027-01-31")
    assert len(await people.events("relief_review_due")) == 1
    for row in rows[3:6]:
        assert people.state == "agreed"
        await plan.on(row["due_on"])
        await plan.pay(row["payment"])

    assert (plan.agreement["state"], people.state) == ("fulfilled", "fulfilled")
    assert (await plan.rows())[6]["state"] == "upcoming"


async def test_lasting_relief_is_kept_when_all_is_paid(people: People) -> None:
    """A holiday beside capitalised arrears: the terms have changed for good."""
    plan = await agreed_by_hand(people, [*HOLIDAY, {"kind": "term", "instalments": 4}])
    rows = await plan.rows()
    assert plan.agreement["review_on"] == "2027-01-30"
    for row in rows[3:]:
        assert people.state == "agreed"
        await plan.on(row["due_on"])
        await plan.pay(row["payment"])

    assert people.state == "fulfilled"
    assert [e["particulars"]["overpaid"] for e in await people.events("fulfil")] == [0]


async def test_what_the_holiday_ends_with_can_be_renegotiated_while_it_runs(people: People) -> None:
    plan: Plan = await agreed(people)
    await plan.on("2027-01-05")
    first = people.case
    await people.post(follows=first["id"])

    assert people.case["follows"] == first["id"]
    assert (await plan.look())["state"] == "active"
