"""Applying instruments to a debt, in their order: what leaves the debt, and the course of what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

from service.domain.errors import Problem, RuleBroken
from service.domain.money import Amounts, Component, rounded
from service.domain.words import Repayment
from service.relief.course import Spread
from service.relief.debt import Debt
from service.relief.instruments import (
    ArrearsPlan,
    Balloon,
    Capitalise,
    DueDay,
    Forbear,
    Holiday,
    Instrument,
    Portion,
    Rate,
    Reduced,
    Renew,
    RepaymentPlan,
    Reschedule,
    Settlement,
    Stepped,
    Term,
    Terms,
    Upfront,
    Waive,
    in_order,
)
from service.relief.reconciliation import Ledger
from service.relief.settings import Settings

OVERDUE_COMPONENTS: Final = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEES)
NEEDS_TREATMENT: Final = frozenset({"holiday", "rate", "due_day"})
TREATS: Final = frozenset({"term", "reschedule", "renew"})


class ReliefExceedsDebt(RuleBroken):
    """A waiver, a payment or a part set aside is larger than what it is taken from."""

    code = "relief_exceeds_debt"
    title = "More is given than is owed"


class OverduePrincipalUntreated(RuleBroken):
    """A holiday, a rate or a due day alone says nothing about the principal that is already overdue."""

    code = "overdue_principal_untreated"
    title = "Overdue principal needs a treatment"


def arranged(debt: Debt, terms: Terms, settings: Settings) -> "Draft":
    """Apply terms to a debt. Without terms the contract goes on, with all arrears due in the first instalment."""
    draft = Draft(debt, settings, terms)
    for instrument in in_order(terms):
        draft.apply(instrument)
    draft.treat_the_rest()
    return draft


@dataclass(slots=True)
class Draft:
    """A debt while instruments are applied to it."""

    debt: Debt
    settings: Settings
    terms: Terms
    ledger: Ledger = field(init=False)
    overdue_principal: int = field(init=False)
    spreads: list[Spread] = field(default_factory=list)
    set_aside: int = 0
    balloon: Balloon | None = None
    settlement: Settlement | None = None
    due_day: DueDay | None = None
    term: Term | None = None
    rate: Rate | None = None
    repayment: Repayment = field(init=False)
    renewal: Renew | None = None
    easings: list[Holiday | Reduced | Stepped] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.debt)
        self.overdue_principal = self.debt.overdue_principal
        self.repayment = self.debt.repayment

    def apply(self, instrument: Instrument) -> None:  # noqa: C901, PLR0912
        """Apply one instrument; its predecessors in the order have been applied."""
        match instrument:
            case Waive():
                self._waive(instrument)
            case Upfront(amount=amount):
                self._pay_upfront(instrument, amount)
            case Capitalise(components=components):
                self._capitalise([Component(c) for c in components])
            case Forbear(principal=portion):
                self._forbear(instrument, portion)
            case Balloon():
                self.balloon = instrument
            case ArrearsPlan(instalments=over, components=components):
                self._spread([Component(c) for c in components] if components else OVERDUE_COMPONENTS, over)
            case RepaymentPlan(instalments=over):
                self._spread(OVERDUE_COMPONENTS, over)
            case Settlement():
                self.settlement = instrument
            case DueDay():
                self.due_day = instrument
            case Term():
                self.term = instrument
            case Rate():
                self.rate = instrument
            case Reschedule(repayment=repayment):
                self.repayment = repayment
            case Renew():
                self._renew(instrument)
            case Holiday() | Reduced() | Stepped():
                self.easings.append(instrument)
            case _:
                assert_never(instrument)

    def _overdue(self, component: Component) -> int:
        return self.overdue_principal if component is Component.PRINCIPAL else self.ledger.left[component]

    def _waive(self, waive: Waive) -> None:
        for name, portion in waive.portions.items():
            component = Component(name)
            if portion is not None:
                amount = self.amount(waive, portion, self.ledger.left[component], member=f"/{component.value}")
                self.ledger.waive(component, amount, conditional=waive.vests != "signature")
                self._less_principal(component, amount)

    def _pay_upfront(self, instrument: Instrument, amount: int) -> None:
        for component in self.settings.allocation:
            paid = min(amount, self.ledger.left[component])
            self.ledger.pay_upfront(component, paid)
            self._less_principal(component, paid)
            amount -= paid
        if amount:
            raise self._exceeds(instrument, "/amount")

    def _less_principal(self, component: Component, amount: int) -> None:
        """Take an amount that left the principal from its overdue part first."""
        if component is Component.PRINCIPAL:
            self.overdue_principal = max(self.overdue_principal - amount, 0)

    def _capitalise(self, components: Sequence[Component]) -> None:
        for component in components:
            if component is Component.PRINCIPAL:
                self.overdue_principal = 0
            else:
                self.ledger.add_to_principal(component)

    def _forbear(self, instrument: Instrument, portion: Portion) -> None:
        bearing = self.ledger.left[Component.PRINCIPAL] - self.overdue_principal
        amount = self.amount(instrument, portion, bearing, member="/principal")
        self.ledger.defer(Component.PRINCIPAL, amount)
        self.set_aside += amount

    def _spread(self, components: Sequence[Component], over: int | None) -> None:
        """Put what is overdue of components into the first instalments, interest-free."""
        amounts = Amounts(**{c.value: self._overdue(c) for c in components})
        for component in components:
            self.ledger.put_in_instalments(component, amounts.of(component))
        if Component.PRINCIPAL in components:
            self.overdue_principal = 0
        if amounts.total:
            self.spreads.append(Spread(amounts, over))

    def _renew(self, renewal: Renew) -> None:
        self.renewal = renewal
        self._capitalise([Component(c) for c in renewal.components])
        self.repayment = renewal.repayment or self.repayment
        self.term = Term(instalments=renewal.instalments, frequency=renewal.frequency)

    def treat_the_rest(self) -> None:
        """Treat the overdue components that no instrument names, as the settings say."""
        if self.settlement is not None:
            return
        kinds = {instrument.kind for instrument in self.terms}
        if self.overdue_principal and kinds & NEEDS_TREATMENT and not kinds & TREATS:
            lone = ", ".join(sorted(kinds & NEEDS_TREATMENT))
            problem = Problem("/instruments", "overdue_principal_untreated", f"Say what becomes of it beside {lone}.")
            detail = "The overdue principal is to be capitalised, spread, paid or waived."
            raise OverduePrincipalUntreated(detail, [problem], overdue_principal=self.overdue_principal)
        match self.settings.unnamed_overdue if self.terms else "first":
            case "spread":
                self._spread(OVERDUE_COMPONENTS, None)
            case "first":
                self._spread(OVERDUE_COMPONENTS, 1)
            case "capitalise":
                self._capitalise([Component.PRINCIPAL, Component.INTEREST])
                self._spread([Component.PENALTY, Component.FEES], None)
            case "immediate":
                self._pay_overdue()
            case other:
                assert_never(other)

    def _pay_overdue(self) -> None:
        for component in OVERDUE_COMPONENTS:
            amount = self._overdue(component)
            self.ledger.pay_upfront(component, amount)
            self._less_principal(component, amount)

    def amount(self, instrument: Instrument, portion: Portion, available: int, *, member: str) -> int:
        """Return how much a portion of an amount is, and refuse more than there is."""
        amount = part_of(portion, available)
        if amount > available:
            raise self._exceeds(instrument, f"{member}/amount")
        return amount

    def pointer(self, instrument: Instrument, member: str = "") -> str:
        """Return the pointer to a member of one of the terms, as they were given."""
        return f"/instruments/{self.terms.index(instrument)}{member}"

    def _exceeds(self, instrument: Instrument, member: str) -> ReliefExceedsDebt:
        problem = Problem(self.pointer(instrument, member), ReliefExceedsDebt.code, "More than there is.")
        return ReliefExceedsDebt("An amount is larger than what it is taken from.", [problem])


def part_of(portion: Portion, available: int) -> int:
    """Return how much a portion of an amount is, in minor units; a fraction is rounded half-up."""
    return portion.amount or 0 if portion.fraction is None else rounded(portion.fraction * available)
