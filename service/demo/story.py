"""One whole case told step by step, in Chinese with short English captions: Li, who runs a small shop."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.demo import li, li_figures
from service.demo.balance import Proofs
from service.demo.document import pdf
from service.demo.http import Caller, Json
from service.demo.negotiation import Desk, make_offers, settle
from service.demo.words import ANSWERS, ELIGIBILITY, EVENTS, OUTCOMES, STATES, shown

LOCALE: Final = li.LOCALE


class StoryBroke(Exception):
    """The service answered in a way in which Li's story cannot go on."""


@dataclass(slots=True)
class Telling:
    """The story so far: where it is told, and what has come of it."""

    console: Console
    titles: dict[str, str]
    proofs: Proofs = field(default_factory=Proofs)

    def step(self, number: int, chinese: str, english: str) -> None:
        """Begin a step."""
        self.console.print()
        self.console.print(Text(f"{number}. {chinese}", style="bold cyan"), Text(f"   {english}", style="dim"))

    def say(self, chinese: str, english: str = "") -> None:
        """Say a sentence, with what it means in English below it."""
        self.console.print(Text(f"   {chinese}"))
        if english:
            self.console.print(Text(f"   {english}", style="dim"))

    def show(self, table: Table) -> None:
        """Show figures."""
        self.console.print(li_figures.indented(table))

    def title(self, programme: str | None) -> str:
        """Return a programme's name."""
        return self.titles.get(programme or "", programme or "—")


async def tell(console: Console, desk: Desk, *, today: date) -> Telling:
    """Take Li's case from the first question to the agreement, and tell each step as it happens."""
    told = Telling(console, await _titles(desk.partner))
    application = li.application(today)
    loan = application["loans"][0]
    _introduce(told, loan)
    await _assess(told, desk, application)
    case = await _post(told, desk, application)
    case = await _review(told, desk, case)
    await _offers(told, desk, case)
    offer = await _counter(told, desk, case)
    await _agree(told, desk, case, offer)
    return told


async def _titles(partner: Caller) -> dict[str, str]:
    found = await partner.get("/v1/programmes")
    return {p["code"]: p["title"].get(LOCALE, p["code"]) for item in found["items"] for p in item["programmes"]}


def _introduce(told: Telling, loan: Json) -> None:
    told.console.print()
    told.console.rule(Text("李某的一宗案件 · Li's case, step by step"), style="cyan")
    balance, overdue = loan["balance"], loan["overdue"]
    told.say(
        f"李某经营一家小店，借款 {_yuan(loan['original_principal'])}，{loan['original_instalments']} 期，"
        f"年利率 14.4%，月供 {_yuan(loan['instalment'])}。",
        "Li runs a small shop and borrowed over 36 months; sales fell and two instalments are overdue.",
    )
    told.say(
        f"截至今日：本金 {_yuan(balance['principal'])}（其中逾期 {_yuan(overdue['principal'])}），"
        f"利息 {_yuan(balance['interest'])}，罚息 {_yuan(balance['penalty'])}，逾期 {loan['days_past_due']} 天。",
        "What she owes today, as the lender's system says. The figures are the design's, the dates are today's.",
    )


async def _assess(told: Telling, desk: Desk, application: Json) -> None:
    told.step(1, "先问一问，不留记录", "POST /v1/assessments: nothing is stored")
    answer = await desk.partner.post("/v1/assessments", application)
    for programme in answer["programmes"]:
        missing = f"，缺：{'、'.join(programme['missing'])}" if programme["missing"] else ""
        told.say(f"· {told.title(programme['code'])}：{shown(ELIGIBILITY, programme['eligibility'])}{missing}")


async def _post(told: Telling, desk: Desk, application: Json) -> Json:
    told.step(2, "提交申请，补交材料", "POST /v1/cases; the policy says which documents it needs")
    case = await desk.partner.post("/v1/cases", application)
    missing = case["evidence"]["missing"]
    told.say(f"案件状态：{shown(STATES, case['state'])}（{case['state']}），还缺 {len(missing)} 份材料：")
    for item in missing:
        told.say(f"· {item['why'].get(LOCALE, item['kind'])}（{item['kind']}）")
        await desk.partner.upload(
            f"/v1/cases/{case['id']}/evidence",
            fields={"kind": item["kind"], **({"loan_id": item["loan_id"]} if item.get("loan_id") else {})},
            file_name=f"{item['kind']}.pdf",
            content=pdf([f"{item['kind']} of Li", "This page stands for a document."]),
        )
    if missing:
        told.say(f"{len(missing)} 份材料已上传。", "All documents are uploaded.")
    return await desk.partner.get(f"/v1/cases/{case['id']}")


async def _review(told: Telling, desk: Desk, case: Json) -> Json:
    told.step(3, "政策作出判断", "the review runs in the same request; every input is kept")
    case = await desk.caseworker.get(f"/v1/cases/{case['id']}")
    verdict = case["review"]["verdict"]
    told.say(
        f"结论：{shown(OUTCOMES, verdict['outcome'])}，依据政策 {verdict['policy']}，所需权限 {verdict['level']}，"
        f"共检查 {len(verdict['trace'])} 条规则。"
    )
    for reason in verdict["reasons"]:
        told.say(f"· {reason['text'].get(LOCALE, reason['code'])}（{reason['code']}；依据：{reason['source']}）")
    if case["state"] == "in_review":
        case = await _approve(told, desk, case)
    return case


async def _approve(told: Telling, desk: Desk, case: Json) -> Json:
    """Have the caseworker approve, and make the offers, where the policy leaves it to a person."""
    told.say("由客户经理审批并提出方案。", "A caseworker approves and makes the offers.")
    comment = "Cash flow supports a longer term."
    await settle(case, {"outcome": "approve", "reasons": ["OTHER"], "comment": comment}, desk)
    await make_offers(case, desk)
    return await desk.caseworker.get(f"/v1/cases/{case['id']}")


async def _offers(told: Telling, desk: Desk, case: Json) -> None:
    offers = await desk.borrowers[li.SUBJECT].items(f"/v1/cases/{case['id']}/offers")
    if not offers:
        raise StoryBroke(f"Li's case rests in {case['state']} without an offer.")
    told.proofs.check(*offers)
    first = offers[0]
    told.step(4, f"收到 {len(offers)} 个方案", "each with a schedule to the cent, a proof and an expiry")
    told.say(
        f"方案自 {li_figures.day(first['effective_on'])} 起算，{li_figures.moment(first['expires_at'])} 前有效。",
        "Offers take effect on the first due day after they expire.",
    )
    told.show(li_figures.menu(offers, told.title))
    accrued = {line["component"]: line["accrued"] for line in first["loans"][0]["reconciliation"]}
    told.say(
        f"到起算日新增利息 {_yuan(accrued['interest'])}、罚息 {_yuan(accrued['penalty'])}。"
        "对账（每一分钱从哪里来、到哪里去）：",
        "Accrual until then, and the proof that no money appeared or vanished:",
    )
    told.show(li_figures.reconciliation(first["loans"][0]["reconciliation"]))


async def _counter(told: Telling, desk: Desk, case: Json) -> Json:
    told.step(5, "李某还价", "she counters; the answer names the limit and the nearest plan")
    told.say(f"“每月 {_yuan(li.PAYMENT_ASKED)}，{li.MONTHS_ASKED} 个月，可以吗？”")
    asked = {"payment": li.PAYMENT_ASKED, "months": li.MONTHS_ASKED}
    answer = await desk.borrowers[li.SUBJECT].post(f"/v1/cases/{case['id']}/counter-proposals", asked)
    told.say(f"答复：{shown(ANSWERS, answer['answer'])}（{answer['answer']}）")
    for line in li_figures.answered(answer):
        told.say(f"· {line}")
    offer: Json | None = answer["offer"]
    if offer is None:
        raise StoryBroke(f"Li's counter-proposal was answered with {answer['answer']} and no offer.")
    told.proofs.check(offer)
    told.say("还款计划（首两期与末期）：", "The schedule: its first two rows and its last.")
    told.show(li_figures.schedule(offer["loans"][0]["schedule"]["instalments"]))
    return offer


async def _agree(told: Telling, desk: Desk, case: Json, offer: Json) -> None:
    told.step(6, "接受并签字", "she accepts and signs: an agreement stands")
    signature = {"name": li.NAME, "method": "typed"}
    agreement = await desk.borrowers[li.SUBJECT].post(f"/v1/offers/{offer['id']}/accept", {"signature": signature})
    told.proofs.check(agreement)
    case = await desk.borrowers[li.SUBJECT].get(f"/v1/cases/{case['id']}")
    if case["state"] != "agreed":
        raise StoryBroke(f"Li's case is {case['state']} after she accepted.")
    told.say(
        f"案件状态：{shown(STATES, case['state'])}；协议 {shown(STATES, agreement['state'])}，"
        f"共 {len(agreement['total'])} 期，合计 {_yuan(sum(due['payment'] for due in agreement['total']))}。"
    )
    events = await desk.borrowers[li.SUBJECT].items(f"/v1/cases/{case['id']}/events")
    told.say(
        f"全程 {len(events)} 条事件，逐条以哈希相连：{' → '.join(shown(EVENTS, e['type']) for e in events)}。",
        "Every event of the case, chained by hashes.",
    )


def _yuan(minor: int) -> str:
    return li_figures.yuan(minor)
