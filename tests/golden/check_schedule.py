"""Checks of amortisation tables and of what peers' systems do when a loan is changed half-way.

A table whose source carries balances unrounded, or publishes whole currency units, is computed in millionths of a
cent: schedules are exact in whatever unit the amounts are.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from service.domain.dates import DayCount, Frequency
from service.domain.loans import Loan
from service.domain.money import Amounts
from service.domain.words import Repayment
from service.relief.bringing_forward import bring_forward
from service.relief.calendars import count_for
from service.relief.debt import Debt
from service.relief.instruments import Capitalise, Rate, Term, Terms
from service.relief.level_payment import Charge
from service.relief.periods import Period, RateFrom, Span, charge, due_day_after
from service.relief.plan import Plan, plan
from service.relief.schedule import Instalment
from service.relief.settings import Settings
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector, number

CENT: Final = 100
FINE: Final = 10**8
ANY_DAY: Final = date(2024, 1, 1)
NO_TERMS: Final[Terms] = ()

_DAY_COUNTS: Final = {
    "30/360": DayCount.THIRTY_360,
    "30E/360": DayCount.THIRTY_E_360,
    "ACT/ACT": DayCount.ACT_ACT_END_DATE,
    "ACT/365": DayCount.ACT_365,
    "ACT/360": DayCount.ACT_360,
}


@checks("schedule")
def check_schedule(vector: Vector) -> list[str]:
    """Work out the schedule and compare rows and totals."""
    i = vector.inputs
    unit = CENT if "disbursement" in i else FINE
    debt = _debt(i, unit, annual_rate=number(i["rate_nominal"]))
    if "instalment" in i:
        monthly = Charge.of(Fraction(debt.annual_rate) / debt.frequency.periods_per_year)
        count = count_for(debt.before.principal, debt.instalment or 0, [monthly] * 1200)
        made = plan(_with(debt, remaining=count), NO_TERMS)
    else:
        made = plan(debt, (Term(instalments=i["n"]),), _settings(i, unit))
    return differences(vector, _figures(vector, made, unit))


@checks("schedule_interest_pause")
def check_interest_pause(vector: Vector) -> list[str]:
    """Let no interest accrue on the days of the pause; the payment stays, the last one shrinks."""
    i = vector.inputs
    debt = _with(_debt(i | {"instalment": i["emi"]}, CENT, annual_rate=number(i["rate_nominal"])), remaining=i["n"])
    pause = Span(date.fromisoformat(i["pause_from"]), date.fromisoformat(i["pause_to"]))
    return differences(vector, _figures(vector, plan(debt, NO_TERMS, pauses=[pause]), CENT))


@checks("schedule_rate_reduction")
def check_rate_reduction(vector: Vector) -> list[str]:
    """Change the rate on a day inside a period; the payment is worked out anew from that period on."""
    i = vector.inputs
    debt = _debt(i, CENT, annual_rate=number(i["rate_before"]))
    rate = Rate(annual_rate=number(i["rate_after"]), effective_from=date.fromisoformat(i["effective_from"]))
    made = plan(debt, (Term(instalments=i["n"]), rate), Settings(even_out=True))
    return differences(vector, _figures(vector, made, CENT))


@checks("interest_recalculation")
def check_interest_recalculation(vector: Vector) -> list[str]:
    """Bring an unpaid loan forward: overdue principal goes on bearing interest, and the last payment takes it."""
    i = vector.inputs
    paid_on = date.fromisoformat(i["instalment_2_unpaid_until"])
    missed_on = due_day_after(paid_on, Frequency.MONTHLY, -1, due_day=paid_on.day)
    loan = Loan(
        id="vector",
        as_of=due_day_after(missed_on, Frequency.MONTHLY, -1, due_day=missed_on.day),
        balance=Amounts(principal=_units(i["balance_unpaid"], CENT)),
        annual_rate=number(i["rate_nominal"]),
        odd_day_count=DayCount.THIRTY_360,
        repayment=Repayment.EQUAL_INSTALMENTS,
        instalment=_units(i["emi"], CENT),
        instalments_remaining=5,
        next_due_on=missed_on,
    )
    missed, brought = (bring_forward(loan, effective_on=day) for day in (missed_on, paid_on))
    computed = {
        "interest_period_2": missed.overdue_interest,
        "interest_period_3": brought.overdue_interest - missed.overdue_interest,
        "principal_period_3": brought.overdue_principal - missed.overdue_principal,
        "last_due": plan(brought, NO_TERMS).schedule[-1].payment,
    }
    return differences(vector, {name: Decimal(amount) / CENT for name, amount in computed.items()})


@checks("schedule_reage")
def check_reage(vector: Vector) -> list[str]:
    """Spread all principal, and the interest accrued until then, over new instalments without further interest."""
    i = vector.inputs
    reaged_on, start = date.fromisoformat(i["reage_date"]), date.fromisoformat(i["start"])
    principal = _units(i["outstanding_principal"], CENT)
    interest = _interest_until(reaged_on, principal, i) if i["rate_nominal"] else 0
    debt = Debt(
        loan_id="vector",
        effective_on=reaged_on,
        as_of=reaged_on,
        before=Amounts(principal=principal, interest=interest),
        overdue_interest=interest,
        annual_rate=number(i["rate_nominal"]),
        next_due_on=start,
        due_day=start.day,
    )
    made = plan(debt, (Term(instalments=i["n"]), Rate(annual_rate=Decimal(0))))
    return differences(vector, _figures(vector, made, CENT) | {"payable_interest": Decimal(interest) / CENT})


@checks("schedule_reamortize")
def check_reamortize(vector: Vector) -> list[str]:
    """Spread overdue and future principal over the instalments that remain, in whole currency units."""
    i = vector.inputs
    changed_on, *due_days = (date.fromisoformat(day) for day in (i["reamortize_date"], *i["remaining_dates"]))
    debt = Debt(
        loan_id="vector",
        effective_on=changed_on,
        as_of=changed_on,
        before=Amounts(principal=_units(i["outstanding_principal"], CENT)),
        overdue_principal=_units(i["overdue"], CENT),
        annual_rate=number(i["rate_nominal"]),
        instalments_remaining=len(due_days),
        next_due_on=due_days[0],
        due_day=due_days[0].day,
    )
    settings = Settings(level_payment="down", multiple=_units(i["instalment_multiples_of"], CENT))
    made = plan(debt, (Capitalise(),), settings)
    return differences(vector, {"instalments": [Decimal(row.payment) / CENT for row in made.schedule]})


def _debt(i: dict[str, Any], unit: int, *, annual_rate: Decimal) -> Debt:
    start = date.fromisoformat(i["disbursement"]) if "disbursement" in i else ANY_DAY
    frequency = Frequency(i.get("frequency", "monthly"))
    stated = i.get("day_count", "30/360")
    day_count = next(convention for prefix, convention in _DAY_COUNTS.items() if stated.startswith(prefix))
    return Debt(
        loan_id="vector",
        effective_on=start,
        as_of=start,
        before=Amounts(principal=_units(i["principal"], unit)),
        annual_rate=annual_rate,
        day_count=day_count,
        odd_day_count=day_count,
        frequency=frequency,
        instalment=_units(i["instalment"], unit) if "instalment" in i else None,
        instalments_remaining=i.get("n"),
        next_due_on=due_day_after(start, frequency, 1, due_day=start.day),
        due_day=start.day,
    )


def _with(debt: Debt, *, remaining: int) -> Debt:
    return Debt(**{name: getattr(debt, name) for name in debt.__slots__} | {"instalments_remaining": remaining})


def _settings(i: dict[str, Any], unit: int) -> Settings:
    if "whole currency" in i.get("instalment_rounding", ""):
        return Settings(level_payment="up" if i["instalment_rounding"].startswith("up") else "half_up", multiple=unit)
    return Settings(even_out="last instalment absorbs" in i.get("rounding", ""))


def _interest_until(day: date, principal: int, i: dict[str, Any]) -> int:
    """Return what all principal bears from the last paid due day on; a begun period by its share of actual days."""
    unpaid = [date.fromisoformat(due) for due in i["unpaid_due"]]
    ends = [*unpaid, due_day_after(unpaid[-1], Frequency.MONTHLY, 1, due_day=unpaid[-1].day)]
    starts = [due_day_after(ends[0], Frequency.MONTHLY, -1, due_day=ends[0].day), *unpaid]
    after = Span(date.fromordinal(day.toordinal() + 1), ends[-1])
    rates = (RateFrom(starts[0], number(i["rate_nominal"])),)
    borne = Fraction(0)
    for start, end in zip(starts, ends, strict=True):
        borne += charge(Period(start, end, Fraction(1, 12)), rates, [after], DayCount.THIRTY_360)
    return Charge.of(borne).on(principal)


def _figures(vector: Vector, made: Plan, unit: int) -> dict[str, Any]:
    """Return every figure that the vector expects and a schedule has."""
    whole = "whole currency" in vector.note
    rows = made.schedule
    computed: dict[str, Any] = {
        "n": len(rows),
        "emi": Decimal(rows[0].payment) / unit,
        "instalment": Decimal(rows[0].payment) / unit,
        "total_interest": _shown(made.new_interest, unit, whole=whole or not vector.tolerance),
        "total_payment": _shown(made.total_payable, unit, whole=whole or not vector.tolerance),
        "interest_by_year": [
            Decimal(sum(row.interest for row in rows[n : n + 12])) / unit for n in range(0, len(rows), 12)
        ],
    }
    for name in vector.expected:
        if name.startswith("rows"):
            shown = rows[: int(name.rsplit("_", 1)[1])] if name != "rows" else rows
            computed[name] = [_columns(row, vector.inputs["columns"], unit) for row in shown]
        elif name.startswith("row_"):
            row = rows[int(name.removeprefix("row_")) - vector.inputs.get("rows_indexed_from", 1)]
            computed[name] = [_shown(a, unit, whole=whole) for a in (row.principal, row.interest, row.closing)]
    return computed


def _columns(row: Instalment, columns: Sequence[str], unit: int) -> list[Any]:
    return [_COLUMNS[column](row, unit) for column in columns]


_COLUMNS: Final[dict[str, Callable[[Instalment, int], Any]]] = {
    "nr": lambda row, _: row.number,
    "period": lambda row, _: row.number,
    "due_date": lambda row, _: row.due_on.isoformat(),
    "balance_after": lambda row, unit: Decimal(row.closing) / unit,
    "closing_balance": lambda row, unit: Decimal(row.closing) / unit,
    "principal": lambda row, unit: Decimal(row.principal) / unit,
    "interest": lambda row, unit: Decimal(row.interest + row.arrears.interest) / unit,
    "due": lambda row, unit: Decimal(row.payment) / unit,
    "payment": lambda row, unit: Decimal(row.payment) / unit,
}


def _units(amount: object, unit: int) -> int:
    return int(number(amount) * unit)


def _shown(amount: int, unit: int, *, whole: bool) -> Decimal:
    exact = Decimal(amount) / unit
    return exact.to_integral_value(rounding="ROUND_HALF_UP") if whole else exact
