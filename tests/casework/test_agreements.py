"""Agreements: what one consists of, who has to sign it, and who may read it."""

from uuid import uuid4

from tests.casework.conftest import WithPack
from tests.casework.people import SIGNED, People
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
    assert [e["type"] for e in await people.events()][-3:] == ["accept", "agreement_made", "notice_sent"]


async def test_an_agreement_waits_for_everybody_who_has_to_sign(with_pack: WithPack) -> None:
    """The pack wants the lender's name as well, and one of two guarantors must sign."""
    signs = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    nameless = {"role": "co_borrower", "name": "周某", "subject": None, "must_sign": True, "notify": False}
    looks_on = {**signs, "subject": "user-8", "must_sign": False}
    both = ("[agreement]", '[agreement]\nsignatures = ["borrower", "lender"]')
    async with with_pack(both) as people:
        agreement = await people.agreed(loans=[li_loan_json(parties=[signs, looks_on, nameless])])

        assert agreement["state"] == "awaiting_signatures"
        assert agreement["required_signatures"] == ["borrower", "lender", "guarantor:user-7", "co_borrower:2"]
        assert people.state == "agreed"


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
