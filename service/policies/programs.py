"""Expressions compiled by zen, evaluated only where nothing that they name is unknown."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

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

    __slots__ = ("_amount_names", "_amounts", "_compiled", "_facts", "reads")

    def __init__(self, text: str, node: Node, amounts: AmountsOf) -> None:
        found = names(node)
        self._amount_names = tuple(n.removeprefix(AMOUNT) for n in found if n.startswith(AMOUNT))
        own = tuple(n for n in found if not n.startswith(AMOUNT))
        self._facts = tuple((name, f'"{name}":') for name in own)
        self.reads = tuple(dict.fromkeys((*own, "currency"))) if self._amount_names else own
        self._amounts = amounts
        self._compiled = zen.compile_expression(text)

    def __call__(self, env: Env) -> bool | None:
        """Return whether the expression holds; None when a fact, or the currency's amounts, are unknown."""
        told: list[str] = []
        for name, key in self._facts:
            value = env[name]
            if value is None:
                return None
            told.append(key + as_json(value))
        if self._amount_names:
            figures = self._amounts.get(env["currency"])
            if figures is None:
                return None
            told.append(f'"amount":{json.dumps({n: figures[n] for n in self._amount_names})}')
        # As text, because zen reads the decimals of text exactly and those of floats nearly (4170.205469).
        return self._compiled.evaluate("{" + ",".join(told) + "}") is True


def as_json(value: object) -> str:
    """Write a fact for zen: money and counts as integers, ratios rounded half-up to six places."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.quantize(SIX_PLACES, rounding=ROUND_HALF_UP), "f")
    return json.dumps(value)
