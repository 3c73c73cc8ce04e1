"""Relief for a time: until when it lasts, and through which day all must be paid for it to count as kept."""

from datetime import date
from decimal import Decimal
from typing import Final

import pytest

from service.relief.accrual import Accrual
from service.relief.instruments import (
    ArrearsPlan,
    Capitalise,
    Holiday,
    PaymentStep,
    Rate,
    Reduced,
    RepaymentPlan,
    Stepped,
    Term,
    Terms,
    Upfront,
)
from service.relief.plan import plan
from service.relief.settings import DEFAULT
from service.relief.temporary import eased_until, is_temporary, kept_from, relief_until
from tests.relief.debts import plain

JAN, FEB, MAR, APR, MAY, JUN = (date(2027, month, 1) for month in range(1, 7))
PAUSE: Final = Holiday(from_=date(2027, 1, 5), until=date(2027, 1, 20), interest="waived")


@pytest.mark.parametrize(
    ("terms", "eased", "relief", "kept"),
    (
        ((Holiday(instalments=2),), FEB, FEB, MAY),
        ((Reduced(instalments=1, payment=100), ArrearsPlan(instalments=3)), JAN, MAR, JUN),
        ((Stepped(steps=(PaymentStep(instalments=2, fraction=Decimal("0.5")),)),), FEB, FEB, MAY),
        ((PAUSE,), date(2027, 1, 20), date(2027, 1, 20), APR),
        ((RepaymentPlan(instalments=3),), None, MAR, JUN),
        ((RepaymentPlan(instalments=12),), None, date(2027, 12, 1), date(2027, 12, 1)),
        ((RepaymentPlan(instalments=11),), None, date(2027, 11, 1), date(2027, 12, 1)),
        ((Upfront(amount=100),), None, None, JAN),
    ),
)
def test_until_when_relief_lasts(terms: Terms, eased: date | None, relief: date | None, kept: date) -> None:
    """Three instalments after it, or all there are; the instalments of a holiday ask for nothing."""
    treated = {"arrears_plan", "repayment_plan"} & {one.kind for one in terms}
    debt = plain(overdue_principal=50_000 if treated else 0)
    made, course = plan(debt, terms), Accrual.of(debt, terms, DEFAULT).course

    assert eased_until(terms, made.schedule, course) == eased
    assert relief_until(terms, made.schedule, course) == relief
    assert kept_from(terms, made.schedule, course) == kept


@pytest.mark.parametrize(
    ("terms", "expected"),
    (
        ((), False),
        ((Holiday(instalments=2), ArrearsPlan(instalments=3)), True),
        ((Holiday(instalments=2), Capitalise()), False),
        ((Term(instalments=24),), False),
        ((Rate(annual_rate=Decimal(0)), Reduced(instalments=2, payment=5)), False),
    ),
)
def test_relief_is_temporary_where_the_contract_goes_on_after_it(terms: Terms, expected: bool) -> None:
    assert is_temporary(terms) is expected


def test_without_instalments_there_is_nothing_to_keep() -> None:
    course = Accrual.of(plain(), (Upfront(amount=1),), DEFAULT).course

    assert kept_from((Upfront(amount=1),), (), course) is None
