"""Estimates are bounds: whatever a plan really comes to lies within them, so that no plan is left out of a search."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.errors import RuleBroken
from service.domain.policy import Level
from service.domain.settings import InstrumentTemplate, Limits, MenuSettings, PolicySettings, Rounding
from service.relief.affordability import Ability, demands
from service.relief.closed_form import has_closed_form
from service.relief.conditions import Appraisal, Conditions, baseline, expected
from service.relief.debt import Debt
from service.relief.estimates import Estimates
from service.relief.families import Family, family
from service.relief.limits import eased_instalments, settled
from service.relief.plan import Plan
from service.relief.search import Search
from service.relief.survival import most_expected
from tests.relief.negotiations import debts, grid, programme, template

STEP: Final = date(2027, 9, 17)
SURPLUS: Final = 10**12


@st.composite
def waivers(draw: st.DrawFn) -> list[InstrumentTemplate]:
    named = draw(st.sets(st.sampled_from(["penalty", "interest", "principal", "fees"]), max_size=3))
    fractions = st.lists(st.sampled_from(["0", "0.333", "0.5", "1"]), min_size=1, max_size=2, unique=True)
    return [template("waive", {"fraction": grid(*draw(fractions))}, component=name) for name in sorted(named)]


@st.composite
def before_the_schedule(draw: st.DrawFn, debt: Debt) -> list[InstrumentTemplate]:
    made = draw(waivers())
    if draw(st.booleans()):
        most = debt.balance.total
        made.append(
            template("upfront", {"amount": grid(*draw(st.lists(st.integers(1, most), min_size=1, max_size=2)))})
        )
    return made


holidays = st.fixed_dictionaries({
    "pays": st.sampled_from(["nothing", "interest"]),
    "interest": st.sampled_from(["charged", "deferred", "waived"]),
    "accrual": st.sampled_from(["simple", "compound"]),
    "then": st.sampled_from(["extend", "raise"]),
})  # fmt: skip


@st.composite
def instruments(draw: st.DrawFn, debt: Debt) -> list[InstrumentTemplate]:
    """Draw the instruments of a programme whose plans have a closed form."""
    made = draw(before_the_schedule(debt))
    if draw(st.integers(0, 4)) == 0:
        parts = grid(*draw(st.sampled_from([("0.45", "0.5"), ("0.333",), ("1",)])))
        payments = grid(*draw(st.lists(st.integers(1, 24), min_size=1, max_size=3)))
        return [*made, template("settlement", {"fraction": parts, "instalments": payments})]
    if draw(st.booleans()):
        named = draw(st.sets(st.sampled_from(["penalty", "interest", "principal", "fees"]), min_size=1))
        made.append(template("capitalise", components=sorted(named)))
    for kind in ("forbear", "balloon"):
        if draw(st.integers(0, 3)) == 0:
            made.append(template(kind, {"fraction": grid("0", "0.3")}))
    if draw(st.integers(0, 3)) == 0:
        made.append(template("arrears_plan", {"instalments": grid(1, 4)}))
    terms: list[int] = draw(st.lists(st.integers(1, 90), min_size=1, max_size=4))
    made.append(template("term", {"instalments": grid(*terms)}))
    if draw(st.booleans()):
        made.append(template("rate", {"annual_rate": grid("0", "0.031", str(debt.annual_rate))}))
    if draw(st.integers(0, 2)) == 0:
        made.append(template("holiday", {"instalments": grid(1, 3)}, **draw(holidays)))
    if draw(st.integers(0, 3)) == 0:
        later = debt.next_due_on + timedelta(days=draw(st.integers(0, 20)))
        made.append(template("due_day", first_due_on=later))
    return made


roundings = st.builds(
    Rounding, level_payment=st.sampled_from(["up", "half_up", "down"]), multiple=st.sampled_from([1, 1, 10, 1000])
)
policies = st.builds(
    PolicySettings,
    rounding=roundings,
    unnamed_overdue=st.sampled_from(["spread", "first", "capitalise", "immediate"]),
    legal_cap=st.sampled_from([None, None, Decimal("0.24")]),
    menu=st.builds(MenuSettings, value_test=st.just(True), recovery_months=st.sampled_from([24, 0])),  # noqa: FBT003
)


@st.composite
def families(draw: st.DrawFn) -> tuple[Family, Conditions]:
    debt = draw(debts())
    whole = family(programme("p", *draw(instruments(debt)), limits=Limits()), debt)
    ability = Ability(surplus=SURPLUS, expected=(STEP, SURPLUS), lump_sum=SURPLUS, balloon=SURPLUS)
    conditions = Conditions(settings=draw(policies), ability=ability, level=Level.COMMITTEE, exposure=1)
    return whole, conditions


FUZZ = running(max_examples=300, deadline=None)


@FUZZ
@given(drawn=families())
def test_every_plan_lies_within_its_estimates(drawn: tuple[Family, Conditions]) -> None:
    whole, conditions = drawn
    assert has_closed_form(whole, conditions.arithmetic)
    search = Search(family=whole, base=baseline(whole.debt, conditions), conditions=conditions)
    e = search.estimates
    assert search.considered == whole.size == len(e.count)

    for number in range(min(whole.size, 40)):
        found = search.appraise(number)
        if isinstance(found, RuleBroken):
            continue
        assert e.possible[number], whole.terms(number)
        _lies_within(e, number, found)


def _lies_within(e: Estimates, number: int, found: Appraisal) -> None:
    made = found.plan
    key = np.array(found.key, dtype=np.float64)
    least, width = e.least[:, number], e.width[:, number]
    assert (least <= key + 1e-6).all(), (least, key, made.terms)
    assert (key <= least + width + 1e-6).all(), (least, width, key, made.terms)
    assert e.count[number] <= len(made.schedule)
    assert e.eased[number] == eased_instalments(made)
    assert abs(e.upfront[number] - made.upfront.total) <= 3
    assert abs(e.waived[number] - made.waived.total) <= 3
    assert abs(e.waived_principal[number] - made.waived.principal) <= 3
    deferred = made.deferred.amount if made.deferred else 0
    assert abs(e.final[number] - deferred) <= 3
    assert made.balloon <= e.balloon[number]
    if made.settles:
        paid, owed = settled(made)
        assert abs(e.share_paid[number] - paid / max(owed, 1)) <= 3 / max(owed, 1)
    for peak, exact in zip(e.peaks[:, number], _peaks(made), strict=True):
        assert peak <= exact + 1e-6


def _peaks(made: Plan) -> tuple[int, int]:
    months = demands((made,), balloons=False).values()
    before = [month.amount for month in months if month.on < STEP]
    after = [month.amount for month in months if month.on >= STEP]
    return max(before, default=0), max(after, default=0)


@FUZZ
@given(drawn=families())
def test_no_plan_is_expected_to_be_worth_more_than_estimated(drawn: tuple[Family, Conditions]) -> None:
    """The value test may leave out only plans that really fail it; where plans can be foreseen it is near as well."""
    whole, conditions = drawn
    base = baseline(whole.debt, conditions)
    search = Search(family=whole, base=base, conditions=conditions)
    outlay = search.estimates.outlay
    assert outlay is not None
    numbers = np.arange(min(whole.size, 40))
    figures = conditions.settings.menu
    most = most_expected(
        outlay, numbers, whole.debt, figures, old_payment=base.level_payment, capacity=conditions.ability.on
    )
    off = outlay.of(numbers).off

    for number, bound, slack in zip(numbers, most, off, strict=True):
        found = search.appraise(int(number))
        if isinstance(found, Appraisal):
            exact = expected(found.plan, base, conditions)
            assert exact <= bound + 1e-6, (found.terms, exact, bound)
            if found.highest <= 3 * base.level_payment:  # beyond, a unit more makes the borrower much likelier to stop
                assert bound - exact <= 4 * slack + 10, (found.terms, exact, bound)
