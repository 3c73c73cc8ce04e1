"""Whoever is told no by a shipped pack is told what would work instead, and it does; or that nothing would."""

from collections.abc import Callable
from typing import Final

import pytest

from service.domain import recourse as ways
from service.domain.facts import Facts
from service.domain.policy import Eligibility
from service.domain.recourse import recourse
from service.policies.registry import shipped_packs
from tests.policies.samples import ON, PROGRAMME, needs, small, some_facts
from tests.policies.tables import Scenario, Scenarios
from tests.policies.test_scenarios import ROWS

PACKS: Final = shipped_packs()


def changed(facts: Facts, changes: dict[str, int]) -> Facts:
    """Return the facts once the borrower has done what a recourse says."""
    for name, value in changes.items():
        change: Callable[[Facts, int], Facts] = ways._left_overdue if name == "overdue" else ways._stating(name)
        facts = change(facts, value)
    return facts


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{table.pack}: {row.name}" for table, row in ROWS])
def test_every_programme_that_is_not_open_has_a_recourse_that_was_judged(table: Scenarios, row: Scenario) -> None:
    pack, facts = PACKS[table.pack], table.facts_of(row)
    verdict = recourse(lambda other: pack.judge(other, on=table.on), facts, pack.judge(facts, on=table.on))

    for answer in verdict.programmes:
        if answer.eligibility is Eligibility.ELIGIBLE:
            assert answer.recourse is None
            continue
        assert answer.recourse is not None
        assert all(answer.recourse.text[locale] for locale in ("en", "zh-CN"))
        if answer.recourse.possible:
            done = pack.judge(changed(facts, dict(answer.recourse.changes)), on=table.on)  # type: ignore[arg-type]
            assert answer.code in done.eligible(answer.loan_id)


def test_a_shop_in_arrears_with_interest_is_told_to_pay_them_for_a_renewal() -> None:
    """No interest arrears (金规〔2024〕13号 s. 3) is what a borrower can see to alone."""
    table = next(table for table, _ in ROWS if table.pack == "cn-small-business")
    row = next(row for row in table.rows if row.name == "interest is in arrears")
    pack, facts = PACKS[table.pack], table.facts_of(row)
    verdict = recourse(lambda other: pack.judge(other, on=table.on), facts, pack.judge(facts, on=table.on))
    renewal = next(answer for answer in verdict.programmes if answer.code == "renewal")

    assert renewal.recourse is not None
    assert renewal.recourse.changes == {"overdue": 0}
    assert renewal.recourse.text["zh-CN"] == "将逾期款项降至 0（最小货币单位）。"


def test_asking_for_less_time_is_a_recourse_where_a_pack_asks_for_it() -> None:
    pack = small(PROGRAMME, needs("AT_MOST_36", "requested_months <= 36"))
    facts = some_facts(requested_months=48)
    verdict = recourse(lambda other: pack.judge(other, on=ON), facts, pack.judge(facts, on=ON))
    [answer] = verdict.programmes

    assert answer.recourse is not None
    assert answer.recourse.changes == {"requested_months": 36}
    assert answer.recourse.text["en"] == "Ask for 36 months."
