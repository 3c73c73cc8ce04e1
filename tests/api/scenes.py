"""For every operation that needs a key: who does it, to what, with which body, so that it succeeds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import update

from service.api.examples import LONGER, REQUESTS
from service.domain.agreement import AgreementState
from service.domain.lifecycle import CaseState
from service.storage.tables import AgreementRow, CaseRow
from tests.api.description import OPERATIONS, Operation
from tests.api.stories import LI, PDF, post_li, upload
from tests.conftest import Service
from tests.domain.applications import li_json, li_loan_json

_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A request that can be sent: its body is JSON, or the fields of a form with a file."""

    operation: Operation
    key: str
    body: Any
    ids: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None

    @property
    def path(self) -> str:
        """Where it is sent."""
        return self.operation.address(**self.ids)

    async def play(self, service: Service, idempotency_key: str, **headers: str) -> httpx.Response:
        """Send the request under a key of the test's choice."""
        sent = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": idempotency_key, **headers}
        if self.file is not None:
            files = {"file": ("paper.pdf", self.file, "application/pdf")}
            return await service.http.post(self.path, data=self.body, files=files, headers=sent)
        return await service.http.request(self.operation.method, self.path, json=self.body, headers=sent)


async def scene(service: Service, name: str) -> Scene:
    """Set the scene of an operation."""
    return await SCENES[name](service, next(o for o in OPERATIONS if o.name == name))


async def set_state(service: Service, case_id: str, state: CaseState) -> None:
    """Put a case into a state without asking anybody: not all of them can be reached by what there is so far."""
    parts = service.app.state.parts
    async with parts.database.writing() as session:
        await session.execute(update(CaseRow).where(CaseRow.id == UUID(case_id)).values(state=state))  # type: ignore[arg-type]


def fresh(**changes: Any) -> dict[str, Any]:
    """Return changes of Li's application that make the loan another one."""
    return {"loans": [li_loan_json(id=f"L-{next(_NUMBERS):04}")], **changes}


async def waiting(service: Service, **changes: Any) -> dict[str, Any]:
    """Return a case that waits for documents."""
    return await post_li(service, **fresh(**changes))


async def offered(service: Service, **changes: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a case with its offers, or one that waits for a person."""
    case = await waiting(service, **changes)
    li = await service.key("borrower", LI)
    for item in case["evidence"]["missing"]:
        assert (await upload(service, li, case["id"], item["kind"])).status_code == 201
    case = (await service.call(li, "GET", f"/v1/cases/{case['id']}")).json()
    offers = (await service.call(li, "GET", f"/v1/cases/{case['id']}/offers")).json()["items"]
    return case, offers


def by_hand() -> dict[str, Any]:
    """Return the change of an application by which a person decides."""
    return {"consents": {**li_json()["consents"], "automated_decision": False}}


async def _post_case(service: Service, operation: Operation) -> Scene:
    body = {**li_json(), "reference": None, **fresh()}
    return Scene(operation=operation, key=await service.key("partner", vouches=True), body=body)


def _on_case(role: str, *, state: CaseState | None = None, body: Any = None, **changes: Any) -> Any:
    """Return what sets a scene on a case that waits for documents, in this state or one it is put into."""

    async def set_up(service: Service, operation: Operation) -> Scene:
        case = await waiting(service, **changes)
        if state is not None:
            await set_state(service, case["id"], state)
        key = await service.key(role, LI if role == "borrower" else None, vouches=role == "partner")
        example = next(iter(REQUESTS[operation.name].values())) if body is None else body
        return Scene(operation=operation, key=key, body=example, ids={"case_id": case["id"]})

    return set_up


async def _human_review(service: Service, operation: Operation) -> Scene:
    """Let the system reject Li: nothing is overdue, and the contract fits her income."""
    loans = [{**loan, "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0} for loan in fresh()["loans"]]
    budget = {**li_json()["budget"], "incomes": [{"kind": "self_employment", "monthly": 5000000, "gross": None}]}
    case = await post_li(service, loans=loans, budget=budget)
    assert case["state"] == "rejected"
    return Scene(operation=operation, key=await service.key("borrower", LI), body={}, ids={"case_id": case["id"]})


async def _evidence(service: Service, operation: Operation) -> Scene:
    case = await waiting(service)
    body, key = {"kind": "bank_statements", "note": "August"}, await service.key("borrower", LI)
    return Scene(operation=operation, key=key, body=body, ids={"case_id": case["id"]}, file=PDF)


async def _hold(service: Service, operation: Operation) -> Scene:
    case, desk = await waiting(service), await service.key("caseworker")
    body = next(iter(REQUESTS["post_hold"].values()))
    hold = (await service.call(desk, "POST", f"/v1/cases/{case['id']}/holds", body)).json()
    return Scene(operation=operation, key=desk, body={}, ids={"case_id": case["id"], "hold_id": hold["id"]})


async def _judged_evidence(service: Service, operation: Operation) -> Scene:
    case = await waiting(service)
    row = (await upload(service, await service.key("borrower", LI), case["id"], "bank_statements")).json()
    body = next(iter(REQUESTS[operation.name].values()))
    ids = {"case_id": case["id"], "evidence_id": row["id"]}
    return Scene(operation=operation, key=await service.key("caseworker"), body=body, ids=ids)


async def _reused_evidence(service: Service, operation: Operation) -> Scene:
    """Let Li have handed in a paper for another case."""
    first, li = await waiting(service), await service.key("borrower", LI)
    row = (await upload(service, li, first["id"], "bank_statements")).json()
    case = await waiting(service)
    body, key = {"evidence_id": row["id"]}, await service.key("caseworker")
    return Scene(operation=operation, key=key, body=body, ids={"case_id": case["id"]})


async def _decision(service: Service, operation: Operation) -> Scene:
    case, _ = await offered(service, **by_hand())
    assert case["state"] == "in_review"
    body = {"outcome": "approve", "reasons": ["OTHER"], "comment": "As advised."}
    return Scene(operation=operation, key=await service.key("caseworker"), body=body, ids={"case_id": case["id"]})


async def _confirmation(service: Service, operation: Operation) -> Scene:
    """Let a caseworker reject against an approving verdict: a supervisor has to look."""
    case, _ = await offered(service, **by_hand())
    body = {"outcome": "reject", "reasons": ["OTHER"], "comment": "The shop was sold."}
    desk = await service.key("caseworker")
    decision = (await service.call(desk, "POST", f"/v1/cases/{case['id']}/decisions", body)).json()
    assert decision["confirmation"] == "pending"
    ids = {"case_id": case["id"], "decision_id": decision["id"]}
    return Scene(operation=operation, key=await service.key("supervisor"), body={"outcome": "confirm"}, ids=ids)


async def _offers(service: Service, operation: Operation) -> Scene:
    case, _ = await offered(service)
    key = await service.key("caseworker")
    return Scene(operation=operation, key=key, body={"terms": LONGER}, ids={"case_id": case["id"]})


def _on_offer(role: str) -> Any:
    async def set_up(service: Service, operation: Operation) -> Scene:
        case, offers = await offered(service)
        ids = {"case_id": case["id"], "offer_id": offers[0]["id"]}
        body = next(iter(REQUESTS[operation.name].values()))
        key = await service.key(role, LI if role == "borrower" else None)
        return Scene(operation=operation, key=key, body=body, ids=ids)

    return set_up


async def agreed(service: Service, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a case with its agreement."""
    case, offers = await offered(service, **changes)
    signed = next(iter(REQUESTS["accept_offer"].values()))
    li = await service.key("borrower", LI)
    answer = await service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", signed)
    assert answer.status_code == 201, answer.text
    return case, answer.json()


def _on_agreement(role: str) -> Any:
    async def set_up(service: Service, operation: Operation) -> Scene:
        case, agreement = await agreed(service)
        body = next(iter(REQUESTS[operation.name].values()))
        ids = {"case_id": case["id"], "agreement_id": agreement["id"]}
        return Scene(operation=operation, key=await service.key(role), body=body, ids=ids)

    return set_up


async def _signed(service: Service, operation: Operation) -> Scene:
    """Have a guarantor sign as well."""
    loan = fresh()["loans"][0]
    guarantor = {"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}
    case, agreement = await agreed(service, loans=[{**loan, "parties": [guarantor]}])
    body = next(iter(REQUESTS[operation.name].values()))
    ids = {"case_id": case["id"], "agreement_id": agreement["id"]}
    return Scene(operation=operation, key=await service.key("borrower", "user-7"), body=body, ids=ids)


async def _payment(service: Service, operation: Operation) -> Scene:
    case, agreement = await agreed(service)
    key = await service.key("servicing")
    sent = next(iter(REQUESTS["post_payment"].values()))
    payment = (await service.call(key, "POST", f"/v1/agreements/{agreement['id']}/payments", sent)).json()
    body = next(iter(REQUESTS[operation.name].values()))
    ids = {"case_id": case["id"], "agreement_id": agreement["id"], "payment_id": payment["id"]}
    return Scene(operation=operation, key=key, body=body, ids=ids)


async def _breached(service: Service, operation: Operation) -> Scene:
    """Break an agreement for which nothing is due yet: nothing has to be made good."""
    case, agreement = await agreed(service)
    parts = service.app.state.parts
    async with parts.database.writing() as session:
        row = await session.get(AgreementRow, UUID(agreement["id"]))
        assert row is not None
        row.state, row.breached_on = AgreementState.BREACHED, parts.clock().date()
    await set_state(service, case["id"], CaseState.BREACHED)
    body = next(iter(REQUESTS[operation.name].values()))
    ids = {"case_id": case["id"], "agreement_id": agreement["id"]}
    return Scene(operation=operation, key=await service.key("caseworker"), body=body, ids=ids)


async def _refused_counter(service: Service, operation: Operation) -> Scene:
    """Let a counter-proposal wait for a person: the borrower does not want an answer by a machine."""
    case, _ = await offered(service, **by_hand())
    ids = {"case_id": case["id"], "counter_id": (await waiting_counter(service, case["id"]))["id"]}
    body, desk = {"reason": "We wait for the sale."}, await service.key("caseworker")
    return Scene(operation=operation, key=desk, body=body, ids=ids)


async def waiting_counter(service: Service, case_id: str) -> dict[str, Any]:
    """Approve a case that a person decides, make offers, and return a counter-proposal that waits for an answer."""
    desk, li, at = await service.key("caseworker"), await service.key("borrower", LI), f"/v1/cases/{case_id}"
    approve = {"outcome": "approve", "reasons": ["OTHER"], "comment": "As advised."}
    assert (await service.call(desk, "POST", f"{at}/decisions", approve)).status_code == 201
    assert (await service.call(desk, "POST", f"{at}/offers", {})).status_code == 201
    asked = {"payment": 320000, "months": 48}
    counter: dict[str, Any] = (await service.call(li, "POST", f"{at}/counter-proposals", asked)).json()
    assert counter["answer"] == "waiting"
    return counter


async def _appeal(service: Service, operation: Operation) -> Scene:
    """Have Li appeal what was refused beside her offers."""
    case, _ = await offered(service)
    li = await service.key("borrower", LI)
    body = next(iter(REQUESTS["post_appeal"].values()))
    appeal = (await service.call(li, "POST", f"/v1/cases/{case['id']}/appeals", body)).json()
    key = li if operation.name == "withdraw_appeal" else await service.key("caseworker")
    example = next(iter(REQUESTS[operation.name].values()))
    return Scene(operation=operation, key=key, body=example, ids={"case_id": case["id"], "appeal_id": appeal["id"]})


async def _referral(service: Service, operation: Operation) -> Scene:
    case, li = await waiting(service), await service.key("borrower", LI)
    body = next(iter(REQUESTS["post_referral"].values()))
    referral = (await service.call(li, "POST", f"/v1/cases/{case['id']}/referrals", body)).json()
    example = next(iter(REQUESTS[operation.name].values()))
    ids = {"case_id": case["id"], "referral_id": referral["id"]}
    return Scene(operation=operation, key=await service.key("caseworker"), body=example, ids=ids)


async def _message(service: Service, operation: Operation) -> Scene:
    case, desk = await waiting(service), await service.key("caseworker")
    body = next(iter(REQUESTS["post_message"].values()))
    assert (await service.call(desk, "POST", f"/v1/cases/{case['id']}/messages", body)).status_code == 201
    return Scene(operation=operation, key=await service.key("borrower", LI), body={}, ids={"case_id": case["id"]})


async def _policy(service: Service, operation: Operation) -> Scene:
    """Take a policy that does not judge here, and keep it first."""
    key = await service.key("policy_admin")
    found = (await service.call(key, "GET", "/v1/policies")).json()["items"][-1]["id"]
    assert (await service.call(key, "POST", f"/v1/policies/{found}/shadow", {})).status_code == 200
    example = next(iter(REQUESTS[operation.name].values()))
    return Scene(operation=operation, key=key, body=example, ids={"policy_id": found})


async def _backtest(service: Service, operation: Operation) -> Scene:
    example = next(iter(REQUESTS[operation.name].values()))
    return Scene(operation=operation, key=await service.key("policy_admin"), body=example)


SCENES: Final[dict[str, Callable[[Service, Operation], Awaitable[Scene]]]] = {
    "post_case": _post_case,
    "amend_case": _on_case("borrower", state=CaseState.IN_REVIEW),
    "submit_case": _on_case("partner", submit=False),
    "withdraw_case": _on_case("borrower"),
    "reopen_case": _on_case("borrower", state=CaseState.DECLINED),
    "close_case": _on_case("caseworker", state=CaseState.DECLINED),
    "resume_case": _on_case("caseworker", state=CaseState.REFERRED),
    "ask_for_human_review": _human_review,
    "assign_case": _on_case("caseworker"),
    "move_to_active_policy": _on_case("caseworker"),
    "activate_policy": _policy,
    "shadow_policy": _policy,
    "retire_policy": _policy,
    "post_backtest": _backtest,
    "post_evidence": _evidence,
    "verify_evidence": _judged_evidence,
    "refuse_evidence": _judged_evidence,
    "waive_evidence": _on_case("caseworker"),
    "reuse_evidence": _reused_evidence,
    "post_hold": _on_case("caseworker"),
    "end_hold": _hold,
    "post_information_request": _on_case("caseworker"),
    "post_review": _on_case("caseworker"),
    "post_decision": _decision,
    "confirm_decision": _confirmation,
    "post_offers": _offers,
    "accept_offer": _on_offer("borrower"),
    "decline_offer": _on_offer("borrower"),
    "withdraw_offer": _on_offer("supervisor"),
    "post_counter_proposal": _on_offer("borrower"),
    "refuse_counter_proposal": _refused_counter,
    "post_appeal": _on_offer("borrower"),
    "dismiss_appeal": _appeal,
    "allow_appeal": _appeal,
    "withdraw_appeal": _appeal,
    "post_referral": _on_case("borrower"),
    "end_referral": _referral,
    "post_message": _on_case("borrower"),
    "mark_messages_read": _message,
    "sign_agreement": _signed,
    "post_payment": _on_agreement("servicing"),
    "reverse_payment": _payment,
    "reinstate_agreement": _breached,
    "cancel_agreement": _on_agreement("supervisor"),
}
"""By the name of the operation; one that is not here fails a test until it is."""
