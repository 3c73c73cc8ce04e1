"""Values to JSON documents and back: one codec for every frozen dataclass, checked again on reading.

A Decimal is a string, a date and a moment are ISO 8601, an enum is its value, a tuple a list, and `from_` is `from`.
Where a member may be a Decimal or a string, a Decimal is `{"decimal": "0.5"}`, so that a stored verdict is read back
as it was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
Document = dict[str, Any]


class DocumentBroken(Exception):
    """A stored document does not hold the value that it should; the path says where."""


@dataclass(frozen=True, slots=True)
class _Codec:
    """Both directions for one type."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


def dump(value: object) -> Any:
    """Return a dataclass as a JSON document."""
    return _codec(cast("Any", type(value))).dump(value)


def load(kind: type[T], document: object) -> T:
    """Return the value of a document; whatever does not fit the type is refused."""
    return cast("T", _codec(cast("Any", kind)).load(document))


def load_as(kind: Any, document: object) -> Any:
    """Return the value of a document for a type that is no class, such as a union of instruments."""
    return _codec(kind).load(document)


def plain(value: object) -> Any:
    """Return any value of the domain as JSON, for particulars that are written down once and never read back."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if is_dataclass(value):
        return {f.name.rstrip("_"): plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime | date | Decimal):
        return _SCALARS[type(value)].dump(value)
    return str(value)


@cache
def _codec(kind: Any) -> _Codec:
    """Build the codec of a type, once."""
    origin = get_origin(kind)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if origin is Annotated:
        return _codec(get_args(kind)[0])
    if origin in {Union, UnionType}:
        return _union(get_args(kind))
    if origin is Literal:
        return _literal(get_args(kind))
    if origin is tuple:
        return _tuple(get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(*get_args(kind))
    if is_dataclass(kind):
        return _dataclass(cast("type", kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    raise TypeError(f"{kind} has no JSON form.")


def _same(value: Any) -> Any:
    return value


def _exactly(kind: type) -> _Codec:
    def write(value: Any) -> Any:
        # What could not be read again is not stored in the first place.
        if type(value) is not kind:
            raise TypeError(f"{type(value).__name__} stands where {kind.__name__} belongs")
        return value

    def read(document: Any) -> Any:
        if type(document) is not kind:
            raise DocumentBroken(f"is not {kind.__name__}")
        return document

    return _Codec(write, read)


def _word(value: Any) -> str:
    """Write a text; a member of a `StrEnum` is one."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} stands where str belongs")
    return str(value)


def _text(kind: type, write: Callable[[Any], str], parse: Callable[[str], Any]) -> _Codec:
    def read(document: Any) -> Any:
        if not isinstance(document, str):
            raise DocumentBroken(f"is no text of {kind.__name__}")
        try:
            return parse(document)
        except (ValueError, InvalidOperation) as error:
            raise DocumentBroken(f"is no {kind.__name__}") from error

    return _Codec(write, read)


def _moment(value: datetime) -> str:
    return _aware(value).astimezone(UTC).isoformat(timespec="microseconds")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment


def _decimal(value: Decimal) -> str:
    """Write a figure as people do: `1E-12` is not a form that a body takes."""
    return f"{value:f}"


_SCALARS: dict[Any, _Codec] = {
    Any: _Codec(plain, _same),
    object: _Codec(plain, _same),
    NoneType: _exactly(NoneType),
    bool: _exactly(bool),
    int: _exactly(int),
    str: _Codec(_word, _exactly(str).load),
    Decimal: _text(Decimal, _decimal, Decimal),
    date: _text(date, date.isoformat, date.fromisoformat),
    datetime: _text(datetime, _moment, lambda text: _aware(datetime.fromisoformat(text))),
    UUID: _text(UUID, str, UUID),
}


def _dataclass(kind: type) -> _Codec:
    hints = get_type_hints(kind, include_extras=True)
    members = tuple((f.name, f.name.rstrip("_"), _codec(hints[f.name])) for f in fields(kind))
    needed = {
        f.name.rstrip("_") for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING and f.init
    }
    by_name = {wire: (name, codec) for name, wire, codec in members}

    def write(value: Any) -> Document:
        return {wire: codec.dump(getattr(value, name)) for name, wire, codec in members}

    def read(document: Any) -> Any:
        if not isinstance(document, Mapping):
            raise DocumentBroken(f"is no {kind.__name__}")
        lacking = needed - document.keys()
        if lacking:
            raise DocumentBroken(f"{kind.__name__} lacks {', '.join(sorted(lacking))}")
        found = {}
        for wire, member in document.items():
            if wire not in by_name:
                raise DocumentBroken(f"{kind.__name__} has no member {wire}")
            name, codec = by_name[wire]
            try:
                found[name] = codec.load(member)
            except DocumentBroken as error:
                raise DocumentBroken(f"{kind.__name__}.{wire}: {error}") from None
        return kind(**found)

    return _Codec(write, read)


def _tuple(arguments: tuple[Any, ...]) -> _Codec:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _codec(arguments[0])

        def read(document: Any) -> Any:
            if not isinstance(document, list):
                raise DocumentBroken("is no list")
            return tuple(item.load(d) for d in document)

        return _Codec(lambda value: [item.dump(v) for v in value], read)
    items = tuple(_codec(a) for a in arguments)

    def read_fixed(document: Any) -> Any:
        if not isinstance(document, list) or len(document) != len(items):
            raise DocumentBroken(f"is no list of {len(items)}")
        return tuple(codec.load(d) for codec, d in zip(items, document, strict=True))

    return _Codec(lambda value: [c.dump(v) for c, v in zip(items, value, strict=True)], read_fixed)


def _mapping(key: Any, value: Any) -> _Codec:
    keys, values = _codec(key), _codec(value)

    def read(document: Any) -> Any:
        if not isinstance(document, Mapping):
            raise DocumentBroken("is no object")
        return {keys.load(k): values.load(v) for k, v in document.items()}

    return _Codec(lambda value: {keys.dump(k): values.dump(v) for k, v in value.items()}, read)


def _enum(kind: type[Enum]) -> _Codec:
    by_value = {member.value: member for member in kind}

    def read(document: Any) -> Any:
        if not isinstance(document, str) or document not in by_value:
            raise DocumentBroken(f"is no {kind.__name__}")
        return by_value[document]

    # A member may hold the bare text where the domain compares with `==`; it is stored the same.
    return _Codec(lambda value: kind(value).value, read)


def _literal(allowed: tuple[Any, ...]) -> _Codec:
    def read(document: Any) -> Any:
        if document not in allowed:
            raise DocumentBroken(f"is none of {', '.join(map(str, allowed))}")
        return document

    return _Codec(_same, read)


def _union(kinds: tuple[Any, ...]) -> _Codec:
    """Choose by the exact type when writing, by the form when reading."""
    rest = tuple(k for k in kinds if k is not NoneType)
    optional = len(rest) < len(kinds)
    inner = _codec(rest[0]) if len(rest) == 1 else _alternatives(rest)
    if not optional:
        return inner
    return _Codec(
        lambda value: None if value is None else inner.dump(value),
        lambda document: None if document is None else inner.load(document),
    )


def _alternatives(kinds: tuple[Any, ...]) -> _Codec:  # noqa: C901
    if all(is_dataclass(k) for k in kinds):
        return _tagged(kinds)
    tags_decimal = Decimal in kinds and str in kinds
    codecs = [(k, _codec(k)) for k in kinds]

    def write(value: Any) -> Any:
        if tags_decimal and isinstance(value, Decimal):
            return {"decimal": _decimal(value)}
        for kind, codec in codecs:
            if type(value) is kind:
                return codec.dump(value)
        return _word(value)

    def read(document: Any) -> Any:
        if tags_decimal and isinstance(document, Mapping) and set(document) == {"decimal"}:
            return _SCALARS[Decimal].load(document["decimal"])
        for kind, codec in codecs:
            if tags_decimal and kind is Decimal:
                continue
            try:
                return codec.load(document)
            except DocumentBroken:
                continue
        raise DocumentBroken(f"is none of {', '.join(str(k) for k in kinds)}")

    return _Codec(write, read)


def _tagged(kinds: tuple[Any, ...]) -> _Codec:
    """Return the codec of a union of dataclasses, each known by the one value of its member `kind`."""
    by_kind = {get_args(get_type_hints(k)["kind"])[0]: _codec(k) for k in kinds}

    def read(document: Any) -> Any:
        codec = by_kind.get(str(document.get("kind"))) if isinstance(document, Mapping) else None
        if codec is None:
            raise DocumentBroken(f"is none of {', '.join(sorted(by_kind))}")
        return codec.load(document)

    return _Codec(lambda value: by_kind[value.kind].dump(value), read)
