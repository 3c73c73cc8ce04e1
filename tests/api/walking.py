"""Ways through the life of a case over HTTP: how each state is reached, and by which request each move is taken."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
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
    """A case on its way, in a deployment in which people do everything; `alone` is one that works by itself."""

    service: Service
    alone: Service
    case_id: str = ""
    ids: dict[str, str] = field(default_factory=dict)

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
            return await self.service.http.post(
                address,
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
                data={"kind": "rental_contract"},
                files={"file": ("paper.pdf", PDF, "application/pdf")},
            )
        headers = {"If_Match": "*"} if method in {"PATCH", "PUT"} else {}
        return await self.service.call(key, method, address, body, **headers)

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
        """Return the history, oldest first."""
        found: list[Json] = (await self.ask("auditor", "GET", "events?limit=100")).json()["items"]
        return found

    async def open_offers(self) -> list[str]:
        """Return the offers that stand."""
        items = (await self.ask("li", "GET", "offers?limit=100")).json()["items"]
        return [offer["id"] for offer in items if offer["state"] == "open"]

    async def sweep(self, **later: int) -> None:
        """Let time pass, and have the worker do what has run out."""
        self.service.clock.advance(**later)
        await worker_of(self.service.app).sweep()


FILE: Final = object()
Request = tuple[str, str, Any]
Step = Callable[[Walk], Awaitable[None]]


async def draft(walk: Walk) -> None:
    """Post without submitting."""
    await _post(walk, submit=False)


async def submitted(walk: Walk) -> None:
    """Post; nothing happens by itself."""
    await _post(walk)


async def in_review(walk: Walk) -> None:
    """Hand in what is missing, and have the case judged: the verdict approves."""
    await submitted(walk)
    await judged(walk)


async def judged(walk: Walk) -> None:
    """Have a submitted case judged on all its documents."""
    for item in (await walk.ask("li", "GET", "")).json()["evidence"]["missing"]:
        await _upload(walk, item["kind"])
    await walk.do("wu", "reviews")


async def information_requested(walk: Walk) -> None:
    """Ask for one more document."""
    await in_review(walk)
    await asked(walk)


async def asked(walk: Walk) -> None:
    """Ask for one more document, of a case that is in review."""
    await walk.do("wu", "information-requests", {"items": [{"kind": "rental_contract", "why": "To know the rent."}]})


async def offered(walk: Walk) -> None:
    """Approve, and offer the menu."""
    await in_review(walk)
    await walk.do("wu", "decisions", {"outcome": "approve", **OTHER})
    await walk.do("wu", "offers")
    walk.ids["offer"] = (await walk.open_offers())[0]


async def countered(walk: Walk) -> None:
    """Counter the offers; a person has to answer."""
    await offered(walk)
    await counter(walk)


async def counter(walk: Walk) -> None:
    """Counter offers that stand."""
    walk.ids["counter"] = (await walk.do("li", "counter-proposals", {"payment": 320_000, "months": 48}))["id"]


async def agreed(walk: Walk) -> None:
    """Accept an offer."""
    await offered(walk)
    await walk.do("li", f"/v1/offers/{walk.ids['offer']}/accept", SIGNED)


async def declined(walk: Walk) -> None:
    """Decline every offer."""
    await offered(walk)
    await decline_all(walk)


async def decline_all(walk: Walk) -> None:
    """Decline every offer that stands."""
    for offer in await walk.open_offers():
        await walk.do("li", f"/v1/offers/{offer}/decline")


async def lapsed(walk: Walk) -> None:
    """Leave the offers unanswered."""
    await offered(walk)
    await walk.sweep(days=15)


async def rejected(walk: Walk) -> None:
    """Reject as a supervisor."""
    await in_review(walk)
    await walk.do("zhao", "decisions", {"outcome": "reject", **OTHER})


async def rejected_alone(walk: Walk) -> None:
    """Be rejected by the system: nothing is overdue, and the contract fits the income."""
    walk.service = walk.alone
    loans = [{**loan, "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0} for loan in fresh()["loans"]]
    await _post(walk, loans=loans, budget={**li_json()["budget"], **RICH})


async def appeal(walk: Walk) -> None:
    """Appeal what was decided."""
    walk.ids["appeal"] = (await walk.do("li", "appeals", GROUNDS))["id"]


async def referred(walk: Walk) -> None:
    """Hand the case to mediation."""
    await in_review(walk)
    await walk.do("li", "referrals", {"kind": "mediation"})


def appealed(before: Step) -> Step:
    """Return the way to an appeal from a state."""

    async def walk_there(walk: Walk) -> None:
        await before(walk)
        await appeal(walk)

    return walk_there


REACHED: Final[Mapping[CaseState, Step]] = {
    S.DRAFT: draft,
    S.SUBMITTED: submitted,
    S.INFORMATION_REQUESTED: information_requested,
    S.IN_REVIEW: in_review,
    S.OFFERED: offered,
    S.COUNTERED: countered,
    S.AGREED: agreed,
    S.DECLINED: declined,
    S.LAPSED: lapsed,
    S.REJECTED: rejected,
    S.APPEALED: appealed(offered),
    S.REFERRED: referred,
}
"""The shortest way to each state that is left again; to `breached` there is none yet."""

SIGNED: Final[Json] = {"signature": {"name": "李某", "method": "typed"}}
GROUNDS: Final[Json] = {"grounds": "The street opens again in March."}
COMMENT: Final[Json] = {"comment": "The letter shows it."}


async def approve(walk: Walk) -> None:
    """Approve the case."""
    await walk.do("wu", "decisions", {"outcome": "approve", **OTHER})


async def all_but_one_declined(walk: Walk) -> None:
    """Leave one offer open."""
    first, *others = await walk.open_offers()
    walk.ids["offer"] = first
    for offer in others:
        await walk.do("li", f"/v1/offers/{offer}/decline")


async def changed(walk: Walk) -> None:
    """Change the application."""
    await walk.do("li", "application", {"request": {"months": 40}}, "PATCH")


async def a_fortnight_later(walk: Walk) -> None:
    """Let the time for an appeal pass."""
    walk.service.clock.advance(days=14)


BEFORE: Final[Mapping[tuple[CaseState, CaseAction], Step]] = {
    (S.IN_REVIEW, A.MAKE_OFFERS): approve,
    (S.REFERRED, A.MAKE_OFFERS): approve,
    (S.OFFERED, A.DECLINE): all_but_one_declined,
    (S.REJECTED, A.REOPEN): changed,
    (S.REJECTED, A.CLOSE): a_fortnight_later,
}
"""What makes the condition of a move hold, where reaching the state does not."""

TAKEN_BY: Final[Mapping[CaseAction, Callable[[Mapping[str, str]], Request]]] = {
    A.SUBMIT: lambda _: ("POST", "submit", {}),
    A.WITHDRAW: lambda _: ("POST", "withdraw", {}),
    A.START_REVIEW: lambda _: ("POST", "reviews", {}),
    A.REQUEST_INFORMATION: lambda _: (
        "POST", "information-requests", {"items": [{"kind": "lease", "why": "To know the rent."}]},
    ),
    A.PROVIDE_INFORMATION: lambda _: ("POST", "evidence", FILE),
    A.MAKE_OFFERS: lambda _: ("POST", "offers", {}),
    A.REJECT: lambda _: ("POST", "decisions", {"outcome": "reject", **OTHER}),
    A.AMEND: lambda _: ("POST", "amend", {"request": {"months": 30}}),
    A.REFER: lambda _: ("POST", "referrals", {"kind": "court"}),
    A.ACCEPT: lambda ids: ("POST", f"/v1/offers/{ids['offer']}/accept", SIGNED),
    A.COUNTER: lambda _: ("POST", "counter-proposals", {"payment": 320_000, "months": 48}),
    A.DECLINE: lambda ids: ("POST", f"/v1/offers/{ids['offer']}/decline", {}),
    A.REFUSE_COUNTER: lambda ids: ("POST", f"/v1/counter-proposals/{ids['counter']}/refuse", {"reason": "No."}),
    A.APPEAL: lambda _: ("POST", "appeals", GROUNDS),
    A.REQUEST_HUMAN_REVIEW: lambda _: ("POST", "human-review", {}),
    A.REOPEN: lambda _: ("POST", "reopen", {}),
    A.CLOSE: lambda _: ("POST", "close", {}),
    A.DISMISS: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/dismiss", COMMENT),
    A.ALLOW: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/allow", COMMENT),
    A.WITHDRAW_APPEAL: lambda ids: ("POST", f"/v1/appeals/{ids['appeal']}/withdraw", {}),
    A.RESUME: lambda _: ("POST", "resume", {}),
}  # fmt: skip
"""The request by which a move is taken; what the worker alone does has none."""

OWN_ACTOR: Final[Mapping[CaseAction, str]] = {A.DISMISS: "ren", A.ALLOW: "ren", A.REJECT: "zhao"}
"""Who takes a move that not everybody of the role may: who took no part, and who rejects against the verdict."""

TIME: Final[Mapping[CaseState, Mapping[str, int]]] = {
    S.DRAFT: {"days": 91},
    S.INFORMATION_REQUESTED: {"days": 31},
    S.OFFERED: {"days": 15},
}
"""After how long the worker lets a case lapse."""


async def counter_refused(walk: Walk) -> None:
    """Have a counter-proposal refused by a person; the offers stand."""
    await countered(walk)
    await walk.do("wu", f"/v1/counter-proposals/{walk.ids['counter']}/refuse", {"reason": "No."})


async def long_story(walk: Walk) -> None:
    """Bring a case to `offered` with offers, an answered counter-proposal and a dismissed appeal behind it."""
    await counter_refused(walk)
    await appeal(walk)
    await walk.do("ren", f"/v1/appeals/{walk.ids['appeal']}/dismiss", COMMENT)


def then(*steps: Step) -> Step:
    """Return the long story with more steps."""

    async def walk_on(walk: Walk) -> None:
        for step in (long_story, *steps):
            await step(walk)

    return walk_on


def step(who: str, path: str, body: Any = None) -> Step:
    """Return a step that is one request."""

    async def walk_on(walk: Walk) -> None:
        await walk.do(who, path, body)

    return walk_on


async def accept(walk: Walk) -> None:
    """Accept the first offer."""
    await walk.do("li", f"/v1/offers/{walk.ids['offer']}/accept", SIGNED)


async def wait(walk: Walk) -> None:
    """Let the offers run out."""
    await walk.sweep(days=15)


AMEND: Final = step("li", "amend", {"request": {"months": 40}})
REFER: Final = step("li", "referrals", {"kind": "mediation"})
WITH_A_PAST: Final[Mapping[CaseState, Step]] = {
    S.DRAFT: draft,
    S.SUBMITTED: then(AMEND),
    S.INFORMATION_REQUESTED: then(AMEND, judged, asked),
    S.IN_REVIEW: then(AMEND, judged),
    S.OFFERED: long_story,
    S.COUNTERED: then(counter),
    S.AGREED: then(accept),
    S.DECLINED: then(decline_all),
    S.LAPSED: then(wait),
    S.REJECTED: then(AMEND, judged, step("zhao", "decisions", {"outcome": "reject", **OTHER})),
    S.APPEALED: appealed(counter_refused),
    S.REFERRED: then(REFER),
    S.WITHDRAWN: then(step("li", "withdraw")),
    S.CLOSED: then(REFER, step("wu", "close")),
}
"""Longer ways, on which there are offers, a counter-proposal and an appeal that a request can name."""


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
