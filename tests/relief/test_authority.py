"""Which level of authority a plan needs."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.money import Amounts
from service.domain.policy import Level
from service.domain.settings import AuthorityStep
from service.relief.authority import required_level

STEPS = (
    AuthorityStep(level="system", waived_max=Decimal("0.05"), principal_waivable=False),
    AuthorityStep(level="caseworker", waived_max=Decimal("0.10")),
    AuthorityStep(level="supervisor", waived_max=Decimal("0.30")),
    AuthorityStep(level="committee"),
)


@pytest.mark.parametrize(
    ("waived", "level"),
    (
        (Amounts(), Level.SYSTEM),
        (Amounts(penalty=5000), Level.SYSTEM),
        (Amounts(penalty=5001), Level.CASEWORKER),
        (Amounts(principal=1), Level.CASEWORKER),
        (Amounts(principal=4000, interest=6000), Level.CASEWORKER),
        (Amounts(interest=10001), Level.SUPERVISOR),
        (Amounts(principal=30000), Level.SUPERVISOR),
        (Amounts(principal=30001), Level.COMMITTEE),
    ),
)
def test_the_amount_waived_decides_the_level(waived: Amounts, level: Level) -> None:
    """Five per cent and no principal for the system, ten for a caseworker, thirty for a supervisor."""
    assert required_level(waived, exposure=100000, concession=0, steps=STEPS) is level


def test_a_step_that_bounds_exposures_covers_no_other_currency() -> None:
    """An exposure in a currency that a step does not name needs the next level."""
    steps = (AuthorityStep(level="system", exposure_max={"CNY": 1000}), AuthorityStep(level="supervisor"))

    def level(exposure: int, currency: str | None) -> Level:
        return required_level(Amounts(), exposure=exposure, concession=0, steps=steps, currency=currency)

    assert level(1000, "CNY") is Level.SYSTEM
    assert level(1001, "CNY") is Level.SUPERVISOR
    assert level(1, "USD") is Level.SUPERVISOR
    assert level(1, None) is Level.SUPERVISOR


def test_a_concession_counts_though_nothing_is_waived() -> None:
    """A rate cut costs the lender as a waiver does."""
    steps = (AuthorityStep(level="system", concession_max=Decimal("0.01")), AuthorityStep(level="committee"))

    assert required_level(Amounts(), exposure=10000, concession=100, steps=steps) is Level.SYSTEM
    assert required_level(Amounts(), exposure=10000, concession=101, steps=steps) is Level.COMMITTEE


def test_without_steps_only_the_committee_may_grant() -> None:
    """A pack that says nothing about authority empowers nobody."""
    assert required_level(Amounts(), exposure=1, concession=0, steps=()) is Level.COMMITTEE


@given(waived=st.integers(0, 10**7), exposure=st.integers(1, 10**7))
def test_waiving_more_never_needs_less_authority(waived: int, exposure: int) -> None:
    """The level grows with the amount waived, whatever the order in which a pack lists its steps."""
    levels = [
        required_level(Amounts(interest=amount), exposure=exposure, concession=0, steps=tuple(reversed(STEPS)))
        for amount in (waived // 2, waived, waived * 2)
    ]

    assert all(a.rank <= b.rank for a, b in pairwise(levels))
