"""What can be done next, for each who asks, with a reason for each move that is not allowed."""

from typing import Final

import pytest

from service.domain.action_words import ACTIONS
from service.domain.actors import Role
from service.domain.lifecycle import CaseAction, CaseState, moves_from
from tests.api.scenes import set_state
from tests.casework.people import OTHER, REJECTED, SIGNED, UNFEASIBLE, People, consents, move
from tests.domain.applications import li_json

ROLES: Final = {
    "li": Role.BORROWER,
    "adviser": Role.REPRESENTATIVE,
    "partner": Role.PARTNER,
    "wu": Role.CASEWORKER,
    "zhao": Role.SUPERVISOR,
    "servicing": Role.SERVICING,
    "auditor": Role.AUDITOR,
}
"""Everybody who sees the case, and as what."""


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


@pytest.mark.parametrize("locale", ("en", "zh-CN"))
async def test_every_role_is_told_in_every_state_what_the_table_of_moves_says(people: People, locale: str) -> None:
    """The product of both: all moves of people are listed, and only roles and conditions of a row are in its way."""
    adviser = {"subject": "adviser-12", "name": "赵某", "scope": "negotiate"}
    await people.offered(borrower={**li_json()["borrower"], "representative": adviser})
    for state in CaseState:
        await set_state(people.service, people.case["id"], state)
        rows = {m.action: m for m in moves_from(state) if m.roles != {Role.SYSTEM}}
        for who, role in ROLES.items():
            found = {a["action"]: a for a in await people.read(f"actions?locale={locale}", who)}
            assert set(found) == {str(action) for action in rows}, (state, who)
            for action, row in rows.items():
                told = found[action]
                assert told["text"] == ACTIONS[action][locale]  # type: ignore[index]
                assert told["roles"] == sorted(row.roles)
                if role not in row.roles:
                    assert told["why_not"] == _may_not(locale, role, action, state), (state, who, action)
                elif row.guard is None:
                    assert told["allowed"], (state, who, action)
                elif not told["allowed"]:
                    assert told["why_not"].isascii() is (locale == "en"), (state, who, action)
                    assert "may not" not in told["why_not"]


def _may_not(locale: str, role: Role, action: CaseAction, state: CaseState) -> str:
    if locale == "en":
        return f"The role {role} may not {action} a case that is {state}."
    names = {
        Role.BORROWER: "借款人", Role.REPRESENTATIVE: "代理人", Role.PARTNER: "合作方", Role.CASEWORKER: "经办人",
        Role.SUPERVISOR: "主管", Role.SERVICING: "贷款系统", Role.AUDITOR: "审计员",
    }  # fmt: skip
    where = {
        "draft": "草稿", "submitted": "已提交", "information_requested": "待补充材料", "in_review": "审核中",
        "offered": "已提出方案", "countered": "已还价", "agreed": "已达成协议", "breached": "已违约",
        "declined": "方案已被谢绝", "lapsed": "已失效", "rejected": "已拒绝", "appealed": "申诉中",
        "referred": "已转交", "fulfilled": "已履行完毕", "withdrawn": "已撤回", "closed": "已结案",
    }  # fmt: skip
    return f"{names[role]}不能在案件处于“{where[state]}”时{ACTIONS[action]['zh-CN'].rstrip('。')}。"


async def test_a_mandate_that_does_not_reach_is_explained_in_the_language_asked_for(people: People) -> None:
    adviser = {"subject": "adviser-12", "name": "赵某", "scope": "negotiate"}
    await people.offered(borrower={**li_json()["borrower"], "representative": adviser})
    accept = (await people.actions("adviser"))["accept"]
    assert accept["why_not"] == "The representative's mandate is to negotiate; this needs accept."

    chinese = {a["action"]: a for a in await people.read("actions?locale=zh-CN", "adviser")}
    assert chinese["accept"]["why_not"] == "代理人的授权范围不足，需要更大的授权。"
    answer = await people.ask("adviser", "GET", "actions", Accept_Language="zh")
    assert answer.json()["locale"] == "zh-CN"
