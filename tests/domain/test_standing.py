"""When an instalment is missed, when an agreement is broken, what is told of it, and when it is looked at again."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.money import Amounts, Component
from service.domain.performance import Due, Payment, perform
from service.domain.settings import AgreementSettings
from service.domain.standing import InstalmentState, Rules, Standing, standing
from service.domain.watching import Watch, looks, news

FIRST: Final = date(2027, 1, 1)
DUES: Final = [
    Due(loan_id="L", number=n + 1, due_on=date(2027, n + 1, 1), asks=Amounts(principal=100_000)) for n in range(6)
]
SETTINGS: Final = AgreementSettings(tolerance_amount={"CNY": 500})


def rules(settings: AgreementSettings = SETTINGS, *, since: date = date(2026, 11, 15)) -> Rules:
    """Return the rules of an agreement in yuan."""
    return Rules.of(settings, currency="CNY", since=since)


def stands(on: date, *payments: tuple[date, int], dues: list[Due] = DUES, by: Rules | None = None) -> Standing:
    """Return how instalments stand on a day after payments."""
    told = [Payment(id=str(n), on=day, amount=amount) for n, (day, amount) in enumerate(payments)]
    return standing(perform(dues, told, order=list(Component), on=on), by or rules())


@pytest.mark.parametrize(
    ("on", "paid", "state"),
    (
        (date(2026, 12, 31), 0, "upcoming"),
        (date(2027, 1, 1), 0, "due"),
        (date(2027, 1, 4), 0, "due"),
        (date(2027, 1, 5), 0, "missed"),
        (date(2027, 1, 5), 98_999, "missed"),
        (date(2027, 1, 5), 99_000, "paid"),
        (date(2027, 1, 1), 100_000, "paid"),
    ),
)
def test_an_instalment_is_missed_when_grace_is_over_and_more_is_lacking_than_the_tolerance(
    on: date, paid: int, state: str
) -> None:
    """Three days of grace; one in a hundred, or five yuan, whichever is more."""
    found = stands(on, *([(min(on, FIRST), paid)] if paid else []))

    assert found.days[0].state == state


@pytest.mark.parametrize(
    ("on", "paid", "upcoming", "to_pay"),
    (
        (date(2026, 12, 20), 0, FIRST, FIRST),
        (date(2026, 12, 20), 98_999, FIRST, FIRST),
        (date(2026, 12, 20), 100_000, FIRST, date(2027, 2, 1)),
        (date(2026, 12, 20), 250_000, FIRST, date(2027, 3, 1)),
        (date(2026, 12, 20), 600_000, FIRST, None),
        (FIRST, 0, FIRST, FIRST),
        (FIRST, 100_000, date(2027, 2, 1), date(2027, 2, 1)),
        (FIRST, 200_000, date(2027, 2, 1), date(2027, 3, 1)),
        (date(2027, 1, 3), 0, date(2027, 2, 1), date(2027, 2, 1)),
    ),
)
def test_money_has_still_to_arrive_for_what_is_not_covered_by_what_waits(
    on: date, paid: int, upcoming: date, to_pay: date | None
) -> None:
    found = stands(on, *([(min(on, FIRST), paid)] if paid else []))

    assert found.upcoming is not None
    assert (found.upcoming.on, found.to_pay.on if found.to_pay else None) == (upcoming, to_pay)


@pytest.mark.parametrize(
    ("asked", "paid", "enough"), ((100_000, 99_000, True), (1_000, 500, True), (1_000, 499, False))
)
def test_the_tolerance_is_a_fraction_or_an_amount_whichever_is_more(asked: int, paid: int, enough: bool) -> None:
    assert rules().enough(asked=asked, paid=paid) is enough


def test_nothing_is_late_before_everybody_has_signed() -> None:
    found = stands(date(2027, 1, 12), by=rules(since=date(2027, 1, 10)))

    assert found.days[0].state is InstalmentState.DUE
    assert found.rules.last_day(FIRST) == date(2027, 1, 13)


def test_what_is_due_on_one_day_over_several_loans_is_judged_together() -> None:
    """And days on which nothing is asked for are none."""
    other = Due(loan_id="M", number=1, due_on=FIRST, asks=Amounts(interest=900))
    nothing = Due(loan_id="M", number=2, due_on=date(2027, 1, 15), asks=Amounts())
    found = stands(date(2027, 2, 5), (FIRST, 100_000), dues=[*DUES, other, nothing])

    assert [(day.on, day.asked, day.state) for day in found.days[:2]] == [
        (FIRST, 100_900, "paid"), (date(2027, 2, 1), 100_000, "missed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("on", "paid", "run", "broken"),
    (
        (date(2027, 1, 5), 0, 1, False),
        (date(2027, 1, 31), 0, 1, False),
        (date(2027, 2, 1), 0, 1, True),
        (date(2027, 2, 5), 0, 2, True),
        (date(2027, 2, 5), 100_000, 1, False),
        (date(2027, 2, 5), 200_000, 0, False),
    ),
)
def test_an_agreement_is_broken_by_two_in_a_row_or_one_that_is_too_old(
    on: date, paid: int, run: int, broken: bool
) -> None:
    found = stands(on, *([(FIRST, paid)] if paid else []))

    assert (found.run, found.is_broken) == (run, broken)


def test_what_is_next_and_what_is_in_arrears() -> None:
    found = stands(date(2027, 2, 1), (FIRST, 150_000))

    assert (found.arrears, found.upcoming) == (0, found.days[1])
    assert (found.days[1].paid, found.waiting) == (50_000, 0)
    later = stands(date(2027, 2, 2), (FIRST, 150_000))
    assert later.upcoming is not None
    assert (later.arrears, later.upcoming.on) == (50_000, date(2027, 3, 1))
    done = stands(date(2027, 7, 1), (FIRST, 600_000))
    assert (done.is_complete, done.upcoming, done.arrears) == (True, None, 0)
    assert not stands(date(2027, 5, 1), (FIRST, 600_000)).is_complete


def told(on: date, watch: Watch, *payments: tuple[date, int], **settings: Any) -> tuple[list[tuple[str, date]], Watch]:
    """Return what is told on a day."""
    found, watch = news(stands(on, *payments), watch, AgreementSettings(**settings))
    return [(one.what if one.kind is None else f"{one.kind} {one.what}", one.day.on) for one in found], watch


def test_everything_is_told_once() -> None:
    second = date(2027, 2, 1)
    days: dict[date, list[tuple[str, date]]] = {
        date(2026, 12, 28): [],
        date(2026, 12, 29): [("before reminder", FIRST)],
        date(2027, 1, 1): [],
        date(2027, 1, 2): [("payment_due", FIRST), ("after reminder", FIRST)],
        date(2027, 1, 4): [],
        date(2027, 1, 5): [("payment_missed", FIRST)],
        date(2027, 1, 20): [],
        date(2027, 1, 29): [("before reminder", second)],
        date(2027, 2, 2): [("payment_due", second), ("after reminder", second)],
        date(2027, 2, 5): [("payment_missed", second)],
    }
    watch, found = Watch(), {}
    for day in days:
        found[day], watch = told(day, watch, reminder_days_before=3)
    assert found == days
    assert watch.missed == (FIRST, second)


def test_who_catches_up_is_told_so_and_who_pays_ahead_is_not_reminded() -> None:
    _, watch = told(date(2027, 1, 5), Watch())
    assert told(date(2027, 1, 6), watch, (date(2027, 1, 6), 100_000))[0] == [("payment_caught_up", FIRST)]
    assert told(date(2026, 12, 30), Watch(), (date(2026, 12, 1), 99_900), reminder_days_before=3)[0] == []
    assert told(date(2026, 12, 30), Watch(), (date(2026, 12, 1), 9_900), reminder_days_before=3)[0] != []
    assert told(FIRST, Watch(), (FIRST, 100_000), reminder_days_before=3)[0] == []
    assert told(date(2027, 1, 2), Watch(due=FIRST), reminder_days_after=None)[0] == []


def test_money_that_waits_for_one_instalment_keeps_no_reminder_of_the_next_back() -> None:
    """The same money is not counted twice; what is left of it is counted for the next."""
    day, paid_on = date(2026, 12, 30), date(2026, 12, 1)
    february = [("before reminder", date(2027, 2, 1))]
    assert told(day, Watch(), (paid_on, 99_900), reminder_days_before=33)[0] == february
    assert told(day, Watch(), (paid_on, 150_000), reminder_days_before=33)[0] == february
    assert told(day, Watch(), (paid_on, 199_900), reminder_days_before=33)[0] == []


def test_an_instalment_whose_payment_was_taken_back_is_missed_anew() -> None:
    _, watch = told(date(2027, 1, 5), Watch(), (FIRST, 100_000))
    assert watch.missed == ()
    assert told(date(2027, 1, 6), watch)[0] == [("payment_missed", FIRST)]


@pytest.mark.parametrize(
    ("on", "remedy", "expected"),
    (
        (date(2026, 11, 15), None, {"payment": FIRST, "grace": date(2027, 1, 4)}),
        (date(2027, 1, 2), None, {"payment": date(2027, 2, 1), "grace": date(2027, 1, 4)}),
        (
            date(2027, 1, 5), None,
            {"payment": date(2027, 2, 1), "grace": date(2027, 2, 4), "arrears": date(2027, 1, 31)},
        ),
        (
            date(2027, 2, 5), date(2027, 2, 19),
            {"payment": date(2027, 3, 1), "grace": date(2027, 3, 4), "remedy": date(2027, 2, 19)},
        ),
        (date(2027, 7, 1), None, {}),
    ),
)  # fmt: skip
def test_it_is_looked_at_again_when_something_can_happen(
    on: date, remedy: date | None, expected: dict[str, date]
) -> None:
    assert looks(stands(on), SETTINGS, remedy_due_on=remedy) == expected


def test_a_reminder_has_a_clock_of_its_own_unless_another_runs_out_then() -> None:
    found = looks(stands(date(2026, 12, 1)), AgreementSettings(reminder_days_before=3), remedy_due_on=None)
    assert found["payment_reminder"] == date(2026, 12, 28)
    found = looks(stands(date(2027, 1, 2)), AgreementSettings(reminder_days_after=3), remedy_due_on=None)
    assert found["payment_reminder"] == date(2027, 1, 3)
    found = looks(stands(FIRST), AgreementSettings(reminder_days_after=None), remedy_due_on=None)
    assert "payment_reminder" not in found


@given(
    payments=st.lists(st.tuples(st.integers(0, 230), st.integers(1, 300_000)), max_size=6),
    settings=st.builds(
        AgreementSettings,
        grace_days=st.integers(0, 20),
        tolerance=st.sampled_from([Decimal(0), Decimal("0.05")]),
        reminder_days_before=st.none() | st.integers(0, 40),
        reminder_days_after=st.none() | st.integers(0, 10),
    ),
)
def test_the_clocks_miss_nothing(payments: list[tuple[int, int]], settings: AgreementSettings) -> None:
    """Looking only when a clock has run out tells, on the same day, what looking every day would have told."""
    start, by = date(2026, 12, 1), rules(settings)
    arrivals = [(start + timedelta(days=after), amount) for after, amount in payments]

    def seen(day: date) -> Standing:
        return stands(day, *[paid for paid in arrivals if paid[0] <= day], by=by)

    daily: list[Any] = []
    clocked: list[Any] = []
    watches = [Watch(), Watch()]
    until = looks(seen(start), settings, remedy_due_on=None)
    for n in range(260):
        day = start + timedelta(days=n)
        found, watches[0] = news(seen(day), watches[0], settings)
        daily += [(day, one) for one in found]
        if n == 0 or any(last < day for last in until.values()) or any(on == day for on, _ in arrivals):
            found, watches[1] = news(seen(day), watches[1], settings)
            clocked += [(day, one) for one in found]
            until = looks(seen(day), settings, remedy_due_on=None)
    assert [(day, one.what, one.kind, one.day.on) for day, one in clocked] == [
        (day, one.what, one.kind, one.day.on) for day, one in daily
    ]
