"""A real server in a process of its own, for as long as the demo needs it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import service

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
ANNOUNCED: Final = "http://"
LOG: Final = "server.log"


class ServerDidNotStart(Exception):
    """The server ended, or said nothing, before it answered."""


class TimeStoodStill(Exception):
    """The server did not say that it had reached the day it was moved to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers at an address, and whose clock can be moved on."""

    address: str
    process: asyncio.subprocess.Process

    async def move_on(self, days: int) -> datetime:
        """Let days go by, with all that happens on them, and return the moment that has come."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{days}\n".encode())
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.process.stdin.drain()
                return datetime.fromisoformat((await self.process.stdout.readline()).decode().strip())
        except (OSError, TimeoutError, ValueError):
            raise TimeStoodStill(f"The server did not go on by {days} days.") from None


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[Server]:
    """Start the service on a free port of this machine over a data folder, and stop it at the end."""
    log = data / LOG
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "service.cli_moving"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            # From the folder itself: a `.env` where the demo was started must not reach it.
            cwd=data,
            env=_environment(data, os.environ),
        )
        try:
            yield Server(address=await _address(process, log), process=process)
        finally:
            await _stop(process)


def _environment(data: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return what the server starts with: nothing of the deployment that the demo is started in."""
    kept = {name: value for name, value in inherited.items() if not name.startswith("PARLEY_")}
    found = str(Path(service.__file__).parent.parent)
    search = os.pathsep.join(part for part in (found, inherited.get("PYTHONPATH", "")) if part)
    return {**kept, "PARLEY_DATA": str(data), "PARLEY_LOG": "warning", "PYTHONPATH": search}


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    """Read the line in which the server says where it answers."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            async for line in process.stdout:
                _, found, rest = line.decode().partition(ANNOUNCED)
                if found:
                    return ANNOUNCED + rest.split()[0].rstrip("/.,")
    except TimeoutError:
        raise ServerDidNotStart(f"The server did not answer within {START_SECONDS} seconds.{_tail(log)}") from None
    raise ServerDidNotStart(f"The server ended before it answered.{_tail(log)}")


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
    return "".join(f"\n  {line}" for line in lines)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
