"""Golden scenarios: what every shipped pack makes of given facts, and that each of its rules decides somewhere."""

import pytest

from service.policies.registry import shipped_packs
from tests.policies.tables import Scenario, Scenarios, programmes_of, reasons_of, scenarios

PACKS = shipped_packs()
ALL = {table.pack: table for table in scenarios()}
ROWS = [(table, row) for table in ALL.values() for row in table.rows]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{table.pack}: {row.name}" for table, row in ROWS])
def test_a_pack_judges_as_its_scenarios_say(table: Scenarios, row: Scenario) -> None:
    verdict = PACKS[table.pack].judge(table.facts_of(row), on=table.on)

    assert (verdict.outcome.value, programmes_of(verdict), reasons_of(verdict)) == (
        row.outcome, row.programmes, row.reasons,
    )  # fmt: skip
    told = [*verdict.reasons, *(reason for answer in verdict.programmes for reason in answer.reasons)]
    assert all(reason.source and reason.text["en"] and reason.text["zh-CN"] for reason in told)


def test_every_shipped_pack_has_scenarios() -> None:
    assert set(ALL) == set(PACKS)


@pytest.mark.parametrize("name", sorted(PACKS))
def test_every_rule_fires_and_every_condition_closes_and_opens_its_programme_in_some_scenario(name: str) -> None:
    """A rule that no scenario shows could say anything."""
    book, table = PACKS[name].book, ALL[name]
    verdicts = [PACKS[name].judge(table.facts_of(row), on=table.on) for row in table.rows]
    fired = {reason.code for verdict in verdicts for reason in verdict.reasons}
    closed = {(p.code, r.code) for verdict in verdicts for p in verdict.programmes for r in p.reasons}
    opened = {code for verdict in verdicts for code in verdict.eligible("L-001")}

    assert {rule.code for rule in book.rules} - fired == set()
    assert {(p, rule.code) for p, rules in book.eligible_when.items() for rule in rules} - closed == set()
    assert set(book.eligible_when) - opened == set()
    assert {verdict.outcome for verdict in verdicts} == {"approve", "reject", "manual", "request_information"}


def test_the_same_facts_get_different_and_sourced_answers_from_different_packs() -> None:
    """One late borrower with little left, judged by the rules of three countries."""
    late = ALL["au-hardship"].facts_of(ALL["au-hardship"].rows[0])
    answers = {
        name: PACKS[name].judge(late, on=ALL["au-hardship"].on)
        for name in ("cn-credit-card", "us-mortgage-flex", "au-hardship")
    }

    assert len({(v.outcome, programmes_of(v)) for v in answers.values()}) == len(answers)
    articles = {"cn-credit-card": "art. 70", "us-mortgage-flex": "12 CFR 1024.41", "au-hardship": "s 72"}
    for name, article in articles.items():
        closed = [reason for answer in answers[name].programmes for reason in answer.reasons]
        assert article in " ".join(reason.source for reason in (*answers[name].reasons, *closed))
