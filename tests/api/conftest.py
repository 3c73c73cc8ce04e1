"""Every answer that a test of the API gets is held to the description of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from service.settings import Settings
from tests import postgres
from tests.api.description import as_described
from tests.api.running import running
from tests.conftest import Service


@pytest.fixture
def service(service: Service) -> Service:
    """Return the running service, which answers as it is described or fails the test."""
    service.http.event_hooks["response"].append(as_described)
    return service


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def kept_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings with an empty database of either kind for all tests of a module."""
    folder: Path = tmp_path_factory.mktemp("kept")
    if request.param == "sqlite":
        return Settings.of(data=folder)
    server: postgres.Server = request.getfixturevalue("postgresql")
    return Settings(data=folder, database=server.create_database())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(kept_settings: Settings) -> AsyncIterator[Service]:
    """Run the service once for all tests of a module that leave nothing behind, or do not mind what others left."""
    async with running(kept_settings) as service:
        service.http.event_hooks["response"].append(as_described)
        yield service
