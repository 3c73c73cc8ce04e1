"""The bodies of appeals, referrals and messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.bodies import dissent, messages
from service.api.bodies.body import Body
from service.domain.referral import ReferralKind, ReferralResult
from tests.api.test_bodies_deeds import anything, told

ALL: list[type[Body]] = [
    dissent.AppealBody,
    dissent.AppealAnswerBody,
    dissent.ReferralBody,
    dissent.ReferralEndBody,
    messages.MessageBody,
    messages.ReadBody,
]
ID = "0193c3a0-7c00-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("body", "raw", "expected"),
    (
        (dissent.AppealBody, {"grounds": "x" * 4000}, {}),
        (dissent.AppealBody, {"grounds": "x" * 4001}, {"/grounds": "too_long"}),
        (dissent.AppealBody, {"grounds": " "}, {"/grounds": "malformed"}),
        (dissent.AppealBody, {"grounds": None, "who": "me"}, {"/grounds": "not_text", "/who": "unknown_member"}),
        (dissent.AppealAnswerBody, {}, {"/comment": "missing"}),
        (dissent.ReferralBody, {"kind": "court", "note": None}, {}),
        (dissent.ReferralBody, {"kind": "Court"}, {"/kind": "not_one_of"}),
        (dissent.ReferralEndBody, {"result": "ruling"}, {}),
        (dissent.ReferralEndBody, {"result": "case_went_on"}, {"/result": "not_one_of"}),
        (messages.MessageBody, {"text": "x"}, {}),
        (messages.MessageBody, {"text": "x", "attachments": [ID]}, {}),
        (messages.MessageBody, {"text": "x", "attachments": [ID] * 21}, {"/attachments": "too_many"}),
        (messages.MessageBody, {"text": "x", "attachments": ["7"]}, {"/attachments/0": "malformed"}),
        (messages.ReadBody, {}, {}),
        (messages.ReadBody, {"message_id": ID}, {}),
        (messages.ReadBody, {"message_id": 7}, {"/message_id": "not_text"}),
    ),
)
def test_what_can_be_said_and_what_is_wrong_with_the_rest(
    body: type[Body], raw: dict[str, Any], expected: dict[str, str]
) -> None:
    assert told(body, raw) == expected


@pytest.mark.parametrize("kind", ReferralKind)
def test_every_kind_can_be_referred_to(kind: ReferralKind) -> None:
    assert told(dissent.ReferralBody, {"kind": kind.value}) == {}


@pytest.mark.parametrize("result", ReferralResult)
def test_every_result_but_that_of_the_service_can_be_told(result: ReferralResult) -> None:
    wrong = told(dissent.ReferralEndBody, {"result": result.value})
    assert set(wrong) == ({"/result"} if result is ReferralResult.CASE_WENT_ON else set())


@given(raw=anything, body=st.sampled_from(ALL))
def test_whatever_is_sent_is_read_or_refused(raw: object, body: type[Body]) -> None:
    for pointer in told(body, raw):
        assert not pointer or pointer.startswith("/")
