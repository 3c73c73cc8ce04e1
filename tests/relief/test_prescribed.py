"""A programme that has a waterfall offers the plan that its steps lead to, if that passes the tests of every offer."""

from decimal import Decimal
from typing import Any

import pytest

from service.domain.policy import Level
from service.domain.settings import Limits, MenuSettings, PolicySettings, Waterfall
from service.domain.steps import Household
from service.relief.affordability import Ability
from service.relief.instruments import Rate
from service.relief.menu import Menu, menu
from service.relief.prescribed import Grounds
from service.relief.waterfall import waterfall
from tests.relief.negotiations import AUTHORITY, grid, programme, template
from tests.relief.test_several import LONGER
from tests.relief.test_sharing import CARD
from tests.relief.test_waterfall import HAMP, RATIO_31, mortgage

MODIFICATION = programme(
    "modification", template("term", {"instalments": grid(480)}), template("rate", {"annual_rate": grid("0.05")}),
    limits=Limits(instalments_max=480),
)  # fmt: skip
FALLS = Waterfall(programme="modification", targets=RATIO_31, steps=HAMP, source="HAMP Tier 1")
HOME = mortgage(loan_id="home", next_due_on=mortgage().next_due_on)
GROUNDS = Grounds(household=Household(gross_income=250_000), property_value=25_000_000)


def offered(grounds: Grounds | None, *, surplus: int = 120_000, **changes: Any) -> Menu:
    policy = PolicySettings(waterfalls=(FALLS,), authority=AUTHORITY, menu=MenuSettings(value_test=False), **changes)
    return menu(
        [HOME], programmes={"home": [MODIFICATION]}, ability=Ability(surplus=surplus), settings=policy,
        level=Level.COMMITTEE, grounds=None if grounds is None else {"home": grounds},
    )  # fmt: skip


def test_the_plan_is_that_of_the_waterfall_and_the_home_answers_for_what_is_set_aside() -> None:
    """31 % of 2,500: rate and term at their bounds, and the least that must be set aside until the end."""
    made = waterfall(HOME, steps=HAMP, targets=RATIO_31, household=GROUNDS.household)
    (offer,) = offered(GROUNDS).offers

    assert offer.programme == "modification"
    assert offer.loans[0].terms == made.terms
    assert offer.loans[0].plan.schedule[0].payment == made.after.payment <= 77_500
    assert offer.loans[0].measures.deferred == made.after.set_aside > 0


def test_without_grounds_the_grid_of_the_programme_is_used() -> None:
    (offer,) = offered(None, surplus=200_000).offers

    assert Rate(annual_rate=Decimal("0.05")) in offer.loans[0].terms


@pytest.mark.parametrize(
    "grounds",
    (
        Grounds(property_value=25_000_000),
        Grounds(household=Household(gross_income=1_000_000), property_value=25_000_000),
    ),
)
def test_where_the_income_is_unknown_or_high_enough_the_waterfall_offers_nothing(grounds: Grounds) -> None:
    """Nothing is guessed; and a contract that is within the target needs no step but what settles arrears."""
    found = offered(grounds, surplus=1_000_000)

    assert found.offers == ()
    assert [line.limit for line in found.infeasible] == ["programme"]


def test_a_plan_of_a_waterfall_passes_the_same_tests_as_any_other() -> None:
    """775 a month, and 778.70 at the end, cannot be paid out of 700."""
    found = offered(GROUNDS, surplus=70_000)

    assert [(line.limit, line.bound, line.needed) for line in found.infeasible] == [
        ("affordable_payment", 63_000, 77_870)
    ]


def test_without_a_home_there_is_no_source_for_what_is_set_aside() -> None:
    found = offered(Grounds(household=Household(gross_income=250_000)))

    assert "affordable_balloon" in {line.limit for line in found.infeasible}


def test_beside_other_loans_the_waterfall_decides_for_its_own() -> None:
    policy = PolicySettings(waterfalls=(FALLS,), authority=AUTHORITY, menu=MenuSettings(value_test=False))
    found = menu(
        [HOME, CARD], programmes={"home": [MODIFICATION], "card": [LONGER]}, ability=Ability(surplus=130_000),
        settings=policy, level=Level.COMMITTEE, grounds={"home": GROUNDS},
    )  # fmt: skip

    made = next(offer for offer in found.offers if offer.programme == "modification")
    assert made.loan("home").measures.deferred > 0
