"""All the terms that one programme allows for one debt, by number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from itertools import groupby
from math import prod
from typing import Any, Final

from service.domain.settings import InstrumentTemplate, Programme
from service.relief.debt import Debt
from service.relief.instruments import Instrument, Terms, Waive, in_order
from service.relief.templates import COUNTED_IN_MONTHS, in_instalments, instrument

COUNT: Final = "instalments"
PORTIONS: Final = ("fees", "penalty", "interest", "principal")


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter that varies: of which template, under which name, and the values it takes."""

    template: int
    parameter: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The terms of a programme for a debt: the product of its axes, the last axis running fastest.

    Counts are instalments of the loan, whatever the programme counts in. `prescribed` terms leave no choice.
    """

    programme: Programme
    debt: Debt
    templates: tuple[InstrumentTemplate, ...]
    axes: tuple[Axis, ...]
    prescribed: Terms | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Return how many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """Return how many terms there are."""
        return prod(self.shape)

    def terms(self, number: int) -> Terms:
        """Return the terms of a number, from 0."""
        if self.prescribed is not None:
            return self.prescribed
        chosen: dict[int, dict[str, Any]] = {}
        for axis in reversed(self.axes):
            number, position = divmod(number, len(axis.values))
            chosen.setdefault(axis.template, {})[axis.parameter] = axis.values[position]
        made = [
            instrument(template.kind, {**template.parameters, **chosen.get(n, {})})
            for n, template in enumerate(self.templates)
        ]
        return joined(made)

    def axis_of(self, kind: str, parameter: str) -> Axis | None:
        """Return the axis along which a parameter of a kind of instrument varies."""
        kinds = [template.kind for template in self.templates]
        return next((a for a in self.axes if kinds[a.template] == kind and a.parameter == parameter), None)

    def has(self, kind: str) -> bool:
        """Whether the programme uses a kind of instrument."""
        return any(template.kind == kind for template in self.templates)


def family(programme: Programme, debt: Debt) -> Family:
    """Return all terms of a programme for a debt."""
    templates = tuple(_counted(template, debt) for template in programme.instruments)
    axes = tuple(
        Axis(n, parameter, _distinct(grid.values))
        for n, template in enumerate(templates)
        for parameter, grid in template.grids.items()
    )
    return Family(programme=programme, debt=debt, templates=templates, axes=axes)


def opened(whole: Family) -> Family:
    """Return the family with its settlements at their highest part: lower ones are for the borrower to ask for."""
    kinds = [template.kind for template in whole.templates]
    axes = tuple(
        replace(axis, values=(max(axis.values, key=lambda value: Decimal(str(value))),))
        if (kinds[axis.template], axis.parameter) == ("settlement", "fraction")
        else axis
        for axis in whole.axes
    )
    return replace(whole, axes=axes)


def with_counts(whole: Family, counts: Sequence[int]) -> Family:
    """Return the family with other numbers of instalments in its `term`, whatever the programme's grid."""
    kinds = [template.kind for template in whole.templates]
    if "term" not in kinds:
        return whole
    at = kinds.index("term")
    kept = tuple(axis for axis in whole.axes if (axis.template, axis.parameter) != (at, COUNT))
    return replace(whole, axes=(*kept, Axis(at, COUNT, _distinct(counts))))


def with_instrument(whole: Family, kind: str, parameters: Mapping[str, Any]) -> Family:
    """Return the family in which one more instrument takes part, in place of the programme's own of that kind."""
    kept = [n for n, template in enumerate(whole.templates) if template.kind != kind]
    moved = {old: new for new, old in enumerate(kept)}
    return replace(
        whole,
        templates=(*(whole.templates[n] for n in kept), InstrumentTemplate(kind=kind, parameters=dict(parameters))),
        axes=tuple(replace(axis, template=moved[axis.template]) for axis in whole.axes if axis.template in moved),
    )


def joined(instruments: Sequence[Instrument]) -> Terms:
    """Return instruments in the order of application; waivers that vest alike become one."""
    waivers = sorted((i for i in instruments if isinstance(i, Waive)), key=lambda waive: waive.vests)
    others = [i for i in instruments if not isinstance(i, Waive)]
    return in_order((*(_one_waiver(list(alike)) for _, alike in groupby(waivers, lambda w: w.vests)), *others))


def _one_waiver(waivers: Sequence[Waive]) -> Waive:
    return reduce(
        lambda one, more: replace(one, **{p: getattr(more, p) for p in PORTIONS if getattr(more, p) is not None}),
        waivers,
    )


def _counted(template: InstrumentTemplate, debt: Debt) -> InstrumentTemplate:
    """Turn a programme's months into instalments of the loan."""
    if template.kind not in COUNTED_IN_MONTHS:
        return template
    parameters, grids = dict(template.parameters), dict(template.grids)
    if COUNT in parameters:
        parameters[COUNT] = in_instalments(int(parameters[COUNT]), debt.frequency)
    if COUNT in grids:
        counts = tuple(in_instalments(int(months), debt.frequency) for months in grids[COUNT].values)
        grids[COUNT] = replace(grids[COUNT], values=counts)
    return replace(template, parameters=parameters, grids=grids)


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))
