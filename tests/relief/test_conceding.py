"""A settlement opens above its floor, and comes down by steps that tell nothing of where the floor is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.dates import Frequency
from service.domain.money import Amounts
from service.domain.policy import Level
from service.domain.settings import (
    Grid,
    InstrumentTemplate,
    Limits,
    MenuSettings,
    Negotiation,
    PolicySettings,
    Programme,
)
from service.relief.affordability import Ability
from service.relief.asking import CounterProposal
from service.relief.counter import Answer, CounterAnswer, answer
from service.relief.debt import Debt
from service.relief.menu import menu
from service.relief.proposal import Proposal
from tests.relief.negotiations import AUTHORITY, LI, TERM_EXTENSION, grid, programme, template

ENOUGH = Ability(surplus=10**9, share=Decimal(1), lump_sum=10**9)
OWED = 100_000_000
DEBT = replace(LI, before=Amounts(principal=OWED), accrued=Amounts(), overdue_principal=0, overdue_interest=0)
PARTS = ("0.40", "0.45", "0.50", "0.55", "0.60")


def settling(floor: str, *, parts: tuple[str, ...] = PARTS, payments: int = 18) -> Programme:
    template_ = template("settlement", {"fraction": grid(*parts), "instalments": grid(1, 6, 12, 18)})
    limits = Limits(settlement_min=Decimal(floor), settlement_payments_max=payments)
    return programme("settlement", template_, limits=limits)


def policy(*programmes: Programme, step: str = "0.25") -> PolicySettings:
    return PolicySettings(
        programmes=programmes,
        authority=AUTHORITY,
        menu=MenuSettings(value_test=False),
        negotiation=Negotiation(concession_step=Decimal(step)),
    )


def countered(
    programme_: Programme, last: Proposal | None, *, debt: Debt = DEBT, ability: Ability = ENOUGH, **asked: Any
) -> CounterAnswer:
    return answer(
        [debt],
        proposal=CounterProposal(**asked),
        programmes={debt.loan_id: [programme_]},
        ability=ability,
        settings=policy(programme_),
        level=Level.COMMITTEE,
        last=last,
    )


def opening(programme_: Programme, *, debt: Debt = DEBT, ability: Ability = ENOUGH) -> Proposal:
    """Return the settlement that the menu offers."""
    found = menu(
        [debt], programmes={debt.loan_id: [programme_]}, ability=ability, settings=policy(programme_),
        level=Level.COMMITTEE,
    )  # fmt: skip
    return found.offers[0]


def part_of(made: Proposal) -> Decimal:
    return Decimal(made.total_payable) / OWED


def asks(programme_: Programme, totals: list[int]) -> list[tuple[str, Decimal | None]]:
    """Ask for one total after another, each paid in six months, and return the answers as the borrower sees them."""
    last, seen = opening(programme_), []
    for total in totals:
        found = countered(programme_, last, payment=max(1, total // 6), months=6)
        last = found.proposal or last
        seen.append((found.answer.value, part_of(found.proposal) if found.proposal else None))
        for breach in found.binding:
            assert breach.reveal == "lender_only" or breach.limit not in {"settlement_min", "value_test"}
        assert all(line.by not in {"settlement_min", "value_test"} for line in found.diff)
    return seen


def test_a_menu_opens_a_settlement_at_its_highest_part() -> None:
    """Lower parts are for the borrower to ask for; an opening at the floor would leave nothing to concede."""
    assert part_of(opening(settling("0.40"))) == Decimal("0.60")


def test_one_round_shows_no_more_than_one_step_however_little_is_asked_for() -> None:
    """From 0.60: a quarter of the way to 0.58 is a small step, a quarter of the way to nothing is cut at 0.55."""
    assert asks(settling("0.40"), [58_000_000]) == [("countered", Decimal("0.5950"))]
    assert asks(settling("0.40"), [0]) == [("countered", Decimal("0.55"))]
    assert asks(settling("0.40"), [40_000_000]) == [("countered", Decimal("0.55"))]


def test_the_steps_end_at_the_last_part_that_is_not_below_the_floor() -> None:
    seen = asks(settling("0.47"), [0, 0, 0, 0])

    assert [part for _, part in seen] == [Decimal("0.55"), Decimal("0.50"), Decimal("0.50"), Decimal("0.50")]


def test_what_is_at_least_the_last_offer_is_accepted() -> None:
    (found,) = asks(settling("0.40"), [60_000_000])

    assert found == ("accepted", Decimal("0.60"))


@running(max_examples=60, deadline=None)
@given(
    totals=st.lists(st.integers(0, OWED), min_size=1, max_size=5),
    floors=st.sampled_from([("0.4501", "0.50"), ("0.5001", "0.55"), ("0.41", "0.45"), ("0.56", "0.60")]),
)
def test_floors_between_the_same_parts_cannot_be_told_apart(totals: list[int], floors: tuple[str, str]) -> None:
    """Whatever is asked for, and however often, the answers are the same: they tell of the steps alone."""
    lower, higher = (asks(settling(floor), totals) for floor in floors)

    assert lower == higher


@running(max_examples=30, deadline=None)
@given(total=st.integers(0, OWED), floor=st.integers(0, 5500))
def test_one_probe_cannot_read_the_floor(total: int, floor: int) -> None:
    """Any floor at or below the first step gives the same answer to the same first question."""
    assert asks(settling(str(Decimal(floor) / 10000)), [total]) == asks(settling("0.55"), [total])


def test_a_bisecting_borrower_learns_no_more_than_the_steps() -> None:
    """Five rounds of halving what is not known of the floor show the steps, and that no step follows the last."""
    low, high = Decimal(0), Decimal("0.60")
    last = opening(settling("0.46"))
    for _ in range(5):
        middle = (low + high) / 2
        found = countered(settling("0.46"), last, payment=int(middle * OWED) // 6, months=6)
        assert found.proposal is not None
        given_way = part_of(found.proposal) < part_of(last)
        low, high = (low, middle) if given_way else (middle, high)
        last = found.proposal

    assert part_of(last) == Decimal("0.50")
    assert not low <= Decimal("0.46") <= high  # the halving has been led astray


def test_without_lower_parts_the_offer_stands() -> None:
    """A programme that names one part only has no step to give."""
    assert asks(settling("0.30", parts=("0.60",)), [10_000_000]) == [("countered", Decimal("0.60"))]


def test_the_first_settlement_of_all_is_the_highest_part() -> None:
    """Without a last offer there is nothing to step down from."""
    found = countered(settling("0.40"), None, payment=1, months=6)

    assert found.answer is Answer.COUNTERED
    assert found.proposal is not None
    assert part_of(found.proposal) == Decimal("0.60")
    assert [(b.limit, b.reveal) for b in found.binding] == [("settlement_min", "lender_only")]


def test_who_names_no_amount_asks_for_the_last_offer_over_other_months() -> None:
    found = countered(settling("0.40"), opening(settling("0.40")), months=12)

    assert (found.answer, len(found.proposal.loans[0].plan.schedule)) == (Answer.ACCEPTED, 12)  # type: ignore[union-attr]
    assert part_of(found.proposal) == Decimal("0.60")  # type: ignore[arg-type]


def test_a_sum_at_once_is_paid_at_signature_and_counts() -> None:
    found = countered(settling("0.40"), opening(settling("0.40")), lump_sum=60_000_000)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    (payment,) = found.proposal.loans[0].plan.schedule
    assert (payment.due_on, payment.payment) == (DEBT.effective_on, 60_000_000)


def test_a_part_at_once_leaves_the_rest_to_equal_payments() -> None:
    found = countered(settling("0.40"), opening(settling("0.40")), lump_sum=20_000_000, payment=5_000_000, months=8)

    assert (found.answer, found.diff) == (Answer.ACCEPTED, ())
    assert found.proposal is not None
    assert found.proposal.totals.upfront == 20_000_000
    assert [row.payment for row in found.proposal.loans[0].plan.schedule] == [5_000_000] * 8


def test_more_payments_than_the_limit_are_named_and_shortened() -> None:
    found = countered(settling("0.40", payments=12), opening(settling("0.40")), payment=4_000_000, months=18)

    assert found.answer is Answer.COUNTERED
    assert ("settlement_payments_max", 12, 18) in [(b.limit, b.bound, b.asked) for b in found.binding]
    assert [(line.field, line.before, line.after, line.by) for line in found.diff] == [
        ("payment", 4_000_000, 4_750_000, "settlement_payments_max"),
        ("months", 18, 12, "settlement_payments_max"),
    ]


def test_as_much_in_all_but_faster_than_it_can_be_paid_is_answered_with_what_can() -> None:
    """Sixty million in six months are asked for; nine a month can be paid, so it takes seven."""
    ability = Ability(surplus=9_000_000, share=Decimal(1))
    found = countered(settling("0.40"), opening(settling("0.40")), ability=ability, payment=10_000_000, months=6)

    assert found.answer is Answer.COUNTERED
    assert found.proposal is not None
    assert len(found.proposal.loans[0].plan.schedule) == 7
    assert [(b.limit, b.bound, b.asked) for b in found.binding] == [("affordable_payment", 9_000_000, 10_000_000)]


def test_what_cannot_be_paid_at_all_is_refused_without_a_word_of_the_floor() -> None:
    """The gap counts what other programmes come to, never a settlement."""
    ability = Ability(surplus=100, share=Decimal(1))
    last = opening(settling("0.40"))
    found = countered(settling("0.40"), last, ability=ability, payment=100, months=6)
    other = countered(settling("0.55"), last, ability=ability, payment=100, months=6)

    assert found.answer is Answer.REFUSED
    assert (found.gap, found.binding) == (other.gap, other.binding)


def test_beside_other_programmes_a_settlement_answers_only_a_settlement() -> None:
    """Who was offered a longer term and counters gets a longer term."""
    both = [TERM_EXTENSION, settling("0.40")]
    found = answer(
        [LI], proposal=CounterProposal(payment=390_000), programmes={LI.loan_id: both}, ability=ENOUGH,
        settings=policy(*both), level=Level.COMMITTEE,
    )  # fmt: skip

    assert found.proposal is not None
    assert found.proposal.programme == "term_extension"


def test_weekly_payments_are_asked_for_by_the_month() -> None:
    """Three months are thirteen weeks; what a month carries is four and a third payments."""
    debt = replace(DEBT, frequency=Frequency.WEEKLY)
    made = settling("0.40", payments=24)
    found = countered(made, opening(made, debt=debt), debt=debt, payment=20_000_000, months=3)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    assert len(found.proposal.loans[0].plan.schedule) == 13


@pytest.mark.parametrize("waived", ({"fraction": Decimal("0.5")}, {"amount": 10_000_000}))
def test_a_settlement_discharges_what_waivers_leave(waived: dict[str, Any]) -> None:
    """Half of the interest is waived first, and the part is one of the rest."""
    debt = replace(DEBT, before=Amounts(principal=OWED, interest=20_000_000))
    parts = {"fraction": grid("0.5"), "instalments": grid(6)}
    waive = InstrumentTemplate(kind="waive", parameters={"component": "interest", **waived})
    made = programme("settlement", waive, template("settlement", parts), limits=Limits(settlement_min=Decimal("0.5")))

    found = countered(made, None, debt=debt, payment=10_000_000, months=6)

    assert found.proposal is not None
    assert found.proposal.total_payable == 55_000_000


def test_grids_may_be_given_in_any_order() -> None:
    shuffled = Grid(values=(Decimal("0.50"), Decimal("0.60"), Decimal("0.55")))
    made = programme("settlement", template("settlement", {"fraction": shuffled, "instalments": grid(6)}))

    assert [part for _, part in asks(made, [0, 0, 0])] == [Decimal("0.55"), Decimal("0.50"), Decimal("0.50")]
