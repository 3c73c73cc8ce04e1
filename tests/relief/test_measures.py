"""Plans are compared by what they cost, what they yield and how they differ from the contract."""

from dataclasses import astuple, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.dates import DayCount, Frequency
from service.domain.errors import RuleBroken
from service.domain.money import Amounts
from service.domain.settings import MenuSettings, PolicySettings, Rounding
from service.domain.words import Repayment
from service.relief.debt import Debt
from service.relief.instruments import (
    WHOLE,
    Capitalise,
    Forbear,
    Holiday,
    Portion,
    Rate,
    Reduced,
    RepaymentPlan,
    Settlement,
    Term,
    Terms,
    Upfront,
    Waive,
)
from service.relief.measures import contract_of, flows, highest_of, level_payment_of, measures, monthly_yield
from service.relief.plan import plan
from service.relief.present_value import present_value
from service.relief.settings import Settings
from tests.relief.debts import LI_TERMS, debts, li_debt, plain, settings, terms

EVERYTHING = Capitalise(components=("principal", "interest", "penalty", "fees"))
HALF = Settlement(fraction=Decimal("0.5"), instalments=6)


def test_li_pays_less_a_month_for_longer() -> None:
    found = measures(plan(li_debt(), LI_TERMS))

    assert (found.first_payment, found.level_payment, found.last_payment) == (393_490, 393_490, 393_499)
    assert (found.highest_payment, found.highest_on) == (393_499, date(2029, 12, 1))
    assert (found.count, found.end_on) == (36, date(2029, 12, 1))
    assert (found.waived, found.waived_conditional) == (37_535, 0)
    assert found.change.level_payment == 393_490 - 687_445
    assert (found.change.count, found.change.months) == (21, 21)
    assert found.change.total_payable == found.total_payable - contract_of(li_debt()).total_payable
    assert found.uncalibrated


def test_the_highest_payment_is_compared_with_the_surplus_on_its_date() -> None:
    """Ninety per cent of what she has left, to the sixth place; from recovery on less than half."""
    made = plan(li_debt(), LI_TERMS)
    recovered = date(2029, 12, 1)

    assert measures(made, surplus=lambda _: 440_000).payment_to_surplus == Decimal("0.894316")
    assert measures(made, surplus=lambda day: 900_000 if day >= recovered else 0).payment_to_surplus == Decimal(
        "0.437221"
    )
    assert measures(made, surplus=lambda _: 0).payment_to_surplus is None
    assert measures(made).payment_to_surplus is None


def test_li_contract_is_arrears_now_and_the_instalments_that_remain() -> None:
    """2,099,870 overdue, then fifteen instalments whose interest the contract still bears."""
    contract = contract_of(li_debt())

    assert contract.total_payable == 2_099_870 + li_debt().not_yet_due + contract.new_interest
    assert [row.payment - row.arrears.total for row in contract.schedule[:14]] == [687_445] * 14
    assert sum(row.arrears.total for row in contract.schedule) == contract.schedule[0].arrears.total == 2_099_870
    assert contract.end_on == date(2028, 3, 1)


def test_the_contract_is_worth_the_debt_and_a_waiver_costs_what_it_waives() -> None:
    """At the original effective rate every instalment of the contract is worth the balance that it repays."""
    found = measures(plan(li_debt(), LI_TERMS))

    assert found.npv_before == pytest.approx(li_debt().balance.total, abs=2)
    assert found.npv_after == pytest.approx(11_447_911, abs=2)
    assert found.concession == pytest.approx(37_535, abs=2)
    assert found.diminished_obligation == Decimal("0.003268")


@pytest.mark.parametrize("convention", DayCount)
@pytest.mark.parametrize("repayment", (Repayment.EQUAL_INSTALMENTS, Repayment.EQUAL_PRINCIPAL, Repayment.INTEREST_ONLY))
@running(max_examples=30, deadline=None)
@given(count=st.integers(1, 120), rate=st.decimals(0, Decimal("0.4"), places=3))
def test_a_pure_extension_does_not_diminish_the_obligation(
    convention: DayCount, repayment: Repayment, count: int, rate: Decimal
) -> None:
    """At the contract rate with all arrears capitalised it is 0, up to rounding (EBA/GL/2016/07, para. 51)."""
    debt = li_debt(annual_rate=rate, day_count=convention, repayment=repayment)
    found = measures(plan(debt, (EVERYTHING, Term(instalments=count))))

    assert abs(found.npv_before - found.npv_after) <= count + 20
    assert abs(found.diminished_obligation) < Decimal("0.0001")


@pytest.mark.parametrize("convention", DayCount)
def test_nor_does_a_holiday_whose_interest_compounds_at_the_contracts_rate(convention: DayCount) -> None:
    """Simple interest, which bears none itself, diminishes it a little; waived interest by what it waives."""
    debt = li_debt(day_count=convention)
    compound, simple, waived = (
        measures(plan(debt, (EVERYTHING, Term(instalments=36), holiday)))
        for holiday in (
            Holiday(instalments=6, accrual="compound"),
            Holiday(instalments=6),
            Holiday(instalments=6, interest="waived"),
        )
    )

    assert abs(compound.npv_before - compound.npv_after) <= 60
    assert 0 < simple.diminished_obligation < waived.diminished_obligation


def test_the_contract_itself_diminishes_nothing() -> None:
    """Its arrears are due now, also where they stand in the first instalment of a loan that is left as it is."""
    found = measures(plan(li_debt(), ()))

    assert found.npv_after == found.npv_before == pytest.approx(li_debt().balance.total, abs=2)
    assert found.concession == 0
    assert set(astuple(found.change)) == {0}


def test_a_lower_rate_and_a_settlement_diminish_it() -> None:
    lower = measures(plan(li_debt(), (EVERYTHING, Term(instalments=36), Rate(annual_rate=Decimal("0.05")))))
    settled = measures(plan(li_debt(), (HALF,)))

    assert Decimal("0.1") < lower.diminished_obligation < Decimal("0.2")
    assert settled.diminished_obligation > Decimal("0.5")
    assert settled.concession == settled.npv_before - settled.npv_after


def test_of_a_debt_of_nothing_nothing_is_diminished() -> None:
    found = measures(plan(plain(0), ()))

    assert (found.diminished_obligation, found.concession, found.total_payable) == (Decimal(0), 0, 0)


def test_what_is_paid_at_once_is_worth_itself() -> None:
    made = plan(li_debt(), (Upfront(amount=li_debt().balance.total),))
    found = measures(made)

    assert present_value(made) == made.total_payable
    assert (found.count, found.highest_on, found.level_payment) == (0, None, 0)


def test_a_final_amount_is_discounted_to_its_own_day() -> None:
    forborne = plan(plain(rate="0.12"), (Forbear(principal=WHOLE),))
    residual = plan(li_debt(), (replace(HALF, discharge="residual"),))

    assert forborne.schedule == ()
    assert present_value(forborne) < 1_000_000
    assert present_value(residual) < residual.total_payable


def test_a_negative_contract_rate_counts_as_none() -> None:
    made = plan(plain(rate="-0.02"), ())

    assert present_value(made) == made.total_payable


def test_the_value_falls_with_the_payment_that_is_asked() -> None:
    """A lower payment is kept up longer: over the same money it is worth more than the contract to the lender."""
    found = measures(plan(li_debt(), LI_TERMS), capacity=lambda _: 396_000)

    assert found.value_without < found.value_with < found.npv_after


def test_the_end_of_relief_costs_value_where_the_next_payment_is_beyond_the_borrower() -> None:
    made = plan(li_debt(), (Capitalise(), Term(instalments=24), Holiday(instalments=3)))

    strained = measures(made, capacity=lambda _: 100_000)
    eased = measures(made, capacity=lambda _: 10_000_000)
    assert strained.value_with < eased.value_with


@pytest.mark.parametrize(
    "changes",
    (
        {"hazard_monthly": Decimal(0)},
        {"hazard_monthly": Decimal(2)},
        {"recovery": Decimal(0)},
        {"recovery_months": 0},
        {"calibrated": True},
    ),
)
def test_the_figures_of_the_value_are_the_packs(changes: dict[str, Any]) -> None:
    figures = MenuSettings(**changes)
    found = measures(plan(li_debt(), LI_TERMS), figures=figures)

    if figures.hazard_monthly == 0:
        assert abs(found.value_with - found.npv_after) <= 1
    if figures.hazard_monthly > 1:
        assert found.value_with < found.npv_after / 3
    assert found.uncalibrated is not figures.calibrated


def test_a_final_amount_and_an_old_payment_of_nothing_have_a_value_too() -> None:
    free = plain(rate="0", before=Amounts(principal=10), count=1)

    assert measures(plan(free, (Waive(principal=WHOLE),))).value_with == 0
    assert measures(plan(li_debt(), (Forbear(principal=Portion(fraction=Decimal("0.3"))),))).value_with > 0


def test_the_level_payment_is_the_most_frequent_one() -> None:
    made = plan(plain(), (Reduced(instalments=2, payment=9_000),))

    assert level_payment_of(made) == made.schedule[5].payment
    assert highest_of(made)[0] >= level_payment_of(made)


def test_the_monthly_yield_of_a_contract_is_its_rate() -> None:
    """Monthly IRR × 12 and effective, flow 0 being the debt carried after waivers."""
    found = monthly_yield(plan(li_debt(), LI_TERMS))

    assert found is not None
    assert float(found.nominal_percent) == pytest.approx(14.4, abs=1e-5)
    assert float(found.effective_percent) == pytest.approx(15.3895, abs=1e-4)


def test_interest_free_parts_lower_the_yield() -> None:
    found = monthly_yield(plan(li_debt(), (RepaymentPlan(instalments=12),)))
    deferred = monthly_yield(plan(plain(), (Forbear(principal=Portion(fraction=Decimal("0.3"))),)))

    assert found is not None
    assert deferred is not None
    assert found.nominal_percent < Decimal("12.5")
    assert deferred.nominal_percent < 12


@pytest.mark.parametrize(
    "an_offer",
    (
        (HALF,),
        (Term(instalments=10, frequency=Frequency.WEEKLY),),
        (Upfront(amount=11_485_446),),
    ),
)
def test_where_there_is_no_monthly_yield_none_is_given(an_offer: Terms) -> None:
    assert monthly_yield(plan(li_debt(), an_offer)) is None


def test_the_flows_begin_with_the_debt_carried_after_waivers() -> None:
    made = plan(li_debt(), (*LI_TERMS, Forbear(principal=Portion(amount=1000))))
    found = flows(made)

    assert found[0].amount == -11_447_911
    assert found[0].on == made.debt.effective_on
    assert (found[-1].amount, len(found)) == (1000, 38)


def test_the_contract_has_no_cap() -> None:
    assert contract_of(li_debt(legal_cap=Decimal("0.01")), Settings(legal_cap=Decimal("0.01"))).schedule == (
        contract_of(li_debt()).schedule
    )


@running(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(debt=debts(), offered=terms, settings=settings)
def test_every_plan_can_be_measured(debt: Debt, offered: Terms, settings: Settings) -> None:
    try:
        made = plan(debt, offered, settings)
    except RuleBroken:
        return
    found = measures(made, settings)

    assert found.total_payable == made.total_payable
    assert found.first_payment <= found.highest_payment
    assert found.npv_after <= made.total_payable + 1
    assert 0 <= found.value_with <= max(made.total_payable, debt.balance.total) + 1
    monthly_yield(made)


def test_a_plan_in_which_nothing_comes_back_has_no_yield() -> None:
    """At -100 % a year nothing is left to pay after one."""
    gone = plain(rate="-1", repayment=Repayment.BULLET, next_due_on=date(2027, 12, 1), count=1)

    assert monthly_yield(plan(gone, ())) is None


def test_the_arithmetic_part_of_a_policy_is_taken_over() -> None:
    policy = PolicySettings(rounding=Rounding(level_payment="up", multiple=100), unnamed_overdue="first")

    assert Settings.of(policy) == Settings(level_payment="up", multiple=100, unnamed_overdue="first")
