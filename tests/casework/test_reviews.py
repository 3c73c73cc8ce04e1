"""When a case may be judged, by whom, and what a person's part in it keeps the system from doing."""

from tests.casework.conftest import WithPack
from tests.casework.people import MANUAL, OTHER, REJECTED, UNFEASIBLE, People


async def test_a_review_is_allowed_until_the_case_is_decided_and_refused_with_the_legal_moves_after(
    people: People,
) -> None:
    await people.post(submit=False)
    assert await people.refused("wu", "reviews") == (409, "not_reviewable")
    await people.do("partner", "submit")
    assert people.state == "information_requested"

    await people.do("wu", "reviews")
    assert people.state == "information_requested"
    moved = [e["type"] for e in await people.events()][-4:]
    assert moved == ["start_review", "reviewed", "request_information", "notice_sent"]

    await people.hand_in_all()
    assert people.state == "offered"
    answer = await people.ask("wu", "POST", "reviews", {})
    assert (answer.status_code, answer.json()["state"]) == (409, "offered")
    assert "accept" in answer.json()["allowed"]
    await people.do("li", "withdraw")
    answer = await people.ask("wu", "POST", "reviews", {})
    assert (answer.status_code, answer.json()["allowed"]) == (409, [])


async def test_only_the_lender_asks_for_reviews_and_an_outsider_learns_nothing(people: People) -> None:
    await people.post()
    for who, status in (
        ("li", 403),
        ("partner", 403),
        ("auditor", 403),
        ("servicing", 403),
        ("stranger", 404),
        ("other partner", 404),
        ("risk", 404),
    ):
        assert (await people.refused(who, "reviews"))[0] == status, who
        assert (await people.ask(who, "GET", "reviews")).status_code == (404 if status == 404 else 200)


async def test_an_application_that_is_no_longer_whole_is_not_judged(people: People) -> None:
    await people.post()
    loan = {**people.case["application"]["loans"][0], "as_of": None}
    del loan["source"]
    await people.do("wu", "application", {"loans": [loan], "budget": {"incomes": []}}, "PATCH")
    assert people.state == "information_requested"
    answer = await people.ask("wu", "POST", "reviews", {})

    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/loans/0/as_of", "/budget/incomes"}
    await people.hand_in_all()
    assert people.state == "information_requested"


async def test_an_incomplete_case_does_not_start_its_clock_anew_by_being_judged(people: People) -> None:
    await people.post()
    due = people.case["information_due_on"]
    people.clock.advance(days=10)
    await people.do("wu", "reviews")
    assert (people.state, people.case["information_due_on"]) == ("information_requested", due)

    people.clock.advance(days=25)
    await people.do("wu", "reviews")
    assert people.case["information_due_on"] == "2027-01-19"


def fatal(when: str) -> tuple[str, str]:
    """Return the change of the pack by which it has to know whether something holds, and rejects where it does."""
    manual = 'when = "insolvent"\noutcome = "manual"\nseverity = "warning"'
    return manual, f'when = "{when}"\noutcome = "reject"\nseverity = "fatal"'


async def test_a_fact_that_decides_is_asked_for_by_its_name(with_pack: WithPack) -> None:
    """All documents are there; for how long Li wants to pay only she can say. More documents move no deadline."""
    async with with_pack(fatal("requested_months > 100")) as people:
        await people.post(request={"programmes": None, "payment": None, "months": None})
        await people.hand_in_all()
        due = people.case["information_due_on"]
        assert (people.state, people.case["evidence"]["missing"]) == ("information_requested", [])
        people.clock.advance(days=5)
        (*_, asked) = await people.events("request_information")
        assert (asked["particulars"]["missing"], asked["particulars"]["unknown"]) == ([], ["requested_months"])

        document = await people.upload("payslips")
        await people.do("wu", f"evidence/{document['id']}/verify")
        assert (people.state, people.case["information_due_on"]) == ("information_requested", due)
        await people.do("li", "application", {"request": {"payment": 320_000}}, "PATCH")
        assert (people.state, people.case["information_due_on"]) == ("information_requested", due)
        assert len(await people.events("request_information")) == 2
        await people.do("li", "application", {"request": {"months": 30}}, "PATCH")
        assert people.state == "offered"


async def test_what_only_the_lender_knows_nobody_asks_the_borrower_for(with_pack: WithPack) -> None:
    """All documents are there; whether Li is insolvent the desk has to say, and her time does not run for it."""
    async with with_pack(fatal("insolvent")) as people:
        await people.post()
        await people.hand_in_all()
        assert (people.state, people.case["information_due_on"]) == ("in_review", None)
        assert people.case["review"]["verdict"]["outcome"] == "request_information"
        assert len(await people.events("request_information")) == 1
        (letter,) = [notice for notice in await people.read("notices") if notice["kind"] == "information_request"]
        text = (await people.ask("li", "GET", f"/v1/notices/{letter['id']}/content")).text
        assert "尚缺决定性信息" not in text

        await people.do("wu", "flags", {"insolvent": False}, "PATCH")
        assert people.state == "offered"


async def test_what_a_person_was_asked_to_look_at_the_system_does_not_decide(people: People) -> None:
    """An automatic rejection, a look by a person, new facts: the verdict advises and nothing happens by itself."""
    await people.post(**REJECTED)
    assert people.state == "rejected"
    assert await people.refused("wu", "human-review") == (403, "role_not_allowed")
    await people.do("li", "human-review")
    assert people.state == "in_review"

    document = await people.upload("payslips")
    await people.do("wu", f"evidence/{document['id']}/verify")
    await people.do("wu", "flags", {"litigation": False}, "PATCH")
    assert people.case["review"]["verdict"]["outcome"] == "reject"
    assert (people.state, people.case["decision"]["automatic"]) == ("in_review", True)

    await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
    assert people.state == "rejected"
    assert await people.refused("li", "human-review") == (409, "condition_not_met")


async def test_what_a_person_approved_the_system_does_not_take_over(people: People) -> None:
    await people.manual()
    decision = await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    await people.do("wu", "flags", {"adviser_engaged": True}, "PATCH")

    assert (people.state, people.case["decision"]["id"]) == ("in_review", decision["id"])
    assert len(await people.read("reviews")) > 1


async def test_the_latest_review_counts_and_ends_what_the_system_approved_before(people: People) -> None:
    """Approved without a feasible plan; then fraud is suspected: the approval is gone, and a person has to look."""
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()
    assert people.case["decision"]["outcome"] == "approve"
    await people.do("wu", "flags", {"fraud_suspected": True}, "PATCH")

    assert (people.state, people.case["decision"], people.case["menu_empty"]) == ("in_review", None, None)
    assert people.case["review"]["verdict"]["outcome"] == "manual"
    assert await people.refused("wu", "offers") == (409, "condition_not_met")
    assert len(await people.read("decisions")) == 1


async def test_a_case_stays_with_the_policy_that_first_judged_it(people: People) -> None:
    assert (await people.post(submit=False))["policy"] is None
    await people.do("partner", "submit")
    pinned = people.case["policy"]
    await people.hand_in_all()

    assert pinned["id"] == "standard@2026.1"
    assert people.case["policy"] == pinned
    assert people.case["review"]["verdict"]["digest"] == pinned["digest"]


async def test_flags_are_the_lenders_and_each_change_is_judged_and_written_down(people: People) -> None:
    await people.post()
    assert await people.refused("partner", "flags", {"insolvent": True}, "PATCH") == (403, "not_permitted")
    await people.do("wu", "flags", {"insolvent": True, "litigation": False}, "PATCH")
    await people.do("zhao", "flags", {"litigation": None}, "PATCH")

    assert people.case["flags"] == {"insolvent": True}
    assert (await people.look("li"))["flags"] == {}
    assert [e["particulars"]["flags"] for e in await people.events("flags_set")] == [
        {"insolvent": True, "litigation": False},
        {"litigation": None},
    ]
    assert people.case["state"] == "information_requested"
    await people.hand_in_all()
    assert people.state == "in_review"
    assert "INSOLVENT" in {r["code"] for r in people.case["review"]["verdict"]["reasons"]}
    await people.do("li", "withdraw")
    assert await people.refused("wu", "flags", {"insolvent": False}, "PATCH") == (409, "case_ended")


async def test_relief_agreed_here_counts_when_the_loan_comes_again(people: People) -> None:
    """One agreement on the loan, replaced by none: the next case knows of a relief in the last 24 months."""
    agreement = await people.agreed()
    followed = people.case["id"]
    assert agreement["state"] == "active"
    people.clock.advance(days=31)
    await people.post(follows=followed, **MANUAL)
    facts = people.case["review"]["facts"]["loans"]["L-001"]

    assert (facts["reliefs_24m"], facts["breaches_24m"], facts["months_since_any_relief"]) == (3, 2, 1)
    assert facts["permanent_mods_total"] == 1
    assert facts["extension_months_total"] > 0
    assert people.case["review"]["facts"]["case"]["trial_failed_12m"] is False
