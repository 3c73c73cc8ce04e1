"""What can be done next, for each who asks, with a reason for each move that is not allowed."""

import pytest

from service.domain.actors import Role
from service.domain.lifecycle import CaseAction
from tests.casework.people import OTHER, REJECTED, SIGNED, UNFEASIBLE, People, consents, move

NOBODY_ELSE = "The role auditor may not"


async def by(people: People, who: str) -> dict[str, str | None]:
    """Return why not, by action; None for what is allowed."""
    found = await people.actions(who)
    assert all(item["allowed"] is (item["why_not"] is None) for item in found.values())
    return {action: item["why_not"] for action, item in found.items()}


async def test_a_draft_is_submitted_or_withdrawn(people: People) -> None:
    await people.post(submit=False, hardship=None)
    assert await by(people, "partner") == {
        "submit": "Members that the application lacks: 1.",
        "withdraw": None,
    }
    assert await by(people, "wu") == {
        "submit": "The role caseworker may not submit a case that is draft.",
        "withdraw": "The role caseworker may not withdraw a case that is draft.",
    }


async def test_what_is_missing_is_counted(people: People) -> None:
    await people.post()
    li, wu = await by(people, "li"), await by(people, "wu")

    assert li["provide_information"] == "Items of evidence that are missing: 2."
    assert li["start_review"] == "The role borrower may not start_review a case that is information_requested."
    assert (li["withdraw"], li["refer"], wu["start_review"]) == (None, None, None)
    assert "lapse" not in li


async def test_offers_need_an_approval_and_an_amendment_brings_its_own_version(people: People) -> None:
    await people.manual()
    wu, li = await by(people, "wu"), await by(people, "li")
    assert (wu["make_offers"], wu["reject"]) == ("Offers need a final approval.", "The rejection is not final.")
    assert (li["amend"], wu["request_information"]) == (None, None)
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    assert (await by(people, "wu"))["make_offers"] is None


async def test_offers_are_answered_by_the_borrower_until_they_expire(people: People) -> None:
    offers = await people.offered()
    li = await by(people, "li")
    assert (li["accept"], li["counter"], li["decline"]) == (None, None, "Another offer is still open.")
    assert li["appeal"] is None
    assert "lapse" not in li
    partner = await by(people, "partner")
    assert partner["accept"] == "The role partner may not accept a case that is offered."
    assert set((await by(people, "auditor")).values()) == {
        f"The role auditor may not {action} a case that is offered." for action in li
    }
    for offer in offers[:-1]:
        await people.do("li", f"/v1/offers/{offer['id']}/decline")
    assert (await by(people, "li"))["decline"] is None

    people.clock.advance(days=14)
    li = await by(people, "li")
    assert {li["accept"], li["counter"], li["decline"]} == {"No offer is open."}


async def test_indicative_offers_cannot_be_accepted_yet(people: People) -> None:
    await people.post("declaring partner")
    await people.hand_in_all()

    assert (await by(people, "li"))["accept"] == "The open offers are indicative."


async def test_a_rejection_is_appealed_in_time_reopened_with_more_and_closed_after(people: People) -> None:
    await people.post(**REJECTED)
    li, wu = await by(people, "li"), await by(people, "wu")
    assert (li["appeal"], li["request_human_review"]) == (None, None)
    assert li["reopen"] == wu["reopen"] == "The application has not changed since it was judged."
    assert wu["close"] == "The time for an appeal has not passed."

    people.clock.advance(days=14)
    li, wu = await by(people, "li"), await by(people, "wu")
    assert li["appeal"] == "The time for an appeal has passed."
    assert wu["close"] is None
    assert (await people.actions("wu"))["close"]["to"] == "closed"


async def test_a_rejection_by_a_person_is_not_looked_at_again_by_one(people: People) -> None:
    await people.manual()
    await people.do("wu", "decisions", {"outcome": "reject", **OTHER})

    assert (await by(people, "li"))["request_human_review"] == "The rejection was made by a person."
    assert (await by(people, "wu"))["appeal"] == "The role caseworker may not appeal a case that is rejected."


async def test_an_appeal_is_answered_by_somebody_who_took_no_part(people: People) -> None:
    """Wu decided first, Qian did not confirm it, Zhao decided then."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    first = await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
    await people.do("qian", f"decisions/{first['id']}/confirm", {"outcome": "refuse"})
    await people.do("zhao", "decisions", {"outcome": "reject", **OTHER})
    await move(people, CaseAction.APPEAL, role=Role.BORROWER)

    for who in ("wu", "zhao", "qian"):
        found = await by(people, who)
        assert (found["dismiss"], found["allow"]) == ("You took part in the decision.",) * 2, who
    assert (await by(people, "ren"))["dismiss"] is None
    assert (await people.actions("li"))["withdraw_appeal"]["to"] == "rejected"


async def test_an_agreement_is_ended_by_a_supervisor_who_says_why(people: People) -> None:
    await people.agreed()

    assert (await by(people, "zhao"))["cancel"] is None
    assert (await by(people, "wu"))["cancel"] == "The role caseworker may not cancel a case that is agreed."


async def test_a_partner_without_a_mandate_is_told_that_it_needs_one(people: People) -> None:
    await people.post(borrower={"subject": None, "kind": "sole_trader", "name": "李某", "vulnerabilities": []})
    await people.hand_in_all("partner")
    partner = await by(people, "partner")

    assert partner["accept"] == "A partner answers for the borrower only with a verified mandate of scope accept."
    assert partner["appeal"] is None
    assert partner["withdraw"] is None


@pytest.mark.parametrize("end", ("withdraw", "accept"))
async def test_nothing_can_be_done_with_a_case_at_its_end(people: People, end: str) -> None:
    if end == "withdraw":
        await people.post(**UNFEASIBLE)
        await people.do("li", "withdraw")
        assert await by(people, "zhao") == {}
    else:
        offers = await people.offered()
        await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
        assert set(await by(people, "li")) == {"fulfil", "breach", "cancel"}
        assert None not in set((await by(people, "li")).values())
