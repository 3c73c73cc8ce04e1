"""A counter-proposal is granted as it is, answered with the nearest plan, or refused with the gap."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.policy import Level
from service.domain.settings import Limits, MenuSettings, PolicySettings, Programme
from service.relief.affordability import Ability, affordable
from service.relief.asking import CounterOutOfBounds, CounterProposal, NothingAsked
from service.relief.bounds import Breach
from service.relief.conditions import Appraisal, Conditions, baseline
from service.relief.counter import Answer, CounterAnswer, Difference, Gap, answer
from service.relief.families import Family, family, with_counts, with_instrument
from service.relief.limits import breaches, longest
from service.relief.plan import Plan
from tests.relief.exhaustive import Asking, Tried, askings, possible
from tests.relief.negotiations import (
    AUTHORITY,
    HOLIDAY,
    INTEREST_WAIVER,
    LI,
    LI_ABILITY,
    REPAYMENT_PLAN,
    TERM_EXTENSION,
    grid,
    programme,
    template,
)


def li_answer(
    *programmes: Programme, ability: Ability = LI_ABILITY, level: Level = Level.SYSTEM, **asked: Any
) -> CounterAnswer:
    """Return the answer to what Li asks for."""
    policy = PolicySettings(programmes=programmes, authority=AUTHORITY, menu=MenuSettings(value_test=False))
    return answer(
        [LI],
        proposal=CounterProposal(**asked),
        programmes={LI.loan_id: programmes},
        ability=ability,
        settings=policy,
        level=level,
    )


@dataclass(frozen=True, slots=True)
class Counter:
    """A case and what is asked for in it."""

    asking: Asking
    proposal: CounterProposal

    def answered(self) -> CounterAnswer:
        """Return the answer."""
        conditions = self.asking.conditions
        return answer(
            [self.asking.debt],
            proposal=self.proposal,
            programmes={self.asking.debt.loan_id: self.asking.programmes},
            ability=conditions.ability,
            settings=conditions.settings,
            level=conditions.level,
            obligations=conditions.obligations,
        )

    @property
    def conditions(self) -> Conditions:
        """The conditions, under which the sum offered at once is a source of its own."""
        ability = self.asking.conditions.ability
        lump_sum = max(ability.lump_sum, self.proposal.lump_sum or 0)
        return replace(self.asking.conditions, ability=replace(ability, lump_sum=lump_sum))


@st.composite
def counters(draw: st.DrawFn) -> Counter:
    asking = draw(askings(settling=False))
    longest_ = st.sampled_from([6, 12])
    short = [replace(p, limits=replace(p.limits, instalments_max=draw(longest_))) for p in asking.programmes]
    total = asking.debt.balance.total
    surplus = draw(st.sampled_from([total // part + 1 for part in (1, 2, 5, 8, 11)]))
    asking = Asking(
        replace(asking.debt, instalments_remaining=draw(st.integers(1, 12))),
        short,
        replace(asking.conditions, ability=replace(asking.conditions.ability, surplus=surplus)),
    )
    payment = draw(st.none() | st.sampled_from([total // part + 1 for part in (3, 6, 9, 14, 25, 40)]))
    months = draw(st.none() | st.integers(1, 16))
    lump_sum = draw(st.sampled_from([None, None, total // 7 + 1]))
    later = asking.debt.next_due_on + timedelta(days=draw(st.integers(-40, 90)))
    first_due_on = draw(st.sampled_from([None, None, None, later]))
    if (payment, months, lump_sum, first_due_on) == (None, None, None, None):
        months = 9
    return Counter(
        asking, CounterProposal(payment=payment, months=months, lump_sum=lump_sum, first_due_on=first_due_on)
    )


def families(counter: Counter, first_due_on: date | None) -> list[Family]:
    """Return every plan that can be granted: any number of instalments, with and without the sum at once."""
    made = []
    for one in counter.asking.programmes:
        whole = family(one, counter.asking.debt)
        most = min(longest(counter.asking.debt, one.limits).values())
        free = with_counts(whole, range(1, most + 1))
        if first_due_on is not None:
            free = with_instrument(free, "due_day", {"first_due_on": first_due_on})
        made.append(free)
        if counter.proposal.lump_sum:
            amount = min(counter.proposal.lump_sum, counter.asking.debt.balance.total)
            made.append(with_instrument(free, "upfront", {"amount": amount}))
    return made


def months_of(made: Plan) -> int:
    return -(-len(made.schedule) * 12 // made.frequency.periods_per_year)


def payment_of(made: Plan, multiple: int) -> int:
    """Return what a month asks for; a last instalment that is higher by rounding alone does not count."""
    payments = [row.payment for row in made.schedule]
    if len(payments) > 1 and payments[-1] - max(payments[:-1]) <= len(payments) * multiple:
        payments = payments[:-1]
    most = Fraction(max(payments, default=0) * made.frequency.periods_per_year, 12)
    return int(most + Fraction(1, 2))


def meets(found: Appraisal, proposal: CounterProposal, months: int | None, multiple: int) -> bool:
    made = found.plan
    if proposal.payment is not None and payment_of(made, multiple) > proposal.payment:
        return False
    if months is not None and months_of(made) > months:
        return False
    exact = proposal.payment is not None or months is None or months_of(made) == months
    return exact and made.upfront.total == (proposal.lump_sum or 0)


def distance(found: Appraisal, counter: Counter, months: int | None) -> Fraction:
    """Work the distance out from the words of the design: weighted, over payment, months, up-front and waived."""
    made, asked = found.plan, counter.proposal
    weights = {name: Fraction(w) for name, w in counter.conditions.settings.negotiation.weights.items()}
    exposure = counter.asking.debt.balance.total
    total = weights["waived"] * Fraction(found.concession, exposure)
    if asked.payment is not None:
        over = max(0, payment_of(made, counter.conditions.settings.rounding.multiple) - asked.payment)
        total += weights["payment"] * Fraction(over, asked.payment)
    if months is not None:
        off = months_of(made) - months
        total += weights["months"] * Fraction(max(0, off) if asked.payment is not None else abs(off), months)
    off = abs(made.upfront.total - (asked.lump_sum or 0))
    return total + weights["upfront"] * Fraction(off, asked.lump_sum or exposure)


@running(max_examples=80, deadline=None)
@given(counter=counters())
def test_the_answer_is_the_counter_itself_or_the_nearest_of_all_plans(counter: Counter) -> None:
    """Against every plan of small grids: what is asked for if any plan is just that, else the one at least distance."""
    asked, debt, conditions = counter.proposal, counter.asking.debt, counter.conditions
    open_ = asked.payment is None and asked.months is None
    remaining = debt.instalments_remaining or 1
    months = -(-remaining * 12 // debt.frequency.periods_per_year) if open_ else asked.months
    found = counter.answered()
    day = found.proposal.loans[0].plan.schedule[0].due_on if found.proposal and asked.first_due_on else None
    plans = possible(baseline(debt, conditions), families(counter, day), conditions)
    moved = day is not None and day != asked.first_due_on
    multiple = conditions.settings.rounding.multiple
    granted = [] if moved else [one for one in plans if meets(one.found, asked, months, multiple)]

    if found.proposal is None:
        assert found.answer is Answer.REFUSED
        assert found.binding
        assert not plans
        return
    made = _of(found, plans)
    _passes(found, counter)
    if granted:
        assert found.answer is Answer.ACCEPTED
        assert (found.binding, found.gap) == ((), None)
        assert meets(made.found, asked, months, multiple)
        least = min(one.found.concession for one in granted)
        near = [one for one in granted if one.found.concession <= least + debt.balance.total // 1000]
        assert made.key[1] == min(one.key[1] for one in near)
    else:
        assert found.answer is Answer.COUNTERED
        assert found.binding
        assert distance(made.found, counter, months) == min(distance(one.found, counter, months) for one in plans)


def _of(found: CounterAnswer, plans: list[Tried]) -> Tried:
    assert found.proposal is not None
    made = found.proposal.loans[0]
    return next(one for one in plans if one.found.terms == made.terms and one.code == made.programme)


def _passes(found: CounterAnswer, counter: Counter) -> None:
    """Check that an answer keeps all limits, can be paid on every date and lies within the authority."""
    assert found.proposal is not None
    made = found.proposal.loans[0]
    own = next(one for one in counter.asking.programmes if one.code == made.programme)
    assert breaches(made.plan, own.limits) == ()
    assert affordable([made.plan], counter.conditions.ability, counter.conditions.obligations) == ()
    assert found.proposal.level.rank <= counter.conditions.level.rank


def plans(found: CounterAnswer) -> tuple[int, int]:
    """Return how many payments the answer has, and the first of them."""
    assert found.proposal is not None
    rows = found.proposal.loans[0].plan.schedule
    return len(rows), rows[0].payment


WIDE = replace(LI_ABILITY, surplus=600_000)
EVERYTHING = (TERM_EXTENSION, INTEREST_WAIVER, HOLIDAY)


def test_li_is_answered_with_36_payments_of_3934_90() -> None:
    """She asks for 3,200 over 48 months under a limit of 36: the limit is named, the gap, and what could close it."""
    found = li_answer(*EVERYTHING, payment=320_000, months=48)

    assert found.answer is Answer.COUNTERED
    assert plans(found) == (36, 393_490)
    assert found.binding == (
        Breach(limit="instalments_max_of_original", bound=36, asked=48, reveal="full", loan_id="L-001"),
    )
    assert found.diff == (
        Difference(field="payment", before=320_000, after=393_490, by="instalments_max_of_original"),
        Difference(field="months", before=48, after=36, by="instalments_max_of_original"),
    )
    assert found.gap == Gap(amount=0, monthly=73_499, instruments=("waive", "holiday"))
    assert found.proposal is not None
    assert {reason.code for reason in found.proposal.why} >= {"FITS_ABILITY", "REPAID_BY"}


def test_a_payment_that_more_than_repays_shortens_the_plan() -> None:
    """4,500 a month need no 36 months: 31 do, and the months change by the payment itself."""
    found = li_answer(*EVERYTHING, ability=WIDE, payment=450_000, months=36)

    assert found.answer is Answer.ACCEPTED
    assert plans(found) == (31, 444_410)
    assert found.diff == (Difference(field="months", before=36, after=31, by="payment"),)
    assert (found.binding, found.gap) == ((), None)
    assert plans(li_answer(*EVERYTHING, ability=WIDE, payment=450_000)) == (31, 444_410)


def test_months_alone_are_granted_as_asked() -> None:
    assert plans(li_answer(TERM_EXTENSION, ability=WIDE, months=30)) == (30, 456_658)


def test_months_that_ask_for_too_much_are_answered_with_the_nearest() -> None:
    found = li_answer(TERM_EXTENSION, months=30)

    assert found.answer is Answer.COUNTERED
    assert plans(found)[0] == 36
    assert [(b.limit, b.bound) for b in found.binding] == [("affordable_payment", 396_000)]
    assert found.diff == (Difference(field="months", before=30, after=36, by="affordable_payment"),)


def test_a_sum_at_once_is_a_source_of_its_own() -> None:
    """30,000 at once, and 35 payments below 3,000: granted as asked though no lump sum was in the budget."""
    found = li_answer(TERM_EXTENSION, payment=300_000, lump_sum=3_000_000)

    assert found.answer is Answer.ACCEPTED
    assert plans(found) == (35, 297_018)
    assert found.proposal is not None
    assert found.proposal.totals.upfront == 3_000_000


def test_of_plans_that_are_what_is_asked_the_one_that_gives_up_the_least_is_granted() -> None:
    """3,950 over 36 months is met by the longer term alone; 3,850 needs interest to be waived."""
    assert li_answer(*EVERYTHING, payment=395_000, months=36).proposal.programme == "term_extension"  # type: ignore[union-attr]
    assert li_answer(*EVERYTHING, payment=385_000, months=36).proposal.programme == "penalty_interest_waiver"  # type: ignore[union-attr]


def test_at_no_interest_the_months_still_shrink() -> None:
    """Every term costs the same at a rate of nothing; the shortest that the payment allows is granted."""
    found = answer(
        [replace(LI, annual_rate=Decimal(0))], proposal=CounterProposal(payment=500_000, months=36),
        programmes={LI.loan_id: [TERM_EXTENSION]}, ability=WIDE,
        settings=PolicySettings(authority=AUTHORITY, menu=MenuSettings(value_test=False)), level=Level.SYSTEM,
    )  # fmt: skip

    assert plans(found)[0] == 23


def test_a_payment_that_never_repays_has_a_gap_though_no_months_are_named() -> None:
    """1,000 a month over the 36 that are allowed repay 29,093.25 of 114,854.46."""
    found = li_answer(TERM_EXTENSION, payment=100_000)

    assert found.gap == Gap(amount=8_576_121, monthly=293_499, instruments=("waive",))
    assert [(b.limit, b.bound, b.asked) for b in found.binding] == [("repays_the_debt", 393_490, 100_000)]


def test_what_cannot_be_paid_is_refused_with_the_gap() -> None:
    found = li_answer(TERM_EXTENSION, ability=Ability(surplus=100_000), payment=100_000, months=12)

    assert (found.answer, found.proposal, found.diff) == (Answer.REFUSED, None, ())
    assert found.binding == (Breach(limit="affordable_payment", bound=90_000, asked=393_499, on=date(2029, 12, 1)),)
    assert found.gap == Gap(amount=10_374_032, monthly=293_499, instruments=("waive",))


def test_what_only_lacks_authority_names_who_could_grant_it() -> None:
    """A quarter of the principal is above the system's authority: a supervisor could grant just what is asked for."""
    haircut = programme("haircut", template("waive", {"fraction": grid("0", "0.25")}, component="principal"),
                        template("capitalise", components=["interest", "principal"]),
                        template("term", {"instalments": grid(36)}))  # fmt: skip
    found = li_answer(haircut, payment=320_000, months=36)
    asked = li_answer(haircut, level=Level.SUPERVISOR, payment=320_000, months=36)

    assert (found.answer, asked.answer) == (Answer.COUNTERED, Answer.ACCEPTED)
    assert (found.level_to_accept, asked.level_to_accept) == (Level.SUPERVISOR, None)
    assert Breach(limit="authority", bound="system", asked="supervisor", reveal="lender_only") in found.binding
    refused = li_answer(haircut, ability=Ability(surplus=360_000), payment=320_000, months=36)
    assert (refused.answer, refused.level_to_accept) == (Answer.REFUSED, Level.SUPERVISOR)


def test_a_first_due_day_is_granted_within_the_longest_holiday() -> None:
    """Two weeks later is granted; half a year later is not, without a holiday of six instalments."""
    near = li_answer(TERM_EXTENSION, first_due_on=date(2027, 1, 15), payment=396_000, months=36)
    far = li_answer(TERM_EXTENSION, ability=WIDE, first_due_on=date(2027, 6, 15), payment=500_000, months=36)
    eased = li_answer(HOLIDAY, ability=WIDE, first_due_on=date(2027, 6, 15), payment=500_000, months=36)

    assert near.answer is Answer.ACCEPTED
    assert near.proposal is not None
    assert near.proposal.loans[0].plan.schedule[0].due_on == date(2027, 1, 15)
    assert far.answer is Answer.COUNTERED
    assert [(b.limit, b.bound, b.asked) for b in far.binding] == [("first_due_on", "2027-02-01", "2027-06-15")]
    assert far.diff[-1] == Difference(field="first_due_on", before="2027-06-15", after="2027-02-01", by="first_due_on")
    assert eased.proposal is not None
    assert eased.proposal.loans[0].plan.schedule[0].due_on == date(2027, 6, 15)


def test_where_no_plan_can_begin_so_late_one_that_begins_sooner_is_answered() -> None:
    """The interest of the months before the first payment would take it above what Li can pay."""
    found = li_answer(TERM_EXTENSION, HOLIDAY, first_due_on=date(2027, 3, 15))

    assert found.answer is Answer.COUNTERED
    assert [b.limit for b in found.binding] == ["affordable_payment"]
    (moved,) = (d for d in found.diff if d.field == "first_due_on")
    assert (moved.before, moved.by) == ("2027-03-15", "affordable_payment")
    assert moved.after is not None
    assert str(moved.after) < "2027-03-15"


def test_a_programme_without_terms_is_granted_or_answered_as_it_is() -> None:
    """A repayment plan has no number of instalments of its own: what it asks for is met, or is the nearest."""
    rich = replace(LI_ABILITY, surplus=6_000_000)
    met = li_answer(REPAYMENT_PLAN, ability=rich, payment=3_950_000)
    near = li_answer(REPAYMENT_PLAN, ability=rich, payment=100_000)

    assert met.answer is Answer.ACCEPTED
    assert near.answer is Answer.COUNTERED
    assert [(b.limit, b.bound) for b in near.binding] == [("programme", "repayment_plan")]


def test_where_no_programme_is_open_a_counter_is_refused() -> None:
    found = li_answer(payment=390_000)

    assert found.answer is Answer.REFUSED
    assert {breach.limit for breach in found.binding} >= {"programme"}


def test_after_an_offer_its_months_stand_in_for_those_not_asked_for() -> None:
    """Only a first due day is asked for: the months stay those of the last offer."""
    last = li_answer(TERM_EXTENSION, months=36).proposal
    policy = PolicySettings(authority=AUTHORITY, menu=MenuSettings(value_test=False))
    found = answer(
        [LI], proposal=CounterProposal(first_due_on=date(2027, 1, 5)), programmes={LI.loan_id: [TERM_EXTENSION]},
        ability=LI_ABILITY, settings=policy, level=Level.SYSTEM, last=last,
    )  # fmt: skip

    assert found.answer is Answer.ACCEPTED
    assert plans(found)[0] == 36


@pytest.mark.parametrize(
    ("asked", "pointers"),
    (
        ({}, ["/payment", "/months", "/lump_sum", "/first_due_on"]),
        ({"payment": 0}, ["/payment"]),
        ({"payment": -1, "months": 0}, ["/payment", "/months"]),
        ({"payment": 1, "lump_sum": -1}, ["/lump_sum"]),
        ({"payment": 10**13 + 1}, ["/payment"]),
        ({"months": 1201}, ["/months"]),
    ),
)
def test_what_cannot_be_asked_for_is_refused_with_its_members(asked: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises((NothingAsked, CounterOutOfBounds)) as refused:
        li_answer(TERM_EXTENSION, **asked)

    assert [problem.pointer for problem in refused.value.problems] == pointers


def test_months_alone_are_not_undercut_however_much_can_be_paid() -> None:
    """Who asks for 30 months and could pay in one gets 30."""
    rich = Ability(surplus=50_000_000)

    assert plans(li_answer(TERM_EXTENSION, ability=rich, months=30))[0] == 30


def test_the_limit_that_a_payment_breaks_is_found_to_the_minor_unit() -> None:
    """4,444.09 is a fen less than 31 payments ask for: the 32 that it takes are what is held against the limit."""
    short = replace(TERM_EXTENSION, limits=Limits(instalments_max=24))
    found = li_answer(short, ability=Ability(surplus=900_000), payment=444_409, months=40)

    assert [(b.limit, b.bound, b.asked) for b in found.binding] == [("instalments_max", 24, 32)]


def test_terms_that_cannot_be_are_named_by_the_rule_that_they_break() -> None:
    """Two months with a holiday of three: no instalment would be left."""
    paused = programme("paused", template("capitalise", components=["interest", "principal"]),
                       template("term", {"instalments": grid(24)}),
                       template("holiday", instalments=3, then="raise"))  # fmt: skip
    found = li_answer(paused, ability=Ability(surplus=900_000), payment=9_000_000, months=2)

    assert found.answer is Answer.COUNTERED
    assert [(b.limit, b.asked) for b in found.binding] == [("terms", "easing_not_possible")]


def test_a_debt_that_is_waived_altogether_asks_for_nothing() -> None:
    """Without a payment there is none to compare; the committee may grant it."""
    gift = programme("gift", template("waive", fees="1", penalty="1", interest="1", principal="1"),
                     template("term", instalments=1))  # fmt: skip
    found = li_answer(gift, level=Level.COMMITTEE, payment=1)

    assert found.answer is Answer.ACCEPTED
    assert found.proposal is not None
    assert (found.proposal.total_payable, found.proposal.totals.payment_to_surplus) == (0, None)
    assert found.proposal.totals.monthly_on is None
