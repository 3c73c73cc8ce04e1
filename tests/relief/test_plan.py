"""Whatever the debt and the terms, a plan adds up, ends at nothing and never asks for less than nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.dates import DayCount, Frequency
from service.domain.errors import RuleBroken
from service.domain.money import Amounts, Component
from service.domain.words import Repayment
from service.relief.arrangement import arranged
from service.relief.debt import Debt
from service.relief.instruments import (
    Balloon,
    Capitalise,
    Forbear,
    Instrument,
    Portion,
    Rate,
    Renew,
    Term,
    Terms,
    Upfront,
    Waive,
)
from service.relief.layout import laid_out
from service.relief.level_payment import Charge, annuity
from service.relief.plan import ChargesAboveCap, DoesNotAmortise, PaymentNegative, Plan, plan
from service.relief.plan_rates import RateTooHigh
from service.relief.progress import charges_of
from service.relief.settings import LevelRounding, Settings
from tests.relief.debts import EFFECTIVE_ON, LI_TERMS, debts, li_debt, plain, settings, terms

EVERYTHING = Capitalise(components=("principal", "interest", "penalty", "fees"))
FUZZ = running(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_li_is_offered_the_plan_of_the_story() -> None:
    """Penalty waived, the rest over 36 months: 36 payments of 3,934.90."""
    made = plan(li_debt(), LI_TERMS)

    assert made.financed == 11_447_911
    assert [row.payment for row in made.schedule[:35]] == [393_490] * 35
    assert (made.schedule[0].due_on, made.schedule[-1].due_on) == (date(2027, 1, 1), date(2029, 12, 1))
    assert made.schedule[-1].payment == 393_499
    assert made.total_payable == 11_447_911 + made.new_interest
    assert made.end_on == date(2029, 12, 1)
    assert made.waived == Amounts(penalty=37_535)
    assert made.frequency is Frequency.MONTHLY


def test_without_terms_the_contract_goes_on_with_all_arrears_in_the_first_instalment() -> None:
    made = plan(li_debt(), ())

    assert len(made.schedule) == 15
    assert made.schedule[0].arrears == Amounts(principal=1_683_881, interest=378_454, penalty=37_535)
    assert {row.payment for row in made.schedule[1:14]} == {687_445}
    assert made.schedule[-1].due_on == date(2028, 3, 1)


@FUZZ
@given(debt=debts(), terms=terms, settings=settings)
def test_any_plan_adds_up_or_is_refused_with_a_code(debt: Debt, terms: Terms, settings: Settings) -> None:
    """Both identities of the reconciliation hold, worked out here once more from the outside."""
    try:
        made = plan(debt, terms, settings)
    except RuleBroken as refused:
        if not (refused.code and refused.problems):
            pytest.fail("A refusal has a code and names what is wrong.")
        return

    _assert_reconciled(made)
    _assert_rows_follow(made)


def _assert_reconciled(made: Plan) -> None:
    for line in made.reconciliation:
        came = line.before + line.accrued - line.received + line.moved_in
        assert came == (
            line.waived + line.waived_conditional + line.upfront + line.scheduled + line.deferred + line.moved_out
        )
        assert min(line.waived, line.waived_conditional, line.upfront, line.scheduled, line.deferred) >= 0
    assert sum(line.moved_in for line in made.reconciliation) == sum(line.moved_out for line in made.reconciliation)
    of_today = sum(line.upfront + line.scheduled + line.deferred for line in made.reconciliation)
    assert made.total_payable == of_today + made.new_interest + made.new_fees


def _assert_rows_follow(made: Plan) -> None:
    rows = made.schedule
    for number, row in enumerate(rows, start=1):
        assert row.number == number
        assert row.period_from < row.due_on
        assert row.closing == row.opening - row.principal + row.interest_added
        assert row.payment == row.principal + row.interest + row.arrears.total + row.fees
        assert min(row.payment, row.principal, row.closing, row.outstanding, row.interest_added) >= 0
    for before, after in pairwise(rows):
        assert (before.due_on, before.closing) == (after.period_from, after.opening)
        assert before.outstanding >= before.closing
    if rows:
        assert rows[-1].closing == 0
        assert rows[-1].outstanding == (made.deferred.amount if made.deferred else 0)
        assert rows[0].period_from == made.debt.effective_on


@FUZZ
@given(debt=debts(), terms=terms, settings=settings, data=st.data())
def test_the_order_in_which_terms_are_given_changes_nothing(
    debt: Debt, terms: Terms, settings: Settings, data: st.DataObject
) -> None:
    """The same plan, or the same refusal."""
    turned = tuple(data.draw(st.permutations(terms)))
    one, other = _outcome(debt, terms, settings), _outcome(debt, turned, settings)

    if isinstance(one, Plan) and isinstance(other, Plan):
        assert (one.schedule, one.deferred, one.upfront) == (other.schedule, other.deferred, other.upfront)
        assert one.reconciliation == other.reconciliation
    else:
        assert one == other


def _outcome(debt: Debt, terms: Terms, settings: Settings) -> Plan | str:
    try:
        return plan(debt, terms, settings)
    except RuleBroken as refused:
        return refused.code


MORE_RELIEF: dict[str, Callable[[int], Instrument]] = {
    "waived interest": lambda n: Waive(interest=Portion(fraction=Decimal(n) / 20)),
    "waived penalty": lambda n: Waive(penalty=Portion(fraction=Decimal(n) / 20)),
    "waived principal": lambda n: Waive(principal=Portion(fraction=Decimal(n) / 20)),
    "paid at signature": lambda n: Upfront(amount=1 + 5 * n),
    "forborne": lambda n: Forbear(principal=Portion(fraction=Decimal(n) / 20)),
    "left to the end": lambda n: Balloon(principal=Portion(fraction=Decimal(n) / 20)),
    "a lower rate": lambda n: Rate(annual_rate=Decimal(20 - n) / 1000),
    "a longer term": lambda n: Term(instalments=6 + 3 * n),
}


@pytest.mark.parametrize("kind", MORE_RELIEF)
@running(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    debt=debts(),
    few=st.integers(0, 20),
    more=st.integers(0, 20),
    rounding=st.sampled_from(["up", "half_up", "down"]),
)
def test_more_relief_never_raises_the_payment(
    kind: str, debt: Debt, few: int, more: int, rounding: LevelRounding
) -> None:
    """Of one kind, beside all arrears capitalised and a term; the last payment absorbs roundings: the first counts."""
    repayment = debt.repayment if debt.repayment is Repayment.EQUAL_PRINCIPAL else Repayment.EQUAL_INSTALMENTS
    debt = replace(debt, annual_rate=max(debt.annual_rate, Decimal("0.02")), repayment=repayment)
    payments = []
    for n in sorted((few, more)):
        relief = MORE_RELIEF[kind](n)
        term = () if relief.kind == "term" else (Term(instalments=24),)
        made = _outcome(debt, (relief, EVERYTHING, *term), Settings(level_payment=rounding))
        if isinstance(made, str):
            return
        payments.append(max((row.payment for row in made.schedule[:1]), default=0))

    assert payments[1] <= payments[0]


@pytest.mark.parametrize("repayment", Repayment)
@pytest.mark.parametrize("frequency", Frequency)
@pytest.mark.parametrize("convention", DayCount)
@pytest.mark.parametrize("rate", ("0", "0.06"))
def test_every_kind_of_schedule_ends_at_nothing(
    repayment: Repayment, frequency: Frequency, convention: DayCount, rate: str
) -> None:
    """Every kind of repayment at every frequency under every day count: of one, two, and 480 instalments.

    Quarterly instalments for forty years are 160. The first period is a long one where they are weekly.
    """
    debt = plain(
        100_000_001, rate=rate, repayment=repayment, frequency=frequency, day_count=convention, due_day=31,
        effective_on=date(2027, 12, 31), as_of=date(2027, 12, 31), next_due_on=date(2028, 1, 31),
        odd_day_count=DayCount.ACT_360,
    )  # fmt: skip
    for count in (1, 2, 160 if frequency is Frequency.QUARTERLY else 480):
        made = plan(debt, (Term(instalments=count, frequency=frequency),))

        assert len(made.schedule) == (1 if repayment is Repayment.BULLET else count)
        assert sum(row.principal for row in made.schedule) == 100_000_001
        assert made.new_interest == (0 if rate == "0" else sum(row.interest_accrued for row in made.schedule))
        assert made.schedule[-1].closing == 0


@pytest.mark.parametrize(("exponent", "principal"), ((0, 300_001), (2, 30_000_001), (3, 300_000_001)))
@pytest.mark.parametrize("rounding", ("up", "half_up", "down"))
def test_currencies_of_any_exponent_are_whole_minor_units(
    exponent: int, principal: int, rounding: LevelRounding
) -> None:
    """Payments may be rounded to whole units of the currency; the last one takes the rest to the minor unit."""
    unit = 10**exponent
    made = plan(plain(principal, rate="0.18"), (Term(instalments=24),), Settings(level_payment=rounding, multiple=unit))

    exact = annuity(principal, [Charge(15, 1000)] * 24)
    assert {row.payment % unit for row in made.schedule[:-1]} == {0}
    assert abs(made.schedule[0].payment - exact) < unit
    assert made.total_payable == principal + made.new_interest


def test_a_schedule_is_that_of_a_plain_loop() -> None:
    """Worked out once more with exact fractions, period by period, for three years of actual days over 360."""
    debt = plain(12_345_678, rate="0.1375", day_count=DayCount.ACT_360)
    made = plan(debt, (Term(instalments=36),))

    days = [(row.due_on - row.period_from).days for row in made.schedule]
    growth = [1 + Fraction("0.1375") * n / 360 for n in days]
    worth = Fraction(0)
    for factor in reversed(growth):
        worth = (worth + 1) / factor
    payment = (Fraction(12_345_678) / worth + Fraction(1, 2)).__floor__()
    balance = 12_345_678
    for row, factor in zip(made.schedule[:-1], growth, strict=False):
        interest = (balance * (factor - 1) + Fraction(1, 2)).__floor__()
        balance -= payment - interest
        assert (row.payment, row.interest, row.closing) == (payment, interest, balance)


@FUZZ
@given(debt=debts(), count=st.integers(1, 480), settings=settings)
def test_a_term_is_the_number_of_instalments(debt: Debt, count: int, settings: Settings) -> None:
    """Unless rounding repays the debt early, and then the schedule is shorter, never longer.

    It is shorter by one at most, where rounding, with interest, reaches no further than one payment. Where it takes
    the payment down to the interest, the term is refused.
    """
    terms = (Capitalise(components=("principal", "interest", "penalty", "fees")), Term(instalments=count))
    try:
        made = plan(debt, terms, settings)
    except DoesNotAmortise:
        charges = _charges(debt, terms, settings)
        highest = debt.balance.total * max(Fraction(charge.numerator, charge.denominator) for charge in charges)
        assert Fraction(annuity(debt.balance.total, charges)) - highest <= settings.multiple + 1
        return

    expected = min(count, 1) if debt.repayment is Repayment.BULLET else count
    assert len(made.schedule) <= expected
    by_principal = debt.repayment is Repayment.EQUAL_PRINCIPAL
    share = sum(row.principal if by_principal else row.payment for row in made.schedule[:1])
    if _reach(_charges(debt, terms, settings), settings) < share and made.schedule[0].principal:
        assert len(made.schedule) >= expected - 1


def _reach(charges: list[Charge], settings: Settings) -> float:
    """Return how much the rounding of every payment and all interest can come to by the end."""
    growth, reach = 1.0, 0.0
    for numerator, denominator in charges:
        reach += growth * (settings.multiple + 0.5)
        growth *= 1 + numerator / denominator
    return reach


def _charges(debt: Debt, terms: Terms, settings: Settings) -> list[Charge]:
    course = laid_out(arranged(debt, terms, settings))
    return charges_of(course, course.calendar.periods(course.length))


@given(count=st.integers(1, 60), principal=st.integers(60, 10**9))
def test_at_no_interest_the_payments_are_equal_parts(count: int, principal: int) -> None:
    made = plan(plain(principal, rate="0"), (Term(instalments=count),), Settings(level_payment="down"))

    assert {row.payment for row in made.schedule[:-1]} <= {principal // count}
    assert made.total_payable == principal


@pytest.mark.parametrize("convention", DayCount)
@pytest.mark.parametrize("frequency", Frequency)
def test_every_level_payment_differs_from_the_last_by_little(convention: DayCount, frequency: Frequency) -> None:
    """The period factors of the day count amortise exactly; what is left is rounding."""
    debt = plain(100_000_000, day_count=convention, odd_day_count=convention, frequency=frequency)
    made = plan(debt, (Term(instalments=36),))

    assert abs(made.schedule[-1].payment - made.schedule[0].payment) <= 2 * 36


@pytest.mark.parametrize("count", (1, 2, 480, 1200))
def test_one_instalment_and_very_many_are_ordinary(count: int) -> None:
    made = plan(plain(50_000_000, rate="0.05"), (Term(instalments=count),))

    assert len(made.schedule) == count
    assert made.schedule[-1].closing == 0


def test_a_tiny_debt_is_repaid_early_rather_than_with_negative_figures() -> None:
    """Ten units over 480 instalments rounded up are ten instalments of one."""
    made = plan(plain(10, rate="0"), (Term(instalments=480),), Settings(level_payment="up"))

    assert [row.payment for row in made.schedule] == [1] * 10


def test_what_is_paid_or_waived_in_full_leaves_no_schedule() -> None:
    made = plan(li_debt(), (Upfront(amount=li_debt().balance.total),))

    assert made.schedule == ()
    assert made.total_payable == li_debt().balance.total
    assert made.end_on == EFFECTIVE_ON


@pytest.mark.parametrize("repayment", (Repayment.EQUAL_INSTALMENTS, Repayment.EQUAL_PRINCIPAL))
def test_payments_can_be_rounded_to_a_multiple(repayment: Repayment) -> None:
    debt = plain(28_000_000, rate="0.084", repayment=repayment)
    made = plan(debt, (Term(instalments=20),), Settings(level_payment="up", multiple=100))

    parts = {row.principal for row in made.schedule[:-1]} if repayment is Repayment.EQUAL_PRINCIPAL else {
        row.payment for row in made.schedule[:-1]}  # fmt: skip
    assert len(parts) == 1
    assert parts.pop() % 100 == 0


def test_no_rate_exceeds_the_contracts() -> None:
    with pytest.raises(RateTooHigh) as refused:
        plan(plain(rate="0.12"), (Rate(annual_rate=Decimal("0.13")),))

    assert refused.value.problems[0].code == "rate_too_high"


@pytest.mark.parametrize("cap_of", ("debt", "settings"))
def test_no_rate_exceeds_the_legal_cap(cap_of: str) -> None:
    """A contract above the cap goes on at the cap."""
    cap = Decimal("0.10")
    debt = plain(rate="0.12", legal_cap=cap if cap_of == "debt" else None)
    settings = Settings(legal_cap=cap if cap_of == "settings" else None)

    made = plan(debt, (Term(instalments=12),), settings)

    assert made.schedule[0].interest == 1_000_000 * 10 // 1200
    with pytest.raises(RateTooHigh):
        plan(debt, (Rate(annual_rate=Decimal("0.11")),), settings)
    with pytest.raises(RateTooHigh):
        plan(debt, (Renew(instalments=12, annual_rate=Decimal("0.11")),), settings)


def test_a_fee_counts_towards_the_legal_cap() -> None:
    debt = plain(rate="0.12", legal_cap=Decimal("0.12"))

    assert plan(debt, (Renew(instalments=12, annual_rate=Decimal("0.10"), fee=1),)).new_fees == 1
    with pytest.raises(ChargesAboveCap):
        plan(debt, (Renew(instalments=12, annual_rate=Decimal("0.12"), fee=1000),))


def test_a_negative_rate_lets_the_debt_shrink_but_never_pays_the_borrower() -> None:
    """The balance takes up the negative interest where nothing, or interest only, would be paid."""
    interest_only = plan(plain(rate="-0.01", repayment=Repayment.INTEREST_ONLY), ())

    assert [row.payment for row in interest_only.schedule[:-1]] == [0] * 11
    assert interest_only.schedule[-1].payment < 1_000_000
    with pytest.raises(PaymentNegative):
        plan(plain(rate="-1", repayment=Repayment.BULLET), (Term(instalments=24),))


@pytest.mark.parametrize("component", Component)
def test_waived_components_are_counted_each_by_itself(component: Component) -> None:
    debt = li_debt(before=Amounts(principal=1000, interest=200, penalty=30, fees=4), accrued=Amounts(),
                   overdue_principal=100, overdue_interest=200)  # fmt: skip
    waiver: dict[str, Any] = {component.value: LI_TERMS[0].penalty}  # type: ignore[union-attr]

    made = plan(debt, (Waive(**waiver), Term(instalments=3)))

    assert made.waived == Amounts(**{component.value: debt.balance.of(component)})
