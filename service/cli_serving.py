"""Running the HTTP server, and saying where it answers once it does."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import uvicorn

from service.app import create_app, now, worker_of
from service.delivery.worker import Worker
from service.settings import Settings

GRACE_SECONDS: Final = 10


class Announcing(uvicorn.Server):
    """A server that prints one line when it has begun to answer: with port 0 only it knows the port."""

    make_worker: Callable[[], Worker] | None = None
    """What makes the worker that runs beside the server; with None there is none."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer and to work, and say where."""
        await super().startup(sockets)
        if self.started and self.make_worker is not None:
            self._worker = asyncio.create_task(self.make_worker().run(self._stop))
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
        await worker_of(app).run(stop)


def serve(settings: Settings, *, host: str, port: int, worker: bool = True) -> bool:
    """Serve until told to stop; False when it could not start."""
    server, make_worker = server_of(settings, host=host, port=port)
    server.make_worker = make_worker if worker else None
    try:
        server.run()
    except SystemExit:  # the port is taken, or a part of the service did not start; the log has said why
        return False
    return server.started


def server_of(
    settings: Settings, *, host: str, port: int, clock: Callable[[], datetime] = now
) -> tuple[Announcing, Callable[[], Worker]]:
    """Return a server of the service, and what makes a worker on its parts once it has started."""
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
    return Announcing(config), partial(worker_of, app)


def address_of(name: tuple[str | int, ...]) -> str:
    """Return the address of a socket as a link."""
    host, port = str(name[0]), name[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
