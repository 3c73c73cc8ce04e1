"""Agreements: what one consists of, who has to sign it, and who may read it."""

from uuid import uuid4

from service.app import worker_of
from tests.casework.conftest import WithPack
from tests.casework.people import SIGNED, Json, People
from tests.domain.applications import li_loan_json


async def test_an_agreement_is_the_offer_that_was_accepted(people: People) -> None:
    offers = await people.offered()
    agreement = await people.do("li", f"/v1/offers/{offers[-1]['id']}/accept", SIGNED)

    assert (agreement["state"], agreement["offer_id"]) == ("active", offers[-1]["id"])
    assert (agreement["loans"], agreement["total"]) == (offers[-1]["loans"], offers[-1]["total"])
    assert agreement["required_signatures"] == ["borrower"]
    (signature,) = agreement["signatures"]
    assert (signature["party"], signature["name"], signature["method"]) == ("borrower", "李某", "typed")
    assert people.case["agreement_id"] == agreement["id"]
    assert [e["type"] for e in await people.events()][-3:] == ["accept", "agreement_made", "agreement_active"]


async def test_an_agreement_waits_for_everybody_who_has_to_sign(with_pack: WithPack) -> None:
    """The pack wants the lender's name as well, and one of two guarantors must sign."""
    signs = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    nameless = {"role": "co_borrower", "name": "周某", "subject": None, "must_sign": True, "notify": False}
    looks_on = {**signs, "subject": "user-8", "must_sign": False}
    both = ("[agreement]", '[agreement]\nsignatures = ["borrower", "lender"]')
    async with with_pack(both) as people:
        agreement = await people.agreed(loans=[li_loan_json(parties=[signs, looks_on, nameless])])

        assert agreement["state"] == "awaiting_signatures"
        assert agreement["required_signatures"] == ["borrower", "lender", "guarantor:user-7", "co_borrower:L-001/2"]
        assert people.state == "agreed"


GUARANTOR: Json = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
NAMELESS: Json = {"role": "co_borrower", "name": "周某", "subject": None, "must_sign": True, "notify": False}
WANG: Json = {"signature": {"name": "王某", "method": "typed"}}
ZHOU: Json = {"signature": {"name": "周某", "method": "typed"}, "party": "co_borrower:L-001/1"}
LENDER_SIGNS = ("[agreement]", '[agreement]\nsignatures = ["borrower", "lender"]\nsignature_days = 10')


async def waits_for_three(people: People) -> Json:
    """Return an agreement that the lender, a guarantor and a co-borrower who never signs in have yet to sign."""
    return await people.agreed(loans=[li_loan_json(parties=[GUARANTOR, NAMELESS])])


async def test_everybody_signs_for_themselves_and_the_last_signature_puts_it_in_force(with_pack: WithPack) -> None:
    async with with_pack(LENDER_SIGNS) as people:
        agreement = await waits_for_three(people)
        path = f"/v1/agreements/{agreement['id']}"
        assert agreement["performance"] is None
        assert [c["due_on"] for c in await people.read("clocks") if c["code"] == "signatures"] == ["2026-11-25"]
        for who, status in (
            ("stranger", 404),
            ("adviser", 404),
            ("partner", 403),
            ("servicing", 403),
            ("auditor", 403),
        ):
            assert (await people.ask(who, "POST", f"{path}/sign", WANG)).status_code == status
        assert await people.refused("li", f"{path}/sign", SIGNED) == (409, "already_signed")
        assert await people.refused("wang", f"{path}/sign", ZHOU) == (403, "not_permitted")
        await people.do("wu", f"{path}/sign", {"signature": {"name": "吴某"}})
        assert await people.refused("zhao", f"{path}/sign", {"signature": {"name": "赵某"}, "party": "lender"}) == (
            409, "already_signed",
        )  # fmt: skip
        told = {"external_id": "T", "paid_on": "2026-11-15", "amount": 5}
        assert await people.refused("servicing", f"{path}/payments", told) == (409, "agreement_not_running")
        people.clock.advance(days=2)
        await people.do("wu", f"{path}/sign", ZHOU)
        signed = await people.do("wang", f"{path}/sign", WANG)

        assert (signed["state"], signed["active_from"]) == ("active", "2026-11-17")
        assert {s["party"] for s in signed["signatures"]} == set(signed["required_signatures"])
        assert await people.refused("wang", f"{path}/sign", WANG) == (409, "already_signed")
        assert {c["state"] for c in await people.read("clocks") if c["code"] == "signatures"} == {"met"}
        assert [e["particulars"]["party"] for e in await people.events("agreement_signed")] == [
            "lender", "co_borrower:L-001/1", "guarantor:user-7",
        ]  # fmt: skip


async def test_whoever_signs_beside_the_borrower_sees_the_agreement_and_nothing_else(people: People) -> None:
    """No name but their own, and not what the borrower has to live on."""
    agreement = await people.agreed(loans=[li_loan_json(parties=[GUARANTOR])])
    path = f"/v1/agreements/{agreement['id']}"
    seen = (await people.ask("wang", "GET", path)).json()

    assert [s["name"] for s in seen["signatures"]] == [None]
    assert seen["measures"]["payment_to_surplus"] is None
    assert agreement["measures"]["payment_to_surplus"] is not None
    assert (await people.ask("wang", "GET", f"{path}/schedule")).status_code == 200
    for other in ("payoff", "payments"):
        assert (await people.ask("wang", "GET", f"{path}/{other}")).status_code == 404
    assert (await people.ask("wang", "GET", f"/v1/cases/{people.case['id']}")).status_code == 404
    signed = await people.do("wang", f"{path}/sign", WANG)
    assert [s["name"] for s in signed["signatures"]] == [None, "王某"]
    assert [s["name"] for s in (await people.ask("li", "GET", path)).json()["signatures"]] == ["李某", "王某"]
    assert [s["name"] for s in (await people.ask("servicing", "GET", path)).json()["signatures"]] == [None, None]


async def test_the_desk_says_for_whom_it_signs(people: People) -> None:
    other = {**NAMELESS, "name": "钱某"}
    agreement = await people.agreed(loans=[li_loan_json(parties=[NAMELESS, other])])
    path = f"/v1/agreements/{agreement['id']}/sign"

    assert await people.refused("wu", path, WANG) == (422, "party_unclear")
    await people.do("wu", path, {**WANG, "party": "co_borrower:L-001/0"})
    assert (await people.do("wu", path, WANG))["state"] == "active"


async def test_an_agreement_that_is_not_signed_in_time_lapses_where_the_pack_says_so(with_pack: WithPack) -> None:
    async with with_pack(LENDER_SIGNS) as people:
        agreement = await people.agreed()
        people.clock.advance(days=10)
        assert await worker_of(people.service.app).sweep() == 0
        people.clock.advance(days=1)
        await worker_of(people.service.app).sweep()
        await people.look()

        assert people.state == "closed"
        assert (await people.ask("li", "GET", f"/v1/agreements/{agreement['id']}")).json()["state"] == "cancelled"
        (cancelled,) = await people.events("cancel")
        assert (cancelled["actor_role"], cancelled["particulars"]["reason"]) == ("system", "signatures")
        path = f"/v1/agreements/{agreement['id']}/sign"
        assert await people.refused("wu", path, {"signature": {"name": "吴某"}}) == (409, "agreement_not_running")


async def test_a_renegotiation_replaces_once_everybody_has_signed_and_of_each_loan_what_it_is_about(
    people: People,
) -> None:
    """The agreement before runs on for the loan that is not renegotiated."""
    two = [li_loan_json(), li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None)]
    old = await people.agreed(loans=two)
    first, path = people.case, f"/v1/agreements/{old['id']}"
    new = await people.agreed(follows=first["id"], loans=[li_loan_json(parties=[GUARANTOR])])
    assert {loan["loan_id"] for loan in (await people.ask("li", "GET", path)).json()["loans"]} == {"L-001", "L-002"}
    await people.do("wang", f"/v1/agreements/{new['id']}/sign", WANG)
    left = (await people.ask("li", "GET", path)).json()

    assert (left["state"], [loan["loan_id"] for loan in left["loans"]]) == ("active", ["L-002"])
    assert left["total"][0]["payment"] == left["loans"][0]["schedule"]["instalments"][0]["payment"]
    told = {"external_id": "T", "paid_on": "2026-11-15", "amount": 5, "loan_id": "L-001"}
    assert await people.refused("servicing", f"{path}/payments", told) == (422, "payment_not_allowed")
    await people.do("zhao", f"/v1/agreements/{new['id']}/cancel", {"reason": "The loan was sold."})
    people.case = first
    assert (await people.look())["state"] == "agreed"
    await people.post(loans=[li_loan_json()])
    assert people.state == "information_requested"


async def test_an_agreement_that_waits_has_replaced_nothing_yet(people: People) -> None:
    old = await people.agreed()
    first = people.case["id"]
    signs = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    new = await people.agreed(follows=first, loans=[li_loan_json(parties=[signs])])

    assert new["state"] == "awaiting_signatures"
    assert (await people.ask("li", "GET", f"/v1/agreements/{old['id']}")).json()["state"] == "active"
    assert people.case["id"] != first


async def test_who_reads_an_agreement(people: People) -> None:
    agreement = await people.agreed()
    for who, status in (("li", 200), ("partner", 200), ("auditor", 200), ("stranger", 404), ("risk", 404)):
        answer = await people.ask(who, "GET", f"/v1/agreements/{agreement['id']}")
        assert answer.status_code == status
        if status == 404:
            assert answer.json()["code"] == "agreement_not_found"
    assert (await people.ask("li", "GET", f"/v1/agreements/{uuid4()}")).status_code == 404
