"""The composition root: it chooses the parts of a service and joins them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from service.api import problems
from service.api.documentation import Described
from service.api.documentation_parts import TITLE
from service.api.headers import EveryAnswer
from service.api.limits import Limits
from service.api.parts import Parts
from service.api.routes import ROUTERS
from service.delivery.operations import Operator
from service.delivery.worker import Worker
from service.domain.lender import Lender
from service.in_force import InForce
from service.policies.remade import Remade
from service.policies.remote_asking import RemoteAsking
from service.settings import Settings
from service.storage import orphans
from service.storage.engine import connect, require_durable
from service.storage.files import Bucket, Files
from service.storage.keyring import open_keyring
from service.storage.migrating import migrate

STATIC: Final = Path(__file__).parent / "api" / "static"


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


def _files(settings: Settings) -> Files:
    """Return where evidence is kept."""
    if not settings.in_bucket:
        return Files.local(settings.evidence_folder)
    return Files.s3(
        Bucket(
            address=settings.evidence or "",
            endpoint=settings.evidence_endpoint,
            region=settings.evidence_region,
            key_id=settings.evidence_key_id,
            secret=settings.evidence_secret,
        )
    )


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = now,
    limits: Limits | None = None,
) -> FastAPI:
    """Make the service of one deployment; the clock can be given."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        keyring = open_keyring(settings.data, settings.keyset)
        if settings.embedded:
            await migrate(settings.database)
        database = connect(settings.database)
        try:
            await require_durable(database)
            policies = InForce(
                database=database, names=settings.policy, folder=settings.packs, clock=clock, ask=RemoteAsking().ask
            )
            await policies.start()
            app.state.parts = Parts(
                database=database,
                keyring=keyring,
                files=_files(settings),
                clock=clock,
                desk=policies.desk(automatic=settings.automatic, index_of=keyring.blind_index),
                in_force=policies,
                limits=limits or Limits(),
                lender=Lender(name=settings.lender, contact=settings.lender_contact),
            )
            yield
        finally:
            await database.dispose()

    app = Described(
        title=TITLE,
        version=version("parley"),
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(EveryAnswer)
    return app


def operator_of(app: FastAPI, settings: Settings) -> Operator:
    """Return the worker of operations on the parts of a service that has started."""
    parts: Parts = app.state.parts
    remake = partial(Remade.of, packs=settings.packs)
    return Operator(database=parts.database, clock=parts.clock, remake=remake)


def worker_of(app: FastAPI) -> Worker:
    """Return the worker on the parts of a service that has started."""
    parts: Parts = app.state.parts
    assert parts.desk is not None
    return Worker(
        database=parts.database,
        desk=parts.desk,
        clock=parts.clock,
        before=parts.in_force.freshen,
        daily=partial(orphans.sweep, parts.database, parts.files),
        lender=parts.lender,
    )


async def work_on(app: FastAPI, settings: Settings, stop: asyncio.Event) -> None:
    """Let deadlines run out, and do what takes longer than a request, until told to stop."""
    async with asyncio.TaskGroup() as group:
        group.create_task(worker_of(app).run(stop))
        group.create_task(operator_of(app, settings).run(stop))
