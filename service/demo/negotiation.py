"""One case of the demo, taken from the application to its end."""

from dataclasses import dataclass, field
from typing import Final

from service.demo.balance import Proofs
from service.demo.borrowers import Answer, Means, heaviest_month, reply
from service.demo.caseworker import approval_for_two, decision_on, rejection_without_plan, worth_two
from service.demo.document import pdf
from service.demo.http import Caller, CallFailed, Json, Refused

ENDS: Final = ("agreed", "rejected", "declined")
STEPS_MAX: Final = 12
NO_PLAN: Final = "nothing_feasible"
FINAL: Final = frozenset({"not_needed", "confirmed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everybody who takes part: the partner who posts, the lender's system and people, and each borrower."""

    partner: Caller
    servicing: Caller
    caseworker: Caller
    supervisor: Caller
    second_supervisor: Caller
    borrowers: dict[str, Caller]


@dataclass(slots=True, kw_only=True)
class Account:
    """What happened to one case; `fault` says why it did not come to a legitimate end.

    `left` is what remains a month today, `counted_on` the most that the borrower counts on in any month. `granted_by`
    is who made the offers: the system, a person, or two together. `nearest` is the highest month of the offer
    `answered` that a counter-proposal brought.
    """

    reference: str
    hardship: str
    currency: str
    exposure: int
    payment_before: int
    left: int
    counted_on: int
    state: str = "not posted"
    granted_by: str = "system"
    programme: str | None = None
    payment_first: int = 0
    payment_after: int | None = None
    instalments: int = 0
    waived: int = 0
    countered: str | None = None
    answered: str | None = None
    nearest: int | None = None
    took: str = ""
    uploads: int = 0
    reasons: list[Json] = field(default_factory=list)
    programmes: list[Json] = field(default_factory=list)
    automatic: bool = True
    proofs: Proofs = field(default_factory=Proofs)
    fault: str | None = None


async def negotiate(application: Json, desk: Desk) -> Account:
    """Post an application, and go on with whatever the case asks for next until it has come to an end."""
    account = _opened(application)
    try:
        case = await desk.partner.post("/v1/cases", application)
        await _go_on(case, application, desk, account)
    except CallFailed as failed:
        account.fault = str(failed)
    return account


def _opened(application: Json) -> Account:
    loans, means = application["loans"], Means.of(application)
    return Account(
        reference=application["reference"],
        hardship=application["hardship"]["reason"],
        currency=application["currency"],
        exposure=sum(sum(loan["balance"].values()) for loan in loans),
        payment_before=sum(loan["instalment"] for loan in loans),
        left=means.today,
        counted_on=means.most,
    )


async def _go_on(case: Json, application: Json, desk: Desk, account: Account) -> None:
    """Take the step that the state of the case asks for, until it is one of the ends."""
    path = f"/v1/cases/{case['id']}"
    for _ in range(STEPS_MAX):
        account.state = case["state"]
        match case["state"]:
            case "information_requested":
                account.uploads += await hand_in(case, desk.partner)
            case "in_review":
                await _decide(case, desk, account)
            case "offered":
                await _answer(case, application, desk, account)
            case _:
                break
        case = await desk.partner.get(path)
    close(case, account)


def close(case: Json, account: Account) -> None:
    """Write down how the case ended, and whether that is an end that may stand."""
    account.state, decision = case["state"], case.get("decision")
    if account.state == "rejected" and decision:
        account.reasons, account.automatic = decision["reasons"], decision["automatic"]
        account.programmes = case["review"]["verdict"]["programmes"]
    if account.state not in ENDS:
        account.fault = f"The case rests in {account.state}."
    elif account.state == "rejected" and not all(reason["source"] for reason in account.reasons):
        account.fault = "The rejection does not say where its reasons come from."
    elif account.state == "rejected" and not any(reason["threshold"] for reason in account.reasons):
        account.fault = "The rejection does not say which fact met which threshold."


async def hand_in(case: Json, partner: Caller) -> int:
    """Upload a document for each item that the policy asks for and does not have; return how many those were."""
    missing = case["evidence"]["missing"]
    for item in missing:
        title = f"{item['kind'].replace('_', ' ').capitalize()} for {case['reference']}"
        fields = {"kind": item["kind"], "note": "Made by the demo."}
        if item["loan_id"]:
            fields["loan_id"] = item["loan_id"]
        await partner.upload(
            f"/v1/cases/{case['id']}/evidence",
            fields=fields,
            file_name=f"{item['kind']}.pdf",
            content=pdf([title, "This page stands for a document that a borrower would hand in."]),
        )
    return len(missing)


async def _decide(case: Json, desk: Desk, account: Account) -> None:
    """Have the lender's people decide a case that rests on their desk, by the rule of `caseworker`."""
    decision = case.get("decision")
    if not (decision and decision["outcome"] == "approve" and decision["confirmation"] in FINAL):
        account.granted_by = "person"
        await settle(case, decision_on(case["review"]["verdict"]), by=desk.caseworker, desk=desk)
        return
    account.granted_by = "person"
    if await _offered(case, by=desk.caseworker) or await _offered(case, by=desk.supervisor):
        return
    if worth_two(case["review"]["verdict"]):
        await settle(case, approval_for_two(), by=desk.supervisor, desk=desk)
        if await _offered(case, by=desk.supervisor):
            account.granted_by = "two supervisors"
            return
    await settle(case, rejection_without_plan(), by=desk.caseworker, desk=desk)


async def settle(case: Json, body: Json, *, by: Caller, desk: Desk) -> None:
    """Decide, and have a supervisor who took no part confirm what needs a second person."""
    path = f"/v1/cases/{case['id']}/decisions"
    decision = await by.post(path, body)
    if decision["confirmation"] == "pending":
        other = desk.second_supervisor if by is desk.supervisor else desk.supervisor
        comment = "Confirmed by a second person."
        await other.post(f"{path}/{decision['id']}/confirm", {"outcome": "confirm", "comment": comment})


async def _offered(case: Json, *, by: Caller) -> bool:
    """Make the menu within somebody's authority; say whether there was a plan to offer."""
    try:
        await by.post(f"/v1/cases/{case['id']}/offers", {})
    except Refused as refused:
        if refused.code != NO_PLAN:
            raise
        return False
    return True


async def _answer(case: Json, application: Json, desk: Desk, account: Account) -> None:
    """Have the borrower answer the open offers by the rule of `borrowers`."""
    borrower = desk.borrowers[application["borrower"]["subject"]]
    offers = await borrower.items(f"/v1/cases/{case['id']}/offers")
    account.proofs.check(*offers)
    answer = reply(offers, means=Means.of(application), may_counter=account.countered is None)
    if answer.answer is Answer.ACCEPT and answer.offer is not None:
        await _accept(answer.offer, application, borrower, account)
    elif answer.answer is Answer.COUNTER:
        asked = {"payment": answer.payment}
        countered = await borrower.post(f"/v1/cases/{case['id']}/counter-proposals", asked)
        account.countered = countered["answer"]
        if countered["answer"] == "waiting":
            refusal = {"reason": "The offers that stand are what can be granted."}
            await desk.caseworker.post(f"/v1/counter-proposals/{countered['id']}/refuse", refusal)
        if countered["offer"]:
            account.answered = countered["offer"]["id"]
            account.nearest = heaviest_month(countered["offer"]["total"])
    else:
        for offer in [each for each in offers if each["state"] == "open"]:
            await borrower.post(f"/v1/offers/{offer['id']}/decline", {"reason": "No offer fits the budget."})


async def _accept(offer: Json, application: Json, borrower: Caller, account: Account) -> None:
    signature = {"name": application["borrower"]["name"], "method": "typed"}
    agreement = await borrower.post(f"/v1/offers/{offer['id']}/accept", {"signature": signature})
    account.proofs.check(agreement)
    lines = [line for loan in agreement["loans"] for line in loan["reconciliation"]]
    account.payment_first = agreement["total"][0]["payment"]
    account.payment_after = heaviest_month(agreement["total"])
    account.instalments = len(agreement["total"])
    account.waived = sum(line["waived"] + line["waived_conditional"] for line in lines)
    account.programme = offer.get("programme")
    account.took = _taken(offer, account)


def _taken(offer: Json, account: Account) -> str:
    """Say which of the open offers was accepted."""
    if offer["id"] == account.answered:
        return "granted as asked" if account.countered == "accepted" else "nearest plan"
    return "recommended" if "recommended" in offer["labels"] else "another offer"
