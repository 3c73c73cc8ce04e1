"""Li's story goes on for months: she pays, she misses two payments, the agreement is broken, and she finds back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from service.demo import li, li_figures
from service.demo.http import Caller, Json
from service.demo.li_figures import yuan
from service.demo.negotiation import Desk
from service.demo.telling import Telling
from service.demo.words import EVENTS, STATES, shown

MoveOn = Callable[[int], Awaitable[datetime]]
"""Lets days go by, with all that happens on them."""

TOLD: Final = frozenset({"payment_missed", "reminder", "remedy_notice", "breach", "notice_sent"})
LONGEST: Final = 150
"""Days within which a breach must come, once nothing is paid."""


async def keep(told: Telling, desk: Desk, agreement: Json, *, move_on: MoveOn) -> None:
    """Tell how the agreement is kept, broken and taken up again."""
    at, herself = f"/v1/agreements/{agreement['id']}", desk.borrowers[li.SUBJECT]
    await _pay_first(told, desk, agreement, at=at, move_on=move_on)
    await _miss(told, herself, agreement, at=at, move_on=move_on)
    await _find_back(told, desk, agreement, at=at, today=await move_on(2))


async def _pay_first(told: Telling, desk: Desk, agreement: Json, *, at: str, move_on: MoveOn) -> None:
    told.step(7, "按期还款", "the servicing system tells each payment; each pays the oldest instalment first")
    first = agreement["total"][0]
    today = await _days_until(first["due_on"], move_on=move_on)
    payment = await desk.servicing.post(
        f"{at}/payments", {"external_id": "T-1", "paid_on": today, "amount": first["payment"], "loan_id": None}
    )
    told.expect(payment["state"] == "received", "The first payment was not received.")
    payoff = await desk.borrowers[li.SUBJECT].get(f"{at}/payoff")
    told.say(
        f"{li_figures.day(today)} 第一期 {yuan(first['payment'])} 已入账。"
        f"如当日一次还清，须付 {yuan(payoff['payoff'])}。",
        "The first instalment is paid; what would pay all of it off that day is known to the cent.",
    )


async def _miss(told: Telling, herself: Caller, agreement: Json, *, at: str, move_on: MoveOn) -> None:
    told.step(8, "两期未还", "nobody calls an endpoint: reminder, remedy notice and breach come of themselves")
    events, case = f"/v1/cases/{agreement['case_id']}/events", f"/v1/cases/{agreement['case_id']}"
    seen = len(await herself.items(events))
    for _ in range(LONGEST):
        await move_on(1)
        found = await herself.items(events)
        for event in found[seen:]:
            if event["type"] in TOLD:
                told.say(_line(event))
        seen = len(found)
        if (await herself.get(case))["state"] == "breached":
            break
    standing = (await herself.get(at))["performance"]
    told.expect((await herself.get(case))["state"] == "breached", "The agreement was not breached.")
    told.say(
        f"协议已违约，欠付 {yuan(standing['arrears'])}。每一步都有信函，中文，可下载 PDF。",
        "Each of these is also a letter, in her language, as HTML and PDF.",
    )


async def _find_back(told: Telling, desk: Desk, agreement: Json, *, at: str, today: datetime) -> None:
    told.step(9, "补缴并恢复协议", "POST …/reinstate: there is a way back")
    herself = desk.borrowers[li.SUBJECT]
    arrears = (await herself.get(at))["performance"]["arrears"]
    paid_on = today.date().isoformat()
    await desk.servicing.post(
        f"{at}/payments", {"external_id": "T-2", "paid_on": paid_on, "amount": arrears, "loan_id": None}
    )
    again = await desk.caseworker.post(f"{at}/reinstate", {"comment": "她已补缴欠款。"})
    told.expect(again["state"] == "active", f"The agreement is {again['state']} after it was taken up again.")
    told.say(f"她补缴了 {yuan(arrears)}，协议{shown(STATES, again['state'])}，下一期 {_next(again)}。")
    story = await herself.get(f"/v1/cases/{agreement['case_id']}/story")
    told.say(
        "她随时可以读到自己案件的经过，最近几句：",
        "GET …/story tells the whole case in her language; its last sentences:",
    )
    for line in story["happened"][-4:]:
        told.say(f"· {li_figures.day(line['on'])} {line['sentence']}")
    for sentence in story["now"]["sentences"]:
        told.say(f"· {sentence}")


async def _days_until(day: str, *, move_on: MoveOn) -> str:
    """Let days go by until a day has come, and return it."""
    today = await move_on(1)
    while today.date().isoformat() < day:
        today = await move_on(1)
    return today.date().isoformat()


def _line(event: Json) -> str:
    particulars: dict[str, Any] = event["particulars"]
    said = shown(EVENTS, event["type"])
    if event["type"] == "notice_sent":
        said = f"发出信函：{shown(EVENTS, particulars['kind'])}"
    about = f"（{li_figures.day(particulars['due_on'])} 到期）" if particulars.get("due_on") else ""
    return f"· {li_figures.day(event['at'][:10])} {said}{about}"


def _next(agreement: Json) -> str:
    standing = agreement["performance"]
    return f"{li_figures.day(standing['next_due_on'])} 应还 {yuan(standing['next_payment'])}"
