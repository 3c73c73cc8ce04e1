"""The calculators behind their addresses: a running service to send bodies to, from tests that are not async."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from service.app import create_app
from service.domain.actors import Role
from service.settings import Settings
from service.storage import keys
from service.storage.migrating import migrate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calculators:
    """Where bodies are sent, by somebody with a key."""

    runner: asyncio.Runner
    http: httpx.AsyncClient

    def post(self, name: str, body: object) -> httpx.Response:
        """Send a body to a calculator."""
        return self.runner.run(self.http.post(f"/v1/calculations/{name}", json=body))

    def answer(self, name: str, body: object) -> Json:
        """Send a body to a calculator, and return what it answers."""
        response = self.post(name, body)
        assert response.status_code == 200, response.text
        answered: Json = response.json()
        return answered


@contextmanager
def running() -> Iterator[Calculators]:
    """Run the service on an empty database, as long as the calculators are needed."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'parley.db'}"
        runner.run(migrate(url))
        app = create_app(Settings(data=Path(folder), database=url))
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            key = runner.run(_key(app))
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
                base_url="http://parley.test",
                headers={"Authorization": f"Bearer {key}"},
                timeout=30,
            )
            yield Calculators(runner=runner, http=http)
            runner.run(http.aclose())
        finally:
            runner.run(lifespan.__aexit__(None, None, None))


async def _key(app: FastAPI) -> str:
    parts, at = app.state.parts, datetime.now(UTC)
    async with parts.database.writing() as session:
        text, _ = await keys.create(session, parts.keyring, role=Role.PARTNER, name="calculators", at=at)
    return text
