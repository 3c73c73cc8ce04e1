"""Every answer that a test of the API gets is held to the description of the API."""

import pytest

from tests.api.description import as_described
from tests.conftest import Service


@pytest.fixture
def service(service: Service) -> Service:
    """Return the running service, which answers as it is described or fails the test."""
    service.http.event_hooks["response"].append(as_described)
    return service
