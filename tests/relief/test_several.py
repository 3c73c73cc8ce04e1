"""A case of several loans: each appears in every offer, the capacity is shared, and the whole is judged together."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.policy import Level
from service.domain.settings import Limits, MenuSettings, PolicySettings, Programme
from service.relief.affordability import Ability, affordable
from service.relief.asking import CounterProposal
from service.relief.conditions import Conditions
from service.relief.counter import Answer, CounterAnswer, answer
from service.relief.debt import Debt
from service.relief.evaluate import evaluate
from service.relief.instruments import Capitalise, Rate, Term
from service.relief.limits import breaches
from service.relief.menu import Menu, menu
from service.relief.plan import plan
from service.relief.proposal import Proposal
from service.relief.several import Loans, joint_choices
from service.relief.terms import TermsNotValid
from tests.relief.exhaustive import CAPITALISE, STEP, WAIVE_PENALTY, dominates, policies, programmes
from tests.relief.negotiations import AUTHORITY, SETTLEMENT, debts, grid, programme, template
from tests.relief.test_sharing import CAR, CARD, HOME

LONGER = programme(
    "longer", WAIVE_PENALTY, CAPITALISE, template("term", {"instalments": grid(*range(6, 121, 6))}),
    limits=Limits(instalments_max=120),
)  # fmt: skip
CHEAPER = programme(
    "cheaper", CAPITALISE, template("term", {"instalments": grid(24, 48, 60)}),
    template("rate", {"annual_rate": grid("0", "0.03")}), limits=Limits(instalments_max=60),
)  # fmt: skip
LONG_HOME = replace(HOME, instalments_remaining=300, original_instalments=360)


def of_case(
    loans: dict[Debt, list[Programme]], *, surplus: int = 200_000, first: tuple[str, ...] = (), **ability: Any
) -> Menu:
    policy = PolicySettings(authority=AUTHORITY, menu=MenuSettings(value_test=False))
    return menu(
        list(loans),
        programmes={debt.loan_id: own for debt, own in loans.items()},
        ability=Ability(surplus=surplus, share=Decimal(1), **ability),
        settings=policy,
        level=Level.COMMITTEE,
        first=first,
    )


def sums_up(offer: Proposal) -> bool:
    """Say whether the total by due date is that of the schedules and separate final amounts of all loans."""
    days: dict[date, int] = defaultdict(int)
    for loan in offer.loans:
        for row in loan.plan.schedule:
            days[row.due_on] += row.payment
        if loan.plan.deferred is not None:
            days[loan.plan.deferred.due_on] += loan.plan.deferred.amount
    totals = {due.due_on: due.payment for due in offer.total}
    return totals == days and all(sum(due.loans.values()) == due.payment for due in offer.total)


def test_every_loan_appears_in_every_offer_and_goes_on_unchanged_where_nothing_is_granted() -> None:
    found = of_case({LONG_HOME: [], CAR: [LONGER, CHEAPER], CARD: [LONGER]}, surplus=95_000)

    assert len(found.offers) == 2
    for offer in found.offers:
        assert [loan.loan_id for loan in offer.loans] == ["home", "car", "card"]
        assert offer.loan("home").programme is None
        assert offer.loan("home").plan == plan(LONG_HOME, ())
        assert offer.loan("car").programme == offer.programme
        assert sums_up(offer)
    assert {offer.programme: offer.loan("card").programme for offer in found.offers} == {
        "longer": "longer", "cheaper": None,
    }  # fmt: skip


def test_a_loan_that_cannot_go_on_gets_its_own_programme_in_the_offer_of_another() -> None:
    """Beside the cheaper car the card's contract does not fit: the card is extended."""
    expensive = replace(CARD, instalment=80_000, instalments_remaining=4)
    found = of_case({CAR: [CHEAPER], expensive: [LONGER]}, surplus=40_000)

    cheaper = next(offer for offer in found.offers if offer.programme == "cheaper")
    assert (cheaper.loan("car").programme, cheaper.loan("card").programme) == ("cheaper", "longer")


def test_the_whole_must_fit_though_every_loan_fits_alone() -> None:
    """Two loans of 20,000 a month do not fit into 30,000; the advice says what would."""
    pair = {CAR: [LONGER], replace(CAR, loan_id="other"): [LONGER]}
    limits = Limits(instalments_max=36)
    short = {debt: [replace(LONGER, limits=limits)] for debt in pair}
    found = of_case(short, surplus=30_000)

    assert found.offers == ()
    (line,) = found.infeasible
    assert (line.limit, line.bound, line.programme) == ("affordable_payment", 30_000, "longer")
    assert of_case(short, surplus=int(str(line.needed))).offers
    assert not of_case(short, surplus=int(str(line.needed)) - 1).offers


def test_secured_loans_are_served_before_the_others() -> None:
    """The car gets its contract's payment first; what is left is not enough for the card's shorter terms."""
    car = replace(CAR, instalment=50_000)
    evenly = of_case({car: [LONGER], CARD: [LONGER]}, surplus=70_000)
    secured = of_case({car: [LONGER], CARD: [LONGER]}, surplus=70_000, first=("car",))

    assert evenly.offers[0].loan("car").measures.count == 18
    assert secured.offers[0].loan("car").measures.count == 18
    assert secured.offers[0].loan("card").measures.count > evenly.offers[0].loan("card").measures.count


def test_a_loan_without_a_way_is_named() -> None:
    """No term of the programme repays the card within its limit; the advice names the loan."""
    shortest = programme("short", CAPITALISE, template("term", {"instalments": grid(48)}),
                         limits=Limits(instalments_max=24))  # fmt: skip
    stuck = replace(CARD, instalments_remaining=20)
    found = of_case({CAR: [shortest], stuck: [shortest]}, surplus=90_000)

    assert [(line.limit, line.bound, line.needed) for line in found.infeasible] == [("instalments_max", 24, 48)]


def test_without_any_programme_there_is_nothing_to_offer() -> None:
    found = of_case({CAR: [], CARD: []})

    assert [line.limit for line in found.infeasible] == ["programme"]


def test_the_offers_of_one_programme_are_far_apart() -> None:
    """With a single programme, the cheapest and a much lower payment; a third would be like one of them."""
    found = of_case({CAR: [LONGER], CARD: [LONGER]}, surplus=120_000)

    assert [offer.programme for offer in found.offers] == ["longer", "longer"]
    assert "lowest_payment" in found.offers[1].labels
    assert found.offers[1].totals.highest <= Decimal("0.9") * found.offers[0].totals.highest


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Debt], dict[str, list[Programme]], Conditions]:
    """Draw two to five loans of any frequency, the programmes open to each, and the conditions."""
    loans = [draw(debts(loan_id=f"L{n}")) for n in range(draw(st.integers(2, 5)))]
    total = sum(debt.balance.total for debt in loans)
    surplus = draw(st.sampled_from([total // part + 1 for part in (1, 3, 8, 16, 30)]))
    later = draw(st.sampled_from([None, (STEP, 2 * surplus), (STEP, surplus // 2)]))
    sums = draw(st.sampled_from([0, total // 5]))
    conditions = Conditions(
        settings=draw(policies),
        ability=Ability(surplus=surplus, expected=later, lump_sum=sums, balloon=sums),
        level=draw(st.sampled_from([Level.SYSTEM, Level.COMMITTEE])),
        exposure=total,
        obligations=draw(st.sampled_from([0, total // 200])),
    )
    open_to = {debt.loan_id: draw(st.one_of(st.just([]), programmes(debt), programmes(debt))) for debt in loans}
    return loans, open_to, conditions


def made(loans: list[Debt], open_to: dict[str, list[Programme]], conditions: Conditions) -> Menu:
    return menu(
        loans, programmes=open_to, ability=conditions.ability, settings=conditions.settings, level=conditions.level,
        obligations=conditions.obligations,
    )  # fmt: skip


@running(max_examples=60, deadline=None)
@given(case=cases())
def test_every_offer_passes_the_tests_of_each_loan_and_of_the_whole(
    case: tuple[list[Debt], dict[str, list[Programme]], Conditions],
) -> None:
    """Limits of each loan's programme, affordability of all loans on every date, authority over the whole."""
    loans, open_to, conditions = case
    found = made(loans, open_to, conditions)

    for offer in found.offers:
        plans = [loan.plan for loan in offer.loans]
        assert [made_.debt for made_ in plans] == loans
        assert affordable(plans, conditions.ability, conditions.obligations) == ()
        assert offer.level.rank <= conditions.level.rank
        assert offer.breaches == ()
        assert sums_up(offer)
        for loan in offer.loans:
            own = next((p for p in open_to[loan.loan_id] if p.code == loan.programme), None)
            assert breaches(loan.plan, own.limits if own else Limits()) == ()
            assert loan.plan.terms == () or own is not None
            assert [line.difference for line in loan.plan.reconciliation] == [0, 0, 0, 0]
    keys = [_key(offer) for offer in found.offers]
    assert not any(dominates(one, other) for one in keys for other in keys)
    if found.offers:
        assert found.offers[0].total_payable == min(offer.total_payable for offer in found.offers)
        assert found == made(loans, open_to, conditions)
    else:
        assert found.infeasible


def _key(offer: Proposal) -> tuple[int, int, int, int]:
    days: dict[date, int] = defaultdict(int)
    for row in (row for loan in offer.loans for row in loan.plan.schedule):
        days[row.due_on] += row.payment
    totals = offer.totals
    return max(days.values(), default=0), totals.total_payable, totals.end_on.toordinal(), -totals.npv_after


@running(max_examples=40, deadline=None)
@given(case=cases())
def test_an_ability_that_rises_as_advised_makes_an_offer(
    case: tuple[list[Debt], dict[str, list[Programme]], Conditions],
) -> None:
    loans, open_to, conditions = case
    found = made(loans, open_to, conditions)
    lines = [line for line in found.infeasible if line.limit == "affordable_payment"]
    alone = [line for line in lines if sum(other.option == line.option for other in found.infeasible) == 1]
    for line in alone:
        needed = int(str(line.needed)) + conditions.obligations
        now, *later = [max(needed, amount) for _, amount in conditions.ability.steps]
        expected = conditions.ability.expected and (conditions.ability.expected[0], later[0])
        ability = replace(conditions.ability, share=Decimal(1), surplus=now, expected=expected)
        eased = made(loans, open_to, replace(conditions, ability=ability))
        assert eased.offers or {other.limit for other in eased.infeasible} - {"affordable_payment"}


def counter_of(
    loans: dict[Debt, list[Programme]], *, surplus: int = 100_000, last: Proposal | None = None, **asked: Any
) -> CounterAnswer:
    return answer(
        list(loans),
        proposal=CounterProposal(**asked),
        programmes={debt.loan_id: own for debt, own in loans.items()},
        ability=Ability(surplus=surplus, share=Decimal(1)),
        settings=PolicySettings(authority=AUTHORITY, menu=MenuSettings(value_test=False)),
        level=Level.COMMITTEE,
        last=last,
    )


def test_a_counter_for_several_loans_is_shared_and_granted_for_all() -> None:
    """30,000 a month for the car and the card; the home goes on and is paid first."""
    found = counter_of({LONG_HOME: [], CAR: [LONGER], CARD: [LONGER]}, payment=90_000)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    assert [loan.programme for loan in found.proposal.loans] == [None, "longer", "longer"]
    assert found.proposal.totals.monthly <= 90_000
    assert sums_up(found.proposal)


def test_a_counter_too_low_for_all_loans_names_the_gap_of_the_whole() -> None:
    found = counter_of({LONG_HOME: [], CAR: [LONGER], CARD: [LONGER]}, payment=70_000, months=12)

    assert found.answer is Answer.COUNTERED
    assert found.proposal is not None
    assert found.gap is not None
    assert found.gap.monthly == found.proposal.highest - 70_000
    assert {(breach.limit, breach.loan_id) for breach in found.binding} == {
        (limit, loan_id) for limit in ("affordable_payment", "repays_the_debt") for loan_id in ("car", "card")
    }


def test_a_counter_is_refused_where_one_loan_has_no_way() -> None:
    """The home alone asks for more than there is; what lacks is the sum of what every loan needs at the least."""
    found = counter_of({LONG_HOME: [], CAR: [LONGER]}, surplus=50_000, payment=50_000)

    assert (found.answer, found.proposal) == (Answer.REFUSED, None)
    assert found.gap is not None
    assert found.gap.monthly == 60_000 + 8_668 - 50_000


def test_where_nothing_is_open_to_any_loan_a_counter_is_refused() -> None:
    found = counter_of({CAR: [], CARD: []}, payment=70_000)

    assert found.answer is Answer.REFUSED
    assert [breach.limit for breach in found.binding] == ["programme", "programme"]


def test_a_lump_sum_is_shared_by_what_is_owed() -> None:
    found = counter_of({CAR: [LONGER], CARD: [LONGER]}, payment=60_000, lump_sum=90_000)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    assert [loan.measures.upfront for loan in found.proposal.loans] == [60_000, 30_000]


def test_a_settlement_of_one_loan_is_countered_by_a_step_and_the_other_goes_on() -> None:
    """The card is settled; the car's contract goes on beside it."""
    loans = {CAR: [], CARD: [SETTLEMENT]}
    last = of_case(loans, surplus=100_000).offers[0]
    found = counter_of(loans, last=last, payment=42_000, months=6)

    assert found.answer is Answer.COUNTERED
    assert found.proposal is not None
    assert found.proposal.loan("card").plan.settles
    assert found.proposal.loan("card").plan.total_payable < last.loan("card").plan.total_payable


def test_terms_of_ones_own_are_worked_out_for_all_loans_with_what_they_go_beyond() -> None:
    """The card's terms are judged by its programme; the car has none and goes on; together they cost too much."""
    own = (Capitalise(), Term(instalments=18))
    made_ = evaluate(
        [CAR, CARD], {"card": own}, programmes={"card": [LONGER]}, ability=Ability(surplus=30_000, share=Decimal(1)),
        settings=PolicySettings(authority=AUTHORITY),
    )  # fmt: skip

    assert [(loan.programme, loan.terms) for loan in made_.loans] == [(None, ()), ("longer", own)]
    assert "affordable_payment" in {breach.limit for breach in made_.breaches}
    assert sums_up(made_)


def test_the_work_grows_with_the_loans_and_no_faster() -> None:
    """Each programme of a loan is searched once, and few of its plans are worked out, however many loans there are."""

    def worked_out(count: int) -> tuple[int, int]:
        loans = [replace(CAR, loan_id=f"L{n}") for n in range(count)]
        conditions = Conditions(
            settings=PolicySettings(authority=AUTHORITY, menu=MenuSettings(value_test=False)),
            ability=Ability(surplus=20_000 * count, share=Decimal(1)), level=Level.COMMITTEE, exposure=1,
        )  # fmt: skip
        of_all = Loans(debts=loans, programmes={d.loan_id: [LONGER, CHEAPER] for d in loans}, conditions=conditions)
        assert joint_choices(of_all)
        return len(of_all.searches), sum(len(search.known) for search in of_all.searches.values())

    searches, plans = worked_out(2)
    assert worked_out(10) == (5 * searches, 5 * plans)


def test_months_alone_may_be_asked_for_several_loans() -> None:
    found = counter_of({CAR: [LONGER], CARD: [LONGER]}, months=24)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    assert [len(loan.plan.schedule) for loan in found.proposal.loans] == [24, 24]


def test_what_fits_loan_by_loan_is_refused_where_the_whole_does_not() -> None:
    """The car's debt is given up, and the home alone asks for more than there is."""
    gift = programme("gift", template("waive", principal="1"), template("term", instalments=1))
    found = counter_of({LONG_HOME: [], CAR: [gift]}, surplus=50_000, payment=70_000)
    offered = of_case({LONG_HOME: [], CAR: [gift]}, surplus=50_000)

    assert [(line.limit, line.bound, line.needed) for line in offered.infeasible] == [
        ("affordable_payment", 50_000, 60_000)
    ]

    assert found.answer is Answer.REFUSED
    assert {(breach.limit, breach.bound, breach.asked) for breach in found.binding} >= {
        ("affordable_payment", 50_000, 60_000)
    }


def test_terms_that_break_a_rule_are_refused_and_the_first_programme_that_has_them_judges_them() -> None:
    capitalised = (Capitalise(), Term(instalments=18), Rate(annual_rate=Decimal("0.01")))
    arguments: dict[str, Any] = {
        "programmes": {"car": [LONGER, CHEAPER]}, "ability": Ability(surplus=90_000),
        "settings": PolicySettings(authority=AUTHORITY),
    }  # fmt: skip

    assert evaluate([CAR], {"car": capitalised}, **arguments).loans[0].programme == "cheaper"
    with pytest.raises(TermsNotValid):
        evaluate([CAR], {"car": (Term(instalments=0),)}, **arguments)


def test_single_sums_go_to_the_loans_that_need_them() -> None:
    """A fifth of the car is set aside until the end: the source for that is the car's, not half the card's."""
    later = programme("later", template("forbear", fraction="0.2"), template("term", {"instalments": grid(24)}))
    found = of_case({CAR: [later], CARD: [LONGER]}, balloon=120_000)

    by_code = {offer.programme: offer for offer in found.offers}
    assert by_code["later"].loan("car").measures.deferred == 120_000
    short = of_case({CAR: [later], CARD: [later]}, surplus=40_000, balloon=120_000)
    assert [(line.limit, line.bound, line.needed) for line in short.infeasible] == [
        ("affordable_balloon", 120_000, 180_000)
    ]


def test_what_needs_more_than_one_limit_to_give_way_is_said_together() -> None:
    """Neither the month nor the end can be paid."""
    later = programme("later", template("forbear", fraction="0.2"), template("term", {"instalments": grid(24)}))
    found = of_case({CAR: [later], CARD: [later]}, surplus=10_000)

    assert [(line.option, line.limit) for line in found.infeasible] == [
        (1, "affordable_payment"), (1, "affordable_balloon"),
    ]  # fmt: skip
