"""A server of the demo's own, whose clock goes on by so many days with each line on standard input.

A line is a number of days. All clocks that run out by then have their end done before the answer, a line too: the
moment that the service has reached. So a negotiation of months is played in seconds, and nothing is waited for.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.app import now
from service.cli_serving import server_of
from service.delivery.worker import Worker
from service.settings import read_settings


@dataclass(slots=True)
class MovingClock:
    """The time of this machine, and what was added to it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the moment."""
        return now() + self.ahead


async def serve() -> None:
    """Serve on a free port of this machine until told to stop, and move the clock as told."""
    clock = MovingClock()
    server, make_worker = server_of(read_settings(), host="127.0.0.1", port=0, works=False, clock=clock)
    serving = asyncio.create_task(server.serve())
    moving = asyncio.create_task(_move(clock, make_worker))
    await serving
    moving.cancel()


async def _move(clock: MovingClock, make_worker: Callable[[], Worker]) -> None:
    async for line in _lines():
        worker = make_worker()
        for _ in range(int(line)):
            clock.ahead += timedelta(days=1)
            await worker.sweep()
        sys.stdout.write(f"{clock().isoformat()}\n")
        sys.stdout.flush()


async def _lines() -> AsyncIterator[str]:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode()


if __name__ == "__main__":
    asyncio.run(serve())
