"""What a plan is worth to the lender when the borrower may stop paying."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.domain.dates import Frequency
from service.domain.settings import MenuSettings
from service.relief.expected_value import expected_value
from service.relief.instruments import Forbear, Holiday, Portion, Term, Upfront
from service.relief.plan import plan
from tests.relief.debts import plain

CERTAIN = MenuSettings(hazard_monthly=Decimal(0), hazard_after_relief=Decimal(0))
FREE = plain(1_200, rate="0")


def test_two_months_by_hand() -> None:
    """At no interest, 600 now and 600 a month on: a tenth stop each month, and a half of what they owe comes back."""
    made = plan(FREE, (Term(instalments=2),))
    figures = MenuSettings(hazard_monthly=Decimal("0.1"), hazard_exponent=Decimal(1), recovery=Decimal("0.5"),
                           recovery_months=0)  # fmt: skip

    # Month 1: 0.1 stop owing 1,200; 0.9 pay 600. Month 2: 0.09 stop owing 600; 0.81 pay 600.
    assert expected_value(made, figures, old_payment=600) == 60 + 540 + 27 + 486


def test_a_payment_half_as_high_is_missed_by_the_exponent_less() -> None:
    """Half the payment, squared: a quarter of the hazard."""
    made = plan(FREE, (Term(instalments=2),))
    figures = MenuSettings(hazard_monthly=Decimal("0.4"), hazard_exponent=Decimal(2), recovery=Decimal(0))

    assert expected_value(made, figures, old_payment=1_200) == 540 + 486


@pytest.mark.parametrize(
    ("frequency", "instalments"), ((Frequency.WEEKLY, 52), (Frequency.BIWEEKLY, 26), (Frequency.QUARTERLY, 4))
)
def test_payments_of_any_frequency_are_compared_a_month(frequency: Frequency, instalments: int) -> None:
    """The same money a year is as likely to be paid, whatever the rhythm."""
    monthly = plan(plain(1_200_000, rate="0"), (Term(instalments=12),))
    other = plan(plain(1_200_000, rate="0"), (Term(instalments=instalments, frequency=frequency),))
    one, two = (
        expected_value(made, MenuSettings(recovery=Decimal(0)), old_payment=100_000) for made in (monthly, other)
    )

    assert two == pytest.approx(one, rel=0.02)


def test_the_contract_of_another_frequency_counts_by_its_own() -> None:
    """A weekly contract of 100 asks for 433 a month; a monthly plan of 400 is easier than that."""
    weekly = plain(10_400, rate="0", frequency=Frequency.WEEKLY, next_due_on=date(2026, 12, 8))
    made = plan(weekly, (Term(instalments=26, frequency=Frequency.MONTHLY),))
    figures = MenuSettings(recovery=Decimal(0))

    assert expected_value(made, figures, old_payment=100) > expected_value(made, figures, old_payment=90)
    assert expected_value(made, replace(figures, hazard_exponent=Decimal(0)), old_payment=100) < expected_value(
        made, figures, old_payment=100
    )


def test_beyond_capacity_the_extra_hazard_counts_once() -> None:
    made = plan(FREE, (Term(instalments=2),))
    figures = replace(CERTAIN, hazard_after_relief=Decimal("0.4"), recovery=Decimal(0))

    assert expected_value(made, figures, old_payment=600, capacity=lambda _: 599) == 2 * 360
    assert expected_value(made, figures, old_payment=600, capacity=lambda _: 600) == 1_200


def test_the_capacity_is_a_months() -> None:
    """Fifty a week is 217 a month: within 217, beyond 216."""
    made = plan(FREE, (Term(instalments=24, frequency=Frequency.WEEKLY),))
    figures = replace(CERTAIN, hazard_after_relief=Decimal("0.5"), recovery=Decimal(0))

    assert expected_value(made, figures, old_payment=50, capacity=lambda _: 217) == 1_200
    assert expected_value(made, figures, old_payment=50, capacity=lambda _: 216) == 600


def test_who_is_asked_for_nothing_cannot_stop() -> None:
    made = plan(FREE, (Holiday(instalments=3, interest="waived"),))
    figures = MenuSettings(hazard_monthly=Decimal(1), hazard_exponent=Decimal(0), recovery=Decimal("0.25"),
                           recovery_months=0)  # fmt: skip

    assert expected_value(made, figures, old_payment=100) == 300


def test_sums_at_signature_and_at_the_end_count_as_well() -> None:
    made = plan(FREE, (Upfront(amount=200), Forbear(principal=Portion(amount=400)), Term(instalments=2)))

    assert expected_value(made, CERTAIN, old_payment=100) == 1_200
    assert expected_value(made, CERTAIN, old_payment=0) == 1_200


def test_what_is_recovered_comes_back_evenly_and_is_discounted() -> None:
    """Everybody stops at once: a quarter of 1,200, a twelfth of it a month for a year at 1 % a month."""
    made = plan(plain(1_200), (Term(instalments=2),))
    figures = MenuSettings(hazard_monthly=Decimal(1), hazard_exponent=Decimal(0), recovery_months=12)

    assert expected_value(made, figures, old_payment=100) == round(25 * sum(1.01**-n for n in range(1, 13)))
