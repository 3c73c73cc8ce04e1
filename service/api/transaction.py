"""The one door through which every request of `/v1` goes: read it, open what its route asks for, commit, answer.

A resource is a router of this route class; what its functions ask for says what the door opens:

    router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Transactional)

    @router.post("", status_code=201)
    @refuses(ReferenceTaken, LoanInNegotiation)
    async def post_case(raw: Application, work: Work, desk: DeskOf, response: Response) -> CaseView:
        body, application = parse(raw, on=work.now.date())
        file = await intake.post_case(work, application, submit=body.submit, desk=desk)
        response.headers["Location"] = f"/v1/cases/{file.case.id}"
        return case_view(work, file, desk)

* `Work`: a transaction. A POST needs an Idempotency-Key; PATCH, PUT and DELETE need If-Match. The answer is stored
  with its effect, both are committed, and only then is it sent.
* `Reading`: a session that sees one state of the database and cannot write; no key, also not for a POST.
* `ActorOf`: nothing but who asks. Without any of these a route is public.
* `UploadOf`: the file of a form, stored before the transaction opens, and discarded if that fails.

Bodies are read to their end, strictly and within limits, before anything is opened; an empty one counts as `{}`.
A record's answer is tagged with its version; If-Match is honoured wherever it is sent, If-None-Match answered with 304.
"""

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from service.api import etags, idempotency_key
from service.api.authentication import authenticate
from service.api.bodies_in import Upload, read_json, read_upload
from service.api.digests import HEADER, content_digest
from service.api.parts import Parts, desk_of, parts_of
from service.api.problems import Refusal
from service.api.query import parameters_of, require_known
from service.casework.consulting import consulted
from service.casework.desk import Desk
from service.domain.actors import Actor
from service.domain.errors import Conflict, DomainError, RuleBroken
from service.domain.lifecycle import CaseState, moves_from
from service.domain.policy_versions import PolicyVersionMissing
from service.storage.progress import progress
from service.storage.work import UnitOfWork

BEARER: Final = HTTPBearer(
    scheme_name="ApiKey",
    bearerFormat="plk_…",
    description="An API key: `Authorization: Bearer plk_…`",
    auto_error=False,
)
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
PRIVATE: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
Handler = Callable[[Request], Awaitable[Response]]
F = TypeVar("F", bound=Callable[..., Any])


class Opens(IntEnum):
    """What the door opens for a route: the most that it asks for."""

    NOTHING = 0
    IDENTITY = 1
    READING = 2
    WRITING = 3


async def _actor(request: Request, _scheme: Annotated[object, Depends(BEARER)]) -> Actor:
    actor = request.state.actor
    assert isinstance(actor, Actor)
    return actor


async def _reading(request: Request, _scheme: Annotated[object, Depends(BEARER)]) -> UnitOfWork:
    return _work_of(request)


async def _writing(request: Request, _scheme: Annotated[object, Depends(BEARER)]) -> UnitOfWork:
    return _work_of(request)


async def _upload(request: Request) -> Upload:
    upload = request.state.upload
    assert isinstance(upload, Upload)
    return upload


def _work_of(request: Request) -> UnitOfWork:
    work = request.state.work
    assert isinstance(work, UnitOfWork)
    return work


ActorOf = Annotated[Actor, Depends(_actor)]
Reading = Annotated[UnitOfWork, Depends(_reading)]
Work = Annotated[UnitOfWork, Depends(_writing)]
UploadOf = Annotated[Upload, Depends(_upload)]
_OPENED_BY: Final[dict[object, Opens]] = {_actor: Opens.IDENTITY, _reading: Opens.READING, _writing: Opens.WRITING}


@dataclass(frozen=True, slots=True)
class Refusals:
    """The errors of the field that a route may answer with; `arithmetic` adds those of working out plans."""

    errors: tuple[type[DomainError], ...] = ()
    arithmetic: bool = False


def refuses(*errors: type[DomainError], arithmetic: bool = False) -> Callable[[F], F]:
    """Say what a route refuses; the documentation lists it, and tests hold the route to it.

    What any request may be refused for is known to the door, and need not be said.
    """

    def mark(endpoint: F) -> F:
        endpoint.__dict__["refuses"] = Refusals(errors, arithmetic)
        return endpoint

    return mark


class Transactional(APIRoute):
    """A route that is reached through the door."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        flat = tuple(_flat(self.dependant))
        self.opens = max((_OPENED_BY[d.call] for d in flat if d.call in _OPENED_BY), default=Opens.NOTHING)
        self.takes_file = any(d.call is _upload for d in flat)
        self.judges = any(d.call is desk_of for d in flat)
        self.refuses: Refusals = getattr(self.endpoint, "refuses", Refusals())

    @property
    def needs_key(self) -> bool:
        """Whether a request creates or decides something, and so needs an Idempotency-Key."""
        return self.opens is Opens.WRITING and "POST" in (self.methods or ())

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the door before the route's own handler."""
        run = super().get_route_handler()
        parameters = parameters_of(_flat(self.dependant))

        async def through_the_door(request: Request) -> Response:
            if self.opens is not Opens.NOTHING:
                request.state.actor = await authenticate(request)
            require_known(request, parameters)
            key = None
            if self.opens is Opens.WRITING:
                etags.require_named(request)
                key = idempotency_key.key_of(request)
            parts = parts_of(request)
            if self.takes_file:
                return await _with_file(request, parts, run, key)
            if request.method in WITH_BODY:
                request = await read_json(request, parts)
            return await _open(request, parts, run, opens=self.opens, key=key)

        return through_the_door


async def _with_file(request: Request, parts: Parts, run: Handler, key: str | None) -> Response:
    """Store the file that comes with a request before anything is opened; it is kept unless its record is refused.

    When the database does not say what came of the commit, there may be a record: then the file stays.
    """
    upload = request.state.upload = await read_upload(request, parts)
    try:
        response = await _open(request, parts, run, opens=Opens.WRITING, key=key)
    except (DomainError, Refusal, RequestValidationError):
        await parts.files.discard(upload.stored.key)
        raise
    if idempotency_key.REPLAYED in response.headers:
        await parts.files.discard(upload.stored.key)
    response.headers[HEADER] = content_digest(hashlib.sha256(bytes(response.body)).digest())
    return response


async def _open(request: Request, parts: Parts, run: Handler, *, opens: Opens, key: str | None) -> Response:
    """Open what the route asks for, and run it; again where another process activated the policy of a case just now."""
    await parts.in_force.freshen()
    try:
        return await _consulted(request, parts, run, opens=opens, key=key)
    except PolicyVersionMissing:
        if not await parts.in_force.freshen(now=True):
            raise
        return await _consulted(request, parts, run, opens=opens, key=key)


async def _consulted(request: Request, parts: Parts, run: Handler, *, opens: Opens, key: str | None) -> Response:
    """Open and run; where a remote policy has to be asked, nothing is open while it is, and all is run anew."""

    async def deed(desk: Desk) -> Response:
        request.state.desk = desk
        return await _once(request, parts, run, opens=opens, key=key)

    assert parts.desk is not None
    return await consulted(parts.desk, deed)


async def _once(request: Request, parts: Parts, run: Handler, *, opens: Opens, key: str | None) -> Response:
    if opens is Opens.WRITING:
        try:
            response = await _write(request, parts, run, key)
        except (DomainError, Refusal, RequestValidationError):
            await _discard_copies(request, parts)
            raise
    elif opens is Opens.READING:
        async with parts.database.reading() as session:
            actor = request.state.actor
            request.state.work = UnitOfWork(session=session, actor=actor, clock=parts.clock, lender=parts.lender)
            response = await run(request)
    else:
        response = await run(request)
    if opens is not Opens.NOTHING:
        response.headers.update(PRIVATE)
    return _as_asked(request, response) if request.method == "GET" else response


async def _discard_copies(request: Request, parts: Parts) -> None:
    """Remove files that were copied for a record that was refused after all."""
    work = getattr(request.state, "work", None)
    for key in progress(work.session).copied_files if isinstance(work, UnitOfWork) else ():
        await parts.files.discard(key)


async def _write(request: Request, parts: Parts, run: Handler, key: str | None) -> Response:
    """Claim the key, run, keep the answer with its effect, and commit; only then is the answer given back."""
    actor: Actor = request.state.actor
    async with parts.database.writing() as session:
        work = request.state.work = UnitOfWork(session=session, actor=actor, clock=parts.clock, lender=parts.lender)
        if key is None:
            return await _run_on_version(request, run, work)
        claim = idempotency_key.claim_of(request, key, principal=actor.identity)
        first = await idempotency_key.first_answer(work, claim)
        if first is not None:
            return first
        response = await _run_on_version(request, run, work)
        await idempotency_key.keep(work, claim, response)
    if progress(session).policies_changed:
        await parts.in_force.freshen(now=True)
    return response


async def _run_on_version(request: Request, run: Handler, work: UnitOfWork) -> Response:
    """Run a route under If-Match: a stale version outweighs what the record's state says, but not whether it is seen.

    The version is that of the record that was locked, before this request changed it. Whatever the state of a case
    stands in the way of, the answer says what can be done in it.
    """
    course = progress(work.session)
    try:
        response = await run(request)
    except (Conflict, RuleBroken) as error:
        if course.version is not None:
            etags.honour(request, course.version)
        if course.state is not None and isinstance(error, Conflict):
            error.context["allowed"] = sorted(move.action for move in moves_from(CaseState(course.state)))
        raise
    assert response.status_code < 400, "a route raises its errors, so that nothing of it is kept"
    etags.honour(request, course.version)
    etags.tag_record(response)
    return response


def _as_asked(request: Request, response: Response) -> Response:
    """Return an answer that was read under the conditions that the request sets for it."""
    etags.tag_record(response)
    if "etag" in response.headers:
        etags.honour(request, etags.version_of(response))
    if not etags.not_modified(request, response):
        return response
    kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary") if name in response.headers}
    return Response(status_code=304, headers=kept)


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)
