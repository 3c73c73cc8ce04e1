"""How many statements a request sends: a fixed number, however many cases and offers there are."""

import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from service.storage.engine import Database
from tests.api.stories import LI, upload
from tests.conftest import Service
from tests.domain.applications import li_json, li_loan_json
from tests.storage.statements import Statement, heard, plan_of

# What each request sends, the reading of the key included; BEGIN and COMMIT are not counted. On both databases.
COUNTS: Final = {
    "post case": 14,
    "read case": 6,
    "search cases": 3,
    "read worklist": 14,
    "patch application": 14,
    "upload evidence": 14,
    "upload the last evidence": 23,
    "read evidence": 6,
    "read actions": 6,
    "read story": 8,
    "read story of an agreement": 10,
    "read events": 7,
    "read reviews": 7,
    "read decisions": 7,
    "read offers": 6,
    "read offer": 7,
    "read schedule": 7,
    "preview offers": 6,
    "make offers": 17,
    "counter": 17,
    "read rounds": 7,
    "decline": 15,
    "accept": 18,
    "pay": 16,
    "reverse": 16,
    "read agreement": 9,
    "read agreement schedule": 9,
    "read payments": 9,
    "read payoff": 9,
    "appeal": 17,
    "read appealed case": 8,
    "dismiss": 19,
    "read appeals": 7,
    "refer": 16,
    "end referral": 15,
    "read referrals": 7,
    "resume": 13,
    "write message": 13,
    "write again": 14,
    "read messages": 9,
    "mark messages read": 15,
    "read case with messages": 7,
    "search cases with messages": 4,
    "read notices": 8,
    "read notice": 8,
    "read document": 11,
    "replay": 3,
}

LOCKING: Final = {
    "patch application",
    "upload evidence",
    "upload the last evidence",
    "make offers",
    "counter",
    "decline",
    "accept",
    "pay",
    "reverse",
    "write message",
    "write again",
    "mark messages read",
    "appeal",
    "dismiss",
    "refer",
    "end referral",
    "resume",
}
"""The requests that change a case that is there. SQLite has no lock for one case: the transaction holds the file's."""

HARMLESS: Final = (
    r"FROM api_keys|INTO idempotency_records|^SELECT (offers|appeals|referrals|agreements).case_id \sFROM \1"
)
"""What may be asked before a case is locked: who asks, whether they asked before, and which case an offer is of."""


@dataclass(slots=True)
class Counted:
    """The number of statements per request, and the statements themselves."""

    database: Database
    counts: dict[str, set[int]] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    unlocked: set[tuple[str, str]] = field(default_factory=set)

    async def of(self, name: str, request: Awaitable[httpx.Response], *, status: int = 200) -> Any:
        """Send a request, count what it sends, and return its answer."""
        with heard(self.database) as found:
            answer = await request
        assert answer.status_code == status, (name, answer.text)
        self.counts.setdefault(name, set()).add(len(found))
        self.statements |= {statement.sql: statement for statement in found}
        self._look_for_the_lock(name, [statement.sql for statement in found])
        return answer.json() if answer.headers["content-type"] == "application/json" else None

    def _look_for_the_lock(self, name: str, sent: list[str]) -> None:
        """Note whether a case was locked, and what was asked before: that might have changed by then."""
        lock = next((n for n, sql in enumerate(sent) if sql.endswith("FOR UPDATE")), None)
        if lock is not None:
            self.locked.add(name)
            self.unlocked |= {(name, sql) for sql in sent[:lock] if not re.search(HARMLESS, sql)}


async def _tell(service: Service, counted: Counted, *, rounds: int) -> None:
    """Tell the story of one case from submission to agreement, with so many more rounds of offers on the way."""
    partner = await service.key("partner", f"platform-{rounds}", vouches=True)  # who has no other case
    desk = await service.key("caseworker")
    li, of = await service.key("borrower", LI), counted.of
    number = str(uuid4())
    body = li_json(reference=number, loans=[li_loan_json(id=number)])
    key = str(uuid4())
    case = await of("post case", service.call(partner, "POST", "/v1/cases", body, Idempotency_Key=key), status=201)
    await of("replay", service.call(partner, "POST", "/v1/cases", body, Idempotency_Key=key), status=201)
    path = f"/v1/cases/{case['id']}"
    patch = {"request": {"comment": "Please."}}
    version = f'"{case["version"]}"'
    await of("patch application", service.call(li, "PATCH", f"{path}/application", patch, If_Match=version))
    *first, last = case["evidence"]["missing"]
    for item in first:
        await of("upload evidence", upload(service, li, case["id"], item["kind"]), status=201)
    await of("upload the last evidence", upload(service, li, case["id"], last["kind"]), status=201)
    for _ in range(rounds):
        await of("make offers", service.call(desk, "POST", f"{path}/offers", {}), status=201)
    offer = (await of("read offers", service.call(li, "GET", f"{path}/offers")))["items"][0]
    asked = {"payment": 320000, "months": 48}
    counter = await of("counter", service.call(li, "POST", f"{path}/counter-proposals", asked), status=201)
    reads = {"read case": "", "search cases": None, "read evidence": "/evidence", "read actions": "/actions"}
    reads |= {name: f"/{name.removeprefix('read ')}" for name in ("read events", "read reviews", "read decisions")}
    reads |= {"read rounds": "/rounds", "read story": "/story"}
    for name, end in reads.items():
        await of(name, service.call(partner, "GET", "/v1/cases" if end is None else path + end))
    await of("read worklist", service.call(desk, "GET", "/v1/worklist"))
    await _appeal(service, counted, path)
    await of("preview offers", service.call(desk, "POST", f"{path}/offers/preview", {}))
    await of("read offer", service.call(li, "GET", f"/v1/offers/{offer['id']}"))
    await of("read schedule", service.call(li, "GET", f"/v1/offers/{offer['id']}/schedule"))
    await of("decline", service.call(li, "POST", f"/v1/offers/{offer['id']}/decline", {}))
    signed = {"signature": {"name": "李某", "method": "typed"}}
    accepted = service.call(li, "POST", f"/v1/offers/{counter['offer']['id']}/accept", signed)
    agreement = await of("accept", accepted, status=201)
    await _perform(service, counted, f"/v1/agreements/{agreement['id']}", payments=rounds)
    await of("read story of an agreement", service.call(li, "GET", f"{path}/story"))
    await _write(service, counted, path, times=rounds)
    await _letters(service, counted, path, agreement["id"])


async def _letters(service: Service, counted: Counted, path: str, agreement_id: str) -> None:
    """Read the letters, and the agreement as a document."""
    li, of = await service.key("borrower", LI), counted.of
    [*_, notice] = (await of("read notices", service.call(li, "GET", f"{path}/notices")))["items"]
    await of("read notice", service.call(li, "GET", f"/v1/notices/{notice['id']}"))
    await of("read document", service.call(li, "GET", f"/v1/agreements/{agreement_id}/document"))


async def _perform(service: Service, counted: Counted, path: str, *, payments: int) -> None:
    """Pay, take the last payment back, and read how the agreement stands."""
    servicing, li, of = await service.key("servicing"), await service.key("borrower", LI), counted.of
    told = [{"external_id": f"T-{n}", "paid_on": "2026-11-15", "amount": 100_000} for n in range(payments)]
    paid = [await of("pay", service.call(servicing, "POST", f"{path}/payments", one), status=201) for one in told]
    reverse = f"{path}/payments/{paid[-1]['id']}/reverse"
    await of("reverse", service.call(servicing, "POST", reverse, {"reason": "Not in funds."}))
    reads = {"agreement": "", "agreement schedule": "/schedule", "payments": "/payments", "payoff": "/payoff"}
    for name, end in reads.items():
        await of(f"read {name}", service.call(li, "GET", f"{path}{end}"))


async def _write(service: Service, counted: Counted, path: str, *, times: int) -> None:
    """Write so many times; a case in which nobody has written is read without asking for messages."""
    desk, li, of = await service.key("caseworker"), await service.key("borrower", LI), counted.of
    await of("write message", service.call(desk, "POST", f"{path}/messages", {"text": "Hello."}), status=201)
    for _ in range(times):
        await of("write again", service.call(li, "POST", f"{path}/messages", {"text": "When?"}), status=201)
    await of("read messages", service.call(li, "GET", f"{path}/messages"))
    await of("read case with messages", service.call(li, "GET", path))
    await of("search cases with messages", service.call(li, "GET", "/v1/cases"))
    await of("mark messages read", service.call(li, "POST", f"{path}/messages/read", {}))


async def _appeal(service: Service, counted: Counted, path: str) -> None:
    """Appeal what was refused beside the offers, and have the appeal dismissed."""
    ren, li, of = await service.key("caseworker", "ren"), await service.key("borrower", LI), counted.of
    grounds, comment = {"grounds": "The street opens again."}, {"comment": "It was known."}
    appeal = await of("appeal", service.call(li, "POST", f"{path}/appeals", grounds), status=201)
    await of("read appealed case", service.call(ren, "GET", path))
    await of("dismiss", service.call(ren, "POST", f"/v1/appeals/{appeal['id']}/dismiss", comment))
    await of("read appeals", service.call(li, "GET", f"{path}/appeals"))


async def _refer(service: Service, counted: Counted) -> None:
    """Refer a case of its own, and say what came of it."""
    partner, desk = await service.key("partner", vouches=True), await service.key("caseworker")
    of, number = counted.of, str(uuid4())
    body = li_json(reference=number, loans=[li_loan_json(id=number)])
    case = (await service.call(partner, "POST", "/v1/cases", body)).json()
    path = f"/v1/cases/{case['id']}/referrals"
    referral = await of("refer", service.call(desk, "POST", path, {"kind": "court"}), status=201)
    ended = service.call(desk, "POST", f"/v1/referrals/{referral['id']}/end", {"result": "ruling"})
    await of("end referral", ended)
    await of("read referrals", service.call(partner, "GET", path))
    await of("resume", service.call(desk, "POST", f"/v1/cases/{case['id']}/resume", {}))


async def test_a_request_sends_as_many_statements_as_ever_and_each_finds_its_rows_by_an_index(service: Service) -> None:
    """In three stories, one after the other, each with more offers than the one before.

    More statements than in the table: something reads in a loop. Fewer: write the new number down. And were a table
    full, none of them would read it from end to end. Looking for changed policies, once a second, is no request's.
    """
    service.app.state.parts.in_force.fresh_seconds = 3600
    counted = Counted(service.app.state.parts.database)
    for rounds in range(1, 4):
        await _tell(service, counted, rounds=rounds)
        await _refer(service, counted)
    asked = [s for sql, s in counted.statements.items() if sql.startswith(("SELECT", "UPDATE", "DELETE"))]
    scans = {
        statement.sql: step
        for statement in asked
        for step in await plan_of(counted.database, statement)
        if step.startswith("Seq Scan") or (step.startswith("SCAN ") and "anon" not in step)
    }

    assert counted.counts == {name: {number} for name, number in COUNTS.items()}
    assert len(asked) > 20
    assert scans == {}
    assert counted.locked == (set() if counted.database.is_sqlite else LOCKING)
    assert counted.unlocked == set()
