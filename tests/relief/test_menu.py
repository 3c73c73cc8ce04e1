"""A menu holds few plans that differ in kind; each passes every test, and none is dominated by any other plan."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as running

from service.domain.policy import Level
from service.domain.settings import MenuSettings, PolicySettings, Programme
from service.relief.affordability import Ability, affordable
from service.relief.conditions import baseline
from service.relief.limits import breaches
from service.relief.menu import Menu, menu
from service.relief.proposal import Proposal
from tests.relief.exhaustive import Asking, askings, menu_families, menu_of, possible
from tests.relief.negotiations import (
    AUTHORITY,
    LI,
    LI_ABILITY,
)


def li_menu(
    *programmes: Programme, ability: Ability = LI_ABILITY, level: Level = Level.SYSTEM, **settings: Any
) -> Menu:
    """Return Li's menu by some programmes; the value test is off, as in the standard pack."""
    figures = MenuSettings(value_test=settings.pop("value_test", False), offers=settings.pop("offers", 3))
    policy = PolicySettings(programmes=programmes, authority=AUTHORITY, menu=figures, **settings)
    return menu([LI], programmes={LI.loan_id: programmes}, ability=ability, settings=policy, level=level)


def asked(asking: Asking) -> Menu:
    conditions = asking.conditions
    return menu(
        [asking.debt],
        programmes={asking.debt.loan_id: asking.programmes},
        ability=conditions.ability,
        settings=conditions.settings,
        level=conditions.level,
        obligations=conditions.obligations,
    )


def keys(found: Menu) -> list[tuple[str | None, tuple[int, int, int, int]]]:
    return [(offer.programme, key_of(offer)) for offer in found.offers]


def key_of(offer: Proposal) -> tuple[int, int, int, int]:
    measures = offer.loans[0].measures
    return measures.highest_payment, measures.total_payable, measures.end_on.toordinal(), -measures.npv_after


@running(max_examples=100, deadline=None)
@given(asking=askings())
def test_the_menu_is_that_of_trying_every_plan(asking: Asking) -> None:
    """Against every plan of small grids, each worked out exactly: the same plans, none dominated, none forgotten."""
    base = baseline(asking.debt, asking.conditions)
    plans = possible(base, menu_families(asking.programmes, asking.debt), asking.conditions)
    expected = menu_of(plans, asking.conditions.settings.menu.offers, zero=asking.debt.effective_on)

    found = asked(asking)

    assert sorted(keys(found)) == sorted((one.code, one.key) for one in expected)
    for offer in found.offers:
        _passes_every_test(offer, asking)
    if found.offers:
        assert "recommended" in found.offers[0].labels
        assert found.offers[0].total_payable == min(one.key[1] for one in plans)
        assert found.infeasible == ()
    else:
        assert found.infeasible


def _passes_every_test(offer: Proposal, asking: Asking) -> None:
    """Apply the exact tests once more, from the outside: limits, every date, authority, reconciliation."""
    (loan,) = offer.loans
    made, conditions = loan.plan, asking.conditions
    of = next(one for one in asking.programmes if one.code == offer.programme)
    assert breaches(made, of.limits) == ()
    assert affordable([made], conditions.ability, conditions.obligations) == ()
    assert offer.level.rank <= conditions.level.rank
    assert offer.breaches == ()
    assert [line.difference for line in made.reconciliation] == [0, 0, 0, 0]
    owed = sum(line.upfront + line.scheduled + line.deferred for line in made.reconciliation)
    assert made.total_payable == owed + made.new_interest + made.new_fees
    assert made.schedule == () or made.schedule[-1].closing == 0


@running(max_examples=40, deadline=None)
@given(asking=askings())
def test_the_same_case_gets_the_same_menu(asking: Asking) -> None:
    assert asked(asking) == asked(asking)


@running(max_examples=60, deadline=None)
@given(asking=askings())
def test_a_limit_that_gives_way_as_advised_makes_a_menu(asking: Asking) -> None:
    """Every option of the advice is tried: with its limits moved as far as it says, there is a plan."""
    found = asked(asking)
    for option in {line.option for line in found.infeasible if line.limit != "programme"}:
        eased = asking
        for line in found.infeasible:
            if line.option == option:
                eased = _eased(eased, line.limit, line.needed, line.programme)
        assert asked(eased).offers, [line for line in found.infeasible if line.option == option]


def _eased(asking: Asking, limit: str, needed: Any, code: str | None) -> Asking:
    """Move one limit as far as the advice says."""
    conditions, ability = asking.conditions, asking.conditions.ability
    if limit == "affordable_payment":
        now, *later = [max(needed + conditions.obligations, amount) for _, amount in ability.steps]
        expected = ability.expected and (ability.expected[0], later[0])
        ability = replace(ability, share=Decimal(1), surplus=now, expected=expected)
    elif limit in {"affordable_upfront", "affordable_balloon"}:
        ability = replace(ability, **{{"affordable_upfront": "lump_sum"}.get(limit, "balloon"): needed})
    elif limit == "authority":
        conditions = replace(conditions, level=Level(needed))
    elif limit == "value_test":
        figures = replace(conditions.settings.menu, value_test=False)
        conditions = replace(conditions, settings=replace(conditions.settings, menu=figures))
    else:
        changes = {limit: _bound(limit, needed, asking)}
        programmes = [
            replace(one, limits=replace(one.limits, **changes)) if one.code == code else one
            for one in asking.programmes
        ]
        return replace(asking, programmes=programmes)
    return replace(asking, conditions=replace(conditions, ability=ability))


def _bound(limit: str, needed: Any, asking: Asking) -> Any:
    """Return the bound of a programme that lets so much pass; counts are instalments there, months here."""
    if limit == "instalments_max_of_original":
        return Decimal(needed) / (asking.debt.original_instalments or 1) + Decimal("0.001")
    if limit in {"instalments_max", "holiday_instalments_max"}:
        return -(-needed * 12 // asking.debt.frequency.periods_per_year)
    below = limit in {"rate_min", "settlement_min"}
    return needed - Decimal("0.000001") if below else needed + (Decimal("0.000001") if "waived" in limit else 0)
