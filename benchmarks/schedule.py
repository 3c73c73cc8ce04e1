"""How long an exact schedule takes, beside numpy-financial and plain loops, in one run.

Run it with `python -m benchmarks.schedule`. All of them work the same loan out: 114,479.11 at 14.4 %, monthly. Ours is
exact to the minor unit and carries dates, components and what is outstanding; the others have payment, interest,
principal and balance only. They take turns, so that the machine's mood falls on all alike: the ratios say more than
the times.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from time import perf_counter_ns
from typing import Any, Final

import numpy as np
import numpy_financial as npf

from service.domain.money import Amounts
from service.relief.arrangement import arranged
from service.relief.debt import Debt
from service.relief.instruments import Capitalise, Term
from service.relief.layout import laid_out
from service.relief.plan import plan
from service.relief.schedule import schedule
from service.relief.settings import DEFAULT

PRINCIPAL: Final = 11_447_911
RATE: Final = Decimal("0.144")
COUNTS: Final = (12, 60, 480)
ROUNDS: Final = 300
BAR_MICROSECONDS: Final = 300
CENT: Final = Decimal("0.01")

DEBT: Final = Debt(
    loan_id="benchmark",
    effective_on=date(2026, 12, 1),
    as_of=date(2026, 12, 1),
    before=Amounts(principal=PRINCIPAL),
    annual_rate=RATE,
    next_due_on=date(2027, 1, 1),
    due_day=1,
)


def numpy_financial(count: int) -> tuple[Any, ...]:
    """Work a schedule out with numpy-financial, in floating point, all periods at once; nothing is rounded."""
    rate, principal = float(RATE) / 12, PRINCIPAL / 100
    periods = np.arange(1, count + 1)
    payment = -npf.pmt(rate, count, principal)
    interest = -npf.ipmt(rate, periods, count, principal)
    repaid = -npf.ppmt(rate, periods, count, principal)
    return payment, interest, repaid, principal - np.cumsum(repaid)


def float_loop(count: int) -> list[tuple[float, ...]]:
    """Work a schedule out in a plain loop over floats, rounded to cents as most programs do."""
    rate, balance = float(RATE) / 12, PRINCIPAL / 100
    payment = round(balance * rate / (1 - (1 + rate) ** -count), 2)
    rows = []
    for n in range(count):
        interest = round(balance * rate, 2)
        repaid = balance if n == count - 1 else round(payment - interest, 2)
        rows.append((interest + repaid, interest, repaid, balance := round(balance - repaid, 2)))
    return rows


def decimal_loop(count: int) -> list[tuple[Decimal, ...]]:
    """Work a schedule out in a plain loop over decimals, exact to the cent."""
    rate, balance = RATE / 12, Decimal(PRINCIPAL) / 100
    growth = (1 + rate) ** count
    payment = (balance * growth * rate / (growth - 1)).quantize(CENT, ROUND_HALF_UP)
    rows = []
    for n in range(count):
        interest = (balance * rate).quantize(CENT, ROUND_HALF_UP)
        repaid = balance if n == count - 1 else payment - interest
        balance -= repaid
        rows.append((interest + repaid, interest, repaid, balance))
    return rows


def contenders(count: int) -> dict[str, Callable[[], object]]:
    """Return what is measured; the exact schedule first, to which the others are compared."""
    terms = (Capitalise(), Term(instalments=count))
    course = laid_out(arranged(DEBT, terms, DEFAULT))
    return {
        "exact schedule": lambda: schedule(course, DEFAULT),
        "whole plan, proven": lambda: plan(DEBT, terms),
        "numpy-financial": lambda: numpy_financial(count),
        "plain loop, float": lambda: float_loop(count),
        "plain loop, Decimal": lambda: decimal_loop(count),
    }


def require_agreement(count: int) -> None:
    """Stop unless all of them mean the same loan: the payments agree to the cent, the Decimal loop in every row."""
    rows = plan(DEBT, (Term(instalments=count),)).schedule
    if [(r.payment, r.interest, r.principal, r.closing) for r in rows] != [
        tuple(int(cell * 100) for cell in row) for row in decimal_loop(count)
    ]:
        raise SystemExit(f"The schedules of {count} instalments differ.")
    if abs(rows[0].payment / 100 - numpy_financial(count)[0]) > 0.005:
        raise SystemExit(f"The payments of {count} instalments differ.")


def medians(count: int) -> dict[str, float]:
    """Return the median time of each contender in microseconds; they take turns."""
    works = contenders(count)
    times: dict[str, list[int]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            started = perf_counter_ns()
            work()
            times[name].append(perf_counter_ns() - started)
    return {name: median(taken) / 1000 for name, taken in times.items()}


def main() -> None:
    """Print the medians and their ratios to the exact schedule."""
    for count in COUNTS:
        require_agreement(count)
        found = medians(count)
        ours = found["exact schedule"]
        print(f"{count} instalments, median of {ROUNDS}")
        for name, taken in found.items():
            print(f"  {name:<20} {taken:>8.0f} µs   {taken / ours:>6.2f} ×")
        if count == 60:
            verdict = "held" if ours <= BAR_MICROSECONDS else "MISSED"
            print(f"  the bar of {BAR_MICROSECONDS} µs is {verdict}")


if __name__ == "__main__":
    main()
