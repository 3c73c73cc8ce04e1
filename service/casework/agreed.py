"""An agreement on the desk: the plan it rests on, all payments, and what follows from them on any day."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from service.casework.desk import Desk, local_day
from service.casework.file import CaseFile, open_file
from service.casework.pinning import policy_of
from service.casework.terms_sheet import deferred_in, rows_in, terms_in, upfront_in
from service.domain.access import CaseNotFound
from service.domain.agreement import AgreementState, Signature
from service.domain.errors import Conflict, NotFound
from service.domain.money import Amounts
from service.domain.performance import Payment, Performance, perform
from service.domain.policy import Policy
from service.domain.standing import Rules, Standing, standing
from service.domain.watching import Watch
from service.relief.accrual import Accrual
from service.relief.debt import Debt
from service.relief.instruments import Terms
from service.relief.performing import Book
from service.relief.settings import Settings
from service.storage import agreements, payments
from service.storage.documents import dump, load
from service.storage.tables import AgreementRow, PaymentRow
from service.storage.work import UnitOfWork

PERFORMING: Final = (AgreementState.TRIAL, AgreementState.ACTIVE)
"""States in which instalments are expected."""


class AgreementNotFound(NotFound):
    """There is no such agreement, or the actor may not know of it."""

    code = "agreement_not_found"
    title = "No such agreement"


class AgreementNotRunning(Conflict):
    """The agreement is in a state in which this cannot be done; `agreement_state` says which."""

    code = "agreement_not_running"
    title = "The agreement cannot do this now"


@dataclass(frozen=True, slots=True)
class Position:
    """What the payments have made of an agreement by a day; the books hold what early repayment left of each plan."""

    performance: Performance
    standing: Standing
    books: dict[str, Book]


@dataclass(slots=True, kw_only=True)
class Agreed:
    """An agreement with its case. `number` is that of the schedule in force.

    `basis` is the document that payments are applied to: that of the agreement, or the one it was converted to; in
    `counted` are the trial payments that went into the debts then.
    """

    row: AgreementRow
    file: CaseFile
    policy: Policy
    today: date
    basis: dict[str, Any]
    number: int = payments.FIRST
    counted: frozenset[str] = frozenset()
    payments: list[PaymentRow] = field(default_factory=list)
    _known: dict[Hashable, Position] = field(default_factory=dict)

    @property
    def state(self) -> AgreementState:
        """Where the agreement stands."""
        return AgreementState(self.row.state)

    @property
    def terms(self) -> dict[str, Terms]:
        """What was agreed for each loan, those that were taken over since left out."""
        replaced = self.watch.replaced
        return {loan: terms for loan, terms in terms_in(self.row.document).items() if loan not in replaced}

    @property
    def signed(self) -> set[str]:
        """The parties that have signed."""
        return {signature["party"] for signature in self.row.signatures}

    @property
    def watch(self) -> Watch:
        """What has been told of it so far."""
        return load(Watch, self.row.watch) if self.row.watch else Watch()

    @watch.setter
    def watch(self, watch: Watch) -> None:
        self.row.watch = dump(watch)

    @property
    def loans(self) -> list[dict[str, Any]]:
        """What the document says of each loan, but for those that a later agreement has taken over."""
        replaced = self.watch.replaced
        return [loan for loan in self.basis["loans"] if loan["loan_id"] not in replaced]

    @property
    def since(self) -> date:
        """The day on which everybody had signed, or on which the trial ended; nothing is late before it."""
        if self.row.active_from is not None:
            return self.row.active_from
        zone = ZoneInfo(self.policy.settings.time_zone)
        return max(load(Signature, s).at.astimezone(zone).date() for s in self.row.signatures)

    @property
    def received(self) -> list[Payment]:
        """The payments that count towards the basis."""
        return [
            Payment(id=row.external_id, on=row.paid_on, amount=row.amount, loan_id=row.loan_id)
            for row in self.payments
            if row.reversed_on is None and row.external_id not in self.counted
        ]

    def debt(self, loan_id: str) -> Debt:
        """Return the debt that the plan of a loan rests on."""
        return load(Debt, self.basis["debts"][loan_id])

    def books(self) -> dict[str, Book]:
        """Return the plans of the loans as they are asked for, in the order of the case; in a trial only its part."""
        trial = self.policy.settings.agreement.trial_payments if self.is_in_trial else None
        return {loan["loan_id"]: self._book(loan, trial) for loan in self.loans}

    def _book(self, loan: dict[str, Any], trial: int | None) -> Book:
        loan_id, settings = loan["loan_id"], Settings.of(self.policy.settings)

        @cache
        def accrual() -> Accrual:
            return Accrual.of(self.debt(loan_id), self.terms[loan_id], settings)

        return Book(
            loan_id=loan_id,
            effective_on=date.fromisoformat(self.basis["effective_on"]),
            upfront=Amounts() if trial else upfront_in(loan),
            rows=rows_in(loan)[:trial],
            deferred=None if trial else deferred_in(loan),
            accrual=accrual,
        )

    @property
    def is_in_trial(self) -> bool:
        """Whether the agreed terms do not hold yet, because the pack wants a trial first that has not been passed."""
        return self.row.active_from is None and self.policy.settings.agreement.trial_payments > 0

    @property
    def made_on(self) -> date:
        """The local day on which the offer was accepted."""
        return self.row.created_at.astimezone(ZoneInfo(self.policy.settings.time_zone)).date()

    def rules(self) -> Rules:
        """Return when an instalment is missed."""
        return Rules.of(self.policy.settings.agreement, currency=self.file.case.currency, since=self.since)

    def on(self, day: date) -> Position:
        """Return what the payments with a value date until a day have come to by then; worked out once."""
        received = self.received
        key = (day, self.row.active_from, self.number, self.watch.replaced, tuple(received))
        if key not in self._known:
            self._known[key] = self._worked_out(day, received)
        return self._known[key]

    def _worked_out(self, day: date, received: list[Payment]) -> Position:
        settings, books = self.policy.settings, self.books()
        how = settings.agreement.overpayment
        found = perform(
            [due for book in books.values() for due in book.dues],
            received,
            order=settings.allocation,
            on=day,
            early=None if how == "hold" else lambda loan, after, amount: books[loan].repay_early(after, amount, how),
        )
        return Position(found, standing(found, self.rules()), books)

    def is_changed(self, position: Position) -> bool:
        """Say whether the schedule is another than was agreed: principal was repaid early, or a loan taken over."""
        return any(part.early for part in position.performance.parts) or bool(self.watch.replaced)

    def now(self) -> Position:
        """Return how it stands today, or stood when it ended."""
        return self.on(min(self.today, self.row.ended_on or self.today))


async def open_agreement(work: UnitOfWork, agreement_id: UUID, *, desk: Desk, lock: bool = True) -> Agreed:
    """Read an agreement with its case and payments; whoever may not see the case is told that there is none."""
    case_id = await agreements.case_of(work.session, agreement_id)
    try:
        file = await open_file(work, case_id, lock=lock) if case_id else None
    except CaseNotFound:
        file = None
    if file is None:
        raise AgreementNotFound("There is no such agreement.")
    return await of_file(work, file, agreement_id, policy=policy_of(file, desk))


async def of_file(work: UnitOfWork, file: CaseFile, agreement_id: UUID, *, policy: Policy) -> Agreed:
    """Return an agreement of a case whose file is open."""
    row = await agreements.get(work.session, agreement_id)
    assert row is not None, "an agreement is never removed"
    agreed = just_made(work, file, row, policy=policy)
    agreed.number, made_anew = await payments.basis_of(work.session, agreement_id)
    if made_anew:
        agreed.basis, agreed.counted = made_anew.document, frozenset(made_anew.document["counted"])
    agreed.payments = await payments.of_agreement(work.session, agreement_id)
    return agreed


def just_made(work: UnitOfWork, file: CaseFile, row: AgreementRow, *, policy: Policy) -> Agreed:
    """Return an agreement for which nothing has been paid yet."""
    return Agreed(row=row, file=file, policy=policy, today=local_day(policy, work.now), basis=row.document)


def require_state(agreed: Agreed, *states: AgreementState) -> None:
    """Refuse what an agreement cannot do in its state."""
    if agreed.state not in states:
        raise AgreementNotRunning(f"The agreement is {agreed.state}.", agreement_state=agreed.state)
