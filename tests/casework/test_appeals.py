"""Appeals: what can be appealed and by whom, who answers, what stands meanwhile, and what an allowed one binds."""

from typing import Any

import pytest

from service.app import worker_of
from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, REJECTED, SIGNED, Json, People, consents
from tests.domain.applications import li_json, li_loan_json

GROUNDS = {"grounds": "The street opens again in March."}
COMMENT = {"comment": "The letter shows it."}
REJECT = {"outcome": "reject", **OTHER}
APPROVE = {"outcome": "approve", **OTHER}
SMALL_AUTHORITY = (
    ("[authority.system]", "[authority.system]\nexposure_max = { CNY = 1 }"),
    ("[authority.caseworker]", "[authority.caseworker]\nexposure_max = { CNY = 2 }"),
)


async def sweep(people: People, **later: int) -> int:
    """Let time pass, and have the worker look for what has run out."""
    people.clock.advance(**later)
    done = await worker_of(people.service.app).sweep()
    await people.look()
    return done


async def rejected(people: People, by: str = "zhao", **changes: Any) -> None:
    """Bring the case to a rejection by a person, against what the policy advises."""
    await people.post(**{**consents(automated=False), **changes})
    await people.hand_in_all()
    await people.do(by, "decisions", REJECT)
    assert people.state == "rejected"


async def appealed(people: People) -> Json:
    """Appeal as the borrower."""
    return await people.do("li", "appeals", GROUNDS)


async def test_a_rejection_is_appealed_once_and_in_time(people: People) -> None:
    await rejected(people)
    people.clock.advance(days=14)
    assert await people.refused("li", "appeals", GROUNDS) == (409, "condition_not_met")
    people.clock.advance(microseconds=-1)
    appeal = await appealed(people)

    assert people.state == "appealed"
    assert (appeal["state"], appeal["from_state"], appeal["grounds"]) == ("open", "rejected", GROUNDS["grounds"])
    assert (appeal["made_by"], appeal["answered_by"], appeal["comment"]) == (None, None, None)
    (event,) = await people.events("appeal")
    assert event["particulars"] == {"from": "rejected", "to": "appealed", "appeal": appeal["id"]}
    await people.do("li", f"/v1/appeals/{appeal['id']}/withdraw")
    assert people.state == "rejected"
    assert await people.refused("li", "appeals", GROUNDS) == (409, "condition_not_met")


async def test_what_an_appeal_is_against_is_kept_as_it_stood(people: People) -> None:
    """The comment of whoever decided stays with the decision; facts are for the lender."""
    await rejected(people)
    decision, review = people.case["decision"], people.case["review"]
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    (kept,) = await people.read("appeals")

    assert people.case["decision"]["id"] != decision["id"]
    wanted = {**decision, "version": kept["version"], "comment": None}
    assert kept["decision"] == wanted
    assert kept["review"] == {**review, "version": kept["version"]}
    (shown,) = await people.read("appeals", "li")
    assert (shown["decision"]["decided_by"], shown["review"]["facts"], shown["answered_by"]) == (
        "supervisor",
        None,
        None,
    )
    assert (shown["state"], shown["comment"]) == ("allowed", COMMENT["comment"])
    assert (kept["made_by"], kept["answered_by"]) == ("user-481", "wu")


@pytest.mark.parametrize(
    ("who", "refusal"),
    (
        ("wu", (403, "role_not_allowed")),
        ("zhao", (403, "role_not_allowed")),
        ("partner", (403, "role_not_allowed")),
        ("auditor", (403, "role_not_allowed")),
        ("servicing", (403, "role_not_allowed")),
        ("stranger", (404, "case_not_found")),
        ("other partner", (404, "case_not_found")),
    ),
)
async def test_an_appeal_is_the_borrowers(people: People, who: str, refusal: tuple[int, str]) -> None:
    await rejected(people)

    assert await people.refused(who, "appeals", GROUNDS) == refusal
    appeal = await appealed(people)
    if refusal[0] == 404:
        assert await people.refused(who, f"/v1/appeals/{appeal['id']}/withdraw") == (404, "appeal_not_found")
    else:
        assert await people.refused(who, f"/v1/appeals/{appeal['id']}/withdraw") == (403, "role_not_allowed")


@pytest.mark.parametrize("scope", ("view", "negotiate", "accept"))
async def test_a_representative_appeals_as_far_as_the_mandate_goes(people: People, scope: str) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": scope}
    await rejected(people, borrower={**li_json()["borrower"], "representative": helper})
    if scope == "view":
        assert await people.refused("adviser", "appeals", GROUNDS) == (403, "mandate_needed")
        return
    appeal = await people.do("adviser", "appeals", GROUNDS)
    (event,) = await people.events("appeal")
    assert (event["actor_role"], event["actor"]) == ("representative", "adviser-12")
    await people.do("adviser", f"/v1/appeals/{appeal['id']}/withdraw")


async def test_the_posting_partner_appeals_for_a_borrower_who_does_not_sign_in(people: People) -> None:
    borrower = {**li_json()["borrower"], "subject": None}
    await people.post(borrower=borrower, **consents(automated=False))
    await people.hand_in_all("partner")
    await people.do("zhao", "decisions", REJECT)
    appeal = await people.do("partner", "appeals", GROUNDS)
    (event,) = await people.events("appeal")

    assert (event["actor_role"], event["actor"]) == ("borrower", "acme")
    await people.do("partner", f"/v1/appeals/{appeal['id']}/withdraw")
    assert people.state == "rejected"


async def test_whoever_decided_confirmed_or_offered_does_not_answer(people: People) -> None:
    """Identities are compared: wu decided, qian did not confirm it, zhao decided; only ren took no part."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    first = await people.do("wu", "decisions", REJECT)
    await people.do("qian", f"decisions/{first['id']}/confirm", {"outcome": "refuse"})
    await people.do("zhao", "decisions", REJECT)
    appeal = await appealed(people)
    for who in ("wu", "qian", "zhao"):
        for answer in ("dismiss", "allow"):
            at = f"/v1/appeals/{appeal['id']}/{answer}"
            assert await people.refused(who, at, COMMENT) == (409, "condition_not_met")
    for who in ("li", "partner", "auditor", "servicing"):
        assert await people.refused(who, f"/v1/appeals/{appeal['id']}/allow", COMMENT) == (403, "role_not_allowed")
    await people.do("ren", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)

    assert people.state == "rejected"


async def test_whoever_made_offers_does_not_answer(people: People) -> None:
    await people.approved_by_hand("wu")
    await people.do("ren", "offers")
    appeal = await appealed(people)

    for who in ("wu", "ren"):
        at = f"/v1/appeals/{appeal['id']}/dismiss"
        assert await people.refused(who, at, COMMENT) == (409, "condition_not_met")
    await people.do("zhao", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)
    assert people.state == "offered"


async def test_whoever_answered_an_earlier_appeal_does_not_answer_the_next(people: People) -> None:
    """A new application is decided afresh, and can be appealed again."""
    await rejected(people)
    first = await appealed(people)
    await people.do("ren", f"/v1/appeals/{first['id']}/dismiss", COMMENT)
    await people.do("li", "application", {"request": {"months": 40}}, "PATCH")
    await people.do("li", "reopen")
    await people.do("zhao", "decisions", REJECT)
    second = await appealed(people)

    at = f"/v1/appeals/{second['id']}/dismiss"
    assert await people.refused("ren", at, COMMENT) == (409, "condition_not_met")
    at = f"/v1/appeals/{first['id']}/dismiss"
    assert await people.refused("wu", at, COMMENT) == (409, "appeal_answered")
    await people.do("wu", f"/v1/appeals/{second['id']}/dismiss", COMMENT)
    assert [a["state"] for a in await people.read("appeals")] == ["dismissed", "dismissed"]


async def test_an_answer_says_why_and_comes_once(people: People) -> None:
    await rejected(people)
    appeal = await appealed(people)
    at = f"/v1/appeals/{appeal['id']}"

    for body in ({}, {"comment": " "}, {"comment": None}, {"comment": "x" * 4001}, {"comment": "x", "more": 1}):
        assert (await people.refused("wu", f"{at}/dismiss", body))[0] == 422
    await people.do("wu", f"{at}/dismiss", COMMENT)
    for who, answer in (("ren", "allow"), ("ren", "dismiss"), ("li", "withdraw")):
        body = {} if answer == "withdraw" else COMMENT
        assert await people.refused(who, f"{at}/{answer}", body) == (409, "move_not_allowed")


async def test_an_appeal_says_what_it_rests_on(people: People) -> None:
    await rejected(people)

    for body in ({}, {"grounds": ""}, {"grounds": "\n"}, {"grounds": "x" * 4001}, {"grounds": 1}):
        answer = await people.ask("li", "POST", "appeals", body)
        assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["/grounds"])


async def test_offers_do_not_expire_during_an_appeal_and_stand_a_fortnight_after_its_answer(people: People) -> None:
    offers = await people.offered()
    people.clock.advance(days=13)
    appeal = await appealed(people)
    assert people.state == "appealed"

    assert await sweep(people, days=29) == 0
    assert len(await people.open_offers()) == len(offers)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)
    assert people.state == "offered"
    assert {o["expires_at"] for o in await people.offers()} == {"2027-01-10T09:00:00Z"}
    assert await sweep(people, days=13) == 0
    assert await sweep(people, days=2) == len(offers)
    assert people.state == "lapsed"


async def test_an_early_answer_shortens_nothing(people: People) -> None:
    """As with a counter-proposal: what stands longer keeps standing."""
    async_pack = await people.offered()
    before = {o["id"]: o["expires_at"] for o in async_pack}
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)

    assert {o["id"]: o["expires_at"] for o in await people.offers()} == before


async def test_an_offer_is_accepted_while_the_appeal_waits_and_that_settles_it(people: People) -> None:
    offers = await people.offered()
    appeal = await appealed(people)
    people.clock.advance(days=20)
    at = f"/v1/offers/{offers[0]['id']}"
    assert await people.refused("li", f"{at}/decline") == (409, "move_not_allowed")
    await people.do("li", f"{at}/accept", SIGNED)

    assert people.state == "agreed"
    (settled,) = await people.read("appeals")
    assert (settled["state"], settled["comment"]) == ("settled", None)
    assert await people.refused("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT) == (409, "move_not_allowed")
    clocks = await people.read("clocks?limit=100")
    assert [c["state"] for c in clocks if c["code"] == "appeal_answer"] == ["met"]


async def test_what_had_expired_before_the_appeal_does_not_come_back(people: People) -> None:
    """Nobody swept in between: the last offer was over when Li appealed, so dismissing the appeal lapses the case."""
    offers = await people.offered()
    people.clock.advance(days=14)
    appeal = await appealed(people)
    assert (people.state, await people.open_offers()) == ("appealed", [])
    at = f"/v1/offers/{offers[0]['id']}/accept"
    assert await people.refused("li", at, SIGNED) == (409, "offer_expired")
    await people.do("wu", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)

    assert people.state == "lapsed"
    dismissed, lapsed = (await people.events())[-2:]
    assert (dismissed["type"], dismissed["particulars"]["to"]) == ("dismiss", "offered")
    assert (lapsed["type"], lapsed["actor_role"], lapsed["caused_by"]) == ("lapse", "system", dismissed["id"])
    assert await sweep(people, days=15) == 1
    assert people.state == "closed"


@pytest.mark.parametrize("end", ("dismiss", "withdraw"))
async def test_where_every_offer_was_taken_back_meanwhile_the_case_lapses_with_the_appeal(
    people: People, end: str
) -> None:
    offers = await people.offered()
    appeal = await appealed(people)
    taken = {"ground": "fraud", "reason": "Forged."}
    for offer in offers:
        await people.do("zhao", f"/v1/offers/{offer['id']}/withdraw", taken)
    await people.do("li" if end == "withdraw" else "wu", f"/v1/appeals/{appeal['id']}/{end}",
                    {} if end == "withdraw" else COMMENT)  # fmt: skip

    assert people.state == "lapsed"


@pytest.mark.parametrize("end", ("dismiss", "withdraw"))
@pytest.mark.parametrize("before", ("declined", "lapsed", "rejected"))
async def test_the_case_goes_back_to_where_it_was_and_its_time_runs_anew(people: People, before: str, end: str) -> None:
    if before == "rejected":
        await rejected(people)
    else:
        offers = await people.offered()
        if before == "lapsed":
            await sweep(people, days=15)
        else:
            for offer in offers:
                await people.do("li", f"/v1/offers/{offer['id']}/decline")
    assert people.state == before
    appeal = await appealed(people)
    assert await sweep(people, days=29) == 0
    who, body = ("li", {}) if end == "withdraw" else ("wu", COMMENT)
    await people.do(who, f"/v1/appeals/{appeal['id']}/{end}", body)

    assert people.state == before
    window = {"rejected": 44}.get(before, 14)
    assert await sweep(people, days=window) == 0
    assert await sweep(people, days=1) == 1
    assert people.state == "closed"
    assert people.case["decision"] is None or people.case["decision"]["appeal_id"] is None


async def test_what_was_appealed_is_not_appealed_again(people: People) -> None:
    await people.offered()
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/dismiss", COMMENT)

    assert await people.refused("li", "appeals", GROUNDS) == (409, "condition_not_met")
    assert (await people.actions("li"))["appeal"]["why_not"] == "Nothing was refused that could be appealed."


async def test_an_answer_that_is_late_is_called_to_somebodys_attention(people: People) -> None:
    """Thirty days, counted by the day; the appeal waits on."""
    await rejected(people)
    appeal = await appealed(people)
    (clock,) = [c for c in await people.read("clocks") if c["code"] == "appeal_answer"]
    assert (clock["due_on"], clock["about"], clock["end_action"]) == ("2026-12-15", appeal["id"], "escalate")

    assert await sweep(people, days=30) == 0
    assert await sweep(people, days=1) == 1
    assert people.state == "appealed"
    assert [e["particulars"] for e in await people.events("escalated")] == [{"code": "appeal_answer"}]
    await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    assert people.state == "in_review"


HOLD = """
[holds.tracking]
title = { en = "No enforcement while it is decided", "zh-CN" = "审查期间暂停执行" }
scopes = ["enforcement"]
anchor = "submit"
until = "decision"
length = 14
source = "a test"

[holds.breathing_space]"""


@pytest.mark.parametrize("end", ("dismiss", "withdraw", "allow"))
async def test_a_hold_until_the_decision_goes_on_until_the_appeal_is_answered(with_pack: WithPack, end: str) -> None:
    """A refusal would end it after a fortnight; an appeal in that time keeps it, and an approval until the offers."""
    async with with_pack(("\n[holds.breathing_space]", HOLD)) as people:
        await rejected(people)
        assert [hold["ends_on"] for hold in people.case["holds"]] == ["2026-11-29"]
        appeal = await appealed(people)
        assert [hold["ends_on"] for hold in people.case["holds"]] == [None]
        assert await sweep(people, days=25) == 0
        who, body = ("li", {}) if end == "withdraw" else ("wu", COMMENT)
        await people.do(who, f"/v1/appeals/{appeal['id']}/{end}", body)
        if end == "allow":
            assert [hold["state"] for hold in people.case["holds"]] == ["running"]
            await people.do("wu", "offers")

        (hold,) = await people.read("holds")
        assert (hold["state"], hold["ends_on"], people.case["holds"]) == ("ended", "2026-12-10", [])


async def allowed(people: People, by: str = "wu") -> Json:
    """Have a rejection by zhao appealed, and the appeal allowed."""
    await rejected(people)
    appeal = await appealed(people)
    await people.do(by, f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    assert people.state == "in_review"
    return appeal


async def test_an_appeal_that_is_allowed_is_an_approval_by_who_allowed_it(people: People) -> None:
    appeal = await allowed(people)
    decision = people.case["decision"]

    assert (decision["outcome"], decision["decided_by"], decision["confirmation"]) == ("approve", "wu", "not_needed")
    assert (decision["appeal_id"], decision["comment"]) == (appeal["id"], COMMENT["comment"])
    assert [r["code"] for r in decision["reasons"]] == ["APPEAL_ALLOWED"]
    assert decision["reasons"][0]["source"]
    assert [e["type"] for e in await people.events()][-2:] == ["allow", "decided"]
    await people.do("ren", "offers")
    assert people.state == "offered"


async def test_nobody_rejects_what_was_allowed_on_appeal(people: People) -> None:
    """Neither the one who rejected first, nor anybody else; their approval adds nothing and takes nothing away."""
    await allowed(people)
    assert await people.refused("zhao", "decisions", REJECT) == (403, "took_part")
    for who in ("wu", "ren", "qian"):
        assert await people.refused(who, "decisions", REJECT) == (409, "appeal_binds")
    await people.do("qian", "decisions", APPROVE)
    assert await people.refused("ren", "decisions", REJECT) == (409, "appeal_binds")
    await people.do("wu", "offers")
    assert people.state == "offered"


async def test_the_policy_does_not_reject_again_what_was_allowed(people: People) -> None:
    """Rejected by the system; allowed; then the lender's figures and a document make the policy judge it again."""
    await people.post(**REJECTED)
    assert (people.state, people.case["decision"]["automatic"]) == ("rejected", True)
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    assert (people.state, people.case["decision"]["overrides_verdict"]) == ("in_review", True)

    await people.do("servicing", "loans", {"loans": REJECTED["loans"]}, "PUT")
    await people.upload("bank_statements")
    await people.do("wu", "reviews")
    assert people.case["review"]["verdict"]["outcome"] == "reject"
    assert (people.state, people.case["decision"]["outcome"]) == ("in_review", "approve")
    term = {"kind": "term", "instalments": 20}
    await people.do("wu", "offers", {"terms": {"instruments": [term]}})
    assert people.state == "offered"


async def test_the_policy_does_not_ask_again_for_documents_after_an_appeal(people: People) -> None:
    """Else the case would lapse for want of them, though it was won."""
    await people.post(**REJECTED)
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    await people.do("servicing", "loans", {"loans": [li_loan_json()]}, "PUT")
    await people.do("wu", "reviews")

    assert (people.case["review"]["verdict"]["outcome"], people.state) == ("request_information", "in_review")
    budget = {"incomes": [{"kind": "self_employment", "monthly": 980_000}]}
    await people.do("li", "amend", {"budget": budget})
    assert (people.state, people.case["decision"]) == ("information_requested", None)


async def test_a_new_application_ends_what_the_appeal_bound(people: People) -> None:
    await allowed(people)
    await people.do("li", "amend", {"request": {"months": 40}})
    assert people.case["decision"] is None
    await people.do("zhao", "decisions", REJECT)

    assert people.state == "rejected"
    await appealed(people)
    assert people.state == "appealed"


async def test_above_ones_authority_an_allowed_appeal_waits_for_a_second_who_took_no_part(with_pack: WithPack) -> None:
    async with with_pack(*SMALL_AUTHORITY) as people:
        await people.post()
        await people.hand_in_all()
        await people.do("zhao", "decisions", REJECT)
        appeal = await appealed(people)
        await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
        decision = people.case["decision"]
        assert (decision["confirmation"], decision["level"], people.state) == ("pending", "supervisor", "in_review")
        at = f"decisions/{decision['id']}/confirm"

        assert await people.refused("wu", "offers") == (409, "condition_not_met")
        assert await people.refused("ren", "decisions", REJECT) == (409, "appeal_binds")
        assert await people.refused("zhao", at) == (403, "took_part")
        await people.do("qian", at)
        assert await people.refused("ren", "decisions", APPROVE) == (409, "appeal_binds")
        await people.do("qian", "decisions", APPROVE)
        await people.do("wu", "offers")
        assert people.state == "offered"


async def test_what_the_second_did_not_confirm_is_decided_by_somebody_who_took_no_part(with_pack: WithPack) -> None:
    async with with_pack(*SMALL_AUTHORITY) as people:
        await people.post()
        await people.hand_in_all()
        await people.do("zhao", "decisions", REJECT)
        appeal = await appealed(people)
        await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
        at = f"decisions/{people.case['decision']['id']}/confirm"
        await people.do("qian", at, {"outcome": "refuse", "comment": "Too much."})

        assert await people.refused("zhao", "decisions", REJECT) == (403, "took_part")
        await people.do("qian", "decisions", REJECT)
        assert (people.state, people.case["decision"]["appeal_id"]) == ("rejected", appeal["id"])
        assert await people.refused("li", "appeals", GROUNDS) == (409, "condition_not_met")


async def test_what_belongs_to_the_committee_is_allowed_by_one_supervisor_and_confirmed_by_another(
    with_pack: WithPack,
) -> None:
    supervisor = ("[authority.supervisor]", "[authority.supervisor]\nexposure_max = { CNY = 3 }")
    async with with_pack(*SMALL_AUTHORITY, supervisor) as people:
        await people.manual()
        await people.do("wu", "decisions", REJECT)
        appeal = await appealed(people)
        at = f"/v1/appeals/{appeal['id']}/allow"
        assert await people.refused("ren", at, COMMENT) == (403, "authority_exceeded")
        assert people.state == "appealed"
        await people.do("zhao", at, COMMENT)
        confirm = f"decisions/{people.case['decision']['id']}/confirm"
        assert await people.refused("zhao", confirm) == (403, "own_decision")
        await people.do("qian", confirm)
        assert people.case["decision"]["confirmation"] == "confirmed"


async def test_open_offers_of_before_stand_on_after_an_allowed_appeal(people: People) -> None:
    """They cannot be accepted in review, and can again beside the offers that follow."""
    offers = await people.offered()
    people.clock.advance(days=10)
    appeal = await appealed(people)
    await people.do("wu", f"/v1/appeals/{appeal['id']}/allow", COMMENT)
    assert people.state == "in_review"
    assert {o["expires_at"] for o in await people.offers()} == {"2026-12-09T09:00:00Z"}
    assert await people.refused("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED) == (409, "move_not_allowed")
    await people.do(
        "wu",
        "offers",
        {
            "terms": {
                "instruments": [
                    {"kind": "capitalise", "components": ["interest", "principal"]},
                    {"kind": "term", "instalments": 30},
                ]
            }
        },
    )
    people.clock.advance(days=13)
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert people.state == "agreed"


@pytest.mark.parametrize("state", ("information_requested", "in_review", "agreed", "withdrawn"))
async def test_there_is_nothing_to_appeal_before_anything_was_refused_or_after_the_end(
    people: People, state: str
) -> None:
    if state == "information_requested":
        await people.post()
    elif state == "in_review":
        await people.manual()
    elif state == "agreed":
        await people.agreed()
    else:
        await people.post()
        await people.do("li", "withdraw")
    assert people.state == state

    answer = await people.ask("li", "POST", "appeals", GROUNDS)
    assert (answer.status_code, answer.json()["code"]) == (409, "move_not_allowed")
    assert "appeal" not in answer.json()["allowed"]
    assert await people.read("appeals") == []
