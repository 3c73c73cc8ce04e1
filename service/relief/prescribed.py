"""The plans that a programme may offer for a debt: those of its grid, or the one that its waterfall prescribes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from service.domain.errors import RuleBroken
from service.domain.settings import PolicySettings, Programme
from service.domain.steps import Household
from service.relief.affordability import Ability
from service.relief.debt import Debt
from service.relief.families import Family, family, opened
from service.relief.settings import Settings
from service.relief.waterfall import waterfall


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a waterfall goes by besides the debt: the household, the value of the property, and facts for its gates."""

    household: Household | None = None
    property_value: int | None = None
    facts: Mapping[str, Decimal | int | None] = field(default_factory=dict)


def plans_of(programme: Programme, debt: Debt, settings: PolicySettings, grounds: Grounds | None) -> Family | None:
    """Return the plans of a programme; None where its waterfall leads to none that lowers the payment.

    Without grounds the grid of the programme is used. A waterfall that does not meet its target has still lowered the
    payment as far as its steps go.
    """
    falls = next((falls for falls in settings.waterfalls if falls.programme == programme.code), None)
    if falls is None or grounds is None:
        return opened(family(programme, debt))
    try:
        made = waterfall(
            debt,
            steps=falls.steps,
            targets=falls.targets,
            household=grounds.household,
            property_value=grounds.property_value,
            facts=grounds.facts,
            settings=Settings.of(settings),
        )
    except RuleBroken:
        return None
    if made.after.monthly >= made.before.monthly:
        return None
    return Family(programme=programme, debt=debt, templates=(), axes=(), prescribed=made.terms)


def with_homes(ability: Ability, grounds: Mapping[str, Grounds]) -> Ability:
    """Return the ability to pay with the homes as the source of what waterfalls leave to the end."""
    return replace(ability, balloon=ability.balloon + sum(own.property_value or 0 for own in grounds.values()))
