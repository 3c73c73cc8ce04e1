"""Changing an application by a merge patch: RFC 7396, and then the same rules as for a posted one."""

from copy import deepcopy
from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.bodies.patching import document_of, merge, patched
from service.domain.application import Application, Request
from service.domain.errors import Invalid
from service.domain.words import HardshipReason
from tests.api.bodies import Json, damaged, paths, whole_json
from tests.domain.applications import li, li_budget, li_hardship, li_loan, li_loan_json, li_request

TODAY: Final = date(2026, 11, 20)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def told(patch: object, *, complete: bool = False, application: Application | None = None) -> dict[str, str]:
    """Return the codes by pointer."""
    try:
        patched(application or li(), patch, on=TODAY, complete=complete)
    except Invalid as invalid:
        return {problem.pointer: problem.code for problem in invalid.problems}
    return {}


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    (
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ),
)
def test_the_examples_of_the_rfc(document: Json, patch: Json, result: Json) -> None:
    before = deepcopy(document)

    assert merge(document, patch) == result
    assert document == before


@given(document=anything, patch=anything)
def test_a_patch_applied_twice_is_a_patch_applied_once(document: object, patch: object) -> None:
    once = merge(document, patch)

    assert merge(once, patch) == once


def test_what_is_not_named_stays() -> None:
    assert patched(li(), {}, on=TODAY) == li()
    assert patched(li(), {"request": {"months": 36}}, on=TODAY) == li(request=li_request(months=36))
    assert patched(li(), {"hardship": {"reason": "reduced_income"}}, on=TODAY) == li(
        hardship=li_hardship(reason=HardshipReason.REDUCED_INCOME)
    )


def test_null_removes() -> None:
    assert patched(li(), {"request": None, "hardship": {"narrative": None}}, on=TODAY) == li(
        request=Request(), hardship=li_hardship(narrative=None)
    )


def test_a_list_is_replaced_and_a_member_that_was_not_there_is_added() -> None:
    bare = Application(currency="CNY", channel=li().channel, reference=li().reference)
    patch = {
        "loans": [li_loan_json(id="L-9")],
        "budget": {"incomes": [{"kind": "salary", "monthly": 1, "gross": None}]},
    }
    result = patched(bare, patch, on=TODAY)

    assert result.loans == (li_loan(id="L-9"),)
    assert result.budget is not None
    assert [income.monthly for income in result.budget.incomes] == [1]


def test_a_patch_that_says_all_of_another_application_makes_it() -> None:
    other = li(hardship=None, budget=li_budget(expected=None), loans=(li_loan(), li_loan(id="L-2")))

    assert patched(li(), document_of(other), on=TODAY) == other


def test_one_answer_names_all_that_is_wrong_with_the_outcome() -> None:
    patch = {
        "submit": True,
        "nonsense": 1,
        "request": {"lumpsum": None, "payment": -1, "months": "48"},
        "loans": [li_loan_json(), li_loan_json()],
        "hardship": {"since": "2027-01-01", "resaon": None, "reason": None},
        "currency": "USD",
    }

    assert told(patch) == {
        "/submit": "unknown_member",
        "/nonsense": "unknown_member",
        "/request/lumpsum": "unknown_member",
        "/request/payment": "negative",
        "/request/months": "not_an_integer",
        "/loans/1/id": "loan_twice",
        "/hardship/since": "since_in_future",
        "/hardship/resaon": "unknown_member",
        "/hardship/reason": "missing",
        "/currency": "fixed",
    }


@pytest.mark.parametrize(
    ("patch", "expected"),
    (
        ({"currency": "CNY", "reference": "P-2026-000123"}, {}),
        ({"reference": None}, {"/reference": "fixed"}),
        ({"channel": "phone"}, {"/channel": "fixed"}),
        ({"follows": "0192f0c1-1111-7000-8000-000000000000"}, {"/follows": "fixed"}),
        ({"currency": None}, {"/currency": "missing"}),
        ({"currency": "ZZZ"}, {"/currency": "currency_unknown"}),
    ),
)
def test_which_case_it_is_stays_as_it_was_posted(patch: object, expected: dict[str, str]) -> None:
    assert told(patch) == expected


def test_a_complete_application_stays_complete_where_that_is_asked() -> None:
    patch = {"budget": None, "loans": [{"id": "L-1", "balance": {"principal": "x"}}]}

    assert told(patch) == {"/loans/0/balance/principal": "not_an_integer"}
    assert {"/budget", "/loans/0/product"} <= told(patch, complete=True).keys()
    assert "/loans/0/balance" not in told(patch, complete=True)


@pytest.mark.parametrize("patch", (None, 5, "x", [], [{"op": "remove", "path": "/loans"}]))
def test_a_patch_is_an_object(patch: object) -> None:
    assert told(patch) == {"": "not_an_object"}


def test_a_patch_is_not_nested_without_end() -> None:
    deep: object = 1
    for _ in range(5000):
        deep = {"x": deep}

    assert told(deep) == {"": "too_deep"}


@settings(deadline=None, max_examples=200)
@given(
    patch=anything | st.lists(st.tuples(st.sampled_from(list(paths(whole_json()))), anything), max_size=4).map(damaged)
)
def test_whatever_is_sent_is_taken_or_refused(patch: object) -> None:
    for pointer in told(patch):
        assert not pointer or pointer.startswith("/")
