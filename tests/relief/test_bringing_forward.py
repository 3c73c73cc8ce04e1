"""A balance is brought forward exactly as the contract accrues, and offers take effect on contractual due days."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import DayCount, Frequency
from service.domain.loans import Loan, Overdue, PerDiem, RateBucket, Revolving
from service.domain.money import Amounts, Component, rounded
from service.domain.words import LineStatus, PenaltyBasis, Repayment
from service.relief.bringing_forward import (
    EffectiveBeforeSnapshot,
    LoanIncomplete,
    PaymentNotUsable,
    Received,
    bring_forward,
)
from service.relief.debt import Debt
from service.relief.due_days import effective_day
from service.relief.periods import Span
from service.relief.plan import plan
from tests.domain.applications import LI_DAY, li_loan

FIRST_OF_DECEMBER = date(2026, 12, 1)
CHINESE_ORDER = (Component.FEES, Component.INTEREST, Component.PENALTY, Component.PRINCIPAL)


def brought(until: date = FIRST_OF_DECEMBER, **changes: Any) -> Debt:
    return bring_forward(li_loan(**changes), effective_on=until)


def test_li_owes_what_the_story_says_on_the_first_of_december() -> None:
    """637.03 interest and 131.99 penalty from 15 November to 1 December."""
    debt = brought()

    assert debt.accrued == Amounts(interest=63_703, penalty=13_199)
    assert debt.balance == Amounts(principal=11_069_457, interest=378_454, penalty=37_535)


def test_the_instalment_of_the_effective_day_is_due_like_those_before() -> None:
    """On 1 December 5,680.02 of principal and all interest so far fall due; 15 instalments remain, from 1 January."""
    debt = brought()

    assert debt.overdue_principal == 1_115_879 + 687_445 - 119_443
    assert debt.overdue_interest == 378_454
    assert debt.not_yet_due == debt.balance.principal - debt.overdue_principal
    assert (debt.instalments_remaining, debt.next_due_on, debt.due_day) == (15, date(2027, 1, 1), 1)


def test_nothing_accrues_on_the_day_of_the_snapshot() -> None:
    debt = brought(LI_DAY)

    assert debt.accrued == Amounts()
    assert debt.next_due_on == FIRST_OF_DECEMBER
    assert debt.instalments_remaining == 16


def test_an_instalment_that_falls_due_on_the_way_becomes_overdue_on_its_day() -> None:
    """From then on its principal bears the penalty rate, and its interest too when the penalty compounds."""
    debt = brought(date(2027, 1, 1))

    december = brought()
    days = Decimal(31) / 360
    interest = december.not_yet_due * Decimal("0.144") * days
    penalty = (december.overdue_principal + december.overdue_interest) * Decimal("0.216") * days
    assert debt.accrued.interest == 63_703 + round(interest)
    assert abs(debt.accrued.penalty - (13_199 + penalty)) <= 1
    assert debt.overdue_interest == debt.balance.interest
    assert debt.instalments_remaining == 14


def test_a_penalty_that_adds_leaves_the_contract_rate_on_overdue_principal() -> None:
    debt = brought(penalty_basis=PenaltyBasis.ADDS, penalty_compounds=False)

    assert debt.accrued.interest == round(11_069_457 * Decimal("0.144") * 16 / 360)
    assert debt.accrued.penalty == round(1_115_879 * Decimal("0.216") * 16 / 360)


def test_without_a_penalty_rate_overdue_principal_bears_the_contract_rate() -> None:
    debt = brought(penalty_rate=None)

    assert debt.accrued == Amounts(interest=round(11_069_457 * Decimal("0.144") * 16 / 360))


def test_a_per_diem_overrides_the_formula() -> None:
    debt = brought(per_diem=PerDiem(interest=Decimal("4000.25"), penalty=Decimal("100.1")))

    assert debt.accrued == Amounts(interest=64_004, penalty=1_602)


@pytest.mark.parametrize("per_diem", (None, PerDiem(interest=Decimal(1000), penalty=Decimal(10))))
def test_days_under_an_interest_hold_accrue_nothing(per_diem: PerDiem | None) -> None:
    """A hold from the 19th to the 22nd, both included, leaves 12 of the 16 days."""
    hold = Span(date(2026, 11, 19), date(2026, 11, 22))

    held = bring_forward(li_loan(per_diem=per_diem), effective_on=FIRST_OF_DECEMBER, holds=[hold])
    full = brought(per_diem=per_diem)

    assert abs(held.accrued.interest * 16 - full.accrued.interest * 12) <= 16
    assert abs(held.accrued.penalty * 16 - full.accrued.penalty * 12) <= 16


@pytest.mark.parametrize(("first", "last", "days"), ((-5, 0, 16), (0, 1, 15), (1, 1, 15), (16, 16, 15), (17, 20, 16)))
def test_a_held_day_is_counted_by_the_date_on_which_it_ends(first: int, last: int, days: int) -> None:
    """The day of the snapshot itself accrues nothing to hold; the first day and the last are held like any other."""
    hold = Span(LI_DAY + timedelta(days=first), LI_DAY + timedelta(days=last))
    by_day = PerDiem(interest=Decimal(1_000), penalty=Decimal(10))
    held = bring_forward(li_loan(per_diem=by_day), effective_on=FIRST_OF_DECEMBER, holds=[hold])

    assert held.accrued == Amounts(interest=1_000 * days, penalty=10 * days)
    formula = bring_forward(li_loan(), effective_on=FIRST_OF_DECEMBER, holds=[hold])
    assert formula.accrued.interest == round(9_953_578 * Fraction("0.144") * days / 360)


@given(start=st.integers(-20, 40), length=st.integers(0, 60))
def test_a_hold_never_makes_more_accrue(start: int, length: int) -> None:
    first = LI_DAY + timedelta(days=start)
    hold = Span(first, first + timedelta(days=length))

    held = bring_forward(li_loan(), effective_on=FIRST_OF_DECEMBER, holds=[hold])

    assert 0 <= held.accrued.interest <= 63_703
    if hold.start <= LI_DAY + timedelta(days=1) and hold.end >= FIRST_OF_DECEMBER:
        assert held.accrued == Amounts()


@given(spans=st.lists(st.tuples(st.integers(-30, 40), st.integers(0, 40)), max_size=4))
def test_holds_that_overlap_pause_each_day_once(spans: list[tuple[int, int]]) -> None:
    """Whenever they begin and end: before the snapshot, after the effective day, one within another."""
    holds = [Span(LI_DAY + timedelta(days=n), LI_DAY + timedelta(days=n + length)) for n, length in spans]
    days = [LI_DAY + timedelta(days=n) for n in range(1, 17)]
    free = sum(not any(hold.start <= day <= hold.end for hold in holds) for day in days)

    held = bring_forward(li_loan(), effective_on=FIRST_OF_DECEMBER, holds=holds)

    assert held.accrued.interest == rounded(9_953_578 * Fraction("0.144") * free / 360)


def test_a_payment_goes_to_costs_then_interest_then_principal_of_what_is_overdue() -> None:
    loan = li_loan(balance=Amounts(principal=11_069_457, interest=314_751, penalty=24_336, fees=500))
    payment = Received(date(2026, 11, 20), 600_000)

    debt = bring_forward(loan, effective_on=date(2026, 11, 20), payments=[payment], allocation=CHINESE_ORDER)

    penalty = debt.before.penalty + debt.accrued.penalty
    assert debt.received == Amounts(
        fees=500, interest=259_011, penalty=penalty, principal=600_000 - 500 - 259_011 - penalty
    )
    assert debt.overdue_interest == 0
    assert debt.overdue_principal == 1_115_879 - debt.received.principal


def test_what_is_paid_ahead_waits_for_the_next_instalment() -> None:
    """All arrears and the December instalment paid on 20 November: nothing is overdue on 1 December."""
    first = bring_forward(li_loan(), effective_on=date(2026, 11, 20))
    arrears = 1_115_879 + 259_011 + first.balance.penalty
    ahead = Received(date(2026, 11, 20), arrears + 687_445)

    debt = bring_forward(li_loan(), effective_on=FIRST_OF_DECEMBER, payments=[ahead])

    assert (debt.overdue_principal, debt.overdue_interest) == (0, 0)
    assert debt.received.total == ahead.amount
    assert debt.instalments_remaining == 15


def test_what_is_paid_beyond_everything_due_reduces_the_principal() -> None:
    loan = li_loan(
        balance=Amounts(principal=1_000_000), overdue=Overdue(), next_due_on=None, instalments_remaining=None
    )
    payment = Received(FIRST_OF_DECEMBER, 400_000)

    debt = bring_forward(loan, effective_on=FIRST_OF_DECEMBER, payments=[payment])

    assert debt.balance.interest == 0
    assert debt.balance.principal == 1_000_000 - (400_000 - debt.accrued.interest)


@pytest.mark.parametrize(
    ("on", "amount"),
    ((LI_DAY - timedelta(days=1), 1), (FIRST_OF_DECEMBER + timedelta(days=1), 1), (LI_DAY, 0), (LI_DAY, 10**9)),
)
def test_a_payment_outside_the_window_or_beyond_the_debt_is_refused(on: date, amount: int) -> None:
    with pytest.raises(PaymentNotUsable) as refused:
        bring_forward(li_loan(), effective_on=FIRST_OF_DECEMBER, payments=[Received(on, amount)])

    assert refused.value.problems


@given(amounts=st.lists(st.integers(1, 2_000_000), max_size=4), days=st.integers(0, 90))
def test_what_came_in_is_what_was_applied(amounts: list[int], days: int) -> None:
    until = LI_DAY + timedelta(days=days)
    payments = [Received(LI_DAY + timedelta(days=min(20 * n, days)), amount) for n, amount in enumerate(amounts)]

    debt = bring_forward(li_loan(), effective_on=until, payments=payments)

    assert debt.received.total == sum(amounts)
    assert min(debt.balance.principal, debt.balance.interest, debt.balance.penalty) >= 0
    assert 0 <= debt.overdue_principal <= debt.balance.principal
    assert 0 <= debt.overdue_interest <= debt.balance.interest


def test_a_balance_is_never_brought_back() -> None:
    with pytest.raises(EffectiveBeforeSnapshot):
        brought(LI_DAY - timedelta(days=1))


def test_every_figure_that_lacks_is_named() -> None:
    with pytest.raises(LoanIncomplete) as refused:
        bring_forward(Loan(id="L", as_of=LI_DAY), effective_on=FIRST_OF_DECEMBER)

    assert [p.pointer for p in refused.value.problems] == ["/balance", "/annual_rate", "/repayment"]


def test_equal_principal_makes_an_equal_part_of_the_rest_overdue() -> None:
    debt = brought(repayment=Repayment.EQUAL_PRINCIPAL)

    assert debt.overdue_principal == 1_115_879 + round(Decimal(11_069_457 - 1_115_879) / 16)


def test_of_an_instalment_that_is_not_known_only_the_interest_falls_due() -> None:
    debt = brought(instalment=None)

    assert debt.overdue_principal == 1_115_879
    assert debt.overdue_interest == 378_454


def test_interest_only_makes_only_interest_overdue_until_the_last_instalment() -> None:
    assert brought(repayment=Repayment.INTEREST_ONLY).overdue_principal == 1_115_879
    assert brought(repayment=Repayment.INTEREST_ONLY, instalments_remaining=1).not_yet_due == 0


def test_a_bullet_becomes_overdue_when_it_matures() -> None:
    bullet: dict[str, Any] = {
        "repayment": Repayment.BULLET,
        "overdue": Overdue(),
        "next_due_on": None,
        "instalments_remaining": None,
    }

    before = brought(maturity_on=date(2026, 12, 15), **bullet)
    after = brought(date(2026, 12, 20), maturity_on=date(2026, 12, 15), **bullet)

    assert (before.overdue_principal, before.next_due_on) == (0, date(2026, 12, 15))
    assert before.instalments_remaining == 1
    assert (after.overdue_principal, after.instalments_remaining) == (after.balance.principal, 0)
    assert after.next_due_on == date(2027, 1, 20)


def test_a_bullet_without_an_end_never_falls_due_by_itself() -> None:
    debt = brought(repayment=Repayment.BULLET, maturity_on=None, next_due_on=None, instalments_remaining=None)

    assert debt.instalments_remaining is None
    assert debt.overdue_principal == 1_115_879


def test_the_minimum_payment_of_a_line_is_its_instalment() -> None:
    line = Revolving(credit_limit=2_000_000, line_status=LineStatus.BLOCKED, minimum_payment=30_000)
    debt = brought(repayment=Repayment.REVOLVING, revolving=line, instalment=None, instalments_remaining=None)

    assert debt.instalment == 30_000
    assert debt.instalments_remaining is None


def test_the_minimum_payment_that_falls_due_on_the_way_is_overdue() -> None:
    debt = brought(repayment=Repayment.REVOLVING, instalments_remaining=None, instalment=200_000)

    assert debt.overdue_principal == 1_115_879 + 200_000 - 119_443


def test_a_line_without_due_days_has_the_next_one_a_period_on() -> None:
    debt = brought(repayment=Repayment.REVOLVING, next_due_on=None, instalments_remaining=None)

    assert (debt.next_due_on, debt.due_day) == (date(2027, 1, 1), 1)


def test_when_the_contract_has_run_out_everything_is_overdue() -> None:
    debt = brought(instalments_remaining=1)

    assert debt.not_yet_due == 0
    assert debt.instalments_remaining == 0
    assert debt.next_due_on == date(2027, 1, 1)


def test_instalments_of_a_next_due_day_long_past_are_not_counted_twice() -> None:
    """Those before the snapshot are in its overdue figures already."""
    debt = brought(next_due_on=date(2026, 10, 1), instalments_remaining=18)

    assert debt == brought()


def test_the_number_of_instalments_may_come_from_the_maturity() -> None:
    assert brought(instalments_remaining=None).instalments_remaining == 15
    assert brought(instalments_remaining=None, maturity_on=None).instalments_remaining is None


@pytest.mark.parametrize("frequency", Frequency)
@pytest.mark.parametrize("convention", DayCount)
def test_all_day_counts_and_frequencies_are_ordinary(frequency: Frequency, convention: DayCount) -> None:
    debt = bring_forward(
        li_loan(frequency=frequency, odd_day_count=convention, day_count=convention), effective_on=date(2027, 3, 1)
    )

    assert debt.next_due_on > date(2027, 3, 1)
    assert debt.accrued.interest > 0


class TestTheDayAnOfferTakesEffect:
    """The first contractual due day at least ten days after the offer is made, and never before its expiry."""

    def test_li(self) -> None:
        assert effective_day(li_loan(), made_on=LI_DAY, expires_on=date(2026, 11, 29)) == FIRST_OF_DECEMBER

    def test_ten_days_before_are_needed(self) -> None:
        made_on = date(2026, 11, 22)

        assert effective_day(li_loan(), made_on=made_on, expires_on=made_on) == date(2027, 1, 1)

    def test_never_before_the_expiry(self) -> None:
        assert effective_day(li_loan(), made_on=LI_DAY, expires_on=date(2026, 12, 2)) == date(2027, 1, 1)

    def test_a_clamped_due_day_comes_back(self) -> None:
        loan = li_loan(next_due_on=date(2026, 11, 30), originated_on=date(2025, 3, 31), maturity_on=date(2028, 2, 29))

        assert effective_day(loan, made_on=date(2026, 12, 5), expires_on=date(2026, 12, 19)) == date(2026, 12, 31)

    def test_the_day_before_a_month_end_is_that_day(self) -> None:
        """30 January is not the end of its month, so the 31st of the origination does not count."""
        loan = li_loan(next_due_on=date(2027, 1, 30), originated_on=date(2025, 3, 31), maturity_on=date(2028, 3, 31))

        assert effective_day(loan, made_on=date(2027, 3, 1), expires_on=date(2027, 3, 1)) == date(2027, 3, 30)

    @pytest.mark.parametrize(
        "changes",
        (
            {"repayment": Repayment.REVOLVING, "next_due_on": None},
            {"repayment": Repayment.BULLET},
            {"instalments_remaining": 0, "maturity_on": date(2026, 11, 1), "next_due_on": date(2026, 11, 1)},
        ),
    )
    def test_without_a_due_day_one_period_later(self, changes: dict[str, Any]) -> None:
        assert effective_day(li_loan(**changes), made_on=LI_DAY, expires_on=LI_DAY) == date(2026, 12, 15)

    def test_a_period_shorter_than_the_lead_still_gives_the_lead(self) -> None:
        line = li_loan(repayment=Repayment.REVOLVING, next_due_on=None, frequency=Frequency.WEEKLY)

        assert effective_day(line, made_on=LI_DAY, expires_on=LI_DAY) == LI_DAY + timedelta(days=10)

    @given(made_on=st.dates(date(2026, 6, 1), date(2027, 11, 1)), frequency=st.sampled_from(Frequency))
    def test_it_is_the_first_such_day(self, made_on: date, frequency: Frequency) -> None:
        loan = li_loan(frequency=frequency, instalments_remaining=None, maturity_on=None)
        day = effective_day(loan, made_on=made_on, expires_on=made_on)

        assert day >= made_on + timedelta(days=10)
        assert day == loan.next_due_on or (day - made_on).days <= 10 + 92


class TestLegalCap:
    """Interest, penalty and fees together never exceed the cap on the principal, whatever the contract says."""

    PRINCIPAL = 11_069_457
    MOST = 16 * PRINCIPAL * Fraction("0.24") / 360

    def capped(self, cap: str, **changes: Any) -> Debt:
        return bring_forward(li_loan(**changes), effective_on=FIRST_OF_DECEMBER, legal_cap=Decimal(cap))

    def test_what_is_below_it_is_untouched(self) -> None:
        assert self.capped("0.24").accrued == Amounts(interest=63_703, penalty=13_199)
        assert self.capped("0.24").legal_cap == Decimal("0.24")

    def test_the_penalty_gives_way_first(self) -> None:
        debt = self.capped("0.15", penalty_rate=Decimal("0.60"))

        assert debt.accrued.interest == 63_703
        assert debt.accrued.total == round(self.PRINCIPAL * Fraction("0.15") * 16 / 360)

    def test_then_the_interest(self) -> None:
        debt = self.capped("0.10")

        assert debt.accrued == Amounts(interest=round(self.PRINCIPAL * Fraction("0.10") * 16 / 360))

    def test_a_per_diem_is_capped_too(self) -> None:
        debt = self.capped("0.24", per_diem=PerDiem(interest=Decimal(7_000), penalty=Decimal(2_000)))

        assert debt.accrued == Amounts(interest=112_000, penalty=round(self.MOST) - 112_000)

    @given(cap=st.decimals(0, 1, places=3), penalty=st.decimals(0, 3, places=2), days=st.integers(0, 120))
    def test_it_holds_over_instalments_that_fall_due(self, cap: Decimal, penalty: Decimal, days: int) -> None:
        until = LI_DAY + timedelta(days=days)
        debt = bring_forward(li_loan(penalty_rate=penalty), effective_on=until, legal_cap=cap)

        assert debt.accrued.total <= self.PRINCIPAL * Fraction(cap) * days / 360 + 1 + days // 28


class TestBuckets:
    """A line's parts bear their own rates; together they bear one, as payments repay them in proportion."""

    def line(self, *buckets: tuple[int, str], principal: int = 1_000_000, rate: str = "0.18") -> Debt:
        revolving = Revolving(
            credit_limit=2_000_000,
            line_status=LineStatus.BLOCKED,
            minimum_payment=30_000,
            rate_buckets=tuple(RateBucket(balance=b, annual_rate=Decimal(r)) for b, r in buckets),
        )
        return brought(
            repayment=Repayment.REVOLVING,
            revolving=revolving,
            instalment=None,
            instalments_remaining=None,
            balance=Amounts(principal=principal),
            overdue=Overdue(),
            annual_rate=Decimal(rate),
            odd_day_count=DayCount.ACT_360,
        )

    def test_each_bears_its_own_rate(self) -> None:
        """Half at 24 %, a quarter at 0 %, the rest at the line's 18 %: 16.5 % of the whole."""
        debt = self.line((500_000, "0.24"), (250_000, "0"))

        assert debt.annual_rate == Decimal("0.165")
        assert debt.accrued.interest == round(Fraction("0.165") * 1_000_000 * 16 / 360)

    def test_without_buckets_the_line_has_its_rate(self) -> None:
        assert self.line().annual_rate == self.line((0, "0.99")).annual_rate == Decimal("0.18")

    def test_a_rate_that_does_not_end_is_rounded_to_twelve_decimals(self) -> None:
        assert self.line((1, "1"), principal=3, rate="0").annual_rate == Decimal("0.333333333333")

    def test_the_baseline_repays_all_buckets_by_the_minimum_payment(self) -> None:
        made = plan(self.line((500_000, "0.24"), (250_000, "0")), ())

        rows = [row.payment - row.arrears.total for row in made.schedule]
        assert set(rows[:-1]) == {30_000}
        assert 0 < rows[-1] <= 30_000


def test_the_minimum_payment_of_a_line_falls_due_on_the_way() -> None:
    """Where no instalment is posted the line's minimum payment is the one that falls due."""
    line = Revolving(credit_limit=20_000_000, line_status=LineStatus.BLOCKED, minimum_payment=200_000)
    debt = brought(repayment=Repayment.REVOLVING, revolving=line, instalment=None, instalments_remaining=None)

    assert debt.overdue_principal == 1_115_879 + 200_000 - 119_443


class TestRatesBelowNothing:
    """Under a negative rate interest that is owed shrinks, to nothing at the least; a penalty is never negative."""

    def test_interest_that_is_owed_shrinks(self) -> None:
        debt = brought(annual_rate=Decimal("-0.12"), penalty_rate=None)

        assert debt.accrued.interest == -round(11_069_457 * Fraction("0.12") * 16 / 360)
        assert debt.overdue_interest == debt.balance.interest > 0

    def test_it_stops_at_nothing(self) -> None:
        debt = brought(annual_rate=Decimal(-1), penalty_rate=Decimal("-0.5"))

        assert (debt.balance.interest, debt.overdue_interest) == (0, 0)
        assert debt.accrued.penalty == 0


class TestInOneWindow:
    """Due days, payments and holds within one window act each on its day."""

    def test_a_payment_on_a_due_day_pays_the_instalment_of_that_day(self) -> None:
        arrears = brought().balance.penalty + 1_115_879 + 259_011
        debt = bring_forward(
            li_loan(), effective_on=date(2026, 12, 15), payments=[Received(FIRST_OF_DECEMBER, arrears + 687_445)]
        )

        assert (debt.overdue_principal, debt.overdue_interest) == (0, 0)
        assert debt.accrued.penalty == 13_199
        assert debt.accrued.interest == 63_703 + round(debt.balance.principal * Fraction("0.144") * 14 / 360)

    def test_a_hold_that_begins_on_a_due_day_leaves_what_accrued_before(self) -> None:
        hold = Span(date(2026, 12, 2), date(2027, 1, 1))
        debt = bring_forward(li_loan(), effective_on=date(2027, 1, 1), holds=[hold])

        assert debt.accrued == brought().accrued
        assert debt.overdue_principal == brought().overdue_principal + 687_445

    def test_two_due_days_and_a_payment_between_them(self) -> None:
        """The parts of the window, worked out one by one."""
        paid = Received(date(2026, 12, 16), 500_000)
        debt = bring_forward(li_loan(), effective_on=date(2027, 1, 1), payments=[paid])

        december = brought()
        bearing, r, p = december.not_yet_due, Fraction("0.144") / 360, Fraction("0.216") / 360
        penalised = december.overdue_principal + december.overdue_interest
        before = penalised * p * 15
        principal_paid = 500_000 - december.overdue_interest - round(december.balance.penalty + before)
        after = (december.overdue_principal - max(principal_paid, 0)) * p * 16
        assert debt.accrued.interest == 63_703 + round(bearing * r * 31)
        assert abs(debt.accrued.penalty - (13_199 + before + after)) <= 1
        assert debt.received.total == 500_000

    def test_windows_of_a_century_end(self) -> None:
        """Weekly due days since 1926: every one of them falls due once."""
        loan = li_loan(frequency=Frequency.WEEKLY, as_of=date(1926, 11, 15), next_due_on=date(1926, 11, 15),
                       instalments_remaining=None, maturity_on=None, originated_on=None)  # fmt: skip

        debt = bring_forward(loan, effective_on=FIRST_OF_DECEMBER)

        assert debt.not_yet_due == 0
        assert debt.next_due_on > FIRST_OF_DECEMBER
