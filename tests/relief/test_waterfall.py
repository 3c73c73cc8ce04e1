"""A waterfall takes ordered steps, in the fewest increments that bring the payment to its target."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st

from service.domain.dates import Frequency
from service.domain.money import Amounts, Component
from service.domain.steps import Gate, Household, Step, StepKind, Target
from service.domain.words import Repayment
from service.relief.debt import Debt
from service.relief.instruments import Capitalise, Forbear, Instrument, Portion, Rate, Reschedule, Term, Terms
from service.relief.plan import plan
from service.relief.reached import Position
from service.relief.settings import Settings
from service.relief.steps import WaterfallNotValid
from service.relief.templates import in_instalments
from service.relief.waterfall import Outcome, Waterfall, waterfall
from tests.relief.debts import debts, plain

HAMP: Final = (
    Step(step=StepKind.CAPITALISE),
    Step(step=StepKind.RATE, increment=Decimal("0.00125"), floor=Decimal("0.02")),
    Step(step=StepKind.TERM, increment=1, cap=480),
    Step(step=StepKind.FORBEAR, increment=1, cap=Decimal("0.30")),
)
RATIO_31: Final = (Target(measure="housing_ratio", value=Decimal("0.31")),)
FLEX: Final = (
    Step(step=StepKind.CAPITALISE, stop="<"),
    Step(step=StepKind.RATE, floor=Decimal("0.05"), stop="<",
         gate=Gate(figure="loan_to_value", comparison=">=", bound=Decimal("0.50"))),
    Step(step=StepKind.TERM, increment=1, cap=480, stop="<"),
    Step(step=StepKind.FORBEAR, increment=100, cap=Decimal("0.30"), stop="<",
         gate=Gate(figure="loan_to_value", comparison=">", bound=Decimal("0.50"))),
)  # fmt: skip
CUT_20: Final = (Target(measure="payment_cut", value=Decimal("0.20")),)


def mortgage(principal: int = 30_000_000, *, rate: str = "0.065", count: int = 360, **changes: Any) -> Debt:
    """Return Alfred's mortgage: 300,000 at 6.5 % over 360 months."""
    return plain(principal, rate=rate, count=count, **changes)


def outcomes(made: Waterfall) -> list[str]:
    return [one.outcome.value for one in made.record]


def regular(debt: Debt, terms: Terms, settings: Settings) -> int:
    return plan(debt, terms, settings).schedule[0].payment


def test_alfred_gets_the_lowest_rate_and_then_as_many_months_as_he_needs() -> None:
    """31 % of 3,500 is 1,085: at 2 % he pays 1,108.86 over 360 months, and 374 are the fewest that reach it."""
    made = waterfall(mortgage(), steps=HAMP, targets=RATIO_31, household=Household(gross_income=350_000))

    assert outcomes(made) == ["taken", "exhausted", "met", "not_needed"]
    assert (made.before.payment, made.target) == (189_620, Fraction(108_500))
    assert made.record[1].after == Position(
        payment=110_886, monthly=110_886, balance=30_000_000, owed=30_000_000, set_aside=0,
        annual_rate=Decimal("0.02"), instalments=360, housing_ratio=Decimal("0.316817"),
        payment_cut=Decimal("0.415220"), loan_to_value=None,
    )  # fmt: skip
    assert made.record[1].increments == 36
    assert made.after.instalments == 360 + made.record[2].increments
    assert regular(mortgage(), made.terms, Settings()) == made.after.payment <= 108_500
    shorter = (Term(instalments=made.after.instalments - 1), Rate(annual_rate=Decimal("0.02")))
    assert regular(mortgage(), shorter, Settings()) > 108_500
    assert made.met


def test_the_second_published_example_reaches_its_payment_in_steps_of_five_years() -> None:
    """31 % of 3,000 less 250 of taxes and insurance leaves 680; at 2 % over 420 months 662.53 are paid."""
    household = Household(gross_income=300_000, housing_costs=25_000)
    steps = (HAMP[1], replace(HAMP[2], increment=60))

    made = waterfall(mortgage(20_000_000), steps=steps, targets=RATIO_31, household=household)

    assert made.target == 68_000
    assert (made.after.annual_rate, made.after.instalments, made.after.payment) == (Decimal("0.02"), 420, 66_253)
    assert made.after.housing_ratio == Decimal("0.304177")


def test_principal_is_set_aside_to_the_cent_when_nothing_else_is_left() -> None:
    """Rate and term at their bounds, then the least that must be set aside; it is due at the end, interest-free."""
    debt = mortgage(before=Amounts(principal=30_000_000, interest=900_000), overdue_interest=900_000)

    made = waterfall(debt, steps=HAMP, targets=RATIO_31, household=Household(gross_income=250_000))

    assert outcomes(made) == ["taken", "exhausted", "exhausted", "met"]
    assert made.record[0].after.balance == 30_900_000
    aside = made.after.set_aside
    assert made.terms == (
        Capitalise(components=("interest", "principal")), Forbear(principal=Portion(amount=aside)),
        Term(instalments=480), Rate(annual_rate=Decimal("0.020")),
    )  # fmt: skip
    assert made.plan.deferred is not None
    assert made.plan.deferred.amount == aside
    assert made.after.payment == 77_500
    less = tuple(replace(i, principal=Portion(amount=aside - 1)) if isinstance(i, Forbear) else i for i in made.terms)
    assert regular(debt, less, Settings()) > 77_500


def test_a_cut_of_exactly_a_fifth_is_not_enough_under_the_strict_stop_rule() -> None:
    """Flex stops at the first result strictly above 20 %; the same steps with `<=` stop one increment earlier."""
    debt = plain(1_200_000, rate="0", count=12)
    extend = Step(step=StepKind.TERM, increment=1, cap=480)

    loose = waterfall(debt, steps=[extend], targets=CUT_20)
    strict = waterfall(debt, steps=[replace(extend, stop="<")], targets=CUT_20)

    assert (loose.met, loose.after.instalments, loose.after.payment_cut) == (True, 15, Decimal("0.200000"))
    assert (strict.met, strict.after.instalments, strict.after.payment_cut) == (True, 16, Decimal("0.250000"))


@pytest.mark.parametrize(
    ("value", "expected"),
    (
        (40_000_000, ["taken", "met", "not_needed", "not_needed"]),
        (50_000_000, ["taken", "met", "not_needed", "gate_closed"]),
        (60_000_000, ["taken", "gate_closed", "exhausted", "gate_closed"]),
        (None, ["taken", "gate_unknown", "exhausted", "gate_unknown"]),
    ),
)
def test_a_gate_keeps_a_step_shut_below_half_of_the_value_and_where_no_value_is_known(
    value: int | None, expected: list[str]
) -> None:
    """The rate step depends on the loan to value after capitalisation; what is not known is not guessed."""
    made = waterfall(mortgage(25_000_000, rate="0.09"), steps=FLEX, targets=CUT_20, property_value=value)

    assert outcomes(made) == expected


@pytest.mark.parametrize(
    ("comparison", "bound", "outcome"),
    (("<", 90, "gate_closed"), ("<=", 90, "met"), (">", 90, "gate_closed"), (">=", 90, "met"), ("<", 91, "met")),
)
def test_a_gate_may_name_any_fact_that_is_handed_in(comparison: Any, bound: int, outcome: str) -> None:
    gate = Gate(figure="days_past_due", comparison=comparison, bound=Decimal(bound))
    step = Step(step=StepKind.TERM, cap=480, gate=gate)

    debt = mortgage(rate="0.01")

    assert outcomes(waterfall(debt, steps=[step], targets=CUT_20, facts={"days_past_due": 90})) == [outcome]
    assert outcomes(waterfall(debt, steps=[step], targets=CUT_20)) == ["gate_unknown"]


def test_the_part_set_aside_leaves_the_loan_to_value_that_it_must() -> None:
    """The cap is 30 % of the balance, and what bears interest may not fall below the value of the property."""
    aside = Step(step=StepKind.FORBEAR, cap=Decimal("0.30"), loan_to_value_min=Decimal(1))
    target = (Target(measure="payment", value=1),)

    def set_aside(value: int | None) -> int:
        return waterfall(mortgage(), steps=[aside], targets=target, property_value=value).after.set_aside

    assert set_aside(28_000_000) == 2_000_000
    assert set_aside(10_000_000) == 9_000_000
    assert (set_aside(40_000_000), set_aside(None)) == (0, 0)


def test_all_targets_have_to_be_met() -> None:
    """A cut of a fifth and a housing ratio of 40 %: whichever asks for less."""
    steps = (Step(step=StepKind.TERM, increment=1, cap=1200),)
    both = (*CUT_20, Target(measure="housing_ratio", value=Decimal("0.40")))

    loose = waterfall(mortgage(rate="0.02"), steps=steps, targets=both, household=Household(gross_income=500_000))
    tight = waterfall(mortgage(rate="0.02"), steps=steps, targets=both, household=Household(gross_income=200_000))

    assert loose.target == Fraction(4, 5) * loose.before.payment
    assert tight.target == 80_000
    assert tight.after.payment <= 80_000


def test_where_every_gate_is_shut_the_contract_stays_as_it_is() -> None:
    shut = Gate(figure="days_past_due", comparison=">", bound=Decimal(0))
    debt = mortgage()

    made = waterfall(debt, steps=[replace(step, gate=shut) for step in HAMP], targets=CUT_20)

    assert made.terms == ()
    assert made.after == made.before
    assert (made.plan, made.met) == (plan(debt, ()), False)


def test_a_rate_below_the_floor_and_a_term_beyond_the_cap_have_no_room() -> None:
    debt = mortgage(rate="0.01", count=500)

    assert outcomes(waterfall(debt, steps=HAMP[1:3], targets=CUT_20)) == ["no_room", "no_room"]


def test_penalty_is_waived_and_principal_too_where_the_steps_say_so() -> None:
    """What is waived outright counts once, and the principal given up is the least that meets the target."""
    debt = mortgage(before=Amounts(principal=30_000_000, penalty=50_000, fees=1_000))
    steps = (
        Step(step=StepKind.WAIVE, components=(Component.PENALTY,)),
        Step(step=StepKind.WAIVE, components=(Component.PENALTY, Component.FEES)),
        Step(step=StepKind.WAIVE_PRINCIPAL, increment=100_000, cap=Decimal("0.5")),
    )

    made = waterfall(debt, steps=steps, targets=CUT_20)

    assert made.record[1].after.owed == 30_000_000
    assert made.after.owed == 30_000_000 - 100_000 * made.record[2].increments == 24_000_000
    assert made.plan.waived == Amounts(principal=6_000_000, penalty=50_000, fees=1_000)


def test_a_loan_of_another_kind_is_repaid_in_equal_instalments() -> None:
    debt = mortgage(repayment=Repayment.INTEREST_ONLY)

    made = waterfall(debt, steps=HAMP, targets=(Target(measure="payment", value=140_000),))

    assert Reschedule(repayment=Repayment.EQUAL_INSTALMENTS) in made.terms
    assert {row.payment for row in made.plan.schedule[:-1]} == {made.after.payment}


def test_weekly_instalments_are_compared_a_month_and_extended_by_months() -> None:
    """52 weekly payments make 12 monthly ones; the cap of 24 months is 104 weeks."""
    debt = plain(1_040_000, rate="0", count=52, frequency=Frequency.WEEKLY, instalment=20_000)
    step = Step(step=StepKind.TERM, increment=1, cap=24)

    made = waterfall(debt, steps=[step], targets=(Target(measure="payment", value=50_000),))

    assert made.before.monthly == 86_667
    assert (made.after.instalments, made.record[0].increments) == (92, 10)
    assert made.after.monthly == 48_984


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    (
        ({"steps": ()}, "/steps", "out_of_bounds"),
        ({"steps": HAMP * 6}, "/steps", "out_of_bounds"),
        ({"targets": ()}, "/targets", "out_of_bounds"),
        ({"household": None}, "/household", "required"),
        ({"household": Household(gross_income=-1)}, "/household/gross_income", "out_of_bounds"),
        ({"household": Household(gross_income=1, housing_costs=10**14)}, "/household/housing_costs", "out_of_bounds"),
        ({"targets": (Target(measure="payment_cut", value=Decimal("1.1")),)}, "/targets/0/value", "out_of_bounds"),
        ({"targets": (Target(measure="payment", value=-1),)}, "/targets/0/value", "out_of_bounds"),
        ({"targets": (Target(measure="housing_ratio", value=Decimal("NaN")),)}, "/targets/0/value", "out_of_bounds"),
    ),
)
def test_lists_and_targets_that_cannot_be_are_named(changes: dict[str, Any], pointer: str, code: str) -> None:
    given: dict[str, Any] = {"steps": HAMP, "targets": RATIO_31, "household": Household(gross_income=1)} | changes

    with pytest.raises(WaterfallNotValid) as refused:
        waterfall(mortgage(), **given)

    assert [(p.pointer, p.code) for p in refused.value.problems] == [(pointer, code)]


@pytest.mark.parametrize(
    ("step", "members"),
    (
        ({"step": "rate"}, {"floor"}),
        ({"step": "rate", "floor": Decimal(-2)}, {"floor"}),
        ({"step": "rate", "floor": Decimal("NaN"), "increment": Decimal(0)}, {"floor", "increment"}),
        ({"step": "rate", "floor": Decimal(0), "increment": Decimal("Infinity")}, {"increment"}),
        ({"step": "rate", "floor": Decimal(0), "cap": 1, "components": (Component.FEES,)}, {"cap", "components"}),
        ({"step": "rate", "floor": Decimal(0), "loan_to_value_min": Decimal(1)}, {"loan_to_value_min"}),
        ({"step": "term", "cap": 1201}, {"cap"}),
        ({"step": "term", "cap": Decimal("1.5"), "increment": Decimal("0.5")}, {"cap", "increment"}),
        ({"step": "term", "floor": Decimal(0)}, {"cap", "floor"}),
        ({"step": "forbear", "cap": Decimal("1.01")}, {"cap"}),
        ({"step": "forbear", "cap": 1, "loan_to_value_min": Decimal(-1)}, {"loan_to_value_min"}),
        ({"step": "waive_principal", "cap": 1, "increment": Decimal("0.1")}, {"increment"}),
        ({"step": "waive"}, {"components"}),
        ({"step": "waive", "components": (Component.PRINCIPAL,)}, {"components"}),
        ({"step": "capitalise", "components": (Component.FEES, Component.FEES)}, {"components"}),
        ({"step": "capitalise", "increment": 1, "floor": Decimal(0), "cap": 1, "loan_to_value_min": Decimal(0)},
         {"increment", "floor", "cap", "loan_to_value_min"}),
        ({"step": "capitalise", "gate": Gate(figure="x", comparison="<", bound=Decimal("NaN"))}, {"gate/bound"}),
    ),
)  # fmt: skip
def test_every_member_of_a_step_that_cannot_be_is_named(step: dict[str, Any], members: set[str]) -> None:
    made = Step(**{**step, "step": StepKind(step["step"])})

    with pytest.raises(WaterfallNotValid) as refused:
        waterfall(mortgage(), steps=[HAMP[0], made], targets=CUT_20)

    assert {p.pointer for p in refused.value.problems} == {f"/steps/1/{member}" for member in members}


searching = st.one_of(
    st.builds(Step, step=st.just(StepKind.RATE), increment=st.sampled_from([Decimal("0.01"), Decimal("0.03")]),
              floor=st.sampled_from([Decimal(0), Decimal("0.05")]), stop=st.sampled_from(["<", "<="])),
    st.builds(Step, step=st.just(StepKind.TERM), increment=st.sampled_from([1, 7]), cap=st.integers(1, 40),
              stop=st.sampled_from(["<", "<="])),
    st.builds(Step, step=st.just(StepKind.FORBEAR), increment=st.sampled_from([100_000, 3_000_000]),
              cap=st.sampled_from([Decimal("0.3"), Decimal(1)]), stop=st.sampled_from(["<", "<="])),
)  # fmt: skip
roundings = st.builds(
    Settings, level_payment=st.sampled_from(["up", "half_up", "down"]), multiple=st.sampled_from([1, 100])
)


@running(max_examples=150, deadline=None)
@given(debt=debts(), steps=st.lists(searching, min_size=1, max_size=3), cut=st.integers(0, 99), rounding=roundings)
def test_each_step_takes_the_fewest_increments_of_all_that_there_are(
    debt: Debt, steps: list[Step], cut: int, rounding: Settings
) -> None:
    """Trying every increment one after the other, with whole plans, comes to the same record."""
    targets = [Target(measure="payment_cut", value=Decimal(cut) / 100)]

    made = waterfall(debt, steps=[Step(step=StepKind.CAPITALISE), *steps], targets=targets, settings=rounding)

    at = made.record[0].after
    for one in made.record[1:]:
        tried = [at.payment, *(_after(debt, at, one.step, n, rounding) for n in range(1, one.increments))]
        met = [_meets(debt, payment, made.target, one.step.stop) for payment in tried]
        match one.outcome:
            case Outcome.MET | Outcome.EXHAUSTED:
                assert not any(met)
                assert _meets(debt, one.after.payment, made.target, one.step.stop) is (one.outcome is Outcome.MET)
            case Outcome.NOT_NEEDED:
                assert met == [True]
            case other:
                assert other is Outcome.NO_ROOM
                assert met == [False]
        at = one.after
    if made.plan.schedule:
        assert made.after.payment == made.plan.schedule[0].payment


def _meets(debt: Debt, payment: int, target: Fraction, stop: str) -> bool:
    monthly = Fraction(payment * debt.frequency.periods_per_year, 12)
    return monthly < target if stop == "<" else monthly <= target


def _after(debt: Debt, at: Position, step: Step, taken: int, rounding: Settings) -> int:
    """Return the regular payment after so many increments from a position, read off a whole plan."""
    rate, count, aside = at.annual_rate, at.instalments, at.set_aside
    by = Decimal(step.increment or 0) * taken
    match step.step:
        case StepKind.RATE:
            rate -= by
        case StepKind.TERM:
            count += in_instalments(int(step.increment or 0), debt.frequency) * taken
        case _:
            aside += int(by)
    made: list[Instrument] = [Capitalise(), Term(instalments=count), Rate(annual_rate=rate)]
    made += [Forbear(principal=Portion(amount=aside))] if aside else []
    made += [Reschedule(repayment=Repayment.EQUAL_INSTALMENTS)]
    schedule = plan(debt, tuple(made), rounding).schedule
    return schedule[0].payment if schedule else 0
