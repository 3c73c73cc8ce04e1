"""Whatever stands in a pack, reading it ends with a pack or with problems that name their keys: never otherwise."""

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policies.describing import page
from service.policies.pack import Pack, PackBroken, pack_of
from tests.policies.samples import facts
from tests.policies.test_pack_reading import EVERY_KEY

DOCUMENT: Final[dict[str, Any]] = tomllib.loads(EVERY_KEY)
JUNK: Final = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "1e1000000", "NaN", "-0.5", "2026-02-30", "overdue", "max([]) > 1", "not vulnerable", "term"]),
    st.dates(),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just([{}]),
    st.just({"from": 9, "to": 3}),
    st.just({"en": 1}),
    st.lists(st.integers(0, 3), max_size=3),
)


def places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value of a document."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


PLACES: Final = sorted(places(DOCUMENT), key=str)


def toml(value: Any) -> str:
    """Write a value as TOML on one line."""
    match value:
        case bool():
            return str(value).lower()
        case float() | int() | date():
            return str(value)
        case str():
            return json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case _:
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"


def written(document: dict[str, Any]) -> str:
    """Write a document as TOML, one line for every key at the top."""
    return "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in document.items())


def test_a_document_survives_being_written() -> None:
    assert tomllib.loads(written(DOCUMENT)) == DOCUMENT


def outcome(document: dict[str, Any]) -> tuple[Pack | None, tuple[str, ...]]:
    """Return what came of reading a document: a pack, or problems."""
    try:
        return pack_of(written(document), name="junk.toml"), ()
    except PackBroken as broken:
        return None, broken.problems


@given(data=st.data())
def test_a_pack_with_junk_anywhere_is_read_or_refused_with_keys(data: st.DataObject) -> None:
    document = deepcopy(DOCUMENT)
    for *way, last in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)):
        container: Any = document
        try:
            for step in way:
                container = container[step]
            container[last] = deepcopy(data.draw(JUNK))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier piece of junk stands in the way
    pack, problems = outcome(document)

    assert (pack is None) == bool(problems)
    assert all(problem.startswith("junk.toml: ") for problem in problems)
    if pack is not None:
        assert page(pack.book)
        assert pack.judge(facts(), on=date(2026, 11, 15)).outcome


@pytest.mark.parametrize("way", PLACES, ids=str)
def test_a_key_that_is_left_out_is_missed_or_has_a_default(way: tuple[Any, ...]) -> None:
    document = deepcopy(DOCUMENT)
    container: Any = document
    for step in way[:-1]:
        container = container[step]
    del container[way[-1]]
    pack, problems = outcome(document)

    assert (pack is None) == bool(problems)


@given(condition=st.text(max_size=40))
def test_any_text_as_a_condition_is_a_condition_or_a_problem_of_that_key(condition: str) -> None:
    document = deepcopy(DOCUMENT)
    document["rules"][0]["when"] = condition
    pack, problems = outcome(document)

    assert all(problem.startswith("junk.toml: rules[0].when: ") for problem in problems)
    assert pack is None or pack.judge(facts(), on=date(2026, 11, 15)).outcome
