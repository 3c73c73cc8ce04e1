"""The worker of operations: it takes one after the other, says how far it is, and leaves what came of it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from service.casework.backtesting import LinesRefused
from service.casework.ordered_backtests import Prepared, Remake, prepare
from service.domain.errors import DomainError
from service.storage import operations
from service.storage.engine import Database
from service.storage.failures import Unavailable
from service.storage.operations import Held

LOG: Final = logging.getLogger("parley")
EVERY_SECONDS: Final = 2.0
LEASE_SECONDS: Final = 60
ATTEMPTS_MAX: Final = 3
"""How often one is begun whose workers are never heard of again: it may be what ends them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Several may work on one database: each operation is done by whoever takes it, and its result written once."""

    database: Database
    clock: Callable[[], datetime]
    remake: Remake
    every_seconds: float = EVERY_SECONDS
    lease_seconds: int = LEASE_SECONDS
    processes: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Take operations until told to stop; what is under way then is left to another worker."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    busy = await self.turn(stopping)
                except Unavailable as error:
                    LOG.warning("operations: %s", error.detail)
                    busy = False
                except Exception:  # the next one may be well
                    LOG.exception("operations")
                    busy = False
                if not busy:
                    await asyncio.wait({stopping}, timeout=self.every_seconds)
        finally:
            stopping.cancel()

    async def turn(self, stopping: asyncio.Task[bool] | None = None) -> bool:
        """Take one operation and do it; False when there is none."""
        async with self.database.glancing() as session:
            if not await operations.any_free(session):
                return False
        async with self.database.writing() as session:
            held = await operations.take(session, token=str(uuid4()), seconds=self.lease_seconds)
        if held is None:
            return False
        if held.attempts > ATTEMPTS_MAX:
            await self._fail(held, f"It was begun {ATTEMPTS_MAX} times, and no worker came to its end.")
            return True
        try:
            await self._do(held, stopping)
        except DomainError as error:
            await self._fail(held, error.detail)
        except LinesRefused as refused:
            await self._fail(held, "; ".join(refused.problems))
        except Unavailable:
            raise
        except Exception:
            # Not ended, so that it is begun again when the lease has run out: what went wrong may have passed.
            LOG.exception("operations: %s", held.id)
        return True

    async def _do(self, held: Held, stopping: asyncio.Task[bool] | None) -> None:
        prepared = await prepare(self.database, held, remake=self.remake)
        work = asyncio.create_task(prepared.run(at=self.clock(), processes=self.processes))
        try:
            while not work.done():
                waited = {work, stopping} if stopping is not None else {work}
                await asyncio.wait(waited, timeout=self.lease_seconds / 4, return_when=asyncio.FIRST_COMPLETED)
                if stopping is not None and stopping.done() and not work.done():
                    await self._let_go(held)
                    return
                if not await self._keep(held, prepared):
                    LOG.warning("operations: %s was taken by another worker", held.id)
                    return
            document = work.result()
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await work
        async with self.database.writing() as session:
            await operations.end(session, held, at=self.clock(), done=prepared.course.done, result=document)

    async def _keep(self, held: Held, prepared: Prepared) -> bool:
        course = prepared.course
        async with self.database.writing() as session:
            return await operations.keep(
                session, held, done=course.done, total=course.total, seconds=self.lease_seconds
            )

    async def _let_go(self, held: Held) -> None:
        async with self.database.writing() as session:
            await operations.let_go(session, held)

    async def _fail(self, held: Held, fault: str) -> None:
        async with self.database.writing() as session:
            await operations.fail(session, held, at=self.clock(), fault=fault)
