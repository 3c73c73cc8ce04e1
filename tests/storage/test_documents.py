"""Documents: a value comes back as it was, and what is no such value is refused, never bent into one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from service.domain.agreement import Signature
from service.domain.application import Application
from service.domain.facts import CaseFacts, Facts
from service.domain.loans import Loan
from service.domain.money import Amounts
from service.domain.person import Person
from service.domain.policy import Outcome, Reason, Severity, Verdict
from service.domain.words import HardshipReason
from service.relief.instruments import Instrument
from service.storage.documents import DocumentBroken, dump, load, load_as, plain
from tests.domain.applications import li, li_loan

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-(10**15), 10**15) | st.integers(),
    str: TEXTS,
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
    UUID: st.uuids(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return any value of a type, with every member of every dataclass drawn."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in SCALARS:
        return SCALARS[kind]
    if origin is Annotated:
        return values(inner[0])
    if origin in {Union, UnionType}:
        return st.one_of(*(values(one) for one in inner))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple and inner[1:] == (Ellipsis,):
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert isinstance(kind, type), kind
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{f.name: values(hints[f.name]) for f in fields(kind)})


def stored(document: object) -> Any:
    """Return what a database gives back of a document."""
    return from_json(to_json(document))


def _same(one: object, other: object) -> bool:
    """Say whether two values are the same to the type: `True` is not 1, and 0.10 not 0.1."""
    return repr(one) == repr(other)


KINDS = (Application, Person, Loan, Facts, Verdict, Signature, Reason, *get_args(Instrument))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(kind: Any, data: st.DataObject) -> None:
    value = data.draw(values(kind))

    assert _same(load(kind, stored(dump(value))), value)


@given(terms=st.lists(values(Instrument), max_size=4))
def test_a_union_is_told_apart_by_its_kind(terms: list[Any]) -> None:
    assert _same([load_as(Instrument, stored(dump(instrument))) for instrument in terms], terms)


@pytest.mark.parametrize("document", (None, "waive", [], {}, {"kind": "colour"}, {"kind": ["waive"]}, {"kind": 7}))
def test_what_is_none_of_a_union_is_refused(document: object) -> None:
    with pytest.raises(DocumentBroken, match=r"is none of .*waive"):
        load_as(Instrument, document)


@pytest.mark.parametrize(
    "value",
    (True, False, 0, 1, 10**30, "1", "", "True", "0.5", None, Decimal(1), Decimal("0.10"), Decimal(-1000000000)),
)
def test_a_number_a_text_and_a_truth_are_told_apart(value: object) -> None:
    """A stored threshold is the one that the policy compared with."""
    reason = Reason(code="X", severity=Severity.FATAL, value=value, text={}, source="s")  # type: ignore[arg-type]

    assert _same(load(Reason, stored(dump(reason))), reason)


def test_a_moment_is_kept_in_utc_to_the_microsecond() -> None:
    at = datetime(2026, 11, 15, 17, 30, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    document = dump(Signature(party="borrower", name="李某", at=at))

    assert document["at"] == "2026-11-15T09:30:00.000001+00:00"
    assert load(Signature, document).at == at


def test_a_member_named_like_a_word_of_the_language_is_written_without_the_stroke() -> None:
    document = dump(li())

    assert "from" in document["budget"]["expected"]
    assert load(Application, document) == li()


def test_a_member_that_was_added_later_has_its_default() -> None:
    document = dump(li())
    del document["hardship"], document["borrower"]["locale"]

    found = load(Application, document)
    assert (found.hardship, found.borrower.locale) == (None, "en")


WRONG: tuple[Any, ...] = (
    None,
    True,
    7,
    -1,
    1.5,
    "x",
    "7",
    [],
    ["x"],
    {},
    {"kind": []},
    {"decimal": "0.5"},
    {"decimal": 7},
)


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, inner in members for place in ((*path, name), *_places(inner, (*path, name)))]


def _with(document: Any, path: tuple[Any, ...], value: object) -> Any:
    copy = stored(document)
    at = copy
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return copy


VERDICT = Verdict(
    outcome=Outcome.APPROVE,
    reasons=(Reason(code="X", severity=Severity.FATAL, value=Decimal("0.5"), text={"en": "why"}, source="s"),),
)
WHOLE = (
    li(),
    Person(name="李某", creditors=(None, "a"), parties=((None, "b"),)),
    VERDICT,
    Facts(case=CaseFacts(income=1, surplus=None), loans={}),
    li_loan(),
    Signature(party="borrower", name="李某", at=datetime(2026, 1, 1, tzinfo=UTC)),
)


def _covers(found: Any, document: Any) -> bool:
    """Say whether a document holds all that another does, to the letter; members left out have their defaults."""
    if isinstance(document, dict):
        return isinstance(found, dict) and all(n in found and _covers(found[n], inner) for n, inner in document.items())
    if isinstance(document, list):
        return isinstance(found, list) and len(found) == len(document) and all(map(_covers, found, document))
    return _same(found, document)


@pytest.mark.parametrize("value", WHOLE, ids=lambda value: type(value).__name__)
def test_a_document_is_refused_or_kept_to_the_letter_whatever_stands_in_it(value: Any) -> None:
    """Every member, replaced by everything it might be mistaken for."""
    document, refused = dump(value), 0
    for path in _places(document):
        for wrong in WRONG:
            damaged = _with(document, path, wrong)
            try:
                found = load(type(value), damaged)
            except DocumentBroken:
                refused += 1
            else:
                assert _covers(stored(dump(found)), damaged), (path, wrong)
    assert refused > len(_places(document)) * len(WRONG) / 2


@pytest.mark.parametrize("value", WHOLE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("document", WRONG)
def test_a_document_of_something_else_is_refused(value: Any, document: object) -> None:
    if document == {} and type(value) is Person:
        assert load(Person, document) == Person()
    else:
        with pytest.raises(DocumentBroken):
            load(type(value), document)


@pytest.mark.parametrize(
    ("document", "said"),
    (
        ({**dump(li()), "colour": "blue"}, "Application has no member colour"),
        ({"channel": "partner"}, "Application lacks currency"),
        (_with(dump(li()), ("loans", 0, "annual_rate"), "abc"), "Application.loans: Loan.annual_rate: is no Decimal"),
        (_with(dump(li()), ("loans", 0, "as_of"), "2026-02-30"), "Application.loans: Loan.as_of: is no date"),
        (_with(dump(li()), ("channel",), "carrier pigeon"), "Application.channel: is no Channel"),
        (_with(dump(li()), ("loans", 0, "balance", "principal"), "1"), "balance: Amounts.principal: is not int"),
    ),
)
def test_what_is_wrong_is_said_with_its_place_and_without_its_value(document: object, said: str) -> None:
    with pytest.raises(DocumentBroken) as caught:
        load(Application, document)

    assert said in str(caught.value)
    assert "pigeon" not in str(caught.value)


def test_a_moment_without_a_time_zone_is_refused_both_ways() -> None:
    naive = datetime(2026, 11, 15)  # noqa: DTZ001 - what must not be
    with pytest.raises(ValueError, match="time zone"):
        dump(Signature(party="borrower", name="x", at=naive))
    with pytest.raises(DocumentBroken):
        load(Signature, {"party": "borrower", "name": "x", "at": "2026-11-15T09:30:00"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Odd:
    """Members as the domain has none yet."""

    pair: tuple[int, str] = (0, "")
    either: int | str = 0
    anything: Any = None


def test_pairs_alternatives_and_anything_have_a_form() -> None:
    odd = _Odd(pair=(1, "x"), either="7", anything={"a": (1, Decimal("0.5"))})
    document = stored(dump(odd))

    assert document == {"pair": [1, "x"], "either": "7", "anything": {"a": [1, "0.5"]}}
    assert load(_Odd, document) == _Odd(pair=(1, "x"), either="7", anything={"a": [1, "0.5"]})
    for broken in ({"pair": [1]}, {"pair": "1x"}, {"either": None}):
        with pytest.raises(DocumentBroken):
            load(_Odd, broken)


@pytest.mark.parametrize(
    "wrong", ({"pair": ("1", "x")}, {"pair": (True, "x")}, {"pair": (1, 2)}, {"either": 1.5}, {"pair": (1,)})
)
def test_what_could_not_be_read_again_is_not_written(wrong: dict[str, Any]) -> None:
    """The mistake is then found where it was made, and no case becomes unreadable by it."""
    with pytest.raises((TypeError, ValueError)):
        dump(_Odd(**wrong))


def test_a_type_without_a_form_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        load_as(bytes, "x")


class _Word(StrEnum):
    """A word."""

    ONE = "one"


def test_a_word_may_stand_where_a_text_does() -> None:
    assert stored(dump(_Odd(pair=(1, _Word.ONE), either=_Word.ONE))) == {
        "pair": [1, "one"],
        "either": "one",
        "anything": None,
    }


@pytest.mark.parametrize(
    ("value", "document"),
    (
        (None, None),
        (True, True),
        (7, 7),
        (10**30, 10**30),
        ("x", "x"),
        (Decimal("0.10"), "0.10"),
        (1.5, "1.5"),
        (HardshipReason.ILLNESS, "illness"),
        (date(2026, 11, 15), "2026-11-15"),
        (datetime(2026, 11, 15, 9, tzinfo=UTC), "2026-11-15T09:00:00.000000+00:00"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ((1, ["x"]), [1, ["x"]]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({2, 1}), [1, 2]),
        ({HardshipReason.ILLNESS: {1: Decimal(2)}}, {"illness": {"1": "2"}}),
        (Amounts(principal=1, fees=2), {"principal": 1, "interest": 0, "penalty": 0, "fees": 2}),
    ),
)
def test_particulars_are_written_plainly(value: object, document: object) -> None:
    assert _same(plain(value), document)
    assert stored(plain(value)) == document
