"""Which errors an operation may answer with: those of the door by what it reads and opens, and those of its route."""

from collections.abc import Iterator
from typing import Final

from fastapi.routing import APIRoute

from service.api.digests import DigestWrong
from service.api.etags import NEEDS_VERSION
from service.api.problems import (
    BodyTooLarge,
    BodyTooSlow,
    KeyMalformed,
    KeyMissing,
    KeyReused,
    MalformedBody,
    MediaTypeRefused,
    NotAuthenticated,
    OutOfService,
    Refusal,
    RequestRunning,
    VersionChanged,
    VersionNeeded,
)
from service.api.transaction import WITH_BODY, Opens, Transactional
from service.api.views.records import Record
from service.domain.errors import DomainError, Invalid, NotFound, RuleBroken
from service.domain.policy_versions import PolicyVersionMissing
from service.storage.failures import Clash

Kind = type[Refusal | DomainError]

READ: Final = (MalformedBody, DigestWrong, BodyTooSlow, BodyTooLarge, MediaTypeRefused)
KEYED: Final = (KeyMalformed, KeyReused, RequestRunning)
ARITHMETIC: Final = "service.relief"


def refusals_of(route: APIRoute, method: str) -> list[Kind]:
    """Return every error that an operation may answer with, in no order."""
    return list(dict.fromkeys(_refusals(route, method)))


def answers_with_record(route: APIRoute) -> bool:
    """Say whether an operation answers with a record, which has a version."""
    return isinstance(route.response_model, type) and issubclass(route.response_model, Record)


def every(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yield a kind of error and all that are of it."""
    yield kind
    for more in kind.__subclasses__():
        yield from every(more)


def _refusals(route: APIRoute, method: str) -> Iterator[Kind]:
    if not isinstance(route, Transactional):
        yield OutOfService
        return
    yield Invalid
    if "{" in route.path:
        yield from (NotFound, PolicyVersionMissing) if route.judges else (NotFound,)
    if method in WITH_BODY:
        yield from READ
    if route.opens is not Opens.NOTHING:
        yield from (NotAuthenticated, OutOfService)
    if route.opens is Opens.WRITING:
        yield from (*KEYED, Clash, VersionChanged)
    if method == "GET" and answers_with_record(route):
        yield VersionChanged
    if route.needs_key:
        yield KeyMissing
    if method in NEEDS_VERSION:
        yield VersionNeeded
    yield from route.refuses.errors
    if route.refuses.arithmetic:
        yield from (error for error in every(RuleBroken) if error.__module__.startswith(ARITHMETIC))
