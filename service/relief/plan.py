"""A plan: a debt, the terms it is to be repaid on, its schedule and the proof that it adds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from service.domain.dates import Frequency
from service.domain.errors import Problem, RuleBroken
from service.domain.money import Amounts
from service.relief.arrangement import Draft, arranged
from service.relief.course import LEVEL, Course
from service.relief.debt import Debt, require_usable
from service.relief.instruments import Terms
from service.relief.layout import laid_out
from service.relief.periods import Calendar, Period, Span
from service.relief.plan_rates import legal_cap
from service.relief.reconciliation import ReconciliationLine, require_balance
from service.relief.schedule import Deferred, Instalment, Schedule, schedule
from service.relief.settings import DEFAULT, Settings
from service.relief.settling import settle
from service.relief.terms import require_valid


class ChargesAboveCap(RuleBroken):
    """Interest and fees together exceed what the legal cap allows on the same balances."""

    code = "charges_above_cap"
    title = "The charges exceed the legal cap"


class DoesNotAmortise(RuleBroken):
    """The payments do not exceed the interest, and no instrument says that they may fall short of it."""

    code = "does_not_amortise"
    title = "The payments do not repay the debt"


class PaymentNegative(RuleBroken):
    """A negative rate would have the lender pay the borrower."""

    code = "payment_negative"
    title = "A payment would be negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one loan is repaid under given terms; amounts in minor units.

    `schedule` holds all numbered payments, those of a settlement too, and `periods` the period of each; `deferred` is
    a separate amount after them, `upfront` what is paid at signature, by component. `balloon` is the part of
    principal that the last payment leaves to itself. `new_interest` and `new_fees` arise after the effective day.
    """

    debt: Debt
    terms: Terms
    calendar: Calendar
    schedule: tuple[Instalment, ...]
    periods: tuple[Period, ...]
    upfront: Amounts
    deferred: Deferred | None
    reconciliation: tuple[ReconciliationLine, ...]
    financed: int
    balloon: int
    new_interest: int
    new_fees: int
    settles: bool

    @property
    def frequency(self) -> Frequency:
        """How often an instalment is due."""
        return self.calendar.frequency

    @property
    def waived(self) -> Amounts:
        """What the lender gives up, conditional waivers included, by component."""
        return Amounts(**{line.component.value: line.waived + line.waived_conditional for line in self.reconciliation})

    @property
    def end_on(self) -> date:
        """The day of the last payment."""
        last = self.schedule[-1].due_on if self.schedule else self.debt.effective_on
        return max(last, self.deferred.due_on) if self.deferred else last

    @property
    def total_payable(self) -> int:
        """Everything the borrower pays: at signature, in instalments and at the end."""
        later = sum(row.payment for row in self.schedule) + (self.deferred.amount if self.deferred else 0)
        return self.upfront.total + later


def plan(debt: Debt, terms: Terms, settings: Settings = DEFAULT, *, pauses: Sequence[Span] = ()) -> Plan:
    """Work out the plan for one debt under the given terms; without terms, the contract as it stands.

    Raises a `RuleBroken` with a permanent code when the terms are not valid, contradict each other, or do not fit
    the debt. `pauses` are days on which no interest accrues whatever the terms.
    """
    require_usable(debt)
    require_valid(terms)
    draft = arranged(debt, terms, settings)
    ledger, settlement = draft.ledger, draft.settlement
    course = laid_out(draft, pauses)
    made = settle(draft, settlement, course.calendar) if settlement else schedule(course, settings)
    rows, deferred = made.instalments, made.deferred
    added = sum(row.interest_added for row in rows)
    new_interest = sum(row.interest for row in rows) + added + (deferred.interest if deferred else 0)
    new_fees = sum(row.fees for row in rows)
    lines = ledger.lines()
    _require_payments(rows)
    if terms and not settlement:
        _require_amortising(course, made, settings)
    require_balance(lines, made, upfront=ledger.upfront.total, new_interest=new_interest, new_fees=new_fees)
    _require_within_cap(draft, made, charges=new_interest + new_fees)
    return Plan(
        debt=debt,
        terms=terms,
        calendar=course.calendar,
        schedule=rows,
        periods=made.periods,
        upfront=ledger.upfront,
        deferred=deferred,
        reconciliation=lines,
        financed=course.financed,
        balloon=min(course.balloon, rows[-1].principal) if rows else 0,
        new_interest=new_interest,
        new_fees=new_fees,
        settles=settlement is not None,
    )


def _require_payments(rows: Sequence[Instalment]) -> None:
    if any(row.payment < 0 for row in rows):
        detail = "At this rate a payment would be negative."
        raise PaymentNegative(detail, [Problem("/instruments", "payment_negative", detail)])


def _require_amortising(course: Course, made: Schedule, settings: Settings) -> None:
    """Raise `DoesNotAmortise` where the payment of regular instalments does not exceed their interest.

    It may fall short of it (the contract's own payment, or a very long term on actual days), or be rounded to it, so
    that nothing is repaid before the last instalment. What rounding to the multiple explains is let pass.
    """
    if made.shortfall > settings.multiple:
        detail = "A payment does not cover the interest of its period; a shorter term or another payment is needed."
    elif course.repayment in LEVEL and _repays_only_at_the_end(course, made.instalments, settings):
        detail = "The payment, rounded, is but the interest: nothing would be repaid before the last instalment."
    else:
        return
    raise DoesNotAmortise(detail, [Problem("/instruments", DoesNotAmortise.code, detail)])


def _repays_only_at_the_end(course: Course, rows: Sequence[Instalment], settings: Settings) -> bool:
    if len(rows) - len(course.eased) < 2 or any(row.principal for row in rows[:-1]):
        return False
    return rows[-1].principal - course.balloon > (settings.multiple + 1) * len(rows)


def _require_within_cap(draft: Draft, made: Schedule, *, charges: int) -> None:
    """Raise `ChargesAboveCap` when a fee takes the charges above the cap on the same balances."""
    cap = legal_cap(draft.debt, draft.settings)
    if cap is None or draft.renewal is None or not draft.renewal.fee:
        return
    at_cap = Fraction(cap) * sum(
        row.opening * p.fraction for row, p in zip(made.instalments, made.periods, strict=True)
    )
    if charges > at_cap:
        detail = f"Interest and fees exceed {cap} a year."
        problem = Problem(draft.pointer(draft.renewal, "/fee"), ChargesAboveCap.code, detail)
        raise ChargesAboveCap(detail, [problem], cap=cap)
