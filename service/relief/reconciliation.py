"""The proof, per loan and component, that no money appeared or vanished."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.domain.money import Amounts, Component
from service.relief.debt import NOTHING, Debt
from service.relief.schedule import Schedule


class OutOfBalance(AssertionError):
    """A plan does not add up: a fault of the program, never of its input. Stays on in production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationLine:
    """Where one component of a debt came from and where it goes; minor units.

    `scheduled` is debt of the first day inside numbered instalments, `deferred` debt of that day due as a separate
    final amount. before + accrued − received + moved_in = the sum of all the others.
    """

    component: Component
    before: int
    accrued: int
    received: int
    moved_in: int
    waived: int
    waived_conditional: int
    upfront: int
    scheduled: int
    deferred: int
    moved_out: int

    @property
    def difference(self) -> int:
        """What does not add up; 0 in every plan that is handed out."""
        came = self.before + self.accrued - self.received + self.moved_in
        goes = self.waived + self.waived_conditional + self.upfront + self.scheduled + self.deferred + self.moved_out
        return came - goes

    @property
    def least(self) -> int:
        """The smallest of the columns that nothing can make negative."""
        return min(
            self.moved_in, self.waived, self.waived_conditional, self.upfront, self.scheduled, self.deferred,
            self.moved_out,
        )  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """The account of one debt while instruments are applied to it; `left` is what has no destination yet."""

    debt: Debt
    left: dict[Component, int] = field(default_factory=dict)
    moved_in: Amounts = field(default_factory=Amounts)
    moved_out: Amounts = field(default_factory=Amounts)
    waived: Amounts = field(default_factory=Amounts)
    waived_conditional: Amounts = field(default_factory=Amounts)
    upfront: Amounts = field(default_factory=Amounts)
    scheduled: Amounts = field(default_factory=Amounts)
    deferred: Amounts = field(default_factory=Amounts)

    def __post_init__(self) -> None:
        self.left = {component: self.debt.balance.of(component) for component in Component}

    def waive(self, component: Component, amount: int, *, conditional: bool) -> None:
        """Give up an amount, at once or on a condition."""
        self.left[component] -= amount
        if conditional:
            self.waived_conditional = _plus(self.waived_conditional, component, amount)
        else:
            self.waived = _plus(self.waived, component, amount)

    def pay_upfront(self, component: Component, amount: int) -> None:
        """Have an amount paid at signature."""
        self.left[component] -= amount
        self.upfront = _plus(self.upfront, component, amount)

    def add_to_principal(self, component: Component) -> None:
        """Turn all that is left of a component into principal."""
        amount, self.left[component] = self.left[component], 0
        self.left[Component.PRINCIPAL] += amount
        self.moved_out = _plus(self.moved_out, component, amount)
        self.moved_in = _plus(self.moved_in, Component.PRINCIPAL, amount)

    def put_in_instalments(self, component: Component, amount: int) -> None:
        """Have an amount repaid by numbered instalments."""
        self.left[component] -= amount
        self.scheduled = _plus(self.scheduled, component, amount)

    def defer(self, component: Component, amount: int) -> None:
        """Leave an amount to a separate payment at the end."""
        self.left[component] -= amount
        self.deferred = _plus(self.deferred, component, amount)

    def lines(self) -> tuple[ReconciliationLine, ...]:
        """Return one line for each component."""
        debt = self.debt
        return tuple(
            ReconciliationLine(
                component=c,
                before=debt.before.of(c),
                accrued=debt.accrued.of(c),
                received=debt.received.of(c),
                moved_in=self.moved_in.of(c),
                waived=self.waived.of(c),
                waived_conditional=self.waived_conditional.of(c),
                upfront=self.upfront.of(c),
                scheduled=self.scheduled.of(c),
                deferred=self.deferred.of(c),
                moved_out=self.moved_out.of(c),
            )
            for c in Component
        )


def require_balance(
    lines: Iterable[ReconciliationLine],
    made: Schedule,
    *,
    upfront: int,
    new_interest: int,
    new_fees: int,
) -> None:
    """Raise `OutOfBalance` unless both identities hold, for every component and over all of them.

    Every line adds up, moves cancel out, the payments (at signature, numbered, and at the end) are exactly what is
    owed of today with new interest and fees, and each component is carried where its line says.
    """
    lines, rows = tuple(lines), made.instalments
    for line in lines:
        if line.difference or line.least < 0:
            raise OutOfBalance(f"The {line.component} does not add up: {line}.")
    if sum(line.moved_in for line in lines) != sum(line.moved_out for line in lines):
        raise OutOfBalance("What was moved between components does not cancel out.")
    paid = upfront + sum(row.payment for row in rows) + (made.deferred.amount if made.deferred else 0)
    owed = sum(line.upfront + line.scheduled + line.deferred for line in lines) + new_interest + new_fees
    if paid != owed:
        raise OutOfBalance(f"The payments come to {paid}, what is owed to {owed}.")
    if rows and rows[-1].closing != 0:
        raise OutOfBalance(f"The last balance is {rows[-1].closing}.")
    _require_per_component(lines, made)


def _require_per_component(lines: Sequence[ReconciliationLine], made: Schedule) -> None:
    """Raise `OutOfBalance` unless the payments carry of each component exactly what its line says."""
    rows = made.instalments
    arrears = [row.arrears for row in rows if row.arrears is not NOTHING]
    final = made.deferred.debt if made.deferred else NOTHING
    for line in lines:
        carried = sum(part.of(line.component) for part in arrears)
        if line.component is Component.PRINCIPAL:
            carried += sum(row.principal - row.interest_added for row in rows)
        if carried != line.scheduled:
            raise OutOfBalance(f"The instalments carry {carried} of the {line.component}, not {line.scheduled}.")
        if final.of(line.component) != line.deferred:
            raise OutOfBalance(f"{line.deferred} of the {line.component} does not await its end.")


def _plus(amounts: Amounts, component: Component, amount: int) -> Amounts:
    return amounts.with_(component, amounts.of(component) + amount)
