"""A second case told: Wang is rejected at once, says what the figures did not show, and somebody else decides anew."""

from datetime import date
from typing import Final

from service.demo import li
from service.demo.http import Json
from service.demo.li_figures import yuan
from service.demo.negotiation import Desk
from service.demo.telling import Telling
from service.demo.words import STATES, shown

SUBJECT: Final = "user-502"
NAME: Final = "王某"
REFERENCE: Final = "P-2026-000124"
LOAN: Final = "L-002"
GROUNDS: Final = "店铺所在的楼下月起停业改造，八个月内没有收入，申请时我不知道。"
LONGER: Final = {"instruments": [{"kind": "term", "instalments": 30}]}


def application(today: date) -> Json:
    """Return what Wang posts: Li's loan, paid to the day, and an income that carries it."""
    body = li.application(today, reference=REFERENCE, loan_id=LOAN)
    loans = [{**loan, "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0} for loan in body["loans"]]
    income = {"kind": "self_employment", "monthly": 5_000_000, "gross": None}
    return {
        **body,
        "borrower": {**body["borrower"], "subject": SUBJECT, "name": NAME, "vulnerabilities": []},
        "loans": loans,
        "budget": {**body["budget"], "incomes": [income]},
    }


async def tell(told: Telling, desk: Desk, *, today: date) -> None:
    """Tell Wang's case from the rejection to the agreement."""
    told.console.print()
    told.console.rule("王某的申诉 · Wang's appeal", align="left", style="cyan")
    himself = desk.borrowers[SUBJECT]
    case = await desk.partner.post("/v1/cases", application(today))
    at = f"/v1/cases/{case['id']}"
    _rejected(told, case)
    appeal = await himself.post(f"{at}/appeals", {"grounds": GROUNDS})
    told.step(2, "王某申诉", "POST …/appeals: somebody who took no part answers")
    told.say(f"“{GROUNDS}”")
    allowed = await desk.supervisor.post(
        f"/v1/appeals/{appeal['id']}/allow", {"comment": "停业公告属实，按新情况重新安排。"}
    )
    told.step(3, "申诉成立", "POST …/allow: the approval binds")
    told.say(f"结果：{shown(STATES, allowed['state'])}。“{allowed['comment']}”")
    await _offered(told, desk, at)


def _rejected(told: Telling, case: Json) -> None:
    told.step(1, "当场被拒，附理由", "rejected at once, by the policy, with the rule, the fact and the source")
    told.expect(case["state"] == "rejected", f"Wang's case is {case['state']}.")
    for reason in case["decision"]["reasons"]:
        told.say(f"· {reason['text'].get(li.LOCALE, reason['code'])}（{reason['code']}；依据：{reason['source']}）")


async def _offered(told: Telling, desk: Desk, at: str) -> None:
    himself = desk.borrowers[SUBJECT]
    (offer,) = (await desk.caseworker.post(f"{at}/offers", {"terms": LONGER}))["items"]
    told.proofs.check(offer)
    signature = {"name": NAME, "method": "typed"}
    agreement = await himself.post(f"/v1/offers/{offer['id']}/accept", {"signature": signature})
    told.step(4, "方案与协议", "terms of the desk's own, accepted and signed")
    told.expect(agreement["state"] == "active", f"Wang's agreement is {agreement['state']}.")
    payments = [due["payment"] for due in agreement["total"]]
    told.say(f"{len(payments)} 期，月供 {yuan(payments[0])}，协议{shown(STATES, agreement['state'])}。")
