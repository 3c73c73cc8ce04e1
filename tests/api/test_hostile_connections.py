"""Connections that stall, never end or break off, to a server that really listens."""

import asyncio
import json
import socket
import tracemalloc
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from service.api.limits import DISCARDED_MAX, MEBIBYTE, Limits
from service.settings import Settings
from tests.api.description import NOBODY
from tests.api.running import running, stored
from tests.conftest import Service

PATIENCE = 0.5
"""Seconds that a body may take here, unless a test says otherwise."""


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.up.set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.servers[0].sockets[0].getsockname()[1])


@asynccontextmanager
async def listening(folder: Path, *, seconds: float = PATIENCE) -> AsyncIterator[tuple[Service, int]]:
    """Let the service listen on a port of its own."""
    limits = Limits(body_seconds=seconds, upload_seconds=seconds)
    async with running(Settings.of(data=folder), limits=limits) as service:
        server = Listening(uvicorn.Config(service.app, port=0, lifespan="off", log_level="critical"))
        task = asyncio.create_task(server.serve())
        await server.up.wait()
        try:
            yield service, server.port
        finally:
            server.should_exit = True
            await task


async def head(
    service: Service,
    path: str = "/v1/cases",
    *,
    length: str = "Content-Length: 1000",
    kind: str = "application/json",
) -> bytes:
    """Return the head of a request that would be answered, if its body came."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: parley.test",
        f"Authorization: Bearer {await service.key('partner', vouches=True)}",
        "Idempotency-Key: k",
        f"Content-Type: {kind}",
        length,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def answer_to(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[int, dict[str, Any], float]:
    """Send pieces until there is an answer; return its status and problem, and after how long the connection ended."""
    began = asyncio.get_running_loop().time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(_send(writer, pieces, pause))
    raw = await reader.read()
    sending.cancel()
    with suppress(asyncio.CancelledError, ConnectionError):
        await sending
    writer.close()
    first, _, rest = raw.partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    assert b"connection: close" in headers.lower()
    return int(first.split()[1]), json.loads(body), asyncio.get_running_loop().time() - began


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes], pause: float) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


BODIES = {
    "/v1/cases": ("application/json", b'{"currency"'),
    f"/v1/cases/{NOBODY}/evidence": ("multipart/form-data; boundary=x", b"--x\r\n"),
}


@pytest.mark.parametrize("path", BODIES)
async def test_a_body_that_stalls_is_408_and_the_connection_ends(tmp_path: Path, path: str) -> None:
    async with listening(tmp_path) as (service, port):
        kind, begun = BODIES[path]
        status, problem, seconds = await answer_to(port, await head(service, path, kind=kind), begun)

        assert (status, problem["code"]) == (408, "body_too_slow")
        assert seconds >= PATIENCE


async def test_a_body_that_drips_is_not_waited_for(tmp_path: Path) -> None:
    """Each piece comes in time; all of them together, which would take a hundred times as long, do not."""
    async with listening(tmp_path) as (service, port):
        status, problem, seconds = await answer_to(port, await head(service), *[b"x"] * 999, pause=PATIENCE / 10)

        assert (status, problem["code"]) == (408, "body_too_slow")
        assert seconds < PATIENCE * 50


async def test_a_hundred_stalled_connections_hold_nobody_up(tmp_path: Path) -> None:
    async with listening(tmp_path) as (service, port):
        begun = await head(service)
        stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        for _, writer in stalled:
            writer.write(begun + b"{")
        partner = await service.key("partner", vouches=True)
        assert (await service.call(partner, "POST", "/v1/cases", {"currency": "CNY"})).status_code == 201
        answers = await asyncio.gather(*(reader.read() for reader, _ in stalled))

        assert {answer.split()[1] for answer in answers} == {b"408"}
        for _, writer in stalled:
            writer.close()


async def test_bodies_without_an_end_take_no_memory(tmp_path: Path) -> None:
    """Four at once, of 40 MB each and of a length that they do not tell; the answer reaches who sends them."""
    async with listening(tmp_path, seconds=60) as (service, port):
        begun = await head(service, length="Transfer-Encoding: chunked")
        body = [b"10000\r\n" + b" " * 65536 + b"\r\n"] * (40 * MEBIBYTE // 65536)
        tracemalloc.start()
        try:
            answers = await asyncio.gather(*(answer_to(port, begun, *body, b"0\r\n\r\n") for _ in range(4)))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert {(status, problem["code"]) for status, problem, _ in answers} == {(413, "body_too_large")}
        assert peak < 16 * MEBIBYTE


async def test_a_body_that_says_it_is_enormous_is_refused_at_once(tmp_path: Path) -> None:
    """So is a smaller one of a client that asks before it sends."""
    async with listening(tmp_path, seconds=60) as (service, port):
        enormous = await head(service, length=f"Content-Length: {DISCARDED_MAX + 1}")
        asking = await head(service, length=f"Content-Length: {2 * MEBIBYTE}\r\nExpect: 100-continue")
        for begun in (enormous, asking):
            status, problem, seconds = await answer_to(port, begun)
            assert (status, problem["code"]) == (413, "body_too_large")
            assert seconds < 30


async def test_a_connection_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async with listening(tmp_path) as (service, port):
        begun, before = await head(service), await stored(service)
        for body in (b"", b"{", b'{"currency": "CNY"'):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(begun + body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        partner = await service.key("partner", vouches=True)
        answer = await service.call(partner, "POST", "/v1/cases", {"currency": "CNY"}, Idempotency_Key="k")

        assert answer.status_code == 201, "the key is free still"
        rows = await stored(service)
        assert {name: rows[name] - before[name] for name in rows if rows[name] != before[name]} == dict.fromkeys(
            ("cases", "persons", "application_versions", "clocks", "events", "idempotency_records"), 1
        )
