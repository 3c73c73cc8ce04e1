"""What payments have paid: nothing appears or vanishes, the order of telling does not matter, a reversal undoes all."""

from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.money import Amounts, Component
from service.domain.performance import Due, Part, Payment, Performance, perform

FIRST: Final = date(2027, 1, 1)
CHINA: Final = (Component.FEES, Component.INTEREST, Component.PRINCIPAL, Component.PENALTY)
amounts = st.builds(
    Amounts,
    principal=st.integers(0, 900),
    interest=st.integers(0, 200),
    penalty=st.integers(0, 30),
    fees=st.integers(0, 30),
)
days = st.integers(-20, 200).map(lambda n: FIRST + timedelta(days=n))
orders = st.permutations(list(Component))


def instalments(asks: list[Amounts], loan_id: str = "L") -> list[Due]:
    """Return monthly instalments."""
    return [
        Due(loan_id=loan_id, number=n + 1, due_on=FIRST + timedelta(days=30 * n), asks=ask)
        for n, ask in enumerate(asks)
    ]


dues = st.builds(
    lambda one, other: [*instalments(one, "L"), *instalments(other, "M")],
    st.lists(amounts, max_size=6),
    st.lists(amounts, max_size=4),
)
payments = st.lists(st.tuples(days, st.integers(1, 2_500), st.sampled_from([None, None, "L", "M"])), max_size=9).map(
    lambda told: [Payment(id=f"P{n}", on=on, amount=amount, loan_id=loan) for n, (on, amount, loan) in enumerate(told)]
)


def applied(found: Performance, payment: Payment) -> int:
    return sum(part.amounts.total for part in found.parts if part.payment == payment.id)


@given(dues=dues, payments=payments, order=orders, on=days)
def test_nothing_appears_or_vanishes(
    dues: list[Due], payments: list[Payment], order: list[Component], on: date
) -> None:
    """What was applied of each payment and what waits of it are the payment; what was paid is what was applied."""
    found = perform(dues, payments, order=order, on=on)

    for payment in payments:
        known = payment.amount if payment.on <= on else 0
        assert applied(found, payment) + found.held.get(payment.id, 0) == known
    for due in found.dues:
        parts = [part.amounts for part in found.parts if (part.loan_id, part.number) == (due.loan_id, due.number)]
        assert sum(parts, Amounts()) == found.paid_of(due)
        assert all(0 <= found.paid_of(due).of(c) <= due.asks.of(c) for c in Component)
        assert due.due_on <= on or not parts
    assert sorted(map(repr, found.dues)) == sorted(map(repr, dues))


@given(dues=dues, payments=payments, order=orders, on=days, data=st.data())
def test_it_does_not_matter_in_which_order_payments_are_told(
    dues: list[Due], payments: list[Payment], order: list[Component], on: date, data: st.DataObject
) -> None:
    told = data.draw(st.permutations(payments))

    assert perform(dues, told, order=order, on=on) == perform(dues, payments, order=order, on=on)


@given(dues=dues, payments=payments, order=orders, on=days)
def test_the_oldest_is_paid_first(dues: list[Due], payments: list[Payment], order: list[Component], on: date) -> None:
    """Of each loan: while an instalment lacks something, no later one has anything."""
    found = perform(dues, payments, order=order, on=on)

    for _, own in groupby(sorted(found.dues, key=lambda d: (d.loan_id, d.number)), lambda d: d.loan_id):
        lacking = False
        for due in own:
            assert not lacking or not found.paid_of(due).total
            lacking = lacking or found.missing_of(due).total > 0
    waits_for_all = any(p.loan_id is None and found.held.get(p.id) for p in payments)
    assert not waits_for_all or not any(found.missing_of(due).total for due in dues if due.due_on <= on)


@given(dues=dues, payments=payments, order=orders, on=days)
def test_inside_an_instalment_the_packs_order_holds(
    dues: list[Due], payments: list[Payment], order: list[Component], on: date
) -> None:
    for due in (found := perform(dues, payments, order=order, on=on)).dues:
        paid, missing = found.paid_of(due), found.missing_of(due)
        for earlier, later in pairwise(order):
            assert not missing.of(earlier) or not paid.of(later)


@given(dues=dues, payments=payments, order=orders, days=st.tuples(days, days).map(sorted))
def test_what_was_paid_stays_paid(
    dues: list[Due], payments: list[Payment], order: list[Component], days: list[date]
) -> None:
    """A later day adds to what was applied by an earlier one, and changes nothing of it."""
    earlier, later = (perform(dues, payments, order=order, on=on) for on in days)

    assert later.parts[: len(earlier.parts)] == earlier.parts


def test_china_pays_costs_then_interest_then_principal() -> None:
    due = instalments([Amounts(principal=1000, interest=100, fees=10, penalty=5)] * 2)
    found = perform(due, [Payment(id="P", on=FIRST, amount=500)], order=CHINA, on=FIRST)

    assert found.paid_of(due[0]) == Amounts(fees=10, interest=100, principal=390)
    assert found.waiting == 0


def test_what_comes_before_its_day_waits_for_it() -> None:
    due = instalments([Amounts(principal=100)] * 3)
    early = [Payment(id="P", on=FIRST - timedelta(days=5), amount=150)]
    before, after = (perform(due, early, order=CHINA, on=FIRST + timedelta(days=n)) for n in (-1, 30))

    assert (before.waiting, before.parts) == (150, ())
    assert after.parts == (
        Part(payment="P", loan_id="L", number=1, amounts=Amounts(principal=100)),
        Part(payment="P", loan_id="L", number=2, amounts=Amounts(principal=50)),
    )


def test_a_payment_for_one_loan_pays_no_other() -> None:
    due = [*instalments([Amounts(principal=100)], "L"), *instalments([Amounts(principal=100)], "M")]
    found = perform(due, [Payment(id="P", on=FIRST, amount=150, loan_id="M")], order=CHINA, on=FIRST)

    assert [found.paid_of(d).total for d in found.dues] == [0, 100]
    assert found.held == {"P": 50}


@pytest.mark.parametrize("takes", (True, False))
def test_what_exceeds_the_next_instalment_may_repay_early(takes: bool) -> None:
    due = instalments([Amounts(principal=100)] * 3)
    asked = []

    def early(loan_id: str, after: int, amount: int) -> tuple[int, list[Due]] | None:
        asked.append((loan_id, after, amount))
        return (amount, instalments([Amounts(principal=100)] * 2 + [Amounts(principal=60)])[2:]) if takes else None

    found = perform(due, [Payment(id="P", on=FIRST, amount=240)], order=CHINA, on=FIRST, early=early)

    assert asked == [("L", 2, 40)]
    assert found.waiting == (100 if takes else 140)
    assert [part.early for part in found.parts] == [False, True][: 1 + takes]
    assert found.dues[2].asks.total == (60 if takes else 100)


def test_nothing_is_repaid_early_while_something_is_overdue() -> None:
    """A payment for one loan may exceed its instalment while another loan's is missing."""
    due = [*instalments([Amounts(principal=100)] * 2, "L"), *instalments([Amounts(principal=100)] * 2, "M")]
    told = [Payment(id="P", on=FIRST, amount=500, loan_id="M")]
    found = perform(due, told, order=CHINA, on=FIRST, early=lambda *_: pytest.fail("repaid early"))

    assert found.waiting == 400
