"""A plan is affordable when no month asks for more than its share of the surplus, and single sums have a source."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import Frequency
from service.relief.affordability import Ability, Demand, affordable, demands, monthly_equivalent
from service.relief.bounds import Breach
from service.relief.instruments import (
    ArrearsPlan,
    Balloon,
    Capitalise,
    Forbear,
    Holiday,
    Portion,
    Settlement,
    Term,
    Terms,
    Upfront,
)
from service.relief.plan import Plan, plan
from tests.relief.debts import EFFECTIVE_ON, LI_TERMS, li_debt, plain

THIRD = Portion(fraction=Decimal("0.3"))


def found(plans: Plan | tuple[Plan, ...], ability: Ability, obligations: int = 0) -> dict[str, Breach]:
    plans = (plans,) if isinstance(plans, Plan) else plans
    return {breach.limit: breach for breach in affordable(plans, ability, obligations)}


class TestAbility:
    """What may be asked for in a month: a share of the surplus, from the expected day on of the expected one."""

    def test_li_may_be_asked_for_ninety_per_cent(self) -> None:
        assert Ability(surplus=440_000).on(EFFECTIVE_ON) == 396_000

    def test_a_share_is_rounded_down(self) -> None:
        assert Ability(surplus=101, share=Decimal("0.99")).on(EFFECTIVE_ON) == 99

    @pytest.mark.parametrize("surplus", (None, 0, -5))
    def test_an_unknown_or_missing_surplus_carries_nothing(self, surplus: int | None) -> None:
        assert Ability(surplus=surplus).on(EFFECTIVE_ON) == 0

    def test_from_the_day_of_recovery_the_expected_surplus_counts(self) -> None:
        recovery = date(2027, 6, 1)
        ability = Ability(surplus=100, expected=(recovery, 300), share=Decimal(1))

        assert [ability.on(day) for day in (date(2027, 5, 31), recovery)] == [100, 300]
        assert ability.steps == ((date.min, 100), (recovery, 300))
        assert ability.lowest == 100

    def test_what_is_expected_may_be_less(self) -> None:
        assert Ability(surplus=300, expected=(EFFECTIVE_ON, 100), share=Decimal(1)).lowest == 100
        assert Ability(surplus=300).steps == ((date.min, 270),)


class TestMonths:
    """Every calendar month is compared with what it can carry."""

    def test_li_can_pay_her_plan_and_not_one_unit_more(self) -> None:
        made = plan(li_debt(), LI_TERMS)

        assert found(made, Ability(surplus=393_499, share=Decimal(1))) == {}
        assert found(made, Ability(surplus=393_498, share=Decimal(1)))["affordable_payment"] == Breach(
            limit="affordable_payment", bound=393_498, asked=393_499, on=date(2029, 12, 1)
        )

    def test_the_contract_is_beyond_her(self) -> None:
        breach = found(plan(li_debt(), ()), Ability(surplus=440_000))["affordable_payment"]

        assert (breach.bound, breach.on) == (396_000, date(2027, 1, 1))
        assert breach.asked == plan(li_debt(), ()).schedule[0].payment

    def test_payments_of_several_loans_and_obligations_add_up(self) -> None:
        plans = (plan(plain(), ()), plan(replace(plain(), loan_id="M"), ()))
        ability = Ability(surplus=2 * 88_849 + 1_000, share=Decimal(1))

        assert found(plans, ability, obligations=990) == {}
        assert found(plans, ability, obligations=1_010)["affordable_payment"].bound == 2 * 88_849 - 10

    def test_obligations_beyond_the_ability_leave_nothing(self) -> None:
        breach = found(plan(plain(), ()), Ability(surplus=100, share=Decimal(1)), obligations=101)["affordable_payment"]

        assert (breach.bound, breach.asked) == (0, max(row.payment for row in plan(plain(), ()).schedule))

    def test_the_worst_month_under_each_amount_is_told(self) -> None:
        ability = Ability(surplus=100, expected=(date(2027, 6, 1), 200), share=Decimal(1))
        breaches = affordable((plan(plain(), ()),), ability)

        assert [(b.bound, b.on) for b in breaches] == [(100, date(2027, 1, 1)), (200, date(2027, 6, 1))]

    def test_a_holiday_asks_for_nothing_until_recovery(self) -> None:
        made = plan(plain(), (Holiday(instalments=5, interest="waived"),))

        assert found(made, Ability(surplus=0, expected=(date(2027, 6, 1), 100_000))) == {}
        assert found(made, Ability(surplus=0, expected=(date(2027, 6, 2), 100_000))) != {}

    def test_weeks_count_as_those_of_the_average_month(self) -> None:
        """Five Fridays are no more than 52/12; four are four."""
        fridays = [(date(2027, 1, day), 100) for day in (1, 8, 15, 22, 29)]

        assert monthly_equivalent(fridays, Frequency.WEEKLY)[2027, 1] == Demand(date(2027, 1, 1), 433)
        assert monthly_equivalent(fridays[:4], Frequency.WEEKLY)[2027, 1].amount == 400
        assert monthly_equivalent(fridays[:3], Frequency.BIWEEKLY)[2027, 1].amount == 217

    def test_a_quarterly_payment_counts_a_third_in_each_of_its_months(self) -> None:
        months = monthly_equivalent([(date(2027, 3, 31), 300)], Frequency.QUARTERLY)

        assert months == {
            (2027, 3): Demand(date(2027, 3, 31), 100),
            (2027, 2): Demand(date(2027, 2, 1), 100),
            (2027, 1): Demand(date(2027, 1, 1), 100),
        }

    @given(st.lists(st.tuples(st.dates(date(2027, 1, 1), date(2028, 1, 1)), st.integers(0, 10**6)), max_size=20))
    def test_monthly_payments_are_neither_lost_nor_doubled(self, rows: list[tuple[date, int]]) -> None:
        months = monthly_equivalent(rows, Frequency.MONTHLY)

        assert sum(month.amount for month in months.values()) == sum(paid for _, paid in rows)
        assert all((month.on.year, month.on.month) == key for key, month in months.items())

    def test_months_are_in_order(self) -> None:
        quarterly = plan(plain(frequency=Frequency.QUARTERLY, next_due_on=date(2027, 3, 1)), (Term(instalments=4),))

        assert list(demands((quarterly,))) == sorted(demands((quarterly,)))


class TestSingleSums:
    """What is paid at signature, at the end, or by a settlement needs a named source beyond what its month carries."""

    def test_a_sum_at_signature(self) -> None:
        made = plan(li_debt(), (Upfront(amount=500_000), Capitalise(), Term(instalments=60)))

        assert found(made, Ability(surplus=10**9, lump_sum=500_000)) == {}
        assert found(made, Ability(surplus=10**9, lump_sum=499_999))["affordable_upfront"] == Breach(
            limit="affordable_upfront", bound=499_999, asked=500_000, on=EFFECTIVE_ON
        )

    @pytest.mark.parametrize("terms", ((Forbear(principal=THIRD),), (Balloon(principal=THIRD),)))
    def test_what_is_due_at_the_end(self, terms: Terms) -> None:
        """The month of the last payment carries what it can; the source must carry the rest."""
        made = plan(plain(), (*terms, Term(instalments=12)))
        regular = demands((made,), balloons=False)[2027, 12].amount
        ability = Ability(surplus=100_000, share=Decimal(1))
        short = 300_000 - (100_000 - regular)

        assert found(made, replace(ability, balloon=short)) == {}
        assert found(made, replace(ability, balloon=short - 1)) == {
            "affordable_balloon": Breach(
                limit="affordable_balloon", bound=short - 1, asked=short, on=made.schedule[-1].due_on
            )
        }

    def test_a_balloon_is_no_part_of_the_monthly_payment(self) -> None:
        made = plan(plain(), (Balloon(principal=THIRD), Term(instalments=12)))
        whole, regular = (demands((made,), balloons=balloons)[2027, 12].amount for balloons in (True, False))

        assert whole - regular == made.balloon == 300_000

    def test_two_final_amounts_do_not_use_the_same_month_twice(self) -> None:
        """Each alone would fit; together they need a source."""
        plans = tuple(
            plan(replace(plain(), loan_id=loan_id), (Forbear(principal=Portion(amount=1_000)), Term(instalments=12)))
            for loan_id in ("L", "M")
        )
        regular = demands(plans)[2027, 12].amount

        assert found(plans, Ability(surplus=regular + 2_000, share=Decimal(1))) == {}
        assert found(plans, Ability(surplus=regular + 1_500, share=Decimal(1)))["affordable_balloon"].asked == 500

    def test_a_final_amount_in_a_month_of_its_own(self) -> None:
        half = Settlement(fraction=Decimal("0.5"), instalments=2, discharge="residual")
        made = plan(li_debt(), (half,))
        ability = Ability(surplus=3_000_000, share=Decimal(1))

        assert found(made, ability)["affordable_balloon"].asked == 5_742_723 - 3_000_000

    def test_a_lump_sum_may_carry_what_a_settlement_asks_for(self) -> None:
        made = plan(plain(), (Settlement(fraction=Decimal("0.5"), instalments=2),))
        ability = Ability(surplus=100_000, share=Decimal(1))

        assert found(made, replace(ability, lump_sum=300_000)) == {}
        assert found(made, replace(ability, lump_sum=299_999))["affordable_payment"].asked == 250_000

    def test_what_is_paid_at_signature_of_a_lump_sum_cannot_be_paid_again(self) -> None:
        made = plan(plain(), (Upfront(amount=100_000), Settlement(fraction=Decimal("0.5"), instalments=2)))
        ability = Ability(surplus=100_000, share=Decimal(1))

        assert found(made, replace(ability, lump_sum=350_000)) == {}
        assert "affordable_payment" in found(made, replace(ability, lump_sum=349_999))

    def test_without_a_source_not_even_one_unit(self) -> None:
        made = plan(li_debt(), (Upfront(amount=1), Capitalise(), Term(instalments=60)))

        assert found(made, Ability(surplus=10**9))["affordable_upfront"].bound == 0

    def test_it_carries_no_ordinary_payments(self) -> None:
        made = plan(plain(), (ArrearsPlan(instalments=1),))

        assert "affordable_payment" in found(made, Ability(surplus=0, lump_sum=10**9))
