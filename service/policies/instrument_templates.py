"""The instruments of a programme, as a pack writes them: one value for a parameter, or all that a menu may try."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_type_hints

from service.domain.errors import DomainError
from service.domain.settings import Grid, InstrumentTemplate
from service.policies.several import Told, key_of, several
from service.relief.families import joined
from service.relief.instruments import Instrument
from service.relief.templates import KINDS, instrument
from service.relief.terms import TermsNotValid, require_valid

RANGE: Final = frozenset({"from", "to", "step"})
VALUES_MAX: Final = 1000


def template(raw: Any) -> InstrumentTemplate:
    """Read one instrument and try every value that it may take."""
    if not isinstance(raw, Mapping):
        raise several([("", "is a table")])
    kind = str(raw.get("kind"))
    if kind not in KINDS:
        raise several([(".kind", f"there is no instrument {kind}; there are {', '.join(sorted(KINDS))}")])
    own = {name: _exact(value) for name, value in raw.items() if name != "kind"}
    grids = {name: _values(name, value) for name, value in own.items() if _varies(kind, name, value)}
    fixed = {name: value for name, value in own.items() if name not in grids}
    found = list(dict.fromkeys(_problems(kind, fixed, grids)))
    if found:
        raise several(found)
    return InstrumentTemplate(
        kind=kind, parameters=fixed, grids={name: Grid(values=values) for name, values in grids.items()}
    )


def contradictions(templates: tuple[InstrumentTemplate, ...]) -> Iterator[Told]:
    """Yield which instruments of a programme rule each other out."""
    first = [next(alternatives(template)) for template in templates]
    try:
        require_valid(joined(first))
    except TermsNotValid as broken:
        yield "", broken.detail.rstrip(".")


def _exact(value: Any) -> Any:
    """Write decimals out, as they stand in the pack: what is made from text is exact."""
    match value:
        case float():
            return str(value)
        case list():
            return [_exact(one) for one in value]
        case dict():
            return {name: _exact(one) for name, one in value.items()}
        case _:
            return value


def alternatives(found: InstrumentTemplate) -> Iterator[Instrument]:
    """Yield the instrument with every value of each parameter that varies, the others at their first."""
    grids = {name: grid.values for name, grid in found.grids.items()}
    yield _made(found.kind, found.parameters, grids)
    for name, values in grids.items():
        for value in values[1:]:
            yield _made(found.kind, found.parameters, {**grids, name: (value,)})


def _varies(kind: str, name: str, value: Any) -> bool:
    """Whether a parameter is given as a range, or as a list where the instrument itself takes one value."""
    if isinstance(value, Mapping):
        return "from" in value and set(value) <= RANGE
    return isinstance(value, list) and not is_listed(kind, name)


def is_listed(kind: str, name: str) -> bool:
    """Whether a parameter of an instrument is a list in itself."""
    return "tuple" in str(get_type_hints(KINDS[kind]).get(name))


def _values(name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, list):
        if not value:
            raise several([(f".{name}", "has at least one value")])
        return tuple(value)
    low, high, step = value.get("from"), value.get("to"), value.get("step", 1)
    if not all(type(bound) is int for bound in (low, high, step)) or step < 1 or not low <= high < low + VALUES_MAX:
        raise several([(f".{name}", f"runs from one whole number to a larger one, at most {VALUES_MAX} values")])
    return tuple(range(low, high + 1, step))


def _problems(kind: str, fixed: Mapping[str, Any], grids: Mapping[str, tuple[Any, ...]]) -> Iterator[Told]:
    """Yield what is wrong with the values, each tried with the first of every other parameter."""
    for name, values in grids.items() or [("", (None,))]:
        for value in values:
            try:
                require_valid((_made(kind, fixed, {**grids, name: (value,)} if name else grids),))
            except TermsNotValid as broken:
                yield from (
                    (key_of(problem.pointer.removeprefix("/instruments/0")), problem.detail.rstrip("."))
                    for problem in broken.problems
                )
            except DomainError as broken:
                key, colon, sentence = broken.detail.partition(": ")
                yield (key.removeprefix(kind), sentence.rstrip(".")) if colon else ("", broken.detail)


def _made(kind: str, fixed: Mapping[str, Any], grids: Mapping[str, tuple[Any, ...]]) -> Instrument:
    return instrument(kind, {**fixed, **{name: values[0] for name, values in grids.items()}})
