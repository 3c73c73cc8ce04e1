"""The page on kinds of policies shows what works."""

import json
import re
from pathlib import Path
from typing import Final

from service.domain.consulting import Answer
from service.domain.policy import Outcome
from service.policies.found import look
from service.policies.graph import GraphTable
from service.policies.remote import EndpointTable, RemotePolicy
from tests.policies.samples import ON, facts

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = (DOCS / "policy-kinds.md").read_text(encoding="utf-8")


def test_the_examples_can_be_used_as_they_stand_and_the_answer_is_one() -> None:
    found = look(DOCS / "examples")
    elsewhere = found.known["elsewhere"]
    [shown] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert not found.problems
    assert found.known["careful"].judge(facts(), on=ON).outcome is Outcome.APPROVE
    assert isinstance(elsewhere, RemotePolicy)
    assert elsewhere.heard(Answer(result=json.loads(shown)), facts(), on=ON).outcome is Outcome.APPROVE


def test_every_key_of_an_endpoint_is_on_the_page_with_its_default() -> None:
    for name, key in EndpointTable.model_fields.items():
        assert f"`{name}`" in PAGE or f"`{name}." in PAGE, name
        if isinstance(key.default, int):
            assert f"{key.default:,}" in PAGE
    assert "`unknown_facts" in PAGE
    assert set(GraphTable.model_fields) == {"policy", "reasons", "graph", "unknown_facts", "answer"}
