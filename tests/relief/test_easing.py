"""Which instalments are eased, what each pays, and that none is eased twice."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from service.domain.words import Repayment
from service.relief.easing import EasingNotPossible
from service.relief.instruments import (
    Afterwards,
    ArrearsPlan,
    Capitalise,
    Holiday,
    Instrument,
    PaymentStep,
    Rate,
    RateStep,
    Reduced,
    Reschedule,
    Stepped,
    Term,
    Terms,
)
from service.relief.layout import InstalmentsOutOfBounds
from service.relief.level_payment import round_payment
from service.relief.plan import Plan, plan
from service.relief.settings import DEFAULT
from tests.relief.debts import li_debt, plain

SPRING = Holiday(from_=date(2027, 3, 1), until=date(2027, 4, 30))
HALVES = (PaymentStep(instalments=3, fraction=Decimal("0.5")),)


def payments(made: Plan) -> list[int]:
    return [row.payment for row in made.schedule]


class TestOnce:
    """An instalment is eased by one instrument."""

    @pytest.mark.parametrize(
        "counted",
        (Reduced(instalments=3, payment=5_000), Stepped(steps=HALVES, then="extend")),
        ids=lambda easing: easing.kind,
    )
    def test_easing_an_instalment_twice_is_refused(self, counted: Instrument) -> None:
        """The third instalment is due on 1 March, within the holiday."""
        with pytest.raises(EasingNotPossible, match="eased twice") as refused:
            plan(plain(), (SPRING, counted))

        assert [(p.pointer, p.code) for p in refused.value.problems] == [("/instruments/1", "easing_not_possible")]

    def test_beside_each_other_they_are_not_twice(self) -> None:
        made = plan(plain(), (SPRING, Reduced(instalments=2, payment=5_000)))

        assert payments(made)[:4] == [5_000, 5_000, 0, 0]

    def test_a_holiday_of_counted_instalments_comes_first_and_others_follow(self) -> None:
        terms: Terms = (Reduced(instalments=2, payment=5_000), Holiday(instalments=2))

        assert payments(plan(plain(), terms))[:4] == [0, 0, 5_000, 5_000]


class TestNotThere:
    """What is to be eased must be an instalment of the schedule, and some must be left after it."""

    @pytest.mark.parametrize(
        ("terms", "at"),
        (
            ((Term(instalments=3), Holiday(instalments=3, then="raise")), "/instruments/1"),
            ((Term(instalments=3), Reduced(instalments=4, payment=1, then="end")), "/instruments/1"),
            ((Holiday(from_=date(2020, 1, 1), until=date(2020, 2, 1)),), "/instruments/0"),
            ((Holiday(from_=date(2027, 1, 2), until=date(2027, 1, 31)),), "/instruments/0"),
            ((Holiday(from_=date(2190, 1, 2), until=date(2190, 1, 31)),), "/instruments/0"),
            ((Reschedule(repayment=Repayment.BULLET), Holiday(instalments=1)), "/instruments/1"),
            ((Reschedule(repayment=Repayment.EQUAL_PRINCIPAL), Stepped(steps=HALVES)), "/instruments/1"),
        ),
    )
    def test_it_is_refused_at_the_instrument(self, terms: Terms, at: str) -> None:
        with pytest.raises(EasingNotPossible) as refused:
            plan(plain(), terms)

        assert [p.pointer for p in refused.value.problems] == [at]

    @pytest.mark.parametrize(("over", "possible"), ((9, True), (10, False)))
    def test_arrears_need_as_many_instalments_that_are_not_eased(self, over: int, *, possible: bool) -> None:
        """Of twelve, three are eased."""
        debt = plain(1_100_000, overdue_principal=100_000)
        terms: Terms = (ArrearsPlan(instalments=over), Holiday(instalments=3, then="raise"))

        if possible:
            assert [row.arrears.total > 0 for row in plan(debt, terms).schedule] == [False] * 3 + [True] * 9
        else:
            with pytest.raises(InstalmentsOutOfBounds):
                plan(debt, terms)


class TestAfterwards:
    """What follows the eased instalments: more of them, higher ones, or all of it at the end."""

    @pytest.mark.parametrize("pays", ("nothing", "interest"))
    def test_extend_keeps_the_contracts_payment_to_the_unit(self, pays: str) -> None:
        """The contract's instalment is not the one that would be worked out anew; it goes on all the same."""
        debt = plain(instalment=88_900)
        made = plan(debt, (Holiday(instalments=3, pays=pays, interest="waived" if pays == "nothing" else "charged"),))  # type: ignore[arg-type]

        assert payments(made)[3:-1] == [88_900] * 11
        assert len(made.schedule) == 15

    def test_extend_works_the_payment_out_anew_where_the_balance_changed(self) -> None:
        made = plan(plain(instalment=88_900), (Holiday(instalments=3, accrual="compound"),))

        assert payments(made)[3] > 90_000
        assert abs(made.schedule[-1].payment - made.schedule[3].payment) < 12

    def test_extend_in_the_middle_continues_as_before(self) -> None:
        made = plan(plain(instalment=88_900), (Holiday(from_=SPRING.from_, until=SPRING.until, pays="interest"),))

        assert payments(made)[:5] == [88_900, 88_900, made.schedule[2].interest, made.schedule[3].interest, 88_900]
        assert len(made.schedule) == 14

    def test_raise_spreads_what_is_owed_over_what_is_left(self) -> None:
        made = plan(plain(instalment=88_900), (Holiday(instalments=3, interest="waived", then="raise"),))
        nine = plan(plain(), (Term(instalments=9),))

        assert payments(made)[3:] == payments(nine)

    def test_raise_counts_on_no_instalment_that_is_eased_later(self) -> None:
        """One at the start and two in spring pay interest only: nine repay the whole, all alike."""
        spring = Holiday(from_=SPRING.from_, until=SPRING.until, pays="interest", then="raise")
        made = plan(plain(), (Reduced(instalments=1, payment=10_000, then="raise"), spring))
        nine = plan(plain(), (Term(instalments=9),)).schedule[0].payment

        assert [payments(made)[n] for n in (1, 4, 5)] == [nine] * 3
        assert len(made.schedule) == 12

    @pytest.mark.parametrize(
        "eased", (Holiday(instalments=3, then="end"), Reduced(instalments=3, payment=4_000, then="end"))
    )
    @pytest.mark.parametrize("repayment", (Repayment.EQUAL_INSTALMENTS, Repayment.EQUAL_PRINCIPAL))
    def test_end_leaves_the_other_payments_as_they_would_have_been(
        self, eased: Instrument, repayment: Repayment
    ) -> None:
        debt = plain(repayment=repayment)
        before, made = plan(debt, ()), plan(debt, (eased,))

        share = "principal" if repayment is Repayment.EQUAL_PRINCIPAL else "payment"
        assert [getattr(row, share) for row in made.schedule[3:-1]] == [
            getattr(row, share) for row in before.schedule[3:-1]
        ]
        assert made.schedule[-1].payment > 3 * before.schedule[-1].payment
        assert made.end_on == before.end_on

    def test_end_holds_when_the_rate_changes_on_the_way(self) -> None:
        rate = Rate(annual_rate=Decimal("0.06"), steps=(RateStep(from_instalment=6, annual_rate=Decimal("0.09")),))
        before = plan(plain(), (rate,))
        made = plan(plain(), (rate, Holiday(instalments=2, then="end")))

        assert payments(made)[2:-1] == payments(before)[2:-1]
        assert payments(before)[5] > payments(before)[4]

    def test_an_interest_only_loan_has_nothing_to_raise(self) -> None:
        afterwards: tuple[Afterwards, ...] = ("extend", "raise", "end")
        made = [
            plan(plain(repayment=Repayment.INTEREST_ONLY), (Holiday(instalments=2, interest="waived", then=then),))
            for then in afterwards
        ]

        assert [len(m.schedule) for m in made] == [14, 12, 12]
        assert {row.principal for m in made for row in m.schedule[:-1]} == {0}


class TestUnpaidInterest:
    """Interest that eased instalments leave unpaid is made good, put off, added or forgiven."""

    def test_a_payment_above_its_interest_makes_older_unpaid_interest_good_first(self) -> None:
        """Two months leave 20,000 unpaid; 25,000 then pay 10,000 of the month, 15,000 of those, and no principal."""
        made = plan(plain(), (Holiday(instalments=2), Reduced(instalments=2, payment=25_000)))
        third, fourth = made.schedule[2:4]

        assert (third.interest, third.principal, third.outstanding) == (25_000, 0, 1_005_000)
        assert (fourth.interest, fourth.principal, fourth.outstanding) == (15_000, 10_000, 990_000)

    def test_what_was_put_off_waits_for_the_end_all_the_same(self) -> None:
        made = plan(plain(), (Holiday(instalments=2, interest="deferred"), Reduced(instalments=2, payment=25_000)))

        assert made.schedule[2].principal == 15_000
        assert made.deferred is not None
        assert made.deferred.interest == 20_000

    def test_a_payment_is_never_more_than_all_that_is_owed(self) -> None:
        """Unpaid interest of two months included."""
        made = plan(plain(), (Holiday(instalments=2), Reduced(instalments=1, payment=5_000_000)))

        assert payments(made) == [0, 0, 1_030_000]

    @pytest.mark.parametrize("then", ("extend", "raise", "end"))
    def test_simple_interest_bears_none(self, then: Afterwards) -> None:
        made = plan(plain(), (Holiday(instalments=3, then=then),))

        assert made.new_interest == sum(round(Fraction(row.opening, 100) + Fraction(1, 10**6)) for row in made.schedule)


class TestFractions:
    """Steps are fractions of the payment of all instalments that are left."""

    def test_from_the_first_instalment(self) -> None:
        level = plan(plain(), (Term(instalments=12),)).schedule[0].payment
        made = plan(plain(), (Stepped(steps=HALVES),))

        assert payments(made)[:3] == [round_payment(Fraction(level, 2), DEFAULT)] * 3

    def test_of_the_contracts_payment_where_it_goes_on(self) -> None:
        assert payments(plan(plain(instalment=88_900), (Stepped(steps=HALVES),)))[:3] == [44_450] * 3

    def test_after_a_holiday_of_those_that_follow_it(self) -> None:
        """Two months off, then halves of what ten months would take."""
        ten = plan(plain(), (Term(instalments=10),)).schedule[0].payment
        holiday = Holiday(instalments=2, interest="waived", then="raise")
        made = plan(plain(), (holiday, Stepped(steps=HALVES)))

        assert payments(made)[:5] == [0, 0] + [round_payment(Fraction(ten, 2), DEFAULT)] * 3
        assert len(made.schedule) == 12

    def test_that_are_more_than_the_level_payment_shorten_the_rest(self) -> None:
        made = plan(plain(), (Stepped(steps=(PaymentStep(instalments=3, fraction=Decimal("1.5")),)),))

        assert payments(made)[0] > payments(made)[3]


def test_arrears_wait_until_payments_are_no_longer_eased() -> None:
    made = plan(li_debt(), (Term(instalments=12), Holiday(instalments=3)))

    assert payments(made)[:3] == [0, 0, 0]
    assert {row.arrears.total > 0 for row in made.schedule[3:]} == {True}
    assert made.schedule[2].outstanding > made.schedule[0].outstanding > li_debt().balance.total


def test_days_of_a_waived_holiday_bear_no_interest_in_any_period() -> None:
    """From 17 December to 16 January: 15 of 31 days of the first period, 16 of 31 of the second."""
    waived = Holiday(from_=date(2026, 12, 17), until=date(2027, 1, 16), interest="waived")
    made = plan(plain(), (Capitalise(), waived))

    assert [row.interest_accrued for row in made.schedule[:2]] == [4_839, 5_161]
