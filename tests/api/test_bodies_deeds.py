"""What people do with a case: the bodies of the deeds."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.api.bodies import deeds
from service.api.bodies.body import Body
from service.api.bodies.faults import problems_of
from service.casework.planning import ONLY_LOAN
from service.domain.decision import DecisionOutcome
from service.domain.facts import FLAGS
from service.relief.asking import CounterProposal
from service.relief.instruments import Term

ALL: list[type[Body]] = [
    deeds.EmptyBody,
    deeds.RefusalBody,
    deeds.WaiverBody,
    deeds.DecisionBody,
    deeds.ConfirmationBody,
    deeds.OffersBody,
    deeds.AcceptanceBody,
    deeds.DeclineBody,
    deeds.WithdrawOfferBody,
    deeds.CounterProposalBody,
    deeds.RefuseCounterBody,
    deeds.CloseBody,
    deeds.AssignBody,
    deeds.FlagsBody,
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=10,
)


def told(body: type[Body], raw: object) -> dict[str, str]:
    """Return the codes by pointer."""
    try:
        body.model_validate(raw)
    except ValidationError as error:
        return {problem.pointer: problem.code for problem in problems_of(error.errors())}
    return {}


@pytest.mark.parametrize(
    ("body", "raw"),
    (
        (deeds.EmptyBody, {}),
        (deeds.RefusalBody, {"reason": "Unreadable."}),
        (deeds.WaiverBody, {"kind": "payslips", "reason": "Known from the salary account."}),
        (deeds.WaiverBody, {"kind": "payslips", "loan_id": "L-001", "reason": "Known."}),
        (deeds.DecisionBody, {"outcome": "approve", "reasons": ["OTHER"], "comment": "As advised."}),
        (deeds.DecisionBody, {"outcome": "reject"}),
        (deeds.ConfirmationBody, {}),
        (deeds.ConfirmationBody, {"outcome": "refuse", "comment": "Not so."}),
        (deeds.OffersBody, {}),
        (deeds.OffersBody, {"terms": None}),
        (deeds.AcceptanceBody, {"signature": {"name": "李某", "method": "typed"}}),
        (deeds.AcceptanceBody, {"signature": {"name": "李某"}}),
        (deeds.DeclineBody, {}),
        (deeds.DeclineBody, {"reason": "Too long."}),
        (deeds.WithdrawOfferBody, {"ground": "fraud", "reason": "Forged payslips."}),
        (deeds.RefuseCounterBody, {"reason": "Above the limit."}),
        (deeds.CloseBody, {}),
        (deeds.AssignBody, {"assignee": "key:1"}),
        (deeds.AssignBody, {"assignee": None}),
        (deeds.FlagsBody, {"insolvent": True, "litigation": None}),
    ),
)
def test_a_deed_is_said_in_few_words(body: type[Body], raw: dict[str, Any]) -> None:
    assert told(body, raw) == {}


@pytest.mark.parametrize(
    ("body", "raw", "expected"),
    (
        (deeds.EmptyBody, {"state": "agreed"}, {"/state": "unknown_member"}),
        (deeds.EmptyBody, None, {"": "not_an_object"}),
        (deeds.RefusalBody, {}, {"/reason": "missing"}),
        (deeds.RefusalBody, {"reason": "  \u3000"}, {"/reason": "malformed"}),
        (deeds.RefusalBody, {"reason": "x" * 4001}, {"/reason": "too_long"}),
        (deeds.WaiverBody, {"kind": 5}, {"/kind": "not_text", "/reason": "missing"}),
        (
            deeds.DecisionBody,
            {"outcome": "manual", "reasons": "OTHER"},
            {"/outcome": "not_one_of", "/reasons": "not_a_list"},
        ),
        (deeds.DecisionBody, {"outcome": "approve", "reasons": ["A", 5]}, {"/reasons/1": "not_text"}),
        (deeds.ConfirmationBody, {"outcome": "yes"}, {"/outcome": "not_one_of"}),
        (deeds.OffersBody, {"terms": {}}, {"/terms": "terms_ambiguous"}),
        (
            deeds.OffersBody,
            {"terms": {"instruments": [{"kind": "term"}, {"kind": "?"}]}},
            {"/terms/instruments/0/instalments": "missing", "/terms/instruments/1/kind": "not_one_of"},
        ),
        (
            deeds.AcceptanceBody,
            {"signature": {"name": " ", "method": "drawn"}},
            {"/signature/name": "malformed", "/signature/method": "not_one_of"},
        ),
        (deeds.WithdrawOfferBody, {"ground": "regret", "reason": "x"}, {"/ground": "not_one_of"}),
        (deeds.AssignBody, {}, {"/assignee": "missing"}),
        (
            deeds.FlagsBody,
            {"insolvent": 1, "vulnerable": True},
            {"/insolvent": "not_a_boolean", "/vulnerable": "unknown_member"},
        ),
        (deeds.CounterProposalBody, {}, {"": "nothing_asked"}),
        (deeds.CounterProposalBody, {"payment": None, "months": None}, {"": "nothing_asked"}),
        (
            deeds.CounterProposalBody,
            {"payment": -1, "months": 0, "lump_sum": 10**13 + 1, "first_due_on": "1899-12-31"},
            {"/payment": "negative", "/months": "too_small", "/lump_sum": "too_large", "/first_due_on": "too_small"},
        ),
        (
            deeds.CounterProposalBody,
            {"payment": "3200.00", "months": 48.0, "first_due_on": "1 December"},
            {"/payment": "not_an_integer", "/months": "not_an_integer", "/first_due_on": "date_malformed"},
        ),
        (deeds.CounterProposalBody, {"months": 1201}, {"/months": "too_large"}),
    ),
)
def test_what_cannot_be_meant_is_named_at_once(body: type[Body], raw: object, expected: dict[str, str]) -> None:
    assert told(body, raw) == expected


def test_a_counter_proposal_becomes_what_relief_weighs() -> None:
    raw = {"payment": 320000, "months": 48, "lump_sum": None, "first_due_on": "2027-01-01"}

    assert deeds.CounterProposalBody.model_validate(raw).asked() == CounterProposal(
        payment=320000, months=48, lump_sum=None, first_due_on=date(2027, 1, 1)
    )


def test_offers_are_the_menu_unless_terms_are_given() -> None:
    terms = {"terms": {"instruments": [{"kind": "term", "instalments": 36}]}}

    assert deeds.OffersBody.model_validate({}).by_loan is None
    assert deeds.OffersBody.model_validate(terms).by_loan == {ONLY_LOAN: (Term(instalments=36),)}


def test_a_confirmation_confirms_unless_it_says_otherwise() -> None:
    assert deeds.ConfirmationBody.model_validate({}).outcome == "confirm"
    assert deeds.DecisionBody.model_validate({"outcome": "reject"}).outcome is DecisionOutcome.REJECT


def test_every_flag_can_be_set_and_only_what_is_named_is() -> None:
    assert set(deeds.FlagsBody.model_fields) == FLAGS
    assert deeds.FlagsBody.model_validate({"insolvent": None}).model_dump(exclude_unset=True) == {"insolvent": None}


@pytest.mark.parametrize("body", ALL)
def test_the_examples_of_the_documentation_can_be_sent_as_they_are(body: type[Body]) -> None:
    schema = body.model_json_schema()

    assert schema["description"]
    for example in schema.get("examples", []):
        body.model_validate(example)


@given(raw=anything, body=st.sampled_from(ALL))
def test_whatever_is_sent_is_read_or_refused(raw: object, body: type[Body]) -> None:
    for pointer in told(body, raw):
        assert not pointer or pointer.startswith("/")
