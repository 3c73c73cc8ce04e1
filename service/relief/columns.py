"""The parameters of a family as arrays: each axis has a dimension of its own, so that figures combine by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from service.domain.money import Component
from service.relief.families import COUNT, Axis, Family
from service.relief.instruments import Portion
from service.relief.templates import portion


@dataclass(frozen=True, slots=True)
class Columns:
    """Reads the parameters of a family's instruments; what does not vary is a single number."""

    family: Family

    def has(self, kind: str) -> bool:
        """Whether the family uses a kind of instrument."""
        return self.family.has(kind)

    def fixed(self, kind: str, parameter: str, default: Any) -> Any:
        """Return a parameter that does not vary."""
        found = self._templates(kind)
        return self.family.templates[found[0]].parameters.get(parameter, default) if found else default

    def values(self, kind: str, parameter: str) -> tuple[tuple[Any, ...], Any]:
        """Return the distinct values of a parameter, and which of them each plan has."""
        template = self._templates(kind)[0]
        axis, dimension = self._axis(template, parameter)
        if axis is None:
            return (self.fixed(kind, parameter, None),), np.int64(0)
        return axis.values, self._along(range(len(axis.values)), dimension)

    def count(self, kind: str) -> Any:
        """Return how many instalments, or payments, an instrument speaks of."""
        template = self.family.templates[self._templates(kind)[0]]
        name = COUNT if COUNT in template.parameters or COUNT in template.grids else "payments"
        values, which = self.values(kind, name)
        return np.array([int(value) for value in values])[which]

    def portions(self, component: Component) -> tuple[list[Portion], Any] | None:
        """Return the portions of a component that a waiver gives up, and which of them each plan has."""
        for n in self._templates("waive"):
            parameters = self.family.templates[n].parameters
            short = ("fraction", "amount") if parameters.get("component") == component.value else ()
            for name in (component.value, *short):
                axis, dimension = self._axis(n, name)
                values = axis.values if axis else (parameters[name],) if name in parameters else ()
                if values:
                    made = [Portion(amount=int(v)) if name == "amount" else portion(v) for v in values]
                    return made, self._along(range(len(made)), dimension) if axis else np.int64(0)
        return None

    def set_aside(self, kind: str) -> tuple[list[Portion], Any]:
        """Return the portions of principal that are set aside, or left to the end, and which each plan has."""
        template = self.family.templates[self._templates(kind)[0]]
        (name,) = {*template.parameters, *template.grids}
        values, which = self.values(kind, name)
        return [Portion(amount=int(v)) if name == "amount" else portion(v) for v in values], which

    def rates(self, contractual: Decimal) -> tuple[list[Decimal], Any]:
        """Return the distinct rates, and which of them each plan has."""
        if not self.has("rate"):
            return [contractual], np.int64(0)
        values, which = self.values("rate", "annual_rate")
        return [Decimal(str(value)) for value in values], which

    def _templates(self, kind: str) -> list[int]:
        return [n for n, template in enumerate(self.family.templates) if template.kind == kind]

    def _axis(self, template: int, parameter: str) -> tuple[Axis | None, int]:
        for dimension, axis in enumerate(self.family.axes):
            if (axis.template, axis.parameter) == (template, parameter):
                return axis, dimension
        return None, 0

    def _along(self, values: Sequence[Any], dimension: int) -> Any:
        shape = [1] * len(self.family.axes)
        shape[dimension] = len(values)
        return np.array(values).reshape(shape)
