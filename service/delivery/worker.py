"""The worker: it looks for clocks that have run out, and has each one's end done in a transaction of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from service.casework.consulting import consulted
from service.casework.desk import Desk
from service.casework.expiring import expire
from service.domain.actors import Actor
from service.domain.lender import UNNAMED, Lender
from service.storage import clocks
from service.storage.engine import Database
from service.storage.failures import Unavailable
from service.storage.work import UnitOfWork

LOG: Final = logging.getLogger("parley")
PAGE: Final = 100
EVERY_SECONDS: Final = 5.0
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Several may work on one database: each end is done under the lock of its case, by whoever comes first.

    `before` is done before each sweep; `daily` when it begins, and once a day from then on.
    """

    database: Database
    desk: Desk
    clock: Callable[[], datetime]
    before: Callable[[], Awaitable[object]] | None = None
    daily: Callable[[], Awaitable[object]] | None = None
    lender: Lender = UNNAMED
    every_seconds: float = EVERY_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep again and again until told to stop; what was begun is finished."""
        next_day: datetime | None = None
        while not stop.is_set():
            try:
                await self.sweep()
                next_day = await self._once_a_day(next_day)
            except Unavailable as error:
                LOG.warning("worker: %s", error.detail)
            except Exception:  # whatever is wrong now, deadlines go on running out
                LOG.exception("worker")
            try:
                async with asyncio.timeout(self.every_seconds):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _once_a_day(self, due: datetime | None) -> datetime | None:
        """Do what is done daily, when its moment has come, and say when it comes next."""
        if self.daily is None or (due is not None and self.clock() < due):
            return due
        try:
            await self.daily()
        except Unavailable as error:
            LOG.warning("worker: %s", error.detail)
        return self.clock() + DAY

    async def sweep(self) -> int:
        """Do the end of every clock that has run out, and say how many were done; one that fails stops no other."""
        if self.before is not None:
            await self.before()
        done = 0
        passed_over: set[UUID] = set()
        while True:
            async with self.database.reading() as session:
                found = await clocks.run_out(session, at=self.clock(), limit=PAGE + len(passed_over))
            due = [pair for pair in found if pair[0] not in passed_over]
            if not due:
                return done
            for clock_id, case_id in due:
                try:
                    ended = await consulted(self.desk, partial(self._end, case_id, clock_id))
                    done += ended
                    if not ended:
                        passed_over.add(clock_id)
                except Unavailable:
                    raise
                except Exception:
                    LOG.exception("worker: clock %s", clock_id)
                    passed_over.add(clock_id)

    async def _end(self, case_id: UUID, clock_id: UUID, desk: Desk) -> bool:
        """Do the end of one clock in a transaction of its own."""
        async with self.database.writing() as session:
            work = UnitOfWork(session=session, actor=Actor.system(), clock=self.clock, lender=self.lender)
            return await expire(work, case_id=case_id, clock_id=clock_id, desk=desk)
