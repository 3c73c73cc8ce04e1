"""One whole case told step by step, in Chinese with short English captions: Li, who runs a small shop."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from rich.console import Console

from service.demo import appeal, keeping, li, li_figures
from service.demo.borrowers import Means
from service.demo.figures import percent
from service.demo.http import Caller, Json
from service.demo.keeping import MoveOn
from service.demo.li_figures import yuan
from service.demo.negotiation import Desk, hand_in
from service.demo.telling import Telling
from service.demo.words import ANSWERS, EVENTS, OUTCOMES, STATES, shown

LOCALE: Final = li.LOCALE


async def tell(console: Console, desk: Desk, *, today: date, move_on: MoveOn) -> Telling:
    """Take Li's case from the first question to the agreement and through it, and tell each step as it happens."""
    told = Telling(console, await _titles(desk.partner))
    application = li.application(today)
    _introduce(told, application)
    await _assess(told, desk, application)
    case = await _post(told, desk, application)
    _review(told, case)
    await _offers(told, desk, case)
    offer = await _counter(told, desk, case)
    agreement = await _agree(told, desk, case, offer)
    await appeal.tell(told, desk, today=today)
    told.console.print()
    told.console.rule("李某的协议 · Li's agreement, month after month", align="left", style="cyan")
    await keeping.keep(told, desk, agreement, move_on=move_on)
    return told


async def _titles(partner: Caller) -> dict[str, str]:
    found = await partner.get("/v1/programmes")
    return {p["code"]: p["title"].get(LOCALE, p["code"]) for item in found["items"] for p in item["programmes"]}


def _introduce(told: Telling, application: Json) -> None:
    told.console.print()
    told.console.rule("李某的一宗案件 · Li's case, step by step", align="left", style="cyan")
    loan, means = application["loans"][0], Means.of(application)
    balance, overdue = loan["balance"], loan["overdue"]
    told.say(
        f"李某经营一家小店，借款 {yuan(loan['original_principal'])}，{loan['original_instalments']} 期，"
        f"年利率 {percent(loan['annual_rate'])}，月供 {yuan(loan['instalment'])}。",
        "Li runs a small shop and borrowed over 36 months. Sales fell: two instalments are overdue.",
    )
    told.say(
        f"截至今日：本金 {yuan(balance['principal'])}（其中逾期 {yuan(overdue['principal'])}），"
        f"利息 {yuan(balance['interest'])}，罚息 {yuan(balance['penalty'])}，逾期 {loan['days_past_due']} 天。",
        "What she owes today, says the lender's system. The figures are the design's, the dates today's.",
    )
    told.say(
        f"扣除支出后，她每月剩 {yuan(means.today)}。",
        "What is left to her each month: less than the contract asks for.",
    )


async def _assess(told: Telling, desk: Desk, application: Json) -> None:
    told.step(1, "先问一问，不留记录", "POST /v1/assessments: asked before applying, nothing is stored")
    answer = await desk.partner.post("/v1/assessments", application)
    told.show(li_figures.eligibility(answer["programmes"], told.title))


async def _post(told: Telling, desk: Desk, application: Json) -> Json:
    told.step(2, "提交申请，补交材料", "POST /v1/cases; the policy says which documents it needs")
    case = await desk.partner.post("/v1/cases", application)
    missing = case["evidence"]["missing"]
    told.say(f"案件状态：{shown(STATES, case['state'])}（{case['state']}），还缺 {len(missing)} 份材料：")
    for item in missing:
        told.say(f"· {item['why'].get(LOCALE, item['kind'])}（{item['kind']}）")
    handed_in = await hand_in(case, desk.partner)
    told.say(f"{handed_in} 份材料已上传。", "POST …/evidence, once for each: the last one sends the case on.")
    return await desk.caseworker.get(f"/v1/cases/{case['id']}")


def _review(told: Telling, case: Json) -> None:
    told.step(3, "政策作出判断", "the review ran in the request of the last upload; every input is kept")
    verdict = case["review"]["verdict"]
    told.say(
        f"结论：{shown(OUTCOMES, verdict['outcome'])}，依据政策 {verdict['policy']}，所需权限 {verdict['level']}，"
        f"共检查 {len(verdict['trace'])} 条规则。"
    )
    for reason in verdict["reasons"]:
        told.say(f"· {reason['text'].get(LOCALE, reason['code'])}（{reason['code']}；依据：{reason['source']}）")
    told.expect(case["state"] == "offered", f"Li's case rests in {case['state']} without an offer.")


async def _offers(told: Telling, desk: Desk, case: Json) -> None:
    offers = await desk.borrowers[li.SUBJECT].items(f"/v1/cases/{case['id']}/offers")
    told.proofs.check(*offers)
    first = offers[0]
    told.step(4, f"收到 {len(offers)} 个方案", "each with a schedule to the cent, a proof and an expiry")
    told.say(
        f"方案自 {li_figures.day(first['effective_on'])} 起算，{li_figures.moment(first['expires_at'])} 前有效。",
        "Offers take effect on the first due day after they expire.",
    )
    told.show(li_figures.menu(offers, told.title))
    lines = first["loans"][0]["reconciliation"]
    accrued = {line["component"]: line["accrued"] for line in lines}
    told.say(
        f"到起算日新增利息 {yuan(accrued['interest'])}、罚息 {yuan(accrued['penalty'])}。每一分钱从哪里来、到哪里去：",
        "What accrues until then, and the proof that no money appeared or vanished:",
    )
    told.show(li_figures.reconciliation(lines))


async def _counter(told: Telling, desk: Desk, case: Json) -> Json:
    told.step(5, "李某还价", "POST …/counter-proposals: the answer names the limit and the nearest plan")
    told.say(f"“每月 {yuan(li.PAYMENT_ASKED)}，{li.MONTHS_ASKED} 个月，可以吗？”")
    asked = {"payment": li.PAYMENT_ASKED, "months": li.MONTHS_ASKED}
    answer = await desk.borrowers[li.SUBJECT].post(f"/v1/cases/{case['id']}/counter-proposals", asked)
    told.say(f"答复：{shown(ANSWERS, answer['answer'])}（{answer['answer']}）")
    for line in li_figures.answered(answer):
        told.say(f"· {line}")
    told.expect(answer["offer"], f"Li's counter-proposal was answered with {answer['answer']} and no offer.")
    offer: Json = answer["offer"]
    told.proofs.check(offer)
    rows, left = offer["loans"][0]["schedule"]["instalments"], Means.of(case["application"]).today
    payment = rows[0]["payment"]
    told.say(
        f"共 {len(rows)} 期，月供 {yuan(payment)}，占她目前余额的 {percent(Decimal(payment) / left)}。首两期与末期：",
        "The nearest plan, and how much of what is left to her it takes; its first two rows and its last:",
    )
    told.show(li_figures.schedule(rows))
    return offer


async def _agree(told: Telling, desk: Desk, case: Json, offer: Json) -> Json:
    told.step(6, "接受并签字", "POST …/accept: she signs, and an agreement stands")
    li_herself = desk.borrowers[li.SUBJECT]
    signature = {"name": li.NAME, "method": "typed"}
    agreement = await li_herself.post(f"/v1/offers/{offer['id']}/accept", {"signature": signature})
    told.proofs.check(agreement)
    case = await li_herself.get(f"/v1/cases/{case['id']}")
    told.expect(case["state"] == "agreed", f"Li's case is {case['state']} after she accepted.")
    told.say(
        f"案件状态：{shown(STATES, case['state'])}；协议{shown(STATES, agreement['state'])}，"
        f"共 {len(agreement['total'])} 期，合计 {yuan(sum(due['payment'] for due in agreement['total']))}。"
    )
    events = await li_herself.items(f"/v1/cases/{case['id']}/events")
    told.say(
        f"全程 {len(events)} 个事件，以哈希逐个相连：{_course(events)}。",
        "Every event of the case, chained by hashes.",
    )
    return agreement


def _course(events: Sequence[Json]) -> str:
    return " → ".join(shown(EVENTS, event["type"]) for event in events)
