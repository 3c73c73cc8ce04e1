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


Pattern = tuple[str | None, ...]
"""The currency of a case, and the names of the facts that are unknown."""
_Keys = tuple[tuple[str, str], ...]
"""The facts that are read, each as the member of a JSON object begins."""


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
        own = dict.fromkeys(f for program in self._programs for f in program.facts if f != "currency")
        keys = tuple((name, f'"{name}":') for name in own)
        self._facts = _KEYS.setdefault(keys, keys)
        self._amounts = amounts
        self._plans: dict[Pattern, _Plan] = {}

    def places(self, condition: Compiled) -> Places:
        """Return where the expressions of a condition stand among all."""
        return tuple(self._place[program.text] for program in condition.programs)

    def __call__(self, env: Env) -> Held:
        """Return whether each expression holds; None where a fact, or the currency's amounts, are unknown."""
        told, pattern = _written(env, self._facts)
        plan = self._plans.get(pattern) or self._plan(pattern)
        found = self._none.copy()
        if not plan.places:
            return found
        document = f"{{{told}}}" if plan.amounts is None else f"{{{told},{plan.amounts}}}"
        values: Sequence[Any] = plan.compiled.evaluate(document)
        for place, value in zip(plan.places, values, strict=True):
            found[place] = value is True
        return found

    def pattern(self, env: Env) -> Pattern:
        """Return which of the facts that are read are unknown."""
        return _written(env, self._facts)[1]

    def _plan(self, pattern: Pattern) -> _Plan:
        """Compile what can be evaluated where just these facts are unknown."""
        currency, *unknown = pattern
        figures = self._amounts.get(currency) if currency is not None else None
        known = [
            program
            for program in self._programs
            if not any(fact in unknown or (fact == "currency" and currency is None) for fact in program.facts)
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


_KEYS: dict[_Keys, _Keys] = {}
"""One and the same for packs that read the same facts."""
_last: tuple[Env, _Keys, tuple[str, Pattern]] | None = None
"""What was written last: versions that are compared mostly read the same facts of the same case."""


def _written(env: Env, keys: _Keys) -> tuple[str, Pattern]:
    """Write facts for the engine, and note the currency and which of them are unknown."""
    global _last  # noqa: PLW0603  # one value that is replaced whole
    last = _last
    if last is not None and last[0] is env and last[1] is keys:
        return last[2]
    told: list[str] = [f'"currency":{json.dumps(env["currency"])}']
    unknown = [env["currency"]]
    for name, key in keys:
        value = env[name]
        if value is None:
            unknown.append(name)
        else:
            told.append(key + as_json(value))
    written = ",".join(told), tuple(unknown)
    _last = (env, keys, written)
    return written


def holds(places: Places, held: Held) -> bool | None:
    """Return what a condition comes to, as it would by itself: one expression is enough, and else one not known."""
    if len(places) == 1:
        return held[places[0]]
    found = [held[place] for place in places]
    return True if True in found else None if None in found else False
