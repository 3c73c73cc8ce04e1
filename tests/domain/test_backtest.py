"""What two versions said is counted whole, by group and in any order; rates and ratios follow from the counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.answers import Answer
from service.domain.backtest import GROUPS_MAX, Changed, Tally, TooManyGroups
from service.domain.backtest_figures import GROUP_MIN
from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.policy import Outcome
from service.domain.relief_cost import relief_cost, waivable
from service.domain.settings import Limits, Programme
from tests.domain.tallies import compared, document_of, tally_of

APPROVE, REJECT = "approve", "reject"


def segment(document: dict[str, Any], column: str = "who") -> dict[str, dict[str, Any]]:
    """Return the groups of a column, by name."""
    [found] = [s for s in document["segments"] if s["column"] == column]
    return {group["group"]: group for group in found["groups"]}


def of_groups(**approved: tuple[int, int, int]) -> dict[str, Any]:
    """Return the figures of groups: of so many cases, so many approved by the old version and by the new."""
    cases = []
    for name, (count, old, new) in approved.items():
        pairs = [(APPROVE if n < old else REJECT, APPROVE if n < new else REJECT) for n in range(count)]
        cases += [compared(*pair, groups={"who": name}) for pair in pairs]
    return document_of(cases)


def test_every_case_is_counted_where_it_came_from_and_where_it_went() -> None:
    pairs = list(product([o.value for o in Outcome], repeat=2))
    document = document_of(compared(old, new) for n, (old, new) in enumerate(pairs) for _ in range(n))

    assert {(m["old"], m["new"]): m["cases"] for m in document["outcomes"]} == {p: n for n, p in enumerate(pairs)}
    assert document["cases"] == sum(range(16))
    assert document["changed"]["count"] == sum(n for n, (old, new) in enumerate(pairs) if old != new)
    assert document["changed"]["listed"] == len(document["changed"]["cases"]) == document["changed"]["count"]


def test_a_case_that_changes_says_which_reasons_came_and_went() -> None:
    case = compared("approve LATE VOUCHED", "reject POOR LATE HOPELESS", id="C-7")

    assert Changed.of(case).told() == {
        "id": "C-7", "old": "approve", "new": "reject", "gained": ["HOPELESS", "POOR"], "lost": ["VOUCHED"],
    }  # fmt: skip


def test_reasons_are_counted_also_of_cases_that_do_not_change() -> None:
    """Those that changed most come first; a swap shows, though the sums stay the same."""
    cases = [compared("approve A", "approve B"), compared("approve B", "approve A"), compared("reject C", "reject C D")]
    document = document_of(cases)

    assert document["reasons"] == [
        {"code": "A", "old": 1, "new": 1, "gained": 1, "lost": 1},
        {"code": "B", "old": 1, "new": 1, "gained": 1, "lost": 1},
        {"code": "D", "old": 0, "new": 1, "gained": 1, "lost": 0},
        {"code": "C", "old": 1, "new": 1, "gained": 0, "lost": 0},
    ]
    assert document["changed"]["count"] == 0


def test_programmes_are_counted_by_loan() -> None:
    case = compared(APPROVE, APPROVE, eligible=(("L-1", "holiday"), ("L-2", "holiday"), ("L-1", "longer")))

    assert document_of([case])["programmes"] == [
        {"code": "holiday", "old": 2, "new": 2},
        {"code": "longer", "old": 1, "new": 1},
    ]


def test_the_relief_cost_of_each_currency_stands_by_itself() -> None:
    """A case of which one side cannot be told is in neither sum."""
    cases = [
        compared(APPROVE, REJECT, costs=(500, 0), groups={"who": "a"}),
        compared(REJECT, APPROVE, costs=(0, 70), groups={"who": "a"}),
        compared(APPROVE, APPROVE, costs=(9, 9), currency="JPY", groups={"who": "b"}),
        compared(APPROVE, APPROVE, costs=(1, None), groups={"who": "b"}),
        compared(APPROVE, APPROVE, costs=(1, 1), currency=None, groups={"who": "b"}),
    ]
    document = document_of(cases)

    usd, jpy = {"currency": "USD", "old": 500, "new": 70}, {"currency": "JPY", "old": 9, "new": 9}
    assert (document["total"]["relief_cost"], document["total"]["uncosted"]) == ([jpy, usd], 2)
    assert segment(document)["a"]["relief_cost"] == [usd]
    assert (segment(document)["b"]["relief_cost"], segment(document)["b"]["uncosted"]) == ([jpy], 2)


def test_groups_come_with_the_largest_first_and_what_is_not_said_is_a_group() -> None:
    document = document_of(compared(APPROVE, REJECT, groups={"who": name}) for name in ("a", "b", "b", "", "", "", "c"))

    [found] = document["segments"]
    assert [(g["group"], g["cases"]) for g in found["groups"]] == [(None, 3), ("b", 2), ("a", 1), ("c", 1)]
    assert segment(document)["b"]["old_rate"] == "1.000000"
    assert segment(document)["b"]["new_rate"] == "0.000000"


@pytest.mark.parametrize(("approved", "below"), ((80, False), (79, True)))
def test_four_fifths_exactly_is_not_below(approved: int, below: bool) -> None:
    groups = segment(of_groups(best=(100, 100, 100), other=(100, 50, approved)))

    assert groups["other"]["new_ratio"] == {"ratio": f"0.{approved}0000", "below": below}
    assert groups["other"]["old_ratio"] == {"ratio": "0.500000", "below": True}
    assert groups["best"]["new_ratio"] == {"ratio": "1.000000", "below": False}


def test_a_small_group_is_neither_compared_nor_compared_with() -> None:
    groups = segment(of_groups(best=(100, 50, 40), few=(GROUP_MIN - 1, GROUP_MIN - 1, 0), just=(GROUP_MIN, 15, 12)))

    assert (groups["few"]["small"], groups["few"]["old_ratio"], groups["few"]["new_ratio"]) == (True, None, None)
    assert groups["just"]["small"] is False
    assert groups["just"]["old_ratio"] == groups["best"]["old_ratio"] == {"ratio": "1.000000", "below": False}


def test_where_there_is_nothing_to_compare_with_there_is_no_ratio() -> None:
    """One group alone, or nobody approved."""
    assert segment(of_groups(only=(50, 50, 50)))["only"]["new_ratio"] is None
    nobody = segment(of_groups(a=(50, 50, 0), b=(50, 20, 0)))
    assert [group["new_ratio"] for group in nobody.values()] == [None, None]
    assert nobody["b"]["old_ratio"] == {"ratio": "0.400000", "below": True}


def test_of_no_case_there_are_no_rates() -> None:
    document = document_of([])

    assert (document["cases"], document["first_on"], document["last_on"]) == (0, None, None)
    assert document["total"]["old_rate"] is document["total"]["new_rate"] is document["changed"]["share"] is None


def test_a_column_of_too_many_groups_is_none() -> None:
    cases = [compared(APPROVE, APPROVE, groups={"who": str(n)}) for n in range(GROUPS_MAX + 1)]
    tally = tally_of(cases[:-1])

    with pytest.raises(TooManyGroups, match="who has more than 200 different values"):
        tally.add(cases[-1])
    with pytest.raises(TooManyGroups, match="who has more than 200 different values"):
        tally.merge(tally_of(cases[-1:]))


outcomes = st.sampled_from([f"{outcome} {code}" for outcome, code in product(Outcome, ("A", "B", "A B"))])
cases_ = st.lists(
    st.builds(
        lambda old, new, who, costs, day: compared(
            old, new, groups={"who": who}, costs=costs, on=date(2026, 11, day), eligible=(("L", "x"),)
        ),
        outcomes,
        outcomes,
        st.sampled_from("ab"),
        st.tuples(st.none() | st.integers(0, 9), st.integers(0, 9)),
        st.integers(1, 30),
    ),
    max_size=12,
)


@given(parts=st.lists(cases_, max_size=4), seed=st.integers(0, 99))
def test_parts_add_up_to_the_whole_in_any_order(parts: Sequence[Any], seed: int) -> None:
    whole, sum_ = tally_of(case for part in parts for case in part), Tally()
    shuffled = [tally_of(part) for part in parts]
    Random(seed).shuffle(shuffled)  # noqa: S311
    for part in shuffled:
        sum_.merge(part)

    assert sum_ == whole


LIMITS = {
    "penalty": Limits(waived_penalty_max=Decimal(1)),
    "some": Limits(waived_penalty_max=Decimal(1), waived_interest_max=Decimal("0.5"), waived_fees_max=Decimal(0)),
    "settled": Limits(settlement_min=Decimal("0.45"), waived_fees_max=Decimal(1)),
    "nothing": Limits(),
}
BY_PROGRAMME = waivable(
    Programme(code=code, title={}, description={}, instruments=(), limits=limits, source="a test")
    for code, limits in LIMITS.items()
)
LOAN = LoanFacts(exposure=1005, principal=900, interest=75, penalty=20, fees=10)


def approved(*eligible: tuple[str, str]) -> Answer:
    """Return an approval under which these programmes are open."""
    return Answer(Outcome.APPROVE, frozenset(), eligible)


def facts_of(**loans: LoanFacts) -> Facts:
    """Return facts of loans."""
    return Facts(case=CaseFacts(currency="USD"), loans=loans)


@pytest.mark.parametrize(
    ("programmes", "cost"),
    (
        (("penalty",), 20),
        (("some",), 20 + 38),  # 37.5 rounds half-up
        (("settled",), 553),  # 55 % of 1,005 is 552.75
        (("nothing",), 0),
        (("penalty", "some", "nothing"), 58),
        (("penalty", "settled"), 553),
        ((), 0),
    ),
)
def test_the_dearest_open_programme_says_what_may_be_waived(programmes: Sequence[str], cost: int) -> None:
    answer = approved(*(("L", code) for code in programmes))

    assert relief_cost(answer, facts_of(L=LOAN), BY_PROGRAMME) == cost


def test_several_loans_add_up_each_with_its_own_dearest() -> None:
    answer = approved(("A", "penalty"), ("A", "some"), ("B", "settled"))

    assert relief_cost(answer, facts_of(A=LOAN, B=LOAN, C=LOAN), BY_PROGRAMME) == 58 + 553


@pytest.mark.parametrize("outcome", (Outcome.REJECT, Outcome.MANUAL, Outcome.REQUEST_INFORMATION))
def test_what_is_not_approved_costs_nothing(outcome: Outcome) -> None:
    answer = replace(approved(("L", "settled")), outcome=outcome)

    assert relief_cost(answer, facts_of(L=LOAN), BY_PROGRAMME) == 0


@pytest.mark.parametrize(("code", "unknown"), (("some", "interest"), ("settled", "exposure"), ("settled", "fees")))
def test_a_figure_that_is_not_known_makes_the_cost_unknown(code: str, unknown: str) -> None:
    loan = replace(LOAN, **{unknown: None})

    assert relief_cost(approved(("L", code)), facts_of(L=loan), BY_PROGRAMME) is None
    assert relief_cost(approved(("L", "nothing")), facts_of(L=loan), BY_PROGRAMME) == 0
