"""The server is killed and clients hang up in the middle of their work: nothing is lost, nothing is done twice."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
from sqlalchemy import select
from sqlmodel import col

from service.domain.actors import Actor, Role
from service.storage import cases, events, keys
from service.storage.cases import Search
from service.storage.engine import Database, connect
from service.storage.keyring import open_keyring
from service.storage.tables import AgreementRow, EvidenceRow, IdempotencyRow
from tests.api.stories import LI, PDF
from tests.conftest import Maker
from tests.domain.applications import li_json, li_loan_json
from tests.serving import serving

KILLS: Final = 4
TELLERS: Final = 4
STORIES: Final = 3
SECONDS_MAX: Final = 120
SIGNED: Final = {"signature": {"name": "李某", "method": "typed"}}


@dataclass(slots=True)
class Ledger:
    """Where the server answers, and what it has acknowledged: the answer to each key."""

    random: Random
    up: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    sent: int = 0
    unanswered: int = 0

    async def until(self, send: Callable[[str, float], Awaitable[httpx.Response]]) -> httpx.Response:
        """Ask again until there is an answer: while the server is dead, busy, or at work on the first request.

        Every third time somebody hangs up soon, and asks again although the server may have done it.
        """
        while True:
            await self.up.wait()
            self.sent += 1
            patience = 30.0 if self.sent % 3 else self.random.uniform(0.01, 0.15)
            try:
                answer = await send(self.address, patience)
            except httpx.TransportError:
                self.unanswered += 1
            else:
                running = answer.status_code == 409 and answer.json()["code"] == "request_running"
                if not running and answer.status_code != 503:
                    return answer
            await asyncio.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who does everything once: what was not answered is sent again with the same key."""

    http: httpx.AsyncClient
    ledger: Ledger
    bearer: str

    async def get(self, path: str) -> Any:
        """Read a record."""
        headers = {"Authorization": f"Bearer {self.bearer}"}

        async def send(address: str, patience: float) -> httpx.Response:
            return await self.http.get(address + path, headers=headers, timeout=patience)

        return (await self.ledger.until(send)).json()

    async def post(self, path: str, key: str, body: Any = None, *, document: str | None = None) -> Any:
        """Do something, and write down what was answered; `document` is the kind of one that is handed in."""
        headers = {"Authorization": f"Bearer {self.bearer}", "Idempotency-Key": key}
        content: dict[str, Any] = {"json": body}
        if document is not None:
            content = {"data": {"kind": document}, "files": {"file": ("x.pdf", PDF + key.encode(), "application/pdf")}}

        async def send(address: str, patience: float) -> httpx.Response:
            return await self.http.post(address + path, headers=headers, timeout=patience, **content)

        answer = await self.ledger.until(send)
        assert answer.status_code == 201, answer.text
        self.ledger.answers[key] = answer.content
        return answer.json()


def _application(name: str, today: date) -> dict[str, Any]:
    """Return Li's application as of today, under a reference and about a loan of its own."""
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    loan = li_loan_json(
        id=name,
        as_of=today.isoformat(),
        next_due_on=next_month.isoformat(),
        originated_on=next_month.replace(year=next_month.year - 2).isoformat(),
        maturity_on=next_month.replace(year=next_month.year + 2).isoformat(),
    )
    body = li_json(reference=name, loans=[loan])
    body["hardship"] |= {"since": (today - timedelta(days=90)).isoformat(), "expected_until": None}
    body["budget"]["expected"] = None
    return body


async def _tell(partner: Client, li: Client, name: str, today: date) -> None:
    """Bring a case from a draft that nobody needs to an agreement, each step under a key of its own."""
    await partner.post("/v1/cases", f"{name}-draft", {"currency": "CNY", "submit": False})
    case = await partner.post("/v1/cases", f"{name}-post", _application(name, today))
    path = f"/v1/cases/{case['id']}"
    for item in case["evidence"]["missing"]:
        await li.post(f"{path}/evidence", f"{name}-{item['kind']}", document=item["kind"])
    offers = (await li.get(f"{path}/offers"))["items"]
    await li.post(f"/v1/offers/{offers[0]['id']}/accept", f"{name}-accept", SIGNED)


async def _serve(data: Path, url: str, ledger: Ledger, telling: asyncio.Future[Any]) -> None:
    """Serve until all is told; kill the server on the way, each time after some requests and a part of another."""
    for kill in range(KILLS + 1):
        server = serving(data, url)
        ledger.address = (running := await asyncio.to_thread(server.__enter__)).address
        try:
            ledger.up.set()
            enough = ledger.sent + ledger.random.randint(6, 12)
            while not telling.done() and (kill == KILLS or ledger.sent < enough):
                await asyncio.wait({telling}, timeout=0.002)
            await asyncio.sleep(ledger.random.uniform(0, 0.03))
        finally:
            ledger.up.clear()
            running.kill()
            server.__exit__(None, None, None)


async def _keys(database: Database, data: Path) -> tuple[str, str]:
    """Make the keys of a partner who vouches for loans, and of Li."""
    keyring, at = open_keyring(data, None), datetime.now(UTC)
    async with database.writing() as session:
        partner, _ = await keys.create(session, keyring, role=Role.PARTNER, name="P", at=at, vouches_for_loans=True)
        li, _ = await keys.create(session, keyring, role=Role.BORROWER, name="L", at=at, subject=LI)
    return partner, li


async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    kind: str, new_database: Maker, tmp_path: Path
) -> None:
    """The same moments in every run, as far as requests go; what the processor makes of them differs."""
    random = Random(2026)  # noqa: S311 - the same in every run
    url, ledger = new_database(kind, tmp_path), Ledger(random)
    database, today = connect(url), datetime.now(UTC).date()
    partner_key, li_key = await _keys(database, tmp_path)

    async def tell(teller: int) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            partner, li = Client(http, ledger, partner_key), Client(http, ledger, li_key)
            for story in range(STORIES):
                await _tell(partner, li, f"T{teller}-{story}", today)

    async with asyncio.timeout(SECONDS_MAX):
        telling = asyncio.gather(*(tell(teller) for teller in range(TELLERS)))
        await _serve(tmp_path, url, ledger, telling)
        await telling

    assert ledger.unanswered >= KILLS, "each kill met somebody who waited for an answer"
    await _check(database, ledger, tmp_path / "evidence")
    await database.dispose()


async def _check(database: Database, ledger: Ledger, folder: Path) -> None:
    """Compare what is stored with what was acknowledged."""
    stories = TELLERS * STORIES
    async with database.reading() as session:
        records = {row.key: row.body for row in await session.scalars(select(IdempotencyRow))}
        shelf = await cases.search(session, Search(), visible_to=Actor.system(), limit=1000)
        documents = (await session.scalars(select(EvidenceRow))).all()
        agreed = set(await session.scalars(select(col(AgreementRow.case_id))))
        broken = [await events.verify_chain(session, case.id) for case in shelf]
        history = Counter([event.type for case in shelf for event in await events.of_case(session, case.id)])

    assert records == ledger.answers
    assert Counter(case.state for case in shelf) == {"draft": stories, "agreed": stories}
    assert {case.id for case in shelf if case.state == "agreed"} == agreed
    assert len({(row.case_id, row.kind) for row in documents}) == len(documents) == history["evidence_received"]
    assert (history["created"], history["accept"], history["agreement_made"]) == (2 * stories, stories, stories)
    assert [one for one in broken if one] == []
    for row in documents:
        content = (folder / (row.storage_key or "")).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.sha256
