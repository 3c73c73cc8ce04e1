"""How long a menu over tens of thousands of plans takes, beside a plain-Python loop over the same plans.

Run with `python -m benchmarks.menu`. Both find the same cheapest plan; the loop looks for nothing else, and rounds as
the schedules do, but proves nothing. `numpy-financial` works out the level payments of the same plans at once and no
more: neither totals nor limits, nor what each side would rather have. Then menus over more and more loans: the time
grows with the loans.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Final, NamedTuple

import numpy as np
import numpy_financial as npf

from service.domain.money import Amounts
from service.domain.policy import Level
from service.domain.settings import (
    AuthorityStep,
    Grid,
    InstrumentTemplate,
    Limits,
    MenuSettings,
    PolicySettings,
    Programme,
)
from service.relief.affordability import Ability
from service.relief.debt import Debt
from service.relief.menu import Menu, menu

BAR_MS: Final = 20.0
RUNS: Final = 41
COUNTS: Final = tuple(range(6, 61))
RATES: Final = tuple(Decimal(144 - 4 * n) / 1000 for n in range(20))
WAIVED: Final = tuple(Decimal(n) / 4 for n in range(5))
PAUSES: Final = (1, 2, 3, 6)
CAPACITY: Final = 396_000
LONGEST: Final = 36
LOANS: Final = (1, 2, 5, 10, 50)
CHEAPER: Final = (
    InstrumentTemplate(kind="capitalise", parameters={"components": ("interest", "principal")}),
    InstrumentTemplate(kind="term", grids={"instalments": Grid(values=COUNTS)}),
    InstrumentTemplate(kind="rate", grids={"annual_rate": Grid(values=RATES)}),
)

DEBT: Final = Debt(
    loan_id="L-001",
    effective_on=date(2026, 12, 1),
    as_of=date(2026, 12, 1),
    before=Amounts(principal=11_069_457, interest=378_454, penalty=37_535),
    overdue_principal=1_115_879,
    overdue_interest=259_011,
    annual_rate=Decimal("0.144"),
    instalment=687_445,
    instalments_remaining=16,
    next_due_on=date(2027, 1, 1),
    due_day=1,
    original_instalments=36,
)


class Cheapest(NamedTuple):
    """What the loop looks for: the plan with the lowest total, and of those the one with the lowest payment."""

    total: int
    highest: int


def programme() -> Programme:
    """Return a programme with 22,000 plans: five waivers, 55 terms, 20 rates, four pauses."""
    instruments = (
        InstrumentTemplate(kind="waive", parameters={"component": "penalty", "fraction": "1"}),
        InstrumentTemplate(kind="waive", parameters={"component": "interest"}, grids={"fraction": Grid(values=WAIVED)}),
        InstrumentTemplate(kind="capitalise", parameters={"components": ("interest", "principal")}),
        InstrumentTemplate(kind="term", grids={"instalments": Grid(values=COUNTS)}),
        InstrumentTemplate(kind="rate", grids={"annual_rate": Grid(values=RATES)}),
        InstrumentTemplate(
            kind="holiday", parameters={"then": "raise"}, grids={"instalments": Grid(values=PAUSES)}
        ),
    )  # fmt: skip
    return Programme(
        code="all_of_it",
        title={},
        description={},
        instruments=instruments,
        limits=Limits(instalments_max=60, instalments_max_of_original=Decimal(1), holiday_instalments_max=6),
        source="benchmark",
    )


def settings(*, value_test: bool) -> PolicySettings:
    """Return the settings of a pack in which a supervisor may waive all of the interest."""
    steps = (AuthorityStep(level="supervisor", waived_max=Decimal("0.30")),)
    return PolicySettings(authority=steps, menu=MenuSettings(value_test=value_test))


def made(policy: PolicySettings, of: Programme) -> Menu:
    """Make the menu."""
    ability = Ability(surplus=440_000, share=Decimal("0.90"))
    return menu([DEBT], programmes={DEBT.loan_id: [of]}, ability=ability, settings=policy, level=Level.SUPERVISOR)


def looped() -> tuple[Cheapest, int]:
    """Work out every plan in a plain loop; return the cheapest and how many there were."""
    found, tried = Cheapest(10**15, 10**15), 0
    for waived, count, rate, pause in product(WAIVED, COUNTS, RATES, PAUSES):
        tried += 1
        if count > LONGEST or count <= pause:
            continue
        payments = list(_payments(waived, count, float(rate) / 12, pause))
        if max(payments) <= CAPACITY:
            found = min(found, Cheapest(sum(payments), max(payments)))
    return found, tried


def _payments(waived: Decimal, count: int, rate: float, pause: int) -> Iterator[int]:
    """Yield the payments of one plan: nothing at first, then level ones, each with a part of the unpaid interest."""
    interest = DEBT.balance.interest
    balance = DEBT.balance.principal + interest - int(waived * interest + Decimal("0.5"))
    carried = pause * int(balance * rate + 0.5)
    regular = count - pause
    level = int(balance * rate / (1 - (1 + rate) ** -regular) + 0.5)
    for _ in range(pause):
        yield 0
    for left in range(regular, 0, -1):
        accrued = int(balance * rate + 0.5)
        principal = level - accrued if left > 1 else balance
        balance -= principal
        part = int(carried / left + 0.5)
        carried -= part
        yield principal + accrued + part


def level_payments() -> object:
    """Work out the level payments of all plans with numpy-financial, in floats."""
    grid = np.meshgrid([float(w) for w in WAIVED], COUNTS, [float(r) / 12 for r in RATES], PAUSES, indexing="ij")
    waived, count, rate, pause = (axis.ravel() for axis in grid)
    owed = DEBT.balance.principal + DEBT.balance.interest * (1 - waived)
    return -npf.pmt(rate, np.maximum(count - pause, 1), owed)


def made_for(count: int) -> Menu:
    """Make the menu of a case of so many loans, two programmes open to each."""
    longer = replace(programme(), code="longer", instruments=programme().instruments[:4])
    cheaper = replace(programme(), code="cheaper", instruments=(*programme().instruments[:1], *CHEAPER))
    loans = [replace(DEBT, loan_id=f"L-{n:03}") for n in range(count)]
    return menu(
        loans,
        programmes={debt.loan_id: [longer, cheaper] for debt in loans},
        ability=Ability(surplus=440_000 * count, share=Decimal("0.90")),
        settings=settings(value_test=False),
        level=Level.SUPERVISOR,
    )


def median_ms(run: Callable[[], object], runs: int) -> float:
    """Return the median time of a call, after one that warms caches up."""
    run()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print candidates, medians and the ratio."""
    of = programme()
    cheapest, tried = looped()
    slow, bare = median_ms(looped, 3), median_ms(level_payments, RUNS)
    print(f"candidates                   {tried:>9,}")
    for value_test in (False, True):
        policy = settings(value_test=value_test)
        found = made(policy, of)
        recommended = found.offers[0]
        if found.considered != tried or (not value_test and recommended.total_payable != cheapest.total):
            raise SystemExit(f"menu and loop differ: {recommended.total_payable} and {cheapest.total}")
        fast = median_ms(lambda policy=policy: made(policy, of), RUNS)  # type: ignore[misc]
        name = "menu, with the value test" if value_test else "menu"
        print(f"{name:<28} {fast:>9.1f} ms   (bar {BAR_MS:.0f} ms)   {len(found.offers)} offers")
        print(f"{'plain-Python loop':<28} {slow:>9.1f} ms   {slow / fast:.0f} times as long")
        print(f"{'numpy-financial, payments':<28} {bare:>9.1f} ms   {bare / fast:.2f} of it")
    for count in LOANS:
        found = made_for(count)
        taken = median_ms(lambda count=count: made_for(count), 5)  # type: ignore[misc]
        name = f"{count} {'loan' if count == 1 else 'loans'}, {found.considered:,} plans"
        print(f"{name:<28} {taken:>9.1f} ms   {taken / count:.1f} ms a loan, {len(found.offers)} offers")


if __name__ == "__main__":
    main()
