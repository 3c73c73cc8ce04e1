"""Applications as they arrive: what is read, and that one answer names all that is wrong."""

import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.bodies.application import ApplicationBody, parse
from service.api.bodies.body import value_of
from service.api.bodies.example import LI
from service.api.bodies.patching import document_of
from service.api.bodies.reading import DEPTH_MAX, VALUES_MAX
from service.domain.application import Application
from service.domain.errors import Invalid, Problem
from service.domain.words import Channel
from tests.api.bodies import Json, Path, at, changed, damaged, paths, pointer_of, whole_json, without
from tests.domain.applications import li, li_json, li_loan_json

TODAY: Final = date(2026, 11, 20)
MILLISECONDS: Final = 0.001

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str) | st.just("0.144"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def problems(raw: object, *, complete: bool | None = None) -> list[Problem]:
    """Return what is wrong with a body; nothing if it can be taken."""
    try:
        parse(raw, on=TODAY, complete=complete)
    except Invalid as invalid:
        return list(invalid.problems)
    return []


def told(raw: object, *, complete: bool | None = None) -> dict[str, str]:
    """Return the codes by pointer."""
    return {problem.pointer: problem.code for problem in problems(raw, complete=complete)}


def seconds_of_work(raw: object) -> float:
    """Return what a body costs at best: one of a few attempts is not disturbed by the collector of garbage."""
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        problems(raw)
        best = min(best, time.thread_time() - started)
        if best < 10 * MILLISECONDS:
            break
    return best


def test_the_application_of_the_design_is_read_to_the_member() -> None:
    body, application = parse(li_json(), on=TODAY)

    assert body.submit
    assert application == li()


def test_the_example_of_the_documentation_can_be_sent_as_it_is() -> None:
    parse(LI, on=TODAY)

    assert ApplicationBody.model_json_schema()["examples"] == [LI]


def test_every_member_of_an_application_is_read_and_can_be_said_again() -> None:
    _, application = parse(whole_json(), on=TODAY)

    assert document_of(application) == {name: v for name, v in whole_json().items() if name != "submit"}


def test_a_draft_may_lack_anything_but_the_currency() -> None:
    body, application = parse({"currency": "CNY"}, on=TODAY)

    assert not body.submit
    assert application == Application(currency="CNY")
    assert told({}) == {"/currency": "missing"}


@pytest.mark.parametrize("path", [p for p in paths(whole_json()) if isinstance(p[-1], str)], ids=pointer_of)
def test_a_member_that_is_null_is_a_member_that_is_absent(path: Path) -> None:
    """Unless it is needed: then an absent one is missing, and null has the wrong form."""
    absent, null = without(whole_json(), path), changed(whole_json(), path, None)

    if path == ("submit",):
        return
    if problems(absent, complete=False):
        assert told(absent, complete=False).keys() == told(null, complete=False).keys()
    else:
        assert parse(absent, on=TODAY, complete=False) == parse(null, on=TODAY, complete=False)


def test_the_route_says_which_channel_it_is_where_the_body_does_not() -> None:
    _, application = parse({"currency": "CNY"}, on=TODAY, channel=Channel.PARTNER)
    _, other = parse({"currency": "CNY", "channel": "phone"}, on=TODAY, channel=Channel.PARTNER)

    assert (application.channel, other.channel) == (Channel.PARTNER, Channel.PHONE)


def test_what_is_needed_to_submit_is_asked_for_only_then() -> None:
    draft = {"currency": "CNY", "hardship": {"reason": "illness"}}
    needed = {"/borrower/kind", "/borrower/name", "/loans", "/hardship/since", "/budget", "/consents/data_processing"}

    assert told(draft) == {}
    assert told(draft | {"submit": True}).keys() == needed
    assert told(draft, complete=True).keys() == needed
    assert told(draft | {"submit": True}, complete=False) == {}


def test_one_answer_names_all_that_is_wrong() -> None:
    """Form and substance, in all loans, and what is missing besides."""
    broken = li_json(loans=[li_loan_json(), li_loan_json(), 5], nonsense=1)
    first, second = broken["loans"][:2]
    first["annual_rate"] = "abc"
    first["balance"]["principal"] = -1
    first["balance"]["fees"] = 1.5
    second["overdue"]["interest"] = second["balance"]["interest"] + 1
    second["a/b~c"] = None
    del second["product"], broken["hardship"]["reason"]
    broken["hardship"]["since"] = "2027-01-01"
    broken["borrower"]["kind"] = "ghost"

    assert told(broken) == {
        "/nonsense": "unknown_member",
        "/loans/0/annual_rate": "rate_malformed",
        "/loans/0/balance/principal": "negative",
        "/loans/0/balance/fees": "not_an_integer",
        "/loans/0/overdue/principal": "overdue_above_balance",
        "/loans/1/id": "loan_twice",
        "/loans/1/overdue/interest": "overdue_above_balance",
        "/loans/1/a~1b~0c": "unknown_member",
        "/loans/1/product": "missing",
        "/loans/2": "not_an_object",
        "/hardship/reason": "missing",
        "/hardship/since": "since_in_future",
        "/borrower/kind": "not_one_of",
    }


def _wrong_for(value: object) -> object:
    return 5 if isinstance(value, dict | list) else [{}]


@pytest.mark.parametrize("path", list(paths(whole_json())), ids=pointer_of)
def test_one_wrong_member_is_one_problem(path: Path) -> None:
    """What stands in for it breaks no rule, and nothing seems to be missing because of it."""
    assert list(told(changed(whole_json(), path, _wrong_for(at(whole_json(), path))))) == [pointer_of(path)]


@pytest.mark.parametrize("path", [p for p in paths(whole_json()) if isinstance(p[-1], str)], ids=pointer_of)
def test_a_member_that_is_not_there_is_at_most_one_problem(path: Path) -> None:
    """It is missing, or one that holds it is; a consent that is not given may refuse what rests on it."""
    found = told(without(whole_json(), path))

    if path in {("consents",), ("consents", "sensitive_data")}:
        assert "sensitive_without_consent" in found.values()
    elif path[-3:] == ("loans", 0, "balance") or path[-1] not in {"principal", "interest"}:
        assert set(found.values()) <= {"missing", "consent_needed"}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    (
        (("loans", 0, "balance", "principal"), "100", "not_an_integer"),
        (("loans", 0, "balance", "principal"), True, "not_an_integer"),
        (("loans", 0, "balance", "principal"), 3.0, "not_an_integer"),
        (("loans", 0, "balance", "fees"), float("inf"), "not_an_integer"),
        (("loans", 0, "balance", "fees"), float("nan"), "not_an_integer"),
        (("loans", 0, "balance", "fees"), "1_000", "not_an_integer"),
        (("loans", 0, "balance", "fees"), 10**13 + 1, "too_large"),
        (("loans", 0, "balance", "fees"), 2**63, "too_large"),
        (("loans", 0, "balance", "fees"), 10**4200, "too_large"),
        (("loans", 0, "balance", "fees"), -1, "negative"),
        (("loans", 0, "annual_rate"), 0.144, "rate_malformed"),
        (("loans", 0, "annual_rate"), 0, "rate_malformed"),
        (("loans", 0, "annual_rate"), "1E+9", "rate_malformed"),
        (("loans", 0, "annual_rate"), "1_0", "rate_malformed"),
        (("loans", 0, "annual_rate"), "０.144", "rate_malformed"),
        (("loans", 0, "annual_rate"), "Infinity", "rate_malformed"),
        (("loans", 0, "annual_rate"), "NaN", "rate_malformed"),
        (("loans", 0, "annual_rate"), "+0.1", "rate_malformed"),
        (("loans", 0, "annual_rate"), " 0.1", "rate_malformed"),
        (("loans", 0, "annual_rate"), "0.1\n", "rate_malformed"),
        (("loans", 0, "annual_rate"), ".1", "rate_malformed"),
        (("loans", 0, "annual_rate"), "0.1234567890123", "rate_malformed"),
        (("loans", 0, "annual_rate"), "10.01", "rate_out_of_range"),
        (("loans", 0, "annual_rate"), "-1.01", "rate_out_of_range"),
        (("loans", 0, "per_diem"), {"interest": "1e3", "penalty": "0"}, "decimal_malformed"),
        (("loans", 0, "as_of"), "2026-11-15T00:00:00", "date_malformed"),
        (("loans", 0, "as_of"), "2026-11-15T00:00:00Z", "date_malformed"),
        (("loans", 0, "as_of"), "20261115", "date_malformed"),
        (("loans", 0, "as_of"), "2026-W46-7", "date_malformed"),
        (("loans", 0, "as_of"), "2026-02-30", "date_malformed"),
        (("loans", 0, "as_of"), "２026-11-15", "date_malformed"),
        (("loans", 0, "as_of"), 1794700800, "date_malformed"),
        (("loans", 0, "next_due_on"), "0001-01-01", "date_out_of_range"),
        (("loans", 0, "next_due_on"), "9999-12-31", "date_out_of_range"),
        (("loans", 0, "history"), "12a", "history_malformed"),
        (("loans", 0, "history"), "１２", "history_malformed"),
        (("loans", 0, "history"), "0" * 121, "history_malformed"),
        (("loans", 0, "history"), "0" * 1001, "too_long"),
        (("loans", 0, "product"), "Mortgage", "not_one_of"),
        (("loans", 0, "product"), 1, "not_one_of"),
        (("loans", 0, "penalty_compounds"), 1, "not_a_boolean"),
        (("loans", 0, "penalty_compounds"), "true", "not_a_boolean"),
        (("loans", 0, "id"), "", "too_short"),
        (("loans", 0, "id"), "x" * 101, "too_long"),
        (("loans", 0, "status"), "approved", "unknown_member"),
        (("borrower", "role"), "supervisor", "unknown_member"),
        (("id",), "0192f0c1", "unknown_member"),
        (("state",), "agreed", "unknown_member"),
        (("budget", "expected", "from_"), "2027-06-01", "unknown_member"),
        (("borrower", "name"), "x" * 201, "too_long"),
        (("borrower", "name"), "\ud800", "not_unicode"),
        (("borrower", "locale"), "zh_CN", "malformed"),
        (("hardship", "narrative"), "x" * 4001, "too_long"),
        (("currency",), "cny", "currency_unknown"),
        (("currency",), "DEM", "currency_unknown"),
        (("currency",), "XXX", "currency_unknown"),
        (("request", "months"), 0, "zero_months"),
        (("request", "programmes"), ["x"] * 51, "too_many"),
        (("submit",), 1, "not_a_boolean"),
        (("channel",), "carrier_pigeon", "not_one_of"),
    ),
)
def test_hostile_and_careless_values_are_refused(path: Path, value: object, code: str) -> None:
    whole = whole_json()
    whole["loans"][0] |= {"repayment": "equal_instalments", "revolving": None, "overdue": None, "per_diem": None}
    pointer = pointer_of((*path, "interest")) if code == "decimal_malformed" else pointer_of(path)

    assert told(changed(whole, path, value)) == {pointer: code}


@pytest.mark.parametrize("value", ("0.144", "-0.005", "10", "0", "0.123456789012"))
def test_rates_are_read_to_the_last_digit(value: str) -> None:
    _, application = parse(changed(li_json(), ("loans", 0, "annual_rate"), value), on=TODAY)

    assert str(application.loans[0].annual_rate) == value


@pytest.mark.parametrize("currency", ("CNY", "USD", "JPY", "KWD", "EUR", "XOF"))
@pytest.mark.parametrize("locale", ("en", "zh-CN", "zh-Hant-TW", "es-419"))
def test_currencies_and_languages_of_today_are_known(currency: str, locale: str) -> None:
    parse({"currency": currency, "borrower": {"locale": locale}}, on=TODAY)


@pytest.mark.parametrize(
    ("count", "codes"), ((50, []), (51, ["too_many_loans"]), (201, ["too_many", "too_many_loans"]))
)
def test_a_case_has_at_most_fifty_loans(count: int, codes: list[str]) -> None:
    loans = [li_loan_json(id=f"L-{i}") for i in range(count)]

    assert [problem.code for problem in problems(li_json(loans=loans))] == codes


def test_what_comes_after_a_list_that_is_too_long_is_judged_too() -> None:
    loans = [li_loan_json(id=f"L-{i}") for i in range(201)]
    loans[7] = li_loan_json(id=7)

    found = [(problem.pointer, problem.code) for problem in problems(li_json(loans=loans))]

    assert found == [("/loans", "too_many"), ("/loans/7/id", "not_text"), ("/loans", "too_many_loans")]


@pytest.mark.parametrize("raw", (None, 5, "x", [], [{}], True))
def test_a_body_is_an_object(raw: object) -> None:
    assert told(raw) == {"": "not_an_object"}


def test_a_body_is_not_nested_without_end() -> None:
    deep: object = 1
    for _ in range(2000):
        deep = {"x": deep}

    assert told(deep) == {"": "too_deep"}
    assert told({"currency": "CNY", "x": json.loads("[" * (DEPTH_MAX - 2) + "]" * (DEPTH_MAX - 2))}) == {
        "/x": "unknown_member"
    }


def test_no_answer_repeats_what_was_sent() -> None:
    """Neither the sentences nor the error say what stood in the member; a pointer names a member, cut to a length."""
    secret = "11010519491231002X"
    broken: Any = whole_json()
    for path in list(paths(whole_json())):
        if not isinstance(at(whole_json(), path), dict | list):
            broken = changed(broken, path, {"secret": secret} if isinstance(at(broken, path), str) else secret)
    broken["x" * 5000] = secret

    with pytest.raises(Invalid) as refusal:
        parse(broken, on=TODAY)

    said = [str(refusal.value), *(f"{p.pointer} {p.code} {p.detail}" for p in refusal.value.problems)]
    assert len(refusal.value.problems) >= 100
    assert secret not in "".join(said)
    assert max(map(len, said)) < 400


def test_a_member_of_any_name_can_be_pointed_at() -> None:
    """A lone surrogate cannot be sent back, and is not."""
    assert "/~1~0 é…" in told({"currency": "CNY", "/~ é…": 1})
    for problem in problems({"currency": "CNY", "borrower": {"\ud800": 1}}) + problems({"\ud800": 1}):
        problem.pointer.encode()


@settings(deadline=None, max_examples=300)
@given(raw=anything)
def test_whatever_is_sent_is_read_or_refused(raw: object) -> None:
    for problem in problems(raw):
        assert problem.code
        assert problem.detail.endswith(".")


@settings(deadline=None, max_examples=300)
@given(
    damage=st.lists(st.tuples(st.sampled_from([(), *paths(whole_json())]), anything), min_size=1, max_size=8),
    complete=st.booleans(),
)
def test_whatever_is_wrong_with_an_application_is_named_where_it_stands(
    damage: list[tuple[Path, object]], *, complete: bool
) -> None:
    raw = damaged(damage)

    assert seconds_of_work(raw) < 50 * MILLISECONDS
    for problem in problems(raw, complete=complete):
        assert _leads_somewhere(problem.pointer, raw)


def _leads_somewhere(pointer: str, document: Json) -> bool:
    """Say whether all that holds the member is an object or a list, or is not there at all."""
    for token in pointer.split("/")[1:]:
        match document:
            case dict():
                document = document.get(token.replace("~1", "/").replace("~0", "~"))
            case list():
                document = document[int(token)]
            case _:
                return document is None
    return True


@pytest.mark.parametrize(
    "make",
    (
        lambda: {"currency": "CNY"} | {f"x{i}": 1 for i in range(VALUES_MAX - 2)},
        lambda: {"currency": "CNY"} | {f"x{i}": 1 for i in range(200)},
        lambda: {f"x{i}": 1 for i in range(200_000)},
        lambda: {"currency": "CNY", "loans": [{}] * 200},
        lambda: {"currency": "CNY", "loans": [5] * 1_000_000},
        lambda: {"currency": "CNY", "submit": True, "loans": [{"id": 5, "balance": 5}] * 60},
        lambda: {"currency": "CNY", "loans": [{"parties": [5] * 100}] * 60},
        lambda: {"currency": "CNY", "loans": [{f"x{i}": 1 for i in range(30)}] * 200},
        lambda: li_json(loans=[li_loan_json(id=str(i), parties=[{"role": "guarantor"}] * 20) for i in range(50)]),
        lambda: li_json(nonsense="x" * 1_000_000),
    ),
)
def test_no_body_takes_long(make: Callable[[], object]) -> None:
    """What a megabyte can hold is read, or refused, within 50 ms of work."""
    assert seconds_of_work(make()) < 50 * MILLISECONDS


def test_the_value_of_a_body_has_tuples_and_no_lists() -> None:
    application = value_of(ApplicationBody.model_validate(whole_json()), Application)

    assert hash(application) == hash(value_of(ApplicationBody.model_validate(whole_json()), Application))
