"""What pays a plan off on any day, and what early repayment makes of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.errors import RuleBroken
from service.domain.money import Amounts, Component
from service.domain.performance import Due, Payment, perform
from service.relief.accrual import Accrual
from service.relief.debt import Debt
from service.relief.instruments import WHOLE, Holiday, Settlement, Terms, Waive
from service.relief.payoff import payoff
from service.relief.performing import Book, Overpayment
from service.relief.plan import Plan, plan
from service.relief.settings import ALLOCATION, Settings
from service.relief.vesting import reverting
from tests.relief.debts import LI_TERMS, debts, li_debt, plain, settings, terms

FUZZ = running(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
HOW: Final[tuple[Overpayment, ...]] = ("shorten", "reduce")
NONE_PAID: Final[Callable[[Due], Amounts]] = lambda due: due.asks  # noqa: E731
ALL_PAID: Final[Callable[[Due], Amounts]] = lambda _: Amounts()  # noqa: E731


def book_of(made: Plan, settings: Settings = Settings()) -> Book:  # noqa: B008
    """Return the book of a plan."""
    return Book(
        loan_id=made.debt.loan_id,
        effective_on=made.debt.effective_on,
        upfront=made.upfront,
        rows=made.schedule,
        deferred=made.deferred,
        accrual=lambda: Accrual.of(made.debt, made.terms, settings),
    )


def planned(debt: Debt, terms: Terms, settings: Settings) -> Plan:
    """Return a plan, or give the example up where there is none."""
    try:
        return plan(debt, terms, settings)
    except RuleBroken:
        assume(condition=False)
        raise AssertionError from None


@FUZZ
@given(debt=debts(), terms=terms, settings=settings)
def test_on_the_first_day_it_is_what_the_proof_says(debt: Debt, terms: Terms, settings: Settings) -> None:
    """What is paid at signature, in instalments and at the end of today's debt, and the fees of a new contract."""
    made = planned(debt, terms, settings)
    found = payoff(book_of(made, settings), NONE_PAID, on=debt.effective_on - timedelta(days=1)).amounts
    lines = {line.component: line for line in made.reconciliation}

    assert found.fees - made.new_fees == _left(lines[Component.FEES])
    assert found.penalty == _left(lines[Component.PENALTY])
    assert found.total == sum(_left(line) for line in lines.values()) + made.new_fees


def _left(line: object) -> int:
    return sum(getattr(line, name) for name in ("upfront", "scheduled", "deferred"))


@FUZZ
@given(debt=debts(), terms=terms, settings=settings)
def test_on_a_due_day_it_is_what_the_schedule_leaves(debt: Debt, terms: Terms, settings: Settings) -> None:
    """Everything that fell due was paid; later fees are owed too, and a final amount that fell due is not."""
    made = planned(debt, terms, settings)
    book = book_of(made, settings)
    for row in made.schedule[-3:] + made.schedule[:3]:
        found = payoff(book, ALL_PAID, on=row.due_on)
        fees = sum(later.fees for later in made.schedule if later.number > row.number)
        final = made.deferred.amount if made.deferred and made.deferred.due_on <= row.due_on else 0
        assert found.amounts.total == row.outstanding + fees - final
        assert found.accrued == 0


@FUZZ
@given(debt=debts(), terms=terms, settings=settings, days=st.integers(1, 90))
def test_between_due_days_interest_grows_to_that_of_the_period(
    debt: Debt, terms: Terms, settings: Settings, days: int
) -> None:
    made = planned(debt, terms, settings)
    assume(made.schedule)
    book, row = book_of(made, settings), made.schedule[0]
    on = row.period_from + timedelta(days=days)
    assume(on < row.due_on)
    accrued = [payoff(book, ALL_PAID, on=day).accrued for day in (row.period_from, on, row.due_on - timedelta(days=1))]

    assert accrued[0] == 0
    assert sorted(accrued) == accrued
    assert accrued[2] <= row.interest_accrued + 1


def test_li_pays_off_in_the_middle_of_a_month() -> None:
    """30/360: half of January's interest after 15 of its 31 days is 15/31 of a twelfth of 14.4 %."""
    made = plan(li_debt(), LI_TERMS)
    found = payoff(book_of(made), NONE_PAID, on=date(2026, 12, 16))

    assert found.due == Amounts()
    assert found.rest == Amounts(principal=11_447_911)
    assert found.accrued == round(11_447_911 * 0.144 / 12 * 15 / 31)


def test_interest_that_a_holiday_waives_is_not_asked_for() -> None:
    made = plan(plain(), (Holiday(instalments=2, interest="waived"),))

    assert payoff(book_of(made), ALL_PAID, on=date(2026, 12, 20)).amounts == Amounts(principal=1_000_000)


@FUZZ
@given(
    debt=debts(),
    terms=terms,
    settings=settings,
    amount=st.integers(1, 60_000_000),
    data=st.data(),
)
def test_what_is_repaid_early_is_not_asked_for_again(
    debt: Debt, terms: Terms, settings: Settings, amount: int, data: st.DataObject
) -> None:
    """The principal of all instalments and what was repaid early are the principal that bore interest; it ends at 0."""
    paid, how = data.draw(st.integers(0, 3)), data.draw(st.sampled_from(HOW))
    made = planned(debt, terms, settings)
    assume(len(made.schedule) > paid)
    book, at = book_of(made, settings), made.schedule[paid]
    before = payoff(book, NONE_PAID, on=at.due_on).rest
    answer = book.repay_early(at.number, amount, how)
    if answer is None:
        assert book.rows == made.schedule
        return
    taken, later = answer

    assert taken == min(amount, at.closing)
    assert sum(row.principal - row.interest_added for row in book.rows) + taken == made.financed or made.settles
    assert book.rows[-1].closing == 0
    assert book.rows[-1].outstanding == made.schedule[-1].outstanding
    assert payoff(book, NONE_PAID, on=at.due_on).rest == before - Amounts(principal=taken)
    assert [due.due_on for due in later] == [due.due_on for due in book.dues if due.number > at.number]
    for row, agreed in zip(book.rows[paid + 1 :], made.schedule[paid + 1 :], strict=False):
        assert row.payment == row.principal + row.interest + row.fees + row.arrears.total
        assert row.payment <= agreed.payment
        assert (row.due_on, row.arrears, row.fees) == (agreed.due_on, agreed.arrears, agreed.fees)
    if how == "reduce":
        assert len(book.rows) == len(made.schedule)


@pytest.mark.parametrize("how", ("shorten", "reduce"))
def test_li_repays_ten_thousand_early(how: Overpayment) -> None:
    """She pays 3,934.90 and 10,000.00 on 1 January: the plan ends sooner, or every payment is lower."""
    made = plan(li_debt(), LI_TERMS)
    book = book_of(made)
    told = [Payment(id="P", on=date(2027, 1, 1), amount=2 * 393_490 + 1_000_000)]
    found = perform(
        book.dues,
        told,
        order=ALLOCATION,
        on=date(2027, 1, 1),
        early=lambda _, after, amount: book.repay_early(after, amount, how),
    )

    assert (found.waiting, found.parts[-1].amounts, found.parts[-1].number) == (
        393_490, Amounts(principal=1_000_000), 2,
    )  # fmt: skip
    payments = [row.payment for row in book.rows]
    if how == "shorten":
        assert set(payments[:-1]) == {393_490}
        assert (len(payments), payments[-1]) == _by_hand(book.rows[1].closing, 393_490, after=2)
    else:
        assert len(payments) == 36
        assert max(payments[2:]) - min(payments[2:]) < 50
        assert 355_000 < payments[2] < 358_500
    assert sum(payments) + 1_000_000 < made.total_payable


def _by_hand(balance: int, payment: int, *, after: int) -> tuple[int, int]:
    """Return how many payments repay a balance at 1.2 % a month, and the last of them."""
    last = 0
    while balance:
        interest = (balance * 12 + 500) // 1000
        last = min(payment, balance + interest)
        balance, after = balance + interest - last, after + 1
    return after, last


@pytest.mark.parametrize(
    ("terms", "how"),
    (
        ((Holiday(instalments=3),), "shorten"),
        ((Holiday(instalments=3, interest="deferred"),), "reduce"),
        ((), "hold"),
    ),
)
def test_where_the_rest_is_not_regular_the_money_waits(terms: Terms, how: Overpayment) -> None:
    book = book_of(plan(plain(), terms))

    assert book.repay_early(1, 1_000, how) is None
    assert book.repay_early(99, 1_000, how) is None


def test_a_settlement_bears_no_interest_when_it_is_paid_early() -> None:
    made = plan(plain(100_000), (Settlement(fraction=WHOLE.fraction, instalments=4),))
    book = book_of(made)
    taken, later = book.repay_early(1, 30_000, "shorten") or (0, ())

    assert taken == 30_000
    assert [due.asks.total for due in later] == [25_000, 20_000]


@pytest.mark.parametrize(
    ("vests", "paid", "expected"),
    (
        ("signature", 0, Amounts()),
        ("completion", 900, Amounts(penalty=24_336)),
        ("pro_rata", 0, Amounts(penalty=37_535)),
        ("pro_rata", 250, Amounts(penalty=28_151)),
        ("pro_rata", 2_000, Amounts()),
    ),
)
def test_what_has_not_vested_reverts(vests: str, paid: int, expected: Amounts) -> None:
    """Li's penalty is 375.35 on 1 December; a quarter of it has vested once a quarter of all was paid."""
    terms: Terms = (Waive(penalty=WHOLE, vests=vests),)  # type: ignore[arg-type]
    debt = li_debt()
    conditional = Amounts() if vests == "signature" else Amounts(penalty=debt.balance.penalty)
    if vests == "completion":
        expected = conditional

    assert reverting(debt, terms, conditional, paid=paid, payable=1_000) == expected
