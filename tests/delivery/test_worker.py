"""The worker: whatever is wrong with one case, the deadlines of the others run out, and it ends when told to."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from service.app import worker_of
from service.casework.calendar import business_days
from service.storage import clocks
from service.storage.failures import Unavailable
from tests.casework.people import People
from tests.conftest import Service
from tests.domain.applications import li_loan_json


@pytest.fixture
def people(service: Service) -> People:
    """Return the people around a case, where the service works by itself."""
    return People(service=service)


async def test_one_case_that_cannot_be_worked_out_stops_no_other(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock whose action is none of ours: somebody wrote into the database by hand."""
    await people.post(submit=False)
    broken = people.case["id"]
    await people.post(submit=False, loans=[li_loan_json(id="L-2")])
    async with people.service.app.state.parts.database.writing() as session:
        (clock,) = await clocks.live_of(session, UUID(broken))
        clock.end_action = "sing"
    people.clock.advance(days=91)

    with caplog.at_level(logging.CRITICAL):
        assert await worker_of(people.service.app).sweep() == 1
        assert await worker_of(people.service.app).sweep() == 0
    await people.look()
    assert people.state == "closed"


async def test_it_ends_when_told_to_and_finishes_what_it_began(people: People) -> None:
    await people.post(submit=False)
    people.clock.advance(days=91)
    stop = asyncio.Event()
    worker = worker_of(people.service.app)
    working = asyncio.create_task(worker.run(stop))
    while people.state != "closed":
        await people.look()
    stop.set()

    await asyncio.wait_for(working, 10)


@pytest.mark.parametrize("error", (Unavailable("The database cannot be reached."), ZeroDivisionError("worker of ours")))
async def test_whatever_stops_a_sweep_the_next_is_begun(
    people: People, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The sweep is given up, said, and begun again."""
    asked: list[datetime] = []
    stop = asyncio.Event()

    def clock() -> datetime:
        asked.append(datetime.now(UTC))
        if len(asked) == 1:
            raise error
        stop.set()
        return people.clock()

    made = worker_of(people.service.app)
    worker = type(made)(database=made.database, desk=made.desk, clock=clock, every_seconds=0.01)
    with caplog.at_level(logging.WARNING):
        await asyncio.wait_for(worker.run(stop), 10)

    assert len(asked) == 2
    assert str(error) in caplog.text


@pytest.mark.parametrize(("day", "works"), (("2026-11-14", False), ("2026-11-16", True)))
def test_without_a_country_monday_to_friday_are_worked(day: Any, works: bool) -> None:
    assert business_days(None)(datetime.fromisoformat(day).date()) is works


async def test_what_is_done_daily_is_done_at_once_and_then_once_a_day(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    """Also after a day on which it could not be done; the deadlines do not wait for it."""
    done: list[datetime] = []
    rounds = 0
    stop = asyncio.Event()

    async def daily() -> None:
        done.append(people.clock())
        if len(done) == 1:
            raise Unavailable("The files cannot be listed now.")

    async def before() -> None:
        nonlocal rounds
        rounds += 1
        people.clock.advance(hours=10)
        if rounds == 8:
            stop.set()

    made = worker_of(people.service.app)
    worker = replace(made, before=before, daily=daily, every_seconds=0.001)
    begun = people.clock()
    with caplog.at_level(logging.WARNING):
        await asyncio.wait_for(worker.run(stop), 10)

    assert [(at - begun).total_seconds() / 3600 for at in done] == [10, 40, 70]
    assert "The files cannot be listed now." in caplog.text
