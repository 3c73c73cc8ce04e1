"""The strict model that every request body is, and how one becomes the value of the domain that it stands for."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class Body(BaseModel):
    """Members that are unknown are refused, and nothing is converted: no text for a number, no 1 for true.

    A member that may be absent may as well be null; both mean the default of the domain.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    stands_for: ClassVar[type[object]]
    """The frozen dataclass of the domain with the same members."""


def value_of(body: Body, kind: Callable[..., T]) -> T:
    """Build the value a body stands for, member by member of the same name; lists become tuples."""
    given = {name: _value(getattr(body, name)) for name in _members(kind)}
    return kind(**{name: value for name, value in given.items() if value is not None})


def _value(member: object) -> object:
    match member:
        case None | str() | int():  # most of them; asking whether something is a model is slow
            return member
        case list():
            return tuple(_value(item) for item in member)
        case Body():
            return value_of(member, member.stands_for)
        case _:
            return member


@cache
def _members(kind: Callable[..., object]) -> tuple[str, ...]:
    return tuple(inspect.signature(kind).parameters)


@dataclass(frozen=True, slots=True)
class DocumentedAs:
    """Marks a parameter that takes any JSON, and that OpenAPI describes as this model.

    For bodies whose problems of form and of substance are told in one answer: the route takes
    `raw: Annotated[object, DocumentedAs(ApplicationBody), Body()]` and has `parse` read it.
    """

    model: type[BaseModel]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let every value through."""
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the model instead, under its own name."""
        described = self.model.__pydantic_core_schema__
        if described["type"] == "model" and "ref" in described:
            # One that shares no definition with another would otherwise stand nameless where it is used.
            reference = core_schema.definition_reference_schema(described["ref"])
            return handler(core_schema.definitions_schema(reference, [described]))
        return handler(described)
