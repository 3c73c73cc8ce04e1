"""A counter-proposal is granted as it is, answered with the nearest plan, or refused with the gap."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.policy import Level
from service.domain.settings import Limits, MenuSettings, PolicySettings, Programme
from service.relief.affordability import Ability, affordable
from service.relief.asking import CounterProposal
from service.relief.conditions import Appraisal, Conditions, baseline
from service.relief.counter import Answer, CounterAnswer, answer
from service.relief.families import Family, family, with_counts, with_instrument
from service.relief.limits import breaches, longest
from service.relief.plan import Plan
from tests.relief.exhaustive import Asking, Tried, askings, possible
from tests.relief.negotiations import (
    AUTHORITY,
    LI,
    LI_ABILITY,
)

SHORT = Limits(instalments_max=12)


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
        assert not plans or asked.first_due_on is not None
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
