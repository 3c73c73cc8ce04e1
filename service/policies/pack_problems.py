"""What is wrong with a pack, as lines `key: sentence`; the input is never guessed at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from service.policies.several import SEVERAL

SENTENCES: Final[Mapping[str, str]] = {
    "missing": "is required",
    "extra_forbidden": "there is no such key",
    "model_type": "is a table",
    "dict_type": "is a table",
    "tuple_type": "is a list",
    "string_type": "is text in quotes",
    "string_too_short": "is required",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "int_type": "is a whole number",
    "bool_type": "is true or false",
    "decimal_type": "is a number, or a number in quotes",
    "decimal_parsing": "is a number, or a number in quotes",
    "finite_number": "is a number, or a number in quotes",
    "date_type": "is a day, as 2026-01-31",
    "date_parsing": "is a day, as 2026-01-31",
    "literal_error": "is one of {expected}",
    "enum": "is one of {expected}",
    "greater_than_equal": "is at least {ge}",
    "less_than_equal": "is at most {le}",
}
"""The sentence for each kind of error that pydantic can find in a pack."""


def problems_of(error: ValidationError) -> Iterator[str]:
    """Yield a line for every problem."""
    for one in error.errors(include_url=False, include_input=False):
        at, context = key(one["loc"]), one.get("ctx", {})
        if one["type"] == SEVERAL:
            yield from (f"{at}{rest}: {sentence}" for rest, sentence in context["told"])
        else:
            yield f"{at}: {SENTENCES.get(one['type'], 'cannot be so').format(**context)}"


def key(loc: Sequence[int | str]) -> str:
    """Write where something stands in a pack: `programmes[0].limits.rate_min`."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc if step != "[key]")
    return written.removeprefix(".")


def codes_twice(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes that stand twice where each must stand once."""
    programmes = tables(document, "programmes")
    yield from _twice(tables(document, "rules"))
    yield from _twice(programmes)
    yield from _twice(tables(document, "clocks"))
    for at, programme in programmes:
        yield from _twice((f"{at}.{inner}", table) for inner, table in tables(programme, "eligible_when"))


def texts_differ(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of reasons that stand with two texts: people would read either under one name."""
    requirements = [
        (f"{at}.{inner}", table)
        for at, programme in tables(document, "programmes")
        for inner, table in tables(programme, "eligible_when")
    ]
    first: dict[Any, tuple[str, Any]] = {}
    for at, table in (*tables(document, "rules"), *requirements):
        where, text = first.setdefault(str(table.get("code")), (at, table.get("text")))
        if text != table.get("text"):
            yield f"{at}.text: {table.get('code')} has another text at {where}"


def programmes_unknown(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the waterfalls of programmes that the pack does not have."""
    codes = [programme.get("code") for _, programme in tables(document, "programmes")]
    for at, waterfall in tables(document, "waterfall"):
        code = waterfall.get("programme")
        if isinstance(code, str) and code not in codes:
            yield f"{at}.programme: there is no programme {code}"


def amounts_lacking(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the amounts that one currency has and another lacks."""
    given = document.get("amounts")
    own = {c: set(t) for c, t in given.items() if isinstance(t, Mapping)} if isinstance(given, Mapping) else {}
    for currency, names in own.items():
        yield from (f"amounts.{currency}.{name}: is required" for name in sorted(set().union(*own.values()) - names))


def tables(document: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the tables of a list that are tables, each with its place."""
    found = document.get(name)
    items = found if isinstance(found, list) else []
    return [(f"{name}[{n}]", item) for n, item in enumerate(items) if isinstance(item, Mapping)]


def _twice(found: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    first: dict[str, str] = {}
    for at, table in found:
        code = table.get("code")
        if isinstance(code, str) and code and first.setdefault(code, at) != at:
            yield f"{at}.code: {code} stands already at {first[code]}"
