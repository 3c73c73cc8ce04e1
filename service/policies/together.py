"""Many expressions evaluated by one call of the engine: what it costs to call it, and to tell it the facts, once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import zen

from service.policies.conditions import Compiled
from service.policies.programs import AmountsOf, Env, Program, as_json

PLANS_MAX: Final = 4096
"""How many combinations of unknown facts stay compiled."""

Held = Sequence[bool | None]
"""What came of each expression, in the order of `Together`."""
Places = tuple[int, ...]
"""Where the expressions of a condition stand in that order; one of them is enough."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What can be evaluated where just these facts are unknown, and what the others come to."""

    places: Places
    compiled: Any
    amounts: str | None


class Together:
    """The expressions of a pack as one; what is unknown is left out of it, so that it never meets nothing."""

    def __init__(self, programs: Iterable[Program], amounts: AmountsOf) -> None:
        self._programs = tuple({program.text: program for program in programs}.values())
        self._place = {program.text: place for place, program in enumerate(self._programs)}
        self._none: list[bool | None] = [None] * len(self._programs)
        own = dict.fromkeys(fact for program in self._programs for fact in program.facts)
        self._facts = tuple((name, f'"{name}":') for name in own)
        self._amounts = amounts
        self._plans: dict[tuple[str | None, ...], _Plan] = {}

    def places(self, condition: Compiled) -> Places:
        """Return where the expressions of a condition stand among all."""
        return tuple(self._place[program.text] for program in condition.programs)

    def __call__(self, env: Env) -> Held:
        """Return whether each expression holds; None where a fact, or the currency's amounts, are unknown."""
        told: list[str] = []
        pattern = [env["currency"]]
        for name, key in self._facts:
            value = env[name]
            if value is None:
                pattern.append(name)
            else:
                told.append(key + as_json(value))
        plan = self._plans.get(tuple(pattern)) or self._plan(tuple(pattern))
        found = self._none.copy()
        if not plan.places:
            return found
        if plan.amounts is not None:
            told.append(plan.amounts)
        values: Sequence[Any] = plan.compiled.evaluate("{" + ",".join(told) + "}")
        for place, value in zip(plan.places, values, strict=True):
            found[place] = value is True
        return found

    def _plan(self, pattern: tuple[str | None, ...]) -> _Plan:
        """Compile what can be evaluated where just these facts are unknown."""
        currency, *unknown = pattern
        figures = self._amounts.get(currency) if currency is not None else None
        known = [
            program
            for program in self._programs
            if not any(fact in unknown for fact in program.facts)
            and (not program.amounts or (figures is not None and figures.keys() >= program.amounts))
        ]
        plan = _Plan(
            places=tuple(self._place[program.text] for program in known),
            compiled=zen.compile_expression(f"[{', '.join(f'({p.text})' for p in known)}]") if known else None,
            amounts=f'"amount":{json.dumps(figures)}' if figures else None,
        )
        if len(self._plans) >= PLANS_MAX:
            self._plans.clear()
        self._plans[pattern] = plan
        return plan


def holds(places: Places, held: Held) -> bool | None:
    """Return what a condition comes to, as it would by itself: one expression is enough, and else one not known."""
    if len(places) == 1:
        return held[places[0]]
    found = [held[place] for place in places]
    return True if True in found else None if None in found else False
