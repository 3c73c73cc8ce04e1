"""Running the HTTP server, and saying where it answers once it does."""

import socket
import sys
from typing import Final

import uvicorn

from service.app import create_app
from service.settings import Settings

GRACE_SECONDS: Final = 10


class _Announcing(uvicorn.Server):
    """A server that prints one line when it has begun to answer: with port 0 only it knows the port."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers if self.started else ():
            for listening in server.sockets:
                address = address_of(listening.getsockname())
                sys.stdout.write(f"Parley answers at {address} (documentation: {address}/docs)\n")
        sys.stdout.flush()


def serve(settings: Settings, *, host: str, port: int) -> bool:
    """Serve until told to stop; False when it could not start."""
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_level=settings.log,
        access_log=settings.log == "debug",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Announcing(config)
    try:
        server.run()
    except SystemExit:  # the port is taken, or a part of the service did not start; the log has said why
        return False
    return server.started


def address_of(name: tuple[str | int, ...]) -> str:
    """Return the address of a socket as a link."""
    host, port = str(name[0]), name[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
