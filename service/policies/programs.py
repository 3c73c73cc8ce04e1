"""Expressions compiled by zen, evaluated only where nothing that they name is unknown."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import zen

from service.domain.money import SIX_PLACES
from service.policies.expression_kinds import AMOUNT
from service.policies.expression_tree import Node, names

Env = Mapping[str, Any]
"""Facts by name; None is unknown."""

AmountsOf = Mapping[str, Mapping[str, int]]
"""The pack's figures in minor units, by currency and name."""


class Program:
    """One expression: which facts it reads, which amounts, and how it is evaluated."""

    __slots__ = ("_amounts", "_compiled", "_facts", "amounts", "facts", "reads", "text")

    def __init__(self, text: str, node: Node, amounts: AmountsOf) -> None:
        found = names(node)
        named = tuple(n.removeprefix(AMOUNT) for n in found if n.startswith(AMOUNT))
        own = tuple(n for n in found if not n.startswith(AMOUNT))
        self.text, self.facts, self.amounts = text, own, frozenset(named)
        self._facts = tuple((name, f'"{name}":') for name in own)
        self.reads = tuple(dict.fromkeys((*own, "currency"))) if named else own
        self._amounts = _told(amounts, named) if named else None
        self._compiled = zen.compile_expression(text)

    def __call__(self, env: Env) -> bool | None:
        """Return whether the expression holds; None when a fact, or the currency's amounts, are unknown."""
        told: list[str] = []
        for name, key in self._facts:
            value = env[name]
            if value is None:
                return None
            told.append(key + as_json(value))
        if self._amounts is not None:
            figures = self._amounts.get(env["currency"])
            if figures is None:
                return None
            told.append(figures)
        # As text, because zen reads the decimals of text exactly and those of floats nearly (4170.205469).
        return self._compiled.evaluate("{" + ",".join(told) + "}") is True


def _told(amounts: AmountsOf, named: Sequence[str]) -> dict[str, str]:
    """Write the amounts that an expression names for zen, by currency."""
    return {
        currency: f'"amount":{json.dumps({name: figures[name] for name in named})}'
        for currency, figures in amounts.items()
        if figures.keys() >= set(named)
    }


_AS_JSON: Final[dict[type, Callable[[Any], str]]] = {
    bool: lambda value: "true" if value else "false",
    int: str,
    Decimal: lambda value: format(value.quantize(SIX_PLACES, rounding=ROUND_HALF_UP), "f"),
}
"""How a fact that is no word is written for zen: money and counts as integers, ratios half-up to six places."""


def as_json(value: Any) -> str:
    """Write one fact for zen, or for whoever else is told of it."""
    return _AS_JSON.get(type(value), json.dumps)(value)
