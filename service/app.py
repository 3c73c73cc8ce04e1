"""The composition root: it chooses the parts of a service and joins them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from service.api import problems
from service.api.headers import EveryAnswer
from service.api.limits import Limits
from service.api.parts import Parts
from service.api.routes import ROUTERS
from service.casework.desk import Desk
from service.policies.registry import Registry
from service.settings import Settings
from service.storage.engine import connect, require_durable
from service.storage.files import Files
from service.storage.keyring import open_keyring
from service.storage.migrating import is_current, migrate

STATIC: Final = Path(__file__).parent / "api" / "static"
DESCRIPTION: Final = (
    "Negotiating the repayment of a debt that can no longer be repaid as agreed. Amounts are integers in minor units "
    "of the case's currency; rates are decimal strings. Every POST that creates or decides needs an Idempotency-Key; "
    "every record has an ETag; every error is application/problem+json."
)


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = _now,
    registry: Registry | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """Make the service of one deployment; the clock and the policies can be given."""
    policies = registry or Registry.load(settings.policy, packs_folder=settings.packs)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        keyring = open_keyring(settings.data, settings.keyset)
        if settings.embedded:
            await migrate(settings.database)
        database = connect(settings.database)
        await require_durable(database)
        app.state.parts = Parts(
            database=database,
            keyring=keyring,
            files=Files.local(settings.data / "evidence"),
            clock=clock,
            desk=Desk(choose=policies.choose, pinned=policies.pinned, automatic=settings.automatic),
            policies=policies.ordered,
            limits=limits or Limits(),
        )
        try:
            yield
        finally:
            await database.dispose()

    app = FastAPI(
        title="Parley",
        version=version("parley"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    _operations(app)
    app.add_middleware(EveryAnswer)
    return app


def _operations(app: FastAPI) -> None:
    """Add what operators and readers of the documentation ask for."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        """Show the documentation, with assets of our own."""
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Parley",
            swagger_js_url="/static/swagger-ui/swagger-ui-bundle.js",
            swagger_css_url="/static/swagger-ui/swagger-ui.css",
            swagger_favicon_url="/static/swagger-ui/favicon-32x32.png",
        )

    @app.get("/livez", tags=["operations"])
    def livez() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    async def readyz(request: Request) -> Response:
        """Say whether the database answers and its schema is current."""
        parts: Parts = request.app.state.parts
        current = await is_current(parts.database)
        status = "ok" if current else "migrations are missing"
        return JSONResponse({"status": status}, 200 if current else 503)
