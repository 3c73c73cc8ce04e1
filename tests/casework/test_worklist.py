"""The worklist of the desk, and the next step that it recommends for each case."""

from typing import Any

import pytest

from service.domain.lifecycle import CaseState
from tests.api.scenes import set_state
from tests.casework.people import OTHER, REJECTED, SIGNED, UNFEASIBLE, People, consents
from tests.domain.applications import li_loan_json


async def advice(people: People) -> tuple[str, str]:
    """Return step and reason as the case shows them to the desk."""
    step = (await people.look())["next_step"]
    return step["step"], step["why"]


async def worklist(people: People, query: str = "", who: str = "wu") -> list[dict[str, Any]]:
    """Read the worklist."""
    answer = await people.ask(who, "GET", f"/v1/worklist{query}")
    assert answer.status_code == 200, answer.text[:500]
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def another(number: int, **changes: Any) -> dict[str, Any]:
    """Return changes by which a case is about another loan."""
    return {"loans": [li_loan_json(id=f"L-{number:03}", **changes)]}


async def test_a_case_says_what_to_do_next_from_its_first_day_to_its_last(people: People) -> None:
    await people.post(submit=False)
    assert await advice(people) == ("wait_for_borrower", "not_submitted")
    await people.do("li", "submit")
    step = people.case["next_step"]
    assert (step["step"], step["why"]) == ("wait_for_borrower", "documents_missing")
    assert step["because"]["en"] == (
        "Documents are missing: bank statements, proof of the hardship. The next deadline is December 15, 2026."
    )
    assert step["because"]["zh-CN"] == "缺少材料：银行流水、困难证明。下一期限为2026年12月15日。"
    await people.hand_in_all()
    assert await advice(people) == ("wait_for_borrower", "offers_stand")
    assert "November 29, 2026" in people.case["next_step"]["because"]["en"]
    offers = await people.offers()
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)
    assert await advice(people) == ("wait_for_borrower", "plan_runs")


async def test_a_case_that_a_person_must_look_at_says_why_in_the_words_of_the_policy(people: People) -> None:
    await people.manual()
    step = people.case["next_step"]
    reasons = people.case["review"]["verdict"]["reasons"]

    assert (step["step"], step["why"]) == ("decide", "policy_wants_a_person")
    assert step["request"] == {"method": "POST", "path": f"{people.path}/decisions"}
    assert all(reason["text"]["en"] in step["because"]["en"] for reason in reasons)
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    assert await advice(people) == ("make_offers", "approved")
    done = await people.ask("wu", "POST", people.case["next_step"]["request"]["path"], {})
    assert done.status_code == 201
    assert await advice(people) == ("wait_for_borrower", "offers_stand")


async def test_advice_is_what_can_be_done_by_the_request_that_it_names(people: People) -> None:
    """Approve as advised, have it confirmed where needed; each by the path that the case names."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    assert await advice(people) == ("approve", "person_asked_for")
    path = people.case["next_step"]["request"]["path"]
    await people.do("wu", path, {"outcome": "reject", **OTHER})
    assert await advice(people) == ("confirm", "not_confirmed")
    await people.do("zhao", people.case["next_step"]["request"]["path"], {"outcome": "refuse"})
    assert await advice(people) == ("decide", "confirmation_refused")


async def test_declared_figures_are_to_be_vouched_for(people: People) -> None:
    await people.post("declaring partner")
    await people.hand_in_all()
    assert await advice(people) == ("vouch_for_loans", "figures_declared")
    assert people.case["next_step"]["request"] == {"method": "PUT", "path": f"{people.path}/loans"}


async def test_where_no_plan_fits_own_terms_are_advised(people: People) -> None:
    await people.post(**UNFEASIBLE)
    await people.hand_in_all()
    assert people.state == "in_review"
    assert await advice(people) == ("make_own_terms", "no_plan_fits")
    assert (await worklist(people))[0]["next_step"] == people.case["next_step"]


async def test_a_rejected_case_is_left_alone_until_its_window_has_passed(people: People) -> None:
    await people.post(**REJECTED)
    assert await advice(people) == ("wait_for_borrower", "borrower_may_come_back")
    await people.do("li", "human-review")
    assert await advice(people) == ("reject", "person_asked_for")


async def test_a_pause_of_contact_is_said_with_the_step(people: People) -> None:
    await people.post()
    hold = {"reason": "illness", "scopes": ["contact", "collection"], "ends_on": "2027-01-15"}
    await people.do("wu", "holds", hold)
    assert people.case["next_step"]["text"]["en"].endswith("Contact is paused: do not call or write to collect.")
    assert (await worklist(people))[0]["next_step"] == people.case["next_step"]


async def test_only_the_lender_is_advised(people: People) -> None:
    await people.post()
    for who, sees in (("li", False), ("partner", False), ("servicing", False), ("auditor", True), ("zhao", True)):
        assert ((await people.look(who))["next_step"] is not None) is sees, who
        if who != "servicing":
            assert (await people.ask(who, "GET", "/v1/worklist")).status_code == (200 if sees else 403), who
    await people.do("li", "withdraw")
    assert people.case["next_step"] is None


async def test_the_worklist_has_the_next_deadline_first_and_tells_what_each_case_tells(people: People) -> None:
    """Offers that end in two weeks, a request that ends in thirty days, and a case that waits for a person."""
    shown = {}
    await people.post(**another(1))
    shown[people.case["id"]] = people.case
    await people.offered(**another(3))
    shown[people.case["id"]] = people.case
    await people.post(**another(4), **consents(automated=False))
    await people.hand_in_all()
    shown[people.case["id"]] = people.case
    lines = await worklist(people)

    assert [line["state"] for line in lines] == ["offered", "information_requested", "in_review"]
    for line in lines:
        assert line["next_step"] == shown[line["id"]]["next_step"]
    assert lines[-1]["next_due_at"] is None
    moments = [line["next_due_at"] for line in lines[:-1]]
    assert moments == sorted(moments)


async def test_the_worklist_is_read_by_state_and_by_who_looks_after_a_case(people: People) -> None:
    cases = []
    for number in range(1, 5):
        await people.post(**another(number))
        cases.append(people.case["id"])
    await people.do("wu", "assign", {"assignee": "wu"})
    await people.do("li", "withdraw")
    await people.post(**another(9))
    await people.do("wu", "assign", {"assignee": "ren"})
    ours = people.case["id"]

    assert [line["id"] for line in await worklist(people, "?assignee=ren")] == [ours]
    assert {line["id"] for line in await worklist(people, "?unassigned=true")} == set(cases[:3])
    assert await worklist(people, "?assignee=wu") == []
    assert [line["id"] for line in await worklist(people, "?assignee=wu&state=withdrawn")] == [cases[3]]
    assert {line["id"] for line in await worklist(people, "?state=information_requested&state=offered")} == {
        *cases[:3], ours,
    }  # fmt: skip
    assert await worklist(people, "?state=offered") == []
    both = await people.ask("wu", "GET", "/v1/worklist?assignee=wu&unassigned=true")
    assert (both.status_code, both.json()["errors"][0]["pointer"]) == (422, "/query/assignee")
    for odd in ("1", "yes", "True", ""):
        assert (await people.ask("wu", "GET", f"/v1/worklist?unassigned={odd}")).status_code == 422, odd


@pytest.mark.parametrize("query", ("", "?state=information_requested", "?unassigned=true"))
async def test_pages_of_the_worklist_follow_each_other_across_cases_without_a_deadline(
    people: People, query: str
) -> None:
    await people.post(**another(1), **consents(automated=False))
    await people.hand_in_all()
    for number in range(2, 6):
        people.clock.advance(hours=30)
        await people.post(**another(number, as_of="2026-11-14"))
    await set_state(people.service, people.case["id"], CaseState.REFERRED)
    whole = [line["id"] for line in await worklist(people, query)]
    found: list[str] = []
    cursor = ""
    while True:
        mark = "&" if query else "?"
        answer = await people.ask("wu", "GET", f"/v1/worklist{query}{mark}limit=1{cursor}")
        found += [line["id"] for line in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        cursor = f"&cursor={answer.json()['next']}"

    assert found == whole
    assert len(whole) == (3 if "state" in query else 5)
