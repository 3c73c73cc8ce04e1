"""Walking through the life of a case over HTTP: how a walk begins, and by which request each move is taken."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from uuid import uuid4

import httpx

from service.app import worker_of
from service.domain.actors import Role
from service.domain.lifecycle import CaseAction, CaseState
from tests.api.scenes import fresh
from tests.api.stories import LI, PDF
from tests.conftest import Service
from tests.domain.applications import li_json

Json = dict[str, Any]
A, S = CaseAction, CaseState

KEYS: Final[Mapping[str, tuple[str, str | None, bool]]] = {
    "li": ("borrower", LI, False),
    "partner": ("partner", "acme", True),
    "wu": ("caseworker", "wu", False),
    "ren": ("caseworker", "ren", False),
    "sun": ("caseworker", "sun", False),
    "zhao": ("supervisor", "zhao", False),
    "auditor": ("auditor", "audit", False),
    "core": ("servicing", "core", False),
}
"""Name, and the key that goes with it: role, subject, and whether it vouches for loans."""
AS: Final[Mapping[Role, str]] = {
    Role.BORROWER: "li",
    Role.PARTNER: "partner",
    Role.CASEWORKER: "wu",
    Role.SUPERVISOR: "zhao",
    Role.AUDITOR: "auditor",
    Role.SERVICING: "core",
}
"""Who stands for a role; the representative goes as far as the mandate, which is told elsewhere."""
OTHER: Final[Json] = {"reasons": ["OTHER"], "comment": "As talked about."}
RICH: Final[Json] = {"incomes": [{"kind": "self_employment", "monthly": 5_000_000, "gross": None}]}


@dataclass(slots=True, kw_only=True)
class Walk:
    """A case on its way, in a deployment in which people do everything; `alone` is one that works by itself.

    Its history as it was last read is `known` until something succeeds that may add to it.
    """

    service: Service
    alone: Service
    case_id: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    known: list[Json] | None = None

    @property
    def at(self) -> str:
        """The address of the case."""
        return f"/v1/cases/{self.case_id}"

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request as somebody; a path without a slash is below the case's own, `FILE` is uploaded."""
        role, subject, vouches = KEYS[who]
        key = await self.service.key(role, subject, vouches=vouches)
        address = path if path.startswith("/") else f"{self.at}/{path}".rstrip("/")
        if body is FILE:
            self.known = None
            return await self.service.http.post(
                address,
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
                data={"kind": "rental_contract"},
                files={"file": ("paper.pdf", PDF, "application/pdf")},
            )
        headers = {"If_Match": "*"} if method in {"PATCH", "PUT"} else {}
        answer = await self.service.call(key, method, address, body, **headers)
        if method != "GET" and answer.is_success:
            self.known = None
        return answer

    async def do(self, who: str, path: str, body: Any = None, method: str = "POST") -> Json:
        """Do something that works, and return the answer."""
        answer = await self.ask(who, method, path, {} if body is None else body)
        assert answer.status_code in {200, 201}, (path, answer.text[:500])
        found: Json = answer.json()
        return found

    async def state(self) -> str:
        """Return where the case stands."""
        return str((await self.ask("auditor", "GET", "")).json()["state"])

    async def events(self) -> list[Json]:
        """Read the history, oldest first."""
        found: list[Json] = (await self.ask("auditor", "GET", "events?limit=100")).json()["items"]
        self.known = found
        return found

    async def events_before(self) -> list[Json]:
        """Return the history before something is tried; it is read again where something was done since."""
        return await self.events() if self.known is None else self.known

    async def open_offers(self) -> list[str]:
        """Return the offers that stand."""
        items = (await self.ask("li", "GET", "offers?limit=100")).json()["items"]
        return [offer["id"] for offer in items if offer["state"] == "open"]

    async def sweep(self, **later: int) -> None:
        """Let time pass, and have the worker do what has run out."""
        self.known = None
        self.service.clock.advance(**later)
        await worker_of(self.service.app).sweep()


FILE: Final = object()
Request = tuple[str, str, Any]
Step = Callable[[Walk], Awaitable[None]]


async def draft(walk: Walk) -> None:
    """Post without submitting."""
    await _post(walk, submit=False)


async def submitted(walk: Walk) -> None:
    """Post, and hand in what is missing; nothing happens by itself."""
    await _post(walk)
    await handed_in(walk)


async def handed_in(walk: Walk) -> None:
    """Hand in what is missing."""
    for item in (await walk.ask("li", "GET", "")).json()["evidence"]["missing"]:
        await _upload(walk, item["kind"])


async def in_review(walk: Walk) -> None:
    """Have the case judged on all its documents: the verdict approves."""
    await submitted(walk)
    await walk.do("wu", "reviews")


async def offered(walk: Walk) -> None:
    """Approve, and offer the menu."""
    await in_review(walk)
    await approve(walk)
    await walk.do("wu", "offers")
    await offers_seen(walk)


async def rejected_alone(walk: Walk) -> None:
    """Be rejected by the system: nothing is overdue, and the contract fits the income."""
    walk.service = walk.alone
    loans = [{**loan, "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0} for loan in fresh()["loans"]]
    await _post(walk, loans=loans, budget={**li_json()["budget"], **RICH})


BEGUN: Final[Mapping[Step, CaseState]] = {
    draft: S.DRAFT,
    submitted: S.SUBMITTED,
    in_review: S.IN_REVIEW,
    offered: S.OFFERED,
    rejected_alone: S.REJECTED,
}
"""Where each beginning of a walk leads."""


async def approve(walk: Walk) -> None:
    """Approve the case."""
    await walk.do("wu", "decisions", {"outcome": "approve", **OTHER})


async def offers_seen(walk: Walk) -> None:
    """Have the first offer that stands named from now on."""
    walk.ids["offer"] = (await walk.open_offers())[0]


async def all_but_one_declined(walk: Walk) -> None:
    """Leave one offer open."""
    for offer in await walk.open_offers():
        if offer != walk.ids["offer"]:
            await walk.do("li", f"/v1/offers/{offer}/decline")


async def changed(walk: Walk) -> None:
    """Change the application."""
    await walk.do("li", "application", {"request": {"months": 50}}, "PATCH")


async def a_fortnight_later(walk: Walk) -> None:
    """Let the time for an appeal pass."""
    walk.service.clock.advance(days=14)


async def caught_up(walk: Walk) -> None:
    """Pay what a breached agreement is in arrears with."""
    performance = (await walk.ask("li", "GET", f"/v1/agreements/{walk.ids['agreement']}")).json()["performance"]
    assert performance["arrears"] > 0
    await pay(walk, performance["arrears"])


async def paid_off(walk: Walk) -> None:
    """Pay an agreement off."""
    await pay(walk, (await walk.ask("li", "GET", f"/v1/agreements/{walk.ids['agreement']}/payoff")).json()["payoff"])


async def pay(walk: Walk, amount: int) -> None:
    """Have the servicing system tell a payment of today."""
    told = {"external_id": str(uuid4()), "paid_on": walk.service.clock.now.date().isoformat(), "amount": amount}
    await walk.do("core", f"/v1/agreements/{walk.ids['agreement']}/payments", told)


SIGNED: Final[Json] = {"signature": {"name": "李某", "method": "typed"}}
GROUNDS: Final[Json] = {"grounds": "The street opens again in March."}
COMMENT: Final[Json] = {"comment": "The letter shows it."}
NUMBERS: Final = count(1)

TAKEN_BY: Final[Mapping[CaseAction, Callable[[Mapping[str, str]], Request]]] = {
    A.SUBMIT: lambda _: ("POST", "submit", {}),
    A.WITHDRAW: lambda _: ("POST", "withdraw", {}),
    A.START_REVIEW: lambda _: ("POST", "reviews", {}),
    A.REQUEST_INFORMATION: lambda _: (
        "POST", "information-requests", {"items": [{"kind": "rental_contract", "why": "To know the rent."}]},
    ),
    A.PROVIDE_INFORMATION: lambda _: ("POST", "evidence", FILE),
    A.MAKE_OFFERS: lambda _: ("POST", "offers", {}),
    A.REJECT: lambda _: ("POST", "decisions", {"outcome": "reject", **OTHER}),
    A.AMEND: lambda _: ("POST", "amend", {"request": {"months": 24 + next(NUMBERS) % 24}}),
    A.REFER: lambda _: ("POST", "referrals", {"kind": "court"}),
    A.ACCEPT: lambda ids: ("POST", f"/v1/offers/{ids['offer']}/accept", SIGNED),
    A.COUNTER: lambda _: ("POST", "counter-proposals", {"payment": 320_000, "months": 48}),
    A.DECLINE: lambda ids: ("POST", f"/v1/offers/{ids['offer']}/decline", {}),
    A.REFUSE_COUNTER: lambda ids: ("POST", f"/v1/counter-proposals/{ids['counter']}/refuse", {"reason": "No."}),
    A.APPEAL: lambda _: ("POST", "appeals", GROUNDS),
    A.REQUEST_HUMAN_REVIEW: lambda _: ("POST", "human-review", {}),
    A.REOPEN: lambda _: ("POST", "reopen", {}),
    A.CLOSE: lambda _: ("POST", "close", {}),
    A.CANCEL: lambda ids: ("POST", f"/v1/agreements/{ids['agreement']}/cancel", {"reason": "The loan was sold."}),
    A.REINSTATE: lambda ids: ("POST", f"/v1/agreements/{ids['agreement']}/reinstate", {}),
    A.DISMISS: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/dismiss", COMMENT),
    A.ALLOW: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/allow", COMMENT),
    A.WITHDRAW_APPEAL: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/withdraw", {}),
    A.RESUME: lambda _: ("POST", "resume", {}),
}  # fmt: skip
"""The request by which a move is taken."""

NAMES: Final[Mapping[CaseAction, str]] = {
    A.ACCEPT: "offer",
    A.DECLINE: "offer",
    A.REFUSE_COUNTER: "counter",
    A.DISMISS: "appeal",
    A.ALLOW: "appeal",
    A.WITHDRAW_APPEAL: "appeal",
    A.CANCEL: "agreement",
    A.REINSTATE: "agreement",
}
"""What a request names besides the case."""

MADE_BY: Final[Mapping[CaseAction, str]] = {A.COUNTER: "counter", A.APPEAL: "appeal", A.ACCEPT: "agreement"}
"""What the answer to a request is, that later requests name."""

BY_ITSELF: Final[Mapping[tuple[CaseState, CaseAction], Step | Mapping[str, int]]] = {
    (S.DRAFT, A.LAPSE): {"days": 91},
    (S.INFORMATION_REQUESTED, A.LAPSE): {"days": 31},
    (S.OFFERED, A.LAPSE): {"days": 15},
    (S.AGREED, A.BREACH): {"days": 15},
    (S.AGREED, A.FULFIL): paid_off,
}
"""Why the service takes a move without being asked to: time passes, so much between two looks, or money arrives."""

OWN_ACTOR: Final[Mapping[CaseAction, str]] = {A.DISMISS: "ren", A.ALLOW: "sun", A.REJECT: "zhao"}
"""Who takes a move that not everybody of the role may: who took no part, and who rejects against the verdict."""


def who_takes(action: CaseAction, roles: Collection[Role]) -> str:
    """Return somebody who may take a move."""
    return OWN_ACTOR.get(action) or next(AS[role] for role in AS if role in roles)


async def _post(walk: Walk, **changes: Any) -> None:
    walk.case_id = ""
    body = {**li_json(), "reference": f"T-{uuid4()}", **fresh(), **changes}
    walk.case_id = (await walk.do("partner", "/v1/cases", body))["id"]


async def _upload(walk: Walk, kind: str) -> None:
    role, subject, vouches = KEYS["li"]
    answer = await walk.service.http.post(
        f"{walk.at}/evidence",
        headers={
            "Authorization": f"Bearer {await walk.service.key(role, subject, vouches=vouches)}",
            "Idempotency-Key": str(uuid4()),
        },
        data={"kind": kind},
        files={"file": (f"{kind}.pdf", PDF, "application/pdf")},
    )
    assert answer.status_code == 201, answer.text
