"""Where nothing can be granted, or only by two supervisors: the case comes to its end all the same, and says why."""

from typing import Any

from tests.api.stories import LI, offered
from tests.conftest import Service
from tests.domain.applications import li_json

LONG_OVERDUE: dict[str, Any] = {"days_past_due": 100, "history": "000000000000001234"}
SIGNED = {"signature": {"name": "李某", "method": "typed"}}
APPROVE = {"outcome": "approve", "reasons": ["OTHER"], "comment": "A settlement is worth more than the claim."}
REJECT = {"outcome": "reject", "reasons": ["NO_PLAN_FITS"]}


async def left_with(service: Service, surplus: int, **loan: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Bring a case as far as it goes by itself: so much is left a month, and no recovery is expected."""
    body = li_json()
    spent = 540_000
    budget = {
        **body["budget"],
        "incomes": [{"kind": "self_employment", "monthly": spent + surplus, "gross": None}],
        "expected": None,
    }
    hardship = {**body["hardship"], "expected_until": None}
    return await offered(service, budget=budget, hardship=hardship, loans=[{**body["loans"][0], **loan}])


async def test_with_nothing_left_the_case_ends_once_the_documents_are_there(service: Service) -> None:
    """No document can tell a ratio to a surplus that does not exist: the case is rejected, not asked again."""
    case, offers = await left_with(service, -14_911)

    assert (case["state"], offers) == ("rejected", [])
    told = {r["code"]: r for r in case["decision"]["reasons"]}
    assert (told["SURPLUS_NOW"]["fact"], told["SURPLUS_NOW"]["value"]) == ("surplus", -14_911)
    assert told["SURPLUS_NOW"]["threshold"] == "> 0"
    assert all(r["source"] for r in told.values())


async def test_a_rejection_without_a_plan_names_the_limit_and_what_it_would_have_to_be(service: Service) -> None:
    case, _ = await left_with(service, 100_000)
    desk, chief = await service.key("caseworker", "desk"), await service.key("supervisor", "chief")
    path = f"/v1/cases/{case['id']}/decisions"

    assert case["state"] == "in_review"
    decision = (await service.call(desk, "POST", path, REJECT)).json()
    assert decision["confirmation"] == "pending"
    await service.call(chief, "POST", f"{path}/{decision['id']}/confirm", {"outcome": "confirm"})
    li = await service.key("borrower", LI)
    case = (await service.call(li, "GET", f"/v1/cases/{case['id']}")).json()

    assert case["state"] == "rejected"
    (reason,) = case["decision"]["reasons"]
    assert (reason["fact"], reason["value"]) == ("affordable_payment", 90_000)
    assert int(reason["threshold"].removeprefix(">= ")) > 300_000
    assert reason["text"]["en"].endswith("The nearest is: Waiver of penalty and interest.")
    assert "减免罚息和利息" in reason["text"]["zh-CN"]
    assert "0.90" in reason["source"]


async def test_a_settlement_is_granted_by_two_supervisors_together(service: Service) -> None:
    """Once the approval is final, whoever makes the offers may use it."""
    case, _ = await left_with(service, 360_000, **LONG_OVERDUE)
    desk, chief = await service.key("caseworker", "desk"), await service.key("supervisor", "chief")
    other = await service.key("supervisor", "other")
    decisions, offers = f"/v1/cases/{case['id']}/decisions", f"/v1/cases/{case['id']}/offers"

    assert case["state"] == "in_review"
    for key in (desk, chief):
        assert (await service.call(key, "POST", offers, {})).json()["code"] == "nothing_feasible"
    assert (await service.call(desk, "POST", decisions, APPROVE)).json()["code"] == "authority_exceeded"
    decision = (await service.call(chief, "POST", decisions, APPROVE)).json()
    assert (decision["level"], decision["confirmation"]) == ("committee", "pending")
    assert (await service.call(chief, "POST", offers, {})).status_code == 409
    confirm = f"{decisions}/{decision['id']}/confirm"
    assert (await service.call(chief, "POST", confirm, {"outcome": "confirm"})).json()["code"] == "own_decision"
    assert (await service.call(other, "POST", confirm, {"outcome": "confirm"})).status_code == 200

    shown = (await service.call(desk, "POST", f"{offers}/preview", {})).json()["items"]
    made = (await service.call(desk, "POST", offers, {})).json()["items"]
    assert [o["total"] for o in shown] == [o["total"] for o in made]
    assert [(o["programme"], o["level"]) for o in made] == [("settlement", "committee")]
    li = await service.key("borrower", LI)
    accepted = await service.call(li, "POST", f"/v1/offers/{made[0]['id']}/accept", SIGNED)
    assert accepted.status_code == 201, accepted.text


async def test_an_approval_stands_for_no_more_than_the_least_plan_needs(service: Service) -> None:
    """Li's own case: the system itself may grant her plan, and a caseworker's approval needs nobody else."""
    case, _ = await offered(service)
    desk = await service.key("caseworker", "desk")
    decision = (await service.call(desk, "POST", f"/v1/cases/{case['id']}/decisions", APPROVE)).json()

    assert (decision["level"], decision["confirmation"]) == ("system", "not_needed")
