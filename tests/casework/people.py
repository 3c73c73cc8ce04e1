"""Everybody who has to do with a case, and the deeds by which a test brings it where it wants it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from service.app import create_app
from service.domain.actors import Actor, Role
from service.domain.lifecycle import CaseAction
from service.settings import Settings
from service.storage import cases
from service.storage.work import UnitOfWork
from tests.api.stories import PDF
from tests.conftest import Clock, Service
from tests.domain.applications import li_json, li_loan_json

Json = dict[str, Any]

SIGNED: Final[Json] = {"signature": {"name": "李某", "method": "typed"}}
OTHER: Final[Json] = {"reasons": ["OTHER"], "comment": "As talked about."}
KEYS: Final[Mapping[str, tuple[str, str | None, bool]]] = {
    "li": ("borrower", "user-481", False),
    "stranger": ("borrower", "user-9", False),
    "wang": ("borrower", "user-7", False),
    "partner": ("partner", "acme", True),
    "other partner": ("partner", "rival", True),
    "declaring partner": ("partner", "acme", False),
    "adviser": ("representative", "adviser-12", False),
    "wu": ("caseworker", "wu", False),
    "zhao": ("supervisor", "zhao", False),
    "qian": ("supervisor", "qian", False),
    "ren": ("caseworker", "ren", False),
    "servicing": ("servicing", "core", False),
    "auditor": ("auditor", "audit", False),
    "risk": ("policy_admin", "risk", False),
}
"""Name, and the key that goes with it: role, subject, and whether it vouches for loans."""

REJECTED: Final[Json] = {
    "loans": [li_loan_json(overdue={"principal": 0, "interest": 0}, days_past_due=0)],
    "budget": {**li_json()["budget"], "incomes": [{"kind": "self_employment", "monthly": 5_000_000, "gross": None}]},
}
"""Income that carries the contract, and nothing overdue: there is no hardship."""

BREACHED_TWICE: Final = [
    {"kind": "holiday", "granted_on": f"2026-0{month}-01", "ended_on": None, "outcome": "breached"} for month in (1, 5)
]
MANUAL: Final[Json] = {"loans": [li_loan_json(previous_reliefs=BREACHED_TWICE)]}
"""Two reliefs that were not kept: a person has to look."""

UNFEASIBLE: Final[Json] = {
    "budget": {
        "incomes": [{"kind": "self_employment", "monthly": 545_000}],
        "expenses": [{"kind": "housing", "monthly": 300_000}, {"kind": "food", "monthly": 240_000}],
    },
    "hardship": {"reason": "business_downturn", "since": "2026-08-01", "permanent": True},
}
"""50 yuan are left a month: a programme is open, and no plan fits."""


def consents(*, automated: bool) -> Json:
    """Return consents with that to automation as said."""
    return {"consents": {"data_processing": True, "automated_decision": automated, "sensitive_data": True}}


@dataclass(slots=True, kw_only=True)
class People:
    """The people around one case; `case` is how it stood when it was last read."""

    service: Service
    case: Json = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.service.clock

    @property
    def state(self) -> str:
        """Where the case stood when it was last read."""
        state: str = self.case["state"]
        return state

    @property
    def path(self) -> str:
        """The address of the case."""
        return f"/v1/cases/{self.case['id']}"

    async def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request as somebody; a path that does not begin with a slash is below the case's own."""
        role, subject, vouches = KEYS[who]
        key = await self.service.key(role, subject, vouches=vouches)
        address = path if path.startswith("/") else f"{self.path}/{path}".rstrip("/")
        if method in {"PATCH", "PUT"}:
            headers.setdefault("If_Match", "*")
        return await self.service.call(key, method, address, body, **headers)

    async def do(self, who: str, path: str, body: Any = None, method: str = "POST") -> Json:
        """Do something that works, read the case again, and return the answer."""
        answer = await self.ask(who, method, path, {} if body is None else body)
        assert answer.status_code in {200, 201}, answer.text[:500]
        if self.case:
            await self.look()
        found: Json = answer.json()
        return found

    async def refused(
        self, who: str, path: str, body: Any = None, method: str = "POST", **headers: str
    ) -> tuple[int, str]:
        """Do something that is refused; return the status and the code of the problem. Nothing may have changed."""
        before = await self.version()
        answer = await self.ask(who, method, path, {} if body is None else body, **headers)
        assert 400 <= answer.status_code < 500, answer.text[:500]
        assert answer.headers["content-type"] == "application/problem+json"
        assert await self.version() == before
        return answer.status_code, answer.json()["code"]

    async def version(self) -> int | None:
        """Return the version of the case as it is stored: every event raises it."""
        if not self.case:
            return None
        async with self.service.app.state.parts.database.reading() as session:
            row = await cases.get(session, UUID(self.case["id"]))
            return row.version if row else None

    async def look(self, who: str = "wu") -> Json:
        """Read the case."""
        answer = await self.ask(who, "GET", "")
        assert answer.status_code == 200, answer.text[:500]
        self.case = answer.json()
        return self.case

    async def counters(self) -> list[Json]:
        """Read the counter-proposals with their answers, newest first."""
        return [r["counter_proposal"] for r in await self.read("rounds?limit=100") if r["kind"] == "counter"]

    async def read(self, path: str, who: str = "wu") -> list[Json]:
        """Read a list of the case's."""
        answer = await self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text[:500]
        items: list[Json] = answer.json()["items"]
        return items

    async def events(self, type_: str | None = None) -> list[Json]:
        """Read the history, or what is in it of one type."""
        items = await self.read("events?limit=100")
        return [event for event in items if type_ in {None, event["type"]}]

    async def actions(self, who: str) -> dict[str, Json]:
        """Read what somebody can do next, by the name of the action."""
        return {item["action"]: item for item in await self.read("actions", who)}

    async def post(self, who: str = "partner", **changes: Any) -> Json:
        """Post Li's case, with changes."""
        body = {**li_json(), "reference": f"T-{uuid4()}", **changes}
        self.case = {}
        self.case = await self.do(who, "/v1/cases", body)
        return await self.look()

    async def upload(self, kind: str, who: str = "li", **fields: str) -> Json:
        """Hand in a document, and read the case again."""
        answer = await self.try_upload(kind, who, **fields)
        assert answer.status_code == 201, answer.text[:500]
        await self.look()
        found: Json = answer.json()
        return found

    async def try_upload(self, kind: str, who: str = "li", **fields: str) -> httpx.Response:
        """Try to hand in a document."""
        role, subject, vouches = KEYS[who]
        key = await self.service.key(role, subject, vouches=vouches)
        return await self.service.http.post(
            f"{self.path}/evidence",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
            data={"kind": kind, **fields},
            files={"file": (f"{kind}.pdf", PDF, "application/pdf")},
        )

    async def hand_in_all(self, who: str = "li") -> None:
        """Hand in whatever is missing."""
        for item in self.case["evidence"]["missing"]:
            answer = await self.try_upload(item["kind"], who)
            assert answer.status_code == 201, answer.text[:500]
        await self.look()

    async def offered(self, **changes: Any) -> list[Json]:
        """Bring the case to its offers, and return them."""
        await self.post(**changes)
        await self.hand_in_all()
        assert self.state == "offered", self.state
        return await self.offers()

    async def offers(self, who: str = "li") -> list[Json]:
        """Read the offers."""
        return await self.read("offers", who)

    async def open_offers(self) -> list[str]:
        """Return the ids of the offers that stand."""
        return [offer["id"] for offer in await self.offers() if offer["state"] == "open"]

    async def counter(self, **asked: int) -> Json:
        """Have the borrower make a counter-proposal."""
        return await self.do("li", "counter-proposals", asked)

    async def agreed(self, **changes: Any) -> Json:
        """Bring the case to an agreement, and return it."""
        offers = await self.offered(**changes)
        return await self.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)

    async def manual(self, **changes: Any) -> None:
        """Bring the case to the desk: the policy wants a person to look."""
        await self.post(**{**MANUAL, **changes})
        await self.hand_in_all()
        assert self.state == "in_review"

    async def approved_by_hand(self, who: str = "wu", **changes: Any) -> list[Json]:
        """Bring the case to offers that a person approved and made."""
        await self.manual(**changes)
        await self.do(who, "decisions", {"outcome": "approve", **OTHER})
        await self.do(who, "offers")
        return await self.offers()


async def move(people: People, action: CaseAction, *, role: Role) -> None:
    """Take a move that has no endpoint yet, as its use case will."""
    async with people.service.app.state.parts.database.writing() as session:
        work = UnitOfWork(session=session, actor=Actor.system(), clock=people.clock)
        case = await cases.lock(session, UUID(people.case["id"]))
        assert case is not None
        await work.move(case, action, role=role)
    await people.look()


def pack(folder: Path, *changes: tuple[str, str], name: str = "own") -> tuple[str, ...]:
    """Write a pack that differs from the standard one, and return its name as the settings want it."""
    text = (files("service.policies") / "packs" / "standard.toml").read_text(encoding="utf-8")
    for old, new in (('id = "standard"', f'id = "{name}"'), *changes):
        assert old in text, old
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return (name,)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Service]:
    """Run the whole service with settings of one's own."""
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            yield Service(app=app, http=http, clock=clock)
