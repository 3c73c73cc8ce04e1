"""Drawn loans are distributed as the real ones, and the facts of either are those that the service derives."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final

import pytest

from service.api.bodies.application import parse
from service.demo.derive import application
from service.demo.facts import columns_of, facts_of
from service.demo.household import household
from service.demo.population import Population, Shares, Spread, drawn
from service.demo.rows import rows
from service.domain.derivation import Inputs, derive
from service.domain.loans import Snapshot
from service.domain.words import LoanSource
from tests.demo.population import percentiles, rank_correlation, ranks

TODAY: Final = date(2026, 11, 24)
COUNT: Final = 3000
DRAWN: Final = tuple(drawn(range(1, COUNT + 1), seed=1))
POPULATION: Final = Population.read()


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"LC-{row.number}")
def test_the_facts_of_a_real_loan_are_those_that_the_service_derives_of_its_application(row: object) -> None:
    """Posted over the API, vouched for by the lender, with every document verified."""
    real = next(r for r in rows() if r == row)
    _, told = parse(application(real, today=TODAY), on=TODAY)
    snapshots = tuple(Snapshot(loan=loan, source=LoanSource.LENDER) for loan in told.loans)
    facts = derive(Inputs(application=told, snapshots=snapshots, flags={}, on=TODAY, income_basis="verified"))
    complete = replace(facts.case, evidence_missing=0, evidence_unverified=0, evidence_refused=0)

    assert facts_of(real, today=TODAY) == replace(facts, case=complete)


def test_the_same_number_and_seed_draw_the_same_loan() -> None:
    assert tuple(drawn([7, 3000], seed=1)) == (DRAWN[6], DRAWN[2999])
    assert next(drawn([7], seed=2)) != DRAWN[6]


def test_grades_and_standing_are_those_of_the_real_loans_in_trouble() -> None:
    """Within four standard errors of a sample of this size; households that cannot be are drawn again, and are few."""
    for found, wanted in (
        (Counter(f"{row.status}/{row.grade}" for row in DRAWN), POPULATION.standing),
        (Counter(row.home for row in DRAWN if row.grade == "C"), POPULATION.grades["C"].homes),
        (Counter(str(row.term) for row in DRAWN if row.grade == "D"), POPULATION.grades["D"].terms),
    ):
        weights = [high - low for low, high in zip((0, *wanted.steps), wanted.steps, strict=False)]
        for name, weight in zip(wanted.names, weights, strict=True):
            share, size = weight / wanted.steps[-1], found.total()
            assert abs(found[name] / size - share) <= 4 * (share * (1 - share) / size) ** 0.5 + 0.02, name


@pytest.mark.parametrize(
    ("figure", "spread", "near"),
    (
        ("loan_amount", "loan_amount", 0.10),
        ("annual_income", "annual_income", 0.10),
        ("annual_rate", "interest_rate", 0.05),
    ),
)
def test_amounts_incomes_and_rates_have_the_medians_and_quartiles_of_their_grade(
    figure: str, spread: str, near: float
) -> None:
    unit = {"annual_rate": 100}.get(figure, Decimal("0.01"))
    values = sorted(float(getattr(row, figure) * unit) for row in DRAWN if row.grade == "C")
    real = POPULATION.grades["C"].spreads[spread]

    for place in (0.25, 0.5, 0.75):
        assert values[int(len(values) * place)] == pytest.approx(real.value(place), rel=near)


def test_whoever_earns_more_borrows_more() -> None:
    """Spearman's coefficient over all grades is near that of the real loans."""
    found = rank_correlation([r.annual_income for r in DRAWN], [r.loan_amount for r in DRAWN])

    assert found == pytest.approx(POPULATION.with_amount, abs=0.06)


def test_a_drawn_loan_is_a_loan_that_can_be() -> None:
    """What was paid and what is owed add up, something is left to pay, and nobody lives on less than nothing."""
    for row in DRAWN[:500]:
        assert row.balance + row.paid_principal == row.loan_amount
        assert 0 < row.balance <= row.loan_amount
        facts, home = facts_of(row, today=TODAY), household(row)
        assert facts.case.exposure is not None
        assert facts.case.exposure >= row.balance
        assert facts.case.overdue is not None
        assert 0 < facts.case.overdue < facts.case.exposure + row.instalment
        assert min(home.income, home.living, home.housing) > 0
    assert median(row.term for row in DRAWN) in {36, 60}


def test_the_columns_say_what_the_source_knows_besides() -> None:
    found = {name: {columns_of(row)[name] for row in DRAWN} for name in columns_of(DRAWN[0])}

    assert found["grade"] == set("ABCDEFG")
    assert found["home"] == {"rent", "own", "mortgage"}
    assert found["applicants"] == {"one", "two"}
    assert found["annual_income"] == {"under 40,000", "40,000 to 80,000", "80,000 to 120,000", "120,000 and more"}


def test_figures_are_worked_out_as_said() -> None:
    """The tools that the bundled figures were made with."""
    assert percentiles([0, 100])[:4] == [0, 1, 5, 10]
    assert ranks([5, 1, 5]) == [1.5, 0, 1.5]
    assert rank_correlation([1, 2, 3], [3, 2, 1]) == -1
    assert rank_correlation([1, 2, 3], [10, 20, 90]) == 1
    spread = Spread((0, 50, 100), (0, 10, 30))
    assert [spread.value(place) for place in (-1, 0, 0.25, 0.5, 0.75, 1, 2)] == [0, 0, 5, 10, 20, 30, 30]
    assert Shares.of({"a": 0, "b": 1}).names == ("a", "b")
