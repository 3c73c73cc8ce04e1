"""How long a rate takes, beside numpy-financial, pyxirr and a plain loop, in one run.

Run it with `python -m benchmarks.rates`. All of them look for the rate of the same loan, 480 monthly payments of
1,432.86 on 200,000. The rates of the regulations count their intervals from dates; the others are handed periods, or
days over 365. They take turns, so that the machine's mood falls on all alike: the ratios say more than the times.
"""

from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter_ns
from typing import Final

import numpy_financial as npf
import pyxirr

from service.domain.dates import add_months
from service.relief.eu_apr import eu_apr
from service.relief.rates import Flow, irr, xirr
from service.relief.uk_apr import uk_apr
from service.relief.unit_periods import UnitPeriod, UnitPeriodKind
from service.relief.us_apr import us_apr

LOAN: Final = 20_000_000
PAYMENT: Final = 143_286
START: Final = date(2026, 1, 31)
COUNTS: Final = (36, 480)
ROUNDS: Final = 200
SLOW: Final = "numpy-financial irr"
SLOW_ROUNDS: Final = 3
"""How often numpy-financial is tried with many payments: it finds all 480 roots of a polynomial, and takes long."""

BAR_MILLISECONDS: Final = 2
CLOSE: Final = 1e-12
STEPS_MAX: Final = 100


def plain_loop(amounts: list[int]) -> float:
    """Look for the rate per period by Newton's steps, in a plain loop over floats."""
    rate = 0.01
    for _ in range(STEPS_MAX):
        value = slope = 0.0
        for period, amount in enumerate(amounts):
            worth = amount / (1 + rate) ** period
            value += worth
            slope -= period * worth / (1 + rate)
        step = value / slope
        rate -= step
        if abs(step) < CLOSE:
            break
    return rate


def amounts_of(count: int) -> list[int]:
    """Return the loan and so many payments."""
    return [-LOAN, *[PAYMENT * (480 // count)] * count]


def contenders(count: int) -> dict[str, Callable[[], object]]:
    """Return what is measured; the European rate first, to which the others are compared."""
    amounts = amounts_of(count)
    days = [add_months(START, n) for n in range(count + 1)]
    dated = [Flow(amount, on=day) for amount, day in zip(amounts, days, strict=True)]
    counted = [Flow(amount, period=n) for n, amount in enumerate(amounts)]
    month = UnitPeriod(UnitPeriodKind.MONTH)
    floats = [float(amount) for amount in amounts]
    return {
        "EU APR": lambda: float(eu_apr(dated)),
        "UK APR": lambda: float(uk_apr(dated)),
        "US APR": lambda: float(us_apr(dated, unit=month).percent),
        "XIRR": lambda: float(xirr(dated)),
        "IRR": lambda: float(irr(counted).per_period_percent),
        "numpy-financial irr": lambda: float(npf.irr(floats)) * 100,
        "pyxirr xirr": lambda: pyxirr.xirr(days, floats),
        "plain loop, float": lambda: plain_loop(amounts) * 100,
    }


def require_agreement(count: int) -> None:
    """Stop unless all of them mean the same loan: by month, and compounded over a year."""
    found = contenders(count)
    monthly = plain_loop(amounts_of(count))
    names = ("IRR", "numpy-financial irr", "plain loop, float")
    differ = [abs(float(str(found[name]())) - monthly * 100) for name in names]
    differ.append(abs(float(str(found["EU APR"]())) - ((1 + monthly) ** 12 - 1) * 100))
    if max(differ) > 1e-6:
        raise SystemExit(f"The rates of {count} payments differ: {differ}.")


def medians(count: int) -> dict[str, float]:
    """Return the median time of each contender in milliseconds; they take turns."""
    works = contenders(count)
    times: dict[str, list[int]] = {name: [] for name in works}
    for turn in range(ROUNDS):
        for name, work in works.items():
            if name == SLOW and count > COUNTS[0] and turn >= SLOW_ROUNDS:
                continue
            started = perf_counter_ns()
            work()
            times[name].append(perf_counter_ns() - started)
    return {name: median(taken) / 1e6 for name, taken in times.items()}


def main() -> None:
    """Print the medians and their ratios to the European rate."""
    for count in COUNTS:
        require_agreement(count)
        found = medians(count)
        ours = found["EU APR"]
        print(f"{count} payments, median of {ROUNDS}")
        for name, taken in found.items():
            print(f"  {name:<20} {taken:>8.3f} ms   {taken / ours:>6.2f} ×")
        if count == 480:
            verdict = "held" if ours <= BAR_MILLISECONDS else "MISSED"
            print(f"  the bar of {BAR_MILLISECONDS} ms is {verdict}")


if __name__ == "__main__":
    main()
