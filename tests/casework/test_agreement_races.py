"""Two at once on an agreement: one legal history, and the agreement and its case say the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import pytest

from service.app import worker_of
from service.domain.lifecycle import MOVES
from service.storage.events import verify_chain
from tests.casework.people import Json, People
from tests.casework.performing import LI_PAYS, Plan, agreed
from tests.domain.applications import li_loan_json

LEGAL: Final = {(move.source.value, move.action.value): move.target for move in MOVES}
STANDS: Final = {"agreed": {"active", "awaiting_signatures"}, "breached": {"breached"}, "closed": {"cancelled"},
                 "fulfilled": {"fulfilled"}}  # fmt: skip
Race = Callable[[People], Awaitable[tuple[Plan, list[int]]]]


async def agree_on(plan: Plan) -> list[str]:
    """Return the types of the events of a case whose history is legal, and whose agreement stands where it does."""
    people, state = plan.people, "draft"
    await people.look()
    await plan.look("auditor")
    events = await people.events()
    for event in events:
        said = event["particulars"]
        if "from" in said:
            assert (said["from"], said["to"]) == (state, LEGAL[state, event["type"]]), event
            state = said["to"]
    assert (people.state, people.case["version"]) == (state, len(events))
    assert plan.agreement["state"] in STANDS[state]
    async with people.service.app.state.parts.database.reading() as session:
        assert await verify_chain(session, UUID(people.case["id"])) is None
    return [event["type"] for event in events]


async def at_once(plan: Plan, *asked: tuple[str, str, Json]) -> list[int]:
    """Ask for several things at once, and return the statuses."""
    requests = [plan.people.ask(who, "POST", f"{plan.path}/{end}", body) for who, end, body in asked]
    return sorted(answer.status_code for answer in await asyncio.gather(*requests))


def told(people: People, amount: int, name: str = "T-1") -> tuple[str, str, Json]:
    """Return what tells a payment of today."""
    paid_on = people.clock.now.date().isoformat()
    return "servicing", "payments", {"external_id": name, "paid_on": paid_on, "amount": amount}


async def same_payment(people: People) -> tuple[Plan, list[int]]:
    """Tell one payment three times."""
    plan = await agreed(people)
    return plan, await at_once(plan, *[told(people, 5)] * 3)


async def equal_payments(people: People) -> tuple[Plan, list[int]]:
    """Tell two payments of the same amount on the same day: each counts."""
    plan = await agreed(people)
    statuses = await at_once(plan, told(people, LI_PAYS, "T-1"), told(people, LI_PAYS, "T-2"))
    assert (await plan.look())["performance"]["received"] == 2 * LI_PAYS
    return plan, statuses


async def differing_payments(people: People) -> tuple[Plan, list[int]]:
    """Tell two payments under one external id."""
    plan = await agreed(people)
    return plan, await at_once(plan, told(people, 5), told(people, 6))


async def paid_off_twice(people: People) -> tuple[Plan, list[int]]:
    """Pay the agreement off from two accounts: whoever comes second finds it fulfilled."""
    plan = await agreed(people)
    figure = (await plan.payoff())["payoff"]
    return plan, await at_once(plan, told(people, figure, "T-1"), told(people, figure, "T-2"))


async def payment_and_reversal(people: People) -> tuple[Plan, list[int]]:
    """Take a payment back while it is told again under another id."""
    plan = await agreed(people)
    payment = await plan.pay(LI_PAYS)
    reverse = "servicing", f"payments/{payment['id']}/reverse", {"reason": "Not in funds."}
    statuses = await at_once(plan, reverse, told(people, LI_PAYS, "T-again"))
    assert (await plan.look())["performance"]["received"] == LI_PAYS
    return plan, statuses


async def two_cancellations(people: People) -> tuple[Plan, list[int]]:
    """Cancel as two supervisors."""
    plan = await agreed(people)
    reason = {"reason": "The loan was sold."}
    return plan, await at_once(plan, ("zhao", "cancel", reason), ("qian", "cancel", reason))


async def same_reversal(people: People) -> tuple[Plan, list[int]]:
    """Take one payment back twice."""
    plan = await agreed(people)
    payment = await plan.pay(LI_PAYS)
    reverse = "servicing", f"payments/{payment['id']}/reverse", {"reason": "Not in funds."}
    return plan, await at_once(plan, reverse, reverse)


async def payment_and_cancel(people: People) -> tuple[Plan, list[int]]:
    """Pay, and cancel the agreement."""
    plan = await agreed(people)
    return plan, await at_once(plan, told(people, 5), ("zhao", "cancel", {"reason": "The loan was sold."}))


async def payoff_and_cancel(people: People) -> tuple[Plan, list[int]]:
    """Pay the agreement off, and cancel it."""
    plan = await agreed(people)
    figure = (await plan.payoff())["payoff"]
    return plan, await at_once(plan, told(people, figure), ("zhao", "cancel", {"reason": "The loan was sold."}))


async def guarantor_twice(people: People) -> tuple[Plan, list[int]]:
    """Sign as the same guarantor twice."""
    guarantor = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    plan = await agreed(people, loans=[li_loan_json(parties=[guarantor])])
    sign: tuple[str, str, Json] = ("wang", "sign", {"signature": {"name": "王某"}})
    return plan, await at_once(plan, sign, sign)


async def two_who_sign(people: People) -> tuple[Plan, list[int]]:
    """Sign as a guarantor, and for a co-borrower who never signs in."""
    guarantor = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    nameless = {"role": "co_borrower", "name": "周某", "subject": None, "must_sign": True, "notify": False}
    plan = await agreed(people, loans=[li_loan_json(parties=[guarantor, nameless])])
    name = {"signature": {"name": "某"}}
    return plan, await at_once(plan, ("wang", "sign", name), ("wu", "sign", name))


async def two_reinstatements(people: People) -> tuple[Plan, list[int]]:
    """Take a breached agreement up again as two people."""
    plan = await agreed(people)
    for day in ("2027-01-05", "2027-02-01", "2027-02-16"):
        await plan.on(day)
    await plan.pay(2 * LI_PAYS)
    return plan, await at_once(plan, ("wu", "reinstate", {}), ("zhao", "reinstate", {}))


RACES: Final[dict[str, tuple[Race, set[tuple[int, ...]], dict[str, int]]]] = {
    "one payment is told three times": (same_payment, {(201, 201, 201)}, {"payment_received": 1}),
    "two equal payments": (equal_payments, {(201, 201)}, {"payment_received": 2}),
    "two payments under one id": (differing_payments, {(201, 409)}, {"payment_received": 1}),
    "it is paid off twice": (paid_off_twice, {(201, 409)}, {"payment_received": 1, "fulfil": 1}),
    "a payment and a reversal": (payment_and_reversal, {(200, 201)}, {"payment_received": 2, "payment_reversed": 1}),
    "it is cancelled twice": (two_cancellations, {(200, 409)}, {"cancel": 1}),
    "one payment is taken back twice": (same_reversal, {(200, 409)}, {"payment_reversed": 1}),
    "a payment and a cancellation": (payment_and_cancel, {(200, 201), (200, 409)}, {"cancel": 1}),
    "the payoff and a cancellation": (payoff_and_cancel, {(201, 409), (200, 409)}, {}),
    "a guarantor signs twice": (guarantor_twice, {(200, 409)}, {"agreement_signed": 1, "agreement_active": 1}),
    "two sign": (two_who_sign, {(200, 200)}, {"agreement_signed": 2, "agreement_active": 1}),
    "it is taken up again twice": (two_reinstatements, {(200, 409)}, {"reinstate": 1}),
}


@pytest.mark.parametrize("name", RACES)
async def test_a_race_has_one_outcome(people: People, name: str) -> None:
    race, outcomes, counts = RACES[name]
    plan, statuses = await race(people)
    types = await agree_on(plan)

    assert tuple(statuses) in outcomes
    assert {type_: types.count(type_) for type_ in counts} == counts


async def test_a_payment_and_a_breach_at_once(people: People) -> None:
    """Either the money came first and nothing was broken, or it is there to take the agreement up again with."""
    plan = await agreed(people)
    for day in ("2027-01-05", "2027-02-01", "2027-02-15"):
        await plan.on(day)
    people.clock.advance(days=1)
    worker = worker_of(people.service.app)
    statuses, _ = await asyncio.gather(at_once(plan, told(people, 2 * LI_PAYS)), worker.sweep())
    types = await agree_on(plan)

    assert statuses == [201]
    assert types.count("payment_received") == 1
    assert types.count("breach") == (people.state == "breached")
    if people.state == "breached":
        await people.do("wu", f"{plan.path}/reinstate")
    await agree_on(plan)
    assert (people.state, plan.agreement["performance"]["arrears"]) == ("agreed", 0)
