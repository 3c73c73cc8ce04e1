"""Running the HTTP server, and saying where it answers once it does."""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

import uvicorn

from service.app import create_app, now, work_on, worker_of
from service.delivery.worker import Worker
from service.settings import Settings

GRACE_SECONDS: Final = 10


class Announcing(uvicorn.Server):
    """A server that prints one line when it has begun to answer: with port 0 only it knows the port."""

    def __init__(self, config: uvicorn.Config, *, work: Callable[[asyncio.Event], Awaitable[None]] | None) -> None:
        super().__init__(config)
        self._work = work
        self._stop = asyncio.Event()
        self._worker: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer and to work, and say where."""
        await super().startup(sockets)
        if self.started and self._work is not None:
            self._worker = asyncio.ensure_future(self._work(self._stop))
        for server in self.servers if self.started else ():
            for listening in server.sockets:
                address = address_of(listening.getsockname())
                sys.stdout.write(f"Parley answers at {address} (documentation: {address}/docs)\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was begun."""
        self._stop.set()
        if self._worker is not None:
            await self._worker
        await super().shutdown(sockets)


async def work(settings: Settings) -> None:
    """Work without serving, until told to stop: deadlines run out, and what is due is sent."""
    app, stop = create_app(settings), asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    async with app.router.lifespan_context(app):
        await work_on(app, settings, stop)


def serve(settings: Settings, *, host: str, port: int, worker: bool = True) -> bool:
    """Serve until told to stop; False when it could not start."""
    server, _ = server_of(settings, host=host, port=port, works=worker)
    try:
        server.run()
    except SystemExit:  # the port is taken, or a part of the service did not start; the log has said why
        return False
    return server.started


def server_of(
    settings: Settings, *, host: str, port: int, works: bool, clock: Callable[[], datetime] = now
) -> tuple[Announcing, Callable[[], Worker]]:
    """Return a server of the service, which works beside it or not, and what makes a worker once it has started."""
    app = create_app(settings, clock=clock)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=settings.log,
        access_log=settings.log == "debug",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Announcing(config, work=partial(work_on, app, settings) if works else None), partial(worker_of, app)


def address_of(name: tuple[str | int, ...]) -> str:
    """Return the address of a socket as a link."""
    host, port = str(name[0]), name[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
