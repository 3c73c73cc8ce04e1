"""The borrowers of the demo answer by the rule that `service.demo.borrowers` states."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.demo import li
from service.demo.borrowers import Answer, Means, heaviest_month, reply, total_of
from tests.demo.plans import offer


def test_what_is_left_is_income_less_expenses_and_other_debts() -> None:
    """Li has 4,400 a month left, and 8,600 once the shop has recovered."""
    body = li.application(date(2026, 11, 15))

    assert Means.of(body) == Means(today=440_000, expected=860_000, expected_from="2027-06-01")


def test_without_a_recovery_nothing_is_hoped_for() -> None:
    body = li.application(date(2026, 11, 15))
    body["budget"]["expected"] = None

    assert Means.of(body) == Means(today=440_000)


def test_the_recommended_offer_is_accepted_if_it_fits() -> None:
    recommended = offer(300, 300, labels=["recommended"])

    answered = reply([offer(100, 100), recommended], means=Means(today=300), may_counter=True)

    assert answered.answer is Answer.ACCEPT
    assert answered.offer is recommended


def test_an_offer_that_does_not_fit_is_countered_with_what_is_left() -> None:
    """Also when another offer would fit: the recommended one is the cheapest, so it is worth asking."""
    menu = [offer(300, 300, labels=["recommended"]), offer(150, 150, 300)]

    answered = reply(menu, means=Means(today=200), may_counter=True)

    assert answered.answer is Answer.COUNTER
    assert answered.payment == 200


def test_after_the_counter_the_cheapest_offer_that_fits_is_accepted() -> None:
    cheapest = offer(200, 200, 200)
    menu = [offer(300, 300, labels=["recommended"]), offer(200, 200, 200, 200), cheapest]

    answered = reply(menu, means=Means(today=200), may_counter=False)

    assert answered.offer is cheapest


def test_failing_that_an_offer_that_fits_after_the_recovery_is_accepted() -> None:
    """Nothing is left today: a holiday until March fits, payments before it do not."""
    holiday = offer(0, 0, 500, 500)
    means = Means(today=-50, expected=500, expected_from="2027-03-01")

    answered = reply([offer(100, 100, labels=["recommended"]), holiday], means=means, may_counter=True)

    assert answered.answer is Answer.ACCEPT
    assert answered.offer is holiday


@pytest.mark.parametrize("menu", ([], [offer(300)], [offer(100, state="expired")], [offer(100, indicative=True)]))
def test_everything_else_is_declined(menu: list[dict[str, object]]) -> None:
    assert reply(menu, means=Means(today=200), may_counter=False).answer is Answer.DECLINE


@given(
    payments=st.lists(st.lists(st.integers(0, 500), min_size=1, max_size=6), max_size=4),
    means=st.builds(
        Means,
        today=st.integers(-200, 500),
        expected=st.none() | st.integers(0, 500),
        expected_from=st.just("2027-03-01"),
    ),
)
def test_what_is_accepted_can_be_paid_on_every_date(payments: list[list[int]], means: Means) -> None:
    answered = reply([offer(*each) for each in payments], means=means, may_counter=False)

    if answered.offer is not None:
        assert means.reach(answered.offer) or means.reach_in_time(answered.offer)


def test_payments_of_one_month_count_together() -> None:
    dues = [
        {"due_on": "2027-01-01", "payment": 100},
        {"due_on": "2027-01-15", "payment": 100},
        {"due_on": "2027-02-01", "payment": 150},
    ]

    assert heaviest_month(dues) == 200
    assert total_of({"total": dues}) == 350
