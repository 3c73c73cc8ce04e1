"""The borrowers of the demo answer by the rule that `service.demo.borrowers` states."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.demo import li
from service.demo.borrowers import STRETCH, Answer, Means, heaviest_month, months, reply, total_of
from tests.demo.plans import offer

HOPEFUL = Means(today=100, expected=500, expected_from="2027-03-01")
MEANS = st.builds(
    Means,
    today=st.integers(-200, 500),
    expected=st.none() | st.integers(0, 800),
    expected_from=st.just("2027-03-01"),
)


def test_what_is_left_is_income_less_expenses_and_other_debts() -> None:
    """Li has 4,400 a month left, and 8,600 once the shop has recovered."""
    body = li.application(date(2026, 11, 15))

    assert Means.of(body) == Means(today=440_000, expected=860_000, expected_from="2027-06-01")


def test_without_a_recovery_nothing_more_is_counted_on() -> None:
    body = li.application(date(2026, 11, 15))
    body["budget"]["expected"] = None
    means = Means.of(body)

    assert means == Means(today=440_000)
    assert means.on("2030-01-01") == means.most == 440_000


def test_three_quarters_of_a_recovery_are_counted_on_from_its_day() -> None:
    assert (HOPEFUL.on("2027-02-28"), HOPEFUL.on("2027-03-01"), HOPEFUL.most) == (100, 400, 400)


def test_with_nothing_left_nothing_is_counted_on() -> None:
    """A hoped-for surplus that does not make up for what is lacking today leaves nothing either."""
    assert Means(today=-50).most == Means(today=-50).on("2027-01-01") == 0
    assert Means(today=-400, expected=100, expected_from="2027-03-01").most == 0


def test_the_recommended_offer_is_accepted_if_it_fits() -> None:
    """Though another one is cheaper, and though one with higher payments stands first."""
    recommended = offer(100, 100, 400, labels=["recommended"])

    answered = reply([offer(400), recommended, offer(50, 50)], means=HOPEFUL, may_counter=True)

    assert answered.answer is Answer.ACCEPT
    assert answered.offer is recommended


def test_an_offer_that_does_not_fit_is_countered_with_the_most_that_is_counted_on() -> None:
    """Also when another offer would fit: the recommended one is the cheapest, so it is worth asking."""
    menu = [offer(100, 100, 401, labels=["recommended"]), offer(100, 100, 100, 100)]

    answered = reply(menu, means=HOPEFUL, may_counter=True)

    assert (answered.answer, answered.payment) == (Answer.COUNTER, 400)


def test_after_the_counter_the_cheapest_offer_that_fits_is_accepted() -> None:
    cheapest = offer(200, 200, 200)
    menu = [offer(300, 300, labels=["recommended"]), offer(200, 200, 200, 200), cheapest]

    answered = reply(menu, means=Means(today=200), may_counter=False)

    assert answered.offer is cheapest


@pytest.mark.parametrize(("asked", "answer"), ((210, Answer.ACCEPT), (211, Answer.DECLINE)))
def test_failing_that_one_that_asks_for_a_twentieth_more(asked: int, answer: Answer) -> None:
    assert reply([offer(asked, asked)], means=Means(today=200), may_counter=False).answer is answer


@pytest.mark.parametrize("menu", ([], [offer(300)], [offer(100, state="expired")], [offer(100, indicative=True)]))
def test_everything_else_is_declined(menu: list[dict[str, object]]) -> None:
    assert reply(menu, means=Means(today=200), may_counter=False).answer is Answer.DECLINE


def test_whoever_has_nothing_to_offer_does_not_counter() -> None:
    assert reply([offer(100)], means=Means(today=-1), may_counter=True).answer is Answer.DECLINE


@given(payments=st.lists(st.lists(st.integers(0, 500), min_size=1, max_size=6), max_size=4), means=MEANS)
def test_no_month_of_what_is_accepted_is_more_than_a_twentieth_above_what_is_counted_on(
    payments: list[list[int]], means: Means
) -> None:
    answered = reply([offer(*each) for each in payments], means=means, may_counter=False)

    if answered.offer is not None:
        for day, asked in months(answered.offer["total"]):
            assert asked <= means.on(day) * (1 + STRETCH)


@given(means=MEANS, day=st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_never_more_is_counted_on_than_will_be_there(means: Means, day: date) -> None:
    hoped = means.expected if means.expected is not None and day.isoformat() >= means.expected_from else means.today

    assert 0 <= means.on(day.isoformat()) <= max(hoped, means.today, 0)


def test_payments_of_one_month_count_together() -> None:
    dues = [
        {"due_on": "2027-02-01", "payment": 150},
        {"due_on": "2027-01-01", "payment": 100},
        {"due_on": "2027-01-15", "payment": 100},
    ]

    assert list(months(dues)) == [("2027-01-01", 200), ("2027-02-01", 150)]
    assert heaviest_month(dues) == 200
    assert heaviest_month([]) == 0
    assert total_of({"total": dues}) == 350
    assert Means(today=200).reach({"total": dues})
    assert not Means(today=199).reach({"total": dues})
    assert Means(today=199).reach({"total": dues}, stretch=Fraction(1, 100))
