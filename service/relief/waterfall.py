"""The waterfall: relief in ordered steps, each taken as far as it must until the payment meets its target."""

import operator
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, assert_never

from service.domain.steps import Comparison, Gate, Household, Step, StepKind, StopRule, Target
from service.relief.debt import Debt
from service.relief.instruments import Terms
from service.relief.plan import Plan, plan
from service.relief.reached import Position, Reached
from service.relief.settings import DEFAULT, Settings
from service.relief.steps import CAPITALISED, SETTLING, require_steps
from service.relief.templates import in_instalments

Figure = Decimal | Fraction | int
COMPARISONS: Final[Mapping[Comparison, Callable[[Figure, Figure], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
FIGURES: Final = frozenset(field.name for field in fields(Position))
"""What a gate may name without its being handed in."""


class Outcome(StrEnum):
    """What became of a step."""

    TAKEN = "taken"
    MET = "met"
    EXHAUSTED = "exhausted"
    NO_ROOM = "no_room"
    NOT_NEEDED = "not_needed"
    GATE_CLOSED = "gate_closed"
    GATE_UNKNOWN = "gate_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What became of one step, how many increments of it were taken (1 where it has none), and where it led."""

    step: Step
    outcome: Outcome
    increments: int
    after: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """The record of a waterfall and the plan it led to.

    `before` is the contract's position, `target` the most a month that all targets allow, exactly. `met` says whether
    the last position meets it by the stop rule of the last step.
    """

    before: Position
    target: Fraction
    record: tuple[StepRecord, ...]
    met: bool
    terms: Terms
    plan: Plan

    @property
    def after(self) -> Position:
        """Where the steps led."""
        return self.record[-1].after


def waterfall(
    debt: Debt,
    *,
    steps: Sequence[Step],
    targets: Sequence[Target],
    household: Household | None = None,
    property_value: int | None = None,
    facts: Mapping[str, Decimal | int | None] | None = None,
    settings: Settings = DEFAULT,
) -> Waterfall:
    """Take steps in their order until the regular payment meets every target, and work the plan out.

    `waive` and `capitalise` settle what is overdue and are taken whatever the payment is. Each other step is taken
    only while the target is not met by its own stop rule, in the fewest increments that meet it; where not even its
    bound does, it goes to its bound. A gate on a figure that is not known keeps its step shut. What the steps lead to
    is repaid in equal instalments. `household` is needed for a `housing_ratio`, `property_value` (minor units) for a
    loan to value; `facts` are further figures for gates. Payments are exact, by the level payment of the day count.
    Raises `WaterfallNotValid`, naming every member, or what `plan` raises.
    """
    require_steps(steps, targets, household=household)
    reached = Reached.contract(debt, settings, household=household, property_value=property_value)
    before = reached.position()
    contractual = reached.monthly(before.payment)
    most = min(_allowed(target, contractual, household) for target in targets)
    record: list[StepRecord] = []
    for step in steps:
        reached, made = _taken(step, reached, most, facts or {})
        record.append(made)
    return Waterfall(
        before=before,
        target=most,
        record=tuple(record),
        met=_meets(reached, steps[-1].stop, most),
        terms=reached.terms,
        plan=plan(debt, reached.terms, settings),
    )


def _allowed(target: Target, contractual: Fraction, household: Household | None) -> Fraction:
    """Return the most that a target lets a month ask for."""
    value = Fraction(target.value)
    match target.measure:
        case "payment":
            return value
        case "housing_ratio":
            own = household or Household(gross_income=0)
            return value * own.gross_income - own.housing_costs
        case "payment_cut":
            return (1 - value) * contractual
        case _:
            assert_never(target.measure)


def _taken(
    step: Step, reached: Reached, most: Fraction, facts: Mapping[str, Decimal | int | None]
) -> tuple[Reached, StepRecord]:
    """Take one step; return what it led to and what became of it."""
    at = reached.position()
    shut = _shut(step.gate, at, facts)
    if shut is not None:
        return reached, StepRecord(step=step, outcome=shut, increments=0, after=at)
    if step.step in SETTLING:
        reached = _arrears_settled(step, reached)
        return reached, StepRecord(step=step, outcome=Outcome.TAKEN, increments=1, after=reached.position())
    if _meets(reached, step.stop, most):
        return reached, StepRecord(step=step, outcome=Outcome.NOT_NEEDED, increments=0, after=at)
    room = _room(step, reached, at)
    if not room:
        return reached, StepRecord(step=step, outcome=Outcome.NO_ROOM, increments=0, after=at)
    each = _increment(step, reached) or room
    steps_max = int((room / each).to_integral_value(rounding=ROUND_CEILING))

    def after(taken: int) -> Reached:
        return _moved(step.step, reached, min(each * taken, room))

    def meets(taken: int) -> bool:
        return _meets(after(taken), step.stop, most)

    met = meets(steps_max)
    # The payment falls with every increment, so the fewest that meet the target are found by halving.
    taken = bisect_left(range(steps_max), x=True, lo=1, key=meets) if met else steps_max
    outcome = Outcome.MET if met else Outcome.EXHAUSTED
    return after(taken), StepRecord(step=step, outcome=outcome, increments=taken, after=after(taken).position())


def _meets(reached: Reached, stop: StopRule, most: Fraction) -> bool:
    return COMPARISONS[stop](reached.monthly(reached.position().payment), most)


def _shut(gate: Gate | None, at: Position, facts: Mapping[str, Decimal | int | None]) -> Outcome | None:
    """Return what keeps a step shut, or None."""
    if gate is None:
        return None
    own = gate.figure in FIGURES
    figure: Decimal | int | None = getattr(at, gate.figure) if own else facts.get(gate.figure)
    if figure is None:
        return Outcome.GATE_UNKNOWN
    return None if COMPARISONS[gate.comparison](figure, gate.bound) else Outcome.GATE_CLOSED


def _arrears_settled(step: Step, reached: Reached) -> Reached:
    if step.step is StepKind.WAIVE:
        return replace(reached, waived=tuple(dict.fromkeys((*reached.waived, *step.components))))
    named = step.components or CAPITALISED
    return replace(reached, capitalised=tuple(dict.fromkeys((*reached.capitalised, *named))))


def _room(step: Step, reached: Reached, at: Position) -> Decimal:
    """Return how far a step can go: a rate, a number of instalments, or an amount."""
    if step.step is StepKind.RATE:
        return max(reached.rate - Decimal(step.floor or 0), Decimal(0))
    cap = Decimal(step.cap or 0)
    if step.step is StepKind.TERM:
        return Decimal(max(in_instalments(int(cap), reached.debt.frequency) - reached.count, 0))
    room = cap * at.balance
    if step.step is StepKind.WAIVE_PRINCIPAL:
        # Waivers come before anything is capitalised: what was interest then cannot be waived as principal.
        room = min(room, Decimal(reached.debt.balance.principal - reached.given_up))
    if step.loan_to_value_min is not None:
        # Without a value nothing may be taken off: the limit cannot be seen to hold.
        least = step.loan_to_value_min * reached.property_value if reached.property_value else Decimal(at.balance)
        room = min(room, at.balance - least)
    return max(room, Decimal(0)).to_integral_value(rounding=ROUND_FLOOR)


def _increment(step: Step, reached: Reached) -> Decimal | None:
    if step.increment is None or step.step is not StepKind.TERM:
        return None if step.increment is None else Decimal(step.increment)
    return Decimal(in_instalments(int(step.increment), reached.debt.frequency))


def _moved(kind: StepKind, reached: Reached, by: Decimal) -> Reached:
    match kind:
        case StepKind.RATE:
            return replace(reached, rate=reached.rate - by)
        case StepKind.TERM:
            return replace(reached, count=reached.count + int(by))
        case StepKind.FORBEAR:
            return replace(reached, set_aside=reached.set_aside + int(by))
        case _:
            return replace(reached, given_up=reached.given_up + int(by))
