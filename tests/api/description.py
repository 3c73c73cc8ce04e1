"""The description of the API as a test reads it: which operation an address is, and what it may answer."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx
from jsonschema_rs import Draft202012Validator

from service.api.problem_kinds import refusals_of
from service.api.routes import ROUTERS
from service.api.transaction import Opens, Transactional
from service.app import create_app
from service.settings import Settings

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One route under one method."""

    route: Transactional
    method: str

    @property
    def name(self) -> str:
        """The operation's id."""
        return str(self.route.name)

    @property
    def described(self) -> dict[str, Any]:
        """What the description says of it."""
        found: dict[str, Any] = description()["paths"][self.route.path_format][self.method.lower()]
        return found

    def address(self, **ids: object) -> str:
        """Return its path with these ids; an id that is not given is one that nothing has."""
        return re.sub(r"\{(\w+)\}", lambda m: str(ids.get(m[1], NOBODY)), self.route.path_format)


NOBODY: Final = "0193c3a0-7c00-7000-8000-ffffffffffff"

OPERATIONS: Final = tuple(
    Operation(route, method)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, Transactional)
    for method in sorted(route.methods or ())
)
"""Every operation behind the door, as the application has them: a new one is tested without being listed."""

WITH_BODY: Final = tuple(o for o in OPERATIONS if o.method in {"POST", "PUT", "PATCH"} and not o.route.takes_file)
NEED_KEY: Final = tuple(o for o in OPERATIONS if o.route.needs_key)
NOT_PUBLIC: Final = tuple(o for o in OPERATIONS if o.route.opens is not Opens.NOTHING)


@cache
def description() -> dict[str, Any]:
    """Return the description of the API."""
    return create_app(Settings()).openapi()


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the description, or what it refers to."""
    while "$ref" in part:
        found: Any = description()
        for token in part["$ref"].removeprefix("#/").split("/"):
            found = found[token]
        part = found
    return part


@cache
def _strict_components() -> dict[str, Any]:
    """Return the components with objects that have no members but those described, so that none is forgotten."""

    def closed(value: Any) -> Any:
        if isinstance(value, list):
            return [closed(item) for item in value]
        if not isinstance(value, dict):
            return value
        inner = {name: closed(member) for name, member in value.items()}
        if "properties" in value and value.get("title") != "Problem":
            inner.setdefault("additionalProperties", False)
        return inner

    schemas: dict[str, Any] = closed(description()["components"]["schemas"])
    return {"schemas": schemas}


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": _strict_components()}, validate_formats=True)


def faults_of(schema: dict[str, Any], value: object) -> list[str]:
    """Return where a value does not have the shape that is described."""
    if "$ref" not in schema:
        return []
    return [f"{e.instance_path}: {e.message[:300]}" for e in _validator(schema["$ref"]).iter_errors(value)]


@cache
def _codes(operation: Operation) -> frozenset[str]:
    return frozenset(error.code for error in refusals_of(operation.route, operation.method))


def operation_of(method: str, path: str) -> Operation | None:
    """Return the operation that an address is under a method."""
    for operation in OPERATIONS:
        if operation.method == method and operation.route.path_regex.match(path):
            return operation
    return None


async def as_described(answer: httpx.Response) -> None:
    """Hold an answer of the service to the description: status, type, code, headers and every member."""
    await answer.aread()
    request = answer.request
    operation = operation_of(request.method, request.url.path)
    if operation is None or answer.status_code == 500:
        return
    where = f"{operation.name}: {answer.status_code} {answer.text[:500]}"
    known = operation.described["responses"].get(str(answer.status_code))
    assert known is not None, f"an answer that is not described: {where}"
    known = resolved(known)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    content = known.get("content", {})
    if answer.status_code == 304:
        assert answer.content == b"", where
        return
    assert kind in content or "application/octet-stream" in content, f"another type: {where}"
    if kind not in {JSON, PROBLEM}:
        return
    faults = faults_of(content[kind].get("schema", {}), answer.json())
    assert not faults, f"{where}\n" + "\n".join(faults)
    if kind == PROBLEM:
        assert answer.json()["code"] in _codes(operation), f"a code that is not described: {where}"
        assert answer.json()["code"] in known["x-codes"], where
