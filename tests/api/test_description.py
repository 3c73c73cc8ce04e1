"""The description of the API: current, valid, complete, and with examples that are what the service answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.api.documentation_parts import TAGS
from service.api.examples import ANSWERS, REQUESTS
from service.api.problem_kinds import answers_with_record
from service.api.routes import ROUTERS
from service.api.transaction import Opens
from service.api.vocabulary import WORDS, meanings
from service.app import create_app
from service.settings import Settings
from tests.api.description import OPERATIONS, PROBLEM, Operation, description, faults_of, resolved
from tests.api.running import running
from tests.api.telling import settled, told
from tests.conftest import Service

COMMITTED: Final = Path(__file__).parents[2] / "openapi" / "openapi.json"
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all operations that are described, those of the operators too."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every member of a document, however deep."""
    if isinstance(value, dict):
        yield from value.items()
        for inner in value.values():
            yield from members(inner)
    elif isinstance(value, list):
        for item in value:
            yield from members(item)


def test_the_committed_description_is_current() -> None:
    """`make openapi` writes it anew; a change of it is a change of the contract, and is read as such."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == description()


def test_the_description_is_valid() -> None:
    OpenAPIV31SpecValidator(description()).validate()
    assert description()["openapi"].startswith("3.1")


def test_everything_is_reachable_under_whatever_address_it_was_read() -> None:
    assert [server["url"] for server in description()["servers"]] == ["/"]


def test_operations_are_named_once_and_for_good() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert {o.name for o in OPERATIONS} <= set(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in ids)
    named = {route.name for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]
    assert set(ids) <= named


@pytest.mark.parametrize("operation", [o for _, o in operations()], ids=lambda o: o["operationId"])
def test_an_operation_says_what_it_does_and_for_whom(operation: dict[str, Any]) -> None:
    assert 5 < len(operation["summary"]) < 120
    assert operation["description"].endswith((".", "`"))
    assert set(operation["tags"]) <= set(TAGS)
    assert operation["tags"][0] in {tag["name"] for tag in description()["tags"]}


def test_tags_are_described_and_all_of_them_used() -> None:
    used = {tag for _, operation in operations() for tag in operation["tags"]}
    assert {tag["name"]: tag["description"] for tag in description()["tags"]} == {name: TAGS[name] for name in used}


@EVERY_OPERATION
def test_an_operation_lists_what_the_door_reads_and_asks_for(operation: Operation) -> None:
    given = [resolved(parameter) for parameter in operation.described.get("parameters", ())]
    headers = {p["name"]: p["required"] for p in given if p["in"] == "header"}
    writes, is_public = operation.route.opens is Opens.WRITING, operation.route.opens is Opens.NOTHING
    on_record = writes and "{" in operation.route.path
    wanted: dict[str, bool] = {}
    if operation.route.needs_key:
        wanted["Idempotency-Key"] = True
    if on_record or (operation.method == "GET" and answers_with_record(operation.route)):
        wanted["If-Match"] = operation.method in {"PATCH", "PUT", "DELETE"}
    if operation.method == "GET" and answers_with_record(operation.route):
        wanted["If-None-Match"] = False
    assert headers == wanted
    assert operation.described["security"] == ([] if is_public else [{"ApiKey": []}])
    assert all(p.get("description") for p in given)
    for parameter in given:
        assert {"type": "null"} not in parameter["schema"].get("anyOf", ()), "nothing in an address is null"


@EVERY_OPERATION
def test_an_operation_lists_every_status_with_its_codes(operation: Operation) -> None:
    answers = {status: resolved(answer) for status, answer in operation.described["responses"].items()}
    assert [status for status in answers if status.startswith("2")] == [str(operation.route.status_code or 200)]
    for status, answer in answers.items():
        if not status.startswith(("4", "5", "d")):
            continue
        assert answer["content"] == {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for code in answer.get("x-codes", ()):
            assert f"* `{code}`: " in answer["description"]
        assert status == "default" or answer["x-codes"]
    if operation.route.opens is not Opens.NOTHING:
        assert {"401", "422", "503", "default"} <= set(answers)


def test_a_problem_is_described_once() -> None:
    text = json.dumps(description())
    assert text.count('"title": "Problem"') == 1
    assert "HTTPValidationError" not in text
    assert '"ValidationError"' not in text


def test_every_vocabulary_says_what_its_words_mean() -> None:
    schemas = description()["components"]["schemas"]
    described = meanings()
    for kind in WORDS:
        assert set(described[kind.__name__]) == {str(word) for word in kind}, kind
    for name, schema in schemas.items():
        if "enum" in schema:
            assert schema["description"], name
        for word in described.get(name, {}):
            assert f"* `{word}`: " in schema["description"], name
    assert {kind.__name__ for kind in WORDS} <= set(schemas)


def bodies() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield every example of what is sent: where it stands, its schema, and the example."""
    for where, operation in operations():
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            shown = [example["value"] for example in media.get("examples", {}).values()]
            shown += [media["example"]] if "example" in media else []
            yield from ((f"{where} {kind}", media["schema"], example) for example in shown)


def answers() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield every example of what is answered."""
    for where, operation in operations():
        for status, answer in operation["responses"].items():
            for media in resolved(answer).get("content", {}).values():
                shown = [resolved(example)["value"] for example in media.get("examples", {}).values()]
                shown += [media["example"]] if "example" in media else []
                yield from ((f"{where} {status}", media["schema"], example) for example in shown)


def test_every_example_has_the_shape_that_it_stands_for() -> None:
    found = [(where, faults_of(schema, example)) for where, schema, example in (*bodies(), *answers())]
    assert len(found) > 60
    assert [(where, faults) for where, faults in found if faults] == []
    for name, schema in description()["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            assert faults_of({"$ref": f"#/components/schemas/{name}"}, example) == [], name


@EVERY_OPERATION
def test_every_body_and_every_answer_has_an_example(operation: Operation) -> None:
    described = operation.described
    for media in described.get("requestBody", {}).get("content", {}).values():
        assert media.get("examples") or media.get("example"), operation.name
    answer = resolved(described["responses"][str(operation.route.status_code or 200)])
    for kind, media in answer["content"].items():
        assert kind != "application/json" or media.get("examples") or media.get("example"), operation.name


def test_no_example_is_left_over() -> None:
    names = {o.name for o in OPERATIONS}
    assert set(REQUESTS) <= names
    referred = {value for name, value in members(description()["paths"]) if name == "$ref" and "/examples/" in value}
    assert {reference.rpartition("/")[2] for reference in referred} == set(ANSWERS)


async def test_the_examples_are_what_the_service_answers(tmp_path: Path) -> None:
    """`make openapi` writes them anew."""
    async with running(Settings.of(data=tmp_path)) as service:
        assert settled(await told(service)) == ANSWERS


def test_the_examples_tell_lis_story() -> None:
    """The figures of the design: 637.03 and 131.99 accrue, 114,479.11 is scheduled, 36 payments of 3,934.90."""
    counter, case = ANSWERS["CounterView"], ANSWERS["CaseView"]
    lines = {line["component"]: line for line in counter["offer"]["loans"][0]["reconciliation"]}
    assert (lines["interest"]["accrued"], lines["penalty"]["accrued"]) == (63703, 13199)
    assert lines["principal"]["scheduled"] == 11447911
    rows = counter["offer"]["loans"][0]["schedule"]["instalments"]
    assert (rows[0]["payment"], rows[-1]["number"], rows[-1]["closing"]) == (393490, 36, 0)
    assert {
        "limit": "instalments_max_of_original",
        "bound": 36,
        "asked": 48,
        "loan_id": "L-001",
        "on": None,
    } in counter["binding"]
    assert (case["state"], case["application"]["loans"][0]["balance"]["principal"]) == ("offered", 11069457)
    assert ANSWERS["AgreementView"]["offer_id"] == counter["offer"]["id"]
    whole = ANSWERS["SchedulesView"]["loans"][0]["instalments"]
    assert [row["number"] for row in whole] == list(range(1, len(whole) + 1))


async def test_the_documentation_is_served_with_assets_of_its_own_and_a_strict_policy(service: Service) -> None:
    """Nothing in the page is run or comes from elsewhere; the page was looked at in a browser under this policy."""
    page = await service.http.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy.replace("https", "http").replace("http:", "http")
    assert not re.search(r"<script[^>]*>[^<]", page.text)
    assert not re.search(r"\son\w+=|<style|style=", page.text)
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 4
    for asset in assets:
        assert not asset.startswith(("/", "http"))
        assert (await service.http.get(f"/{asset}")).status_code == 200, asset
    script = (await service.http.get("/static/docs.js")).text
    assert 'url: "openapi.json"' in script
    assert (await service.http.get("/openapi.json")).json() == create_app(Settings()).openapi()


@pytest.mark.parametrize("path", ("/docs", "/openapi.json", "/livez", "/readyz", "/static/docs.js", "/nothing"))
async def test_every_answer_says_what_a_browser_may_not_do_with_it(service: Service, path: str) -> None:
    answer = await service.http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    forged = await service.http.get(path, headers={"X-Request-Id": "mine"})
    assert forged.headers["x-request-id"] not in {"mine", answer.headers["x-request-id"]}
