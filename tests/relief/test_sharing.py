"""Capacity is shared in the order of the rule, and never more of it than there is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import Frequency
from service.domain.money import Amounts
from service.relief.debt import Debt
from service.relief.sharing import in_months, shared_capacity
from tests.relief.negotiations import LI, debts


def loan(loan_id: str, principal: int, *, rate: str = "0.12", **changes: Any) -> Debt:
    plain = replace(LI, accrued=Amounts(), overdue_principal=0, overdue_interest=0, instalment=None)
    own = {"loan_id": loan_id, "before": Amounts(principal=principal), "annual_rate": Decimal(rate)}
    return replace(plain, **{**own, **changes})


HOME = loan("home", 10_000_000, rate="0.03", instalment=60_000)
CAR = loan("car", 600_000)
CARD = loan("card", 300_000, rate="0.24")


@pytest.mark.parametrize(
    ("monthly", "outside", "first", "expected"),
    (
        # Interest of a month is 25,000 and 6,000 and 6,000; the rest goes by principal, 100 : 6 : 3.
        (146_000, 0, (), {"home": 25_000 + 100_000, "car": 6_000 + 6_000, "card": 6_000 + 3_000}),
        # Debts outside the plan come first.
        (156_000, 10_000, (), {"home": 125_000, "car": 12_000, "card": 9_000}),
        # Then the secured loan at what its contract asks for, and the others share what is left of it.
        (90_000, 0, ("home",), {"home": 60_000, "car": 6_000 + 12_000, "card": 6_000 + 6_000}),
        # Where not even the interest fits, it is shared in proportion to the interest.
        (18_500, 0, (), {"home": 12_500, "car": 3_000, "card": 3_000}),
        (50_000, 0, ("home",), {"home": 50_000, "car": 0, "card": 0}),
        (5_000, 9_000, (), {"home": 0, "car": 0, "card": 0}),
    ),
)
def test_capacity_is_shared_in_order(
    monthly: int, outside: int, first: tuple[str, ...], expected: dict[str, int]
) -> None:
    """Outside the plan, secured and priority loans, a month's interest of each, and the rest by principal."""
    assert shared_capacity([HOME, CAR, CARD], monthly, outside=outside, first=first) == expected


def test_what_cannot_be_divided_goes_to_the_largest_remainder() -> None:
    three = [loan(name, 100_000, rate="0") for name in ("a", "b", "c")]

    assert shared_capacity(three, 100) == {"a": 34, "b": 33, "c": 33}
    assert shared_capacity([three[0], loan("d", 200_000, rate="0")], 100) == {"a": 33, "d": 67}


def test_a_loan_gets_at_least_what_it_needs_while_the_capacity_lasts() -> None:
    """The card needs 20,000 to be repaid at all; the others share what that leaves."""
    parts = shared_capacity([HOME, CAR, CARD], 146_000, at_least={"card": 20_000})

    assert parts["card"] == 20_000
    assert sum(parts.values()) == 146_000
    assert parts["home"] - 25_000 == pytest.approx((parts["car"] - 6_000) * 100 / 6, abs=20)


def test_needs_beyond_the_capacity_leave_the_shares_as_they_are() -> None:
    assert shared_capacity([CAR, CARD], 20_000, at_least={"card": 30_000}) == shared_capacity([CAR, CARD], 20_000)


@given(
    loans=st.integers(1, 6).flatmap(lambda n: st.tuples(*(debts(loan_id=f"L{k}") for k in range(n)))),
    monthly=st.integers(0, 10**8),
    outside=st.integers(0, 10**6),
    needs=st.lists(st.integers(0, 10**6), min_size=6, max_size=6),
)
def test_no_more_is_shared_than_there_is(loans: tuple[Debt, ...], monthly: int, outside: int, needs: list[int]) -> None:
    """All of the capacity is shared where no loan comes first, and needs that fit together are met."""
    wanted = {debt.loan_id: need for debt, need in zip(loans, needs, strict=False)}
    room = max(0, monthly - outside)

    plain = shared_capacity(loans, monthly, outside=outside)
    needed = shared_capacity(loans, monthly, outside=outside, at_least=wanted)
    secured = shared_capacity(loans, monthly, outside=outside, first=[loans[0].loan_id])

    assert sum(plain.values()) == room
    assert sum(needed.values()) <= room
    assert sum(secured.values()) <= room
    assert min(*plain.values(), *needed.values(), *secured.values(), 0) == 0
    if sum(wanted.values()) <= room:
        assert all(needed[loan_id] >= need for loan_id, need in wanted.items())


@pytest.mark.parametrize(
    ("frequency", "monthly"),
    ((Frequency.MONTHLY, 1200), (Frequency.WEEKLY, 5200), (Frequency.BIWEEKLY, 2600), (Frequency.QUARTERLY, 400)),
)
def test_payments_of_any_frequency_come_to_so_much_a_month(frequency: Frequency, monthly: int) -> None:
    assert in_months(1200, frequency) == monthly
