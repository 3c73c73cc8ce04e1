"""A programme's terms, by number; and which of them are estimated in closed form."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import Frequency
from service.domain.policy import Level
from service.domain.settings import Grid, InstrumentTemplate, PolicySettings
from service.domain.words import Repayment
from service.relief.affordability import Ability
from service.relief.closed_form import has_closed_form
from service.relief.conditions import Appraisal, Conditions, baseline
from service.relief.families import family, opened, with_counts, with_instrument
from service.relief.instruments import Capitalise, DueDay, Rate, Settlement, Term, Upfront, Waive
from service.relief.pareto import efficient
from service.relief.planned import PLANS_MAX
from service.relief.search import EXACT_MAX, LOWEST_COST, Search
from service.relief.settings import DEFAULT
from tests.relief.negotiations import AUTHORITY, INTEREST_WAIVER, LI, SETTLEMENT, grid, programme, template

CAPITALISE = template("capitalise", components=["interest", "principal"])
TERM = template("term", {"instalments": grid(24, 36)})
CONDITIONS = Conditions(
    settings=PolicySettings(authority=AUTHORITY), ability=Ability(surplus=10**9), level=Level.COMMITTEE, exposure=1
)


def test_numbers_run_through_the_product_of_the_axes_the_last_fastest() -> None:
    whole = family(programme("p", CAPITALISE, TERM, template("rate", {"annual_rate": grid("0.1", "0.05")})), LI)

    assert whole.size == 4
    assert [(i.instalments, r.annual_rate) for _, i, r in map(whole.terms, range(4))] == [  # type: ignore[union-attr]
        (24, Decimal("0.1")), (24, Decimal("0.05")), (36, Decimal("0.1")), (36, Decimal("0.05")),
    ]  # fmt: skip


def test_months_of_a_programme_are_instalments_of_the_loan() -> None:
    """24 months are 104 weeks; a fixed number is turned as a grid is, and a settlement counts its payments."""
    weekly = replace(LI, frequency=Frequency.WEEKLY)
    fixed = programme("p", CAPITALISE, template("term", instalments=24))

    assert family(programme("p", CAPITALISE, TERM), weekly).terms(0)[1] == Term(instalments=104)
    assert family(fixed, weekly).terms(0)[1] == Term(instalments=104)
    assert family(SETTLEMENT, weekly).terms(0)[1] == Settlement(fraction=Decimal("0.45"), instalments=1)


def test_waivers_that_vest_alike_are_one() -> None:
    later = template("waive", component="principal", fraction="0.1", vests="completion")
    whole = family(replace(INTEREST_WAIVER, instruments=(*INTEREST_WAIVER.instruments, later)), LI)
    waivers = [instrument for instrument in whole.terms(0) if isinstance(instrument, Waive)]

    assert [(w.vests, bool(w.penalty), bool(w.interest), bool(w.principal)) for w in waivers] == [
        ("completion", False, False, True), ("signature", True, True, False),
    ]  # fmt: skip


def test_any_number_of_instalments_may_take_the_place_of_the_grid() -> None:
    free = with_counts(family(programme("p", CAPITALISE, TERM), LI), range(1, 13))

    assert [free.terms(n)[1] for n in range(12)] == [Term(instalments=n) for n in range(1, 13)]
    assert with_counts(family(SETTLEMENT, LI), range(1, 13)) == family(SETTLEMENT, LI)


def test_an_instrument_more_takes_the_place_of_its_own_kind() -> None:
    own = programme("p", template("upfront", {"amount": grid(5, 6)}), CAPITALISE, TERM)
    more = with_instrument(family(own, LI), "upfront", {"amount": 7})
    moved = with_instrument(more, "due_day", {"first_due_on": date(2027, 1, 9)})

    assert moved.size == 2
    assert set(moved.terms(0)) == {
        Upfront(amount=7), Capitalise(), Term(instalments=24), DueDay(first_due_on=date(2027, 1, 9)),
    }  # fmt: skip


def test_a_settlement_opens_at_its_highest_part() -> None:
    whole = opened(family(SETTLEMENT, LI))

    assert whole.size == 18
    assert {whole.terms(n)[1].fraction for n in range(18)} == {Decimal("0.50")}  # type: ignore[union-attr]


def closed(*instruments: InstrumentTemplate, **changes: object) -> bool:
    return has_closed_form(family(programme("p", *instruments), replace(LI, **changes)), DEFAULT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "instruments",
    (
        (CAPITALISE, TERM),
        (CAPITALISE, TERM, template("rate", {"annual_rate": grid("0")})),
        (template("waive", {"fraction": grid("0", "1")}, component="interest"), CAPITALISE, TERM),
        (template("waive", {"amount": grid(5)}, component="interest"), template("forbear", fraction="0.2"), TERM),
        (template("balloon", {"amount": grid(0, 5)}), TERM, template("holiday", instalments=3, then="raise")),
        (template("settlement", fraction="0.5", payments=6),),
    ),
)
def test_level_instalments_and_settlements_have_a_closed_form(instruments: tuple[InstrumentTemplate, ...]) -> None:
    assert closed(*instruments)


@pytest.mark.parametrize(
    "instruments",
    (
        (),
        (CAPITALISE,),
        (TERM, template("reduced", instalments=3, payment=5)),
        (TERM, template("rate", {"effective_from": Grid(values=("2027-01-01",))}, annual_rate="0")),
        (TERM, template("holiday", instalments=3, then="end")),
        (TERM, template("holiday", {"then": Grid(values=("extend", "raise"))}, instalments=3)),
        (TERM, TERM),
        (TERM, template("forbear")),
        (TERM, template("waive", component="interest", fraction="0"), template("waive", interest="1")),
        (template("term", {"instalments": grid(6)}, frequency="weekly"),),
        (template("settlement", fraction="0.5", instalments=6, discharge="residual"),),
        (template("settlement", fraction="0.5", instalments=6), TERM),
    ),
)
def test_other_plans_are_worked_out_one_by_one(instruments: tuple[InstrumentTemplate, ...]) -> None:
    assert not closed(*instruments)


def test_whether_there_is_a_closed_form_depends_on_the_loan_and_the_rounding_too() -> None:
    assert closed(CAPITALISE, TERM, repayment=Repayment.REVOLVING)
    assert not closed(CAPITALISE, TERM, repayment=Repayment.EQUAL_PRINCIPAL)
    assert not closed(template("settlement", fraction="0.5", instalments=6), repayment=Repayment.BULLET)
    whole = family(programme("p", CAPITALISE, TERM), LI)
    assert not has_closed_form(whole, replace(DEFAULT, even_out=True))


def searched(*instruments: InstrumentTemplate) -> Search:
    whole = family(programme("p", *instruments), LI)
    return Search(family=whole, base=baseline(LI, CONDITIONS), conditions=CONDITIONS)


def test_large_grids_without_a_closed_form_are_thinned_and_counted_as_they_are() -> None:
    """Of 1,200 plans 512 are worked out, evenly spread; the others are not said to have been considered."""
    reduced = template("reduced", {"payment": grid(*range(0, 60_000, 1_000))}, instalments=2, then="raise")
    search = searched(CAPITALISE, template("term", {"instalments": grid(*range(20, 40))}), reduced)

    assert search.family.size == 1_200
    assert search.considered == len(search.known) == PLANS_MAX
    assert {0, 1_199} <= search.known.keys()
    assert search.best(LOWEST_COST) is not None
    assert len(search.known) == PLANS_MAX


def test_a_search_that_cannot_be_steered_stays_bounded() -> None:
    """Where estimates say nothing and no plan is accepted, no more than so many of 2,262 are worked out."""
    search = searched(CAPITALISE, template("term", {"instalments": grid(*range(2, 80))}),
                      template("holiday", {"instalments": grid(*range(1, 30))}, then="extend"))  # fmt: skip
    search.estimates.least[:] = -1e18
    found = search.first([search.estimates.least[0]], lambda made: (made.key[0],), accept=lambda _: False)

    assert found is None
    assert len(search.known) == EXACT_MAX


def test_a_plan_that_is_dominated_is_struck_with_all_that_the_same_plan_dominates() -> None:
    """A fee that buys nothing: with the rate at its lowest, higher rates are worse in all but the lender's value."""
    search = searched(CAPITALISE, template("term", {"instalments": grid(24)}),
                      template("rate", {"annual_rate": grid("0.144", "0.1", "0.1")}))  # fmt: skip
    best = search.best(LOWEST_COST)
    assert isinstance(best, Appraisal)
    better = replace(best, key=(best.key[0] - 1, *best.key[1:]))

    assert search.dominator(best) is None
    search.strike(best, better)
    assert search.best(LOWEST_COST) is None or search.best(LOWEST_COST).key != best.key  # type: ignore[union-attr]


@given(
    points=st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=12),
)
def test_the_efficient_points_are_those_that_no_other_dominates(points: list[tuple[int, ...]]) -> None:
    kept = efficient(np.array(points, dtype=np.float64))
    expected = [
        not any(other != point and all(a <= b for a, b in zip(other, point, strict=True)) for other in points)
        for point in points
    ]

    assert kept.tolist() == expected


def test_rates_are_read_exactly() -> None:
    whole = family(programme("p", CAPITALISE, TERM, template("rate", annual_rate="0.05")), LI)

    assert whole.terms(0)[2] == Rate(annual_rate=Decimal("0.05"))
