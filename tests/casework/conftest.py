"""Deployments to tell cases in: working by itself, leaving everything to people, or with a pack of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from service.settings import Settings
from tests.api.description import as_described
from tests.casework.people import People, pack, running
from tests.conftest import Clock, Service

WithPack = Callable[..., AbstractAsyncContextManager[People]]


@pytest.fixture
def people(service: Service) -> People:
    """Return the people around a case, where the service works by itself; every answer is held to its description."""
    service.http.event_hooks["response"].append(as_described)
    return People(service=service)


@pytest.fixture
async def by_hand(migrated_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[People]:
    """Return the people around a case, where nothing happens by itself."""
    settings = Settings(data=tmp_path, database=migrated_url, automatic=False)
    async with running(settings, clock) as service:
        yield People(service=service)


@pytest.fixture
def with_pack(migrated_url: str, tmp_path: Path, clock: Clock) -> WithPack:
    """Return a way to run the service with a pack that differs from the standard one."""

    @asynccontextmanager
    async def run(*changes: tuple[str, str], automatic: bool = True) -> AsyncIterator[People]:
        folder = tmp_path / "packs"
        policy = pack(folder, *changes)
        settings = Settings(data=tmp_path, database=migrated_url, policy=policy, packs=folder, automatic=automatic)
        async with running(settings, clock) as service:
            yield People(service=service)

    return run


@pytest.fixture
def under(migrated_url: str, tmp_path: Path, clock: Clock) -> WithPack:
    """Return a way to run the service under one of the packs that come with it."""

    @asynccontextmanager
    async def run(policy: str, *, automatic: bool = True) -> AsyncIterator[People]:
        settings = Settings(data=tmp_path, database=migrated_url, policy=(policy,), automatic=automatic)
        async with running(settings, clock) as service:
            yield People(service=service)

    return run
