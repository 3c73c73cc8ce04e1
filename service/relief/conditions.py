"""What every plan that is offered has to keep: limits, the borrower's ability, authority, the value test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.errors import RuleBroken
from service.domain.money import Amounts
from service.domain.policy import Level
from service.domain.settings import Limits, PolicySettings
from service.relief import limits as programme_limits
from service.relief.affordability import Ability, affordable
from service.relief.authority import required_level
from service.relief.bounds import Breach, told
from service.relief.debt import Debt
from service.relief.expected_value import expected_value
from service.relief.instruments import Terms
from service.relief.measures import contract_of, highest_of, level_payment_of
from service.relief.plan import Plan, plan
from service.relief.present_value import present_value
from service.relief.settings import Settings

Key = tuple[int, int, int, int]
"""Highest payment, total payable, last day, and the present value to the lender negated: less is better."""

HIGHEST: Final = 0
TOTAL: Final = 1
END: Final = 2
VALUE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for every plan of a case; `exposure` is that of the whole case, in minor units.

    `share` is what a plan for one of several loans may take of the ability to pay; None where it may take all.
    """

    settings: PolicySettings
    ability: Ability
    level: Level
    exposure: int
    currency: str | None = None
    obligations: int = 0
    share: Ability | None = None

    @property
    def payable(self) -> Ability:
        """What a plan may ask for."""
        return self.ability if self.share is None else self.share

    @property
    def arithmetic(self) -> Settings:
        """The part of the settings that plans are worked out by."""
        return Settings.of(self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """A plan worked out to the minor unit, with what it is worth and every limit it goes beyond."""

    plan: Plan
    key: Key
    concession: int
    level: Level
    breaches: tuple[Breach, ...]

    @property
    def terms(self) -> Terms:
        """The terms of the plan."""
        return self.plan.terms

    @property
    def highest(self) -> int:
        """The highest numbered payment."""
        return self.key[HIGHEST]

    def dominates(self, other: "Appraisal") -> bool:
        """Say whether this plan is nowhere worse than another, and somewhere better."""
        return self.key != other.key and all(a <= b for a, b in zip(self.key, other.key, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A debt and what happens to it without an agreement: the contract, its value, and what is expected of it."""

    debt: Debt
    contract: Plan
    present_value: int
    level_payment: int
    expected_value: int


def baseline(debt: Debt, conditions: Conditions) -> Baseline:
    """Return what plans for a debt are compared with."""
    contract = contract_of(debt, conditions.arithmetic)
    old_payment, capacity = level_payment_of(contract), conditions.ability.on
    figures = conditions.settings.menu
    return Baseline(
        debt=debt,
        contract=contract,
        present_value=present_value(contract, arrears_at_once=True),
        level_payment=old_payment,
        expected_value=expected_value(contract, figures, old_payment=old_payment, capacity=capacity),
    )


def appraise(base: Baseline, terms: Terms, limits: Limits, conditions: Conditions) -> Appraisal | RuleBroken:
    """Work out a plan and what it breaches; the rule that it breaks where terms and debt do not fit together."""
    try:
        made = plan(base.debt, terms, conditions.arithmetic)
    except RuleBroken as broken:
        return broken
    after = present_value(made)
    concession = max(0, base.present_value - after)
    level = level_of((made,), concession, conditions)
    found = (
        *programme_limits.breaches(made, limits),
        *affordable((made,), conditions.payable, conditions.obligations),
        *beyond_authority(level, conditions),
        *_value_test(made, base, conditions),
    )
    return Appraisal(
        plan=made,
        key=(highest_of(made)[0], made.total_payable, made.end_on.toordinal(), -after),
        concession=concession,
        level=level,
        breaches=told(found, rule=conditions.settings.negotiation.reveal),
    )


def level_of(plans: Sequence[Plan], concession: int, conditions: Conditions) -> Level:
    """Return the level of authority that plans, taken together, need."""
    return required_level(
        sum((made.waived for made in plans), Amounts()),
        exposure=sum(made.debt.balance.total for made in plans),
        concession=concession,
        steps=conditions.settings.authority,
        currency=conditions.currency,
        case_exposure=conditions.exposure,
    )


def beyond_authority(level: Level, conditions: Conditions) -> tuple[Breach, ...]:
    """Return the breach of a plan that needs a higher level than the one that grants it."""
    if level.rank <= conditions.level.rank:
        return ()
    return (Breach(limit="authority", bound=conditions.level.value, asked=level.value),)


def expected(made: Plan, base: Baseline, conditions: Conditions) -> int:
    """Return what the lender expects of a plan."""
    figures, capacity = conditions.settings.menu, conditions.ability.on
    return expected_value(made, figures, old_payment=base.level_payment, capacity=capacity)


def _value_test(made: Plan, base: Baseline, conditions: Conditions) -> tuple[Breach, ...]:
    """Return the breach of a plan from which the lender expects less than from none."""
    if not conditions.settings.menu.value_test:
        return ()
    value = expected(made, base, conditions)
    if value >= base.expected_value:
        return ()
    return (Breach(limit="value_test", bound=base.expected_value, asked=value, loan_id=made.debt.loan_id),)
