"""Which conditional waivers have vested, and what of them is owed again when an agreement is broken."""

from fractions import Fraction

from service.domain.money import Amounts, Component, rounded
from service.relief.arrangement import part_of
from service.relief.debt import Debt
from service.relief.instruments import Terms, Waive


def reverting(debt: Debt, terms: Terms, conditional: Amounts, *, paid: int, payable: int) -> Amounts:
    """Return what of the conditional waivers of a plan has not vested, by component.

    What vests as the plan is paid has vested in the part of `payable` that was paid; what vests on completion has
    not. What vested at signature is never owed again.
    """
    left = Amounts()
    for component in Component:
        as_paid = min(_as_paid(debt, terms, component), conditional.of(component))
        share = Fraction(min(paid, payable), payable) if payable else Fraction(1)
        left = left.with_(component, conditional.of(component) - rounded(as_paid * share))
    return left


def _as_paid(debt: Debt, terms: Terms, component: Component) -> int:
    portions = [getattr(one, component.value) for one in terms if isinstance(one, Waive) and one.vests == "pro_rata"]
    return sum(part_of(portion, debt.balance.of(component)) for portion in portions if portion is not None)
