"""Deciding a case: what a person may decide alone, what somebody else confirms, and what follows from it."""

from service.domain.actors import Role
from service.domain.lifecycle import CaseAction
from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, REJECTED, UNFEASIBLE, People, consents, move

APPROVE = {"outcome": "approve", **OTHER}
REJECT = {"outcome": "reject", **OTHER}


async def test_an_approval_by_a_person_moves_nothing_and_unlocks_offers(people: People) -> None:
    await people.manual()
    assert await people.refused("wu", "offers") == (409, "condition_not_met")
    decision = await people.do("wu", "decisions", APPROVE)

    assert (decision["confirmation"], decision["automatic"], decision["decided_by"]) == ("not_needed", False, "wu")
    assert people.state == "in_review"
    await people.do("wu", "offers")
    assert people.state == "offered"


async def test_a_rejection_by_a_person_moves_the_case_with_reasons_and_where_they_come_from(people: People) -> None:
    await people.manual()
    body = {"outcome": "reject", "reasons": ["REPEATED_BREACHES", "NO_PROGRAMME", "OTHER"], "comment": "No prospect."}
    await people.do("wu", "decisions", body)
    breaches, none, other = people.case["decision"]["reasons"]

    assert people.state == "rejected"
    assert (breaches["fact"], breaches["value"], breaches["threshold"]) == ("breaches_24m", 2, ">= 2")
    assert (breaches["loan_id"], breaches["severity"]) == ("L-001", "warning")
    assert none["text"]["zh-CN"] == "没有适用的方案。"
    assert "comment" in other["text"]["en"]
    assert all(reason["source"] for reason in (breaches, none, other))
    shown = (await people.look("li"))["decision"]
    assert (shown["decided_by"], shown["comment"]) == ("caseworker", "No prospect.")


async def told(people: People) -> set[str | None]:
    """Return the comment of the latest decision as the borrower and the posting partner read it; both read the same."""
    found = set()
    for who in ("li", "partner"):
        decision = (await people.look(who))["decision"]
        assert (await people.read("decisions", who))[0]["comment"] == decision["comment"]
        found.add(decision["comment"])
    return found


async def test_the_comment_of_a_rejection_is_told_where_it_is_the_reason(people: People) -> None:
    await people.manual()
    own = {"outcome": "reject", "reasons": ["NO_PROGRAMME"], "comment": "Between ourselves."}
    decision = await people.do("wu", "decisions", own)
    assert decision["comment"] == own["comment"]
    assert await told(people) == {None}


async def test_no_other_comment_of_the_desk_is_told(people: People) -> None:
    """Neither of an approval, nor of a rejection that waits for a second person, or was refused by one."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    await people.do("wu", "decisions", APPROVE)
    assert await told(people) == {None}
    for answer, comment in (("refuse", None), ("confirm", OTHER["comment"])):
        decision = await people.do("wu", "decisions", REJECT)
        assert await told(people) == {None}
        sent = {"outcome": answer, "comment": "Between ourselves."}
        await people.do("zhao", f"decisions/{decision['id']}/confirm", sent)
        assert await told(people) == {comment}


async def test_a_caseworker_does_not_reject_against_the_policy_alone(people: People) -> None:
    """The verdict approves, the borrower wants a person: rejecting waits for a supervisor, who may say no."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    assert people.case["review"]["verdict"]["outcome"] == "approve"
    first = await people.do("wu", "decisions", REJECT)
    assert (first["confirmation"], people.state) == ("pending", "in_review")
    assert await people.refused("wu", "offers") == (409, "condition_not_met")

    at = f"decisions/{first['id']}/confirm"
    assert await people.refused("wu", at) == (403, "not_permitted")
    assert await people.refused("li", at) == (403, "not_permitted")
    assert await people.refused("stranger", at) == (404, "case_not_found")
    no = await people.do("zhao", at, {"outcome": "refuse", "comment": "There is a plan."})
    assert (no["confirmation"], no["confirmed_by"], people.state) == ("refused", "zhao", "in_review")
    assert await people.refused("qian", at) == (409, "nothing_to_confirm")

    second = await people.do("wu", "decisions", REJECT)
    assert await people.refused("zhao", at) == (404, "decision_not_found")
    yes = await people.do("zhao", f"decisions/{second['id']}/confirm")
    assert (yes["confirmation"], people.state) == ("confirmed", "rejected")
    assert [e["type"] for e in await people.events()][-3:] == ["decision_confirmed", "reject", "notice_sent"]
    assert [d["confirmation"] for d in await people.read("decisions")] == ["confirmed", "refused"]


async def test_a_supervisor_rejects_against_the_policy_alone(people: People) -> None:
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    decision = await people.do("zhao", "decisions", REJECT)

    assert (decision["confirmation"], people.state) == ("not_needed", "rejected")
    at = f"decisions/{decision['id']}/confirm"
    assert await people.refused("zhao", at) == (403, "own_decision")


async def test_an_approval_above_the_deciders_authority_waits_for_a_supervisor(with_pack: WithPack) -> None:
    """Li owes 114,085.44; caseworkers approve up to 100,000 here."""
    async with with_pack(
        ("[authority.system]", "[authority.system]\nexposure_max = { CNY = 5000000 }"),
        ("[authority.caseworker]", "[authority.caseworker]\nexposure_max = { CNY = 10000000 }"),
        ("[authority.supervisor]", "[authority.supervisor]\nexposure_max = { CNY = 20000000 }"),
    ) as people:
        await people.post()
        await people.hand_in_all()
        assert (people.state, people.case["review"]["verdict"]["level"]) == ("in_review", "supervisor")
        decision = await people.do("wu", "decisions", APPROVE)
        assert decision["confirmation"] == "pending"
        assert await people.refused("zhao", "offers") == (409, "condition_not_met")

        await people.do("zhao", f"decisions/{decision['id']}/confirm", {"comment": "Agreed."})
        assert people.state == "in_review"
        await people.do("wu", "offers")
        assert people.state == "offered"
        answer = await people.counter(payment=396_000, months=36)
        assert (answer["answer"], people.state) == ("waiting", "countered")


async def test_the_committee_is_two_supervisors(with_pack: WithPack) -> None:
    async with with_pack(
        ("[authority.system]", "[authority.system]\nexposure_max = { CNY = 1 }"),
        ("[authority.caseworker]", "[authority.caseworker]\nexposure_max = { CNY = 2 }"),
        ("[authority.supervisor]", "[authority.supervisor]\nexposure_max = { CNY = 3 }"),
    ) as people:
        await people.post()
        await people.hand_in_all()
        assert people.case["review"]["verdict"]["level"] == "committee"
        assert await people.refused("wu", "decisions", APPROVE) == (403, "authority_exceeded")
        decision = await people.do("zhao", "decisions", APPROVE)
        assert decision["confirmation"] == "pending"
        at = f"decisions/{decision['id']}/confirm"
        assert await people.refused("zhao", at) == (403, "own_decision")
        await people.do("qian", at)

        await people.do("wu", "offers")
        assert people.state == "offered"


async def test_a_decision_belongs_to_a_case_that_is_being_decided(people: People) -> None:
    await people.post()
    assert await people.refused("wu", "decisions", APPROVE) == (409, "not_decidable")
    answer = await people.ask("wu", "POST", "decisions", REJECT)
    assert answer.json()["allowed"] == sorted(["provide_information", "start_review", "lapse", "refer", "withdraw"])
    await people.hand_in_all()
    assert people.state == "offered"
    assert await people.refused("wu", "decisions", REJECT) == (409, "not_decidable")
    await people.do("wu", "decisions", APPROVE)
    assert people.state == "offered"


async def test_a_decision_that_waits_is_confirmed_only_where_it_could_be_made(people: People) -> None:
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    decision = await people.do("wu", "decisions", REJECT)
    at = f"decisions/{decision['id']}/confirm"
    await move(people, CaseAction.REFER, role=Role.CASEWORKER)
    assert await people.refused("zhao", at) == (409, "not_decidable")
    await people.do("li", "withdraw")
    assert await people.refused("zhao", at) == (409, "not_decidable")


async def test_a_rejection_for_want_of_a_plan_says_which_limits_stand_in_the_way(people: People) -> None:
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()
    decision = await people.do("zhao", "decisions", {"outcome": "reject", "reasons": ["NO_PLAN_FITS"]})

    assert people.state == "rejected"
    assert {reason["code"] for reason in decision["reasons"]} == {"NO_PLAN_FITS"}
    assert "affordable_payment" in {reason["fact"] for reason in decision["reasons"]}


async def test_a_referred_case_that_is_not_whole_can_be_decided(people: People) -> None:
    """Its application lost a member while it waited for documents: approving it needs what the verdict says."""
    await people.post()
    await people.do("partner", "application", {"budget": {"incomes": []}}, "PATCH")
    await move(people, CaseAction.REFER, role=Role.CASEWORKER)
    decision = await people.do("wu", "decisions", APPROVE)
    assert (decision["level"], decision["confirmation"]) == ("system", "not_needed")
    assert await people.refused("wu", "offers") == (422, "invalid")
    await people.do("wu", "resume")
    await people.do("wu", "decisions", {"outcome": "reject", "reasons": ["NO_PLAN_FITS"]})
    assert people.state == "rejected"


async def test_who_decides_and_with_which_reasons(people: People) -> None:
    await people.manual()
    for who in ("li", "partner", "auditor", "servicing"):
        assert await people.refused(who, "decisions", APPROVE) == (403, "not_permitted")
    assert await people.refused("stranger", "decisions", APPROVE) == (404, "case_not_found")
    answer = await people.ask("wu", "POST", "decisions", {"outcome": "reject", "reasons": ["NONSENSE", "OTHER"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "reason_unknown")
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/reasons/0", "/comment"}


async def test_a_new_application_is_decided_afresh(people: People) -> None:
    """Rejected by the system; the borrower says more and asks again: the old decision is history."""
    await people.post(**REJECTED)
    rejected = people.case["decision"]["id"]
    assert await people.refused("li", "reopen") == (409, "condition_not_met")
    incomes = {"budget": {"incomes": [{"kind": "self_employment", "monthly": 980_000}]}}
    await people.do("li", "application", incomes, "PATCH")
    assert people.state == "rejected"
    await people.do("li", "reopen")

    assert (people.state, people.case["decision"]) == ("information_requested", None)
    assert [d["id"] for d in await people.read("decisions")] == [rejected]
    await people.hand_in_all()
    assert people.state == "offered"


async def test_an_approval_of_before_does_not_unlock_offers_on_an_amended_application(people: People) -> None:
    await people.manual()
    await people.do("wu", "decisions", APPROVE)
    await people.do("li", "amend", {"request": {"months": 40}})

    assert (people.state, people.case["decision"]) == ("in_review", None)
    assert await people.refused("wu", "offers") == (409, "condition_not_met")
