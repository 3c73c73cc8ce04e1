"""Which steps and targets of a waterfall make sense, before any debt is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from service.domain.errors import Problem, RuleBroken
from service.domain.money import AMOUNT_MAX, RATE_MAX, RATE_MIN, Component
from service.domain.steps import Household, Step, StepKind, Target
from service.relief.terms import INSTALMENTS_MAX

STEPS_MAX: Final = 20
TARGETS_MAX: Final = 5
SETTLING: Final = frozenset({StepKind.WAIVE, StepKind.CAPITALISE})
"""Steps that settle what is overdue; they have no increments."""
CAPITALISED: Final = (Component.INTEREST, Component.PRINCIPAL)
"""What a step that capitalises takes when it names nothing: penalty and late fees never by default."""
ON_PRINCIPAL: Final = frozenset({StepKind.FORBEAR, StepKind.WAIVE_PRINCIPAL})

BOUNDS: Final[Mapping[StepKind, tuple[Decimal | int, Decimal | int]]] = {
    StepKind.RATE: (RATE_MIN, RATE_MAX),
    StepKind.TERM: (1, INSTALMENTS_MAX),
    StepKind.FORBEAR: (0, 1),
    StepKind.WAIVE_PRINCIPAL: (0, 1),
}
"""Between which figures the floor or the cap of a step lies."""

Finding = tuple[str, str, str]


class WaterfallNotValid(RuleBroken):
    """Steps or targets are missing or out of bounds; `problems` names each."""

    code = "waterfall_not_valid"
    title = "The waterfall is not valid"


def require_steps(steps: Sequence[Step], targets: Sequence[Target], *, household: Household | None) -> None:
    """Raise one `WaterfallNotValid` that names every member that is missing or out of bounds."""
    found = [*_of_lists(steps, targets), *_of_household(targets, household)]
    found += [(f"/steps/{n}{at}", code, says) for n, step in enumerate(steps) for at, code, says in _of_step(step)]
    found += [(f"/targets/{n}{at}", code, says) for n, t in enumerate(targets) for at, code, says in _of_target(t)]
    if found:
        problems = [Problem(*finding) for finding in found]
        raise WaterfallNotValid(" ".join(problem.detail for problem in problems), problems)


def _of_lists(steps: Sequence[Step], targets: Sequence[Target]) -> Iterator[Finding]:
    if not 1 <= len(steps) <= STEPS_MAX:
        yield "/steps", "out_of_bounds", f"A waterfall has between 1 and {STEPS_MAX} steps."
    if not 1 <= len(targets) <= TARGETS_MAX:
        yield "/targets", "out_of_bounds", f"A waterfall has between 1 and {TARGETS_MAX} targets."


def _of_household(targets: Sequence[Target], household: Household | None) -> Iterator[Finding]:
    if household is None:
        if any(target.measure == "housing_ratio" for target in targets):
            yield "/household", "required", "A housing ratio needs the gross income."
        return
    for name, amount in (("gross_income", household.gross_income), ("housing_costs", household.housing_costs)):
        if not 0 <= amount <= AMOUNT_MAX:
            yield f"/household/{name}", "out_of_bounds", "An amount here is at least 0 and at most 10^13."


def _of_target(target: Target) -> Iterator[Finding]:
    most = {"payment": AMOUNT_MAX, "housing_ratio": 10, "payment_cut": 1}[target.measure]
    if not _between(target.value, 0, most):
        yield "/value", "out_of_bounds", f"A {target.measure} lies between 0 and {most}."


def _of_step(step: Step) -> Iterator[Finding]:
    if step.step in SETTLING:
        yield from _of_settling(step)
    else:
        yield from _of_search(step)
    if step.gate is not None and not Decimal(step.gate.bound).is_finite():
        yield "/gate/bound", "out_of_bounds", "The bound of a gate is a number."


def _of_settling(step: Step) -> Iterator[Finding]:
    if step.step is StepKind.WAIVE and not step.components:
        yield "/components", "required", "A step that waives names at least one component."
    if step.step is StepKind.WAIVE and Component.PRINCIPAL in step.components:
        yield "/components", "out_of_bounds", "Principal is waived by a step of its own, waive_principal."
    if len(set(step.components)) < len(step.components):
        yield "/components", "out_of_bounds", "Name each component once."
    for name in ("increment", "floor", "cap", "loan_to_value_min"):
        if getattr(step, name) is not None:
            yield f"/{name}", "not_taken", f"A step that {step.step}s settles the whole and takes no {name}."


def _of_search(step: Step) -> Iterator[Finding]:
    """Yield what is wrong with a step that searches for the target."""
    own, other = ("floor", "cap") if step.step is StepKind.RATE else ("cap", "floor")
    least, most = BOUNDS[step.step]
    bound = getattr(step, own)
    if bound is None:
        yield f"/{own}", "required", f"A step on {step.step} needs a {own}."
    elif not _between(bound, least, most) or (step.step is StepKind.TERM and not _whole(bound)):
        yield f"/{own}", "out_of_bounds", f"The {own} lies between {least} and {most}."
    if getattr(step, other) is not None:
        yield f"/{other}", "not_taken", f"A step on {step.step} takes no {other}."
    if step.components:
        yield "/components", "not_taken", f"A step on {step.step} takes no components."
    if step.increment is not None and not _increment(step):
        yield "/increment", "out_of_bounds", "An increment is above 0, and whole where it counts months or money."
    if step.loan_to_value_min is not None:
        if step.step not in ON_PRINCIPAL:
            yield "/loan_to_value_min", "not_taken", f"A step on {step.step} takes no loan_to_value_min."
        elif not _between(step.loan_to_value_min, 0, 100):
            yield "/loan_to_value_min", "out_of_bounds", "A loan to value lies between 0 and 100."


def _increment(step: Step) -> bool:
    increment = Decimal(step.increment or 0)
    if not (increment.is_finite() and 0 < increment <= AMOUNT_MAX):
        return False
    return step.step is StepKind.RATE or _whole(increment)


def _between(value: Decimal | int, least: Decimal | int, most: Decimal | int) -> bool:
    return Decimal(value).is_finite() and least <= value <= most


def _whole(value: Decimal | int) -> bool:
    return Decimal(value) == int(value)
