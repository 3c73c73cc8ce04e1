"""What may stand in the query of an address: known parameters, each once, in the exact form that is documented."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, get_args, get_origin

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import BeforeValidator, Field

from service.api.bodies.faults import invalid, pointer
from service.api.strict_json import is_visible
from service.domain.errors import NotFound, Problem

LIMIT_MAX: Final = 100
LIMIT_DEFAULT: Final = 50


def _count(text: object) -> object:
    """Return the number that plain digits write; anything else is left for the type to refuse."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    return text


# Pydantic alone would take `1_0`, `+10`, ` 10 ` and `10.0` for ten.
Limit = Annotated[
    int,
    Field(ge=1, le=LIMIT_MAX, strict=True),
    BeforeValidator(_count),
    Query(description="How many items a page holds."),
]


def _truth(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_truth)]
"""`true` or `false`; Pydantic alone would take `1`, `on` and `Y` too."""


def parameters_of(dependants: Iterable[Dependant]) -> dict[str, bool]:
    """Return the query parameters of a route, and whether each may be given more than once."""
    return {p.alias: _is_list(p.field_info.annotation) for d in dependants for p in d.query_params}


def require_known(request: Request, parameters: Mapping[str, bool]) -> None:
    """Refuse parameters that do not exist, stand there twice, or hold hidden characters; all in one answer."""
    if not is_visible(request.url.path):
        raise NotFound("There is no such record.")
    problems: list[Problem] = []
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        at = pointer(("query", name))
        if name not in parameters:
            problems.append(Problem(at, "unknown_parameter", "There is no such parameter here."))
        elif name in seen and not parameters[name]:
            problems.append(Problem(at, "given_twice", "The parameter may be given once."))
        elif not is_visible(value):
            problems.append(Problem(at, "hidden_character", "The text holds characters that cannot be stored."))
        seen.add(name)
    if problems:
        raise invalid(problems)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(_is_list(inner) for inner in get_args(annotation))
