"""A menu holds few plans that differ in kind; each passes every test, and none is dominated by any other plan."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as running

from service.domain.policy import Level
from service.domain.settings import Limits, MenuSettings, Negotiation, PolicySettings, Programme
from service.relief.affordability import Ability, affordable
from service.relief.conditions import baseline
from service.relief.limits import breaches
from service.relief.menu import Menu, menu
from service.relief.proposal import Proposal
from tests.relief.exhaustive import Asking, askings, menu_families, menu_of, possible
from tests.relief.negotiations import (
    AUTHORITY,
    HOLIDAY,
    INTEREST_WAIVER,
    LI,
    LI_ABILITY,
    NO_LONGER_THAN_ORIGINAL,
    REPAYMENT_PLAN,
    TERM_EXTENSION,
    grid,
    programme,
    template,
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


def codes(found: Menu) -> list[str | None]:
    return [offer.programme for offer in found.offers]


def test_li_is_offered_the_cheapest_first_and_each_says_why_it_is_there() -> None:
    """35 payments with all interest waived cost least; the longer term alone, 36 of 3,934.90, is the other kind."""
    found = li_menu(TERM_EXTENSION, INTEREST_WAIVER, HOLIDAY, REPAYMENT_PLAN)

    cheapest, longer = found.offers
    assert codes(found) == ["penalty_interest_waiver", "term_extension"]
    assert (cheapest.labels, longer.labels) == (("recommended", "lowest_payment", "lowest_cost", "soonest"), ())
    assert (cheapest.lender_labels, longer.lender_labels) == ((), ("balanced",))
    assert longer.loans[0].plan.schedule[0].payment == 393_490
    said = {reason.code: reason.figures for reason in cheapest.why}
    assert said["LOWEST_COST"] == {"total_payable": 13_621_608}
    assert said["LOWEST_PAYMENT"] == {"highest": 389_189}
    assert said["SOONEST"] == {"end_on": "2029-11-01"}
    assert said["FITS_ABILITY"] == {"highest": 389_189, "on": "2027-01-01"}
    assert said["REPAID_BY"] == {"end_on": "2029-11-01", "count": 35}
    assert said["PAYMENT_FALLS"] == {"by": 298_256}
    assert said["WAIVES"] == {"amount": 415_989}
    assert found.considered == 55 + 110 + 165 + 12


def test_each_offer_names_the_limits_that_bind_it() -> None:
    """An instalment fewer would not be affordable, and more than 36 are not allowed."""
    (offer,) = li_menu(TERM_EXTENSION).offers

    assert [(b.limit, b.bound, b.asked) for b in offer.binding] == [
        ("affordable_payment", 396_000, 402_495),
        ("instalments_max_of_original", 36, 36),
    ]


def test_what_a_waiver_more_would_take_is_the_lenders_own_affair() -> None:
    """A caseworker may give up ten per cent: a fifth of the principal would need somebody else."""
    haircut = programme("haircut", template("waive", {"fraction": grid("0", "0.04", "0.2")}, component="principal"),
                        template("capitalise", components=["interest", "principal"]),
                        template("term", {"instalments": grid(36)}))  # fmt: skip
    (offer,) = li_menu(haircut, level=Level.CASEWORKER, ability=Ability(surplus=500_000)).offers

    assert [(b.limit, b.bound, b.asked, b.reveal) for b in offer.binding] == [
        ("authority", "caseworker", "supervisor", "lender_only")
    ]


def test_a_single_programme_offers_a_second_plan_only_far_from_the_first() -> None:
    """36 payments are the fewest Li can pay; 60 ask for a third less. Where 36 is the most, there is one offer."""
    free = replace(TERM_EXTENSION, limits=Limits(instalments_max=60))

    assert [len(offer.loans[0].plan.schedule) for offer in li_menu(free).offers] == [36, 60]
    assert [offer.labels for offer in li_menu(free).offers] == [
        ("recommended", "lowest_cost", "soonest"), ("lowest_payment",),
    ]  # fmt: skip
    assert len(li_menu(free, offers=1).offers) == 1
    assert len(li_menu(TERM_EXTENSION).offers) == 1


def test_alternatives_are_told_where_nothing_is_feasible() -> None:
    """With 400,000 left a month 360,000 may be taken: either that rises to 393,499, or the term to 41 months."""
    found = li_menu(TERM_EXTENSION, ability=replace(LI_ABILITY, surplus=400_000))

    assert found.offers == ()
    assert [(line.option, line.limit, line.bound, line.needed) for line in found.infeasible] == [
        (1, "affordable_payment", 360_000, 393_499),
        (2, "instalments_max_of_original", 36, 41),
    ]
    assert {line.reveal for line in found.infeasible} == {"full"}


def test_without_programmes_the_programme_is_what_is_missing() -> None:
    assert [(line.limit, line.reveal) for line in li_menu().infeasible] == [("programme", "full")]


def test_limits_that_only_together_give_way_are_one_option() -> None:
    """Forty payments are more than the loan had, and at 100,000 a month they cannot be paid either."""
    short = programme("short", template("capitalise", components=["interest", "principal"]),
                      template("term", {"instalments": grid(40)}), limits=NO_LONGER_THAN_ORIGINAL)  # fmt: skip
    found = li_menu(short, ability=Ability(surplus=100_000))

    assert [(line.option, line.limit) for line in found.infeasible] == [
        (1, "instalments_max_of_original"), (1, "affordable_payment"),
    ]  # fmt: skip


def test_a_plan_that_is_worth_less_than_none_is_not_offered() -> None:
    """Waiving three quarters of the principal is worth less to the lender than what is expected without a plan."""
    haircut = programme("haircut", template("waive", component="principal", fraction="0.75"),
                        template("capitalise", components=["interest", "principal"]),
                        template("term", {"instalments": grid(12, 24)}))  # fmt: skip
    tested = li_menu(haircut, level=Level.COMMITTEE, value_test=True)
    untested = li_menu(haircut, level=Level.COMMITTEE, value_test=False)

    assert [(line.limit, line.reveal) for line in tested.infeasible] == [("value_test", "lender_only")]
    assert untested.offers[0].lender_labels == ()


def test_a_pack_that_reveals_all_still_keeps_floors_and_values() -> None:
    haircut = programme("haircut", template("waive", component="principal", fraction="0.2"),
                        template("capitalise", components=["interest", "principal"]),
                        template("term", {"instalments": grid(36)}))  # fmt: skip
    policy = PolicySettings(authority=AUTHORITY, negotiation=Negotiation(reveal="full"))
    found = menu([LI], programmes={LI.loan_id: [haircut]}, ability=LI_ABILITY, settings=policy, level=Level.SYSTEM)

    assert {line.limit: line.reveal for line in found.infeasible} == {"authority": "full"}
