"""Bringing a loan's balance forward from its snapshot to the day an offer takes effect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from service.domain.errors import Problem, RuleBroken
from service.domain.loans import Loan
from service.domain.money import Amounts, Component, rounded
from service.domain.words import PenaltyBasis, Repayment
from service.relief.day_count import year_fraction
from service.relief.debt import Debt
from service.relief.due_days import falling_due, instalments_left, next_due
from service.relief.periods import Period, Span, active_fraction
from service.relief.settings import ALLOCATION

RATE_STEP: Final = Decimal("1e-12")
"""The last decimal of a rate that is worked out: finer than any amount shows."""
REQUIRED: Final = ("as_of", "balance", "annual_rate", "repayment")


class Received(NamedTuple):
    """A payment that arrived after the snapshot; minor units."""

    on: date
    amount: int


class LoanIncomplete(RuleBroken):
    """The loan lacks members without which its debt cannot be worked out."""

    code = "loan_incomplete"
    title = "The loan is incomplete"


class EffectiveBeforeSnapshot(RuleBroken):
    """A balance is only ever brought forward, never back."""

    code = "effective_before_snapshot"
    title = "The offer would take effect before the snapshot"


class PaymentNotUsable(RuleBroken):
    """A payment lies outside the window, is not positive, or exceeds the debt."""

    code = "payment_not_usable"
    title = "A payment cannot be applied"


def bring_forward(
    loan: Loan,
    *,
    effective_on: date,
    holds: Sequence[Span] = (),
    payments: Sequence[Received] = (),
    allocation: Sequence[Component] = ALLOCATION,
    legal_cap: Decimal | None = None,
) -> Debt:
    """Return the debt of a loan at `effective_on`.

    Interest accrues on the principal that is not overdue at the contract rate, and on overdue principal too if the
    penalty comes on top; penalty on overdue principal, and on overdue interest if it compounds; a per-diem replaces
    both. Together they never exceed `legal_cap` a year on the principal. An instalment that falls due on the way, or
    on the day itself, becomes overdue on its day. Days under an interest hold accrue nothing. Payments go to what is
    due, oldest first, inside it in the order of `allocation`; what is left waits for the next instalment, and reduces
    interest and principal at the end.
    """
    account = _opened(loan, effective_on=effective_on, holds=holds, allocation=allocation, legal_cap=legal_cap)
    _require_usable(payments, account)
    due_days = frozenset(falling_due(loan, as_of=account.as_of, until=effective_on))
    day = account.as_of
    for moment in sorted({*due_days, *(p.on for p in payments), effective_on}):
        account.accrue(day, moment)
        if moment in due_days:
            account.fall_due()
        account.receive(sum(p.amount for p in payments if p.on == moment))
        day = moment
    account.use_up_credit()
    return _debt(loan, account, effective_on=effective_on)


@dataclass(slots=True, kw_only=True)
class _Account:
    """The running balance between the snapshot and the effective day."""

    loan: Loan
    as_of: date
    until: date
    annual_rate: Decimal
    instalment: int | None
    legal_cap: Decimal | None
    repayment: Repayment
    before: Amounts
    holds: Sequence[Span]
    allocation: Sequence[Component]
    overdue_principal: int
    overdue_interest: int
    remaining: int | None
    interest: Fraction = Fraction(0)
    penalty: Fraction = Fraction(0)
    received: Amounts = field(default_factory=Amounts)
    credit: int = 0

    @property
    def accrued(self) -> Amounts:
        return Amounts(interest=rounded(self.interest), penalty=rounded(self.penalty))

    @property
    def balance(self) -> Amounts:
        return self.before + self.accrued - self.received

    def accrue(self, start: date, end: date) -> None:
        """Let interest and penalty run from one day to another."""
        if start == end:
            return
        loan = self.loan
        convention = loan.odd_day_count
        period = Period(start, end, year_fraction(start, end, convention=convention))
        years = active_fraction(period, self.holds, convention)
        if loan.per_diem is not None:
            days = (end - start).days - _days_held(period, self.holds)
            interest, penalty = Fraction(loan.per_diem.interest) * days, Fraction(loan.per_diem.penalty) * days
        else:
            bearing = self.balance.principal - self.overdue_principal
            if loan.penalty_rate is None or loan.penalty_basis is PenaltyBasis.ADDS:
                bearing += self.overdue_principal
            penalised = self.overdue_principal + (self.overdue_interest if loan.penalty_compounds else 0)
            interest = bearing * Fraction(self.annual_rate) * years
            penalty = penalised * max(Fraction(loan.penalty_rate or 0), Fraction(0)) * years
        if self.legal_cap is not None:
            most = self.balance.principal * Fraction(self.legal_cap) * years
            interest = min(interest, most)
            penalty = min(penalty, most - interest)
        # A negative rate takes interest off that is owed, and stops where none is.
        self.interest = max(self.interest + interest, Fraction(self.received.interest - self.before.interest))
        self.penalty += penalty
        self.overdue_interest = min(self.overdue_interest, self.balance.interest)

    def fall_due(self) -> None:
        """Make the instalment of this day overdue: its principal, and all interest so far in whole minor units."""
        self.interest = Fraction(rounded(self.interest))
        interest = self.balance.interest - self.overdue_interest
        not_due = self.balance.principal - self.overdue_principal
        principal = min(max(self._principal_due(interest, not_due), 0), not_due)
        self.overdue_interest += max(interest, 0)
        self.overdue_principal += principal
        self.remaining = None if self.remaining is None else max(self.remaining - 1, 0)
        waiting, self.credit = self.credit, 0
        self.receive(waiting)

    def _principal_due(self, interest: int, not_due: int) -> int:
        if self.remaining is not None and self.remaining <= 1:
            return not_due
        match self.repayment:
            case Repayment.EQUAL_INSTALMENTS | Repayment.REVOLVING:
                return (self.instalment or 0) - interest
            case Repayment.EQUAL_PRINCIPAL:
                return rounded(Fraction(not_due, self.remaining)) if self.remaining else 0
            case Repayment.INTEREST_ONLY | Repayment.BULLET:
                return 0
            case _:
                assert_never(self.repayment)

    def receive(self, amount: int) -> None:
        """Apply a payment to what is due; what is left waits for the next instalment."""
        for component in self.allocation:
            paid = min(amount, self._due(component))
            self._pay(component, paid)
            amount -= paid
        self.credit += amount

    def use_up_credit(self) -> None:
        """Apply what waited to interest that is not yet due, then to principal."""
        for component in (Component.INTEREST, Component.PRINCIPAL):
            paid = min(self.credit, self.balance.of(component))
            self._pay(component, paid)
            self.credit -= paid
        if self.credit:
            problem = Problem("/payments", "above_debt", "More was paid than was owed.")
            raise PaymentNotUsable("The payments since the snapshot exceed the debt.", [problem], surplus=self.credit)

    def _due(self, component: Component) -> int:
        match component:
            case Component.PRINCIPAL:
                return self.overdue_principal
            case Component.INTEREST:
                return self.overdue_interest
            case Component.PENALTY | Component.FEES:
                return self.balance.of(component)
            case _:
                assert_never(component)

    def _pay(self, component: Component, amount: int) -> None:
        self.received = self.received.with_(component, self.received.of(component) + amount)
        if component is Component.PRINCIPAL:
            self.overdue_principal = max(self.overdue_principal - amount, 0)
        elif component is Component.INTEREST:
            self.overdue_interest = max(self.overdue_interest - amount, 0)


def _opened(
    loan: Loan,
    *,
    effective_on: date,
    holds: Sequence[Span],
    allocation: Sequence[Component],
    legal_cap: Decimal | None,
) -> _Account:
    as_of, balance, annual_rate, repayment = loan.as_of, loan.balance, loan.annual_rate, loan.repayment
    if as_of is None or balance is None or annual_rate is None or repayment is None:
        missing = [name for name in REQUIRED if getattr(loan, name) is None]
        problems = [Problem(f"/{name}", "missing", "This member is needed.") for name in missing]
        raise LoanIncomplete("The loan lacks figures without which its debt cannot be worked out.", problems)
    if effective_on < as_of:
        raise EffectiveBeforeSnapshot(f"The snapshot is of {as_of}, after {effective_on}.", as_of=as_of)
    return _Account(
        loan=loan,
        as_of=as_of,
        until=effective_on,
        annual_rate=_joint_rate(loan, annual_rate, balance.principal),
        instalment=loan.instalment or (loan.revolving.minimum_payment if loan.revolving else None),
        legal_cap=legal_cap,
        repayment=repayment,
        before=balance,
        holds=holds,
        allocation=allocation,
        overdue_principal=loan.overdue.principal,
        overdue_interest=loan.overdue.interest,
        remaining=instalments_left(loan, as_of=as_of),
    )


def _joint_rate(loan: Loan, annual_rate: Decimal, principal: int) -> Decimal:
    """Return the rate at which a line's buckets bear interest together; what is in no bucket bears the loan's rate.

    Payments are taken to repay all buckets in proportion, so that one rate holds on.
    """
    buckets = loan.revolving.rate_buckets if loan.revolving else ()
    bucketed = sum(bucket.balance for bucket in buckets)
    bearing = max(principal, bucketed)
    if not bucketed:
        return annual_rate
    borne = sum(bucket.balance * bucket.annual_rate for bucket in buckets) + (bearing - bucketed) * annual_rate
    return (borne / bearing).quantize(RATE_STEP, ROUND_HALF_UP)


def _days_held(period: Period, holds: Sequence[Span]) -> int:
    days = range(period.start.toordinal() + 1, period.end.toordinal() + 1)
    return sum(any(hold.start.toordinal() <= day <= hold.end.toordinal() for hold in holds) for day in days)


def _require_usable(payments: Sequence[Received], account: _Account) -> None:
    for n, payment in enumerate(payments):
        if payment.amount <= 0 or not account.as_of <= payment.on <= account.until:
            problem = Problem(f"/payments/{n}", "outside_window", "Not a payment between the snapshot and the offer.")
            raise PaymentNotUsable("A payment lies outside the window or is not positive.", [problem])


def _debt(loan: Loan, account: _Account, *, effective_on: date) -> Debt:
    next_due_on, due_day = next_due(loan, effective_on, matured=account.remaining == 0)
    return Debt(
        loan_id=loan.id,
        effective_on=effective_on,
        as_of=account.as_of,
        before=account.before,
        accrued=account.accrued,
        received=account.received,
        overdue_principal=account.overdue_principal,
        overdue_interest=account.overdue_interest,
        annual_rate=account.annual_rate,
        day_count=loan.day_count,
        odd_day_count=loan.odd_day_count,
        repayment=account.repayment,
        frequency=loan.frequency,
        instalment=account.instalment,
        instalments_remaining=account.remaining,
        next_due_on=next_due_on,
        due_day=due_day,
        maturity_on=loan.maturity_on,
        original_instalments=loan.original_instalments,
        legal_cap=account.legal_cap,
    )
