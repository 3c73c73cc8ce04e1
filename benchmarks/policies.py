"""How long judging takes, with the whole trace, and how much of it the expression engine alone would take.

Run it with `python -m benchmarks.policies`. A pack of 30 rules judges one case of one loan: a third of the rules hold,
a third fail, a third is unknown, and each line of the trace carries the facts that were read. Below it the shipped
packs, each on the first of its golden scenarios. The two sides take turns, so that the machine's mood falls on both.
"""

import json
from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter_ns
from typing import Any, Final

import zen

from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.policies.pack import Pack, pack_of
from service.policies.registry import Registry

RULES: Final = 30
ROUNDS: Final = 2000
BAR_MICROSECONDS: Final = 200
ON: Final = date(2026, 11, 15)

HEAD: Final = """
[policy]
id = "thirty"
version = "1"
title = { en = "Thirty rules", "zh-CN" = "三十条规则" }
source = "a benchmark"

[amounts.CNY]
large = 5000000

[authority.system]
"""
CONDITIONS: Final = (
    "days_past_due >= 30 and overdue > 0",
    "contractual_payment > 0.9 * surplus",
    "hardship_reason in ['illness', 'unemployment', 'business_downturn']",
    "exposure > 20 * amount.large",
    "payment_to_surplus <= 0.9",
    "borrower_kind == 'company'",
    "insolvent",
    "not willing_to_pay and days_past_due > 90",
    "loan_to_value > 0.8 and lien_position == 1",
)
"""Three that hold for the case below, three that fail, three that read a fact which is not known."""

LOAN: Final[dict[str, Any]] = {
    "exposure": 11408544,
    "overdue": 1399226,
    "days_past_due": 45,
    "contractual_payment": 687445,
}
CASE: Final = Facts(
    case=CaseFacts(
        **LOAN,
        currency="CNY",
        borrower_kind="sole_trader",
        surplus=440000,
        payment_to_surplus=None,
        hardship_reason="business_downturn",
        evidence_missing=0,
    ),
    loans={"L-001": LoanFacts(**LOAN)},
)


def thirty() -> Pack:
    """Return a pack of 30 rules, each with a code, a text in two languages and a source."""
    rules = [
        f'[[rules]]\ncode = "R{n}"\nwhen = "{CONDITIONS[n % len(CONDITIONS)]}"\n'
        'text = { en = "Why.", "zh-CN" = "原因。" }\nsource = "a benchmark"\n'
        for n in range(RULES)
    ]
    return pack_of(HEAD + "\n".join(rules), name="thirty.toml")


def engine_alone() -> Callable[[], object]:
    """Return what evaluates the 30 conditions with zen and nothing else: all facts in one document, no trace."""
    programs = [zen.compile_expression(CONDITIONS[n % len(CONDITIONS)]) for n in range(RULES)]
    known = {name: value for name, value in CASE.of_case().items() if value is not None}
    document = json.dumps({**known, "amount": {"large": 5000000}, "willing_to_pay": True, "loan_to_value": 0.5,
                           "lien_position": 1, "insolvent": False, "payment_to_surplus": 1.5})  # fmt: skip
    return lambda: [program.evaluate(document) for program in programs]


def microseconds(*works: Callable[[], object]) -> list[float]:
    """Return the median time of each work; they take turns."""
    taken: list[list[int]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, taken, strict=True):
            began = perf_counter_ns()
            work()
            times.append(perf_counter_ns() - began)
    return [median(times) / 1000 for times in taken]


def main() -> None:
    """Measure and print."""
    pack = thirty()
    verdict = pack.judge(CASE, on=ON)
    results = [line.result for line in verdict.trace]
    ours, engine = microseconds(lambda: pack.judge(CASE, on=ON), engine_alone())
    counts = ", ".join(f"{results.count(result)} {result}" for result in ("true", "false", "unknown"))
    print(f"{len(results)} rules, with trace ({counts}): {ours:.0f} µs a case; the bar is {BAR_MICROSECONDS} µs")
    print(f"zen alone, no trace, on one document: {engine:.0f} µs ({engine / ours:.2f} of ours)")
    registry = Registry.load(["standard"])
    for name, policy in registry.known.items():
        lines = len(policy.judge(CASE, on=ON).trace)
        [taken] = microseconds(lambda policy=policy: policy.judge(CASE, on=ON))  # type: ignore[misc]
        print(f"{name}: {lines} lines of trace, {taken:.0f} µs a case ({taken / lines:.1f} µs a line)")
    if ours > BAR_MICROSECONDS:
        raise SystemExit(f"{ours:.0f} µs is over the bar of {BAR_MICROSECONDS} µs.")


if __name__ == "__main__":
    main()
