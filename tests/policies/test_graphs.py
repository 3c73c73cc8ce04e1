"""A decision graph judges in the words of its sidecar, says all that is wrong with it, never approves by mistake."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.domain.facts import CaseFacts, Facts
from service.domain.policy import Eligibility, Outcome, Verdict
from service.domain.recourse import recourse
from service.policies.found import guarded, look
from service.policies.graph import Graph
from service.policies.graph_reading import REFUSED
from service.policies.kept import read as read_kept
from service.policies.kept import version_of
from service.policies.pack import PackBroken
from tests.policies.graphs import (
    CAREFUL,
    copy_careful,
    drawn,
    expressions,
    read,
    small,
    write_small,
)
from tests.policies.samples import ON, facts

OPEN = "[{code: 'term_extension', eligibility: 'eligible'}]"
YES = {"outcome": "'approve'", "programmes": OPEN}


@pytest.fixture
def careful() -> Graph:
    graph = read(CAREFUL)
    assert isinstance(graph, Graph)
    return graph


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def faults(verdict: Verdict) -> list[str]:
    return [line.fault for line in verdict.trace if line.fault]


@pytest.mark.parametrize(
    ("changes", "outcome", "reasons"),
    (
        ({}, Outcome.APPROVE, []),
        ({"days_past_due": 181}, Outcome.MANUAL, ["LONG_OVERDUE"]),
        ({"days_past_due": 200, "breaches_24m": 2}, Outcome.MANUAL, ["LONG_OVERDUE", "BROKEN_BEFORE"]),
        ({"exceeds_ability": False, "days_past_due": 0}, Outcome.REJECT, ["NO_HARDSHIP"]),
        ({"evidence_missing": 2}, Outcome.REQUEST_INFORMATION, ["EVIDENCE_MISSING"]),
        ({"evidence_unverified": 1}, Outcome.MANUAL, ["EVIDENCE_UNVERIFIED"]),
        ({"currency": "XAU"}, Outcome.MANUAL, ["CURRENCY_NOT_COVERED"]),
        ({"exceeds_ability": False, "days_past_due": 0, "evidence_missing": 2}, Outcome.REJECT, ["NO_HARDSHIP"]),
    ),
)
def test_a_graph_judges_and_stands_under_the_precedence_of_packs(
    careful: Graph, changes: dict[str, Any], outcome: Outcome, reasons: list[str]
) -> None:
    verdict = careful.judge(facts(**changes), on=ON)

    assert (verdict.outcome, codes(verdict), faults(verdict)) == (outcome, reasons, [])
    assert (verdict.policy_id, verdict.digest) == ("careful@2026.1", careful.digest)
    assert all(reason.source and reason.text.keys() >= {"en", "zh-CN"} for reason in verdict.reasons)


def test_a_verdict_names_value_source_limits_and_every_programme_of_the_settings(careful: Graph) -> None:
    verdict = careful.judge(facts(days_past_due=200), on=ON)
    [reason] = verdict.reasons

    assert (reason.fact, reason.value, reason.source) == ("days_past_due", 200, "our choice")
    assert {p.code for p in verdict.programmes} == {p.code for p in careful.settings.programmes}
    assert verdict.eligible("L-001") == ("term_extension",)
    [extension] = [p for p in verdict.programmes if p.code == "term_extension"]
    assert extension.limits
    assert [line.facts for line in verdict.trace if line.rule == "case"] == [
        {"breaches_24m": 0, "days_past_due": 200, "exceeds_ability": True}
    ]


@pytest.mark.parametrize("fact", ("breaches_24m", "days_past_due", "exceeds_ability", "exposure"))
def test_a_fact_that_the_graph_reads_and_that_is_not_known_is_for_a_person(careful: Graph, fact: str) -> None:
    """In a table an unknown value only fails to match: the row that would refuse would be passed over."""
    verdict = careful.judge(facts(**{fact: None}), on=ON)

    assert verdict.outcome is Outcome.MANUAL
    assert {(r.code, r.fact) for r in verdict.reasons} == {("FACT_UNKNOWN", fact)}
    assert faults(verdict)


def test_missing_documents_are_asked_for_before_a_person_looks_at_unknown_facts(careful: Graph) -> None:
    verdict = careful.judge(facts(breaches_24m=None, evidence_missing=1), on=ON)

    assert verdict.outcome is Outcome.REQUEST_INFORMATION
    assert codes(verdict)[0] == "EVIDENCE_MISSING"
    assert set(codes(verdict)[1:]) == {"FACT_UNKNOWN"}


def test_a_graph_may_deal_with_an_unknown_fact_itself(tmp_path: Path) -> None:
    says = expressions(
        outcome="case.income == null ? 'request_information' : 'approve'",
        reasons="case.income == null ? [{code: 'FACT_UNKNOWN', fact: 'income'}] : []",
        programmes=OPEN,
    )
    graph = small(tmp_path, says, before='unknown_facts = ["income"]')
    asked = graph.judge(facts(), on=ON)

    assert (asked.outcome, [r.fact for r in asked.reasons]) == (Outcome.REQUEST_INFORMATION, ["income"])
    assert graph.judge(facts(income=900000), on=ON).outcome is Outcome.APPROVE


@pytest.mark.parametrize(
    ("says", "fault"),
    (
        ({"outcome": "'aprove'", "programmes": OPEN}, "the answer is not as agreed at outcome: enum"),
        ({"outcome": "1"}, "the answer is not as agreed at outcome: enum"),
        ({"verdict": "'approve'"}, "the answer is not as agreed at outcome: enum"),
        ({"outcome": "'approve'"}, "it approves, and no programme is open"),
        (
            {"outcome": "'approve'", "programmes": "[{code: 'term_extension', eligibility: 'ineligible'}]"},
            "it approves, and no programme is open",
        ),
        (
            {"outcome": "'approve'", "programmes": "[{code: 'gift', eligibility: 'eligible'}]"},
            "there is no programme gift",
        ),
        (
            {"outcome": "'approve'", "programmes": "[{code: 'term_extension', eligibility: 'yes'}]"},
            "the answer is not as agreed at programmes[0].eligibility: enum",
        ),
        (
            {"outcome": "'approve'", "programmes": "[{code: 'term_extension', eligibility: 'eligible', loan: 'L-9'}]"},
            "the answer is not as agreed at programmes[0]: extra_forbidden",
        ),
        (
            {
                "outcome": "'approve'",
                "programmes": "[{code: 'term_extension', eligibility: 'eligible', loan_id: 'L-9'}]",
            },
            "a programme is for a loan that the case does not have",
        ),
        (
            {**YES, "programmes": f"[{OPEN}[0], {{code: 'term_extension', eligibility: 'ineligible'}}]"},
            "the programme term_extension was answered twice for a loan",
        ),
        (
            {**YES, "programmes": "[{code: 'term_extension', eligibility: 'eligible', missing: ['nix']}]"},
            "the programme term_extension misses a fact that there is not",
        ),
        ({**YES, "programmes": "'all'"}, "the answer is not as agreed at programmes: tuple_type"),
        ({**YES, "reasons": "[{code: 'NOBODY_KNOWS'}]"}, "there are no words for the reason NOBODY_KNOWS"),
        ({**YES, "reasons": "['WHY']"}, "the answer is not as agreed at reasons[0]: model_type"),
        ({**YES, "reasons": "[{code: 'WHY', fact: 'shoe_size'}]"}, "a reason names a fact that there is not"),
        ({**YES, "reasons": "[{code: 'WHY', loan_id: 'L-9'}]"}, "a reason names a loan that the case does not have"),
        (
            {**YES, "reasons": "[{code: 'FACT_UNKNOWN', fact: 'exposure'}]"},
            "FACT_UNKNOWN names a fact that is not known",
        ),
        ({"outcome": "'reject'"}, "it rejects without a reason"),
        ({"outcome": "'request_information'"}, "it asks for information and does not say for which"),
        ({"outcome": "case.currency * 2"}, "Failed to evaluate expression"),
    ),
)
def test_whatever_else_a_graph_answers_is_manual_with_the_fault(
    tmp_path: Path, says: dict[str, str], fault: str
) -> None:
    verdict = small(tmp_path, expressions(**says)).judge(facts(), on=ON)

    assert (verdict.outcome, codes(verdict)) == (Outcome.MANUAL, ["POLICY_FAULT"])
    [told] = faults(verdict)
    assert fault in told
    assert "Stack backtrace" not in told


def test_the_answer_may_stand_elsewhere_in_the_output_and_facts_beside_it(tmp_path: Path) -> None:
    said = expressions(**{"said.what": "'approve'", "said.open": OPEN, "more": "case.exposure"})
    said["content"]["passThrough"] = True
    where = '[answer]\noutcome = "said.what"\nprogrammes = "said.open"\nreasons = "said.why"\n'

    assert small(tmp_path, said, after=where).judge(facts(), on=ON).outcome is Outcome.APPROVE


def test_money_is_exact(tmp_path: Path) -> None:
    """Minor units arrive as they are; a float would not tell these two apart."""
    says = expressions(
        outcome="case.exposure == 9007199254740993 ? 'approve' : 'manual'",
        programmes=OPEN,
    )
    graph = small(tmp_path, says)

    assert graph.judge(facts(exposure=9007199254740993), on=ON).outcome is Outcome.APPROVE
    assert graph.judge(facts(exposure=9007199254740992), on=ON).outcome is Outcome.MANUAL


@pytest.mark.parametrize("sees", ("case.vulnerable", "case.hardship_reason == 'illness'"))
def test_what_protects_a_borrower_cannot_count_against_one(tmp_path: Path, sees: str) -> None:
    against = {"outcome": f"{sees} ? 'reject' : 'approve'", "reasons": "[{code: 'WHY'}]", "programmes": OPEN}
    shut = {"outcome": "'manual'", "programmes": f"{sees} ? [] : {OPEN}"}
    helps = {"outcome": f"{sees} ? 'manual' : 'reject'", "reasons": "[{code: 'WHY'}]"}
    ill, well = facts(vulnerable=True, hardship_reason="illness"), facts(vulnerable=False, hardship_reason="other")
    for says in (against, shut):
        graph = small(tmp_path, expressions(**says))
        assert faults(graph.judge(ill, on=ON)) == ["a protective fact counts against the borrower"]
        assert graph.judge(ill, on=ON).outcome is Outcome.MANUAL
        assert not faults(graph.judge(well, on=ON))
    graph = small(tmp_path, expressions(**helps))
    assert (graph.judge(ill, on=ON).outcome, faults(graph.judge(ill, on=ON))) == (Outcome.MANUAL, [])


@pytest.mark.parametrize(
    ("expression", "problem"),
    (
        ("case.no_such_fact > 3", "unknown fact no_such_fact"),
        ("income > 3", "unknown name income; facts are written case.income"),
        ("amount.no_such > 3", "unknown amount no_such"),
        ("some(loans, #.no_such)", "unknown fact of a loan no_such"),
        ("loans[0].no_such", "unknown fact of a loan no_such"),
        ("$root.case.no_such", "unknown fact no_such"),
        ("$nodes.Facts.case.no_such", "unknown fact no_such"),
        ("case['income']", "names a member in brackets; write it with a point"),
        ("keys(case)", "names the whole case; name a fact of it, as in case.income"),
        ("`income ${case.income}`", "has a text with holes in it, whose names cannot be looked after"),
        ("rand(6)", "calls rand, which does not give the same answer every day or is not known here"),
        ("date('now') > 3", "calls date, which does not give the same answer every day or is not known here"),
        ("d().year()", "calls d, which does not give the same answer every day or is not known here"),
        ("case.income.add(3)", "calls case.income.add, which does not give the same answer every day"),
        ("map([0..9], #)", "makes a list of a range; a range can only be tested with `in`"),
        ("case.days_past_due in [len([1..3])]", "makes a list of a range"),
        ("$nodes.Nobody.x", "there is no node Nobody"),
        ("1 +", "is not understood by the expression engine"),
        ("(" * 41 + "1" + ")" * 41, "is nested more than 40 deep"),
        ("1 + " * 600 + "1", "is longer than 2000 characters"),
    ),
)
def test_an_expression_that_reads_what_there_is_not_or_is_not_pure_is_refused(
    tmp_path: Path, expression: str, problem: str
) -> None:
    with pytest.raises(PackBroken) as broken:
        small(tmp_path, expressions(outcome="'manual'", more=expression))

    assert any(p.startswith("small.jdm.json: node Says (x): expressions[1]: " + problem) for p in broken.value.problems)


@pytest.mark.parametrize(
    "expression",
    (
        "sum(map(loans, #.exposure)) > 0",
        "len(filter(loans, #.days_past_due > 30)) == 0",
        "case.currency in ['CNY', 'USD'] and not(case.insolvent == true)",
        "{a: 1, b: {c: 2}}",
        "loans[0].exposure ?? 0",
        "$.outcome == 'manual' ? 1 : 2",
        "case.days_past_due in [1..30]",
        "contains(case.requested_programmes, 'case.no_such_fact')",
    ),
)
def test_an_expression_over_facts_is_taken(tmp_path: Path, expression: str) -> None:
    graph = small(tmp_path, expressions(outcome="'manual'", more=expression))

    assert graph.judge(facts(requested_programmes=(), insolvent=False), on=ON).outcome is Outcome.MANUAL


def test_a_name_that_does_not_reach_a_node_is_refused_as_it_would_be_silently_unknown(tmp_path: Path) -> None:
    """Where a node does not pass its input through, the facts are null after it, and a row that refuses never fires."""
    stops, passes = expressions("a", early="1"), expressions("a", early="1")
    passes["content"]["passThrough"] = True
    reads = expressions("b", outcome="case.income > 3 ? 'manual' : 'manual'", more="early")
    with pytest.raises(PackBroken) as broken:
        small(tmp_path / "1", stops, reads)
    [told] = broken.value.problems
    assert told.startswith("small.jdm.json: node Says (b): expressions[0]: reads case, which does not reach it;")
    small(tmp_path / "2", passes, reads)
    small(tmp_path / "3", stops, expressions("b", outcome="$nodes.Facts.case.currency == 'X' ? 'manual' : 'manual'"))
    with pytest.raises(PackBroken) as broken:
        small(tmp_path / "4", stops, expressions("b", outcome="'manual'"), expressions("c", more="early + outcome"))
    assert broken.value.problems == (
        "small.jdm.json: node Says (c): expressions[0]: reads early, which does not reach it from every node before it",
    )
    over = {"hitPolicy": "first", "inputField": "loans", "executionMode": "loop", "outputPath": "each", "inputs": []}
    loop = {"id": "t", "type": "decisionTableNode", "name": "Each", "content": {**over, "outputs": [], "rules": []}}
    loop["content"]["inputs"] = [{"id": "1", "name": "Owed", "field": "case.income"}]  # type: ignore[index]
    with pytest.raises(PackBroken, match="reads case, which does not reach it"):
        small(tmp_path / "5", loop)


def test_a_switch_sends_facts_on_one_of_its_ways(tmp_path: Path) -> None:
    late, early = expressions("l", outcome="case.income > 0 ? 'manual' : 'manual'"), expressions("e", **YES)
    ways = [{"id": "w1", "condition": "case.days_past_due > 90"}, {"id": "w2", "condition": ""}]
    switch = {"id": "s", "type": "switchNode", "name": "Ways", "content": {"hitPolicy": "first", "statements": ways}}
    edges = [("in", "s"), ("s", "l"), ("s", "e"), ("l", "out"), ("e", "out")]
    document = json.loads(drawn(switch, late, early, edges=edges))
    document["edges"][1]["sourceHandle"], document["edges"][2]["sourceHandle"] = "w1", "w2"
    graph = read(write_small(tmp_path, json.dumps(document)))
    assert isinstance(graph, Graph)

    assert graph.judge(facts(income=1, days_past_due=91), on=ON).outcome is Outcome.MANUAL
    assert graph.judge(facts(income=1, days_past_due=90), on=ON).outcome is Outcome.APPROVE


def test_a_schema_is_refused_because_it_could_be_read_from_elsewhere(tmp_path: Path) -> None:
    """The engine follows its references over the network."""
    text = json.loads(drawn(expressions(outcome="'manual'")))
    text["nodes"][0]["content"] = {"schema": json.dumps({"$ref": "http://127.0.0.1:9/facts.json"})}
    with pytest.raises(PackBroken, match="has a schema, which could be read from elsewhere"):
        read(write_small(tmp_path, json.dumps(text)))


def test_all_problems_are_told_at_once_with_file_node_and_a_sentence(tmp_path: Path) -> None:
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "a", "name": "Age", "field": "case.age"}],
        "outputs": [{"id": "b", "name": "Outcome", "field": "outcome"}],
        "rules": [{"_id": "1", "a": "> > 3", "b": "case.shoe_size"}],
    }
    nodes = (
        {"id": "t", "type": "decisionTableNode", "name": "Table", "content": table},
        {"id": "f", "type": "functionNode", "name": "Dice", "content": "() => Math.random()"},
        {"id": "s", "type": "decisionNode", "name": "Other", "content": {"key": "other.json"}},
        {
            "id": "w",
            "type": "switchNode",
            "name": "Ways",
            "content": {"statements": [{"id": "1", "condition": "x > 3"}]},
        },
        {"id": "q", "type": "oracleNode", "name": ""},
        {"type": "expressionNode"},
        {"id": "c", "type": "expressionNode", "name": "Odd", "content": "text"},
    )
    path = write_small(
        tmp_path, drawn(*(n for n in nodes if "id" in n)), before='unknown_facts = ["luck"]', after="colour = 3"
    )
    text = json.loads((tmp_path / "small.jdm.json").read_text())
    text["nodes"].append({"type": "expressionNode"})
    (tmp_path / "small.jdm.json").write_text(json.dumps(text))
    with pytest.raises(PackBroken) as first:
        read(path)
    path.write_text(path.read_text().replace("colour = 3", "").replace('"standard"', '"nobody"'))
    with pytest.raises(PackBroken) as broken:
        read(path)

    assert first.value.problems[0] == "small.graph.toml: reasons[0].colour: there is no such key"
    assert first.value.problems[1:] == broken.value.problems[2:]
    assert broken.value.problems == (
        "small.graph.toml: policy.settings: there is no pack nobody that can be used",
        "small.graph.toml: unknown_facts: unknown fact luck",
        f"small.jdm.json: node Dice (f): functionNode {REFUSED['functionNode']}",
        "small.jdm.json: node Other (s): decisionNode runs another graph; one policy is one graph",
        "small.jdm.json: node q (q): there is no kind of node oracleNode",
        "small.jdm.json: nodes[8]: has an id and a type",
        "small.jdm.json: node Odd (c): its content is an object",
        "small.jdm.json: node Table (t): inputs[0].field: unknown fact age",
        "small.jdm.json: node Table (t): rules[0].Age: is not understood by the expression engine",
        "small.jdm.json: node Table (t): rules[0].Outcome: unknown fact shoe_size",
        "small.jdm.json: node Ways (w): statements[0]: unknown name x; facts are written case.x",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    (
        ("{", "is no graph: JSON with `nodes` (at most 200) and `edges`"),
        ("[" * 100_000, "is no graph: JSON with `nodes` (at most 200) and `edges`"),
        ("[]", "is no graph: JSON with `nodes` (at most 200) and `edges`"),
        (
            drawn(*(expressions(f"n{n}") for n in range(200))),
            "is no graph: JSON with `nodes` (at most 200) and `edges`",
        ),
        (drawn(expressions(), edges=[("in", "x"), ("x", "x")]), "is no graph that can be run"),
        (drawn(expressions(), edges=[("in", "nowhere")]), "is no graph that can be run"),
        (drawn(expressions()).replace("inputNode", "outputNode"), "is no graph that can be run"),
    ),
)
def test_what_is_no_graph_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PackBroken) as broken:
        read(write_small(tmp_path, text))

    [told] = broken.value.problems
    assert told.startswith(f"small.jdm.json: {problem}")
    assert "backtrace" not in told


def test_a_sidecar_without_its_graph_or_with_twice_the_same_reason_is_refused(tmp_path: Path) -> None:
    path = copy_careful(tmp_path, ("LONG_OVERDUE", "NO_HARDSHIP"))
    (tmp_path / "careful.jdm.json").unlink()
    with pytest.raises(PackBroken) as broken:
        read(path)
    assert broken.value.problems == (
        "careful.graph.toml: reasons[1].code: NO_HARDSHIP stands already at reasons[0]",
        "careful.jdm.json: cannot be read as UTF-8 text",
    )
    path.write_text("graph = ")
    with pytest.raises(PackBroken, match=r"careful\.graph\.toml: is not TOML"):
        read(path)


def test_the_digest_covers_graph_sidecar_and_settings(tmp_path: Path) -> None:
    def digest(*changes: tuple[str, str]) -> str:
        return str(getattr(read(copy_careful(tmp_path, *changes)), "digest"))  # noqa: B009

    first = digest()
    assert digest() == first
    assert digest(("half a year", "six months")) != first
    drawing = tmp_path / "careful.jdm.json"
    before = drawing.read_text()
    path = copy_careful(tmp_path)
    drawing.write_text(before.replace("> 180", "> 120"))
    assert getattr(read(path), "digest") != first  # noqa: B009
    drawing.write_text(before)
    assert digest(('settings = "standard"', 'settings = "cn-credit-card"')) != first


def test_a_kept_graph_judges_as_it_did(careful: Graph) -> None:
    version = version_of(guarded(careful), name="careful")
    again = read_kept(version.kind, version.text, version.id)

    assert again is not None
    assert (again.digest, version.kind) == (careful.digest, "graph")
    for changes in ({}, {"days_past_due": 200}, {"income": None}):
        assert again.judge(facts(**changes), on=ON) == careful.judge(facts(**changes), on=ON)
    assert read_kept("graph", "{}", "careful") is None


def test_recourse_is_worked_out_by_judging_the_graph(tmp_path: Path) -> None:
    says = expressions(
        outcome="case.requested_months >= 24 ? 'approve' : 'manual'",
        programmes=f"case.requested_months >= 24 ? {OPEN} : []",
    )
    graph = small(tmp_path, says)
    asked = facts(requested_months=12)
    verdict = recourse(lambda f: graph.judge(f, on=ON), asked, graph.judge(asked, on=ON))

    [extension] = [p for p in verdict.programmes if p.code == "term_extension"]
    assert extension.eligibility is Eligibility.INELIGIBLE
    assert extension.recourse is not None
    assert extension.recourse.changes == {"requested_months": 24}


def test_days_and_scope_are_those_of_the_sidecar_or_of_the_pack(tmp_path: Path) -> None:
    graph = small(tmp_path / "a", expressions(**YES))
    standard = look(None).known["standard"].settings
    assert (graph.settings.products, graph.settings.programmes) == (standard.products, standard.programmes)
    assert [e.expression for e in graph.settings.evidence] == [e.expression for e in standard.evidence]
    path = write_small(tmp_path / "b", drawn(expressions(**YES)))
    more = (
        'valid_from = 2027-01-01\nscope = { products = ["auto"], currencies = ["CNY"], borrower_kinds = ["person"] }\n'
    )
    path.write_text(path.read_text().replace('version = "1"\n', f'version = "1"\n{more}'))
    narrow = read(path)
    assert isinstance(narrow, Graph)
    assert (narrow.settings.products, narrow.settings.currencies) == (("auto",), ("CNY",))
    assert narrow.settings.borrower_kinds == ("person",)
    assert codes(narrow.judge(facts(), on=date(2026, 12, 31))) == ["NOT_IN_FORCE"]
    assert narrow.judge(facts(), on=date(2027, 1, 1)).outcome is Outcome.APPROVE


def test_a_folder_holds_packs_and_graphs_and_a_broken_one_is_told_under_its_name(tmp_path: Path) -> None:
    copy_careful(tmp_path)
    write_small(tmp_path, "{}")
    (tmp_path / "twin.graph.toml").write_text(CAREFUL.read_text())
    (tmp_path / "pack.graph.toml").write_text(CAREFUL.read_text().replace('id = "careful"', 'id = "standard"'))
    found = look(tmp_path)

    assert found.known["careful"].id == "careful@2026.1"
    assert sorted(found.broken) == ["careful", "small", "standard"]
    assert found.broken["standard"] == ("pack.graph.toml: policy.id: another policy is called standard",)
    assert found.broken["careful"] == ("twin.graph.toml: policy.id: another policy is called careful",)
    assert found.known["standard"].id.startswith("standard@")


def test_nothing_is_known_of_a_case_without_loans(careful: Graph) -> None:
    verdict = careful.judge(Facts(case=CaseFacts(), loans={}), on=ON)

    assert verdict.outcome is Outcome.MANUAL
