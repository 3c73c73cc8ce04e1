"""The facts of one loan and of several together, computed by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.domain.dates import Frequency
from service.domain.facts import LoanFacts
from service.domain.loan_facts import (
    PERMANENT_RELIEFS,
    TEMPORARY_RELIEFS,
    OwnRelief,
    facts_of_loan,
    loan_to_value,
    monthly_payment,
    months_of,
    over_loans,
)
from service.domain.loans import PreviousRelief, Revolving, Secured, Snapshot
from service.domain.money import Amounts
from service.domain.words import LineStatus, LoanSource, ReliefOutcome, Repayment
from tests.domain.applications import LI_DAY, li_loan, li_snapshot

SECURED = Secured(value=20_000_000, valued_on=date(2026, 10, 16), lien_position=2, occupied=True)
LINE = Revolving(credit_limit=5_000_000, line_status=LineStatus.OPEN, minimum_payment=25_000)


def of(*own: OwnRelief, on: date = LI_DAY, imminent: bool | None = None, **changes: Any) -> LoanFacts:
    return facts_of_loan(li_snapshot(**changes), on=on, own=own, imminent=imminent)


def relief(kind: str, granted_on: date, outcome: ReliefOutcome = ReliefOutcome.FULFILLED) -> PreviousRelief:
    return PreviousRelief(kind=kind, granted_on=granted_on, outcome=outcome)


def own(granted_on: date, **changes: Any) -> OwnRelief:
    return replace(OwnRelief(loan_id="L-001", granted_on=granted_on, outcome=ReliefOutcome.RUNNING), **changes)


@pytest.mark.parametrize(
    ("frequency", "instalment", "monthly"),
    (
        (Frequency.WEEKLY, 1_000, 4_333),  # 52,000 / 12 = 4,333.33
        (Frequency.WEEKLY, 1_500, 6_500),
        (Frequency.BIWEEKLY, 1_000, 2_167),  # 26,000 / 12 = 2,166.67
        (Frequency.BIWEEKLY, 3, 7),  # 6.5: half up
        (Frequency.MONTHLY, 687_445, 687_445),
        (Frequency.QUARTERLY, 1_000, 333),
        (Frequency.QUARTERLY, 500, 167),  # 166.67
        (Frequency.QUARTERLY, 0, 0),
        (Frequency.WEEKLY, None, None),
    ),
)
def test_a_payment_is_counted_by_the_month(frequency: Frequency, instalment: int | None, monthly: int | None) -> None:
    loan = li_loan(frequency=frequency, instalment=instalment)

    assert monthly_payment(loan) == monthly
    assert of(frequency=frequency, instalment=instalment).contractual_payment == monthly


def test_a_revolving_line_asks_for_its_minimum_payment() -> None:
    facts = of(repayment=Repayment.REVOLVING, revolving=LINE, instalment=999)

    assert (facts.contractual_payment, facts.minimum_payment, facts.line_blocked) == (25_000, 25_000, False)
    assert monthly_payment(li_loan(repayment=Repayment.REVOLVING)) is None
    assert (of().minimum_payment, of().line_blocked) == (None, None)


@pytest.mark.parametrize(
    ("status", "blocked"), ((LineStatus.OPEN, False), (LineStatus.BLOCKED, True), (LineStatus.CLOSED, True))
)
def test_a_line_is_blocked_unless_it_is_open(status: LineStatus, blocked: bool) -> None:
    assert of(repayment=Repayment.REVOLVING, revolving=replace(LINE, line_status=status)).line_blocked is blocked


@pytest.mark.parametrize(
    ("history", "missed", "worst"),
    (
        ("", None, None),
        ("0", 0, 0),
        ("1", 1, 1),
        ("0123", 3, 3),
        ("3210", 1, 3),
        ("1111", 1, 1),
        ("0101", 2, 1),
        ("9", 1, 9),
        ("000000000000000012", 2, 2),
        ("1" + "0" * 12, 0, 0),
        ("0" + "1" * 12, 1, 1),
        ("1" + "1" * 12, 0, 1),
        ("5" + "000000000000", 0, 0),
        ("12" * 60, 6, 2),
    ),
)
def test_a_month_is_missed_when_more_is_in_arrears_than_the_month_before(
    history: str, missed: int | None, worst: int | None
) -> None:
    facts = of(history=history)

    assert (facts.missed_12m, facts.worst_12m) == (missed, worst)


def test_overdue_is_what_should_have_been_paid_with_all_penalty_and_fees() -> None:
    facts = of(balance=Amounts(principal=11_069_457, interest=314_751, penalty=24_336, fees=500))

    assert facts.overdue == 1_115_879 + 259_011 + 24_336 + 500
    assert facts.exposure == 11_069_457 + 314_751 + 24_336 + 500


def test_without_a_balance_only_what_is_overdue_of_principal_and_interest_is_known() -> None:
    facts = of(balance=None)

    assert (facts.overdue_principal, facts.overdue_interest) == (1_115_879, 259_011)
    assert {facts.exposure, facts.principal, facts.interest, facts.penalty, facts.fees, facts.overdue} == {None}


@pytest.mark.parametrize(
    ("maturity", "remaining", "days"),
    (
        (date(2026, 12, 15), 1, 30),
        (date(2026, 12, 14), 0, 29),
        (LI_DAY, 0, 0),
        (date(2026, 11, 14), 0, -1),
        (date(2025, 11, 15), 0, -365),
        (None, None, None),
    ),
)
def test_days_to_maturity_go_below_nothing_and_months_do_not(
    maturity: date | None, remaining: int | None, days: int | None
) -> None:
    facts = of(maturity_on=maturity)

    assert (facts.remaining_months, facts.days_to_maturity) == (remaining, days)


def test_a_loan_of_unknown_age() -> None:
    facts = of(originated_on=None)

    assert (facts.months_on_book, facts.original_months) == (None, None)


@pytest.mark.parametrize(("as_of", "age"), ((LI_DAY, 0), (date(2026, 11, 8), 7), (date(2026, 11, 16), 0), (None, None)))
def test_the_age_of_a_snapshot(as_of: date | None, age: int | None) -> None:
    """A snapshot of tomorrow, seen from a time zone where it is still today, is as fresh as can be."""
    assert of(as_of=as_of).snapshot_age_days == age


def test_collateral_is_measured_by_what_is_owed() -> None:
    facts = of(secured=SECURED)

    assert facts.secured is True
    assert facts.loan_to_value == Decimal("0.570427")  # 11,408,544 / 20,000,000
    assert (facts.lien_position, facts.valuation_age_days, facts.occupied) == (2, 30, True)
    assert of(secured=replace(SECURED, value=0)).loan_to_value is None
    assert of(secured=SECURED, balance=None).loan_to_value is None


def test_an_unsecured_loan_has_no_collateral_to_tell_of() -> None:
    facts = of()

    assert facts.secured is False
    assert {facts.loan_to_value, facts.lien_position, facts.valuation_age_days, facts.occupied} == {None}


@pytest.mark.parametrize(
    ("granted_on", "recent"), ((date(2024, 11, 15), 1), (date(2024, 11, 14), 0), (date(2026, 11, 15), 1))
)
def test_reliefs_of_the_last_24_months_are_counted_to_the_day(granted_on: date, recent: int) -> None:
    posted = of(previous_reliefs=(relief("holiday", granted_on, ReliefOutcome.BREACHED),))
    ours = of(own(granted_on, outcome=ReliefOutcome.BREACHED))

    for facts in (posted, ours):
        assert (facts.reliefs_24m, facts.breaches_24m) == (recent, recent)


def test_posted_reliefs_and_our_own_count_together() -> None:
    facts = of(
        own(date(2026, 3, 1), extension_months=6, outcome=ReliefOutcome.BREACHED),
        own(date(2020, 1, 1), extension_months=12, permanent=False),
        own(date(2026, 11, 1), loan_id="L-002", extension_months=99),
        previous_reliefs=(relief("term", date(2025, 6, 1)), relief("holiday", date(2024, 1, 1))),
    )

    assert (facts.reliefs_24m, facts.breaches_24m) == (2, 1)
    assert facts.months_since_any_relief == 8  # since 1 March 2026
    assert facts.permanent_mods_total == 2  # the term, and our own of March
    assert facts.extension_months_total == 18


def test_a_relief_of_a_kind_nobody_knows_leaves_the_count_of_permanent_ones_unknown() -> None:
    known, unknown = relief("rate", date(2025, 6, 1)), relief("something else", date(2025, 6, 1))

    assert of(previous_reliefs=(known,)).permanent_mods_total == 1
    assert of(previous_reliefs=(known, unknown)).permanent_mods_total is None
    assert of(previous_reliefs=(known, unknown)).reliefs_24m == 2


def test_a_kind_of_relief_is_permanent_or_temporary() -> None:
    assert not PERMANENT_RELIEFS & TEMPORARY_RELIEFS


@pytest.mark.parametrize(
    ("failed_on", "failed"),
    ((None, False), (date(2025, 11, 14), False), (date(2025, 11, 15), True), (date(2026, 11, 1), True)),
)
def test_a_trial_that_failed_counts_for_a_year(failed_on: date | None, failed: bool) -> None:
    assert of(own(date(2025, 6, 1), trial_failed_on=failed_on)).trial_failed_12m is failed


@pytest.mark.parametrize("imminent", (None, True, False))
def test_an_imminent_default_is_a_flag(imminent: bool | None) -> None:
    assert of(imminent=imminent).imminent_default is imminent


def joined(name: str, *values: object) -> object:
    loans = []
    for value in values:
        known: dict[str, Any] = {name: value}
        loans.append(LoanFacts(**known))
    return over_loans(loans)[name]


@pytest.mark.parametrize(
    "name",
    (
        "exposure", "principal", "interest", "penalty", "fees", "overdue_principal", "overdue_interest", "overdue",
        "contractual_payment",
    ),
)  # fmt: skip
def test_amounts_add_up_and_one_unknown_makes_the_sum_unknown(name: str) -> None:
    assert joined(name, 100, 20, 3) == 123
    assert joined(name, 100, None) is None


@pytest.mark.parametrize(
    "name",
    (
        "days_past_due", "missed_12m", "worst_12m", "snapshot_age_days", "reliefs_24m", "breaches_24m",
        "permanent_mods_total", "extension_months_total",
    ),
)  # fmt: skip
def test_risk_figures_take_the_worst(name: str) -> None:
    assert joined(name, 1, 3, 2) == 3
    assert joined(name, 1, None) is None


@pytest.mark.parametrize("name", ("months_on_book", "original_months", "remaining_months", "days_to_maturity"))
def test_ages_take_the_youngest(name: str) -> None:
    assert joined(name, 5, 2, 9) == 2
    assert joined(name, 5, None) is None


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    (
        ("annual_rate", (Decimal("0.1"), Decimal("0.24")), Decimal("0.24")),
        ("lien_position", (1, None, 3), 3),
        ("valuation_age_days", (None, 400, 30), 400),
        ("minimum_payment", (None, 500, 700), 1200),
        ("months_since_any_relief", (None, 14, 3), 3),
        ("occupied", (None, False), False),
        ("occupied", (None, True, False), True),
        ("line_blocked", (None, None), None),
        ("secured", (False, False), False),
        ("secured", (False, True), True),
        ("trial_failed_12m", (False, True), True),
        ("imminent_default", (True, None), True),
        ("imminent_default", (False, None), None),
        ("imminent_default", (False, False), False),
        ("product", ("auto", "auto"), "auto"),
        ("product", ("auto", "other"), None),
        ("product", ("auto", None), None),
        ("vouched", (True, True), True),
        ("vouched", (True, False), False),
    ),
)
def test_what_only_some_loans_have_is_taken_from_those(name: str, values: tuple[object, ...], expected: object) -> None:
    assert joined(name, *values) == expected


def test_of_no_loans_nothing_is_known() -> None:
    assert set(over_loans(()).values()) == {None}


def test_loan_to_value_is_over_the_secured_loans_together() -> None:
    """11,408,544 and 5,000,000 owed on 20,000,000 and 10,000,000; the unsecured loan does not count."""
    other = li_loan(id="L-002", balance=Amounts(principal=5_000_000), secured=replace(SECURED, value=10_000_000))
    loans = [li_loan(secured=SECURED), other, li_loan(id="L-003")]
    snapshots = [Snapshot(loan=loan, source=LoanSource.LENDER) for loan in loans]

    assert loan_to_value(snapshots) == Decimal("0.546951")  # 16,408,544 / 30,000,000
    assert loan_to_value(snapshots[2:]) is None
    assert loan_to_value([]) is None


def test_months_between_days_that_are_not_known_are_not_known() -> None:
    assert months_of(None, LI_DAY) is None
    assert months_of(LI_DAY, None) is None
