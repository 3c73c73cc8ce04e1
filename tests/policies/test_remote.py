"""A remote policy is asked over real HTTP; whatever goes wrong there is manual with the fault, in time, never more."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from service.domain.consulting import Answer, AnswerNeeded, Answers
from service.domain.facts import NAMES
from service.domain.policy import Eligibility, Outcome, Verdict
from service.policies.breaker import Breaker
from service.policies.found import look
from service.policies.kept import read as read_kept
from service.policies.kept import version_of
from service.policies.pack import PackBroken
from service.policies.remote import RemotePolicy
from service.policies.remote_asking import RemoteAsking
from tests.policies.opa import APPROVES, Json, Opa, dripping, endless, hanging_up, remote, send, serving, silent
from tests.policies.samples import ON, facts, some_facts

TWO_IN_A_ROW = "[endpoint.breaker]\nfaults = 2\nseconds = 30\n"


@pytest.fixture
def opa() -> Iterator[Opa]:
    with serving() as running:
        yield running


async def judged(policy: RemotePolicy, asking: RemoteAsking | None = None, **changes: Any) -> Verdict:
    """Ask a policy about facts, and return the verdict on its answer."""
    about = facts(**changes)
    answer = await (asking or RemoteAsking()).ask(policy, policy.question(about, on=ON))
    return policy.heard(answer, about, on=ON)


def fault(verdict: Verdict) -> str:
    """Return the fault of a verdict that hands a case to a person because of one."""
    assert verdict.outcome is Outcome.MANUAL
    assert [reason.code for reason in verdict.reasons] == ["POLICY_FAULT"]
    [told] = [line.fault for line in verdict.trace if line.fault]
    return told


async def test_it_is_asked_by_opas_data_api_with_all_facts(opa: Opa, tmp_path: Path) -> None:
    verdict = await judged(remote(tmp_path, f"{opa.url}/opa/"))

    assert verdict.outcome is Outcome.APPROVE
    assert verdict.eligible("L-001") == ("term_extension",)
    assert {p.code for p in verdict.programmes if p.eligibility is Eligibility.INELIGIBLE}
    assert opa.paths == ["/opa/v1/data/parley/decision"]
    [asked] = opa.asked
    assert asked["input"]["on"] == "2026-11-15"
    assert asked["input"]["case"].keys() == NAMES
    assert asked["input"]["case"]["exposure"] == 11408544
    assert [loan["loan_id"] for loan in asked["input"]["loans"]] == ["L-001"]
    assert opa.headers[0]["Content-Type"] == "application/json"
    assert "Authorization" not in opa.headers[0]


async def test_what_may_never_count_against_a_borrower_is_not_told(opa: Opa, tmp_path: Path) -> None:
    policy = remote(tmp_path, opa.url)
    await judged(policy, vulnerable=True, hardship_reason="illness")
    await judged(policy, vulnerable=False, hardship_reason="unemployment")

    told = [(asked["input"]["case"]["vulnerable"], asked["input"]["case"]["hardship_reason"]) for asked in opa.asked]
    assert told == [(None, None), (None, "unemployment")]


async def test_its_reasons_have_the_words_of_the_sidecar_and_it_stands_under_the_precedence(
    opa: Opa, tmp_path: Path
) -> None:
    policy = remote(tmp_path, opa.url)
    opa.says({"outcome": "reject", "reasons": [{"code": "SCORE_TOO_LOW", "fact": "exposure"}]})
    verdict = await judged(policy)
    [reason] = verdict.reasons
    assert (verdict.outcome, reason.code, reason.value) == (Outcome.REJECT, "SCORE_TOO_LOW", 11408544)
    assert (reason.source, reason.text["en"]) == ("score card 7", "The score is too low.")
    opa.says(APPROVES)
    assert (await judged(policy, evidence_missing=1)).outcome is Outcome.REQUEST_INFORMATION
    assert (await judged(policy, evidence_unverified=1)).outcome is Outcome.MANUAL


@pytest.mark.parametrize(
    ("document", "told"),
    (
        (b"", "the answer is no JSON"),
        (b"<html>", "the answer is no JSON"),
        (b"[" * 50_000, "the answer is no JSON"),
        (b'"\xff"', "the answer is no JSON"),
        (b'{"result": {"outcome": "approve", "programmes": [], "x": NaN}}', "the answer is not as agreed"),
        (b'{"result": {"outcome": "reject", "outcome": "manual"}}', "the answer says something twice"),
        ({}, "it has no decision under this path"),
        ({"result": None}, "it has no decision under this path"),
        ([], "the answer is not as agreed: model_type"),
        ({"result": True}, "the answer is not as agreed: model_type"),
        ({"result": {"allow": True}}, "the answer is not as agreed at outcome: missing"),
        ({"result": {**APPROVES, "allow": True}}, "the answer is not as agreed: extra_forbidden"),
        ({"result": {**APPROVES, "outcome": "yes"}}, "the answer is not as agreed at outcome: enum"),
        ({"result": {**APPROVES, "reasons": {}}}, "the answer is not as agreed at reasons: tuple_type"),
        (
            {"result": {**APPROVES, "reasons": [{"code": "A\u0000B"}]}},
            "the answer is not as agreed at reasons[0].code: string_pattern_mismatch",
        ),
        (
            {"result": {**APPROVES, "reasons": [{"code": "WHY"}] * 501}},
            "the answer is not as agreed at reasons: too_long",
        ),
        ({"result": {**APPROVES, "programmes": []}}, "it approves, and no programme is open"),
        ({"result": {"outcome": "reject"}}, "it rejects without a reason"),
        (
            {"result": {"outcome": "reject", "reasons": [{"code": "SECRET"}]}},
            "there are no words for the reason SECRET",
        ),
    ),
)
async def test_nonsense_is_manual(opa: Opa, tmp_path: Path, document: object, told: str) -> None:
    opa.answer = lambda to, _: send(to, document)

    assert fault(await judged(remote(tmp_path, opa.url))).startswith(told)


@pytest.mark.parametrize("status", (201, 204, 301, 302, 307, 400, 401, 404, 500, 503))
async def test_any_other_status_is_manual_and_no_redirect_is_followed(opa: Opa, tmp_path: Path, status: int) -> None:
    def elsewhere(to: BaseHTTPRequestHandler, _asked: Json) -> None:
        to.send_response(status)
        to.send_header("Location", f"{opa.url}/v1/data/other")
        to.send_header("Content-Length", "0")
        to.end_headers()

    opa.answer = elsewhere

    assert fault(await judged(remote(tmp_path, opa.url))) == f"it answered with the status {status}"
    assert len(opa.asked) == 1


@pytest.mark.parametrize("slow", (silent, dripping))
async def test_the_whole_exchange_has_a_deadline(opa: Opa, tmp_path: Path, slow: Any) -> None:
    """Also where each byte comes in time."""
    opa.answer = slow(opa)
    before = monotonic()

    assert fault(await judged(remote(tmp_path, opa.url, "deadline = 0.2"))) == "it did not answer within 0.2 s"
    assert monotonic() - before < 5


async def test_an_answer_without_end_is_cut_off(opa: Opa, tmp_path: Path) -> None:
    opa.answer = endless
    policy = remote(tmp_path, opa.url, "size_max = 50000\ndeadline = 10")

    assert fault(await judged(policy)) == "its answer is larger than 50000 bytes"


async def test_a_packed_answer_is_refused(opa: Opa, tmp_path: Path) -> None:
    """A few bytes could become any number."""

    def packed(to: BaseHTTPRequestHandler, _asked: Json) -> None:
        to.send_response(200)
        to.send_header("Content-Encoding", "gzip")
        to.end_headers()

    opa.answer = packed
    assert fault(await judged(remote(tmp_path, opa.url))) == "its answer is packed, which was not asked for"


async def test_a_closed_connection_a_closed_port_and_a_host_that_is_not_are_manual(opa: Opa, tmp_path: Path) -> None:
    opa.answer = hanging_up
    assert fault(await judged(remote(tmp_path, opa.url))) == "it cannot be reached: RemoteProtocolError"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert fault(await judged(remote(tmp_path, closed))) == "it cannot be reached: ConnectError"
    assert fault(await judged(remote(tmp_path, "https://127.0.0.1:1"))) == "it cannot be reached: ConnectError"
    assert fault(await judged(remote(tmp_path, opa.url.replace("http:", "https:")))).startswith("it cannot be reached:")
    assert fault(await judged(remote(tmp_path, f"http://{'a' * 70}.example"))).startswith("it cannot be reached:")
    missing = remote(tmp_path, "https://127.0.0.1:1", f'ca_file = "{tmp_path}/none.pem"')
    assert fault(await judged(missing)) == "it cannot be reached: FileNotFoundError"


async def test_a_policy_that_fails_in_a_row_is_left_alone_then_tried_by_one(opa: Opa, tmp_path: Path) -> None:
    now = 0.0
    policy = remote(tmp_path, opa.url, TWO_IN_A_ROW)
    asking = RemoteAsking(clock=lambda: now)
    opa.answer = hanging_up
    await judged(policy, asking)
    opa.says(APPROVES)
    assert (await judged(policy, asking)).outcome is Outcome.APPROVE
    opa.answer = hanging_up
    for _ in range(2):
        await judged(policy, asking)
    opa.says(APPROVES)
    count = len(opa.asked)
    assert fault(await judged(policy, asking)).startswith("it is not asked for a while")
    now = 29.9
    assert fault(await judged(policy, asking)).startswith("it is not asked for a while")
    assert len(opa.asked) == count
    now = 30.0
    assert (await judged(policy, asking)).outcome is Outcome.APPROVE
    assert (await judged(policy, asking)).outcome is Outcome.APPROVE
    other = remote(tmp_path, opa.url, TWO_IN_A_ROW, ('version = "2026.1"', 'version = "2026.2"'))
    opa.answer = hanging_up
    for _ in range(2):
        await judged(policy, asking)
    opa.says(APPROVES)
    assert (await judged(other, asking)).outcome is Outcome.APPROVE


def test_a_breaker_lets_one_through_after_its_pause_and_opens_again_if_that_fails() -> None:
    now = 0.0
    breaker = Breaker(faults_max=2, seconds=10, clock=lambda: now)
    breaker.failed()
    assert breaker.lets_through()
    breaker.failed()
    assert not breaker.lets_through()
    now = 10.0
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.failed()
    now = 19.9
    assert not breaker.lets_through()
    now = 20.0
    assert breaker.lets_through()
    breaker.well()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize(
    ("token", "sent"), (("s3cret", "Bearer s3cret"), (" s3cret\n", "Bearer s3cret"), ("", None), ("a\nb", None))
)
async def test_a_token_comes_from_the_environment(opa: Opa, tmp_path: Path, token: str, sent: str | None) -> None:
    asking = RemoteAsking(environment={"OPA_TOKEN": token})
    verdict = await judged(remote(tmp_path, opa.url, 'token_from = "OPA_TOKEN"'), asking)
    if sent is None:
        assert fault(verdict) == "the environment variable OPA_TOKEN holds no token"
        assert not opa.asked
    else:
        assert opa.headers[0]["Authorization"] == sent


async def test_the_token_and_the_facts_are_not_told_in_a_fault_nor_logged(
    opa: Opa, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opa.answer = lambda to, asked: send(to, {"result": asked})
    asking = RemoteAsking(environment={"OPA_TOKEN": "s3cret"})
    told = fault(await judged(remote(tmp_path, opa.url, 'token_from = "OPA_TOKEN"'), asking))

    assert told == "the answer is not as agreed at outcome: missing"
    assert "elsewhere@2026.1" in caplog.text
    assert not any(word in caplog.text for word in ("s3cret", "11408544", "L-001"))


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    (
        ("url", '"ftp://opa"', "endpoint.url: is an http or https address"),
        ("url", '"http://"', "endpoint.url: is an http or https address"),
        ("url", '"http://opa:99999"', "endpoint.url: is an http or https address"),
        ("url", '"http://u:p@opa"', "endpoint.url: has no password, no query and no fragment; a token has its own key"),
        ("url", '"http://opa?x=1"', "endpoint.url: has no password, no query and no fragment; a token has its own key"),
        ("path", '"a/../b"', "endpoint.path: is names with strokes between them, as parley/decision"),
        ("path", '"/a"', "endpoint.path: is names with strokes between them, as parley/decision"),
        ("deadline", "0", "endpoint.deadline: cannot be so"),
        ("deadline", "10.5", "endpoint.deadline: is at most 10"),
        ("size_max", "10", "endpoint.size_max: is at least 100"),
        (
            "token_from",
            '"PARLEY_X"',
            "endpoint.token_from: does not begin with PARLEY_, which are settings of the service",
        ),
        ("ca_file", '"ca.pem"', "endpoint.ca_file: is the whole path of a file"),
        ("retries", "3", "endpoint.retries: there is no such key"),
    ),
)
def test_a_sidecar_that_cannot_be_is_refused(tmp_path: Path, key: str, value: str, problem: str) -> None:
    lines = {"url": '"http://127.0.0.1:8181"', "path": '"parley/decision"'}
    changes = [(f"{key} = {lines[key]}", f"{key} = {value}")] if key in lines else []
    with pytest.raises(PackBroken) as broken:
        remote(tmp_path, "http://127.0.0.1:8181", "" if changes else f"{key} = {value}", *changes)

    assert broken.value.problems == (f"elsewhere.remote.toml: {problem}",)


def test_a_token_is_not_sent_where_anybody_can_read_it(tmp_path: Path) -> None:
    for here in ("http://localhost:8181", "http://[::1]:8181", "https://opa.bank.example"):
        remote(tmp_path, here, 'token_from = "OPA_TOKEN"')
    with pytest.raises(PackBroken, match="needs an https address"):
        remote(tmp_path, "http://opa.bank.example", 'token_from = "OPA_TOKEN"')


def test_who_only_judges_cannot_ask_and_an_answer_is_found_by_its_very_question(tmp_path: Path) -> None:
    policy, answers, said = remote(tmp_path, "http://127.0.0.1:1"), Answers(), Answer(result=APPROVES)
    assert fault(policy.judge(facts(), on=ON)) == "nobody can be asked here"
    question = policy.question(facts(), on=ON)
    with pytest.raises(AnswerNeeded):
        answers.to(policy, question)
    answers.add(policy, question, said)
    assert answers.to(policy, question) is said
    for days in (1, 2):
        changed = policy.question(facts(days_past_due=days), on=ON)
        with pytest.raises(AnswerNeeded):
            answers.to(policy, changed)
        answers.add(policy, changed, said)
    assert answers.to(policy, policy.question(facts(days_past_due=3), on=ON)) == Answer(
        fault="the facts changed each time while it was asked"
    )


def test_a_kept_remote_policy_makes_the_same_of_an_answer(tmp_path: Path) -> None:
    policy = remote(tmp_path, "http://127.0.0.1:1")
    version = version_of(policy, name="elsewhere")
    again = read_kept(version.kind, version.text, version.id)

    assert isinstance(again, RemotePolicy)
    assert (version.kind, again.digest) == ("remote", policy.digest)
    for answer in (Answer(result=APPROVES), Answer(fault="x"), Answer(result={"outcome": "yes"}), Answer()):
        assert again.heard(answer, facts(), on=ON) == policy.heard(answer, facts(), on=ON)
    other = remote(tmp_path, "http://127.0.0.1:1", "", ("score card 7", "score card 8"))
    assert other.digest != policy.digest
    assert look(tmp_path).known["elsewhere"].digest == other.digest


def test_a_question_is_json_whatever_is_known(tmp_path: Path) -> None:
    policy = remote(tmp_path, "http://127.0.0.1:1")

    assert json.loads(policy.question(some_facts(), on=ON))["input"]["amount"] == {}


async def test_what_is_not_elsewhere_is_not_asked() -> None:
    standard = look(None).known["standard"]

    assert await RemoteAsking().ask(standard, "{}") == Answer(fault="nobody can be asked here")
