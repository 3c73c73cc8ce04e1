"""What an application may not say: every refusal with a pointer, all of them at once."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from service.domain.application import Application, Consents
from service.domain.dates import DATE_MAX, DATE_MIN
from service.domain.errors import Problem
from service.domain.loans import Loan
from service.domain.money import AMOUNT_MAX, RATE_MAX, RATE_MIN
from service.domain.words import HardshipReason

LOANS_MAX: Final = 50
HISTORY_MAX: Final = 120
HEALTH_REASONS: Final = frozenset({HardshipReason.ILLNESS, HardshipReason.DISABILITY})
COUNTS: Final = {"original_instalments": 1200, "instalments_remaining": 1200, "days_past_due": 36500, "months": 1200,
                 "adults": 50, "dependants": 50, "lien_position": 20}  # fmt: skip


def refused(application: Application, *, on: date) -> Iterator[Problem]:
    """Yield what can never be accepted, in a draft or not, as of a local day."""
    yield from _figures(application, "")
    yield from _loans(application.loans, on=on)
    yield from _hardship(application, on=on)
    yield from _sensitive(application, application.consents)


def refused_loans(loans: tuple[Loan, ...], *, on: date, at: str = "/loans") -> Iterator[Problem]:
    """Yield what cannot be accepted in the lender's own snapshot of the loans."""
    for i, loan in enumerate(loans):
        yield from _figures(loan, f"{at}/{i}")
    yield from _loans(loans, on=on, at=at)


def _figures(value: object, at: str) -> Iterator[Problem]:
    """Walk all members: amounts and counts are not negative and not absurd, rates and dates are within bounds."""
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _figures(item, f"{at}/{i}")
    elif is_dataclass(value):
        for f in fields(value):
            name = f.name.rstrip("_")
            yield from _figures(getattr(value, f.name), f"{at}/{name}")
    else:
        yield from _figure(value, at)


def _figure(value: object, at: str) -> Iterator[Problem]:
    name = at.rpartition("/")[2]
    match value:
        case bool():
            return
        case int() if value < 0:
            yield Problem(at, "negative", f"{name} is negative.")
        case int() if value > COUNTS.get(name, AMOUNT_MAX):
            yield Problem(at, "too_large", f"{name} is above {COUNTS.get(name, AMOUNT_MAX)}.")
        case Decimal() if "/per_diem/" in at:
            if not 0 <= value <= AMOUNT_MAX:
                yield Problem(at, "amount_out_of_range", f"{name} is outside 0 to {AMOUNT_MAX}.")
        case Decimal() if not RATE_MIN <= value <= RATE_MAX:
            yield Problem(at, "rate_out_of_range", f"{name} is outside {RATE_MIN} to {RATE_MAX}.")
        case date() if not DATE_MIN <= value <= DATE_MAX:
            yield Problem(at, "date_out_of_range", f"{name} is outside {DATE_MIN.year} to {DATE_MAX.year}.")
        case _:
            return


def _loans(loans: tuple[Loan, ...], *, on: date, at: str = "/loans") -> Iterator[Problem]:
    if len(loans) > LOANS_MAX:
        yield Problem(at, "too_many_loans", f"A case has at most {LOANS_MAX} loans.")
    seen: set[str] = set()
    for i, loan in enumerate(loans):
        if loan.id in seen:
            yield Problem(f"{at}/{i}/id", "loan_twice", "The same loan stands in the list twice.")
        seen.add(loan.id)
        yield from _loan(loan, f"{at}/{i}", on=on)


def _loan(loan: Loan, at: str, *, on: date) -> Iterator[Problem]:
    if loan.balance is not None:
        for name in ("principal", "interest"):
            if getattr(loan.overdue, name) > getattr(loan.balance, name):
                yield Problem(f"{at}/overdue/{name}", "overdue_above_balance", f"More {name} is overdue than is owed.")
        if loan.revolving and sum(b.balance for b in loan.revolving.rate_buckets) > loan.balance.principal:
            yield Problem(f"{at}/revolving/rate_buckets", "buckets_above_balance", "The buckets exceed the principal.")
    if loan.originated_on and loan.maturity_on and loan.maturity_on < loan.originated_on:
        yield Problem(f"{at}/maturity_on", "maturity_before_origination", "The loan ends before it begins.")
    if loan.originated_on and loan.as_of and loan.as_of < loan.originated_on:
        yield Problem(f"{at}/as_of", "as_of_before_origination", "The figures are older than the loan.")
    if loan.as_of and loan.as_of > on:
        yield Problem(f"{at}/as_of", "as_of_in_future", "The figures are of a day that has not come.")
    yield from _history(loan, at)
    yield from _reliefs(loan, at)


def _history(loan: Loan, at: str) -> Iterator[Problem]:
    if len(loan.history) > HISTORY_MAX or not (loan.history.isascii() and (loan.history.isdigit() or not loan.history)):
        yield Problem(f"{at}/history", "history_malformed", f"history is 0 to {HISTORY_MAX} digits, one per month.")
    if loan.original_instalments == 0:
        yield Problem(f"{at}/original_instalments", "zero_instalments", "A loan has at least one instalment.")


def _reliefs(loan: Loan, at: str) -> Iterator[Problem]:
    for j, relief in enumerate(loan.previous_reliefs):
        if relief.ended_on and relief.ended_on < relief.granted_on:
            yield Problem(
                f"{at}/previous_reliefs/{j}/ended_on", "ended_before_granted", "It ended before it was granted."
            )


def _hardship(application: Application, *, on: date) -> Iterator[Problem]:
    hardship, budget = application.hardship, application.budget
    if hardship and hardship.since and hardship.since > on:
        yield Problem("/hardship/since", "since_in_future", "The hardship begins on a day that has not come.")
    if hardship and hardship.since and hardship.expected_until and hardship.expected_until < hardship.since:
        yield Problem("/hardship/expected_until", "until_before_since", "The hardship ends before it begins.")
    if hardship and hardship.permanent and hardship.expected_until:
        yield Problem("/hardship/expected_until", "permanent_with_end", "A permanent hardship has no expected end.")
    if budget:
        for i, income in enumerate(budget.incomes):
            if income.gross is not None and income.gross < income.monthly:
                yield Problem(f"/budget/incomes/{i}/gross", "gross_below_net", "The gross income is below the net one.")
    if application.request.months == 0:
        yield Problem("/request/months", "zero_months", "A plan lasts at least one month.")


def _sensitive(application: Application, consents: Consents) -> Iterator[Problem]:
    """Health data needs its own consent (PIPL art. 29, GDPR art. 9)."""
    if consents.sensitive_data:
        return
    if application.borrower.vulnerabilities:
        yield Problem("/borrower/vulnerabilities", "sensitive_without_consent", "sensitive_data was not consented to.")
    if application.hardship and application.hardship.reason in HEALTH_REASONS and application.hardship.narrative:
        yield Problem("/hardship/narrative", "sensitive_without_consent", "sensitive_data was not consented to.")
