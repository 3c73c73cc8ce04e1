"""The description of the API (OpenAPI 3.1): what FastAPI cannot know of the door, the errors and the examples."""

import inspect
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic_core import from_json, to_json

from service.api import examples
from service.api.documentation_parts import (
    DESCRIPTION,
    HEADERS,
    LOCATED,
    MEMBER_PROBLEM,
    PARAMETERS,
    PROBLEM,
    TAGS,
    Document,
)
from service.api.documentation_patch import patch_of
from service.api.etags import NEEDS_VERSION
from service.api.problem_kinds import answers_with_record, refusals_of
from service.api.problems import MEDIA_TYPE, Refusal, status_of
from service.api.routes import ROUTERS
from service.api.strict_json import JSON, MERGE_PATCH
from service.api.transaction import Opens, Transactional
from service.api.vocabulary import meanings
from service.domain.errors import DomainError


class Described(FastAPI):
    """An application whose description is complete."""

    def openapi(self) -> Document:
        """Return the description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(self)
        return self.openapi_schema


def describe(app: FastAPI) -> Document:
    """Return the description of an application, with what the door adds to each of its operations."""
    document: Document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/", "description": "Wherever this document was read."}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        separate_input_output_schemas=False,
    )
    document = _with_names_of_pages(document)
    components, used = document["components"], set()
    for route in _routes():
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            _complete(operation, route, method)
            used.update(operation.get("tags", ()))
    _share_refusals(document)
    document["tags"] = [{"name": name, "description": said} for name, said in TAGS.items() if name in used]
    components |= {"parameters": PARAMETERS, "headers": HEADERS, "examples": examples.components()}
    schemas = components["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ApplicationPatch"] = patch_of(schemas["ApplicationPatch"], schemas)
    schemas |= {"Problem": PROBLEM, "MemberProblem": MEMBER_PROBLEM}
    for name, words in meanings().items():
        if name in schemas:
            listed = "\n".join(f"* `{word}`: {meaning}" for word, meaning in words.items())
            schemas[name]["description"] = f"{schemas[name]['description']}\n\n{listed}"
    return document


def _routes() -> Iterable[APIRoute]:
    return (r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and r.include_in_schema)


def _with_names_of_pages(document: Document) -> Document:
    """Name the list of a record after the record: `Page_CaseView_` is an artefact of generics."""
    renamed = re.sub(rb"\bPage_(\w+?)_(?=\")|\bPage\[(\w+)\]", rb"\1\2Page", to_json(document))
    named: Document = from_json(renamed)
    return named


def _complete(operation: Document, route: APIRoute, method: str) -> None:
    """Add to one operation what only the door and the tables of examples know."""
    said = inspect.getdoc(route.endpoint) or ""
    operation["summary"] = re.split(r"[;:.\n]", said)[0]
    operation["description"] = said
    _request(operation, method)
    _success(operation, route, method)
    if isinstance(route, Transactional):
        _parameters(operation, route, method)
        if route.opens is Opens.NOTHING:
            operation["security"] = []
    for status, errors in _by_status(refusals_of(route, method)).items():
        operation["responses"][str(status)] = _refusal(status, errors)
    operation["responses"]["default"] = {
        "description": "Any other problem; a fault of the service is 500, and nothing of it was stored.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _parameters(operation: Document, route: Transactional, method: str) -> None:
    """Add the headers that the door reads."""
    names = []
    if route.needs_key:
        names.append("IdempotencyKey")
    if method in NEEDS_VERSION:
        names.append("IfMatchNeeded")
    elif route.opens is Opens.WRITING and "{" in route.path:
        names.append("IfMatch")
    elif method == "GET" and answers_with_record(route):
        names += ["IfMatch", "IfNoneMatch"]
    for parameter in operation.get("parameters", ()):
        _plainer(parameter)
    if names:
        listed = operation.setdefault("parameters", [])
        listed += [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _plainer(parameter: Document) -> None:
    """Describe a parameter as it is sent: in an address nothing can be null, and ids say whose they are."""
    schema = parameter["schema"]
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        del schema["anyOf"]
        schema |= options[0]
    for dispensable in ("title", "description"):
        schema.pop(dispensable, None)
    if parameter["in"] == "path":
        whose = parameter["name"].removesuffix("_id").replace("_", " ")
        parameter.setdefault("description", f"The `id` of the {whose}.")


def _request(operation: Document, method: str) -> None:
    """Give the body its media type and its examples."""
    body = operation.get("requestBody")
    if body is None:
        return
    content = body["content"]
    if method == "PATCH":
        content = body["content"] = {MERGE_PATCH: content[JSON], JSON: dict(content[JSON])}
    named = examples.REQUESTS.get(operation["operationId"])
    for media in content.values() if named else ():
        media["examples"] = {name: {"summary": name, "value": value} for name, value in (named or {}).items()}


def _success(operation: Document, route: APIRoute, method: str) -> None:
    """Describe the answer when all goes well: its headers, an example, and 304."""
    answer = operation["responses"][str(route.status_code or 200)]
    answer["description"] = "Created." if route.status_code == HTTPStatus.CREATED else "Done."
    headers = {"X-Request-Id": "XRequestId"}
    if isinstance(route, Transactional) and route.needs_key:
        headers["Idempotent-Replayed"] = "IdempotentReplayed"
    if answers_with_record(route):
        headers["ETag"] = "ETag"
    if operation["operationId"] in LOCATED:
        headers["Location"] = "Location"
    answer["headers"] = {name: {"$ref": f"#/components/headers/{ref}"} for name, ref in headers.items()}
    for kind, media in route.responses.get(route.status_code or 200, {}).get("content", {}).items():
        if "example" in media:  # FastAPI leaves out of it what is null
            answer["content"][kind]["example"] = media["example"]
    name = _schema_of(answer)
    if name in examples.ANSWERS:
        answer["content"][JSON]["examples"] = {"li": {"$ref": f"#/components/examples/{name}"}}
    if method == "GET" and answers_with_record(route):
        operation["responses"]["304"] = {"description": "The record still has the ETag of If-None-Match."}


def _schema_of(answer: Mapping[str, Any]) -> str:
    reference: str = answer.get("content", {}).get(JSON, {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2]


def _share_refusals(document: Document) -> None:
    """Keep the answers that several operations describe alike once, under a name, and refer to them."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    said = Counter(str(answer) for operation in operations for answer in operation["responses"].values())
    shared: dict[str, Document] = {}
    names: dict[str, str] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            if said[str(answer)] > 1 and not status.startswith("2"):
                name = names.setdefault(str(answer), _new_name(status, shared))
                shared[name] = answer
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["responses"] = shared


def _new_name(status: str, taken: Collection[str]) -> str:
    """Return a name for an answer: the words of its status, and a number where there are several."""
    words = HTTPStatus(int(status)).phrase.replace(" ", "") if status.isdigit() else "OtherProblem"
    same = sum(name.rstrip("0123456789") == words for name in taken)
    return f"{words}{same + 1}" if same else words


def _first_line(error: type[Refusal | DomainError]) -> str:
    return (error.__doc__ or "").strip().partition("\n")[0]


def _by_status(errors: Iterable[type[Refusal | DomainError]]) -> dict[int, list[type[Refusal | DomainError]]]:
    found: dict[int, list[type[Refusal | DomainError]]] = {}
    for error in errors:
        found.setdefault(status_of(error), []).append(error)
    return dict(sorted(found.items()))


def _refusal(status: int, errors: Iterable[type[Refusal | DomainError]]) -> Document:
    """Describe the answers of one status: every code, and what it means."""
    by_code = {error.code: _first_line(error) for error in errors}
    listed = "\n".join(f"* `{code}`: {meaning}" for code, meaning in sorted(by_code.items()))
    described: Document = {
        "description": f"{HTTPStatus(status).phrase}.\n\n{listed}",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "x-codes": sorted(by_code),
    }
    if status in {HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE} and by_code.keys() & {
        "request_running",
        "unavailable",
    }:
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait before asking again.", "schema": {"type": "string"}}
        }
    return described
