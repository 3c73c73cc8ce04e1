"""Which families of plans can be estimated all at once, and which have to be worked out plan by plan."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from service.domain.money import Component
from service.domain.settings import InstrumentTemplate
from service.domain.words import Repayment
from service.relief.families import Family
from service.relief.settings import Settings

SCHEDULED: Final = frozenset({
    "waive", "upfront", "capitalise", "forbear", "balloon", "arrears_plan", "term", "rate", "holiday", "due_day",
})  # fmt: skip
SETTLING: Final = frozenset({"waive", "upfront", "settlement"})
LEVEL: Final = frozenset({Repayment.EQUAL_INSTALMENTS, Repayment.REVOLVING})
PLAIN: Final[Mapping[str, frozenset[str]]] = {
    "waive": frozenset({"component", "fraction", "amount", "fees", "penalty", "interest", "principal", "vests"}),
    "upfront": frozenset({"amount"}),
    "capitalise": frozenset({"components"}),
    "forbear": frozenset({"principal", "fraction", "amount"}),
    "balloon": frozenset({"principal", "fraction", "amount"}),
    "arrears_plan": frozenset({"instalments"}),
    "term": frozenset({"instalments"}),
    "rate": frozenset({"annual_rate"}),
    "holiday": frozenset({"instalments", "pays", "interest", "accrual", "then"}),
    "settlement": frozenset({"fraction", "instalments", "payments"}),
    "due_day": frozenset({"first_due_on"}),
}
"""The parameters of which the effect is known in closed form."""
VARYING: Final[Mapping[str, frozenset[str]]] = {
    "waive": frozenset({"fraction", "amount", "fees", "penalty", "interest", "principal"}),
    "capitalise": frozenset(),
    "holiday": frozenset({"instalments"}),
    "due_day": frozenset(),
}
"""Of instruments in which not every parameter may vary in closed form, those that may."""


def has_closed_form(family: Family, settings: Settings) -> bool:
    """Whether the plans of a family can be estimated without working out each of them."""
    times = Counter(template.kind for template in family.templates)
    kinds = set(times)
    if settings.even_out or not all(_plain(template) for template in family.templates):
        return False
    if any(count > 1 for kind, count in times.items() if kind != "waive") or not _waived_once(family):
        return False
    if "settlement" in kinds:
        return kinds <= SETTLING and family.debt.repayment is not Repayment.BULLET
    return "term" in kinds and kinds <= SCHEDULED and family.debt.repayment in LEVEL


def _plain(template: InstrumentTemplate) -> bool:
    varying = set(template.grids)
    named = set(template.parameters) | varying
    plain = named <= PLAIN.get(template.kind, frozenset())
    if template.kind in {"forbear", "balloon"} and len(named) != 1:
        return False
    return plain and varying <= VARYING.get(template.kind, varying) and template.parameters.get("then") != "end"


def _waived_once(family: Family) -> bool:
    """Whether no component is named by two waivers."""
    waivers = [template for template in family.templates if template.kind == "waive"]
    named: list[str] = []
    for waiver in waivers:
        parameters = {*waiver.parameters, *waiver.grids}
        named += [component.value for component in Component if component.value in parameters]
        named += [str(waiver.parameters["component"])] if "component" in parameters else []
    return len(set(named)) == len(named)
