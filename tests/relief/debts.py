"""Debts and terms that the tests of plans share: Li's, plain ones, and arbitrary ones."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from service.domain.dates import DayCount, Frequency
from service.domain.money import Amounts
from service.domain.words import Repayment
from service.relief.bringing_forward import bring_forward
from service.relief.debt import Debt
from service.relief.instruments import (
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
    Stepped,
    Term,
    Terms,
    Upfront,
    Waive,
)
from service.relief.periods import due_day_after
from service.relief.settings import Settings
from tests.domain.applications import li_loan

EFFECTIVE_ON: Final = date(2026, 12, 1)
LI_TERMS: Final[Terms] = (Waive(penalty=WHOLE), Capitalise(), Term(instalments=36))


def li_debt(**changes: Any) -> Debt:
    """Return Li's debt on the day her offers take effect."""
    return replace(bring_forward(li_loan(), effective_on=EFFECTIVE_ON), **changes)


def plain(principal: int = 1_000_000, *, rate: str = "0.12", count: int | None = 12, **changes: Any) -> Debt:
    """Return a debt in good standing, on the day of an instalment."""
    debt = Debt(
        loan_id="L",
        effective_on=EFFECTIVE_ON,
        as_of=EFFECTIVE_ON,
        before=Amounts(principal=principal),
        annual_rate=Decimal(rate),
        instalments_remaining=count,
        next_due_on=date(2027, 1, 1),
        due_day=1,
        maturity_on=None if count is None else due_day_after(EFFECTIVE_ON, Frequency.MONTHLY, count, due_day=1),
    )
    return replace(debt, **changes)


rates = st.decimals(min_value=Decimal(0), max_value=Decimal("0.4"), places=4)
portions = st.one_of(
    st.builds(Portion, fraction=st.decimals(min_value=0, max_value=1, places=3)),
    st.just(WHOLE),
)
amounts = st.one_of(st.integers(0, 300), st.integers(0, 50_000_000))


@st.composite
def debts(draw: st.DrawFn) -> Debt:
    """Make any debt: all kinds of repayment, frequencies and day counts, month ends, tiny and large amounts."""
    effective_on = draw(st.dates(date(2023, 12, 1), date(2028, 12, 31)))
    frequency = draw(st.sampled_from(Frequency))
    principal = draw(amounts)
    overdue_principal = draw(st.integers(0, principal))
    interest = draw(st.integers(0, principal // 4 + 1))
    due_day = draw(st.sampled_from([1, 15, 28, 29, 30, 31]))
    next_due_on = due_day_after(effective_on + timedelta(days=1), frequency, 1, due_day=due_day)
    count = draw(st.integers(0, 40))
    return Debt(
        loan_id="L",
        effective_on=effective_on,
        as_of=effective_on,
        before=Amounts(principal=principal, interest=interest, penalty=draw(amounts), fees=draw(st.integers(0, 500))),
        accrued=Amounts(interest=draw(st.integers(0, 500))),
        overdue_principal=overdue_principal,
        overdue_interest=draw(st.integers(0, interest)),
        annual_rate=draw(rates),
        day_count=draw(st.sampled_from(DayCount)),
        odd_day_count=draw(st.sampled_from(DayCount)),
        repayment=draw(st.sampled_from(Repayment)),
        frequency=frequency,
        instalment=draw(st.one_of(st.none(), st.integers(1, principal // 5 + 2))),
        instalments_remaining=draw(st.sampled_from([None, count])),
        next_due_on=next_due_on,
        due_day=due_day,
        original_instalments=draw(st.sampled_from([None, count + 5])),
    )


eased = st.fixed_dictionaries({
    "interest": st.sampled_from(["charged", "deferred", "waived"]),
    "accrual": st.sampled_from(["simple", "compound"]),
    "then": st.sampled_from(["extend", "raise", "end"]),
})  # fmt: skip
few = st.integers(1, 8)
fractions = st.decimals(min_value=0, max_value=Decimal("1.5"), places=2)
components = st.sets(st.sampled_from(["principal", "interest", "penalty", "fees"]), min_size=1).map(
    lambda names: tuple(sorted(names))
)

_FIRST = st.one_of(
    st.builds(Waive, penalty=portions, interest=st.none() | portions, principal=st.none() | portions,
              vests=st.sampled_from(["signature", "pro_rata", "completion"])),
    st.builds(Upfront, amount=st.integers(1, 400)),
    st.builds(Capitalise, components=components),
)  # fmt: skip
_REST = st.one_of(
    st.builds(Forbear, principal=portions),
    st.builds(Balloon, principal=portions),
    st.builds(ArrearsPlan, instalments=few),
    st.builds(Term, instalments=st.integers(1, 60), frequency=st.none() | st.sampled_from(Frequency),
              counts_from=st.sampled_from(["effective", "effective", "remaining", "origination"])),
    st.builds(DueDay, day=st.integers(1, 31)),
    st.builds(Rate, annual_rate=st.sampled_from([Decimal(0), Decimal("0.001")]),
              effective_from=st.none() | st.dates(date(2024, 1, 1), date(2029, 6, 1)),
              steps=st.sampled_from([(), (RateStep(from_instalment=4, annual_rate=Decimal(0)),)])),
    st.builds(Reschedule, repayment=st.sampled_from(Repayment)),
    st.builds(lambda n, rest: Holiday(instalments=n, **rest), few, eased),
    st.builds(lambda n, rest: Holiday(instalments=n, pays="interest", then=rest["then"]), few, eased),
    st.builds(lambda n, pay, rest: Reduced(instalments=n, payment=pay, **rest), few, amounts, eased),
    st.builds(lambda n, f, rest: Stepped(steps=(PaymentStep(instalments=n, fraction=f),), **rest), few, fractions,
              eased),
)  # fmt: skip
_ALONE = st.one_of(
    st.builds(RepaymentPlan, instalments=few),
    st.builds(Settlement, fraction=st.decimals(Decimal("0.01"), 1, places=2), instalments=st.integers(1, 24),
              discharge=st.sampled_from(["full", "residual"])),
    st.builds(Renew, instalments=st.integers(1, 60), fee=st.integers(0, 900), components=components),
)  # fmt: skip


def _by_kind(instruments: list[Instrument]) -> Terms:
    return tuple({instrument.kind: instrument for instrument in instruments}.values())


terms = st.one_of(
    st.lists(st.one_of(_FIRST, _REST, _REST), max_size=5).map(_by_kind),
    st.tuples(_FIRST, _ALONE),
    st.tuples(_ALONE),
)
settings = st.builds(
    Settings,
    level_payment=st.sampled_from(["up", "half_up", "down"]),
    multiple=st.sampled_from([1, 1, 10, 100]),
    even_out=st.booleans(),
    unnamed_overdue=st.sampled_from(["spread", "first", "capitalise", "immediate"]),
)
