"""The demo proves the plans it receives from their JSON alone."""

from collections.abc import Callable
from typing import Any

import pytest

from service.demo.balance import Proofs, imbalances
from tests.demo.plans import line, offer

Json = dict[str, Any]


def _line(plan: Json) -> Json:
    found: Json = plan["loans"][0]["reconciliation"][0]
    return found


def _row(plan: Json, number: int) -> Json:
    found: Json = plan["loans"][0]["schedule"]["instalments"][number - 1]
    return found


def test_a_plan_that_adds_up_has_nothing_to_say() -> None:
    assert imbalances(offer(100, 100, 50)) == []


def test_what_moves_between_components_cancels_out() -> None:
    """Interest that is capitalised leaves its own line and arrives in that of the principal."""
    plan = offer(100, 100)
    _line(plan).update(before=150, moved_in=50)
    plan["loans"][0]["reconciliation"].append({**line("interest", 0), "before": 50, "moved_out": 50})

    assert imbalances(plan) == []


def test_interest_added_to_the_balance_is_new_and_not_debt_of_today() -> None:
    plan = offer(100, 110)
    _line(plan).update(before=200, scheduled=200)
    _row(plan, 1).update(interest_added=10)

    assert imbalances(plan) == []


WRONG: dict[str, Callable[[Json], None]] = {
    "the principal is out by 1": lambda p: _line(p).update(before=201),
    "the instalments carry 200 of the principal": lambda p: _line(p).update(before=190, scheduled=190),
    "moves between components leave 5": lambda p: _line(p).update(moved_in=5, waived=5),
    "the instalments come to 201": lambda p: _row(p, 1).update(payment=101),
    "instalment 1 is 101": lambda p: _row(p, 1).update(payment=101),
    "the last balance is 7": lambda p: _row(p, 2).update(closing=7),
    "On 2027-01-01 the total is 99": lambda p: p["total"][0].update(payment=99),
    "The totals come to 210": lambda p: p["total"].append({"due_on": "2027-09-01", "payment": 10}),
}


@pytest.mark.parametrize("said", WRONG)
def test_whatever_does_not_add_up_is_named(said: str) -> None:
    plan = offer(100, 100)
    WRONG[said](plan)

    assert any(said in sentence for sentence in imbalances(plan))


def test_each_plan_is_counted_once() -> None:
    good, bad = offer(100), offer(200)
    _row(bad, 1).update(closing=1)
    proofs, others = Proofs(), Proofs()

    proofs.check(good, bad)
    proofs.check(good)
    others.check(offer(300))
    proofs.add(others)

    assert len(proofs.checked) == 3
    assert list(proofs.wrong) == [bad["id"]]
