"""What a verdict does to a case (design section 4): by outcome, automation and consent."""

from typing import Any

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import MANUAL, OTHER, REJECTED, UNFEASIBLE, People, consents
from tests.domain.applications import li_loan_json

FOLLOWS: dict[tuple[str, bool], str] = {
    ("request_information", True): "information_requested",
    ("request_information", False): "information_requested",
    ("reject", True): "rejected",
    ("reject", False): "in_review",
    ("manual", True): "in_review",
    ("manual", False): "in_review",
    ("approve", True): "offered",
    ("approve", False): "in_review",
}
"""Where a case rests that the service judges by itself, by the verdict and the consent to automation."""

CASES: dict[str, dict[str, Any]] = {"request_information": {}, "reject": REJECTED, "manual": MANUAL, "approve": {}}


async def judged(people: People, outcome: str, *, automated: bool) -> None:
    """Bring a case to a verdict of this outcome."""
    await people.post(**CASES[outcome], **consents(automated=automated))
    if outcome in {"manual", "approve"}:
        await people.hand_in_all()


@pytest.mark.parametrize(("outcome", "automated"), sorted(FOLLOWS))
async def test_what_follows_from_a_verdict_when_the_service_works_by_itself(
    people: People, outcome: str, automated: bool
) -> None:
    """Without consent to automation the service asks for what is missing, and decides nothing."""
    await judged(people, outcome, automated=automated)

    assert people.state == FOLLOWS[outcome, automated]
    assert people.case["review"]["verdict"]["outcome"] == outcome
    decided = automated and outcome in {"approve", "reject"}
    decision = people.case["decision"]
    assert (decision is not None) is decided
    if decided:
        assert (decision["outcome"], decision["confirmation"], decision["automatic"]) == (outcome, "not_needed", True)
        assert decision["decided_by"] == "system"
    assert bool(await people.offers()) is (people.state == "offered")


@pytest.mark.parametrize("outcome", sorted(CASES))
async def test_with_automation_off_a_case_rests_where_people_leave_it(by_hand: People, outcome: str) -> None:
    """Evidence is taken in while it is submitted; a review stores its verdict and rests in review."""
    await judged(by_hand, outcome, automated=True)
    if by_hand.case["evidence"]["missing"]:
        assert outcome in {"request_information", "reject"}
    assert (by_hand.state, by_hand.case["review"]) == ("submitted", None)

    review = await by_hand.do("wu", "reviews")
    assert review["verdict"]["outcome"] == outcome
    assert (by_hand.state, by_hand.case["decision"]) == ("in_review", None)
    assert await by_hand.offers() == []
    again = await by_hand.do("wu", "reviews")
    assert by_hand.case["review"]["id"] == again["id"] != review["id"]
    assert [r["id"] for r in await by_hand.read("reviews")] == [again["id"], review["id"]]
    assert [e["type"] for e in await by_hand.events("start_review")] == ["start_review"]


async def test_what_follows_is_done_by_the_system_and_names_its_cause(people: People) -> None:
    await people.offered()
    events = {event["id"]: event for event in await people.events()}
    by_system = [event for event in events.values() if event["actor_role"] == "system"]

    assert [e["type"] for e in by_system] == [
        "notice_sent", "reviewed", "request_information", "notice_sent", "provide_information", "reviewed",
        "start_review", "decided", "make_offers", "notice_sent",
    ]  # fmt: skip
    for event in by_system:
        cause = events[event["caused_by"]]
        assert cause["sequence"] < event["sequence"]
        assert event["actor"] == "system"
    causes = {event["type"]: events[event["caused_by"]]["type"] for event in by_system}
    assert causes["provide_information"] == "evidence_received"
    assert causes["decided"] == causes["make_offers"] == "reviewed"
    by_people = [event for event in events.values() if event["actor_role"] != "system"]
    assert {event["caused_by"] for event in by_people} == {None}


async def test_a_request_names_what_is_missing_and_by_when(people: People) -> None:
    await people.post()
    (request,) = await people.events("request_information")

    assert request["particulars"]["missing"] == ["bank_statements", "hardship_proof"]
    assert request["particulars"]["due_on"] == people.case["information_due_on"] == "2026-12-15"


async def test_an_approval_above_the_systems_authority_waits_for_a_person(with_pack: WithPack) -> None:
    """Li owes 114,085.44; the system may approve up to 100,000."""
    limit = ("[authority.system]", "[authority.system]\nexposure_max = { CNY = 10000000 }")
    async with with_pack(limit) as people:
        await people.post()
        await people.hand_in_all()

        assert (people.state, people.case["decision"]) == ("in_review", None)
        verdict = people.case["review"]["verdict"]
        assert (verdict["outcome"], verdict["level"]) == ("approve", "caseworker")


async def test_an_approved_case_without_a_feasible_plan_rests_and_says_why(people: People) -> None:
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()

    assert people.state == "in_review"
    assert people.case["decision"]["outcome"] == "approve"
    assert people.case["menu_empty"]
    assert {"limit", "bound", "needed"} <= set(people.case["menu_empty"][0])
    (event,) = await people.events("menu_empty")
    revealed = [line["limit"] for line in event["particulars"]["limits"] if line["reveal"] == "full"]
    assert [line["limit"] for line in (await people.look("li"))["menu_empty"]] == revealed


async def test_a_debt_that_cannot_be_worked_out_is_a_matter_for_the_desk(people: People) -> None:
    """At -100 % the lender would pay the borrower: the document that completes the list is kept all the same."""
    bullet = {"repayment": "bullet", "annual_rate": "-1", "next_due_on": None, "maturity_on": "2060-01-01"}
    await people.post(loans=[li_loan_json(**bullet)])
    await people.hand_in_all()

    assert (people.state, people.case["decision"]["outcome"]) == ("in_review", "approve")
    assert [line["limit"] for line in people.case["menu_empty"]] == ["payment_negative"]
    assert await people.refused("wu", "offers") == (422, "payment_negative")
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    assert people.state == "in_review"


async def test_new_loans_are_judged_again_and_may_open_what_was_not_feasible(people: People) -> None:
    """The lender writes most of the debt off: the system's approval of before ends, and the next one has a menu."""
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()
    first = people.case["decision"]["id"]
    small = {
        **people.case["application"]["loans"][0],
        "balance": {"principal": 60_000, "interest": 0, "penalty": 0, "fees": 0},
        "overdue": {"principal": 5_000, "interest": 0},
        "instalment": 10_000,
    }
    del small["source"]
    await people.do("servicing", "loans", {"loans": [small]}, "PUT")

    assert people.state == "offered"
    assert people.case["menu_empty"] is None
    assert people.case["decision"]["id"] != first
    assert [d["outcome"] for d in await people.read("decisions")] == ["approve", "approve"]


async def test_a_policy_that_wants_a_document_verified_leaves_the_case_to_a_person_until_it_is(
    with_pack: WithPack,
) -> None:
    verified = ('kinds = ["hardship_proof"]', 'kinds = ["hardship_proof"]\nneeds = "verified"')
    async with with_pack(verified) as people:
        await people.post()
        await people.hand_in_all()
        assert people.state == "in_review"
        assert "EVIDENCE_UNVERIFIED" in {r["code"] for r in people.case["review"]["verdict"]["reasons"]}

        documents = {item["kind"]: item["id"] for item in await people.read("evidence")}
        await people.do("wu", f"evidence/{documents['hardship_proof']}/verify")
        assert people.state == "offered"
