"""A deployment for each story: one of the shipped packs judges, on either kind of database."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.policies.registry import shipped_packs
from service.settings import Settings
from tests.api.description import as_described
from tests.casework.people import People, running
from tests.conftest import Clock
from tests.scenarios.timeline import Timeline

Telling = Callable[..., AbstractAsyncContextManager[Timeline]]


@pytest.fixture
def telling(migrated_url: str, tmp_path: Path, clock: Clock) -> Telling:
    """Return a way to tell a case that one of the shipped packs judges, from a morning on."""

    @asynccontextmanager
    async def tell(pack: str, begins: datetime = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)) -> AsyncIterator[Timeline]:
        clock.now = begins
        async with running(Settings(data=tmp_path, database=migrated_url, policy=(pack,)), clock) as service:
            service.http.event_hooks["response"].append(as_described)
            yield Timeline(people=People(service=service), zone=ZoneInfo(shipped_packs()[pack].settings.time_zone))

    return tell
