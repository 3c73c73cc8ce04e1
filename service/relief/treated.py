"""What the first instruments of a family leave of a debt to be scheduled, all plans at once."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import numpy as np

from service.domain.money import Component, rounded
from service.relief.columns import Columns
from service.relief.instruments import Portion
from service.relief.settings import Settings

NOTHING: Final = np.float64(0)
CAPITALISED: Final = (Component.INTEREST, Component.PRINCIPAL)


@dataclass(slots=True)
class Treated:
    """A debt while waivers, sums at once and the like are taken off it; each figure one a plan, in minor units.

    `given_up` is the fraction of a component that a waiver gives up, `possible` whether no instrument takes more
    than there is. Fractions of a debt are rounded exactly; what depends on several parameters may be off by a unit.
    """

    columns: Columns
    settings: Settings
    left: dict[Component, Any] = field(init=False)
    waived: dict[Component, Any] = field(init=False)
    given_up: dict[Component, Any] = field(init=False)
    overdue: Any = field(init=False)
    upfront: Any = NOTHING
    set_aside: Any = NOTHING
    possible: Any = np.True_

    def __post_init__(self) -> None:
        debt = self.columns.family.debt
        self.left = {c: np.float64(debt.balance.of(c)) for c in Component}
        self.waived = dict.fromkeys(Component, NOTHING)
        self.given_up = dict.fromkeys(Component, NOTHING)
        self.overdue = np.float64(debt.overdue_principal)
        self._waive()
        self._pay_upfront()

    def schedule(self) -> None:
        """Capitalise and set aside, and treat what no instrument names; a settlement does nothing of that."""
        if self.columns.has("capitalise"):
            named = self.columns.fixed("capitalise", "components", CAPITALISED)
            self._capitalise({Component(component) for component in named})
        if self.columns.has("forbear"):
            self.set_aside = self._portion("forbear", self.financed)
            self.left[Component.PRINCIPAL] = self.left[Component.PRINCIPAL] - self.set_aside
        if self.settings.unnamed_overdue == "capitalise" and not self.columns.has("arrears_plan"):
            self._capitalise({*CAPITALISED})

    def balloon(self) -> Any:
        """Return the part of what bears interest that is left to the last instalment."""
        return self._portion("balloon", self.financed) if self.columns.has("balloon") else NOTHING

    @property
    def financed(self) -> Any:
        """What bears interest."""
        return self.left[Component.PRINCIPAL] - self.overdue

    def spread(self) -> dict[Component, Any]:
        """Return what is repaid interest-free, by component, or pay it at once where that is the rule."""
        unpaid = {**self.left, Component.PRINCIPAL: self.overdue}
        if self.settings.unnamed_overdue != "immediate" or self.columns.has("arrears_plan"):
            return unpaid
        self.upfront = self.upfront + sum(unpaid.values())
        return dict.fromkeys(Component, NOTHING)

    def give_up(self, rest: Any) -> None:
        """Give up what a settlement does not pay, in the reverse of the order in which it is paid."""
        for component in reversed(self.settings.allocation):
            given_up = np.minimum(rest, self.left[component])
            self.waived[component] = self.waived[component] + given_up
            rest = rest - given_up

    def _waive(self) -> None:
        debt = self.columns.family.debt
        for component in Component:
            found = self.columns.portions(component)
            if found is None:
                continue
            portions, which = found
            owed = debt.balance.of(component)
            amounts = [_amount(p, owed) for p in portions]
            amount = np.array(amounts, dtype=np.float64)[which]
            self.possible = self.possible & (amount <= owed)
            self.given_up[component] = _shares(portions, owed)[which]
            self._take(component, amount)
            self.waived[component] = amount

    def _pay_upfront(self) -> None:
        if not self.columns.has("upfront"):
            return
        values, which = self.columns.values("upfront", "amount")
        rest = self.upfront = np.array([float(value) for value in values])[which]
        for component in self.settings.allocation:
            paid = np.minimum(rest, self.left[component])
            self._take(component, paid)
            rest = rest - paid
        self.possible = self.possible & (rest <= 0)

    def _take(self, component: Component, amount: Any) -> None:
        """Take an amount off a component, off its overdue part first."""
        self.left[component] = self.left[component] - amount
        if component is Component.PRINCIPAL:
            self.overdue = np.maximum(self.overdue - amount, 0)

    def _capitalise(self, components: AbstractSet[Component]) -> None:
        for component in components - {Component.PRINCIPAL}:
            self.left[Component.PRINCIPAL] = self.left[Component.PRINCIPAL] + self.left[component]
            self.left[component] = NOTHING
        if Component.PRINCIPAL in components:
            self.overdue = NOTHING

    def _portion(self, kind: str, available: Any) -> Any:
        portions, which = self.columns.set_aside(kind)
        fraction = np.array([float(p.fraction or 0) for p in portions])[which]
        amount = np.array([float(p.amount or 0) for p in portions])[which]
        self.possible = self.possible & (amount <= available)
        return np.floor(fraction * available + 0.5) + amount


def _amount(wanted: Portion, owed: int) -> int:
    return rounded(wanted.fraction * owed) if wanted.fraction is not None else wanted.amount or 0


def _shares(portions: Sequence[Portion], owed: int) -> Any:
    shares = [p.fraction if p.fraction is not None else Decimal(p.amount or 0) / max(owed, 1) for p in portions]
    return np.array([float(share.quantize(Decimal("1e-12"), rounding=ROUND_HALF_UP)) for share in shares])
