"""Bodies and the values they stand for: the same members, and a stand-in for each that must be there."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import TypeAdapter

from service.api.bodies.application import ApplicationBody, ApplicationDocument, ApplicationPatch
from service.api.bodies.body import Body
from service.api.bodies.instruments import InstrumentBody
from service.api.bodies.stand_ins import STAND_INS, place, stand_in
from service.domain.application import Application
from service.relief.instruments import ORDER, Instrument

NOT_OF_THE_VALUE: dict[type[Body], set[str]] = {ApplicationBody: {"submit"}}


def subclasses(of: type[Body]) -> Iterator[type[Body]]:
    """Yield all bodies, however deep."""
    for body in of.__subclasses__():
        yield body
        yield from subclasses(body)


BODIES = [body for body in subclasses(Body) if hasattr(body, "stands_for") and "views" not in body.__module__]


def values_in(kind: object) -> Iterator[type[object]]:
    """Yield the dataclasses that a type is made of."""
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from values_in(hint)
    for argument in get_args(kind):
        yield from values_in(argument)


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.__name__)
def test_a_body_has_the_members_of_its_value_and_no_other(body: type[Body]) -> None:
    members = {f.name for f in fields(body.stands_for)}  # type: ignore[arg-type]

    assert set(body.model_fields) - NOT_OF_THE_VALUE.get(body, set()) == members


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.__name__)
def test_a_body_needs_what_its_value_needs(body: type[Body]) -> None:
    """`kind` apart, which tells instruments from each other."""
    needed = {
        f.name
        for f in fields(body.stands_for)  # type: ignore[arg-type]
        if f.default is MISSING and f.default_factory is MISSING
    }

    assert {name for name, f in body.model_fields.items() if f.is_required()} - {"kind"} == needed - {"kind"}


def test_every_value_in_an_application_and_in_terms_has_a_body() -> None:
    assert {*values_in(Application), *values_in(Instrument)} == {body.stands_for for body in BODIES}


def test_every_instrument_has_a_body_under_its_own_kind() -> None:
    schema = TypeAdapter(InstrumentBody).json_schema()

    assert set(schema["discriminator"]["mapping"]) == set(ORDER)


def places(body: type[Body], path: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], bool]]:
    """Yield the path of each member below a body, and whether it must be there; one item stands for a list."""
    for name, field in body.model_fields.items():
        here = (*path, field.alias or name)
        yield here, field.is_required()
        for kind in _alternatives(field.annotation):
            if get_origin(kind) is list:
                item = get_args(kind)[0]
                yield (*here, 0), True
                if isinstance(item, type) and issubclass(item, Body):
                    yield from places(item, (*here, 0))
            elif isinstance(kind, type) and issubclass(kind, Body):
                yield from places(kind, here)


def _alternatives(kind: object) -> Iterator[Any]:
    """Yield what a type may be, without its annotations."""
    if get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in {Union, UnionType}:
        for one in get_args(kind):
            yield from _alternatives(one)
    else:
        yield kind


@pytest.mark.parametrize("path", [path for path, required in places(ApplicationBody) if required], ids=str)
def test_something_can_stand_in_for_each_member_that_must_be_there(path: tuple[int | str, ...]) -> None:
    assert stand_in(path) is not None


def test_nothing_stands_in_where_there_is_no_member() -> None:
    assert set(STAND_INS) <= {place(path) for path, _ in places(ApplicationBody)}


def test_a_patch_may_change_every_member_of_an_application() -> None:
    assert set(ApplicationPatch.model_fields) == set(ApplicationDocument.model_fields)


@pytest.mark.parametrize("body", list(subclasses(Body)), ids=lambda b: b.__name__)
def test_a_frontend_developer_finds_every_body_described(body: type[Body]) -> None:
    schema = body.model_json_schema()

    assert schema["description"]
    assert schema["additionalProperties"] is False
