"""Instruments are applied in one order, and terms that make no sense are refused with every problem named."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest

from service.domain.dates import DayCount
from service.domain.errors import RuleBroken
from service.domain.money import Amounts, Component
from service.domain.words import Repayment
from service.relief.arrangement import OverduePrincipalUntreated, ReliefExceedsDebt
from service.relief.calendars import FirstDueOutOfBounds, TermNotCountable
from service.relief.easing import EasingNotPossible
from service.relief.instruments import (
    ORDER,
    WHOLE,
    ArrearsPlan,
    Balloon,
    Capitalise,
    DueDay,
    Forbear,
    Holiday,
    Instrument,
    PaymentStep,
    Portion,
    Rate,
    RateStep,
    Reduced,
    Renew,
    RepaymentPlan,
    Reschedule,
    Settlement,
    SettlementPayment,
    Stepped,
    Term,
    Terms,
    Upfront,
    Waive,
    in_order,
)
from service.relief.layout import InstalmentsOutOfBounds
from service.relief.plan import DoesNotAmortise, plan
from service.relief.settings import Settings
from service.relief.settling import SettlementNotPossible
from service.relief.terms import CONTRADICTIONS, TermsNotValid, require_valid
from tests.relief.debts import EFFECTIVE_ON, LI_TERMS, li_debt, plain

HALF = Portion(fraction=Decimal("0.5"))
TWO_PAYMENTS = (
    SettlementPayment(due_on=date(2027, 1, 1), amount=100),
    SettlementPayment(due_on=date(2027, 2, 1), amount=100),
)


EXAMPLES: dict[str, Instrument] = {
    instrument.kind: instrument
    for instrument in (
        Waive(penalty=WHOLE, principal=Portion(amount=1_683_881)),
        Upfront(amount=100_000),
        Capitalise(),
        Forbear(principal=Portion(amount=1_000_000)),
        Balloon(principal=Portion(amount=2_000_000)),
        ArrearsPlan(instalments=6),
        RepaymentPlan(instalments=6),
        Settlement(fraction=HALF.fraction, instalments=6),
        DueDay(day=15),
        Term(instalments=24),
        Rate(annual_rate=Decimal("0.05")),
        Reschedule(repayment=Repayment.EQUAL_INSTALMENTS),
        Renew(instalments=24, fee=100),
        Holiday(instalments=3),
        Reduced(instalments=3, payment=200_000),
        Stepped(steps=(PaymentStep(instalments=3, fraction=Decimal("0.5")),), then="extend"),
    )
}


def test_every_instrument_has_its_place_in_the_order() -> None:
    kinds = {get_args(get_type_hints(cls)["kind"])[0] for cls in get_args(Instrument)}

    assert set(ORDER) == kinds == set(EXAMPLES)
    assert list(ORDER.values()) == sorted(ORDER.values())
    assert set(ORDER.values()) == set(range(1, 9))


def test_the_order_is_that_of_the_design() -> None:
    """Waivers first, easing last; of equals, the one that the design names first."""
    assert [i.kind for i in in_order(tuple(EXAMPLES.values())[::-1])] == [
        "waive", "upfront", "capitalise", "forbear", "balloon", "arrears_plan", "repayment_plan", "settlement",
        "due_day", "term", "rate", "reschedule", "renew", "holiday", "reduced", "stepped",
    ]  # fmt: skip


def test_terms_are_applied_in_order_whatever_order_they_are_given_in() -> None:
    assert [i.kind for i in in_order(tuple(reversed(LI_TERMS)))] == ["waive", "capitalise", "term"]
    assert plan(li_debt(), tuple(reversed(LI_TERMS))).schedule == plan(li_debt(), LI_TERMS).schedule


@pytest.mark.parametrize(
    ("instrument", "pointer", "code"),
    (
        (Waive(), "", "nothing_named"),
        (Waive(penalty=Portion()), "/penalty", "one_of"),
        (Waive(penalty=Portion(fraction=Decimal(1), amount=1)), "/penalty", "one_of"),
        (Waive(fees=Portion(fraction=Decimal("1.01"))), "/fees/fraction", "out_of_bounds"),
        (Waive(fees=Portion(fraction=Decimal("NaN"))), "/fees/fraction", "out_of_bounds"),
        (Waive(fees=Portion(amount=-1)), "/fees/amount", "out_of_bounds"),
        (Upfront(amount=0), "/amount", "out_of_bounds"),
        (Upfront(amount=10**13 + 1), "/amount", "out_of_bounds"),
        (Capitalise(components=()), "/components", "nothing_named"),
        (Capitalise(components=("interest", "interest")), "/components", "nothing_named"),
        (Forbear(principal=Portion(fraction=Decimal(-1))), "/principal/fraction", "out_of_bounds"),
        (Balloon(principal=Portion()), "/principal", "one_of"),
        (ArrearsPlan(instalments=0), "/instalments", "out_of_bounds"),
        (ArrearsPlan(instalments=3, components=()), "/components", "nothing_named"),
        (RepaymentPlan(instalments=1201), "/instalments", "out_of_bounds"),
        (Settlement(), "", "one_of"),
        (Settlement(fraction=HALF.fraction), "", "one_of"),
        (Settlement(instalments=2), "", "one_of"),
        (Settlement(fraction=Decimal("1e-30"), instalments=2), "/fraction", "out_of_bounds"),
        (Settlement(fraction=HALF.fraction, instalments=2, payments=TWO_PAYMENTS), "", "one_of"),
        (Settlement(fraction=Decimal(0), instalments=2), "/fraction", "out_of_bounds"),
        (Settlement(fraction=Decimal(1), instalments=25), "/instalments", "out_of_bounds"),
        (Settlement(payments=TWO_PAYMENTS[::-1]), "/payments", "not_in_order"),
        (Settlement(payments=(SettlementPayment(due_on=EFFECTIVE_ON, amount=0),)), "/payments/0/amount",
         "out_of_bounds"),
        (Settlement(payments=tuple(SettlementPayment(due_on=date(2027, 1, n), amount=1) for n in range(1, 26))),
         "/payments", "out_of_bounds"),
        (DueDay(), "", "one_of"),
        (DueDay(day=32), "/day", "out_of_bounds"),
        (Term(instalments=0), "/instalments", "out_of_bounds"),
        (Term(instalments=10_000), "/instalments", "out_of_bounds"),
        (Rate(annual_rate=Decimal("-1.1")), "/annual_rate", "rate_out_of_bounds"),
        (Rate(annual_rate=Decimal("10.1")), "/annual_rate", "rate_out_of_bounds"),
        (Rate(annual_rate=Decimal("Infinity")), "/annual_rate", "rate_out_of_bounds"),
        (Rate(annual_rate=Decimal("1e-999999")), "/annual_rate", "rate_out_of_bounds"),
        (Rate(annual_rate=Decimal(0), steps=(RateStep(from_instalment=1, annual_rate=Decimal(0)),)), "/steps",
         "not_in_order"),
        (Rate(annual_rate=Decimal(0), steps=tuple(RateStep(from_instalment=n, annual_rate=Decimal(0))
                                                  for n in range(2, 123))), "/steps", "out_of_bounds"),
        (Rate(annual_rate=Decimal(0), steps=(RateStep(from_instalment=2, annual_rate=Decimal(11)),)),
         "/steps/0/annual_rate", "rate_out_of_bounds"),
        (Renew(instalments=0), "/instalments", "out_of_bounds"),
        (Renew(instalments=1, fee=-1), "/fee", "out_of_bounds"),
        (Renew(instalments=1, annual_rate=Decimal(11)), "/annual_rate", "rate_out_of_bounds"),
        (Holiday(), "", "one_of"),
        (Holiday(instalments=1, from_=EFFECTIVE_ON), "", "one_of"),
        (Holiday(instalments=0), "/instalments", "out_of_bounds"),
        (Holiday(from_=EFFECTIVE_ON), "/until", "not_in_order"),
        (Holiday(from_=EFFECTIVE_ON, until=date(2026, 11, 30)), "/until", "not_in_order"),
        (Holiday(instalments=1, pays="interest", interest="waived"), "/interest", "contradicting_parameters"),
        (Reduced(instalments=1, payment=-1), "/payment", "out_of_bounds"),
        (Stepped(steps=()), "/steps", "nothing_named"),
        (Stepped(steps=(PaymentStep(instalments=1, fraction=Decimal(1)),) * 121), "/steps", "out_of_bounds"),
        (Stepped(steps=(PaymentStep(instalments=0, fraction=Decimal(1)),)), "/steps/0/instalments", "out_of_bounds"),
        (Stepped(steps=(PaymentStep(instalments=1, fraction=Decimal(-1)),)), "/steps/0/fraction", "out_of_bounds"),
    ),
)  # fmt: skip
def test_a_parameter_out_of_bounds_is_named(instrument: Instrument, pointer: str, code: str) -> None:
    with pytest.raises(TermsNotValid) as refused:
        require_valid((Upfront(amount=1), instrument) if instrument.kind != "upfront" else (instrument,))

    where = 0 if instrument.kind == "upfront" else 1
    assert (f"/instruments/{where}{pointer}", code) in [(p.pointer, p.code) for p in refused.value.problems]


@pytest.mark.parametrize(
    "terms",
    (
        (Term(instalments=3), Term(instalments=4)),
        (Settlement(fraction=HALF.fraction, instalments=2), Term(instalments=3)),
        (RepaymentPlan(instalments=3), Rate(annual_rate=Decimal(0))),
        (Renew(instalments=3), Term(instalments=3)),
        (Renew(instalments=3), Capitalise()),
        (Stepped(steps=(PaymentStep(instalments=1, fraction=Decimal(1)),)), Reduced(instalments=1, payment=1)),
        (Capitalise(), ArrearsPlan(instalments=3, components=("interest",))),
        (Holiday(instalments=1, then="extend"), Reduced(instalments=1, payment=1, then="raise")),
        (Renew(instalments=12), ArrearsPlan(instalments=3)),
        (Renew(instalments=12), ArrearsPlan(instalments=3, components=("principal",))),
        (Holiday(instalments=1), Holiday(from_=date(2027, 3, 1), until=date(2027, 4, 1))),
    ),
)
def test_instruments_that_contradict_each_other_are_refused(terms: Terms) -> None:
    with pytest.raises(TermsNotValid) as refused:
        require_valid(terms)

    assert {p.code for p in refused.value.problems} <= {"contradicting_instruments", "instrument_twice"}


CONTRADICTING = [(ruling, other) for ruling, others in CONTRADICTIONS.items() for other in sorted(others)]


@pytest.mark.parametrize(("one", "other"), CONTRADICTING)
@pytest.mark.parametrize("turned", (False, True))
def test_every_contradiction_is_found_whichever_is_named_first(one: str, other: str, *, turned: bool) -> None:
    terms = (EXAMPLES[one], EXAMPLES[other])

    with pytest.raises(TermsNotValid) as refused:
        require_valid(terms[::-1] if turned else terms)

    assert "contradicting_instruments" in [p.code for p in refused.value.problems]


@pytest.mark.parametrize(
    ("one", "other"),
    sorted(
        (a, b) for a in EXAMPLES for b in EXAMPLES
        if a < b and not {(a, b), (b, a)} & {*CONTRADICTING, ("arrears_plan", "renew")}
    ),
)  # fmt: skip
def test_what_does_not_contradict_can_be_combined_in_either_order(one: str, other: str) -> None:
    debt = li_debt(original_instalments=36)
    terms: Terms = (EXAMPLES[one], EXAMPLES[other])
    if "waive" not in {one, other}:
        terms = (Waive(principal=Portion(amount=1_683_881)), *terms)
    made = plan(debt, terms)

    assert made.schedule == plan(debt, terms[::-1]).schedule
    assert made.reconciliation == plan(debt, terms[::-1]).reconciliation


def test_what_vests_at_signature_stands_beside_what_vests_later() -> None:
    waivers: Terms = (Waive(penalty=WHOLE), Waive(interest=WHOLE, vests="pro_rata"), Term(instalments=12))
    lines = {line.component: line for line in plan(li_debt(), waivers).reconciliation}

    assert (lines[Component.PENALTY].waived, lines[Component.PENALTY].waived_conditional) == (37_535, 0)
    assert (lines[Component.INTEREST].waived, lines[Component.INTEREST].waived_conditional) == (0, 378_454)


def test_a_component_is_waived_once() -> None:
    with pytest.raises(TermsNotValid) as refused:
        require_valid((Waive(penalty=HALF, fees=HALF), Waive(penalty=WHOLE, vests="completion")))

    assert [(p.pointer, p.code) for p in refused.value.problems] == [("/instruments/1/penalty", "waived_twice")]


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(TermsNotValid) as refused:
        require_valid((Term(instalments=0), Waive(), Upfront(amount=0)))

    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("instrument", "pointer"),
    (
        (Waive(penalty=Portion(amount=37_536)), "/instruments/0/penalty/amount"),
        (Upfront(amount=20_000_000), "/instruments/0/amount"),
        (Forbear(principal=Portion(amount=12_000_000)), "/instruments/0/principal/amount"),
        (Balloon(principal=Portion(amount=12_000_000)), "/instruments/0/principal/amount"),
    ),
)
def test_more_than_is_owed_is_refused(instrument: Instrument, pointer: str) -> None:
    with pytest.raises(ReliefExceedsDebt) as refused:
        plan(li_debt(), (instrument,))

    assert refused.value.problems[0].pointer == pointer


@pytest.mark.parametrize(
    "lone", (Holiday(instalments=1), Rate(annual_rate=Decimal("0.1")), DueDay(day=15)), ids=lambda i: i.kind
)
def test_overdue_principal_needs_a_treatment_beside_a_lone_change(lone: Instrument) -> None:
    with pytest.raises(OverduePrincipalUntreated):
        plan(li_debt(), (Waive(penalty=WHOLE), lone))

    for treatment in (Capitalise(), ArrearsPlan(instalments=3), Upfront(amount=3_000_000), Term(instalments=20)):
        assert plan(li_debt(), (treatment, lone)).schedule[-1].closing == 0


def test_waivers_that_vest_later_are_conditional() -> None:
    made = plan(li_debt(), (Waive(penalty=WHOLE, interest=HALF, vests="completion"), Term(instalments=12)))

    by_component = {line.component: line for line in made.reconciliation}
    assert by_component[Component.PENALTY].waived_conditional == 37_535
    assert by_component[Component.INTEREST].waived_conditional == 189_227
    assert by_component[Component.PENALTY].waived == 0


def test_what_is_waived_of_the_principal_is_overdue_principal_first() -> None:
    made = plan(li_debt(), (Waive(principal=Portion(amount=1_683_881)), Holiday(instalments=1)))

    assert made.financed == li_debt().not_yet_due


def test_upfront_money_follows_the_allocation_order() -> None:
    made = plan(li_debt(), (Upfront(amount=500_000), Capitalise(), Term(instalments=12)))

    assert made.upfront == Amounts(penalty=37_535, interest=378_454, principal=84_011)


def test_penalty_and_fees_are_capitalised_only_when_named() -> None:
    named: Terms = (Capitalise(components=("interest", "penalty", "principal")), Term(instalments=36))

    assert plan(li_debt(), (Capitalise(), Term(instalments=36))).financed == 11_447_911
    assert plan(li_debt(), named).financed == 11_485_446


@pytest.mark.parametrize(
    ("unnamed_overdue", "in_first", "in_second", "upfront"),
    (
        ("spread", (140_323, 31_538, 3_128), (140_323, 31_538, 3_128), 0),
        ("first", (1_683_881, 378_454, 37_535), (0, 0, 0), 0),
        ("capitalise", (0, 0, 3_128), (0, 0, 3_128), 0),
        ("immediate", (0, 0, 0), (0, 0, 0), 2_099_870),
    ),
)
def test_what_no_instrument_names_is_treated_as_the_pack_says(
    unnamed_overdue: str, in_first: tuple[int, ...], in_second: tuple[int, ...], upfront: int
) -> None:
    settings = Settings(unnamed_overdue=unnamed_overdue)  # type: ignore[arg-type]
    made = plan(li_debt(), (Term(instalments=12),), settings)

    for row, expected in zip(made.schedule, (in_first, in_second), strict=False):
        assert (row.arrears.principal, row.arrears.interest, row.arrears.penalty) == expected
    assert made.upfront.total == upfront


def test_an_arrears_plan_spreads_what_it_names() -> None:
    made = plan(li_debt(), (ArrearsPlan(instalments=3, components=("penalty",)), Capitalise(), Term(instalments=12)))

    assert [row.arrears.penalty for row in made.schedule[:4]] == [12_512, 12_512, 12_511, 0]
    assert made.financed == 11_447_911


def test_a_repayment_plan_adds_the_arrears_to_the_contracts_instalments() -> None:
    made = plan(li_debt(), (RepaymentPlan(instalments=12),))

    assert len(made.schedule) == 15
    assert {row.principal + row.interest for row in made.schedule[:14]} == {687_445}
    assert sum(row.arrears.total for row in made.schedule[:12]) == 2_099_870
    assert made.schedule[12].arrears.total == 0


def test_arrears_cannot_be_spread_over_more_instalments_than_there_are() -> None:
    with pytest.raises(InstalmentsOutOfBounds):
        plan(li_debt(), (RepaymentPlan(instalments=16),))


def test_a_matured_debt_can_be_repaid_by_a_plan_alone() -> None:
    matured = plain(overdue_principal=1_000_000, count=0)

    assert [row.payment for row in plan(matured, (RepaymentPlan(instalments=4),)).schedule] == [250_000] * 4


def test_forborne_principal_bears_no_interest_and_is_due_at_the_end() -> None:
    made = plan(plain(), (Forbear(principal=Portion(fraction=Decimal("0.3"))), Term(instalments=12)))

    assert made.financed == 700_000
    assert made.deferred is not None
    assert (made.deferred.amount, made.deferred.due_on) == (300_000, made.schedule[-1].due_on)
    assert made.schedule[-1].outstanding == 300_000
    assert made.reconciliation[0].deferred == 300_000


def test_a_balloon_bears_interest_and_is_due_with_the_last_instalment() -> None:
    made = plan(plain(), (Balloon(principal=Portion(amount=400_000)), Term(instalments=12)))

    assert made.schedule[-1].principal == pytest.approx(400_000 + made.schedule[-2].principal, rel=0.02)
    assert made.schedule[0].interest == 10_000
    assert made.deferred is None


class TestSettlement:
    """At most 24 payments discharge the debt; the rest is waived on completion."""

    def test_half_in_six_parts(self) -> None:
        made = plan(li_debt(), (Settlement(fraction=HALF.fraction, instalments=6),))

        assert sum(row.payment for row in made.schedule) == 5_742_723
        assert [row.due_on for row in made.schedule[:2]] == [date(2027, 1, 1), date(2027, 2, 1)]
        assert sum(line.waived_conditional for line in made.reconciliation) == 5_742_723
        assert made.settles
        assert (made.new_interest, made.schedule[-1].closing, made.schedule[-1].outstanding) == (0, 0, 0)

    def test_dated_payments(self) -> None:
        made = plan(li_debt(), (Upfront(amount=1_000_000), Settlement(payments=TWO_PAYMENTS)))

        assert [(row.period_from, row.due_on, row.payment) for row in made.schedule] == [
            (EFFECTIVE_ON, date(2027, 1, 1), 100),
            (date(2027, 1, 1), date(2027, 2, 1), 100),
        ]

    def test_with_a_residual_the_rest_stays_owed(self) -> None:
        made = plan(li_debt(), (Settlement(fraction=HALF.fraction, instalments=6, discharge="residual"),))

        assert made.deferred is not None
        assert (made.deferred.amount, made.deferred.due_on) == (5_742_723, date(2028, 3, 1))
        assert made.waived == Amounts()

    def test_of_the_whole_there_is_no_rest(self) -> None:
        made = plan(li_debt(), (Settlement(fraction=Decimal(1), instalments=6, discharge="residual"),))

        assert made.deferred is None

    @pytest.mark.parametrize(
        "payment",
        (
            SettlementPayment(due_on=date(2026, 11, 30), amount=1),
            SettlementPayment(due_on=EFFECTIVE_ON, amount=99_999_999),
        ),
    )
    def test_too_early_or_too_much_is_refused(self, payment: SettlementPayment) -> None:
        with pytest.raises(SettlementNotPossible):
            plan(li_debt(), (Settlement(payments=(payment,)),))

    def test_a_bullet_is_settled_in_periods(self) -> None:
        bullet = plain(repayment=Repayment.BULLET, next_due_on=date(2028, 12, 1), count=1)
        made = plan(bullet, (Settlement(fraction=HALF.fraction, instalments=2),))

        assert [row.due_on for row in made.schedule] == [date(2027, 1, 1), date(2027, 2, 1)]


class TestDueDay:
    """The due day moves; by default the first new one is not before the contract's next."""

    @pytest.mark.parametrize(
        ("day", "first", "second"),
        (
            (15, date(2027, 1, 15), date(2027, 2, 15)),
            (1, date(2027, 1, 1), date(2027, 2, 1)),
            (31, date(2027, 1, 31), date(2027, 2, 28)),
        ),
    )
    def test_to_a_day_of_month(self, day: int, first: date, second: date) -> None:
        made = plan(plain(), (DueDay(day=day),))

        assert [row.due_on for row in made.schedule[:2]] == [first, second]

    def test_an_earlier_day_is_taken_a_month_later(self) -> None:
        debt = plain(next_due_on=date(2027, 1, 20), due_day=20)

        assert plan(debt, (DueDay(day=5),)).schedule[0].due_on == date(2027, 2, 5)

    def test_to_a_first_due_date(self) -> None:
        made = plan(plain(), (DueDay(first_due_on=date(2026, 12, 31), day=31),))

        assert [row.due_on for row in made.schedule[:3]] == [
            date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28),
        ]  # fmt: skip

    @pytest.mark.parametrize("first", (EFFECTIVE_ON, date(2025, 1, 1), date(2028, 1, 1)))
    def test_before_the_start_or_after_a_year_is_refused(self, first: date) -> None:
        with pytest.raises(FirstDueOutOfBounds):
            plan(plain(), (DueDay(first_due_on=first),))

    def test_weekly_instalments_move_by_date(self) -> None:
        weekly = plan(li_debt(), (Term(instalments=10, frequency="weekly"), DueDay(first_due_on=date(2026, 12, 4))))  # type: ignore[arg-type]

        assert [row.due_on.isoweekday() for row in weekly.schedule] == [5] * 10
        with pytest.raises(FirstDueOutOfBounds):
            plan(li_debt(), (Term(instalments=10, frequency="weekly"), DueDay(day=4)))  # type: ignore[arg-type]


class TestTerm:
    """A number of instalments is counted from the effective day unless it says otherwise."""

    def test_added_to_what_remains(self) -> None:
        assert len(plan(plain(), (Term(instalments=6, counts_from="remaining"),)).schedule) == 18

    def test_counted_from_origination(self) -> None:
        debt = plain(original_instalments=36)

        assert len(plan(debt, (Term(instalments=48, counts_from="origination"),)).schedule) == 24

    @pytest.mark.parametrize(
        ("counts_from", "changes"),
        (
            ("remaining", {"instalments_remaining": None}),
            ("origination", {"original_instalments": None}),
            ("origination", {"original_instalments": 36}),
        ),
    )
    def test_cannot_be_counted_from_what_is_not_known(self, counts_from: str, changes: dict[str, int | None]) -> None:
        with pytest.raises(TermNotCountable):
            plan(plain(**changes), (Term(instalments=24, counts_from=counts_from),))  # type: ignore[arg-type]

    def test_a_bullet_falls_due_so_many_periods_later(self) -> None:
        bullet = plain(repayment=Repayment.BULLET, next_due_on=date(2027, 6, 15), due_day=15, count=1)

        for terms, due_on in (
            ((), date(2027, 6, 15)),
            ((Term(instalments=3),), date(2027, 3, 1)),
            ((Term(instalments=3, counts_from="remaining"),), date(2027, 9, 15)),
        ):
            made = plan(bullet, terms)
            assert [row.due_on for row in made.schedule] == [due_on]
        with pytest.raises(TermNotCountable):
            plan(bullet, (Term(instalments=3, counts_from="origination"),))


class TestRate:
    """A rate holds at once, from a day on, or in steps; the payment follows it."""

    def test_at_once(self) -> None:
        made = plan(plain(), (Rate(annual_rate=Decimal("0.06")),))

        assert made.schedule[0].interest == 5_000

    def test_in_steps(self) -> None:
        steps = (RateStep(from_instalment=4, annual_rate=Decimal("0.06")),)
        made = plan(plain(), (Rate(annual_rate=Decimal(0), steps=steps),))

        assert [row.interest for row in made.schedule[:3]] == [0, 0, 0]
        assert made.schedule[3].interest == round(made.schedule[3].opening * Decimal("0.005"))
        assert len({row.payment for row in made.schedule[3:11]}) == 1
        assert made.schedule[3].payment > made.schedule[2].payment

    def test_a_step_before_the_day_the_rate_begins_is_refused(self) -> None:
        steps = (RateStep(from_instalment=2, annual_rate=Decimal(0)),)
        with pytest.raises(TermsNotValid) as refused:
            plan(plain(), (Rate(annual_rate=Decimal(0), effective_from=date(2027, 6, 1), steps=steps),))

        assert refused.value.problems[0].code == "not_in_order"

    def test_a_day_that_has_passed_is_at_once(self) -> None:
        at_once = plan(plain(), (Rate(annual_rate=Decimal("0.06")),))

        assert plan(plain(), (Rate(annual_rate=Decimal("0.06"), effective_from=EFFECTIVE_ON),)).schedule == (
            at_once.schedule
        )


def test_another_kind_of_repayment() -> None:
    made = plan(plain(), (Reschedule(repayment=Repayment.INTEREST_ONLY),))

    assert [row.principal for row in made.schedule] == [0] * 11 + [1_000_000]


def test_a_renewal_repays_the_old_contract() -> None:
    renewal = Renew(instalments=24, annual_rate=Decimal("0.10"), repayment=Repayment.INTEREST_ONLY, fee=5_000)
    made = plan(li_debt(), (Waive(penalty=WHOLE), renewal))

    assert (len(made.schedule), made.financed, made.new_fees) == (24, 11_447_911, 5_000)
    assert made.schedule[0].fees == 5_000
    assert made.schedule[0].interest == round(Decimal(11_447_911) / 120)


@pytest.mark.parametrize(
    ("debt_changes", "easing"),
    (
        ({"repayment": Repayment.BULLET}, Holiday(instalments=1)),
        ({"repayment": Repayment.EQUAL_PRINCIPAL}, Stepped(steps=(PaymentStep(instalments=1, fraction=Decimal(1)),))),
        ({}, Holiday(instalments=12, then="raise")),
        ({}, Holiday(instalments=12, then="end")),
        ({}, Holiday(from_=date(2020, 1, 1), until=date(2020, 6, 1))),
        ({}, Holiday(from_=date(2029, 1, 1), until=date(2029, 6, 1))),
    ),
)
def test_instalments_that_are_not_there_cannot_be_eased(debt_changes: dict[str, Any], easing: Instrument) -> None:
    with pytest.raises(EasingNotPossible):
        plan(plain(**debt_changes), (easing,))


class TestAmortising:
    """Payments that do not repay are refused, unless an instrument of the last kind says so."""

    @pytest.mark.parametrize(
        "terms", ((DueDay(day=15),), (RepaymentPlan(instalments=3),), (Holiday(instalments=3),), (Upfront(amount=1),))
    )
    def test_a_contract_whose_instalment_is_below_the_interest_needs_another_payment(self, terms: Terms) -> None:
        debt = plain(instalment=9_000, before=Amounts(principal=1_000_000, fees=1))

        with pytest.raises(DoesNotAmortise) as refused:
            plan(debt, terms)

        assert refused.value.problems[0].code == "does_not_amortise"
        assert plan(debt, (*terms, Term(instalments=24)) if terms[0].kind != "repayment_plan" else ()).schedule

    def test_as_a_baseline_it_pays_the_interest_and_the_rest_at_the_end(self) -> None:
        made = plan(plain(instalment=9_000), ())

        assert [row.payment for row in made.schedule] == [10_000] * 11 + [1_010_000]

    @pytest.mark.parametrize("easing", (Reduced(instalments=6, payment=9_000, accrual="compound", then="raise"),))
    def test_an_easing_may_let_the_debt_grow(self, easing: Instrument) -> None:
        made = plan(plain(), (easing,))

        assert made.schedule[5].closing > 1_000_000

    def test_a_payment_that_rounding_takes_down_to_the_interest_is_refused(self) -> None:
        """At 36 % over forty years the payment is 30,000.02 and the interest 30,000."""
        with pytest.raises(DoesNotAmortise):
            plan(plain(1_000_000, rate="0.36"), (Term(instalments=480),))

        rounded_up = plan(plain(1_000_000, rate="0.36"), (Term(instalments=480),), Settings(level_payment="up"))
        assert rounded_up.schedule[0].principal == 1

    def test_a_payment_below_the_interest_of_long_months_is_refused(self) -> None:
        debt = plain(100_000_000, rate="0.144", day_count=DayCount.ACT_365)

        with pytest.raises(DoesNotAmortise):
            plan(debt, (Term(instalments=480),))

    def test_a_long_first_period_pays_its_interest_and_the_others_are_level(self) -> None:
        """From 1 December to 15 January over forty years: 45 days bear more than the payment of a month."""
        debt = plain(100_000_000, rate="0.06")
        made = plan(debt, (DueDay(day=15), Term(instalments=480)))
        first, *rest = made.schedule

        assert (first.payment, first.principal) == (739_726, 0)
        assert len(rest) == 479
        assert {row.payment for row in rest[:-1]} == {plan(debt, (Term(instalments=479),)).schedule[0].payment}


class TestContractGoesOn:
    """The contract's own payment is kept exactly where what bears interest, and how, is what it was."""

    @pytest.mark.parametrize("terms", ((), (RepaymentPlan(instalments=3),), (ArrearsPlan(instalments=3),)))
    def test_it_is_kept(self, terms: Terms) -> None:
        debt = plain(1_100_000, overdue_principal=100_000, instalment=88_900)

        assert {row.payment - row.arrears.total for row in plan(debt, terms).schedule[:-1]} == {88_900}

    @pytest.mark.parametrize(
        "terms",
        (
            (Rate(annual_rate=Decimal("0.06")),),
            (Waive(principal=Portion(amount=1)),),
            (Balloon(principal=Portion(amount=1)),),
            (Forbear(principal=Portion(amount=1)),),
            (Term(instalments=12),),
            (Reschedule(repayment=Repayment.EQUAL_PRINCIPAL),),
        ),
    )
    def test_it_is_worked_out_anew(self, terms: Terms) -> None:
        assert plan(plain(instalment=88_900), terms).schedule[0].payment != 88_900

    @pytest.mark.parametrize("repayment", (Repayment.EQUAL_PRINCIPAL, Repayment.INTEREST_ONLY, Repayment.BULLET))
    def test_where_payments_are_not_level_the_next_instalment_says_nothing_of_the_others(
        self, repayment: Repayment
    ) -> None:
        """The posted instalment of equal principal includes its interest: it is no part of principal."""
        with_it, without = (
            plan(plain(repayment=repayment, instalment=instalment), ()) for instalment in (93_333, None)
        )

        assert with_it.schedule == without.schedule


def test_a_fee_is_due_with_the_first_instalment_that_is_not_eased() -> None:
    made = plan(plain(), (Renew(instalments=12, fee=500), Holiday(instalments=2)))

    assert [row.fees for row in made.schedule[:4]] == [0, 0, 500, 0]
    assert [row.payment for row in made.schedule[:2]] == [0, 0]


def test_a_settlement_of_very_little_has_no_payments_of_nothing() -> None:
    made = plan(plain(5), (Settlement(fraction=Decimal(1), instalments=24),))

    assert [row.payment for row in made.schedule] == [1] * 5


@pytest.mark.parametrize(("principal", "fraction"), ((0, "1"), (100, "0.001")))
def test_a_settlement_of_nothing_is_refused(principal: int, fraction: str) -> None:
    with pytest.raises(SettlementNotPossible) as refused:
        plan(plain(principal), (Settlement(fraction=Decimal(fraction), instalments=3),))

    assert refused.value.problems[0].pointer == "/instruments/0"


def test_a_repayment_plan_carries_everything_overdue_and_nothing_else() -> None:
    """Overdue principal, interest, penalty and fees over three; the contract's own payments beside them."""
    debt = li_debt(before=Amounts(principal=11_069_457, interest=314_751, penalty=24_336, fees=9_000))
    rows = plan(debt, (RepaymentPlan(instalments=3),)).schedule

    assert sum((row.arrears for row in rows), Amounts()) == Amounts(
        principal=debt.overdue_principal, interest=378_454, penalty=37_535, fees=9_000
    )
    assert [row.arrears.total > 0 for row in rows] == [True] * 3 + [False] * 12


@pytest.mark.parametrize(
    ("instrument", "pointer"),
    (
        (Rate(annual_rate=Decimal("0.2")), "/instruments/1/annual_rate"),
        (
            Rate(annual_rate=Decimal(0), steps=(RateStep(from_instalment=3, annual_rate=Decimal("0.2")),)),
            "/instruments/1/steps/0/annual_rate",
        ),
        (Renew(instalments=12, annual_rate=Decimal("0.2")), "/instruments/1/annual_rate"),
        (
            Rate(
                annual_rate=Decimal(0),
                effective_from=date(2027, 6, 1),
                steps=(RateStep(from_instalment=2, annual_rate=Decimal(0)),),
            ),
            "/instruments/1/steps/0/from_instalment",
        ),
        (DueDay(first_due_on=EFFECTIVE_ON), "/instruments/1"),
        (Term(instalments=24, counts_from="origination"), "/instruments/1/counts_from"),
        (Settlement(fraction=Decimal(1), instalments=1), "/instruments/1"),
    ),
)
def test_a_refusal_points_at_its_instrument(instrument: Instrument, pointer: str) -> None:
    debt = plain() if instrument.kind != "settlement" else plain(1)
    with pytest.raises(RuleBroken) as refused:
        plan(debt, (Upfront(amount=1), instrument))

    assert [p.pointer for p in refused.value.problems] == [pointer]
