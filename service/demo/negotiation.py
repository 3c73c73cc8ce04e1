"""One case of the demo, taken from the application to its end."""

from dataclasses import dataclass, field
from typing import Final

from service.demo.balance import Proofs
from service.demo.borrowers import Answer, Means, heaviest_month, reply
from service.demo.caseworker import decision_on, rejection_without_plan
from service.demo.document import pdf
from service.demo.http import Caller, CallFailed, Json, Refused

ENDS: Final = ("agreed", "rejected", "declined")
STEPS_MAX: Final = 12
MISSING_PLAN: Final = frozenset({"nothing_feasible", "authority_exceeded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everybody who takes part: the partner who posts, the lender's people, and each borrower."""

    partner: Caller
    caseworker: Caller
    supervisor: Caller
    borrowers: dict[str, Caller]


@dataclass(slots=True, kw_only=True)
class Account:
    """What happened to one case; `fault` says why it did not come to a legitimate end."""

    reference: str
    hardship: str
    currency: str
    exposure: int
    payment_before: int
    payment_after: int | None = None
    waived: int = 0
    instalments: int | None = None
    programme: str | None = None
    state: str = "not posted"
    reasons: list[Json] = field(default_factory=list)
    rests: list[str] = field(default_factory=list)
    uploads: int = 0
    offers: int = 0
    countered: str | None = None
    by_person: bool = False
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
    loans = application["loans"]
    return Account(
        reference=application["reference"],
        hardship=application["hardship"]["reason"],
        currency=application["currency"],
        exposure=sum(sum(loan["balance"].values()) for loan in loans),
        payment_before=sum(loan["instalment"] for loan in loans),
    )


async def _go_on(case: Json, application: Json, desk: Desk, account: Account) -> None:
    """Take the step that the state of the case asks for, until it is one of the ends."""
    path = f"/v1/cases/{case['id']}"
    for _ in range(STEPS_MAX):
        account.state = case["state"]
        match case["state"]:
            case "information_requested":
                await _hand_in(case, desk.partner, account)
            case "submitted":
                await desk.caseworker.post(f"{path}/reviews", {})
            case "in_review":
                await _decide(case, desk, account)
            case "offered" | "countered":
                await _answer(case, application, desk, account)
            case _:
                break
        case = await desk.partner.get(path)
    _close(case, account)


def _close(case: Json, account: Account) -> None:
    """Write down how the case ended, and whether that is an end that may stand."""
    account.state = case["state"]
    decision = case.get("decision")
    if account.state == "rejected" and decision:
        account.reasons = decision["reasons"]
    if account.state not in ENDS:
        account.fault = f"The case rests in {account.state}."
    elif account.state == "rejected" and not (account.reasons and all(r["source"] for r in account.reasons)):
        account.fault = "The rejection does not say where its reasons come from."


async def _hand_in(case: Json, partner: Caller, account: Account) -> None:
    """Upload a document for each item that the policy asks for and does not have."""
    for item in case["evidence"]["missing"]:
        title = f"{item['kind'].replace('_', ' ').capitalize()} for {account.reference}"
        fields = {"kind": item["kind"], "note": "Made by the demo."}
        if item.get("loan_id"):
            fields["loan_id"] = item["loan_id"]
        await partner.upload(
            f"/v1/cases/{case['id']}/evidence",
            fields=fields,
            file_name=f"{item['kind']}.pdf",
            content=pdf([title, "This page stands for a document that a borrower would hand in."]),
        )
        account.uploads += 1


async def _decide(case: Json, desk: Desk, account: Account) -> None:
    """Have a person decide a case that rests on the lender's desk, and make offers where they approve."""
    account.by_person = True
    verdict = case["review"]["verdict"]
    account.rests.extend(r["code"] for r in verdict["reasons"] if r["code"] not in account.rests)
    if _approved(case):
        await make_offers(case, desk)
        return
    await settle(case, decision_on(verdict), desk)


def _approved(case: Json) -> bool:
    decision = case.get("decision")
    return bool(decision and decision["outcome"] == "approve" and decision["confirmation"] in _FINAL)


_FINAL: Final = frozenset({"not_needed", "confirmed"})


async def settle(case: Json, body: Json, desk: Desk) -> None:
    """Decide, and have a supervisor confirm what needs a second person."""
    path = f"/v1/cases/{case['id']}/decisions"
    decision = await desk.caseworker.post(path, body)
    if decision["confirmation"] == "pending":
        comment = "Confirmed by a second person."
        await desk.supervisor.post(f"{path}/{decision['id']}/confirm", {"outcome": "confirm", "comment": comment})


async def make_offers(case: Json, desk: Desk) -> None:
    """Make the menu within the caseworker's authority, then the supervisor's; reject when neither finds a plan."""
    for person in (desk.caseworker, desk.supervisor):
        try:
            await person.post(f"/v1/cases/{case['id']}/offers", {})
        except Refused as refused:
            if refused.code not in MISSING_PLAN:
                raise
        else:
            return
    limits = [str(line.get("limit")) for line in case.get("menu_empty") or ()]
    await settle(case, rejection_without_plan(limits), desk)


async def _answer(case: Json, application: Json, desk: Desk, account: Account) -> None:
    """Have the borrower answer the open offers by the rule of `borrowers`."""
    borrower = desk.borrowers[application["borrower"]["subject"]]
    offers = await borrower.items(f"/v1/cases/{case['id']}/offers")
    account.offers = len(offers)
    account.proofs.check(*offers)
    answer = reply(offers, means=Means.of(application), may_counter=account.countered is None)
    if answer.answer is Answer.ACCEPT and answer.offer is not None:
        await _accept(answer.offer, application, borrower, account)
    elif answer.answer is Answer.COUNTER:
        asked = {"payment": answer.payment}
        countered = await borrower.post(f"/v1/cases/{case['id']}/counter-proposals", asked)
        account.countered = countered["answer"]
    else:
        for offer in offers:
            if offer["state"] == "open":
                await borrower.post(f"/v1/offers/{offer['id']}/decline", {"reason": "No offer fits the budget."})


async def _accept(offer: Json, application: Json, borrower: Caller, account: Account) -> None:
    signature = {"name": application["borrower"]["name"], "method": "typed"}
    agreement = await borrower.post(f"/v1/offers/{offer['id']}/accept", {"signature": signature})
    account.proofs.check(agreement)
    lines = [line for loan in agreement["loans"] for line in loan["reconciliation"]]
    account.payment_after = heaviest_month(agreement["total"])
    account.instalments = len(agreement["total"])
    account.waived = sum(line["waived"] + line["waived_conditional"] for line in lines)
    account.programme = offer.get("programme")
