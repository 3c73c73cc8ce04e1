"""A plan keeps within the limits of its programme, or every limit that it goes beyond is named with its bound."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.domain.dates import Frequency
from service.domain.settings import Limits
from service.relief.bounds import NEVER_TOLD, Breach, reveal_of, told
from service.relief.instruments import (
    Capitalise,
    Holiday,
    Portion,
    Rate,
    RateStep,
    Renew,
    Settlement,
    Term,
    Terms,
    Waive,
)
from service.relief.limits import breaches, longest, reached, settled
from service.relief.plan import plan
from tests.relief.negotiations import LI

PAUSED = (Capitalise(), Term(instalments=24), Holiday(from_=date(2027, 2, 1), until=date(2027, 4, 30), then="raise"))
HALF = Settlement(fraction=Decimal("0.5"), instalments=6)


def share(fraction: str) -> Portion:
    return Portion(fraction=Decimal(fraction))


@pytest.mark.parametrize(
    ("terms", "limits", "expected"),
    (
        ((Capitalise(), Term(instalments=37)), {"instalments_max": 36}, ("instalments_max", 36, 37)),
        ((Capitalise(), Term(instalments=37)), {"instalments_max_of_original": Decimal(1)},
         ("instalments_max_of_original", 36, 37)),
        (PAUSED, {"holiday_instalments_max": 2}, ("holiday_instalments_max", 2, 3)),
        ((Capitalise(), Term(instalments=24), Holiday(instalments=4)), {"holiday_instalments_max": 3},
         ("holiday_instalments_max", 3, 4)),
        ((Waive(interest=share("0.5")), Capitalise(), Term(instalments=24)), {"waived_interest_max": Decimal("0.4")},
         ("waived_interest_max", Decimal("0.4"), Decimal("0.500000"))),
        ((Waive(penalty=Portion(amount=30_000)), Capitalise(), Term(instalments=24)),
         {"waived_penalty_max": Decimal("0.5")}, ("waived_penalty_max", Decimal("0.5"), Decimal("0.799254"))),
        ((Capitalise(), Term(instalments=24), Rate(annual_rate=Decimal("0.05"))), {"rate_min": Decimal("0.06")},
         ("rate_min", Decimal("0.06"), Decimal("0.05"))),
        ((Capitalise(), Term(instalments=24), Rate(annual_rate=Decimal("0.1"),
          steps=(RateStep(from_instalment=3, annual_rate=Decimal("0.02")),))), {"rate_min": Decimal("0.06")},
         ("rate_min", Decimal("0.06"), Decimal("0.02"))),
        ((Renew(instalments=24, annual_rate=Decimal("0.01")),), {"rate_min": Decimal("0.06")},
         ("rate_min", Decimal("0.06"), Decimal("0.01"))),
        ((HALF,), {"settlement_payments_max": 5}, ("settlement_payments_max", 5, 6)),
        ((HALF,), {"settlement_min": Decimal("0.6")}, ("settlement_min", Decimal("0.6"), Decimal("0.500000"))),
    ),
)  # fmt: skip
def test_every_limit_that_a_plan_goes_beyond_is_named(
    terms: Terms, limits: dict[str, Any], expected: tuple[str, Any, Any]
) -> None:
    made = plan(LI, terms)

    assert breaches(made, Limits()) == ()
    assert [(b.limit, b.bound, b.asked) for b in breaches(made, Limits(**limits))] == [expected]
    assert {b.loan_id for b in breaches(made, Limits(**limits))} == {"L-001"}


@pytest.mark.parametrize(
    ("terms", "limits"),
    (
        ((Capitalise(), Term(instalments=36)), Limits(instalments_max=36, instalments_max_of_original=Decimal(1))),
        (PAUSED, Limits(holiday_instalments_max=3)),
        ((HALF,), Limits(settlement_payments_max=6, settlement_min=Decimal("0.5"), instalments_max=3)),
        ((Waive(interest=share("0.5")), Term(instalments=24)), Limits(waived_interest_max=Decimal("0.5"))),
        ((Capitalise(), Term(instalments=24)), Limits(rate_min=Decimal("0.2"), settlement_min=Decimal(1))),
    ),
)  # fmt: skip
def test_what_is_just_within_a_limit_keeps_it(terms: Terms, limits: Limits) -> None:
    assert breaches(plan(LI, terms), limits) == ()


def test_limits_on_counts_that_are_just_kept_bind() -> None:
    """36 of 36 instalments and three of three eased ones; a settlement has payments, not instalments."""
    limits = Limits(instalments_max=60, instalments_max_of_original=Decimal(1), holiday_instalments_max=3)
    eased = (Capitalise(), Term(instalments=36), Holiday(instalments=3, then="raise"))

    assert {(b.limit, b.bound) for b in reached(plan(LI, eased), limits)} == {
        ("instalments_max_of_original", 36), ("holiday_instalments_max", 3),
    }  # fmt: skip
    assert reached(plan(LI, (Capitalise(), Term(instalments=24))), Limits(instalments_max=36)) == ()
    assert [b.limit for b in reached(plan(LI, (HALF,)), Limits(settlement_payments_max=6, instalments_max=6))] == [
        "settlement_payments_max"
    ]


def test_months_are_counted_in_instalments_and_never_fewer_than_the_contract_has() -> None:
    weekly = replace(LI, frequency=Frequency.WEEKLY, instalments_remaining=200, original_instalments=156)
    limits = Limits(instalments_max=60, instalments_max_of_original=Decimal("1.5"))

    assert longest(weekly, limits) == {"instalments_max": 260, "instalments_max_of_original": 234}
    assert longest(weekly, Limits(instalments_max=12)) == {"instalments_max": 200}
    assert longest(replace(weekly, original_instalments=None), limits) == {"instalments_max": 260}


def test_a_settlement_pays_a_part_of_what_waivers_leave() -> None:
    """Half of the interest is waived first; what is paid is half of the rest."""
    made = plan(LI, (Waive(interest=share("0.5")), HALF))
    owed = LI.balance.total - 189_227

    assert settled(made) == (made.total_payable, owed)
    assert made.total_payable == (owed + 1) // 2


def test_floors_and_values_are_never_told() -> None:
    for limit in NEVER_TOLD:
        assert {reveal_of(limit, rule="full"), reveal_of(limit, rule="statutory")} == {"lender_only"}
    assert reveal_of("rate_min", rule="full") == "full"
    assert reveal_of("rate_min", rule="statutory") == "lender_only"
    assert reveal_of("instalments_max", rule="statutory") == "full"


def test_a_limit_of_a_loan_is_told_once_for_each_of_its_bounds() -> None:
    """Two amounts that months can carry are two bounds; the same one twice is said once."""
    now, later = (Breach(limit="affordable_payment", bound=bound, asked=9) for bound in (1, 2))

    assert [b.bound for b in told([now, later, now], rule="full")] == [1, 2]
