"""A commit whose answer never came: it may have happened, and only the record of the key knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import httpx
import pytest

from service.app import create_app
from service.settings import Settings
from tests import postgres
from tests.api.stories import PDF
from tests.conftest import Clock, Maker, Service
from tests.domain.applications import li_json

SOCKET: Final = ".s.PGSQL.5432"


class Line:
    """What lies between the service and its database: it can be cut when a commit has been sent on."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.cut_at_commit = False
        self.cuts = 0
        self._relays: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Self]:
        """Take connections at a socket of our own, and pass on what is said."""
        relay = await asyncio.start_unix_server(self._connected, self.folder / SOCKET)
        yield self
        relay.close()
        await asyncio.gather(*self._relays)

    def _connected(self, asked: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        self._relays.add(asyncio.create_task(self._relay(asked, answers)))

    async def _relay(self, asked: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        said, sent = await asyncio.open_unix_connection(self.server / SOCKET)
        back = asyncio.create_task(_pass_on(said, answers))
        while data := await asked.read(65536):
            cut = self.cut_at_commit and b"COMMIT;" in data
            if cut:
                back.cancel()
                await asyncio.wait({back})
            sent.write(data)
            if cut:
                await said.read(65536)  # the commit is done, and nobody is told
                self.cut_at_commit = False
                self.cuts += 1
                break
        back.cancel()
        await asyncio.wait({back})
        for end in (sent, answers):
            end.close()
            with suppress(OSError):
                await end.wait_closed()


async def _pass_on(said: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
    while data := await said.read(65536):
        answers.write(data)
    answers.close()


@pytest.fixture
async def line(postgresql: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    """Lay a line to the server, at a socket whose name is short enough for one."""
    async with Line(postgresql.sockets, tmp_path_factory.mktemp("s")).laid() as line:
        yield line


@pytest.fixture
async def service(new_database: Maker, line: Line, tmp_path: Path, clock: Clock) -> AsyncIterator[Service]:
    """Run the service at the other end of the line."""
    url = new_database("postgresql", tmp_path).replace(str(line.server), str(line.folder))
    app = create_app(Settings(data=tmp_path, database=url), clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley.test", timeout=30) as http:
            yield Service(app=app, http=http, clock=clock)


async def test_a_request_is_done_once_though_its_first_answer_was_lost(service: Service, line: Line) -> None:
    """The client hears 503, asks again with its key, and gets the answer that was lost."""
    partner, key = await service.key("partner", vouches=True), str(uuid4())
    line.cut_at_commit = True
    lost = await service.call(partner, "POST", "/v1/cases", li_json(), Idempotency_Key=key)
    again = await service.call(partner, "POST", "/v1/cases", li_json(), Idempotency_Key=key)

    assert (line.cuts, lost.status_code, lost.json()["code"]) == (1, 503, "unavailable")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert [c["id"] for c in (await service.call(partner, "GET", "/v1/cases")).json()["items"]] == [again.json()["id"]]


async def test_a_file_stays_though_the_answer_to_its_upload_was_lost(service: Service, line: Line) -> None:
    """There is a record of it; and the copy that came with the second request goes."""
    partner, key = await service.key("partner", vouches=True), str(uuid4())
    case = (await service.call(partner, "POST", "/v1/cases", li_json())).json()
    path = f"/v1/cases/{case['id']}/evidence"

    async def upload() -> httpx.Response:
        return await service.http.post(
            path,
            headers={"Authorization": f"Bearer {partner}", "Idempotency-Key": key},
            data={"kind": case["evidence"]["missing"][0]["kind"]},
            files={"file": ("statement.pdf", PDF, "application/pdf")},
        )

    line.cut_at_commit = True
    lost, again = await upload(), await upload()
    content = await service.call(partner, "GET", f"{path}/{again.json()['id']}/content")

    assert (line.cuts, lost.status_code, again.status_code) == (1, 503, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert (content.status_code, content.content) == (200, PDF)
    folder = service.app.state.parts.files.folder
    assert len(list(folder.iterdir())) == 1
