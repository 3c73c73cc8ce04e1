"""The one door through which every request of `/v1` goes: read it, open what its route asks for, commit, answer.

A resource is a router of this route class; what its functions ask for says what the door opens:

    router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Transactional)

    @router.post("", status_code=201)
    async def post_case(raw: Application, work: Work, desk: DeskOf, response: Response) -> CaseView:
        body, application = parse(raw, on=work.now.date())
        file = await intake.post_case(work, application, submit=body.submit, desk=desk)
        response.headers["Location"] = f"/v1/cases/{file.case.id}"
        return tag(response, case_view(work, file, desk))

* `Work`: a transaction. A POST needs an Idempotency-Key; PATCH, PUT and DELETE need If-Match. The answer is stored
  with its effect, both are committed, and only then is it sent.
* `Reading`: a session that sees one state of the database and cannot write; no key, also not for a POST.
* `ActorOf`: nothing but who asks. Without any of these a route is public.
* `UploadOf`: the file of a form, stored before the transaction opens, and discarded if that fails.

Bodies are read to their end, strictly and within limits, before anything is opened; an empty one counts as `{}`.
A record's answer is tagged with its version, and If-None-Match answered with 304.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from enum import IntEnum
from typing import Annotated, Any, Final, get_args, get_origin

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from service.api import etags
from service.api.authentication import authenticate
from service.api.bodies_in import JsonRead, Upload, read_json, read_upload
from service.api.parts import Parts, parts_of
from service.api.problem_schema import PROBLEM_SCHEMA
from service.api.problems import (
    InputRefused,
    KeyMalformed,
    KeyMissing,
    KeyReused,
    Refusal,
    RequestRunning,
    VersionNeeded,
)
from service.api.strict_json import fingerprint, require_visible
from service.domain.actors import Actor
from service.domain.errors import Conflict, DomainError, Problem, RuleBroken
from service.storage import idempotency
from service.storage.progress import progress
from service.storage.work import UnitOfWork

BEARER: Final = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer plk_…`")
REPLAYED: Final = "Idempotent-Replayed"
KEY_MAX: Final = 255
STORED_HEADERS: Final = ("content-type", "etag", "location")
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
PRIVATE: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
Handler = Callable[[Request], Awaitable[Response]]


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


class Transactional(APIRoute):
    """A route that is reached through the door."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.responses = {"default": PROBLEM_SCHEMA, **self.responses}
        if _opens(self.dependant) is Opens.WRITING and "POST" in (self.methods or ()):
            given = self.openapi_extra or {}
            self.openapi_extra = {**given, "parameters": [*given.get("parameters", ()), _KEY_PARAMETER]}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the door before the route's own handler."""
        run, opens = super().get_route_handler(), _opens(self.dependant)
        flat = tuple(_flat(self.dependant))
        takes_file = any(d.call is _upload for d in flat)
        parameters = {p.alias: _is_list(p.field_info.annotation) for d in flat for p in d.query_params}

        async def through_the_door(request: Request) -> Response:
            _require_known(request, parameters)
            if opens is not Opens.NOTHING:
                request.state.actor = await authenticate(request)
            key = _required_headers(request) if opens is Opens.WRITING else None
            parts = parts_of(request)
            if takes_file:
                return await _with_file(request, parts, run, key)
            if request.method in WITH_BODY:
                request = await read_json(request, parts)
            return await _open(request, parts, run, opens=opens, key=key)

        return through_the_door


async def _with_file(request: Request, parts: Parts, run: Handler, key: str | None) -> Response:
    """Store the file that comes with a request before anything is opened; it is kept unless its record is refused.

    When the database does not say what came of the commit, there may be a record: then the file stays.
    """
    upload = request.state.upload = await read_upload(request, parts)
    try:
        response = await _open(request, parts, run, opens=Opens.WRITING, key=key)
    except (DomainError, Refusal):
        await parts.files.discard(upload.stored.key)
        raise
    if REPLAYED in response.headers:
        await parts.files.discard(upload.stored.key)
    return response


async def _open(request: Request, parts: Parts, run: Handler, *, opens: Opens, key: str | None) -> Response:
    """Open what the route asks for, and run it."""
    if opens is Opens.WRITING:
        response = await _write(request, parts, run, key)
    elif opens is Opens.READING:
        async with parts.database.reading() as session:
            request.state.work = UnitOfWork(session=session, actor=request.state.actor, clock=parts.clock)
            response = await run(request)
    else:
        response = await run(request)
    if opens is not Opens.NOTHING:
        response.headers.update(PRIVATE)
    etags.tag_record(response)
    if request.method == "GET" and etags.not_modified(request, response):
        kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


async def _write(request: Request, parts: Parts, run: Handler, key: str | None) -> Response:
    """Claim the key, run, keep the answer with its effect, and commit; only then is the answer given back."""
    actor: Actor = request.state.actor
    async with parts.database.writing() as session:
        work = request.state.work = UnitOfWork(session=session, actor=actor, clock=parts.clock)
        if key is None:
            return await _run_on_version(request, run, work)
        claim = idempotency.Claim(principal=actor.identity, key=key, fingerprint=_fingerprint(request))
        first = await _claimed(work, claim)
        if first is not None:
            return Response(first.body, first.status, headers={**first.headers, REPLAYED: "true"})
        response = await _run_on_version(request, run, work)
        etags.tag_record(response)
        headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
        answer = idempotency.Answer(status=response.status_code, headers=headers, body=bytes(response.body))
        await idempotency.store(session, claim, answer)
    return response


def _fingerprint(request: Request) -> str:
    """Return what tells this request from another: method, path and document, or the fields and the file's hash."""
    if isinstance(request, JsonRead):
        said = request.document
    elif hasattr(request.state, "upload"):
        upload: Upload = request.state.upload
        said = {"fields": dict(upload.fields), "sha256": upload.stored.sha256}
    else:
        said = None
    return fingerprint(request.method, str(request.url.replace(scheme="", netloc="")), said)


async def _claimed(work: UnitOfWork, claim: idempotency.Claim) -> idempotency.Answer | None:
    try:
        return await idempotency.claim(work.session, claim, at=work.clock())
    except idempotency.StillRunning:
        raise RequestRunning("Ask again in a moment; you will get its answer.", headers={"Retry-After": "1"}) from None
    except idempotency.OtherRequest:
        problem = Problem("", "idempotency_key_reused", "Another request was sent with this key.")
        raise KeyReused("Take a new key for a new request.", [problem]) from None


async def _run_on_version(request: Request, run: Handler, work: UnitOfWork) -> Response:
    """Run a route under If-Match: a stale version outweighs what the record's state says, but not whether it is seen.

    The version is that of the record that was locked, before this request changed it.
    """
    condition, course = etags.condition_of(request), progress(work.session)
    try:
        response = await run(request)
    except (Conflict, RuleBroken):
        if course.version is not None:
            condition.honour(course.version)
        raise
    assert response.status_code < 400, "a route raises its errors, so that nothing of it is kept"
    condition.honour(course.version)
    return response


def _required_headers(request: Request) -> str | None:
    """Return the Idempotency-Key; refuse a request that creates without one, or changes without If-Match."""
    if request.method in etags.NEEDS_VERSION and "if-match" not in request.headers:
        raise VersionNeeded("Name the version that you change: If-Match with the ETag of the record.")
    given = request.headers.getlist("idempotency-key")
    if not given:
        if request.method == "POST":
            raise KeyMissing("Send an Idempotency-Key, so that a request sent twice is done once.")
        return None
    if len(given) > 1:
        raise KeyMalformed("There is more than one Idempotency-Key.")
    return parse_key(given[0])


def parse_key(header: str) -> str:
    """Return the key of a header: a structured-field string (`"…"`) or a bare token, 1 to 255 visible characters."""
    key = header.strip()
    if key.startswith('"'):
        inner = key[1:-1].replace("\\\\", "\0").replace('\\"', "\1")
        if len(key) < 2 or not key.endswith('"') or "\\" in inner or '"' in inner:
            raise KeyMalformed("The Idempotency-Key is no structured-field string.")
        key = inner.replace("\0", "\\").replace("\1", '"')
    if not 1 <= len(key) <= KEY_MAX or not all("!" <= c <= "~" for c in key):
        raise KeyMalformed(f"An Idempotency-Key has 1 to {KEY_MAX} visible ASCII characters.")
    return key


def _require_known(request: Request, parameters: dict[str, bool]) -> None:
    """Refuse query parameters that do not exist, stand there twice, or hold hidden characters."""
    given = request.query_params.multi_items()
    require_visible([("path", request.url.path), *((f"query/{name}", value) for name, value in given)])
    problems, seen = [], set()
    for name, _ in given:
        if name not in parameters:
            problems.append(Problem(f"/query/{name}", "unknown_parameter", "There is no such parameter here."))
        elif name in seen and not parameters[name]:
            problems.append(Problem(f"/query/{name}", "given_twice", "The parameter may be given once."))
        seen.add(name)
    if problems:
        raise InputRefused("The query is not valid.", problems)


def _opens(dependant: Dependant) -> Opens:
    return max((_OPENED_BY[d.call] for d in _flat(dependant) if d.call in _OPENED_BY), default=Opens.NOTHING)


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _flat(inner)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(_is_list(inner) for inner in get_args(annotation))


_KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
    "description": "A request sent twice with the same key is done once; the second time its first answer is replayed.",
}
