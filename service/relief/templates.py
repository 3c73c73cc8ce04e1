"""How instruments are made from the names and figures of a pack or a body."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import EnumType
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from service.domain.dates import Frequency
from service.domain.errors import RuleBroken
from service.domain.money import Component
from service.relief.instruments import Instrument, Portion

MONTHS: Final = 12
COUNTED_IN_MONTHS: Final = frozenset({"term", "renew", "holiday", "reduced", "repayment_plan", "arrears_plan"})
"""Instruments whose `instalments` a programme counts in months; a settlement counts its payments."""

KINDS: Final[Mapping[str, type[Instrument]]] = MappingProxyType({
    get_args(get_type_hints(cls)["kind"])[0]: cls for cls in get_args(Instrument)
})  # fmt: skip
"""The class of every instrument by its kind."""


class InstrumentNotUnderstood(RuleBroken):
    """There is no such instrument, or it has no such parameter or value."""

    code = "instrument_not_understood"
    title = "The instrument is not understood"


def instrument(kind: str, parameters: Mapping[str, Any]) -> Instrument:
    """Make the instrument of a kind from named parameters: numbers, decimal strings, dates, lists, tables.

    Two short forms are understood: `waive` with `component` and `fraction` or `amount`, and a bare fraction where
    a portion is meant. Raises `InstrumentNotUnderstood` with a sentence.
    """
    cls = KINDS.get(kind)
    if cls is None:
        raise InstrumentNotUnderstood(f"There is no instrument {kind}; there are {', '.join(sorted(KINDS))}.")
    made: Instrument = _made(cls, _unabridged(kind, parameters), at=kind)
    return made


def in_instalments(months: int, frequency: Frequency) -> int:
    """Return how many instalments of a frequency fit into so many months, at least one."""
    return max(1, months * frequency.periods_per_year // MONTHS) if months > 0 else months


def in_months(instalments: int, frequency: Frequency) -> int:
    """Return how many months so many instalments take, begun months counting in full."""
    return -(-instalments * MONTHS // frequency.periods_per_year)


def portion(value: Any) -> Portion:
    """Make a portion of an amount; a bare number or decimal string is a fraction."""
    made: Portion = _value(Portion, value, at="portion")
    return made


def _unabridged(kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Write the short forms out."""
    full = {name.removesuffix("_") if name != "from_" else name: value for name, value in parameters.items()}
    if "from" in full:
        full["from_"] = full.pop("from")
    if kind == "waive" and "component" in full:
        component = str(full.pop("component"))
        if component not in set(Component):
            raise InstrumentNotUnderstood(f"waive.component: {component} is not a component of a debt.")
        full[component] = {name: full.pop(name) for name in ("fraction", "amount") if name in full}
    if kind in {"forbear", "balloon"} and "principal" not in full:
        full["principal"] = {name: full.pop(name) for name in ("fraction", "amount") if name in full}
    if kind == "settlement" and isinstance(full.get("payments"), int):
        full["instalments"] = full.pop("payments")
    return full


def _made(cls: Any, given: Mapping[str, Any], *, at: str) -> Any:
    own: dict[str, Field[Any]] = {f.name: f for f in fields(cls)}
    unknown = sorted(set(given) - set(own))
    if unknown:
        raise InstrumentNotUnderstood(f"{at}.{unknown[0]}: there is no such parameter.")
    lacking = [name for name, f in own.items() if f.default is MISSING and name not in given]
    if lacking:
        raise InstrumentNotUnderstood(f"{at}.{lacking[0]}: is required.")
    hints = _hints(cls)
    return cls(**{name: _value(hints[name], value, at=f"{at}.{name}") for name, value in given.items()})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(hint: Any, value: Any, *, at: str) -> Any:
    """Bring a value to its annotated type, or say that it is none."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return None if value is None else _value(next(t for t in inner if t is not type(None)), value, at=at)
    if origin is Literal:
        return _one_of(inner, value, at=at)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise InstrumentNotUnderstood(f"{at}: must be a list.")
        return tuple(_value(inner[0], item, at=f"{at}[{i}]") for i, item in enumerate(value))
    if isinstance(hint, EnumType):
        words: list[str] = [str(member) for member in list[Any](hint)]
        return hint(_one_of(words, value, at=at))
    if isinstance(value, hint) and not isinstance(value, bool):
        return value
    if hint is Portion and not isinstance(value, Mapping):
        value = {"fraction": value}
    if isinstance(value, Mapping) and hint not in _PLAIN:
        return _made(hint, value, at=at)
    return _plain(hint, value, at=at)


def _one_of(allowed: Any, value: Any, *, at: str) -> Any:
    if value not in allowed:
        raise InstrumentNotUnderstood(f"{at}: must be one of {', '.join(allowed)}.")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or Decimal(str(value)) != int(value):
        raise ValueError
    return int(value)


_PLAIN: Final[Mapping[Any, Callable[[Any], Any]]] = {
    int: _whole,
    Decimal: lambda value: Decimal(str(value)),
    date: lambda value: date.fromisoformat(str(value)),
}


def _plain(hint: Any, value: Any, *, at: str) -> Any:
    try:
        return _PLAIN[hint](value)
    except (KeyError, ValueError, TypeError, InvalidOperation):
        name = getattr(hint, "__name__", str(hint))
        raise InstrumentNotUnderstood(f"{at}: is not a {name}.") from None
