"""The tables of a pack that are settings of the domain, as pydantic models made from their annotations."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema

from service.domain.figures import BOUNDS
from service.domain.money import AMOUNT_MAX

SOURCE: Final = "source"
_WHERE: Final = "where each figure comes from: `source.<key>`"

Sentence = Annotated[str, Field(min_length=1)]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Table(BaseModel):
    """A table of a pack: it has the keys that it declares, each of its kind, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    makes: ClassVar[type | None] = None
    """The value of the domain that the table becomes."""


class Texts(Table):
    """A sentence per locale: English and Chinese are needed, others may stand beside them."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Sentence] = Field(init=False)

    en: Sentence
    zh_cn: Sentence = Field(alias="zh-CN")


@dataclass(frozen=True, slots=True)
class AsTable:
    """Marks a member that is a value of the domain and stands in a pack as a table.

    It is read as that value, unless a `kind` is named: then it stays a table, which lacks what stands elsewhere.
    """

    kind: type | None = None
    without: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the table that belongs to the dataclass."""
        table = handler.generate_schema(table_of(self.kind or source, without=self.without))
        return table if self.kind else core_schema.no_info_after_validator_function(made, table)


@cache
def table_of(kind: Any, *, without: Sequence[str] = ()) -> type[Table]:
    """Return the table whose keys are the members of a dataclass, with the descriptions that stand there.

    Where the value itself does not say where it comes from, its table does so for each figure.
    """
    hints = get_type_hints(kind, include_extras=True)
    members: dict[str, Any] = {}
    for member in fields(kind):
        if member.name not in without:
            needed = member.default is MISSING and member.default_factory is MISSING
            described = Field(... if needed else None, description=hints[member.name].__metadata__[-1])
            members[member.name] = (_read_as(hints[member.name]), described)
    if SOURCE not in members:
        members[SOURCE] = (dict[Literal[tuple(members)], Sentence], Field({}, description=_WHERE))  # type: ignore[misc]
    table: type[Table] = create_model(f"{kind.__name__}Table", __base__=Table, __doc__=kind.__doc__, **members)
    table.makes = kind
    return table


def made(value: Any, **more: Any) -> Any:
    """Return what was read as values of the domain; what a pack leaves out keeps its default."""
    match value:
        case Texts():
            return value.model_dump(by_alias=True)
        case Table(makes=kind) if kind is not None:
            known = {member.name for member in fields(kind)}
            return kind(**{n: made(getattr(value, n)) for n in value.model_fields_set & known}, **more)
        case tuple():
            return tuple(made(item) for item in value)
        case _:
            return value


_KINDS: Final[dict[str, Any]] = {
    "text": Texts,
    "word": Sentence,
    "by currency": dict[Currency, Amount],
    "weights": dict[Literal["payment", "months", "upfront", "waived"], Annotated[Decimal, Field(ge=0)]],
}


def _read_as(hint: Any) -> Any:
    """Return what reads an annotated figure: its kind becomes bounds, a dataclass becomes a table."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kind = hint.__metadata__[0]
        if kind in _KINDS:
            return _KINDS[kind]
        read = _read_as(inner[0])
        return Annotated[read, Field(ge=BOUNDS[kind][0], le=BOUNDS[kind][1])] if kind in BOUNDS else read
    if origin in {Union, UnionType}:
        return Union[tuple(_read_as(one) for one in inner)]  # noqa: UP007  # made at run time
    if origin is tuple:
        return tuple[_read_as(inner[0]), ...]  # type: ignore[misc]
    return table_of(hint) if is_dataclass(hint) else hint  # type: ignore[arg-type]  # a class of values
