"""Debts, programmes and settings that the tests of menus and counter-proposals share."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from service.domain.dates import DayCount, Frequency, add_months
from service.domain.money import Amounts
from service.domain.settings import AuthorityStep, Grid, InstrumentTemplate, Limits, PolicySettings, Programme
from service.domain.words import Repayment
from service.relief.affordability import Ability
from service.relief.debt import Debt

EFFECTIVE_ON: Final = date(2026, 12, 1)

LI: Final = Debt(
    loan_id="L-001",
    effective_on=EFFECTIVE_ON,
    as_of=date(2026, 11, 15),
    before=Amounts(principal=11069457, interest=314751, penalty=24336),
    accrued=Amounts(interest=63703, penalty=13199),
    overdue_principal=1115879,
    overdue_interest=259011,
    annual_rate=Decimal("0.144"),
    odd_day_count=DayCount.ACT_360,
    instalment=687445,
    instalments_remaining=16,
    next_due_on=date(2027, 1, 1),
    due_day=1,
    maturity_on=date(2028, 3, 1),
    original_instalments=36,
)

LI_ABILITY: Final = Ability(surplus=440000, share=Decimal("0.90"))


def grid(*values: int | str) -> Grid:
    """Return a grid of counts, or of decimal strings."""
    return Grid(values=tuple(Decimal(v) if isinstance(v, str) else v for v in values))


def template(kind: str, grids: dict[str, Grid] | None = None, **parameters: Any) -> InstrumentTemplate:
    """Return a template of an instrument."""
    return InstrumentTemplate(kind=kind, parameters=parameters, grids=grids or {})


def programme(code: str, *instruments: InstrumentTemplate, limits: Limits | None = None) -> Programme:
    """Return a programme without texts."""
    return Programme(
        code=code, title={}, description={}, instruments=instruments, limits=limits or Limits(), source="test"
    )


TERMS: Final = tuple(range(6, 61))
NO_LONGER_THAN_ORIGINAL: Final = Limits(instalments_max=60, instalments_max_of_original=Decimal("1.0"))

TERM_EXTENSION: Final = programme(
    "term_extension",
    template("waive", component="penalty", fraction="1"),
    template("capitalise", components=["interest", "principal"]),
    template("term", {"instalments": grid(*TERMS)}),
    limits=NO_LONGER_THAN_ORIGINAL,
)
INTEREST_WAIVER: Final = programme(
    "penalty_interest_waiver",
    template("waive", component="penalty", fraction="1"),
    template("waive", {"fraction": grid("0.5", "1")}, component="interest"),
    template("capitalise", components=["interest", "principal"]),
    template("term", {"instalments": grid(*TERMS)}),
    limits=NO_LONGER_THAN_ORIGINAL,
)
HOLIDAY: Final = programme(
    "payment_holiday",
    template("waive", component="penalty", fraction="1"),
    template("capitalise", components=["interest", "principal"]),
    template("term", {"instalments": grid(*TERMS)}),
    template("holiday", {"instalments": grid(1, 2, 3)}, interest="charged", then="raise"),
    limits=replace(NO_LONGER_THAN_ORIGINAL, holiday_instalments_max=6),
)
REPAYMENT_PLAN: Final = programme(
    "repayment_plan", template("repayment_plan", {"instalments": grid(*range(1, 13))}), limits=NO_LONGER_THAN_ORIGINAL
)
SETTLEMENT: Final = programme(
    "settlement",
    template("waive", component="penalty", fraction="1"),
    template(
        "settlement",
        {"fraction": grid("0.45", "0.46", "0.47", "0.48", "0.49", "0.50"), "instalments": grid(*range(1, 19))},
    ),
    limits=Limits(settlement_min=Decimal("0.45"), settlement_payments_max=18),
)

AUTHORITY: Final = (
    AuthorityStep(level="system", waived_max=Decimal("0.05"), principal_waivable=False),
    AuthorityStep(level="caseworker", waived_max=Decimal("0.10")),
    AuthorityStep(level="supervisor", waived_max=Decimal("0.30")),
    AuthorityStep(level="committee"),
)
SETTINGS: Final = PolicySettings(
    programmes=(TERM_EXTENSION, INTEREST_WAIVER, HOLIDAY, REPAYMENT_PLAN, SETTLEMENT), authority=AUTHORITY
)


@st.composite
def debts(draw: st.DrawFn, loan_id: str = "L-001") -> Debt:
    """Draw debts of equal instalments, in arrears or not, of any frequency and day count."""
    principal = draw(st.integers(10_000, 50_000_000))
    frequency = draw(st.sampled_from(Frequency))
    due_day = draw(st.integers(1, 31))
    months = 3 if frequency is Frequency.QUARTERLY else 1
    monthly = frequency in {Frequency.MONTHLY, Frequency.QUARTERLY}
    first = add_months(EFFECTIVE_ON, months, day_of_month=due_day) if monthly else date(2026, 12, 9)
    return Debt(
        loan_id=loan_id,
        effective_on=EFFECTIVE_ON,
        as_of=date(2026, 11, 15),
        before=Amounts(
            principal=principal,
            interest=draw(st.integers(0, principal // 20)),
            penalty=draw(st.integers(0, principal // 50)),
            fees=draw(st.integers(0, 5_000)),
        ),
        overdue_principal=draw(st.integers(0, principal // 3)),
        annual_rate=draw(st.sampled_from([Decimal(0), Decimal("0.045"), Decimal("0.144"), Decimal("0.30")])),
        day_count=draw(st.sampled_from(DayCount)),
        odd_day_count=DayCount.ACT_365,
        repayment=Repayment.EQUAL_INSTALMENTS,
        frequency=frequency,
        instalment=max(1, principal // 20),
        instalments_remaining=draw(st.integers(1, 40)),
        next_due_on=first,
        due_day=due_day if monthly else first.day,
        original_instalments=draw(st.one_of(st.none(), st.integers(12, 72))),
    )
