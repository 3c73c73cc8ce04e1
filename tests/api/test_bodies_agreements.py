"""What is sent about agreements: signatures, payments, reversals, reinstatements and cancellations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.bodies import agreements
from service.api.bodies.body import Body
from service.api.examples_agreements import REQUESTS
from service.domain.money import AMOUNT_MAX
from tests.api.test_bodies_deeds import anything, told

ALL: list[type[Body]] = [
    agreements.SigningBody,
    agreements.PaymentBody,
    agreements.ReversalBody,
    agreements.ReinstatementBody,
    agreements.CancellationBody,
]
PAYMENT: dict[str, Any] = {"external_id": "T-1", "paid_on": "2027-01-01", "amount": 1}


@pytest.mark.parametrize(
    ("body", "raw", "expected"),
    (
        (agreements.PaymentBody, PAYMENT, {}),
        (agreements.PaymentBody, {**PAYMENT, "loan_id": "L-001", "amount": AMOUNT_MAX}, {}),
        (agreements.PaymentBody, {}, {"/external_id": "missing", "/paid_on": "missing", "/amount": "missing"}),
        (
            agreements.PaymentBody,
            {"external_id": "", "paid_on": "1 January", "amount": 0, "loan_id": 5, "currency": "CNY"},
            {
                "/external_id": "too_short", "/paid_on": "date_malformed", "/amount": "too_small",
                "/loan_id": "not_text", "/currency": "unknown_member",
            },
        ),
        (agreements.PaymentBody, {**PAYMENT, "amount": AMOUNT_MAX + 1}, {"/amount": "too_large"}),
        (agreements.PaymentBody, {**PAYMENT, "amount": "1.00"}, {"/amount": "not_an_integer"}),
        (agreements.PaymentBody, {**PAYMENT, "amount": True}, {"/amount": "not_an_integer"}),
        (agreements.PaymentBody, {**PAYMENT, "paid_on": "1899-12-31"}, {"/paid_on": "too_small"}),
        (agreements.SigningBody, {"signature": {"name": "王某"}}, {}),
        (agreements.SigningBody, {"signature": {"name": " "}, "party": ""},
         {"/signature/name": "malformed", "/party": "too_short"}),
        (agreements.SigningBody, {}, {"/signature": "missing"}),
        (agreements.ReversalBody, {}, {"/reason": "missing"}),
        (agreements.ReversalBody, {"reason": "\u3000"}, {"/reason": "malformed"}),
        (agreements.CancellationBody, {"reason": "x" * 4001}, {"/reason": "too_long"}),
        (agreements.ReinstatementBody, {}, {}),
        (agreements.ReinstatementBody, {"comment": 5}, {"/comment": "not_text"}),
    ),
)  # fmt: skip
def test_what_cannot_be_meant_is_named_at_once(body: type[Body], raw: object, expected: dict[str, str]) -> None:
    assert told(body, raw) == expected


def test_every_example_can_be_sent() -> None:
    bodies = dict(zip(REQUESTS, ALL, strict=True))
    for name, examples in REQUESTS.items():
        for example in examples.values():
            assert told(bodies[name], example) == {}


@given(raw=anything, body=st.sampled_from(ALL))
def test_whatever_is_sent_is_read_or_refused(raw: object, body: type[Body]) -> None:
    told(body, raw)
