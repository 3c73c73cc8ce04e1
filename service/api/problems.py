"""Problem details (RFC 9457) for every error, and the one place that names HTTP statuses.

Errors of the domain have four kinds, each with one status. What is wrong with a request as such is a `Refusal`.
No answer repeats what was sent.
"""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from service.api.bodies.faults import invalid, problem_of
from service.api.headers import FIXED
from service.domain.errors import Conflict, DomainError, NotFound, NotPermitted, Problem, RuleBroken
from service.storage.failures import Unavailable

MEDIA_TYPE: Final = "application/problem+json"
KINDS: Final = ((NotFound, 404), (NotPermitted, 403), (Conflict, 409), (RuleBroken, 422))
METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
POINTER_MAX: Final = 200
RESERVED: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "errors"})
LOG: Final = logging.getLogger("parley")


class Refusal(Exception):
    """Something is wrong with a request before any rule of the field is asked."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request is not well formed"

    def __init__(
        self, detail: str, problems: Iterable[Problem] = (), *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


class MalformedBody(Refusal):
    """The body is no JSON document that everybody reads in the same way."""

    code = "malformed_body"
    title = "The body is malformed"


class KeyMissing(Refusal):
    """The request creates or decides something and has no Idempotency-Key."""

    code = "idempotency_key_missing"
    title = "An Idempotency-Key is needed"


class KeyMalformed(Refusal):
    """The Idempotency-Key is none."""

    code = "idempotency_key_malformed"
    title = "The Idempotency-Key is malformed"


class NotAuthenticated(Refusal):
    """Nobody known has signed in; why is not told."""

    status = 401
    code = "not_authenticated"
    title = "Not authenticated"


class BodyTooSlow(Refusal):
    """The body did not arrive in time."""

    status = 408
    code = "body_too_slow"
    title = "The body did not arrive in time"


class RequestRunning(Refusal):
    """The first request with this key has not been answered yet."""

    status = 409
    code = "request_running"
    title = "The first request with this key is still running"


class VersionChanged(Refusal):
    """The record is not in the version that If-Match names."""

    status = 412
    code = "version_changed"
    title = "The record has changed"


class BodyTooLarge(Refusal):
    """The body is above the cap."""

    status = 413
    code = "body_too_large"
    title = "The body is too large"


class MediaTypeRefused(Refusal):
    """The body, or the file in it, is of a type that is not taken here."""

    status = 415
    code = "media_type_refused"
    title = "The media type is not taken here"


class KeyReused(Refusal):
    """The key was used for another request."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key was used for another request"


class VersionNeeded(Refusal):
    """The request changes a record and does not say which version of it."""

    status = 428
    code = "version_needed"
    title = "If-Match is needed"


class OutOfService(Refusal):
    """The service cannot do this now."""

    status = 503
    code = "unavailable"
    title = "The service is not available now"


def install(app: FastAPI) -> None:
    """Have every error answered as a problem."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(Exception, _last_resort)


def status_of(error: type[DomainError | Refusal]) -> int:
    """Return the status of an error: its own for a refusal, that of its kind for an error of the domain."""
    if issubclass(error, Refusal):
        return error.status
    return next(status for kind, status in KINDS if issubclass(error, kind))


def problem(
    request: Request,
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    problems: Iterable[Problem] = (),
    context: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document; `context` adds the particulars of the error as further members."""
    document: dict[str, Any] = {
        "type": f"urn:parley:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{request_id(request)}",
        "code": code,
    }
    errors = [{"pointer": p.pointer[:POINTER_MAX], "code": p.code, "detail": p.detail} for p in problems]
    if errors or status == HTTPStatus.UNPROCESSABLE_ENTITY:
        document["errors"] = errors
    document |= {name: value for name, value in (context or {}).items() if name not in RESERVED}
    body = to_json(document, fallback=str)
    return Response(body, status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **(headers or {})})


def request_id(request: Request) -> str:
    """Return the id that this request was given."""
    return str(request.scope.get("parley_request_id", "00000000-0000-0000-0000-000000000000"))


async def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    problems = error.problems if isinstance(error, RuleBroken) else ()
    return problem(
        request,
        status_of(type(error)),
        code=error.code,
        title=error.title,
        detail=error.detail,
        problems=problems,
        context=error.context,
    )


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(
        request,
        status_of(type(error)),
        code=error.code,
        title=error.title,
        detail=error.detail,
        problems=error.problems,
        headers=error.headers,
    )


async def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    LOG.warning("unavailable: %s", error, extra={"request_id": request_id(request)})
    refusal = OutOfService(error.detail, headers={"Retry-After": str(error.retry_after)})
    return await _refusal(request, refusal)


async def _validation_error(request: Request, error: Exception) -> Response:
    """Name all members that are wrong; an address that cannot be one of a record is no record."""
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(e["loc"][0] == "path" for e in errors):
        return await _domain_error(request, NotFound("There is no such record."))
    return await _domain_error(request, invalid([_input_problem(e) for e in errors]))


def _input_problem(error: Mapping[str, Any]) -> Problem:
    """Translate one of pydantic's errors: the pointer of a member of the body, or of what else was sent."""
    place, *path = error["loc"]
    return problem_of({**error, "loc": path if place == "body" else error["loc"]})


async def _http_exception(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such route, or not by this method."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request))
    sentences = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; Allow lists those it does.",
    }
    code = status.name.lower()
    detail = sentences.get(status, status.description or status.phrase)
    return problem(request, status, code=code, title=status.phrase, detail=detail, headers=headers)


def allowed_methods(request: Request) -> list[str]:
    """Return the methods that the address takes, over all routes that have it; GET brings HEAD with it."""
    return [method for method in METHODS if _takes(request, "GET" if method == "HEAD" else method)]


def _takes(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(
        route.matches(scope)[0] is Match.FULL and (method == "GET" or not isinstance(route, Mount))
        for route in request.app.routes
    )


async def _last_resort(request: Request, error: Exception) -> Response:
    """Answer a fault of ours, outside of all middleware; the log gets what happened, the client the id to ask by."""
    LOG.error("fault", exc_info=error, extra={"request_id": request_id(request)})
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(
        request,
        status,
        code="internal_error",
        title="A fault of the service",
        detail="The service has a fault; nothing was stored. The instance names this request in the log.",
        headers={**FIXED, "X-Request-Id": request_id(request)},
    )
