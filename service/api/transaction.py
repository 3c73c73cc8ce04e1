"""The one door through which every request of `/v1` goes: read it, open what its route asks for, commit, answer.

A resource is a router of this route class; what its functions ask for says what the door opens:

    router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Transactional)

    @router.post("", status_code=201)
    async def post_case(body: CaseBody, work: Work, desk: DeskOf, response: Response) -> CaseView:
        file = await intake.post_case(work, body.application(), submit=body.submit, desk=desk)
        response.headers["Location"] = f"/v1/cases/{file.case.id}"
        return tag(response, case_view(work, file, desk))

* `Work`: a transaction. A POST needs an Idempotency-Key, PATCH, PUT and DELETE need If-Match. The answer is stored
  with its effect, both are committed, and only then is it sent.
* `Reading`: a session that sees one state of the database and cannot write; no key, also not for a POST.
* `ActorOf`: nothing but who asks. Without any of these a route is public.
* `UploadOf`: the file of a multipart body, stored before the transaction opens, and discarded if that fails.

Bodies are read to their end, strictly and within limits, before anything is opened; an empty one counts as `{}`.
A record's answer is tagged with its version, and `If-None-Match` answered with 304.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.api import etags
from service.api.authentication import authenticate
from service.api.bodies_in import Upload, read_json, read_upload
from service.api.parts import Parts, parts_of
from service.api.problems import KeyMalformed, KeyMissing, KeyReused, RequestRunning, VersionChanged, VersionNeeded
from service.api.strict_json import fingerprint
from service.domain.actors import Actor
from service.storage import idempotency
from service.storage.idempotency import Answer, Claim, OtherRequest, StillRunning
from service.storage.progress import progress
from service.storage.work import UnitOfWork

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
KEY_MAX: Final = 255
KEPT_HEADERS: Final = ("content-type", "etag", "location")
_BEARER: Final = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer plk_…`")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def _actor(request: Request, credentials: _Credentials) -> Actor:
    actor = request.state.parley_actor
    assert isinstance(actor, Actor)
    return actor


def _work(request: Request, credentials: _Credentials) -> UnitOfWork:
    work = request.state.parley_work
    assert isinstance(work, UnitOfWork)
    return work


def _reading(request: Request, credentials: _Credentials) -> UnitOfWork:
    return _work(request, credentials)


def _upload(request: Request) -> Upload:
    upload = request.state.parley_upload
    assert isinstance(upload, Upload)
    return upload


ActorOf = Annotated[Actor, Depends(_actor)]
Work = Annotated[UnitOfWork, Depends(_work)]
Reading = Annotated[UnitOfWork, Depends(_reading)]
UploadOf = Annotated[Upload, Depends(_upload)]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a route asks of the door."""

    writes: bool
    reads: bool
    actor: bool
    upload: bool


class Transactional(APIRoute):
    """A route behind the one door."""

    def get_route_handler(self) -> Handler:
        """Return the route with the door around it."""
        route, needs = super().get_route_handler(), _needs(self.dependant)

        async def through_the_door(request: Request) -> Response:
            parts = parts_of(request)
            if needs.actor:
                request.state.parley_actor = await authenticate(request)
            body = await _read(request, parts, needs)
            if needs.writes:
                response = await _write(request, parts, route, body)
            elif needs.reads:
                async with parts.database.reading() as session:
                    request.state.parley_work = _unit(request, parts, session)
                    response = await route(request)
            else:
                response = await route(request)
            etags.tag_record(response)
            if request.method == "GET" and etags.not_modified(request, response):
                return Response(status_code=304, headers={"ETag": response.headers["etag"]})
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return through_the_door


def _needs(dependant: Dependant) -> Needs:
    """Find out from a route's dependencies what the door has to open."""
    calls = {d.call for d in dependant.dependencies}
    return Needs(
        writes=_work in calls,
        reads=_reading in calls,
        actor=bool(calls & {_work, _reading, _actor}),
        upload=_upload in calls,
    )


async def _read(request: Request, parts: Parts, needs: Needs) -> Any:
    """Read the body to its end; what two requests must have in common is returned."""
    if request.method == "GET":
        return None
    if not needs.upload:
        return await read_json(request, parts)
    upload = await read_upload(request, parts)
    request.state.parley_upload = upload
    return {"fields": dict(upload.fields), "sha256": upload.stored.sha256}


async def _write(request: Request, parts: Parts, route: Handler, body: Any) -> Response:
    """Run the route in one transaction; only what succeeded is stored, and it is committed before it is answered."""
    upload: Upload | None = getattr(request.state, "parley_upload", None)
    kept = False
    try:
        claim = _claim(request, body)
        async with parts.database.writing() as session:
            first = await _first_answer(session, claim, parts) if claim else None
            if first is not None:
                return _replayed(first)
            request.state.parley_work = _unit(request, parts, session)
            response = await route(request)
            _honour_if_match(request, session)
            etags.tag_record(response)
            if claim is not None:
                await session.flush()
                await idempotency.store(session, claim, _answer_of(response))
        kept = True
        return response
    finally:
        if upload is not None and not kept:
            await parts.files.discard(upload.stored.key)


def _unit(request: Request, parts: Parts, session: Any) -> UnitOfWork:
    return UnitOfWork(session=session, actor=request.state.parley_actor, clock=parts.clock)


def _claim(request: Request, body: Any) -> Claim | None:
    """Return the key under which a POST is done once; a change of a record names its version instead."""
    if request.method != "POST":
        if request.headers.get("if-match") is None:
            raise VersionNeeded("Name the version that you change: If-Match with the ETag of the record.")
        return None
    actor: Actor = request.state.parley_actor
    return Claim(
        principal=actor.identity,
        key=_key(request),
        fingerprint=fingerprint(request.method, request.url.path, body),
    )


def _key(request: Request) -> str:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        raise KeyMissing("Send an Idempotency-Key, so that this can be sent again without being done twice.")
    key = keys[0].strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if len(keys) > 1 or not 1 <= len(key) <= KEY_MAX or not all("!" <= c <= "~" for c in key):
        raise KeyMalformed(f"An Idempotency-Key is one text of 1 to {KEY_MAX} visible ASCII characters.")
    return key


async def _first_answer(session: Any, claim: Claim, parts: Parts) -> Answer | None:
    try:
        return await idempotency.claim(session, claim, at=parts.clock())
    except OtherRequest:
        raise KeyReused("This Idempotency-Key was used for another request.") from None
    except StillRunning:
        raise RequestRunning(
            "The first request with this key is still running; ask again.", headers={"Retry-After": "1"}
        ) from None


def _honour_if_match(request: Request, session: Any) -> None:
    """Undo a request that named another version than the one it found."""
    condition = etags.condition_of(request)
    version = progress(session).version
    if condition.header is not None and not etags.matches(condition.header, version):
        raise VersionChanged("The record is not in the version that If-Match names; read it again.")


def _answer_of(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(status=response.status_code, headers=headers, body=bytes(response.body))


def _replayed(first: Answer) -> Response:
    headers = {**first.headers, "Idempotent-Replayed": "true", "Cache-Control": "no-store"}
    return Response(first.body, first.status, headers=headers)
